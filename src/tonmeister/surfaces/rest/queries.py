"""Parameters of addresses that several routes have in common."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

Limit = Annotated[int, Query(ge=1, le=200, description="The most items on a page.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before.")]
JobId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a job.")]
AssetId = Annotated[str, Path(min_length=1, max_length=64, description="Id of an asset.")]
VersionId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a version.")]
PresetId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a preset.")]
ScheduleId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a schedule.")]
CapabilityName = Annotated[str, Path(min_length=1, max_length=64, description="Name of a capability.")]
