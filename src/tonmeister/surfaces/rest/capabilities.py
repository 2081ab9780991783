"""What the studio can do: the declarations, as forms and machines need them."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from tonmeister.core.capability import Registry
from tonmeister.surfaces.rest.answers import answer_or_unchanged, capability_data
from tonmeister.surfaces.rest.models import CapabilityData, CapabilityList
from tonmeister.surfaces.rest.queries import CapabilityName
from tonmeister.surfaces.rest.studio import Door

router = APIRouter(prefix="/capabilities", tags=["Capabilities"])


@router.get("", response_model=CapabilityList)
def list_capabilities(request: Request, studio: Door) -> Response:
    """List all that the studio can do, with JSON Schemas and the options of a form."""
    return _tagged(request, {"items": [_data(studio.registry, name) for name in studio.registry]})


@router.get("/{name}", response_model=CapabilityData)
def get_capability(request: Request, name: CapabilityName, studio: Door) -> Response:
    """Return one capability."""
    return _tagged(request, _data(studio.registry, studio.registry[name].name))


def _tagged(request: Request, data: Any) -> Response:
    tag = f'"{hashlib.sha256(msgspec.json.encode(data)).hexdigest()[:24]}"'
    return answer_or_unchanged(request, data, tag)


def _data(registry: Registry, name: str) -> dict[str, Any]:
    return capability_data(registry[name])
