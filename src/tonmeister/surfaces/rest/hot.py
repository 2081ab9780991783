"""The state of a job, which is asked for more often than all else together: answered before the router is asked.

Same answers as the route `jobs.get_job`, which stands in the OpenAPI document; a test compares them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tonmeister.core.errors import TonmeisterError
from tonmeister.surfaces.rest.answers import encode, is_match, job_data, job_tag
from tonmeister.surfaces.rest.asgi import header, send_error

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from tonmeister.jobs.workshop import Workshop
    from tonmeister.surfaces.rest.snapshots import Snapshots

_STATUS = re.compile(r"/api/v1/jobs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_TEMPLATE = "/api/v1/jobs/{job_id}"


class _Route:
    path = _TEMPLATE


class HotPaths:
    """Answers the state of jobs, and hands everything else on."""

    def __init__(self, app: ASGIApp, workshop: Workshop, snapshots: Snapshots):
        self.app = app
        self._workshop = workshop
        self._snapshots = snapshots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = _STATUS.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = _Route
        job_id = found[1]
        try:
            tag, body = await self._snapshots.get(("job", job_id), lambda: self._read(job_id))
        except TonmeisterError as error:
            await send_error(send, error)
            return
        headers = [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]
        is_known = is_match(header(scope, b"if-none-match"), tag)
        if not is_known:
            headers += [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 304 if is_known else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_known else body})

    def _read(self, job_id: str) -> tuple[str, bytes]:
        job = self._workshop.job(job_id)
        return job_tag(job), encode(job_data(job))
