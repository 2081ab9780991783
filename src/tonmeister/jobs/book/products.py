"""The files that steps leave: assets of the library, made fit for listening by a job of the studio's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.jobs.book.earlier import resolved
from tonmeister.jobs.material import sources_of
from tonmeister.jobs.media_types import promises_sound
from tonmeister.store.assets import add_blob
from tonmeister.store.names import clean_name
from tonmeister.store.tables import ASSETS

if TYPE_CHECKING:
    from tonmeister.core.capability import Registry
    from tonmeister.jobs.book.ledger import Change, Row

NO_SOUND = "application/octet-stream"
"""What is called sound and is none is just bytes."""

Prepare = Callable[["Change", str, str, "str | None"], "str | None"]
"""Makes the job that prepares an asset: change, id of the asset, its name, its owner."""


class Products:
    """Adds the products of steps to the library.

    ``preparer`` is the capability that makes new audio fit for listening, ``prepare`` makes the job that runs it.
    """

    def __init__(self, registry: Registry, preparer: str | None, prepare: Prepare):
        self._registry = registry
        self._preparer = preparer
        self._preparer_field = registry[preparer].batch_field if preparer else None
        self._prepare = prepare

    def store(self, change: Change, products: Sequence[Mapping[str, Any]]) -> None:
        """Note the files of products, which lie in storage already."""
        # In one order everywhere, so that transactions with the same files never wait in a ring.
        for product in sorted(products, key=lambda product: str(product["sha256"])):
            add_blob(change.connection, product["sha256"], product["size_bytes"], change.now)

    def add(
        self,
        change: Change,
        job: Row,
        step: Mapping[str, Any],
        result: Mapping[str, Any],
        products: Sequence[Mapping[str, Any]],
    ) -> None:
        """Add what a step has made to the library; new audio is prepared for listening."""
        self.store(change, products)
        if not products:
            return
        capability = self._registry[step["capability"]]
        sources = sources_of(capability, resolved(change, step), result, products)
        is_part = job["is_system"] or capability.is_passing
        for product in products:
            name = clean_name(product["name"])  # made from a song's name and a suffix it may be too long
            is_prepared = product["is_audio"] and not job["is_system"] and self._preparer is not None
            change.connection.execute(
                sa.insert(ASSETS).values(
                    id=product["asset_id"],
                    name=name,
                    kind="part" if is_part else "product",
                    state="preparing" if is_prepared else "ready",
                    sha256=product["sha256"],
                    size_bytes=product["size_bytes"],
                    media_type=product["media_type"],
                    is_audio=product["is_audio"] and not job["is_system"],
                    source_id=sources.get(product["asset_id"]),
                    job_id=job["id"],
                    owner=job["owner"],
                    created_at=change.now,
                )
            )
            if not is_part:
                change.event(
                    job["id"],
                    "asset_added",
                    {"asset_id": product["asset_id"], "name": name, "kind": "product"},
                )
            if is_prepared:
                self._prepare(change, product["asset_id"], name, job["owner"])

    def is_preparation(self, job: Row) -> bool:
        """Tell whether the job is the studio's own that prepares an asset."""
        return bool(job["is_system"]) and job["capability"] == self._preparer

    def _prepared_asset(self, job: Row) -> str:
        assert self._preparer_field is not None
        return str(job["params"][self._preparer_field])

    def prepared(self, change: Change, job: Row, result: Mapping[str, Any]) -> None:
        """Make the preparer's result part of the asset."""
        asset_id = self._prepared_asset(job)
        measurement = result.get("measurement") or {}
        found = (result.get("facts") or {}).get("media_type")
        change.connection.execute(
            sa.update(ASSETS)
            .where(ASSETS.c.id == asset_id)
            .values(
                state="ready",
                prepared=dict(result),
                is_audio=True,
                media_type=ASSETS.c.media_type if found is None else _media_type(str(found)),
                error=None,
                duration_s=result.get("duration_s"),
                integrated_lufs=measurement.get("integrated_lufs"),
                title=_short(result.get("title")),
                artist=_short(result.get("artist")),
                revision=ASSETS.c.revision + 1,
            )
        )
        change.event(job["id"], "asset_ready", {"asset_id": asset_id, "state": "ready", "name": job["label"]})

    def not_prepared(self, change: Change, job: Row, error: Any) -> None:
        """Tell with the asset why it could not be prepared."""
        asset_id = self._prepared_asset(job)
        values: dict[str, Any] = {}
        if isinstance(error, Mapping) and error.get("code") == FormatUnsupportedError.code:
            # Its name may call it sound, or a film with sound: it is neither.
            named = sa.select(ASSETS.c.media_type).where(ASSETS.c.id == asset_id)
            media_type = change.connection.execute(named).scalar_one_or_none()
            values = {"is_audio": False} | ({"media_type": NO_SOUND} if promises_sound(media_type or "") else {})
        change.connection.execute(
            sa.update(ASSETS)
            .where(ASSETS.c.id == asset_id)
            .values(state="failed", error=error, revision=ASSETS.c.revision + 1, **values)
        )
        change.event(
            job["id"], "asset_failed", {"asset_id": asset_id, "state": "failed", "name": job["label"], "error": error}
        )

    def preparing_again(self, change: Change, job: Row) -> None:
        """Tell with the asset that its preparation is tried again."""
        change.connection.execute(
            sa.update(ASSETS)
            .where(ASSETS.c.id == self._prepared_asset(job))
            .values(state="preparing", error=None, revision=ASSETS.c.revision + 1)
        )


def _media_type(found: str) -> sa.ColumnElement[str]:
    """Return what an asset is called when its content is found to be this."""
    # A film and its sound alone are told apart by the name: they are of one kind inside.
    is_film = ASSETS.c.media_type == found.replace("audio/", "video/", 1)
    return sa.case((is_film, ASSETS.c.media_type), else_=found)


def _short(text: Any) -> str | None:
    return None if text is None else str(text)[:255]
