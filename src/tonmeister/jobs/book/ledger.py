"""One transaction on the job table: what is read and written in it, and the events that it leaves behind."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.jobs.keys import AssetFacts
from tonmeister.store.tables import ASSETS, EVENTS, JOBS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from tonmeister.jobs.bus import Bus
    from tonmeister.store.database import Database

Row = dict[str, Any]
"""A row of a table as read."""

_EVENT_LOCK = 7_066_101
"""PostgreSQL hands out sequence numbers before the commit: without this lock a reader could pass over a late one."""


@dataclass
class Change:
    """A transaction on the job table. A job is locked before its steps, so that transactions never wait in a ring."""

    connection: Connection
    now: float
    is_sqlite: bool
    _events: list[tuple[str, str, dict[str, Any], bool]] = field(default_factory=list)

    def event(self, job_id: str, type: str, data: dict[str, Any], *, is_told: bool = True) -> None:  # noqa: A002
        """Note an event; it is written at the end of the transaction and told after it, unless it was told already."""
        self._events.append((job_id, type, data, is_told))

    def lock_job(self, job_id: str) -> Row | None:
        """Return the job's row, held until the end of the transaction; none if there is no such job."""
        query = sa.select(JOBS).where(JOBS.c.id == job_id)
        found = self.connection.execute(query if self.is_sqlite else query.with_for_update()).mappings().first()
        return None if found is None else dict(found)

    def set_job(self, job_id: str, **values: Any) -> None:
        """Change a job; its revision rises."""
        self.connection.execute(
            sa.update(JOBS).where(JOBS.c.id == job_id).values(revision=JOBS.c.revision + 1, **values)
        )

    def tell_job(self, job_id: str, type: str, *, is_told: bool = True, **more: Any) -> None:  # noqa: A002
        """Note an event that carries the job's present state."""
        columns = (
            JOBS.c.state,
            JOBS.c.progress_percent,
            JOBS.c.message,
            JOBS.c.revision,
            JOBS.c.capability,
            JOBS.c.label,
            JOBS.c.is_system,
            JOBS.c.parent_id,
        )
        row = self.connection.execute(sa.select(*columns).where(JOBS.c.id == job_id)).mappings().one()
        self.event(job_id, type, {**row, **more}, is_told=is_told)

    def assets(self, ids: Sequence[str]) -> dict[str, AssetFacts]:
        """Return what is known of those assets that exist and are not in the bin."""
        if not ids:
            return {}
        rows = self.connection.execute(
            sa.select(ASSETS.c.id, ASSETS.c.sha256, ASSETS.c.name, ASSETS.c.media_type, ASSETS.c.size_bytes).where(
                ASSETS.c.id.in_(set(ids)), ASSETS.c.deleted_at.is_(None)
            )
        )
        return {row.id: AssetFacts(row.sha256, row.name, row.media_type, row.size_bytes) for row in rows}

    def write_events(self) -> list[dict[str, Any]]:
        """Write the events, and return them as messages for the bus."""
        if not self._events:
            return []
        if not self.is_sqlite:
            self.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_EVENT_LOCK)))
        messages = []
        for job_id, kind, data, is_told in self._events:
            added = self.connection.execute(
                sa.insert(EVENTS).values(job_id=job_id, type=kind, data=data, at=self.now).returning(EVENTS.c.seq)
            )
            message = message_of(added.scalar_one(), job_id, kind, data)
            if is_told:
                messages.append(message)
        return messages


def message_of(seq: int | None, job_id: str, type: str, data: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Return an event as a message of the bus; those of assets belong to the library."""
    if type.startswith("asset_"):
        return {"seq": seq, "topic": "library", "id": data["asset_id"], "type": type, "data": data}
    return {"seq": seq, "topic": "job", "id": job_id, "type": type, "data": data}


class Ledger:
    """Opens transactions on the job table, and tells the bus what they changed."""

    def __init__(self, database: Database, bus: Bus):
        self.database = database
        self.bus = bus

    @contextlib.contextmanager
    def change(self) -> Iterator[Change]:
        """Open a transaction; when it has committed, its events are told."""
        with self.database.write() as connection:
            change = Change(connection, self.database.now(connection), self.database.is_sqlite)
            yield change
            messages = change.write_events()
        for message in messages:
            self.bus.publish(message)
