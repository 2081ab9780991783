"""Version negotiation: the path says it, and so may a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.core.errors import ApiVersionError
from tonmeister.surfaces.rest.errors import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_VERSIONS = ("1",)
"""The versions of the interface that this server speaks."""

_ANSWER = (b"tonmeister-version", API_VERSIONS[-1].encode())


class Versions:
    """Refuses requests for a version that is not spoken, and says in each answer which one it is of.

    Clients ask by ``Accept-Version`` (``1``, ``1.0``, ``1, 2``, ``*``) or ``Tonmeister-Version``.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return

        async def send_versioned(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), _ANSWER]
            await send(message)

        for name, value in scope["headers"]:
            if name in (b"accept-version", b"tonmeister-version") and not _is_spoken(value.decode("latin-1")):
                refusal = refuse(
                    ApiVersionError(
                        f"Version {value.decode('latin-1')!r} of the interface is not spoken here.",
                        field=name.decode(),
                        value=value.decode("latin-1"),
                        bound=list(API_VERSIONS),
                        remedy=f"Ask for {' or '.join(API_VERSIONS)}, or leave the header out.",
                    )
                )
                await refusal(scope, receive, send_versioned)
                return
        await self._app(scope, receive, send_versioned)


def _is_spoken(wanted: str) -> bool:
    return any(
        part.strip() == "*" or part.strip().lower().removeprefix("v").split(".")[0] in API_VERSIONS
        for part in wanted.split(",")
    )
