"""POST requests with an ``Idempotency-Key``: the same key again gets the same answer, and nothing is done twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Request, Response

from tonmeister.surfaces.rest.answers import MEDIA_TYPE
from tonmeister.surfaces.rest.studio import Studio, owner_of

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=120,
        description="Any text of the client's own; the same text again within a day gets the first answer again.",
    ),
]


def once(studio: Studio, request: Request, key: str | None, body: str, work: Callable[[], Response]) -> Response:
    """Do the work, unless a request with this key was answered before: then give that answer again.

    Raises `IdempotencyError` if the key came with another request, or if that request is still being worked on. A
    request that fails leaves no trace, so that it may be tried again under the same key.
    """
    if key is None:
        return work()
    key = f"{owner_of(request) or ''}/{key}"
    asked = hashlib.sha256(f"{request.method} {request.url.path}\n{body}".encode()).hexdigest()
    earlier = studio.idempotency.begin(key, asked)
    if earlier is not None:
        status, text = earlier
        return Response(text, status, {"idempotent-replay": "true"}, MEDIA_TYPE)
    try:
        response = work()
    except BaseException:
        studio.idempotency.forget(key)
        raise
    studio.idempotency.finish(key, response.status_code, bytes(response.body).decode())
    return response
