"""Figures of what became of jobs."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.jobs.records import Analytics, KindAnalytics
from tonmeister.store.tables import JOBS, STEPS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def read_analytics(connection: Connection, since: float, until: float, *, is_system: bool) -> Analytics:
    """Gather the figures of the users' jobs, or of the studio's own, that were made from ``since`` until ``until``."""
    within = (JOBS.c.created_at >= since, JOBS.c.created_at < until, JOBS.c.is_system.is_(is_system))
    rows = connection.execute(
        sa.select(
            JOBS.c.id,
            JOBS.c.capability,
            JOBS.c.state,
            JOBS.c.is_cached,
            JOBS.c.created_at,
            JOBS.c.run_at,
            JOBS.c.started_at,
            JOBS.c.finished_at,
        ).where(*within)
    ).all()
    kinds: dict[str, list[Any]] = defaultdict(list)
    days: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        kinds[row.capability].append(row)
        day = dt.datetime.fromtimestamp(row.created_at, dt.UTC).strftime("%Y-%m-%d")
        days[day].update(("n_jobs", f"n_{row.state}"))
    steps = connection.execute(
        sa.select(
            JOBS.c.capability,
            sa.func.sum(STEPS.c.cpu_s).label("cpu_s"),
            sa.func.max(STEPS.c.peak_memory_bytes).label("peak_memory_bytes"),
            sa.func.sum(STEPS.c.n_crashes).label("n_crashes"),
            sa.func.sum(sa.case((STEPS.c.n_attempts > 1, STEPS.c.n_attempts - 1), else_=0)).label("n_retries"),
        )
        .join(JOBS, JOBS.c.id == STEPS.c.job_id)
        .where(*within)
        .group_by(JOBS.c.capability)
    ).all()
    by_capability = {row.capability: row for row in steps}
    errors = connection.execute(
        sa.select(STEPS.c.error)
        .join(JOBS, JOBS.c.id == STEPS.c.job_id)
        .where(*within, STEPS.c.state == "failed", STEPS.c.error.is_not(None))
    ).scalars()
    failures = Counter(str((error or {}).get("code", "INTERNAL")) for error in errors)
    n_completed = sum(row.state == "completed" for row in rows)
    n_cached = sum(row.is_cached for row in rows)
    return Analytics(
        since=since,
        until=until,
        n_jobs=len(rows),
        by_state=dict(Counter(row.state for row in rows)),
        by_kind={name: _kind(members, by_capability.get(name)) for name, members in sorted(kinds.items())},
        failures_by_code=dict(failures.most_common()),
        n_cached=n_cached,
        cache_hit_percent=100.0 * n_cached / n_completed if n_completed else None,
        n_crashes=sum(int(row.n_crashes or 0) for row in steps),
        n_retries=sum(int(row.n_retries or 0) for row in steps),
        per_day=tuple(
            {
                "day": day,
                "n_jobs": counts["n_jobs"],
                "n_completed": counts["n_completed"],
                "n_failed": counts["n_failed"],
            }
            for day, counts in sorted(days.items())
        ),
    )


def _kind(rows: Sequence[Any], steps: Any) -> KindAnalytics:
    worked = [row for row in rows if row.started_at is not None and not row.is_cached]
    waits = [max(0.0, row.started_at - max(row.created_at, row.run_at)) for row in worked]
    runs = [max(0.0, row.finished_at - row.started_at) for row in worked if row.finished_at is not None]
    return KindAnalytics(
        n_jobs=len(rows),
        by_state=dict(Counter(row.state for row in rows)),
        n_cached=sum(row.is_cached for row in rows),
        wait_p50_s=percentile(waits, 50),
        wait_p95_s=percentile(waits, 95),
        run_p50_s=percentile(runs, 50),
        run_p95_s=percentile(runs, 95),
        cpu_s=float((steps and steps.cpu_s) or 0.0),
        peak_memory_bytes=steps.peak_memory_bytes if steps else None,
    )


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return the smallest value that so many per cent of the values do not exceed; none of no values."""
    if not values:
        return None
    ordered = sorted(values)
    position = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(position) - 1)]
