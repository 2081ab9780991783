"""Parameters of addresses that several routes have in common."""

from __future__ import annotations

import difflib
from typing import Annotated

from fastapi import Path, Query
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from tonmeister.core.errors import RequestError
from tonmeister.surfaces.rest.answers import API

Limit = Annotated[int, Query(ge=1, le=200, description="The most items on a page.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before.")]
JobId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a job.")]
AssetId = Annotated[str, Path(min_length=1, max_length=64, description="Id of an asset.")]
VersionId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a version.")]
PresetId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a preset.")]
ScheduleId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a schedule.")]
CapabilityName = Annotated[str, Path(min_length=1, max_length=64, description="Name of a capability.")]


async def check_text(connection: HTTPConnection) -> None:
    """Refuse an address with the sign NUL: no text holds it, and databases cut a text there or do not take it."""
    for name, value in (*connection.path_params.items(), *connection.query_params.multi_items()):
        if "\0" in str(value):
            raise RequestError(
                f"{name} holds the sign NUL, which is part of no text.", field=name, remedy="Leave the sign out."
            )


async def check_names(connection: HTTPConnection) -> None:
    """Refuse parameters that a route does not know: a slip of the pen must not pass for a wish that was met.

    Addresses of the page are its own affair: it reads their parameters itself.
    """
    route = connection.scope.get("route")
    if not connection.query_params or not isinstance(route, APIRoute) or not connection.url.path.startswith(API + "/"):
        return
    known = _names(route, connection.app.state.parameters)
    for name in connection.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            named = ", ".join(sorted(known)) or "none"
            raise RequestError(
                f"This address has no parameter {name[:80]!r}.",
                field=name[:80],
                bound=f"Parameters: {named}",
                remedy=f"Did you mean {near[0]}?" if near else f"Leave it out. There are: {named}.",
            )


def _names(route: APIRoute, kept: dict[str, frozenset[str]]) -> frozenset[str]:
    if route.unique_id not in kept:
        fields = get_flat_params(route.dependant)
        kept[route.unique_id] = frozenset(
            field.alias for field in fields if getattr(field.field_info, "in_", None) == ParamTypes.query
        )
    return kept[route.unique_id]
