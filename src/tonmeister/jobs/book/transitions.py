"""How jobs and steps pass from state to state, inside an open transaction; nothing else changes these tables.

A step goes waiting -> queued -> processing -> completed | failed | cancelled | skipped; trying again leads back to
queued. A job is queued while nothing of it is done or being done, then processing until its last step has ended, then
completed, failed or cancelled.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import AssetMissingError, CancelledError, JobError, StepSkippedError, TonmeisterError
from tonmeister.core.validation import check_params
from tonmeister.jobs.keys import asset_refs, comparable, content_key, with_names_replaced
from tonmeister.jobs.material import note_material, note_versions, sources_of
from tonmeister.jobs.plans import STUDIO, JobPlan, plan_single, references, resolve
from tonmeister.jobs.records import FINAL_STATES, FINAL_STEP_STATES
from tonmeister.store.assets import add_blob
from tonmeister.store.database import make_id
from tonmeister.store.tables import ASSETS, BLOBS, EVENTS, JOBS, LEASES, RESULTS, STEPS

if TYPE_CHECKING:
    from tonmeister.core.capability import Registry
    from tonmeister.jobs.book.ledger import Change, Row

PREPARE_UPLOAD_PRIORITY = 20
"""Somebody waits to hear what was uploaded."""
PREPARE_PRODUCT_PRIORITY = 10


class Transitions:
    """The rules of the job table for one set of capabilities.

    ``preparer`` is the capability that makes new audio fit for listening: a job of the studio's own is made for each
    new asset, and its result becomes part of the asset.
    """

    def __init__(self, registry: Registry, preparer: str | None):
        self.registry = registry
        self.preparer = preparer
        self._preparer_field = registry[preparer].batch_field if preparer else None

    # -- a job comes into the table

    def insert_job(self, change: Change, plan: JobPlan) -> str:
        """Write a job; what earlier results answer is completed at once. Raises if an asset is missing."""
        job_id = make_id()
        run_at = change.now if plan.run_at is None else plan.run_at
        self._check_assets(change, plan)
        change.connection.execute(
            sa.insert(JOBS).values(
                id=job_id,
                capability=plan.capability,
                form=plan.form,
                params=plan.params,
                label=(plan.label or self._label(change, plan))[:255],
                is_system=plan.is_system,
                state="queued",
                priority=plan.priority,
                owner=plan.owner,
                parent_id=plan.parent_id,
                schedule_id=plan.schedule_id,
                request_id=plan.request_id,
                trace=plan.trace,
                created_at=change.now,
                run_at=run_at,
            )
        )
        rows = [
            {
                "id": make_id(),
                "job_id": job_id,
                "name": step.name,
                "position": position,
                "capability": step.capability,
                "params": step.params,
                "after": list(step.after),
                "n_waiting_for": len(step.after),
                "state": "waiting" if step.after else "queued",
                "priority": plan.priority,
                "run_at": run_at,
                "min_version": self._version(step.capability),
            }
            for position, step in enumerate(plan.steps)
        ]
        change.connection.execute(sa.insert(STEPS), rows)
        note_material(change, self.registry, job_id, plan.steps)
        change.tell_job(job_id, "created")
        if run_at <= change.now:
            for row in rows:
                if row["state"] == "queued":
                    self._answer_early(change, row)
        return job_id

    def _version(self, capability: str) -> str | None:
        return None if capability.startswith(STUDIO) else comparable(self.registry[capability].version)

    def _check_assets(self, change: Change, plan: JobPlan) -> None:
        wanted: dict[str, str] = {}
        for step in plan.steps:
            if not step.capability.startswith(STUDIO):
                for ref in asset_refs(self.registry[step.capability], step.params):
                    wanted.setdefault(ref, step.capability)
        known = change.assets(list(wanted))
        for ref in wanted:
            if ref not in known:
                raise missing_asset(ref)

    def _label(self, change: Change, plan: JobPlan) -> str:
        step = plan.steps[0]
        if step.capability.startswith(STUDIO):
            return step.capability.removeprefix(STUDIO)
        refs = asset_refs(self.registry[step.capability], step.params)
        known = change.assets(refs[:1])
        return next((facts.name for facts in known.values()), plan.capability)

    def _answer_early(self, change: Change, row: Mapping[str, Any]) -> None:
        """Complete a step that an earlier result answers, if its parameters are known by now."""
        if row["capability"].startswith(STUDIO) or references(row["params"]):
            return
        key, _, _ = self.key_of(change, row["capability"], row["params"])
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

    # -- parameters, keys, earlier results

    def key_of(self, change: Change, capability: str, params: Mapping[str, Any]) -> tuple[str, Any, dict[str, Any]]:
        """Return the key of a step's result, its checked parameters and the facts of its assets."""
        found = self.registry[capability]
        checked = check_params(found.params, params)
        refs = asset_refs(found, checked.model_dump(mode="json"))
        facts = change.assets(refs)
        for ref in refs:
            if ref not in facts:
                raise missing_asset(ref)
        return content_key(found, checked, facts), checked, facts

    def resolved(self, change: Change, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a step's parameters with the results of earlier steps put in."""
        names = set(references(row["params"]))
        if not names:
            return dict(row["params"])
        results = {
            found.name: found.result
            for found in change.connection.execute(
                sa.select(STEPS.c.name, STEPS.c.result).where(
                    STEPS.c.job_id == row["job_id"], STEPS.c.name.in_(names), STEPS.c.state == "completed"
                )
            )
        }
        given: dict[str, Any] = resolve(row["params"], results)
        return given

    def answer(self, change: Change, row: Mapping[str, Any], key: str) -> bool:
        """Complete the step with an earlier result of the same content; false if there is none that still holds."""
        kept = change.connection.execute(sa.select(RESULTS).where(RESULTS.c.key == key)).mappings().first()
        if kept is None:
            return False
        job = change.lock_job(row["job_id"])
        assert job is not None
        adopted = self._adopt(change, dict(kept), job, row)
        if adopted is None:
            change.connection.execute(sa.delete(RESULTS).where(RESULTS.c.key == key))
            return False
        result, products = adopted
        change.connection.execute(
            sa.update(RESULTS).where(RESULTS.c.key == key).values(used_at=change.now, n_uses=RESULTS.c.n_uses + 1)
        )
        change.connection.execute(
            sa.update(STEPS).where(STEPS.c.id == row["id"]).values(started_at=change.now, is_cached=True)
        )
        self._complete(change, job, row, result, products)
        return True

    def _adopt(
        self, change: Change, kept: Row, job: Row, step: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """Return an earlier result with its products; those that were removed come back as assets of this job.

        Products of the studio's own jobs are parts of one asset and go with it, so they are never shared.
        """
        wanted = list(kept["products"])
        alive = {} if job["is_system"] else change.assets([product["asset_id"] for product in wanted])
        hashes = {product["sha256"] for product in wanted if product["asset_id"] not in alive}
        stored = set(
            change.connection.execute(sa.select(BLOBS.c.sha256).where(BLOBS.c.sha256.in_(hashes))).scalars()
            if hashes
            else ()
        )
        if not hashes <= stored:
            return None
        fresh = {product["asset_id"]: make_id() for product in wanted if product["asset_id"] not in alive}
        made = [
            {**product, "asset_id": fresh[product["asset_id"]]} for product in wanted if product["asset_id"] in fresh
        ]
        result = with_names_replaced(kept["result"], fresh)
        self._insert_assets(change, job, step, result, made)
        products = [{**product, "asset_id": fresh.get(product["asset_id"], product["asset_id"])} for product in wanted]
        return result, products

    def keep_result(
        self, change: Change, key: str, capability: str, result: Any, products: Sequence[Mapping[str, Any]]
    ) -> None:
        """Keep a result under its key; the first of equal ones stays."""
        self._insert_blobs(change, products)
        change.connection.execute(
            _insert_new(
                change,
                RESULTS,
                key=key,
                capability=capability,
                result=result,
                products=[dict(product) for product in products],
                created_at=change.now,
                used_at=change.now,
                n_uses=0,
            )
        )

    # -- a step ends

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
        """Complete a step that was done: keep the result, add the products, release what waits for it."""
        if step["cache_key"]:
            self.keep_result(change, step["cache_key"], step["capability"], result, products)
        self._insert_assets(change, job, step, result, products)
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == step["id"])
            .values(cpu_s=cpu_s, peak_memory_bytes=peak_memory_bytes, error=None)
        )
        self._complete(change, job, step, result, products)

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
                self.resolved(change, step),
                result,
                products,
                job_id=job["id"],
            )
        self._release(change, job, step["name"])
        if job["is_system"] and job["capability"] == self.preparer:
            self._prepared(change, job, result)
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
        if state != "completed" and job["is_system"] and job["capability"] == self.preparer:
            self._not_prepared(change, job, error)

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
        if job["is_system"] and job["capability"] == self.preparer:
            change.connection.execute(
                sa.update(ASSETS)
                .where(ASSETS.c.id == self._prepared_asset(job))
                .values(state="preparing", error=None, revision=ASSETS.c.revision + 1)
            )

    # -- assets

    def _insert_blobs(self, change: Change, products: Sequence[Mapping[str, Any]]) -> None:
        for product in products:
            add_blob(change.connection, product["sha256"], product["size_bytes"], change.now)

    def _insert_assets(
        self,
        change: Change,
        job: Row,
        step: Mapping[str, Any],
        result: Mapping[str, Any],
        products: Sequence[Mapping[str, Any]],
    ) -> None:
        self._insert_blobs(change, products)
        sources = (
            sources_of(self.registry[step["capability"]], self.resolved(change, step), result, products)
            if products
            else {}
        )
        for product in products:
            is_prepared = product["is_audio"] and not job["is_system"] and self.preparer is not None
            change.connection.execute(
                sa.insert(ASSETS).values(
                    id=product["asset_id"],
                    name=product["name"],
                    kind="part" if job["is_system"] else "product",
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
            if not job["is_system"]:
                change.event(
                    job["id"],
                    "asset_added",
                    {"asset_id": product["asset_id"], "name": product["name"], "kind": "product"},
                )
            if is_prepared:
                self.prepare_asset(
                    change,
                    product["asset_id"],
                    product["name"],
                    owner=job["owner"],
                    priority=PREPARE_PRODUCT_PRIORITY,
                )

    def _prepared_asset(self, job: Row) -> str:
        assert self._preparer_field is not None
        return str(job["params"][self._preparer_field])

    def _prepared(self, change: Change, job: Row, result: Mapping[str, Any]) -> None:
        asset_id = self._prepared_asset(job)
        measurement = result.get("measurement") or {}
        change.connection.execute(
            sa.update(ASSETS)
            .where(ASSETS.c.id == asset_id)
            .values(
                state="ready",
                prepared=dict(result),
                is_audio=True,
                error=None,
                duration_s=result.get("duration_s"),
                integrated_lufs=measurement.get("integrated_lufs"),
                title=_short(result.get("title")),
                artist=_short(result.get("artist")),
                revision=ASSETS.c.revision + 1,
            )
        )
        change.event(job["id"], "asset_ready", {"asset_id": asset_id, "state": "ready", "name": job["label"]})

    def _not_prepared(self, change: Change, job: Row, error: Any) -> None:
        asset_id = self._prepared_asset(job)
        change.connection.execute(
            sa.update(ASSETS)
            .where(ASSETS.c.id == asset_id)
            .values(state="failed", error=error, revision=ASSETS.c.revision + 1)
        )
        change.event(
            job["id"], "asset_failed", {"asset_id": asset_id, "state": "failed", "name": job["label"], "error": error}
        )

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


def _insert_new(change: Change, table: sa.Table, **values: Any) -> Any:
    """Return an insertion that leaves a row of the same key as it is."""
    if change.is_sqlite:
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).values(**values).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table).values(**values).on_conflict_do_nothing()


def _short(text: Any) -> str | None:
    return None if text is None else str(text)[:255]


def guess_media_type(name: str) -> str:
    """Return the media type that the name's suffix stands for."""
    extra = {
        ".flac": "audio/flac",
        ".wav": "audio/wav",
        ".opus": "audio/ogg",
        ".w64": "audio/x-w64",
        ".dat": "application/octet-stream",
    }
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return extra.get(suffix) or mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def is_audio_type(media_type: str) -> bool:
    """Tell whether a file of this media type holds sound."""
    return media_type.startswith("audio/")


def missing_asset(ref: str) -> AssetMissingError:
    """Return the error for a reference that leads nowhere."""
    return AssetMissingError(
        f"There is no asset {ref!r}.",
        value=ref,
        remedy="Upload the file first, or take it out of the bin; `GET /api/v1/assets` lists what is there.",
    )


def cancelled() -> CancelledError:
    """Return the error that a cancelled job carries."""
    return CancelledError("The work was cancelled.", remedy="Try the job again to get the result.")


def is_final(state: str) -> bool:
    """Tell whether a job in this state stays in it."""
    return state in FINAL_STATES
