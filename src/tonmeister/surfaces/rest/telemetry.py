"""Traces (OpenTelemetry) and reports of faults (Sentry) to services of one's own: off until configured.

Without a setting nothing is imported; with one, a missing package is an error that names it.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from tonmeister.core.errors import JobMissingError, MissingPartError
from tonmeister.core.extras import how_to_install

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from fastapi import FastAPI

    from tonmeister.jobs.records import Job
    from tonmeister.jobs.workshop import Workshop
    from tonmeister.settings import Settings

_REMEDY = f"{how_to_install('telemetry')} Or unset the variable."


def install(app: FastAPI, settings: Settings, version: str, workshop: Workshop) -> Tracer | None:
    """Begin with what is configured, and end it with the app; return the tracer for `logs.install`."""
    open_reports(settings, version)
    tracer = open_tracer(settings, version)
    if tracer is None:
        return None
    before: Callable[[Any], Any] = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def live(served: Any) -> AsyncIterator[Any]:
        stop = tracer.follow(workshop)
        async with before(served) as state:
            try:
                yield state
            finally:
                stop()
                await to_thread.run_sync(tracer.close)

    app.router.lifespan_context = live
    return tracer


def open_tracer(settings: Settings, version: str, exporter: Any = None) -> Tracer | None:
    """Return the way to trace requests and steps, or None where no service for traces is configured."""
    if settings.otlp_endpoint is None:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MissingPartError(
            f"TONMEISTER_OTLP_ENDPOINT is set, but {error.name} is not installed.",
            field="otlp_endpoint",
            remedy=_REMEDY,
        ) from None
    base = settings.otlp_endpoint.rstrip("/")
    endpoint = base if base.endswith("/v1/traces") else f"{base}/v1/traces"
    provider = TracerProvider(
        resource=Resource.create({"service.name": "tonmeister", "service.version": version}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter(endpoint=endpoint)))
    return Tracer(provider)


class Span:
    """One request as the service for traces sees it."""

    def __init__(self, span: Any):
        self._span = span
        context = span.get_span_context()
        self.trace_id = f"{context.trace_id:032x}"
        self.traceparent = f"00-{self.trace_id}-{context.span_id:016x}-{int(context.trace_flags):02x}"

    def end(self, name: str, status: int, route: str) -> None:
        """Close the span with what became of the request."""
        from opentelemetry.trace import Status, StatusCode

        self._span.update_name(f"{name.partition(' ')[0]} {route}")
        self._span.set_attribute("http.response.status_code", status)
        self._span.set_attribute("http.route", route)
        if status >= 500 or status == 0:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


class Tracer:
    """Makes spans of requests, and of the steps of their jobs when those are over."""

    def __init__(self, provider: Any):
        self._provider = provider
        self._tracer = provider.get_tracer("tonmeister")
        self._known: dict[str, None] = {}

    def begin(self, name: str, parent: str | None) -> Span:
        """Begin the span of a request."""
        from opentelemetry.trace import SpanKind

        span = Span(self._tracer.start_span(name, context=_context(parent), kind=SpanKind.SERVER))
        self._known[span.trace_id] = None
        if len(self._known) > 10_000:
            del self._known[next(iter(self._known))]
        return span

    def is_ours(self, trace: Any) -> bool:
        """Tell whether a job was begun by a request to this process: then its steps are ours to tell of, once."""
        parent = str((trace or {}).get("traceparent", ""))
        return parent[3:35] in self._known

    def tell_steps(self, jobs: Sequence[Job]) -> None:
        """Make spans of the steps of jobs that are over, from the times that the database holds."""
        from opentelemetry.trace import Status, StatusCode

        for job in jobs:
            context = _context(str((job.trace or {}).get("traceparent", "")))
            for step in job.steps:
                if step.started_at is None or step.finished_at is None:
                    continue
                span = self._tracer.start_span(
                    f"step {step.capability}",
                    context=context,
                    start_time=int(step.started_at * 1e9),
                    attributes={"job.id": job.id, "step.name": step.name, "step.attempts": step.n_attempts},
                )
                if step.state == "failed":
                    span.set_status(Status(StatusCode.ERROR, (step.error or {}).get("code", "")))
                span.end(end_time=int(step.finished_at * 1e9))

    def follow(self, workshop: Workshop) -> Callable[[], None]:
        """Tell of the steps of each job that ends from now on and was begun here; return the way to end that."""
        worker = ThreadPoolExecutor(
            1, thread_name_prefix="traces"
        )  # the bus's own thread must not wait for the database

        def tell(job_id: str) -> None:
            with contextlib.suppress(JobMissingError):
                job = workshop.job(job_id)
                if self.is_ours(job.trace):
                    self.tell_steps([job])

        def hear(message: dict[str, Any]) -> None:
            if message.get("topic") == "job" and message.get("type") in ("completed", "failed", "cancelled"):
                worker.submit(tell, message["id"])

        stop = workshop.bus.subscribe(hear)

        def end() -> None:
            stop()
            worker.shutdown(wait=True)

        return end

    def close(self) -> None:
        """Send what waits and stop."""
        self._provider.shutdown()


def _context(parent: str | None) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent} if parent else {})


def open_reports(settings: Settings, version: str) -> bool:
    """Report errors that are logged to Sentry if it is configured; tell whether it is."""
    if settings.sentry_dsn is None:
        return False
    try:
        import sentry_sdk
    except ImportError as error:
        raise MissingPartError(
            f"TONMEISTER_SENTRY_DSN is set, but {error.name} is not installed.", field="sentry_dsn", remedy=_REMEDY
        ) from None
    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        release=f"tonmeister@{version}",
        max_request_body_size="never",
        auto_enabling_integrations=False,
        include_local_variables=False,
        before_send=scrub,
    )
    return True


def scrub(event: Any, _hint: Any) -> Any:
    """Take out of a report what may be private: headers, cookies, queries, bodies, the host's name and arguments."""
    request = event.get("request", {})
    for key in ("headers", "cookies", "query_string", "data", "env"):
        request.pop(key, None)
    for key in ("server_name", "user"):
        event.pop(key, None)
    (event.get("extra") or {}).pop("sys.argv", None)
    return event
