"""What the studio can do: the declarations, as forms and machines need them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from tonmeister.surfaces.rest.answers import MEDIA_TYPE, capability_data, encode, is_match
from tonmeister.surfaces.rest.models import CapabilityData, CapabilityList
from tonmeister.surfaces.rest.queries import CapabilityName
from tonmeister.surfaces.rest.studio import Door

router = APIRouter(prefix="/capabilities", tags=["Capabilities"])


@router.get("", response_model=CapabilityList)
def list_capabilities(request: Request, studio: Door) -> Response:
    """List all that the studio can do, with JSON Schemas and the options of a form."""
    return _tagged(request, "", lambda: {"items": [capability_data(one) for one in studio.registry.values()]})


@router.get("/{name}", response_model=CapabilityData)
def get_capability(request: Request, name: CapabilityName, studio: Door) -> Response:
    """Return one capability."""
    capability = studio.registry[name]
    return _tagged(request, capability.name, lambda: capability_data(capability))


def _tagged(request: Request, name: str, read: Callable[[], dict[str, Any]]) -> Response:
    """Return what does not change as long as the server runs: put together once."""
    known: dict[str, tuple[str, bytes]] = request.app.state.declarations
    if name not in known:
        body = encode(read())
        known[name] = (f'"{hashlib.sha256(body).hexdigest()[:24]}"', body)
    tag, body = known[name]
    headers = {"etag": tag, "cache-control": "no-cache"}
    if is_match(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, MEDIA_TYPE)
