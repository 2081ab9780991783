"""The library: what was uploaded, what jobs made of it, and the parts that let it be listened to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from tonmeister.core.errors import AssetMissingError, ChoiceUnknownError, RevisionError
from tonmeister.store.database import Database, make_id
from tonmeister.store.names import check_name, check_tags, clean_name
from tonmeister.store.pages import Page, check_limit, make_cursor, read_cursor
from tonmeister.store.tables import ASSET_TAGS, ASSETS, BLOBS, UPLOADS, VERSION_FILES, VERSIONS

SORTS = ("created_at", "name", "duration_s", "integrated_lufs", "size_bytes")
"""What a list of assets may be sorted by; with a minus the other way round."""

_LOWEST = -1e308  # stands for what is not known, so that it has a place in the order


@dataclass(frozen=True)
class Asset:
    """A file with what is known about it."""

    id: str
    name: str
    kind: str
    """"upload", "product" of a job, or "part" of another asset."""
    state: str
    """"preparing", "ready" or "failed"."""
    sha256: str
    size_bytes: int
    media_type: str
    is_audio: bool
    duration_s: float | None
    integrated_lufs: float | None
    title: str | None
    artist: str | None
    tags: tuple[str, ...]
    prepared: dict[str, Any] | None
    error: dict[str, Any] | None
    source_id: str | None
    job_id: str | None
    owner: str | None
    created_at: float
    deleted_at: float | None
    revision: int


class Assets:
    """The assets in a database."""

    def __init__(self, database: Database):
        self._database = database

    def add(
        self,
        connection: Connection | None = None,
        *,
        name: str,
        sha256: str,
        size_bytes: int,
        media_type: str,
        kind: str,
        is_audio: bool,
        state: str | None = None,
        source_id: str | None = None,
        job_id: str | None = None,
        owner: str | None = None,
        id: str | None = None,  # noqa: A002 - the column's name
    ) -> Asset:
        """Add a blob that is in storage to the library.

        Without a ``state``, uploads and audio products wait to be prepared, and all else is ready.
        """
        if state is None:
            state = "preparing" if kind == "upload" or (kind == "product" and is_audio) else "ready"
        with self._writing(connection) as inner:
            now = self._database.now(inner)
            add_blob(inner, sha256, size_bytes, now)
            row: dict[str, Any] = {
                "id": id or make_id(),
                "name": clean_name(name),
                "kind": kind,
                "state": state,
                "sha256": sha256,
                "size_bytes": size_bytes,
                "media_type": media_type,
                "is_audio": is_audio,
                "source_id": source_id,
                "job_id": job_id,
                "owner": owner,
                "created_at": now,
            }
            inner.execute(sa.insert(ASSETS).values(**row))
            return self._get(inner, row["id"], with_deleted=False)

    def get(self, asset_id: str, *, with_deleted: bool = False) -> Asset:
        """Return an asset; raise `AssetMissingError` if there is none, or it is in the bin and not asked for there."""
        with self._database.read() as connection:
            return self._get(connection, asset_id, with_deleted=with_deleted)

    def _get(self, connection: Connection, asset_id: str, *, with_deleted: bool) -> Asset:
        query = sa.select(ASSETS).where(ASSETS.c.id == asset_id)
        if not with_deleted:
            query = query.where(ASSETS.c.deleted_at.is_(None))
        found = _records(connection, query)
        if not found:
            raise _missing(asset_id)
        return found[0]

    def many(self, asset_ids: Iterable[str]) -> dict[str, Asset]:
        """Return the assets among these identities that there are, those in the bin too."""
        wanted = list(asset_ids)
        with self._database.read() as connection:
            found = _records(connection, sa.select(ASSETS).where(ASSETS.c.id.in_(wanted))) if wanted else []
        return {asset.id: asset for asset in found}

    def page(
        self,
        *,
        q: str | None = None,
        tags: Sequence[str] = (),
        kind: str | None = None,
        states: Sequence[str] = (),
        is_audio: bool | None = None,
        is_deleted: bool = False,
        owner: str | None = None,
        source_id: str | None = None,
        sha256: str | None = None,
        sort: str = "-created_at",
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Asset]:
        """Return a page of the library. Parts are listed only when asked for by their kind.

        Each word of ``q`` must occur in the name, title, artist or a tag; all ``tags`` must be there.
        """
        wanted: list[sa.ColumnElement[bool]] = [
            ASSETS.c.deleted_at.is_not(None) if is_deleted else ASSETS.c.deleted_at.is_(None)
        ]
        wanted.append(ASSETS.c.kind != "part" if kind is None else ASSETS.c.kind == kind)
        for column, value in (
            (ASSETS.c.is_audio, is_audio),
            (ASSETS.c.owner, owner),
            (ASSETS.c.source_id, source_id),
            (ASSETS.c.sha256, sha256),
        ):
            if value is not None:
                wanted.append(column == value)
        if states:
            wanted.append(ASSETS.c.state.in_(states))
        wanted += [_has_word(word) for word in (q or "").split()[:20]]
        wanted += [_has_tag(ASSET_TAGS.c.tag == tag) for tag in tags]
        descending = sort.startswith("-")
        key = _sort_key(sort.removeprefix("-"))
        order = [key.desc(), ASSETS.c.id.desc()] if descending else [key, ASSETS.c.id]
        query = sa.select(ASSETS, key.label("sort_key")).where(*wanted).order_by(*order)
        if cursor is not None:
            place = sa.tuple_(*(sa.literal(value) for value in read_cursor(cursor, sort, 2)))
            here = sa.tuple_(key, ASSETS.c.id)
            query = query.where(here < place if descending else here > place)
        with self._database.read() as connection:
            n_total = connection.execute(sa.select(sa.func.count()).select_from(ASSETS).where(*wanted)).scalar_one()
            rows = connection.execute(query.limit(check_limit(limit) + 1)).mappings().all()
            items = tuple(_with_tags(connection, rows[:limit]))
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(items, make_cursor(sort, last["sort_key"], last["id"]) if last else None, n_total)

    def change(
        self,
        asset_id: str,
        *,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        revision: int | None = None,
    ) -> Asset:
        """Rename or tag an asset; with a ``revision``, only if it is still the one that was read."""
        values: dict[str, Any] = {} if name is None else {"name": check_name(name)}
        wanted = None if tags is None else check_tags(tags)
        with self._database.write() as connection:
            asset = self._get(connection, asset_id, with_deleted=False)
            if revision is not None and revision != asset.revision:
                raise RevisionError(
                    f"The asset was changed since it was read: it is at revision {asset.revision}.",
                    field="revision",
                    value=revision,
                    bound=asset.revision,
                    remedy="Read it again, then change it.",
                )
            if wanted is not None:
                connection.execute(sa.delete(ASSET_TAGS).where(ASSET_TAGS.c.asset_id == asset_id))
                if wanted:
                    connection.execute(sa.insert(ASSET_TAGS), [{"asset_id": asset_id, "tag": tag} for tag in wanted])
            self._set(connection, asset_id, values)
            return self._get(connection, asset_id, with_deleted=False)

    def bin(self, asset_id: str) -> None:
        """Put an asset into the bin."""
        with self._database.write() as connection:
            self._get(connection, asset_id, with_deleted=False)
            self._set(connection, asset_id, {"deleted_at": self._database.now(connection)})

    def take_out(self, asset_id: str) -> None:
        """Take an asset out of the bin."""
        with self._database.write() as connection:
            self._get(connection, asset_id, with_deleted=True)
            self._set(connection, asset_id, {"deleted_at": None})

    def purge(self, older_than_s: float) -> int:
        """Remove assets that have lain in the bin for longer, with their parts; return how many.

        Their blobs go with the next clean-up, unless something else has the same content.
        """
        with self._database.write() as connection:
            before = self._database.now(connection) - older_than_s
            query = sa.select(ASSETS.c.id, ASSETS.c.sha256, ASSETS.c.prepared).where(ASSETS.c.deleted_at <= before)
            rows = connection.execute(query).all()
            for asset_id, sha256, prepared in rows:
                connection.execute(sa.delete(ASSETS).where(ASSETS.c.id == asset_id))
                self._purge_parts(connection, asset_id, sha256, prepared)
            if rows:
                # A version is forgotten with the last of its files.
                connection.execute(
                    sa.delete(VERSIONS).where(~sa.exists().where(VERSION_FILES.c.version_id == VERSIONS.c.id))
                )
        return len(rows)

    def _purge_parts(self, connection: Connection, asset_id: str, sha256: str, prepared: Any) -> None:
        """Remove the parts of an asset that is gone, unless another of the same content shares them."""
        parts = sa.and_(
            ASSETS.c.kind == "part", sa.or_(ASSETS.c.source_id == asset_id, ASSETS.c.id.in_(sorted(part_ids(prepared))))
        )
        twin = sa.select(ASSETS.c.id).where(ASSETS.c.sha256 == sha256, ASSETS.c.kind != "part").limit(1)
        heir = connection.execute(twin).scalar_one_or_none()
        if heir is None:
            gone = connection.execute(sa.select(ASSETS.c.id, ASSETS.c.sha256, ASSETS.c.prepared).where(parts)).all()
            connection.execute(sa.delete(ASSETS).where(parts))
            for part in gone:  # one that is heard by itself, such as a preview, has parts of its own
                if part.prepared is not None:
                    self._purge_parts(connection, *part)
        else:
            connection.execute(sa.update(ASSETS).where(parts).values(source_id=heir))

    def tags(self) -> list[tuple[str, int]]:
        """Return all tags with how many assets bear each, the most used first."""
        n_assets = sa.func.count().label("n_assets")
        query = (
            sa.select(ASSET_TAGS.c.tag, n_assets)
            .join(ASSETS, ASSETS.c.id == ASSET_TAGS.c.asset_id)
            .where(ASSETS.c.deleted_at.is_(None))
            .group_by(ASSET_TAGS.c.tag)
            .order_by(n_assets.desc(), ASSET_TAGS.c.tag)
        )
        with self._database.read() as connection:
            return [(tag, count) for tag, count in connection.execute(query)]

    def used_bytes(self, connection: Connection, owner: str | None) -> int:
        """Return how much a user's uploads take, the open ones with the length that they announced."""
        is_theirs = ASSETS.c.owner.is_(None) if owner is None else ASSETS.c.owner == owner
        kept = sa.select(sa.func.coalesce(sa.func.sum(ASSETS.c.size_bytes), 0)).where(
            is_theirs, ASSETS.c.kind == "upload"
        )
        is_open = [UPLOADS.c.owner.is_(None) if owner is None else UPLOADS.c.owner == owner, UPLOADS.c.state == "open"]
        length = sa.func.coalesce(UPLOADS.c.length_bytes, UPLOADS.c.offset_bytes)
        coming = sa.select(sa.func.coalesce(sa.func.sum(length), 0)).where(*is_open)
        return int(connection.execute(kept).scalar_one()) + int(connection.execute(coming).scalar_one())

    def _set(self, connection: Connection, asset_id: str, values: Mapping[str, Any]) -> None:
        connection.execute(
            sa.update(ASSETS).where(ASSETS.c.id == asset_id).values(**values, revision=ASSETS.c.revision + 1)
        )

    @contextlib.contextmanager
    def _writing(self, connection: Connection | None) -> Iterator[Connection]:
        if connection is not None:
            yield connection
            return
        with self._database.write() as own:
            yield own


