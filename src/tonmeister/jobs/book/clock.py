"""What to do when the clock was set back: work that is due must not wait until it has caught up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tonmeister.store.tables import JOBS, LEASES, STEPS

if TYPE_CHECKING:
    from tonmeister.jobs.book.ledger import Ledger
    from tonmeister.jobs.book.rules import Rules

_LEASES = 4.0
"""No supervisor promises to do without a sign of life for so many times our lease."""


def follow_clock(ledger: Ledger, rules: Rules) -> int:
    """Make due what a clock that went ahead has put off too far; return how many steps.

    A step waits for the moment that was asked for, or for another attempt after ``cap_s`` at most: what is to wait
    longer was written by another clock. A lease that lasts too long would keep the work of the dead from others.
    """
    with ledger.database.read() as connection:
        now = ledger.database.now(connection)
        # Planned work has a moment after that of its making; all other was due when it was made.
        asked_for = sa.case((JOBS.c.run_at > JOBS.c.created_at, JOBS.c.run_at), else_=0.0)
        late = connection.execute(
            sa.select(STEPS.c.id, STEPS.c.job_id)
            .join(JOBS, JOBS.c.id == STEPS.c.job_id)
            .where(
                STEPS.c.state == "queued", STEPS.c.run_at > now + rules.cap_s, STEPS.c.run_at > asked_for + rules.cap_s
            )
            .order_by(STEPS.c.job_id)
        ).all()
        n_long = connection.execute(
            sa.select(sa.func.count()).where(LEASES.c.until > now + _LEASES * rules.lease_s)
        ).scalar_one()
    if not late and not n_long:
        return 0
    with ledger.change() as change:
        for row in late:
            change.lock_job(row.job_id)
            change.connection.execute(
                sa.update(STEPS).where(STEPS.c.id == row.id, STEPS.c.state == "queued").values(run_at=change.now)
            )
        longest = change.now + _LEASES * rules.lease_s
        change.connection.execute(sa.update(LEASES).where(LEASES.c.until > longest).values(until=longest))
    return len(late)
