"""How a planned job is written into the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.moments import check_run_at
from tonmeister.jobs.keys import asset_refs, comparable
from tonmeister.jobs.material import check_continues, note_material
from tonmeister.jobs.plans import STUDIO, JobPlan
from tonmeister.jobs.troubles import HOPELESS, missing_asset, unusable_asset
from tonmeister.store.database import make_id
from tonmeister.store.names import without_hidden
from tonmeister.store.tables import ASSETS, JOBS, STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from tonmeister.core.capability import Capability, Registry
    from tonmeister.jobs.book.ledger import Change


def write_job(change: Change, registry: Registry, plan: JobPlan) -> tuple[str, list[dict[str, Any]]]:
    """Write a job with its steps; return its id and those steps that are due.

    Raises if an asset is missing or known to be no sound, if the job is put off too far, or if the song has a newer
    version than it continues.
    """
    job_id = make_id()
    check_run_at(plan.run_at, change.now)
    run_at = change.now if plan.run_at is None else plan.run_at
    _check_assets(change, registry, plan)
    if plan.base_version is not None:
        check_continues(change, registry[plan.capability], plan.params, plan.base_version)
    change.connection.execute(
        sa.insert(JOBS).values(
            id=job_id,
            capability=plan.capability,
            form=plan.form,
            params=plan.params,
            label=(without_hidden(plan.label or "").strip() or _label(change, registry, plan))[:255],
            is_system=plan.is_system,
            state="queued",
            priority=plan.priority,
            owner=plan.owner,
            parent_id=plan.parent_id,
            base_version=plan.base_version,
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
            "min_version": _version(registry, step.capability),
        }
        for position, step in enumerate(plan.steps)
    ]
    change.connection.execute(sa.insert(STEPS), rows)
    note_material(change, registry, job_id, plan.steps)
    change.tell_job(job_id, "created")
    return job_id, [row for row in rows if row["state"] == "queued" and run_at <= change.now]


def _version(registry: Registry, capability: str) -> str | None:
    return None if capability.startswith(STUDIO) else comparable(registry[capability].version)


def _check_assets(change: Change, registry: Registry, plan: JobPlan) -> None:
    wanted: dict[str, str] = {}
    for step in plan.steps:
        if not step.capability.startswith(STUDIO):
            for ref in asset_refs(registry[step.capability], step.params):
                wanted.setdefault(ref, step.capability)
    known = change.assets(list(wanted))
    for ref in wanted:
        if ref not in known:
            raise missing_asset(ref)
    if plan.form != "batch" and not plan.is_system:  # a batch tells of each of its items
        for step in plan.steps:
            if not step.capability.startswith(STUDIO):
                check_usable(change.connection, registry[step.capability], step.params)


def check_usable(connection: Connection, capability: Capability[Any, Any], params: Mapping[str, Any]) -> None:
    """Raise what material failed with when it was prepared, if the work is about such as is no sound.

    The first field is what work is about; others may hold what is no sound, such as the weights of a network.
    """
    field = next(iter(capability.asset_fields()), None)
    refs = [] if field is None else asset_refs(capability, {field: params.get(field)})
    if field is None or not refs:
        return
    query = sa.select(ASSETS.c.id, ASSETS.c.name, ASSETS.c.error).where(
        ASSETS.c.id.in_(set(refs)), ASSETS.c.state == "failed"
    )
    failed = {row.id: row for row in connection.execute(query)}
    for ref in refs:
        if ref in failed and (failed[ref].error or {}).get("code") in {kind.code for kind in HOPELESS}:
            raise unusable_asset(ref, failed[ref].name, field, failed[ref].error)


def _label(change: Change, registry: Registry, plan: JobPlan) -> str:
    step = plan.steps[0]
    if step.capability.startswith(STUDIO):
        return step.capability.removeprefix(STUDIO)
    capability = registry[step.capability]
    first, takes_many = next(iter(capability.asset_fields().items()), ("", False))
    refs = list(step.params.get(first) or ()) if takes_many else asset_refs(capability, step.params)[:1]
    known = change.assets(refs)
    return " + ".join(known[ref].name for ref in refs if ref in known) or plan.capability
