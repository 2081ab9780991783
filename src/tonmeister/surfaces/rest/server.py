"""The server itself: its queue, its figures, its settings, its build."""

from __future__ import annotations

import dataclasses
import platform
import time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from tonmeister.surfaces.rest.answers import MEDIA_TYPE, answer, encode, moment
from tonmeister.surfaces.rest.models import AnalyticsData, BuildData, QueueData, SettingsData
from tonmeister.surfaces.rest.snapshots import Snapshots
from tonmeister.surfaces.rest.studio import Door
from tonmeister.surfaces.rest.versions import API_VERSIONS

if TYPE_CHECKING:
    from tonmeister.jobs.workshop import Workshop

router = APIRouter(tags=["Studio"])


@router.get("/queue", response_model=QueueData, tags=["Jobs"])
async def get_queue(request: Request, studio: Door) -> Response:
    """Return how much work there is, and who does it."""
    snapshots: Snapshots = request.app.state.snapshots
    body = await snapshots.get((request.url.path, request.scope["query_string"]), lambda: _queue(studio.workshop))
    return Response(body, 200, media_type=MEDIA_TYPE)


def _queue(workshop: Workshop) -> bytes:
    queue = workshop.queue()
    return encode(
        {
            "n_queued": queue.n_queued,
            "n_processing": queue.n_processing,
            "n_waiting": queue.n_waiting,
            "oldest_wait_s": queue.oldest_wait_s,
            "by_kind": queue.by_kind,
            "supervisors": [
                {
                    "id": supervisor.id,
                    "host": supervisor.host,
                    "version": supervisor.version,
                    "executor": supervisor.executor,
                    "n_slots": supervisor.n_slots,
                    "n_busy": supervisor.n_busy,
                    "beat_at": moment(supervisor.beat_at),
                }
                for supervisor in queue.supervisors
            ],
        }
    )


@router.get("/analytics", response_model=AnalyticsData, tags=["Jobs"])
def get_analytics(
    studio: Door,
    days: Annotated[float, Query(gt=0, le=3660, description="How many days to look back.")] = 30.0,
    system: Annotated[bool, Query(description="The studio's own work instead of the users'.")] = False,
) -> Response:
    """Return what became of the jobs of the last days."""
    until = time.time()
    figures = studio.workshop.analytics(until - days * 86400, is_system=system)
    data: dict[str, Any] = dataclasses.asdict(figures)
    return answer(data | {"since": moment(figures.since), "until": moment(figures.until)})


@router.get("/settings", response_model=SettingsData)
def get_settings(studio: Door) -> Response:
    """Return the settings that a client may know; secrets are masked."""
    from tonmeister.settings import shown
    from tonmeister.surfaces.rest.asgi import is_loopback

    settings = studio.settings
    is_open = not is_loopback(settings.host) or bool(settings.public_url)
    return answer(
        {
            "limits": {
                "max_upload_mb": settings.max_upload_mb,
                "max_duration_s": settings.max_duration_s,
                "rate_limit_per_minute": settings.rate_limit_per_minute if is_open else None,
                "n_job_slots": settings.n_slots,
            },
            "executor": settings.executor,
            "storage": "s3" if settings.resolved_storage_url.startswith("s3:") else "disk",
            "database": settings.resolved_database_url.partition(":")[0].partition("+")[0],
            "is_open_to_network": is_open,
            "keep_bin_days": settings.keep_bin_days,
            "options": shown(settings),
        }
    )


@router.get("/build", response_model=BuildData)
async def get_build(studio: Door) -> Response:
    """Return which program this is."""
    return answer(
        {
            "name": "tonmeister",
            "version": studio.version,
            "api_versions": list(API_VERSIONS),
            "python": platform.python_version(),
            "schema_revision": studio.schema_revision,
        }
    )
