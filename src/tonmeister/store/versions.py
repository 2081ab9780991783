"""Versions of a song: what was made of it, kept beside it, so that clearing the history of jobs takes none away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import RevisionError, VersionMissingError
from tonmeister.store.assets import Asset, assets_of
from tonmeister.store.database import Database, make_id
from tonmeister.store.pages import Page, check_limit, make_cursor, read_cursor
from tonmeister.store.tables import ASSETS, JOBS, VERSION_FILES, VERSIONS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, RowMapping

_SORT = "-created_at"
NO_VERSION = "none"
"""What is continued where there is no version yet."""


@dataclass(frozen=True)
class Version:
    """One thing that was made of a song."""

    id: str
    asset_id: str
    """The song."""
    capability: str
    params: dict[str, Any]
    result: dict[str, Any]
    """The capability's result; of an album the part that is about this song."""
    job_id: str
    """The job that made it."""
    has_job: bool
    """Whether that job is still in the history."""
    restored_from: str | None
    """The earlier version that it brings back, if it does."""
    files: tuple[Asset, ...]
    """Its files, without those in the bin."""
    created_at: float


class Versions:
    """The versions in a database."""

    def __init__(self, database: Database):
        self._database = database

    def page(
        self, asset_id: str, *, capability: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[Version]:
        """Return a page of a song's versions, the latest first, without those whose files all lie in the bin."""
        wanted = [VERSIONS.c.asset_id == asset_id, _has_files()]
        if capability is not None:
            wanted.append(VERSIONS.c.capability == capability)
        query = sa.select(VERSIONS).where(*wanted).order_by(VERSIONS.c.created_at.desc(), VERSIONS.c.id.desc())
        if cursor is not None:
            place = sa.tuple_(*(sa.literal(value) for value in read_cursor(cursor, _SORT, 2)))
            query = query.where(sa.tuple_(VERSIONS.c.created_at, VERSIONS.c.id) < place)
        with self._database.read() as connection:
            n_total = connection.execute(sa.select(sa.func.count()).select_from(VERSIONS).where(*wanted)).scalar_one()
            rows = connection.execute(query.limit(check_limit(limit) + 1)).mappings().all()
            items = _records(connection, rows[:limit])
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(items, make_cursor(_SORT, last["created_at"], last["id"]) if last else None, n_total)

    def get(self, asset_id: str, version_id: str) -> Version:
        """Return one version of a song; raise `VersionMissingError` if there is none."""
        query = sa.select(VERSIONS).where(VERSIONS.c.id == version_id, VERSIONS.c.asset_id == asset_id, _has_files())
        with self._database.read() as connection:
            found = _records(connection, connection.execute(query).mappings().all())
        if not found:
            raise _missing(version_id)
        return found[0]

    def restore(self, asset_id: str, version_id: str, base_version: str | None = None) -> Version:
        """Bring a version back as the newest one, with the files that it has; return it, or the newest if it is that.

        Nothing is lost: those in between stay. Raises `RevisionError` where ``base_version`` is outdated.
        """
        query = sa.select(VERSIONS).where(VERSIONS.c.id == version_id, VERSIONS.c.asset_id == asset_id, _has_files())
        with self._database.write() as connection:
            found = connection.execute(query).mappings().first()
            if found is None:
                raise _missing(version_id)
            newest = check_base(connection, asset_id, found["capability"], base_version)
            if newest == version_id:
                restored_id = version_id
            else:
                restored_id = make_id()
                now = self._database.now(connection)
                values = {**found, "id": restored_id, "restored_from": version_id, "created_at": now}
                connection.execute(sa.insert(VERSIONS).values(**values))
                files = connection.execute(
                    sa.select(VERSION_FILES.c.asset_id, VERSION_FILES.c.position).where(
                        VERSION_FILES.c.version_id == version_id
                    )
                ).mappings()
                links = [{"version_id": restored_id, **file} for file in files]
                connection.execute(sa.insert(VERSION_FILES), links)
        return self.get(asset_id, restored_id)


def newest_version(connection: Connection, asset_id: str, capability: str) -> str | None:
    """Return the identity of a song's newest version by a capability; none if it has none."""
    query = (
        sa.select(VERSIONS.c.id)
        .where(VERSIONS.c.asset_id == asset_id, VERSIONS.c.capability == capability, _has_files())
        .order_by(VERSIONS.c.created_at.desc(), VERSIONS.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def check_base(connection: Connection, asset_id: str, capability: str, base_version: str | None) -> str | None:
    """Return a song's newest version by a capability; raise `RevisionError` if it is not the one that was built on.

    Held until the end of the transaction, so that of two that build on the same version one comes too late.
    """
    if connection.dialect.name != "sqlite":
        song = sa.select(ASSETS.c.id).where(ASSETS.c.id == asset_id).with_for_update(key_share=True)
        connection.execute(song)
    newest = newest_version(connection, asset_id, capability)
    if base_version is None or base_version == (newest or NO_VERSION):
        return newest
    raise RevisionError(
        "The song has another newest version by now than the one that this was made from.",
        field="base_version",
        value=base_version[:80],
        bound=newest or NO_VERSION,
        remedy=f"Look at the song's versions; to put yours above them, send base_version {newest or NO_VERSION!r}.",
    )


def _missing(version_id: str) -> VersionMissingError:
    return VersionMissingError(
        f"The asset has no version {version_id[:80]!r}.",
        field="version_id",
        value=version_id[:80],
        remedy="Its files may have been deleted: look into the bin, or list the asset's versions.",
    )


def add_version(
    connection: Connection,
    *,
    asset_id: str,
    capability: str,
    params: Mapping[str, Any],
    result: Mapping[str, Any],
    job_id: str,
    file_ids: Sequence[str],
    now: float,
    is_newest: bool = False,
) -> None:
    """Keep a version of a song. Nothing happens if the song is gone, or has a version with one of these files.

    ``is_newest``: it becomes the newest, also where an older version has these files.
    """
    has_song = connection.execute(sa.select(ASSETS.c.id).where(ASSETS.c.id == asset_id)).first() is not None
    known = (
        sa.select(VERSIONS.c.id)
        .join(VERSION_FILES, VERSION_FILES.c.version_id == VERSIONS.c.id)
        .where(VERSIONS.c.asset_id == asset_id, VERSION_FILES.c.asset_id.in_(file_ids))
    )
    if is_newest:
        known = known.where(VERSIONS.c.id == newest_version(connection, asset_id, capability))
    if not has_song or not file_ids or connection.execute(known.limit(1)).first() is not None:
        return
    version_id = make_id()
    connection.execute(
        sa.insert(VERSIONS).values(
            id=version_id,
            asset_id=asset_id,
            capability=capability,
            params=dict(params),
            result=dict(result),
            job_id=job_id,
            created_at=now,
        )
    )
    connection.execute(
        sa.insert(VERSION_FILES),
        [
            {"version_id": version_id, "asset_id": file_id, "position": position}
            for position, file_id in enumerate(dict.fromkeys(file_ids))
        ],
    )


def _has_files() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        VERSION_FILES.c.version_id == VERSIONS.c.id,
        VERSION_FILES.c.asset_id == ASSETS.c.id,
        ASSETS.c.deleted_at.is_(None),
    )


def _records(connection: Connection, rows: Sequence[RowMapping]) -> tuple[Version, ...]:
    ids = [row["id"] for row in rows]
    query = (
        sa.select(VERSION_FILES.c.version_id, VERSION_FILES.c.asset_id)
        .where(VERSION_FILES.c.version_id.in_(ids))
        .order_by(VERSION_FILES.c.position)
    )
    links = connection.execute(query).all() if ids else []
    files = assets_of(connection, {link.asset_id for link in links})
    jobs = sa.select(JOBS.c.id).where(JOBS.c.id.in_({row["job_id"] for row in rows}))
    alive = set(connection.execute(jobs).scalars()) if ids else set()
    return tuple(
        Version(
            **row,
            has_job=row["job_id"] in alive,
            files=tuple(
                files[link.asset_id] for link in links if link.version_id == row["id"] and link.asset_id in files
            ),
        )
        for row in rows
    )
