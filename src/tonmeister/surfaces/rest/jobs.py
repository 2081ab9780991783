"""Jobs: begin them, follow them, stop them, fetch what they made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from tonmeister.core.capability import Capability
from tonmeister.core.errors import CombinationError, JobStateError, ParameterError
from tonmeister.surfaces.rest.answers import (
    MEDIA_TYPE,
    answer,
    answer_or_unchanged,
    encode,
    event_data,
    job_data,
    job_tag,
)
from tonmeister.surfaces.rest.assets import keep
from tonmeister.surfaces.rest.files import disposition
from tonmeister.surfaces.rest.incoming import receive_form
from tonmeister.surfaces.rest.limits import check_quota
from tonmeister.surfaces.rest.models import (
    CleanUpAnswer,
    CleanUpAsk,
    EventList,
    JobAsk,
    JobData,
    JobPage,
    Moment,
    State,
)
from tonmeister.surfaces.rest.once import IdempotencyKey, once
from tonmeister.surfaces.rest.queries import CapabilityName, Cursor, JobId, Limit
from tonmeister.surfaces.rest.snapshots import Snapshots
from tonmeister.surfaces.rest.studio import Door, owner_of
from tonmeister.surfaces.rest.zips import zip_of

router = APIRouter(prefix="/jobs", tags=["Jobs"])

STARTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "An earlier result answers: the job is completed."},
    202: {"model": JobData, "description": "The job waits for its turn; `Location` says where to follow it."},
}


@router.get("", response_model=JobPage)
async def list_jobs(
    request: Request,
    studio: Door,
    state: Annotated[list[State] | None, Query(description="Only jobs in one of these states.")] = None,
    capability: Annotated[str | None, Query(max_length=64, description="Only jobs of this capability.")] = None,
    q: Annotated[str | None, Query(max_length=255, description="Only jobs whose label holds this text.")] = None,
    asset: Annotated[str | None, Query(max_length=64, description="Only jobs that take or made this asset.")] = None,
    parent_id: Annotated[str | None, Query(max_length=64, description="Only parts of this job.")] = None,
    system: Annotated[bool, Query(description="The studio's own work instead of the users'.")] = False,
    since: Annotated[Moment | None, Query(description="Only jobs made since this time.")] = None,
    results: Annotated[bool, Query(description="With the results, which are long.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List jobs, the latest first."""

    def read() -> bytes:
        page = studio.workshop.jobs(
            state=state or None,
            capability=capability,
            q=q,
            asset_id=asset,
            parent_id=parent_id,
            is_system=system,
            since=since.timestamp() if since else None,
            limit=limit,
            cursor=cursor,
        )
        items = [job_data(job, with_result=results) for job in page.items]
        return encode({"items": items, "next_cursor": page.next_cursor, "n_total": page.n_total})

    snapshots: Snapshots = request.app.state.snapshots
    return Response(
        await snapshots.get((request.url.path, request.scope["query_string"]), read), 200, media_type=MEDIA_TYPE
    )


@router.post("/clean-up", response_model=CleanUpAnswer)
def clean_up_jobs(studio: Door, ask: CleanUpAsk) -> Response:
    """Remove jobs that ended some time ago. Files stay, and what was made of a song stays among its versions."""
    n_removed = studio.workshop.clean_up(ask.older_than_days * 86400, ask.states)
    return answer({"n_removed": n_removed})


@router.post(
    "/{capability}", response_model=JobData, status_code=202, responses=STARTED, dependencies=[Depends(check_quota)]
)
def submit_job(
    request: Request, capability: CapabilityName, ask: JobAsk, studio: Door, key: IdempotencyKey = None
) -> Response:
    """Begin a job. The same request as one that is done is answered at once."""
    declared = studio.registry[capability]
    return once(
        studio,
        request,
        key,
        ask.model_dump_json(),
        lambda: begun(
            studio.workshop.submit(
                declared.name,
                ask.params,
                priority=ask.priority,
                run_at=ask.run_at.timestamp() if ask.run_at else None,
                label=ask.label,
                owner=owner_of(request),
                base_version=ask.base_version,
                request_id=request_id(request),
                trace=trace_of(request),
            )
        ),
    )


@router.post(
    "/{capability}/upload",
    response_model=JobData,
    status_code=202,
    responses=STARTED,
    dependencies=[Depends(check_quota)],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary", "description": "The material."},
                            "params": {"type": "string", "description": "The other parameters, as JSON text."},
                            "label": {"type": "string", "maxLength": 255, "description": "What people shall read."},
                        },
                    }
                }
            },
        }
    },
)
async def submit_job_with_file(request: Request, capability: CapabilityName, studio: Door) -> Response:
    """Upload a file and begin a job with it, in one request."""
    declared = studio.registry[capability]
    field = material_field(declared)
    async with receive_form(request, studio.incoming, max_bytes=studio.max_upload_bytes) as form:
        file = form.only_file("file", field, "audio")
        params = read_object(form.texts.get("params"), "params")

        def with_file(ref: str) -> dict[str, Any]:
            return params | {field: [ref] if declared.asset_fields()[field] else ref}

        def begin() -> Response:
            studio.workshop.check(capability, with_file(COMING), coming=COMING)
            asset = keep(studio, file, owner_of(request))
            job = studio.workshop.submit(
                capability,
                with_file(asset.id),
                label=form.texts.get("label") or None,
                owner=owner_of(request),
                request_id=request_id(request),
                trace=trace_of(request),
            )
            return begun(job)

        return await anyio.to_thread.run_sync(begin)


