"""The service behind all doors: hand in work, follow it, cancel it, look back. Knows no framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import ChoiceUnknownError, JobMissingError, JobStateError, ParameterError
from tonmeister.core.validation import check_params
from tonmeister.jobs import reading
from tonmeister.jobs.analytics import read_analytics
from tonmeister.jobs.book.intake import check_usable
from tonmeister.jobs.book.ledger import Ledger
from tonmeister.jobs.book.rules import PREPARE_UPLOAD_LATER_PRIORITY, PREPARE_UPLOAD_PRIORITY
from tonmeister.jobs.book.transitions import Transitions
from tonmeister.jobs.keys import asset_refs
from tonmeister.jobs.plans import JobPlan, as_given, plan_batch, plan_graph, plan_single, references
from tonmeister.jobs.records import (
    FINAL_STATES,
    JOB_STATES,
    Analytics,
    Event,
    Job,
    Page,
    PlannedStep,
    QueueStatus,
    Schedule,
)
from tonmeister.jobs.running.tasks import remove_jobs
from tonmeister.jobs.schedules import Schedules
from tonmeister.jobs.troubles import missing_asset
from tonmeister.store.room import find_shortage
from tonmeister.store.tables import ASSETS, JOB_ASSETS, JOBS, STEPS

if TYPE_CHECKING:
    from tonmeister.core.capability import Params, Registry
    from tonmeister.jobs.book.ledger import Change, Row
    from tonmeister.jobs.bus import Bus
    from tonmeister.settings import Settings
    from tonmeister.store.assets import Asset
    from tonmeister.store.blobs import Blobs
    from tonmeister.store.database import Database

MAX_PAGE = 200
MAX_EVENTS = 5000


class Workshop:
    """Takes work in and tells what became of it; the work itself is done by supervisors.

    ``preparer`` names the capability that is run on each new audio asset.
    """

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        registry: Registry,
        settings: Settings,
        bus: Bus,
        preparer: str | None = None,
    ):
        self.database = database
        self.blobs = blobs
        self.registry = registry
        self.settings = settings
        self.bus = bus
        self.preparer = preparer
        self._ledger = Ledger(database, bus)
        self._transitions = Transitions(registry, preparer)
        self._schedules = Schedules(self._ledger, self._transitions)

    # -- handing in

    def submit(
        self,
        capability: str,
        params: Mapping[str, Any] | Params,
        *,
        owner: str | None = None,
        priority: int = 0,
        run_at: float | None = None,
        label: str | None = None,
        is_system: bool = False,
        parent_id: str | None = None,
        base_version: str | None = None,
        request_id: str | None = None,
        trace: dict[str, Any] | None = None,
    ) -> Job:
        """Hand in one piece of work. The same work on the same material as before is completed at once.

        ``base_version``: the version of the song that this continues ("none" before the first). What comes out becomes
        the newest; if there is a newer one, now or when it is done, the work is refused (`RevisionError`).
        """
        plan = plan_single(
            self.registry,
            capability,
            params,
            owner=owner,
            priority=priority,
            run_at=run_at,
            label=label,
            is_system=is_system,
            parent_id=parent_id,
            base_version=base_version,
            request_id=request_id,
            trace=trace,
        )
        return self._insert(plan)

    def submit_batch(
        self,
        capability: str,
        items: Sequence[Mapping[str, Any]],
        *,
        label: str | None = None,
        owner: str | None = None,
        priority: int = 0,
        run_at: float | None = None,
        parent_id: str | None = None,
        request_id: str | None = None,
        trace: dict[str, Any] | None = None,
    ) -> Job:
        """Hand in the same kind of work for many items; one that fails does not stop the others.

        The job's result is ``{"items": [{"result": ...} | {"error": ...}]}`` in the order of the items.
        """
        plan = plan_batch(
            self.registry,
            capability,
            items,
            label=label or f"{len(items)} × {capability}",
            owner=owner,
            priority=priority,
            run_at=run_at,
            parent_id=parent_id,
            request_id=request_id,
            trace=trace,
        )
        return self._insert(plan)

    def submit_steps(
        self,
        steps: Sequence[PlannedStep],
        *,
        label: str | None = None,
        owner: str | None = None,
        priority: int = 0,
        run_at: float | None = None,
        parent_id: str | None = None,
        request_id: str | None = None,
        trace: dict[str, Any] | None = None,
    ) -> Job:
        """Hand in steps that need each other's results; each result is a checkpoint.

        The job's result is ``{"steps": {name: result}}``.
        """
        plan = plan_graph(
            self.registry,
            steps,
            label=label,
            owner=owner,
            priority=priority,
            run_at=run_at,
            parent_id=parent_id,
            request_id=request_id,
            trace=trace,
        )
        return self._insert(plan)

    def _insert(self, plan: JobPlan) -> Job:
        for step in plan.steps:
            if step.capability in self.registry and not references(step.params):
                self._check_model(step.capability, step.params)
        with self._ledger.change() as change:
            job_id = self._transitions.insert_job(change, plan)
        return self.job(job_id)

    def _check_model(self, capability: str, params: Mapping[str, Any]) -> None:
        """Raise `MissingPartError` where a language model is to be asked that the studio's own processes do not have.

        Celery's workers have settings of their own.
        """
        found = self.registry[capability]
        if found.check_language is not None and self.settings.executor == "local":
            found.check_model(check_params(found.params, params), self.settings.language_rules)

    def check(self, capability: str, params: Mapping[str, Any], *, coming: str) -> None:
        """Raise what `submit` would, before the file is kept that the work is about.

        ``coming`` stands for that file in the parameters.
        """
        given = as_given(self.registry, capability, params)
        self._check_model(capability, given)
        refs = [ref for ref in asset_refs(self.registry[capability], given) if ref != coming]
        with self.database.read() as connection:
            query = sa.select(ASSETS.c.id).where(ASSETS.c.id.in_(refs), ASSETS.c.deleted_at.is_(None))
            known = set(connection.execute(query).scalars()) if refs else set()
            check_usable(connection, self.registry[capability], given)
        for ref in refs:
            if ref not in known:
                raise missing_asset(ref)

    def add_asset(
        self, file_sha256: str, size_bytes: int, name: str, *, kind: str = "upload", owner: str | None = None
    ) -> Asset:
        """Add a file that is in storage to the library, and have it prepared for listening."""
        from tonmeister.jobs.media_types import guess_media_type, is_audio_type
        from tonmeister.store.assets import Assets

        assets = Assets(self.database)
        media_type = guess_media_type(name)
        priority = PREPARE_UPLOAD_PRIORITY if self.settings.n_slots > 1 else PREPARE_UPLOAD_LATER_PRIORITY
        with self._ledger.change() as change:
            asset = assets.add(
                change.connection,
                name=name,
                sha256=file_sha256,
                size_bytes=size_bytes,
                media_type=media_type,
                kind=kind,
                is_audio=is_audio_type(media_type),
                owner=owner,
            )
            job_id = self._transitions.prepare_asset(change, asset.id, name, owner=owner, priority=priority)
            change.event(job_id or "", "asset_added", {"asset_id": asset.id, "name": name, "kind": kind})
        return assets.get(asset.id)

    # -- following

    def job(self, job_id: str) -> Job:
        """Return a job; raise `JobMissingError` if there is none."""
        with self.database.read() as connection:
            found = reading.read_job(connection, job_id)
        if found is None:
            raise missing_job(job_id)
        return self._waiting((found,))[0]

    def jobs(
        self,
        *,
        state: str | Iterable[str] | None = None,
        capability: str | None = None,
        q: str | None = None,
        asset_id: str | None = None,
        parent_id: str | None = None,
        owner: str | None = None,
        is_system: bool | None = False,
        since: float | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Job]:
        """Return a page of jobs, the latest first; ``is_system`` none: the users' and the studio's own.

        ``asset_id``: only those that take this asset as material, or made it.
        """
        conditions: list[sa.ColumnElement[bool]] = []
        if state is not None:
            conditions.append(JOBS.c.state.in_(_states([state] if isinstance(state, str) else list(state), JOB_STATES)))
        for column, value in ((JOBS.c.capability, capability), (JOBS.c.parent_id, parent_id), (JOBS.c.owner, owner)):
            if value is not None:
                conditions.append(column == value)
        if asset_id is not None:
            takes = sa.select(JOB_ASSETS.c.job_id).where(JOB_ASSETS.c.asset_id == asset_id)
            made = sa.select(ASSETS.c.job_id).where(ASSETS.c.id == asset_id, ASSETS.c.job_id.is_not(None))
            conditions.append(JOBS.c.id.in_(takes.union_all(made)))
        if is_system is not None:
            conditions.append(JOBS.c.is_system == is_system)
        if since is not None:
            conditions.append(JOBS.c.created_at >= since)
        if q:
            pattern = "%" + q.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            conditions.append(
                sa.or_(
                    sa.func.lower(JOBS.c.label).like(pattern, escape="\\"),
                    sa.func.lower(JOBS.c.capability).like(pattern, escape="\\"),
                    JOBS.c.id == q,
                )
            )
        with self.database.read() as connection:
            page = reading.page_of_jobs(connection, conditions, _checked_limit(limit, MAX_PAGE), cursor)
        return replace(page, items=self._waiting(page.items))

    def _waiting(self, jobs: tuple[Job, ...]) -> tuple[Job, ...]:
        """Return jobs with what they wait for: their turn, of which nothing is said, or room on the disk.

        It is looked up, not written: a full disk takes no word of itself.
        """
        if not any(job.state == "queued" for job in jobs):
            return jobs
        shortage = find_shortage(self.settings) if self.settings else None
        message = str(shortage) if shortage else ""
        return tuple(replace(job, message=message) if job.state == "queued" else job for job in jobs)

    def events(self, after: int = 0, job_id: str | None = None, limit: int = 500) -> list[Event]:
        """Return the events that follow number ``after``, of one job or of all, the earliest first."""
        with self.database.read() as connection:
            return reading.read_events(connection, after, job_id, _checked_limit(limit, MAX_EVENTS))

    def last_seq(self) -> int:
        """Return the number of the latest event."""
        with self.database.read() as connection:
            return reading.last_seq(connection)

    def queue(self) -> QueueStatus:
        """Return how much there is to do and which supervisors are alive."""
        with self.database.read() as connection:
            return reading.queue_status(connection, self.database.now(connection))

    def analytics(self, since: float, until: float | None = None, *, is_system: bool = False) -> Analytics:
        """Return what became of the users' jobs made between two moments, or of the studio's own."""
        with self.database.read() as connection:
            end = self.database.now(connection) if until is None else until
            return read_analytics(connection, since, end, is_system=is_system)

    # -- changing one's mind

    def cancel(self, job_id: str) -> Job:
        """Cancel a job: what waits never begins, what is being done ends within 2 s. A job that is over stays so."""
        with self._ledger.change() as change:
            job = _locked(change, job_id)
            if job["state"] not in FINAL_STATES and not job["is_cancel_asked"]:
                self._transitions.cancel(change, job)
        return self.job(job_id)

    def retry(self, job_id: str) -> Job:
        """Queue a failed or cancelled job again, and of a batch what failed; what is done stays done."""
        with self._ledger.change() as change:
            job = _locked(change, job_id)
            has_failed = change.connection.execute(
                sa.select(sa.func.count()).where(
                    STEPS.c.job_id == job_id, STEPS.c.state.in_(("failed", "cancelled", "skipped"))
                )
            ).scalar_one()
            if job["state"] not in FINAL_STATES or not has_failed:
                raise JobStateError(
                    f"The job is {job['state']}: there is nothing to try again.",
                    field="state",
                    value=job["state"],
                    bound="failed or cancelled",
                    remedy="Submit the work anew for another result, or wait for its end.",
                )
            self._transitions.retry(change, job)
        return self.job(job_id)

    def delete(self, job_id: str) -> None:
        """Remove a job that is over from the list; its products stay in the library."""
        with self._ledger.change() as change:
            job = _locked(change, job_id)
            if job["state"] not in FINAL_STATES:
                raise JobStateError(
                    f"The job is {job['state']} and cannot be removed.",
                    field="state",
                    value=job["state"],
                    bound=", ".join(FINAL_STATES),
                    remedy="Cancel it first.",
                )
            self._transitions.remove_job(change, job_id)

    def clean_up(self, older_than_s: float, states: Iterable[str] = FINAL_STATES) -> int:
        """Remove jobs that have been over for so long; return how many."""
        return remove_jobs(self._ledger, self._transitions, older_than_s, _states(list(states), FINAL_STATES))

    # -- schedules

    def schedules(self) -> list[Schedule]:
        """Return all schedules by name, the studio's own among them."""
        return self._schedules.every()

    def add_schedule(
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
        """Plan work: again and again (``cron``, five fields in UTC) or once (``run_at``)."""
        return self._schedules.add(
            name, capability, params, cron=cron, run_at=run_at, priority=priority, is_enabled=is_enabled, owner=owner
        )

    def change_schedule(self, schedule_id: str, **values: Any) -> Schedule:
        """Change name, cron, run_at, params, priority or is_enabled of a schedule."""
        return self._schedules.change(schedule_id, **values)

    def remove_schedule(self, schedule_id: str) -> None:
        """Remove a schedule; work that it began goes on."""
        self._schedules.remove(schedule_id)


def _locked(change: Change, job_id: str) -> Row:
    job = change.lock_job(job_id)
    if job is None:
        raise missing_job(job_id)
    return job


def missing_job(job_id: str) -> JobMissingError:
    """Return the error for a job that there is not."""
    return JobMissingError(
        f"There is no job {job_id!r}.", field="id", value=job_id, remedy="It may have been removed; list the jobs."
    )


def _states(given: list[str], known: Sequence[str]) -> list[str]:
    for state in given:
        if state not in known:
            raise ChoiceUnknownError(
                f"There is no state {state!r} to ask for.",
                field="state",
                value=state,
                bound=list(known),
                remedy=f"Choose one of: {', '.join(known)}.",
            )
    return given


def _checked_limit(limit: int, most: int) -> int:
    if not 1 <= limit <= most:
        raise ParameterError(
            f"limit is {limit}; it must be from 1 to {most}.",
            field="limit",
            value=limit,
            bound=f"1 to {most}",
            remedy="Ask for less at once, and follow next_cursor.",
        )
    return limit
