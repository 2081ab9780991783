"""How jobs and steps pass from state to state, inside an open transaction; nothing else changes these tables.

A step goes waiting -> queued -> processing -> completed | failed | cancelled | skipped; trying again leads back to
queued. A job is queued while nothing of it is done or being done, then processing until its last step has ended, then
completed, failed or cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import JobError, RevisionError, StepSkippedError, TonmeisterError
from tonmeister.jobs.book.earlier import EarlierResults, resolved
from tonmeister.jobs.book.intake import write_job
from tonmeister.jobs.book.products import Products
from tonmeister.jobs.book.rules import PREPARE_PRODUCT_PRIORITY, PREPARE_UPLOAD_PRIORITY
from tonmeister.jobs.material import check_continues, note_versions
from tonmeister.jobs.plans import STUDIO, JobPlan, plan_single, references
from tonmeister.jobs.records import FINAL_STEP_STATES
from tonmeister.jobs.troubles import cancelled
from tonmeister.store.tables import EVENTS, JOBS, LEASES, STEPS

if TYPE_CHECKING:
    from tonmeister.core.capability import Registry
    from tonmeister.jobs.book.ledger import Change, Row


class Transitions:
    """The rules of the job table for one set of capabilities.

    ``preparer`` is the capability that makes new audio fit for listening: a job of the studio's own is made for each
    new asset, and its result becomes part of the asset.
    """

    def __init__(self, registry: Registry, preparer: str | None):
        self.registry = registry
        self.preparer = preparer
        self._preparer_field = registry[preparer].batch_field if preparer else None

        self.products = Products(registry, preparer, self._prepare_product)
        self.earlier = EarlierResults(registry, self.products)

    # -- a job comes into the table

    def insert_job(self, change: Change, plan: JobPlan) -> str:
        """Write a job; what earlier results answer is completed at once. Raises if an asset is missing."""
        job_id, due = write_job(change, self.registry, plan)
        for row in due:
            self._answer_early(change, row)
        return job_id

    def _answer_early(self, change: Change, row: Mapping[str, Any]) -> None:
        """Complete a step that an earlier result answers, if its parameters are known by now."""
        if row["capability"].startswith(STUDIO) or references(row["params"]):
            return
        key, _, _ = self.earlier.key_of(change, row["capability"], row["params"])
        change.connection.execute(sa.update(STEPS).where(STEPS.c.id == row["id"]).values(cache_key=key))
        self.answer(change, row, key)

    def prepare_asset(
        self, change: Change, asset_id: str, name: str, *, owner: str | None, priority: int = PREPARE_UPLOAD_PRIORITY
    ) -> str | None:
        """Write the studio's own job that prepares a new asset for listening; none without a preparer."""
        if self.preparer is None or self._preparer_field is None:
            return None
        plan = plan_single(
            self.registry,
            self.preparer,
            {self._preparer_field: asset_id},
            label=name,
            owner=owner,
            priority=priority,
            is_system=True,
        )
        return self.insert_job(change, plan)

    def _prepare_product(self, change: Change, asset_id: str, name: str, owner: str | None) -> str | None:
        return self.prepare_asset(change, asset_id, name, owner=owner, priority=PREPARE_PRODUCT_PRIORITY)

    # -- a step ends

    def answer(self, change: Change, row: Mapping[str, Any], key: str) -> bool:
        """End the step with an earlier result of the same content; false if there is none that still holds.

        What continues a version that is no longer the newest fails instead.
        """
        job = change.lock_job(row["job_id"])
        assert job is not None
        late = self._comes_late(change, job, row)
        if late is not None:
            self.fail(change, job, row, late)
            return True
        found = self.earlier.take(change, job, row, key)
        if found is None:
            return False
        change.connection.execute(
            sa.update(STEPS).where(STEPS.c.id == row["id"]).values(started_at=change.now, is_cached=True)
        )
        self._complete(change, job, row, *found)
        return True

    def complete(
        self,
        change: Change,
        job: Row,
        step: Row,
        result: dict[str, Any],
        products: Sequence[dict[str, Any]],
        *,
        cpu_s: float | None,
        peak_memory_bytes: int | None,
    ) -> None:
        """Complete a step that was done: keep the result, add the products, release what waits for it.

        What continues a version that is no longer the newest fails; its result is kept, so that asking again is quick.
        """
        if step["cache_key"]:
            self.earlier.keep(change, step["cache_key"], step["capability"], result, products)
        late = self._comes_late(change, job, step)
        if late is not None:
            self.fail(change, job, step, late)
            return
        self.products.add(change, job, step, result, products)
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == step["id"])
            .values(cpu_s=cpu_s, peak_memory_bytes=peak_memory_bytes, error=None)
        )
        self._complete(change, job, step, result, products)

    def _comes_late(self, change: Change, job: Row, step: Mapping[str, Any]) -> RevisionError | None:
        """Return the error of work whose song has a newer version than the one that it continues."""
        if job["base_version"] is None:
            return None
        try:
            check_continues(change, self.registry[step["capability"]], resolved(change, step), job["base_version"])
        except RevisionError as error:
            return error
        return None

    def _complete(
        self,
        change: Change,
        job: Row,
        step: Mapping[str, Any],
        result: dict[str, Any],
        products: Sequence[Mapping[str, Any]],
    ) -> None:
        facts = ("asset_id", "name", "media_type", "size_bytes", "is_audio")
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == step["id"])
            .values(
                state="completed",
                result=result,
                products=[{name: product[name] for name in facts} for product in products],
                progress_percent=100.0,
                message="",
                finished_at=change.now,
            )
        )
        if products and not job["is_system"]:
            note_versions(
                change,
                self.registry[step["capability"]],
                resolved(change, step),
                result,
                products,
                job_id=job["id"],
                is_newest=job["base_version"] is not None,
            )
        self._release(change, job, step["name"])
        if self.products.is_preparation(job):
            self.products.prepared(change, job, result)
        self.settle(change, job)

    def _release(self, change: Change, job: Row, name: str) -> None:
        waiting = change.connection.execute(
            sa.select(STEPS).where(STEPS.c.job_id == job["id"], STEPS.c.state == "waiting")
        ).mappings()
        for row in list(waiting):
            if name not in row["after"]:
                continue
            left = row["n_waiting_for"] - 1
            values: dict[str, Any] = {"n_waiting_for": left}
            if left == 0:
                values |= {"state": "queued", "run_at": max(change.now, job["run_at"])}
            change.connection.execute(sa.update(STEPS).where(STEPS.c.id == row["id"]).values(**values))

    def fail(self, change: Change, job: Row, step: Mapping[str, Any], error: TonmeisterError) -> None:
        """Let a step fail for good; those that need its result are skipped, the others go on."""
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == step["id"])
            .values(state="failed", error=error.details(), message="", finished_at=change.now)
        )
        gone = {step["name"]}
        waiting = change.connection.execute(
            sa.select(STEPS.c.id, STEPS.c.name, STEPS.c.after)
            .where(STEPS.c.job_id == job["id"], STEPS.c.state == "waiting")
            .order_by(STEPS.c.position)
        ).all()
        found = True
        while found:
            found = False
            for row in waiting:
                if row.name not in gone and gone.intersection(row.after):
                    gone.add(row.name)
                    found = True
                    skipped = StepSkippedError(
                        f"It needs the result of step {step['name']!r}, which failed.",
                        field="after",
                        value=step["name"],
                        remedy="Mend the cause and try the job again: what is done already stays done.",
                    )
                    change.connection.execute(
                        sa.update(STEPS)
                        .where(STEPS.c.id == row.id)
                        .values(state="skipped", error=skipped.details(), finished_at=change.now)
                    )
        self.settle(change, job)

    def queue_again(self, change: Change, job: Row, step: Mapping[str, Any], *, run_at: float, **values: Any) -> None:
        """Put a step that was begun back into the queue, or end it if its job is being cancelled.

        With its old ``run_at`` it keeps its place before those that came later.
        """
        if job["is_cancel_asked"]:
            self.end_cancelled(change, job, step["id"])
            return
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == step["id"])
            .values(state="queued", run_at=run_at, progress_percent=0.0, message="", **values)
        )
        self.settle(change, job)

    def end_cancelled(self, change: Change, job: Row, step_id: str) -> None:
        """End a step whose job is being cancelled."""
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == step_id)
            .values(state="cancelled", message="", finished_at=change.now, error=cancelled().details())
        )
        self.settle(change, job)

    # -- a job ends, or begins again

    def settle(self, change: Change, job: Row) -> None:
        """Bring the job's state up to date with its steps'."""
        counts = {
            row.state: row.n
            for row in change.connection.execute(
                sa.select(STEPS.c.state, sa.func.count().label("n"))
                .where(STEPS.c.job_id == job["id"])
                .group_by(STEPS.c.state)
            )
        }
        if all(state in FINAL_STEP_STATES for state in counts):
            self._finish(change, job, counts)
            return
        mean = change.connection.execute(
            sa.select(sa.func.avg(STEPS.c.progress_percent)).where(STEPS.c.job_id == job["id"])
        ).scalar_one()
        is_begun = bool(counts.get("processing") or counts.get("completed") or counts.get("failed"))
        change.set_job(
            job["id"],
            progress_percent=float(mean or 0.0),
            state="processing" if is_begun else "queued",
            **({"started_at": change.now} if is_begun and job["started_at"] is None else {}),
        )
        change.tell_job(job["id"], "progress")

    def _finish(self, change: Change, job: Row, counts: Mapping[str, int]) -> None:
        found = change.connection.execute(
            sa.select(STEPS.c.name, STEPS.c.state, STEPS.c.result, STEPS.c.error, STEPS.c.is_cached, STEPS.c.started_at)
            .where(STEPS.c.job_id == job["id"])
            .order_by(STEPS.c.position)
        ).mappings()
        steps = [dict(row) for row in found]
        n_completed = counts.get("completed", 0)
        if job["is_cancel_asked"] and counts.get("cancelled"):
            state = "cancelled"
        elif n_completed == len(steps) or (job["form"] == "batch" and n_completed):
            state = "completed"
        else:
            state = "failed"
        error = None
        if state == "cancelled":
            error = cancelled().details()
        elif state == "failed":
            error = next((step["error"] for step in steps if step["state"] == "failed"), None)
            error = error or JobError("The job could not be done.", remedy="Try it again.").details()
        values: dict[str, Any] = {"started_at": change.now} if job["started_at"] is None and n_completed else {}
        change.set_job(
            job["id"],
            state=state,
            result=_result_of(job["form"], steps, state),
            error=error,
            is_cached=state == "completed" and all(step["is_cached"] for step in steps),
            progress_percent=100.0 if state == "completed" else job["progress_percent"],
            message="",
            finished_at=change.now,
            **values,
        )
        change.connection.execute(sa.delete(EVENTS).where(EVENTS.c.job_id == job["id"], EVENTS.c.type == "progress"))
        more: dict[str, Any] = {"error": error} if error else {}
        change.tell_job(job["id"], state, **more)
        if state != "completed" and self.products.is_preparation(job):
            self.products.not_prepared(change, job, error)

    def cancel(self, change: Change, job: Row) -> None:
        """Cancel what has not begun, and ask for the end of what is being done."""
        change.set_job(job["id"], is_cancel_asked=True)
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.job_id == job["id"], STEPS.c.state.in_(("waiting", "queued")))
            .values(state="cancelled", finished_at=change.now, error=cancelled().details())
        )
        change.tell_job(job["id"], "cancel_asked")
        self.settle(change, {**job, "is_cancel_asked": True})

    def retry(self, change: Change, job: Row) -> None:
        """Queue again what failed, was cancelled or skipped; what is done stays done."""
        steps = list(change.connection.execute(sa.select(STEPS).where(STEPS.c.job_id == job["id"])).mappings())
        completed = {step["name"] for step in steps if step["state"] == "completed"}
        for step in steps:
            if step["state"] not in ("failed", "cancelled", "skipped"):
                continue
            left = len([name for name in step["after"] if name not in completed])
            change.connection.execute(
                sa.update(STEPS)
                .where(STEPS.c.id == step["id"])
                .values(
                    state="waiting" if left else "queued",
                    n_waiting_for=left,
                    run_at=change.now,
                    n_attempts=0,
                    n_crashes=0,
                    error=None,
                    result=None,
                    progress_percent=0.0,
                    message="",
                    started_at=None,
                    finished_at=None,
                    is_cached=False,
                )
            )
        change.set_job(
            job["id"],
            state="processing" if completed else "queued",
            is_cancel_asked=False,
            error=None,
            result=None,
            progress_percent=0.0,
            message="",
            finished_at=None,
        )
        change.tell_job(job["id"], "retried")
        if self.products.is_preparation(job):
            self.products.preparing_again(change, job)

    def remove_job(self, change: Change, job_id: str) -> None:
        """Remove a job with its steps and events; its products stay."""
        connection = change.connection
        steps = sa.select(STEPS.c.id).where(STEPS.c.job_id == job_id)
        connection.execute(sa.delete(LEASES).where(LEASES.c.step_id.in_(steps)))
        connection.execute(sa.delete(STEPS).where(STEPS.c.job_id == job_id))
        connection.execute(sa.delete(EVENTS).where(EVENTS.c.job_id == job_id))
        connection.execute(sa.delete(JOBS).where(JOBS.c.id == job_id))
        change.event(job_id, "deleted", {})


def _result_of(form: str, steps: Sequence[Mapping[str, Any]], state: str) -> dict[str, Any] | None:
    if form == "batch":
        return {"items": [_outcome(step) for step in steps]}
    if state != "completed":
        return None
    if form == "steps":
        return {"steps": {step["name"]: step["result"] for step in steps}}
    found: dict[str, Any] = steps[0]["result"]
    return found


def _outcome(step: Mapping[str, Any]) -> dict[str, Any]:
    if step["state"] == "completed":
        return {"result": step["result"]}
    return {"error": step["error"]}
