"""What the server tells its keeper: one line an event, as text for people or JSON for programs, with the ids that join
what belongs together (request, trace, job).

Neither the query of an address nor any header or body is ever logged: they carry signatures and secrets.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

import msgspec
import structlog

from tonmeister.core.errors import InternalError, TonmeisterError
from tonmeister.surfaces.rest.asgi import client_of, encode_headers, header, refuse, route_of

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tonmeister.settings import Settings
    from tonmeister.surfaces.rest.telemetry import Tracer

_LOG = logging.getLogger(__name__)
_ACCESS = logging.getLogger("tonmeister.access")

_REQUEST_ID = re.compile(r"[\w.:-]{1,64}")
_TRACE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_QUIET = re.compile(r"/health(/.*)?|/ready|/metrics|/api/health|/api/v1/audio/.*|/(?:assets|icons|fonts)/.*")
"""What is asked for all the time, and told only on the level of debugging as long as it goes well."""


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Route all logging of the process, that of libraries too, to one stream in the form that the settings ask for."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _drop_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    stream = stream or sys.stderr
    last: list[Any]
    if settings.log_format == "json":
        # without the values of local variables: they hold what clients sent, and secrets
        told = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
        last = [structlog.processors.ExceptionRenderer(told), structlog.processors.JSONRenderer(serializer=_to_json)]
    else:
        plain = structlog.dev.plain_traceback
        last = [
            _escape,
            structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0, exception_formatter=plain),
        ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.getLogger("uvicorn.access").disabled = True  # ours knows the ids
    for name in ("httpx", "httpx2", "httpcore", "botocore", "urllib3", "mcp", "alembic.runtime"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _drop_colours(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop("color_message", None)  # uvicorn's own, for terminals
    return event


def _to_json(event: Any, **_options: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _escape(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep a line a line, whatever a client has put into it, and short: traces are for programs."""
    event.pop("trace_id", None)
    for key, value in event.items():
        if isinstance(value, str) and key not in ("exception", "stack") and _CONTROLS.search(value):
            event[key] = _CONTROLS.sub(lambda found: repr(found.group())[1:-1], value)
    return event


def install(app: FastAPI, tracer: Tracer | None = None) -> None:
    """Give each request its ids, and write it down when it is answered. Called last: it stands outside of all."""
    app.add_middleware(RequestLog, tracer=tracer)


def install_faults(app: FastAPI) -> None:
    """Turn faults of ours into answers. Called first: the headers and ids of the others are then added to them."""
    app.add_middleware(Faults)


class RequestLog:
    """Gives each request an id and a trace, takes them from the client where it has some, and logs the answer.

    Routes find them in ``request.state.request_id`` and ``request.state.trace`` (W3C: ``{"traceparent": ...}``).
    """

    def __init__(self, app: ASGIApp, tracer: Tracer | None = None):
        self.app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        started_s = time.perf_counter()
        request_id = _own_or(header(scope, b"request-id"))
        name = f"{scope.get('method', 'WEBSOCKET')} {_plain_path(scope)}"
        span = None if self._tracer is None else self._tracer.begin(name, _parent_of(scope))
        trace_id, traceparent = (span.trace_id, span.traceparent) if span else _trace_of(scope)
        state = scope.setdefault("state", {})
        state["request_id"], state["trace"] = request_id, {"traceparent": traceparent}
        status = [0]
        id_header = encode_headers({"request-id": request_id})

        async def send_noted(message: Message) -> None:
            kind = message["type"]
            if kind in ("http.response.start", "websocket.http.response.start"):
                status[0] = message["status"]
                message["headers"] = [*message.get("headers", ()), *id_header]
            elif kind == "websocket.accept":
                status[0] = 101
                message["headers"] = [*message.get("headers", ()), *id_header]
            elif kind == "websocket.close" and not status[0]:
                status[0] = 403
            await send(message)

        tokens = structlog.contextvars.bind_contextvars(request_id=request_id, trace_id=trace_id)
        try:
            await self.app(scope, receive, send_noted)
        finally:
            self._tell(scope, name, status[0], time.perf_counter() - started_s)
            if span is not None:
                span.end(name, status[0], route_of(scope))
            structlog.contextvars.reset_contextvars(**tokens)

    def _tell(self, scope: Scope, name: str, status: int, took_s: float) -> None:
        is_quiet = status < 400 and _QUIET.fullmatch(scope["path"]) is not None
        level = logging.DEBUG if is_quiet else logging.WARNING if status >= 500 or status == 0 else logging.INFO
        if not _ACCESS.isEnabledFor(level):
            return
        facts: dict[str, Any] = {"status": status, "duration_ms": round(took_s * 1000, 1), "client": client_of(scope)}
        if job_id := scope.get("path_params", {}).get("job_id"):
            facts["job_id"] = job_id
        _ACCESS.log(level, name, extra=facts)


def _own_or(given: str | None) -> str:
    return given if given is not None and _REQUEST_ID.fullmatch(given) else os.urandom(12).hex()


def _plain_path(scope: Scope) -> str:
    return quote(scope["path"], safe="/:@!$&'()*+,;=~-._")[:512]


def _parent_of(scope: Scope) -> str | None:
    given = header(scope, b"traceparent")
    return given if given and _TRACE.fullmatch(given) else None


def _trace_of(scope: Scope) -> tuple[str, str]:
    parent = _parent_of(scope)
    trace_id, flags = (parent[3:35], parent[-2:]) if parent else (os.urandom(16).hex(), "00")
    return trace_id, f"00-{trace_id}-{os.urandom(8).hex()}-{flags}"


class Faults:
    """The door for faults of ours: logs them whole, and tells the client what it may know."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and answer what nobody has caught."""
        is_started = False

        async def send_noted(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except TonmeisterError as error:  # raised outside of a route
            if is_started or scope["type"] == "lifespan":
                raise
            await refuse(scope, send, error)
        except Exception as error:
            if scope["type"] == "lifespan":
                raise
            _LOG.exception("A fault of ours.")
            if is_started:
                raise
            await refuse(
                scope,
                send,
                InternalError(
                    f"A fault of Tonmeister: {type(error).__name__}.",
                    remedy="The server's log tells more under the id of this request; please report it.",
                ),
            )


def job_context(job_id: str, step: str | None = None, trace: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return what log lines about a job carry, to be bound with ``structlog.contextvars.bound_contextvars``."""
    found = _TRACE.fullmatch(str((trace or {}).get("traceparent", "")))
    facts = {"job_id": job_id, "step": step, "trace_id": found.group(1) if found else None}
    return {key: value for key, value in facts.items() if value is not None}
