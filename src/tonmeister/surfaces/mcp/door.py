"""The ways to the protocol: standard input and output, HTTP on a port of its own, HTTP at ``/mcp`` of the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.applications import Starlette

    from tonmeister.settings import Settings
    from tonmeister.surfaces.mcp.server import Desk

PATH = "/mcp"


def serve_stdio(desk: Desk, version: str) -> None:
    """Speak over standard input and output until the other side closes them."""
    from mcp.server.stdio import stdio_server

    from tonmeister.surfaces.mcp.server import make_server

    server = make_server(desk, version)

    async def speak() -> None:
        async with stdio_server() as (hear, say):
            await server.run(Hearing(hear, say), say, server.create_initialization_options())

    anyio.run(speak)


class Hearing:
    """What comes in. The library drops what is no message without a word; here its sender is told, as is the rule."""

    def __init__(self, hear: Any, say: Any):
        self._hear, self._say = hear, say

    @property
    def last_context(self) -> Any:
        """The context in which the last message was sent."""
        return getattr(self._hear, "last_context", None)

    async def receive(self) -> Any:
        """Return the next message."""
        while isinstance(message := await self._hear.receive(), Exception):
            await self._say.send(_no_message(message))
        return message

    def __aiter__(self) -> Hearing:
        """Go through the messages."""
        return self

    async def __anext__(self) -> Any:
        """Return the next message, until the other side goes."""
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        """Hear no more."""
        await self._hear.aclose()

    async def __aenter__(self) -> Hearing:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hear no more."""
        await self.aclose()


def _no_message(error: Exception) -> Any:
    """Return the answer to a line that is no JSON, or JSON that is no message."""
    from mcp import types
    from mcp.shared.message import SessionMessage
    from pydantic import ValidationError

    is_json = isinstance(error, ValidationError) and error.errors()[0]["type"] != "json_invalid"
    found = types.ErrorData(
        code=types.INVALID_REQUEST if is_json else types.PARSE_ERROR,
        message="The line is JSON, but no message of JSON-RPC 2.0." if is_json else "The line is not JSON.",
    )
    return SessionMessage(types.JSONRPCError(jsonrpc="2.0", id=None, error=found))


def install(app: FastAPI, open_desk: Callable[[], Desk], version: str) -> None:
    """Answer at ``/mcp`` of the server, behind the checks that stand in front of all of it."""
    from starlette.routing import Route

    sessions = Sessions(open_desk, version)
    app.router.routes.append(Route(PATH, endpoint=sessions, include_in_schema=False))
    before: Callable[[Any], Any] = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def live(served: Any) -> AsyncIterator[Any]:
        async with before(served) as state:
            try:
                yield state
            finally:
                await sessions.close()

    app.router.lifespan_context = live


class Sessions:
    """Speaks the protocol over HTTP. The protocol's library is only loaded when the first client comes."""

    def __init__(self, open_desk: Callable[[], Desk], version: str):
        self._open_desk = open_desk
        self._version = version
        self._lock = asyncio.Lock()
        self._endpoint: Any = None
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        async with self._lock:
            if self._endpoint is None:
                await self._start()
        await self._endpoint(scope, receive, send)

    async def _start(self) -> None:
        def load() -> tuple[Any, Any]:
            from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager

            from tonmeister.surfaces.mcp.server import make_server

            manager = StreamableHTTPSessionManager(make_server(self._open_desk(), self._version), max_sessions=1000)
            return manager, StreamableHTTPASGIApp(manager)

        manager, endpoint = await anyio.to_thread.run_sync(load)
        is_running = asyncio.Event()

        async def live() -> None:
            async with manager.run():
                is_running.set()
                await self._stop.wait()

        self._task = asyncio.create_task(live())
        await is_running.wait()
        self._endpoint = endpoint

    async def close(self) -> None:
        """End all sessions."""
        self._stop.set()
        if self._task is not None:
            await self._task
        self._endpoint, self._task, self._stop = None, None, asyncio.Event()


def make_http_app(desk: Desk, version: str, settings: Settings) -> Starlette:
    """Return an application that speaks the protocol alone, behind the same checks as the studio's server.

    The settings must hold a shared token: the tools read and write files with the rights of whoever started this.
    """
    from fastapi import FastAPI

    from tonmeister.core.errors import ParameterError
    from tonmeister.surfaces.rest import limits, logs, security
    from tonmeister.surfaces.rest.errors import add_handlers

    security.check_opening(settings)
    if settings.shared_token is None:
        raise ParameterError(
            "Over HTTP, every program of this machine could have files read and written in your name.",
            field="shared_token",
            bound="a secret",
            remedy="Set TONMEISTER_SHARED_TOKEN, or leave --http out: standard input and output need none.",
        )
    app = FastAPI(title="Tonmeister MCP", openapi_url=None, docs_url=None, redoc_url=None)
    add_handlers(app)
    install(app, lambda: desk, version)
    logs.install_faults(app)
    security.install_inner(app, settings)
    limits.install(app, settings)
    security.install_outer(app, settings)
    logs.install(app)
    return app
