"""What the doors see of jobs: frozen records, read from the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tonmeister.store.pages import Page

__all__ = [
    "Analytics",
    "Event",
    "Job",
    "KindAnalytics",
    "Page",
    "PlannedStep",
    "Product",
    "QueueStatus",
    "Schedule",
    "Step",
    "SupervisorFacts",
]

JOB_STATES = ("queued", "processing", "completed", "failed", "cancelled")
"""States of a job."""
FINAL_STATES = ("completed", "failed", "cancelled")
"""States in which a job stays, unless it is tried again."""
STEP_STATES = ("waiting", "queued", "processing", "completed", "failed", "cancelled", "skipped")
"""States of a step; one that waits needs the results of others."""
FINAL_STEP_STATES = ("completed", "failed", "cancelled", "skipped")


@dataclass(frozen=True)
class Product:
    """An asset that a job has made."""

    asset_id: str
    name: str
    media_type: str
    size_bytes: int
    is_audio: bool


@dataclass(frozen=True)
class Step:
    """A part of a job: run by one process, its result a checkpoint."""

    id: str
    name: str
    position: int
    capability: str
    params: dict[str, Any]
    after: tuple[str, ...]
    state: str
    progress_percent: float
    message: str
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    is_cached: bool
    n_attempts: int
    n_crashes: int
    run_at: float
    started_at: float | None
    finished_at: float | None
    cpu_s: float | None
    peak_memory_bytes: int | None
    products: tuple[Product, ...]


@dataclass(frozen=True)
class Job:
    """A piece of work as its user sees it."""

    id: str
    capability: str
    form: str
    """"single", "batch" (one step for each item) or "steps" (a graph)."""
    params: dict[str, Any]
    label: str
    is_system: bool
    state: str
    priority: int
    progress_percent: float
    message: str
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    is_cached: bool
    is_cancel_asked: bool
    owner: str | None
    parent_id: str | None
    schedule_id: str | None
    request_id: str | None
    trace: dict[str, Any] | None
    created_at: float
    run_at: float
    started_at: float | None
    finished_at: float | None
    revision: int
    steps: tuple[Step, ...] = ()
    products: tuple[Product, ...] = ()
    partials: dict[str, Any] = field(default_factory=dict)
    """Intermediate results by name, while it is being done; read for one job at a time."""

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more will happen to it."""
        return self.state in FINAL_STATES

    @property
    def wait_s(self) -> float | None:
        """How long it waited from when it might run until it began."""
        return None if self.started_at is None else max(0.0, self.started_at - max(self.created_at, self.run_at))

    @property
    def run_s(self) -> float | None:
        """How long it ran."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(0.0, self.finished_at - self.started_at)


@dataclass(frozen=True)
class Event:
    """Something that happened to a job; ``seq`` rises from event to event over all jobs."""

    seq: int
    job_id: str
    type: str
    data: dict[str, Any]
    at: float


@dataclass(frozen=True)
class PlannedStep:
    """A step of a graph to be submitted.

    Its parameters may hold ``{"$step": "name", "path": "a.b"}`` for a value in the result of an earlier step, or of a
    field's item by its number: ``copies.0``. The steps named like this come before it, and those in ``after``.
    """

    name: str
    capability: str
    params: dict[str, Any]
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class SupervisorFacts:
    """A supervisor that was alive a moment ago."""

    id: str
    host: str
    pid: int
    version: str
    executor: str
    n_slots: int
    n_busy: int
    started_at: float
    beat_at: float


@dataclass(frozen=True)
class QueueStatus:
    """How much there is to do, and who does it."""

    n_queued: int
    n_processing: int
    n_waiting: int
    """Steps that wait for others, for a moment in the future or for another attempt."""
    oldest_wait_s: float
    by_kind: dict[str, dict[str, int]]
    """Queued and processing steps by capability."""
    supervisors: tuple[SupervisorFacts, ...]


@dataclass(frozen=True)
class KindAnalytics:
    """What became of the jobs of one capability."""

    n_jobs: int
    by_state: dict[str, int]
    n_cached: int
    wait_p50_s: float | None
    wait_p95_s: float | None
    run_p50_s: float | None
    run_p95_s: float | None
    cpu_s: float
    peak_memory_bytes: int | None


@dataclass(frozen=True)
class Analytics:
    """What became of the jobs made in a stretch of time."""

    since: float
    until: float
    n_jobs: int
    by_state: dict[str, int]
    by_kind: dict[str, KindAnalytics]
    failures_by_code: dict[str, int]
    n_cached: int
    cache_hit_percent: float | None
    n_crashes: int
    n_retries: int
    per_day: tuple[dict[str, Any], ...]
    """``day`` (YYYY-MM-DD, UTC), ``n_jobs``, ``n_completed``, ``n_failed``."""


@dataclass(frozen=True)
class Schedule:
    """Work to be done at a moment or again and again."""

    id: str
    name: str
    cron: str | None
    capability: str
    params: dict[str, Any] = field(default_factory=dict)
    priority: int = 0
    is_enabled: bool = True
    owner: str | None = None
    next_at: float | None = None
    last_at: float | None = None
    last_job_id: str | None = None
    created_at: float = 0.0
