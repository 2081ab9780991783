"""Records of the services as JSON answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import Request, Response

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability
    from tonmeister.jobs.records import Event, Job
    from tonmeister.store.assets import Asset
    from tonmeister.store.versions import Version

API = "/api/v1"
MEDIA_TYPE = "application/json"

_FIRST_S = datetime(1, 1, 1, tzinfo=UTC).timestamp()
_LAST_S = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()

encode = msgspec.json.Encoder().encode
"""JSON as bytes."""


def moment(time_s: float | None) -> str | None:
    """Return seconds since 1970 as RFC 3339 in UTC; what no calendar holds is told as the nearest that one does."""
    if time_s is None:
        return None
    time_s = min(max(time_s, _FIRST_S), _LAST_S)  # a list is read, whatever is in one of its rows
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return data as a JSON response."""
    return Response(encode(data), status, headers, MEDIA_TYPE)


def answer_or_unchanged(request: Request, data: Any, tag: str) -> Response:
    """Return data with its entity tag, or 304 where the client has it already."""
    headers = {"etag": tag, "cache-control": "no-cache"}
    if is_match(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return answer(data, headers=headers)


def is_match(given: str | None, tag: str) -> bool:
    """Tell whether a list of entity tags names this one; weak ones are compared by their value."""
    if given is None:
        return False
    wanted = tag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") in (wanted, "*") for part in given.split(","))


def job_tag(job: Job) -> str:
    """Return the entity tag of a job."""
    return f'"{job.id}.{job.revision}"'


def job_data(job: Job, *, with_result: bool = True) -> dict[str, Any]:
    """Return a job as `models.JobData`; results are long, and lists go without."""
    place = f"{API}/jobs/{job.id}"
    is_single = job.form == "single"  # the result of its only step is the job's, so it is not said twice
    return {
        "id": job.id,
        "capability": job.capability,
        "form": job.form,
        "label": job.label,
        "state": job.state,
        "progress_percent": job.progress_percent,
        "message": job.message,
        "params": job.params,
        "result": job.result if with_result else None,
        "partials": job.partials,
        "error": job.error,
        "is_cached": job.is_cached,
        "is_system": job.is_system,
        "priority": job.priority,
        "parent_id": job.parent_id,
        "created_at": moment(job.created_at),
        "run_at": moment(job.run_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
        "wait_s": job.wait_s,
        "run_s": job.run_s,
        "revision": job.revision,
        "steps": [
            {
                "name": step.name,
                "capability": step.capability,
                "state": step.state,
                "progress_percent": step.progress_percent,
                "message": step.message,
                "error": step.error,
                "result": None if is_single or not with_result else step.result,
                "n_attempts": step.n_attempts,
            }
            for step in job.steps
        ],
        "products": [
            {
                "asset_id": product.asset_id,
                "name": product.name,
                "media_type": product.media_type,
                "size_bytes": product.size_bytes,
                "is_audio": product.is_audio,
            }
            for product in job.products
        ],
        "links": {
            "self": place,
            "events": f"{place}/events",
            "cancel": f"{place}/cancel",
            "retry": f"{place}/retry",
            "products": f"{place}/products.zip",
        },
    }


def version_data(version: Version, *, with_result: bool = True) -> dict[str, Any]:
    """Return a version of a song as `models.VersionData`; results are long, and lists go without."""
    song = f"{API}/assets/{version.asset_id}"
    return {
        "id": version.id,
        "asset_id": version.asset_id,
        "capability": version.capability,
        "params": version.params,
        "result": version.result if with_result else None,
        "products": [
            {
                "asset_id": file.id,
                "name": file.name,
                "media_type": file.media_type,
                "size_bytes": file.size_bytes,
                "is_audio": file.is_audio,
            }
            for file in version.files
        ],
        "job_id": version.job_id if version.has_job else None,
        "restored_from": version.restored_from,
        "created_at": moment(version.created_at),
        "links": {
            "self": f"{song}/versions/{version.id}",
            "asset": song,
            "job": f"{API}/jobs/{version.job_id}" if version.has_job else None,
        },
    }


def event_data(event: Event) -> dict[str, Any]:
    """Return an event as `models.EventData`."""
    return {
        "seq": event.seq,
        "job_id": event.job_id,
        "type": event.type,
        "data": event.data,
        "at": moment(event.at),
    }


def asset_tag(asset: Asset) -> str:
    """Return the entity tag of what is known about an asset; the tag of its file is another."""
    return f'"{asset.id}.{asset.revision}"'


def asset_data(asset: Asset, *, with_figures: bool = True) -> dict[str, Any]:
    """Return an asset as `models.AssetData`; figures are long, and lists go without."""
    prepared = asset.prepared
    if prepared is not None and not with_figures:
        prepared = {name: value for name, value in prepared.items() if name != "measurement"}
    place = f"{API}/assets/{asset.id}"
    links = {"self": place, "file": f"{place}/file", "link": f"{place}/link"}
    if asset.is_audio:
        links["audio"] = f"{API}/audio/{asset.id}/manifest"
    return {
        "id": asset.id,
        "name": asset.name,
        "kind": asset.kind,
        "state": asset.state,
        "sha256": asset.sha256,
        "size_bytes": asset.size_bytes,
        "media_type": asset.media_type,
        "is_audio": asset.is_audio,
        "duration_s": asset.duration_s,
        "integrated_lufs": asset.integrated_lufs,
        "title": asset.title,
        "artist": asset.artist,
        "tags": list(asset.tags),
        "prepared": prepared,
        "error": asset.error,
        "source_id": asset.source_id,
        "job_id": asset.job_id,
        "created_at": moment(asset.created_at),
        "deleted_at": moment(asset.deleted_at),
        "revision": asset.revision,
        "links": links,
    }


def capability_data(capability: Capability[Any, Any]) -> dict[str, Any]:
    """Return a capability as `models.CapabilityData`."""
    from tonmeister.surfaces.options import description_of, studio_options_of, studio_schema_of

    return {
        "name": capability.name,
        "summary": capability.summary,
        "description": description_of(capability),
        "version": capability.version,
        "batch_field": capability.batch_field,
        "is_inner": capability.is_inner,
        "asset_fields": list(capability.asset_fields()),
        "params_schema": studio_schema_of(capability),
        "result_schema": capability.result.model_json_schema(),
        "options": [
            {
                "name": option.name,
                "path": list(option.path),
                "kind": option.kind,
                "is_many": option.is_many,
                "is_required": option.is_required,
                "default": option.default,
                "choices": list(option.choices),
                "unit": option.unit,
                "bounds": option.limits
                and {
                    "low": option.limits.low,
                    "high": option.limits.high,
                    "excludes_low": option.limits.excludes_low,
                    "excludes_high": option.limits.excludes_high,
                },
                "text": option.text,
            }
            for option in studio_options_of(capability)
        ],
    }
