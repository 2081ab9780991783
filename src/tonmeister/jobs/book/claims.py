"""Taking work: the next step that is due, under a lease, within the limits by kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import TonmeisterError
from tonmeister.jobs.book.earlier import resolved
from tonmeister.jobs.book.limits import Limits
from tonmeister.jobs.book.rules import Claim, Holder, Rules
from tonmeister.jobs.keys import AssetFacts
from tonmeister.jobs.plans import STUDIO
from tonmeister.store.database import make_id
from tonmeister.store.tables import JOBS, LEASES, STEPS

if TYPE_CHECKING:
    from tonmeister.jobs.book.ledger import Change, Ledger, Row
    from tonmeister.jobs.book.transitions import Transitions

_MAX_ANSWERED = 50
"""So many steps are answered by earlier results in one claim at most: others want to write too."""
_ORDER = (STEPS.c.priority.desc(), STEPS.c.run_at, STEPS.c.job_id, STEPS.c.position)


class Claims:
    """Gives out what is due, each step to one supervisor.

    ``limits`` say how many steps of a kind are done at once, by all supervisors of the database together.
    """

    def __init__(
        self, ledger: Ledger, transitions: Transitions, rules: Rules | None = None, limits: Limits | None = None
    ):
        self._ledger = ledger
        self._transitions = transitions
        self._rules = rules or Rules()
        self._limits = limits or Limits()

    def claim(
        self,
        holder: Holder,
        versions: Mapping[str, str | None],
        *,
        without: Collection[str] = (),
        step_id: str | None = None,
    ) -> Claim | None:
        """Take the next step that is due, of the capabilities in ``versions`` (padded; none: any), or return none.

        Steps that an earlier result answers, and steps whose parameters turn out wrong, are dealt with on the way.
        """
        kinds = {name: version for name, version in versions.items() if name not in without}
        for _ in range(_MAX_ANSWERED):
            if not kinds:
                return None
            with self._ledger.change() as change:
                row = self._next(change, kinds, step_id)
                if row is None:
                    return None
                full = self._limits.full_with(change, row["capability"], row["priority"])
                claim = None if full else self._take(change, holder, row)
            if claim is not None or step_id is not None:
                return claim
            kinds = {name: version for name, version in kinds.items() if name not in full}
        return None

    def _next(self, change: Change, kinds: Mapping[str, str | None], step_id: str | None) -> Row | None:
        fitting = sa.or_(
            *(
                STEPS.c.capability == name
                if version is None
                else sa.and_(
                    STEPS.c.capability == name, sa.or_(STEPS.c.min_version.is_(None), STEPS.c.min_version <= version)
                )
                for name, version in kinds.items()
            )
        )
        query = (
            sa.select(STEPS)
            .join(JOBS, JOBS.c.id == STEPS.c.job_id)
            .where(STEPS.c.state == "queued", STEPS.c.run_at <= change.now, fitting)
            .order_by(*_ORDER)
            .limit(1)
        )
        if step_id is not None:
            query = query.where(STEPS.c.id == step_id)
        if not change.is_sqlite:
            # The job is locked with its step, as everywhere else; what somebody works on is passed over.
            query = query.with_for_update(of=[STEPS, JOBS], skip_locked=True)
        found = change.connection.execute(query).mappings().first()
        return None if found is None else dict(found)

    def _take(self, change: Change, holder: Holder, row: Row) -> Claim | None:
        job = change.lock_job(row["job_id"])
        assert job is not None
        params, facts, key = row["params"], dict[str, AssetFacts](), None
        if not row["capability"].startswith(STUDIO):
            try:
                params = resolved(change, row)
                key, checked, facts = self._transitions.earlier.key_of(change, row["capability"], params)
                params = checked.model_dump(mode="json", exclude_unset=True)
            except TonmeisterError as error:
                self._transitions.fail(change, job, row, error)
                return None
            if self._transitions.answer(change, row, key):
                return None
        token = make_id()
        change.connection.execute(
            sa.insert(LEASES).values(
                step_id=row["id"],
                token=token,
                holder=holder.id,
                host=holder.host,
                boot_id=holder.boot_id,
                pid=holder.pid,
                until=change.now + self._rules.lease_s,
            )
        )
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == row["id"])
            .values(
                state="processing",
                cache_key=key,
                n_attempts=STEPS.c.n_attempts + 1,
                started_at=change.now,
                progress_percent=0.0,
                message="",
            )
        )
        if job["state"] == "queued":
            change.set_job(
                job["id"],
                state="processing",
                **({"started_at": change.now} if job["started_at"] is None else {}),
            )
            change.tell_job(job["id"], "started")
        return Claim(
            token=token,
            step_id=row["id"],
            job_id=job["id"],
            name=row["name"],
            capability=row["capability"],
            params=params,
            assets=facts,
            is_system=job["is_system"],
            owner=job["owner"],
            n_attempts=row["n_attempts"] + 1,
            trace=job["trace"],
            is_single=job["form"] == "single",
        )

    def due(self, limit: int, kinds: Collection[str]) -> list[tuple[str, int]]:
        """Return steps that are due, and how often each was begun, for an executor that hands them out itself.

        Of a kind with a limit there are no more than there is room for: they would be refused, and be in the way of
        others.
        """
        with self._ledger.database.read() as connection:
            now = self._ledger.database.now(connection)
            due = sa.select(STEPS).where(STEPS.c.state == "queued", STEPS.c.run_at <= now).order_by(*_ORDER)
            rows: list[sa.Row[Any]] = []
            for is_in, room in self._limits.rooms(connection, kinds, now):
                most = limit if room is None else min(limit, room)
                if most > 0:
                    rows += connection.execute(due.where(is_in).limit(most)).all()
        rows.sort(key=lambda row: (-row.priority, row.run_at, row.job_id, row.position))
        return [(row.id, row.n_attempts) for row in rows[:limit]]