def add_blob(connection: Connection, sha256: str, size_bytes: int, now: float) -> None:
    """Note that a blob is in storage; once more is harmless."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {"sha256": sha256, "size_bytes": size_bytes, "created_at": now}
    connection.execute(insert(BLOBS).values(**values).on_conflict_do_nothing())


def assets_of(connection: Connection, asset_ids: Iterable[str]) -> dict[str, Asset]:
    """Return the assets among these identities that there are, without those in the bin."""
    wanted = sorted(asset_ids)
    query = sa.select(ASSETS).where(ASSETS.c.id.in_(wanted), ASSETS.c.deleted_at.is_(None))
    return {asset.id: asset for asset in _records(connection, query)} if wanted else {}


def _missing(asset_id: str) -> AssetMissingError:
    return AssetMissingError(
        f"There is no asset {asset_id[:80]!r}.",
        field="asset_id",
        value=asset_id[:80],
        remedy="It may have been deleted: look into the bin.",
    )


def _records(connection: Connection, query: sa.Select[Any]) -> list[Asset]:
    return _with_tags(connection, connection.execute(query).mappings().all())


def _with_tags(connection: Connection, rows: Sequence[RowMapping]) -> list[Asset]:
    tags: dict[str, list[str]] = {row["id"]: [] for row in rows}
    if rows:
        query = sa.select(ASSET_TAGS).where(ASSET_TAGS.c.asset_id.in_(list(tags))).order_by(ASSET_TAGS.c.tag)
        for asset_id, tag in connection.execute(query):
            tags[asset_id].append(tag)
    return [_record(row, tuple(tags[row["id"]])) for row in rows]


def _record(row: RowMapping, tags: tuple[str, ...]) -> Asset:
    values = {name: row[name] for name in Asset.__dataclass_fields__ if name != "tags"}
    return Asset(**values, tags=tags)


def _sort_key(name: str) -> sa.ColumnElement[Any]:
    if name not in SORTS:
        raise ChoiceUnknownError(
            f"Assets cannot be sorted by {name!r}.",
            field="sort",
            value=name,
            bound=SORTS,
            remedy=f"Choose one of {', '.join(SORTS)}, with a minus for the other way round.",
        )
    if name == "name":
        return sa.func.lower(ASSETS.c.name)
    if name in ("duration_s", "integrated_lufs"):
        return sa.func.coalesce(ASSETS.c[name], _LOWEST)
    return ASSETS.c[name]


def _has_word(word: str) -> sa.ColumnElement[bool]:
    signs = {"\\": "\\\\", "%": "\\%", "_": "\\_"}
    pattern = "%" + "".join(signs.get(sign, sign) for sign in word.lower()) + "%"
    columns = (ASSETS.c.name, ASSETS.c.title, ASSETS.c.artist)
    return sa.or_(
        *(sa.func.lower(column).like(pattern, escape="\\") for column in columns),
        _has_tag(sa.func.lower(ASSET_TAGS.c.tag).like(pattern, escape="\\")),
    )


def _has_tag(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(ASSET_TAGS.c.asset_id == ASSETS.c.id, condition)


PART_KEYS = ("file", "spectrogram")
"""Under these names a preparer's result refers to the parts that it made."""


def part_ids(prepared: Any) -> set[str]:
    """Return the identities of the parts that a preparer's result names, at any depth."""
    if isinstance(prepared, list):
        return set().union(*(part_ids(value) for value in prepared))
    if not isinstance(prepared, Mapping):
        return set()
    found = {prepared[key] for key in PART_KEYS if isinstance(prepared.get(key), str)}
    return found.union(*(part_ids(value) for value in prepared.values()))
