"""How much a client may send in one request."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from tonmeister.core.errors import BodyTooLargeError
from tonmeister.surfaces.rest.asgi import header, refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_JSON_BYTES = 4 * 2**20
"""Enough for a batch of some ten thousand songs."""

FORM_BYTES = 2**20
"""What a form may add to the file that it carries."""

UPLOADS = re.compile(
    r"/api/v1/(?:assets|uploads(?:/[^/]+)?|jobs/[^/]+/upload)/?|/api/upload/?|/api/processing/upload-and-process/?"
)
"""Where files come in, as a stream; everything else is read into memory and therefore kept small."""


class _TooLargeError(Exception):
    pass


class BodyLimits:
    """Refuses bodies that are larger than their address takes, announced or not."""

    def __init__(
        self,
        app: ASGIApp,
        max_upload_bytes: int,
        max_json_bytes: int = MAX_JSON_BYTES,
        uploads: re.Pattern[str] = UPLOADS,
    ):
        self.app = app
        self._max_upload_bytes = max_upload_bytes + FORM_BYTES
        self._max_json_bytes = max_json_bytes
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        is_upload = self._uploads.fullmatch(scope["path"]) is not None
        limit = self._max_upload_bytes if is_upload else self._max_json_bytes
        announced = header(scope, b"content-length")
        if announced is not None and (not announced.isdigit() or int(announced) > limit):
            await refuse(scope, send, _error(limit, announced, is_upload=is_upload))
            return
        counter = _Counter(receive, send, limit)
        with contextlib.suppress(_TooLargeError):
            await self.app(scope, counter.receive, counter.send)
        if counter.is_exceeded and not counter.is_started:
            await refuse(scope, send, _error(limit, None, is_upload=is_upload))


class _Counter:
    """Counts a body; from the moment that it is too large, the app neither reads on nor answers."""

    def __init__(self, receive: Receive, send: Send, limit: int):
        self._receive, self._send, self._limit = receive, send, limit
        self._n_bytes = 0
        self.is_exceeded = self.is_started = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._n_bytes += len(message.get("body", b""))
            if self._n_bytes > self._limit:
                self.is_exceeded = True
                raise _TooLargeError
        return message

    async def send(self, message: Message) -> None:
        if self.is_exceeded and not self.is_started:
            return  # what the app makes of its interrupted reading is not the reason; ours is sent instead
        self.is_started = True
        await self._send(message)


def _error(limit: int, announced: str | None, *, is_upload: bool) -> BodyTooLargeError:
    size = f"{int(announced)} bytes" if announced and announced.isdigit() else "more"
    remedy = "Raise TONMEISTER_MAX_UPLOAD_MB on the server." if is_upload else "Send files to /api/v1/uploads."
    return BodyTooLargeError(
        f"The body of the request has {size}; this address takes at most {limit} bytes.",
        field="content-length",
        value=announced,
        bound=f"at most {limit}",
        remedy=remedy,
    )
