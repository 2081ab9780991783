"""Signs of life of supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tonmeister.jobs.reading import BEAT_LIMIT_S
from tonmeister.store.tables import HEARTBEATS

if TYPE_CHECKING:
    from tonmeister.jobs.book.ledger import Ledger
    from tonmeister.jobs.book.rules import Holder

_FORGET_S = 3600.0


class Heartbeats:
    """Which supervisors are there, and how much they can do."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger

    def beat(self, holder: Holder, *, version: str, executor: str, n_slots: int, n_busy: int) -> None:
        """Write that the supervisor is alive; those long silent are forgotten."""
        with self.ledger.change() as change:
            values = {"n_slots": n_slots, "n_busy": n_busy, "beat_at": change.now}
            known = change.connection.execute(
                sa.update(HEARTBEATS).where(HEARTBEATS.c.id == holder.id).values(**values)
            ).rowcount
            if not known:
                change.connection.execute(
                    sa.insert(HEARTBEATS).values(
                        id=holder.id,
                        host=holder.host,
                        pid=holder.pid,
                        boot_id=holder.boot_id,
                        version=version,
                        executor=executor,
                        started_at=change.now,
                        **values,
                    )
                )
            beat_at = HEARTBEATS.c.beat_at  # one far ahead is from before the clock was set back
            is_old = sa.or_(beat_at < change.now - _FORGET_S, beat_at > change.now + _FORGET_S)
            change.connection.execute(sa.delete(HEARTBEATS).where(is_old))

    def n_slots_alive(self, holder: Holder) -> int:
        """Return how many jobs the other supervisors that are alive can do at once."""
        with self.ledger.database.read() as connection:
            now = self.ledger.database.now(connection)
            total = connection.execute(
                sa.select(sa.func.sum(HEARTBEATS.c.n_slots)).where(
                    HEARTBEATS.c.beat_at > now - BEAT_LIMIT_S, HEARTBEATS.c.id != holder.id
                )
            ).scalar_one()
        return int(total or 0)

    def leave(self, holder: Holder) -> None:
        """Forget the supervisor: it ends."""
        with self.ledger.change() as change:
            change.connection.execute(sa.delete(HEARTBEATS).where(HEARTBEATS.c.id == holder.id))
