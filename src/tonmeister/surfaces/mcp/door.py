"""The ways to the protocol: standard input and output, HTTP on a port of its own, HTTP at ``/mcp`` of the server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from tonmeister.surfaces.mcp.server import make_server

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.applications import Starlette

    from tonmeister.settings import Settings
    from tonmeister.surfaces.mcp.server import Desk

PATH = "/mcp"


def serve_stdio(desk: Desk, version: str) -> None:
    """Speak over standard input and output until the other side closes them."""
    import anyio
    from mcp.server.stdio import stdio_server

    server = make_server(desk, version)

    async def speak() -> None:
        async with stdio_server() as (hear, say):
            await server.run(hear, say, server.create_initialization_options())

    anyio.run(speak)


def install(app: FastAPI, desk: Desk, version: str) -> None:
    """Answer at ``/mcp`` of the server, behind the checks that stand in front of all of it."""
    from starlette.routing import Route

    sessions, endpoint = _over_http(desk, version)
    app.router.routes.append(Route(PATH, endpoint=endpoint, include_in_schema=False))
    before: Callable[[Any], Any] = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def live(served: Any) -> AsyncIterator[Any]:
        async with before(served) as state, sessions():
            yield state

    app.router.lifespan_context = live


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
    install(app, desk, version)
    logs.install_faults(app)
    security.install_inner(app, settings)
    limits.install(app, settings)
    security.install_outer(app, settings)
    logs.install(app)
    return app


def _over_http(desk: Desk, version: str) -> tuple[Callable[[], Any], Any]:
    from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager

    manager: list[StreamableHTTPSessionManager] = []

    def sessions() -> Any:  # a manager lives once; an application may be started again
        manager[:] = [StreamableHTTPSessionManager(make_server(desk, version), max_sessions=1000)]
        return manager[0].run()

    class Endpoint:
        """Hands requests to the sessions of the present life of the application."""

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await StreamableHTTPASGIApp(manager[0])(scope, receive, send)

    return sessions, Endpoint()
