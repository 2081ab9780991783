"""Parameters of addresses that several routes have in common."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import HTTPConnection

from tonmeister.core.errors import RequestError

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
