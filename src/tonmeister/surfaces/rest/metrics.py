"""Figures for Prometheus at ``/metrics``: what this process answers, and what the database knows of jobs and storage.

What the jobs do is counted from their events in the order of their numbers, from the moment that this process began:
nothing is counted twice, and no work process has to be asked. Every server on one database tells the same of the jobs:
take the maximum over them, not the sum.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import prometheus_client as prometheus
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tonmeister.store.tables import BLOBS, STEPS
from tonmeister.surfaces.rest.asgi import route_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tonmeister.jobs.workshop import Workshop

_LOG = logging.getLogger(__name__)

HTTP_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STEP_BUCKETS_S = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
EVENTS_AT_ONCE = 2000
MAX_EVENTS_A_SCRAPE = 20_000


class Metrics:
    """The figures of one process, in a registry of its own."""

    def __init__(self, version: str, count_sockets: Callable[[], int] = lambda: 0):
        self.registry = prometheus.CollectorRegistry()
        own: Any = {"registry": self.registry, "namespace": "tonmeister"}
        for collector in (prometheus.ProcessCollector, prometheus.PlatformCollector, prometheus.GCCollector):
            collector(registry=self.registry)
        prometheus.Info("build", "The version that runs.", **own).info({"version": version})
        self.http = prometheus.Histogram(
            "http_request_seconds",
            "Time to answer a request, by the template of its route.",
            ["method", "route", "status"],
            buckets=HTTP_BUCKETS_S,
            **own,
        )
        self.sockets = prometheus.Gauge("websocket_connections", "Open WebSockets.", **own)
        self.sockets.set_function(count_sockets)
        self.queue = prometheus.Gauge(
            "queue_steps", "Steps that wait for a slot or are worked on, by kind.", ["capability", "state"], **own
        )
        self.oldest = prometheus.Gauge(
            "queue_oldest_wait_seconds", "How long the longest-waiting step of a kind waits.", ["capability"], **own
        )
        self.depth = prometheus.Gauge("queue_depth", "Steps that wait for a slot, of all kinds.", **own)
        self.slots = prometheus.Gauge("supervisor_slots", "Slots of living supervisors.", ["state"], **own)
        self.supervisors = prometheus.Gauge("supervisors", "Living supervisors.", **own)
        self.step_s = prometheus.Histogram(
            "step_seconds", "Time to do a step.", ["capability", "state"], buckets=STEP_BUCKETS_S, **own
        )
        self.jobs = prometheus.Counter("jobs", "Jobs that came to an end.", ["capability", "state"], **own)
        self.retries = prometheus.Counter("step_retries", "Steps that were tried again.", ["capability"], **own)
        self.crashes = prometheus.Counter("step_crashes", "Processes that died at their step.", ["capability"], **own)
        self.losses = prometheus.Counter("lease_losses", "Leases taken from supervisors that were gone.", **own)
        self.hits = prometheus.Counter("cache_hits", "Steps that an earlier result answered.", ["capability"], **own)
        self.stored = prometheus.Gauge("stored_bytes", "Size of all files in storage.", **own)
        self.blobs = prometheus.Gauge("stored_files", "Number of files in storage.", **own)
        self.is_read = prometheus.Gauge("database_up", "1 if the database answered this scrape.", **own)
        self._lock = threading.Lock()
        self._last_seq: int | None = None
        self._counted: dict[tuple[str, float], None] = {}

    def begin(self, workshop: Workshop) -> None:
        """Count jobs from now on."""
        with self._lock:
            if self._last_seq is None:
                self._last_seq = workshop.last_seq()

    def scrape(self, workshop: Workshop) -> bytes:
        """Bring the figures up to date and return them; if the database does not answer, say so and give the rest."""
        try:
            self._read(workshop)
            self.is_read.set(1)
        except Exception:  # noqa: BLE001 - a door: the figures of this process are told all the same
            _LOG.exception("The database does not answer to the scrape.")
            self.is_read.set(0)
        return prometheus.generate_latest(self.registry)

    def _read(self, workshop: Workshop) -> None:
        status = workshop.queue()
        self.depth.set(status.n_queued)
        self.supervisors.set(len(status.supervisors))
        self.slots.labels("busy").set(sum(one.n_busy for one in status.supervisors))
        self.slots.labels("free").set(sum(max(0, one.n_slots - one.n_busy) for one in status.supervisors))
        self.queue.clear()
        self.oldest.clear()
        for capability, counts in status.by_kind.items():
            for state in ("queued", "processing"):
                self.queue.labels(capability, state).set(counts.get(state, 0))
        with workshop.database.read() as connection:
            now = workshop.database.now(connection)
            for capability, first in connection.execute(
                sa.select(STEPS.c.capability, sa.func.min(STEPS.c.run_at))
                .where(STEPS.c.state == "queued", STEPS.c.run_at <= now)
                .group_by(STEPS.c.capability)
            ):
                self.oldest.labels(capability).set(max(0.0, now - first))
            size, number = connection.execute(
                sa.select(sa.func.coalesce(sa.func.sum(BLOBS.c.size_bytes), 0), sa.func.count()).select_from(BLOBS)
            ).one()
        self.stored.set(int(size))
        self.blobs.set(number)
        with self._lock:
            self._count(workshop)

    def _count(self, workshop: Workshop) -> None:
        if self._last_seq is None:
            self._last_seq = workshop.last_seq()
        ended: list[str] = []
        for _ in range(MAX_EVENTS_A_SCRAPE // EVENTS_AT_ONCE):
            events = workshop.events(self._last_seq, limit=EVENTS_AT_ONCE)
            for event in events:
                self._last_seq = event.seq
                capability = str(event.data.get("capability", ""))
                if event.type in ("completed", "failed", "cancelled"):
                    self.jobs.labels(capability, event.type).inc()
                    ended.append(event.job_id)
                elif event.type == "retried" and "step" in event.data:
                    self.retries.labels(capability).inc()
                elif event.type == "lease_lost":
                    self.losses.inc()
            if len(events) < EVENTS_AT_ONCE:
                break
        for start in range(0, len(ended), 500):
            self._count_steps(workshop, ended[start : start + 500])

    def _count_steps(self, workshop: Workshop, job_ids: list[str]) -> None:
        columns = (STEPS.c.id, STEPS.c.capability, STEPS.c.state, STEPS.c.is_cached, STEPS.c.n_crashes)
        with workshop.database.read() as connection:
            rows = connection.execute(
                sa.select(*columns, STEPS.c.started_at, STEPS.c.finished_at).where(
                    STEPS.c.job_id.in_(job_ids), STEPS.c.finished_at.is_not(None)
                )
            ).all()
        for row in rows:
            key = (row.id, row.finished_at)
            if key in self._counted:  # a job that was tried again ends again, its finished steps do not
                continue
            self._counted[key] = None
            if row.is_cached:
                self.hits.labels(row.capability).inc()
            elif row.started_at is not None:
                self.step_s.labels(row.capability, row.state).observe(max(0.0, row.finished_at - row.started_at))
            if row.n_crashes:
                self.crashes.labels(row.capability).inc(row.n_crashes)
        while len(self._counted) > 50_000:
            del self._counted[next(iter(self._counted))]


class HttpTimes:
    """Measures how long requests take, by route: addresses with ids in them would be a series each."""

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self.app = app
        self._http = metrics.http
        self._children: dict[tuple[str, str, str], prometheus.Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure one request up to the beginning of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started_s = time.perf_counter()

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in METHODS else "other"
                key = (method, route_of(scope), f"{message['status'] // 100}xx")
                child = self._children.get(key)
                if child is None:
                    child = self._children[key] = self._http.labels(*key)
                child.observe(time.perf_counter() - started_s)
            await send(message)

        await self.app(scope, receive, send_timed)


router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def read_metrics(request: Request) -> Response:
    """Return the figures of this moment."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.scrape(request.app.state.measured), media_type=CONTENT_TYPE_LATEST)


def install(app: FastAPI, metrics: Metrics, workshop: Workshop) -> None:
    """Measure requests to the app; it holds `router`, which serves the figures."""
    app.state.metrics, app.state.measured = metrics, workshop
    app.add_middleware(HttpTimes, metrics=metrics)
