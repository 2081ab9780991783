"""Work at a moment, or again and again: each due moment is enqueued once, however many supervisors look."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import NameTakenError, ParameterError, ScheduleMissingError, TonmeisterError
from tonmeister.core.moments import check_run_at
from tonmeister.jobs.keys import asset_refs
from tonmeister.jobs.plans import STUDIO, as_given, plan_single
from tonmeister.jobs.reading import schedule_of
from tonmeister.jobs.records import Schedule
from tonmeister.jobs.troubles import missing_asset
from tonmeister.store.database import make_id
from tonmeister.store.names import check_name
from tonmeister.store.tables import SCHEDULES

if TYPE_CHECKING:
    from tonmeister.jobs.book.ledger import Change, Ledger
    from tonmeister.jobs.book.transitions import Transitions

_SET_S = 3600.0
"""A clock that is set back by more than this has told wrong days."""
_log = logging.getLogger("tonmeister.jobs")


class Schedules:
    """The table of schedules. A moment that was missed while nobody was there is made up for once."""

    def __init__(self, ledger: Ledger, transitions: Transitions):
        self._ledger = ledger
        self._transitions = transitions

    def add(
        self,
        name: str,
        capability: str,
        params: Mapping[str, Any],
        *,
        cron: str | None = None,
        run_at: float | None = None,
        priority: int = 0,
        is_enabled: bool = True,
        owner: str | None = None,
    ) -> Schedule:
        """Add a schedule: ``cron`` has five fields in UTC; without it the work is done once, at ``run_at``."""
        if (cron is None) == (run_at is None):
            raise ParameterError(
                "A schedule needs either cron or run_at.",
                field="cron",
                remedy='Give cron, like "0 3 * * *" for 3:00 UTC each day, or run_at, a moment.',
            )
        name = check_name(name, longest=128)
        given = as_given(self._transitions.registry, capability, params)
        with self._ledger.change() as change:
            check_run_at(run_at, change.now)
            self._check_assets(change, capability, given)
            next_at = run_at if cron is None else next_moment(cron, change.now)
            taken = change.connection.execute(
                sa.select(SCHEDULES.c.id).where(SCHEDULES.c.name == name)
            ).scalar_one_or_none()
            if taken is not None:
                raise NameTakenError(
                    f"There is a schedule {name!r} already.", field="name", value=name, remedy="Choose another name."
                )
            schedule_id = make_id()
            change.connection.execute(
                sa.insert(SCHEDULES).values(
                    id=schedule_id,
                    name=name,
                    cron=cron,
                    capability=capability,
                    params=given,
                    priority=priority,
                    is_enabled=is_enabled,
                    owner=owner,
                    next_at=next_at,
                    created_at=change.now,
                )
            )
        return self.get(schedule_id)

    def _check_assets(self, change: Change, capability: str, params: Mapping[str, Any]) -> None:
        """Raise `AssetMissingError` now, while somebody looks, if a schedule's material is not there."""
        if capability.startswith(STUDIO):
            return
        refs = asset_refs(self._transitions.registry[capability], params)
        known = change.assets(refs)
        for ref in refs:
            if ref not in known:
                raise missing_asset(ref)

    def get(self, schedule_id: str) -> Schedule:
        """Return a schedule; raise `ScheduleMissingError` if there is none."""
        with self._ledger.database.read() as connection:
            row = connection.execute(sa.select(SCHEDULES).where(SCHEDULES.c.id == schedule_id)).mappings().first()
        if row is None:
            raise _missing(schedule_id)
        return schedule_of(row)

    def every(self) -> list[Schedule]:
        """Return all schedules by name."""
        with self._ledger.database.read() as connection:
            rows = connection.execute(sa.select(SCHEDULES).order_by(SCHEDULES.c.name)).mappings()
            return [schedule_of(row) for row in rows]

    def change(self, schedule_id: str, **values: Any) -> Schedule:
        """Change name, cron, run_at, params, priority or is_enabled of a schedule."""
        allowed = {"name", "cron", "params", "priority", "is_enabled", "run_at"}
        unknown = sorted(set(values) - allowed)
        if unknown:
            raise ParameterError(
                f"{unknown[0]} of a schedule cannot be changed.",
                field=unknown[0],
                bound=sorted(allowed),
                remedy="Remove the schedule and add another.",
            )
        schedule = self.get(schedule_id)
        run_at = values.pop("run_at", None)
        if values.get("name") is not None:
            values["name"] = check_name(values["name"], longest=128)
        if "params" in values:
            values["params"] = as_given(self._transitions.registry, schedule.capability, values["params"])
        with self._ledger.change() as change:
            cron = values.get("cron", schedule.cron)
            if "params" in values:
                self._check_assets(change, schedule.capability, values["params"])
            if run_at is not None:
                check_run_at(run_at, change.now)
                values |= {"cron": None, "next_at": run_at}
            elif cron is not None and ("cron" in values or values.get("is_enabled")):
                values["next_at"] = next_moment(cron, change.now)
            if values:
                change.connection.execute(sa.update(SCHEDULES).where(SCHEDULES.c.id == schedule_id).values(**values))
        return self.get(schedule_id)

    def remove(self, schedule_id: str) -> None:
        """Remove a schedule; its jobs stay."""
        with self._ledger.change() as change:
            if not change.connection.execute(sa.delete(SCHEDULES).where(SCHEDULES.c.id == schedule_id)).rowcount:
                raise _missing(schedule_id)

    def keep_own(self, wanted: Mapping[str, str | None]) -> None:
        """See to the studio's own schedules: cron by the task's name; none where the task is not wanted."""
        with self._ledger.change() as change:
            for task, cron in wanted.items():
                row = change.connection.execute(
                    sa.select(SCHEDULES.c.id, SCHEDULES.c.cron).where(SCHEDULES.c.name == task)
                ).first()
                if cron is None:
                    change.connection.execute(sa.delete(SCHEDULES).where(SCHEDULES.c.name == task))
                elif row is None:
                    _insert_own(change, task, cron)
                elif row.cron != cron:
                    change.connection.execute(
                        sa.update(SCHEDULES)
                        .where(SCHEDULES.c.id == row.id)
                        .values(cron=cron, next_at=next_moment(cron, change.now))
                    )

    def enqueue_due(self) -> list[str]:
        """Make a job for each schedule that is due, and set its next moment in the same transaction."""
        with self._ledger.database.read() as connection:
            now = self._ledger.database.now(connection)
            due = list(
                connection.execute(
                    sa.select(SCHEDULES.c.id).where(SCHEDULES.c.is_enabled, SCHEDULES.c.next_at <= now)
                ).scalars()
            )
        made = []
        for schedule_id in due:
            with self._ledger.change() as change:
                job_id = self._enqueue(change, schedule_id)
            if job_id is not None:
                made.append(job_id)
        return made

    def follow_clock(self) -> None:
        """Bring moments nearer that a clock which went ahead has put off: cron alone says when the next one is."""
        with self._ledger.database.read() as connection:
            now = self._ledger.database.now(connection)
            query = sa.select(SCHEDULES).where(SCHEDULES.c.is_enabled, SCHEDULES.c.cron.is_not(None))
            rows = connection.execute(query).mappings().all()
        for row in rows:
            after = now
            if row["last_at"] is not None and row["last_at"] <= now + _SET_S:
                after = max(now, row["last_at"])  # a clock that is set a little must not make a moment come twice
            next_at = next_moment(row["cron"], after)
            if row["next_at"] is not None and row["next_at"] > next_at:
                with self._ledger.change() as change:
                    change.connection.execute(
                        sa.update(SCHEDULES)
                        .where(SCHEDULES.c.id == row["id"], SCHEDULES.c.next_at == row["next_at"])
                        .values(next_at=next_at)
                    )

    def _enqueue(self, change: Change, schedule_id: str) -> str | None:
        query = sa.select(SCHEDULES).where(
            SCHEDULES.c.id == schedule_id, SCHEDULES.c.is_enabled, SCHEDULES.c.next_at <= change.now
        )
        if not change.is_sqlite:
            query = query.with_for_update(skip_locked=True)
        row = change.connection.execute(query).mappings().first()
        if row is None:  # another supervisor was faster
            return None
        job_id = None
        try:
            plan = plan_single(
                self._transitions.registry,
                row["capability"],
                row["params"],
                label=row["name"],
                priority=row["priority"],
                owner=row["owner"],
                is_system=row["capability"].startswith(STUDIO),
                schedule_id=row["id"],
            )
            job_id = self._transitions.insert_job(change, plan)
        except TonmeisterError as error:  # raised before anything was written
            _log.error("The schedule %r could not be followed: %s", row["name"], error)
        values: dict[str, Any] = {"last_at": change.now, "next_at": None, "last_job_id": job_id or row["last_job_id"]}
        if row["cron"] is None:
            values["is_enabled"] = False
        else:
            values["next_at"] = next_moment(row["cron"], change.now)
        change.connection.execute(sa.update(SCHEDULES).where(SCHEDULES.c.id == schedule_id).values(**values))
        return job_id


def _insert_own(change: Change, task: str, cron: str) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    insert = sqlite.insert if change.is_sqlite else postgresql.insert
    change.connection.execute(
        insert(SCHEDULES)
        .values(
            id=make_id(),
            name=task,
            cron=cron,
            capability=task,
            params={},
            priority=0,
            is_enabled=True,
            next_at=next_moment(cron, change.now),
            created_at=change.now,
        )
        .on_conflict_do_nothing()
    )


def next_moment(cron: str, after: float) -> float:
    """Return the first moment after ``after`` that the five fields describe, in UTC."""
    from cronsim import CronSim, CronSimError

    try:
        return float(next(CronSim(cron, dt.datetime.fromtimestamp(after, dt.UTC))).timestamp())
    except (CronSimError, StopIteration):
        raise ParameterError(
            f"cron is {cron!r}, which describes no moments.",
            field="cron",
            value=cron,
            bound="minute hour day-of-month month day-of-week",
            remedy='Write five fields, like "30 2 * * 1" for Mondays at 2:30 UTC.',
        ) from None


def _missing(schedule_id: str) -> ScheduleMissingError:
    return ScheduleMissingError(
        f"There is no schedule {schedule_id!r}.", field="id", value=schedule_id, remedy="List the schedules."
    )