@router.get("/{job_id}", response_model=JobData, responses={304: {"description": "Unchanged since `If-None-Match`."}})
def get_job(request: Request, job_id: JobId, studio: Door) -> Response:
    """Return one job. With `If-None-Match` the answer is 304 while nothing has changed."""
    job = studio.workshop.job(job_id)
    return answer_or_unchanged(request, job_data(job), job_tag(job))


@router.post("/{job_id}/cancel", response_model=JobData)
def cancel_job(job_id: JobId, studio: Door) -> Response:
    """Stop a job; its processes end within two seconds."""
    studio.workshop.cancel(job_id)
    return answer(job_data(studio.workshop.job(job_id)))


@router.post("/{job_id}/retry", response_model=JobData, status_code=202)
def retry_job(job_id: JobId, studio: Door) -> Response:
    """Run a failed or cancelled job again, from its last finished step on."""
    studio.workshop.retry(job_id)
    return begun(studio.workshop.job(job_id), status=202)


@router.delete("/{job_id}", status_code=204, response_class=Response)
def delete_job(job_id: JobId, studio: Door) -> Response:
    """Remove a job that has ended; what it made stays."""
    studio.workshop.delete(job_id)
    return Response(status_code=204)


@router.get("/{job_id}/events", response_model=EventList)
def list_job_events(
    job_id: JobId,
    studio: Door,
    after: Annotated[int, Query(ge=0, le=2**62, description="The number of the last event that is known.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="The most events to return.")] = 500,
) -> Response:
    """Return what happened to a job, in order."""
    job = studio.workshop.job(job_id)
    events = studio.workshop.events(after, job_id=job.id, limit=limit)
    return answer({"items": [event_data(event) for event in events]})


@router.get(
    "/{job_id}/products.zip",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_products(job_id: JobId, studio: Door) -> Response:
    """Return all products of a job in one ZIP file; 409 if it has made none and is not completed."""
    job = studio.workshop.job(job_id)
    if not job.products and job.state != "completed":
        raise JobStateError(
            f"The job is {job.state}: it has made no files.",
            field="state",
            value=job.state,
            bound="completed",
            remedy="Wait for its end, or try it again.",
        )
    entries = [(product.name, studio.assets.get(product.asset_id)) for product in job.products]
    parts: Iterator[bytes] = zip_of(studio.blobs, [(name, asset.sha256, asset.created_at) for name, asset in entries])
    return StreamingResponse(
        parts,
        media_type="application/zip",
        headers={"content-disposition": disposition(_zip_name(job.label, job.capability), "", is_download=True)},
    )


def _zip_name(label: str, capability: str) -> str:
    """Name a job's ZIP after its song, as files may be called anywhere."""
    stem = " + ".join(re.sub(r"(?<=.)\.[^.\s]{2,4}$", "", name) for name in label.split(" + "))
    plain = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", stem).strip(" .")[:80]
    return f"{plain} ({capability}).zip" if plain else f"{capability}.zip"


COMING = "the file that comes"
"""Stands for a file of the same request while the other parameters are checked."""


def begun(job: Any, *, status: int | None = None) -> Response:
    """Return a job that was just begun: 200 if an earlier result has answered, else 202."""
    data = job_data(job)
    if status is None:
        status = 200 if job.is_cached and job.state == "completed" else 202
    return answer(data, status, {"location": data["links"]["self"], "etag": job_tag(job)})


def material_field(capability: Capability[Any, Any]) -> str:
    """Return the parameter that an uploaded file is for; raise `CombinationError` if it takes none."""
    fields = capability.asset_fields()
    if not fields:
        raise CombinationError(
            f"{capability.name} takes no file.", field="file", remedy=f"POST to /api/v1/jobs/{capability.name} instead."
        )
    return capability.batch_field or next(iter(fields))


def read_object(text: str | None, field: str) -> dict[str, Any]:
    """Return a JSON object out of a field of a form; an empty one if there is no such field."""
    if text is None or not text.strip():
        return {}
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ParameterError(
            f"{field} is not valid JSON: {error}.", field=field, value=text[:200], remedy="Send a JSON object."
        ) from None
    if not isinstance(value, dict):
        raise ParameterError(
            f"{field} must be a JSON object.", field=field, value=text[:200], remedy='For example {"preset": "warm"}.'
        )
    return value


def request_id(request: Request) -> str | None:
    """Return the id that the request goes by in the logs."""
    found = request.scope.get("state", {}).get("request_id") or request.headers.get("request-id")
    return str(found)[:64] if found else None


def trace_of(request: Request) -> dict[str, Any] | None:
    """Return the W3C trace context of the request, so that the job belongs to it."""
    trace: dict[str, Any] | None = request.scope.get("state", {}).get("trace")
    return trace
