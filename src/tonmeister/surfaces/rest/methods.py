"""Which methods an address takes: HEAD wherever GET is, and all of them named where another one is tried."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.routing import Match

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

PAGE = "page"
"""Name of the route that takes every address that no other one has taken."""

_ANSWERED = ("/api/", "/health", "/ready", "/metrics")


def methods_of(app: FastAPI, scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the methods that the address of a request takes, besides those of the page; none if it is no address."""
    taken = tuple(method for method in METHODS if _takes(app, scope, method))
    if "GET" in taken and "HEAD" not in taken:
        taken = (taken[0], "HEAD", *taken[1:])
    return taken


def is_socket(app: FastAPI, scope: Mapping[str, Any]) -> bool:
    """Tell whether the address is that of a WebSocket."""
    return _takes(app, scope, "GET", kind="websocket")


def _takes(app: FastAPI, scope: Mapping[str, Any], method: str, kind: str = "http") -> bool:
    asked: dict[str, Any] = {
        "type": kind,
        "method": method,
        "path": scope["path"],
        "root_path": scope.get("root_path", ""),
        "headers": [],
        "query_string": b"",
        "app": app,
    }
    return any(
        route.matches(dict(asked))[0] is Match.FULL
        for route in app.router.routes
        if getattr(route, "name", None) != PAGE
    )


_IS_HEAD = "is_head"


def is_head(request: Request) -> bool:
    """Tell whether nobody will read the body of the answer."""
    return bool(request.scope.get("state", {}).get(_IS_HEAD))


class _AnsweredError(Exception):
    """Ends the making of a body that nobody reads."""


class Heads:
    """Answers HEAD as GET without the body, wherever an address has no answer of its own to it."""

    def __init__(self, app: ASGIApp, routes: FastAPI):
        self.app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_head = scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"].startswith(_ANSWERED)
        if not is_head or _takes(self._routes, scope, "HEAD"):
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                await send({"type": "http.response.body", "body": b""})
                raise _AnsweredError

        inner = {**scope, "method": "GET", "state": {**scope.get("state", {}), _IS_HEAD: True}}
        try:
            with contextlib.suppress(_AnsweredError):
                await self.app(inner, receive, send_head)
        finally:
            scope.update(
                {key: inner[key] for key in inner.keys() - {"method", "state"}}
            )  # the route, for logs and figures
