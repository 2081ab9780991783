"""From rows to records: jobs with their steps, pages of jobs, events, the state of the queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.jobs.records import Event, Job, Page, Product, QueueStatus, Schedule, Step, SupervisorFacts
from tonmeister.store.pages import make_cursor, read_cursor
from tonmeister.store.tables import EVENTS, HEARTBEATS, JOBS, STEPS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, RowMapping

_JOB_FIELDS = [field.name for field in fields(Job) if field.name not in ("steps", "products", "partials")]
_STEP_FIELDS = [field.name for field in fields(Step) if field.name not in ("after", "products")]

# Made once: putting the statements together costs more than running them, and these are run most of all.
_ONE_JOB = sa.select(JOBS).where(JOBS.c.id == sa.bindparam("wanted"))
_STEPS_OF = sa.select(STEPS).where(STEPS.c.job_id.in_(sa.bindparam("ids", expanding=True))).order_by(STEPS.c.position)
_PARTIALS_OF = (
    sa.select(EVENTS.c.data)
    .where(EVENTS.c.job_id == sa.bindparam("wanted"), EVENTS.c.type == "partial")
    .order_by(EVENTS.c.seq)
)

BEAT_LIMIT_S = 30.0
"""A supervisor that has not shown itself for so long is not alive."""


def read_jobs(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> tuple[Job, ...]:
    """Make records of job rows, with the steps of all of them read at once."""
    ids = [row["id"] for row in rows]
    steps: dict[str, list[Step]] = {job_id: [] for job_id in ids}
    if ids:
        found = connection.execute(_STEPS_OF, {"ids": ids})
        for row in found.mappings():
            steps[row["job_id"]].append(_step(dict(row)))
    return tuple(_job(row, steps[row["id"]]) for row in rows)


def read_job(connection: Connection, job_id: str) -> Job | None:
    """Return one job, or none."""
    row = connection.execute(_ONE_JOB, {"wanted": job_id}).mappings().first()
    if row is None:
        return None
    job = read_jobs(connection, [dict(row)])[0]
    if job.state != "processing":
        return job
    found = connection.execute(_PARTIALS_OF, {"wanted": job_id}).scalars()
    return replace(job, partials={partial["name"]: partial["data"] for partial in found})


def _job(row: Mapping[str, Any], steps: Sequence[Step]) -> Job:
    products = tuple({product.asset_id: product for step in steps for product in step.products}.values())
    return Job(**{name: row[name] for name in _JOB_FIELDS}, steps=tuple(steps), products=products)


def _step(row: Mapping[str, Any]) -> Step:
    products = tuple(Product(**product) for product in row["products"] or ())
    return Step(**{name: row[name] for name in _STEP_FIELDS}, after=tuple(row["after"]), products=products)


def page_of_jobs(
    connection: Connection, conditions: Sequence[sa.ColumnElement[bool]], limit: int, cursor: str | None
) -> Page[Job]:
    """Return a page of jobs, the latest first."""
    total = connection.execute(sa.select(sa.func.count()).select_from(JOBS).where(*conditions)).scalar_one()
    query = sa.select(JOBS).where(*conditions).order_by(JOBS.c.created_at.desc(), JOBS.c.id.desc()).limit(limit + 1)
    if cursor is not None:
        at, last = read_cursor(cursor, "-created_at", 2)
        query = query.where(sa.tuple_(JOBS.c.created_at, JOBS.c.id) < sa.tuple_(sa.literal(at), sa.literal(last)))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    more = len(rows) > limit
    rows = rows[:limit]
    following = make_cursor("-created_at", rows[-1]["created_at"], rows[-1]["id"]) if more else None
    return Page(read_jobs(connection, rows), following, int(total))


def read_events(connection: Connection, after: int, job_id: str | None, limit: int) -> list[Event]:
    """Return the events that follow number ``after``, the earliest first."""
    query = sa.select(EVENTS).where(EVENTS.c.seq > after).order_by(EVENTS.c.seq).limit(limit)
    if job_id is not None:
        query = query.where(EVENTS.c.job_id == job_id)
    return [
        Event(row["seq"], row["job_id"], row["type"], row["data"], row["at"])
        for row in connection.execute(query).mappings()
    ]


def last_seq(connection: Connection) -> int:
    """Return the number of the latest event; 0 before the first."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(EVENTS.c.seq), 0))).scalar_one())


def queue_status(connection: Connection, now: float) -> QueueStatus:
    """Return how much there is to do and who does it."""
    due = sa.case((sa.and_(STEPS.c.state == "queued", STEPS.c.run_at > now), "waiting"), else_=STEPS.c.state)
    rows = connection.execute(
        sa.select(
            STEPS.c.capability,
            due.label("state"),
            sa.func.count().label("n"),
            sa.func.min(STEPS.c.run_at).label("first"),
        )
        .where(STEPS.c.state.in_(("waiting", "queued", "processing")))
        .group_by(STEPS.c.capability, due)
    ).all()
    by_kind: dict[str, dict[str, int]] = {}
    total = {"waiting": 0, "queued": 0, "processing": 0}
    oldest = 0.0
    for row in rows:
        total[row.state] += row.n
        if row.state != "waiting":
            by_kind.setdefault(row.capability, {"queued": 0, "processing": 0})[row.state] += row.n
        if row.state == "queued":
            oldest = max(oldest, now - row.first)
    return QueueStatus(
        n_queued=total["queued"],
        n_processing=total["processing"],
        n_waiting=total["waiting"],
        oldest_wait_s=oldest,
        by_kind=dict(sorted(by_kind.items())),
        supervisors=tuple(_supervisors(connection, now)),
    )


def _supervisors(connection: Connection, now: float) -> Iterable[SupervisorFacts]:
    rows = connection.execute(
        sa.select(HEARTBEATS).where(HEARTBEATS.c.beat_at > now - BEAT_LIMIT_S).order_by(HEARTBEATS.c.started_at)
    ).mappings()
    for row in rows:
        yield SupervisorFacts(**{field.name: row[field.name] for field in fields(SupervisorFacts)})


def schedule_of(row: RowMapping) -> Schedule:
    """Make a record of a schedule's row."""
    return Schedule(**{field.name: row[field.name] for field in fields(Schedule)})
