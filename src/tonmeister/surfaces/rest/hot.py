"""The state of jobs, which is asked for more often than all else together: answered before the router is asked.

Same answers as the routes `jobs.get_job`, `jobs.list_jobs` and `server.get_queue`, which stand in the OpenAPI document;
a test compares them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tonmeister.core.errors import TonmeisterError
from tonmeister.surfaces.rest.answers import encode, is_match, job_data, job_tag
from tonmeister.surfaces.rest.asgi import header, send_error

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from tonmeister.jobs.workshop import Workshop
    from tonmeister.surfaces.rest.snapshots import Snapshots

_STATUS = re.compile(r"/api/v1/jobs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True)
class _Route:
    """What figures and logs call a request by."""

    path: str


_JOB = _Route("/api/v1/jobs/{job_id}")
_SHARED = {path: _Route(path) for path in ("/api/v1/jobs", "/api/v1/queue")}
"""Whose routes keep their answers under path and query: what they have checked and answered once is sent again."""


class HotPaths:
    """Answers what is asked for most, and hands everything else on."""

    def __init__(self, app: ASGIApp, workshop: Workshop, snapshots: Snapshots):
        self.app = app
        self._workshop = workshop
        self._snapshots = snapshots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path in _SHARED and (kept := self._snapshots.fresh((path, scope["query_string"]))) is not None:
            scope["route"] = _SHARED[path]
            await _send(send, 200, kept, [])
            return
        found = _STATUS.fullmatch(path)
        if found is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = _JOB
        job_id = found[1]
        try:
            tag, body = await self._snapshots.get(("job", job_id), lambda: self._read(job_id))
        except TonmeisterError as error:
            await send_error(send, error)
            return
        headers = [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]
        if is_match(header(scope, b"if-none-match"), tag):
            await _send(send, 304, None, headers)
        else:
            await _send(send, 200, body, headers)

    def _read(self, job_id: str) -> tuple[str, bytes]:
        job = self._workshop.job(job_id)
        return job_tag(job), encode(job_data(job))


async def _send(send: Send, status: int, body: bytes | None, headers: list[tuple[bytes, bytes]]) -> None:
    if body is not None:
        headers = [*headers, (b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body or b""})
