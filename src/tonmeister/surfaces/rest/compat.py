"""The paths of the designs that the studio stands on, answered by the same services as the native ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from tonmeister.core.errors import ConflictError, JobMissingError, RequestError
from tonmeister.surfaces.rest.answers import answer, moment
from tonmeister.surfaces.rest.assets import keep
from tonmeister.surfaces.rest.files import FILE_ANSWERS, Download, RangeHeader, send_file
from tonmeister.surfaces.rest.incoming import receive_form
from tonmeister.surfaces.rest.jobs import COMING, read_object, request_id, trace_of
from tonmeister.surfaces.rest.limits import check_quota
from tonmeister.surfaces.rest.models import Ask, Json, Wire
from tonmeister.surfaces.rest.queries import AssetId, JobId
from tonmeister.surfaces.rest.studio import Door, Studio, owner_of

if TYPE_CHECKING:
    from tonmeister.jobs.records import Job, Product

router = APIRouter(tags=["Origins"])

MASTER = "master"
_FIELD = "mix"
_SETTINGS = {
    "input": _FIELD,
    "input_path": _FIELD,
    "reference_path": "reference",
    "output_format": "format",
    "target_loudness": "target_lufs",
}
"""Names of the origins' settings, and ours."""


class UploadAnswer(Wire):
    """What was uploaded."""

    success: bool
    audio_id: str
    name: str
    size_bytes: int
    status: str


class StartAsk(Ask):
    """How to master what was uploaded."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"genre": "pop", "tier": "standard", "config": {}}]})

    genre: str | None = None
    """Genre whose tonal balance and dynamics are aimed at."""
    tier: str | None = None
    """Quality tier: draft, standard or fine."""
    config: dict[str, Json] = Field(default_factory=dict)
    """Any other parameters of mastering."""


class StartAnswer(Wire):
    """The work that was begun."""

    success: bool
    audio_id: str
    session_id: str
    status: str


class StatusAnswer(Wire):
    """How far the mastering of an upload has come."""

    success: bool
    audio_id: str
    session_id: str | None
    status: str
    """uploaded, processing, completed, failed or cancelled."""
    progress: float
    message: str
    download_url: str | None
    error: dict[str, Json] | None


class ProcessAsk(Ask):
    """What to process, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"asset_id": "…", "settings": {"preset": "warm"}}]})

    asset_id: str = Field(min_length=1, max_length=64)
    """The uploaded material."""
    reference_id: str | None = Field(default=None, max_length=64)
    """Material to sound like."""
    settings: dict[str, Json] = Field(default_factory=dict)
    """mode, preset, output_format, bit_depth, sample_rate, and any other parameter of mastering."""


class ProcessAnswer(Wire):
    """The job that was begun."""

    job_id: str
    status: str
    message: str


class ProcessingJob(Wire):
    """A job as that design shows it."""

    job_id: str
    status: str
    progress: float
    message: str
    capability: str
    label: str
    error_message: str | None
    result: Json
    download_url: str | None
    created_at: str | None
    started_at: str | None
    completed_at: str | None


class ProcessingJobs(Wire):
    """Jobs as that design lists them."""

    jobs: list[ProcessingJob]
    total: int


class ProcessingQueue(Wire):
    """Numbers of jobs."""

    total_jobs: int
    queued: int
    processing: int
    completed: int
    failed: int
    max_concurrent: int


class ProcessingCleanUp(Wire):
    """What was removed."""

    message: str
    removed: int


class ProcessingPreset(Wire):
    """One preset."""

    name: str
    description: str
    settings: dict[str, Json]


class ProcessingPresets(Wire):
    """The presets by name."""

    presets: dict[str, ProcessingPreset]


_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "audio": {"type": "string", "format": "binary", "description": "The song."},
                        "file": {"type": "string", "format": "binary", "description": "The song, by its other name."},
                        "settings": {"type": "string", "description": "Parameters of mastering as JSON text."},
                    },
                }
            }
        },
    }
}


@router.post("/api/upload", response_model=UploadAnswer, status_code=201, openapi_extra=_FORM)
async def origin_upload(request: Request, studio: Door) -> Response:
    """Upload a song."""
    async with receive_form(request, studio.incoming, max_bytes=studio.max_upload_bytes) as form:
        asset = await anyio.to_thread.run_sync(keep, studio, form.only_file("audio", "file"), owner_of(request))
    return answer(
        {
            "success": True,
            "audio_id": asset.id,
            "name": asset.name,
            "size_bytes": asset.size_bytes,
            "status": "uploaded",
        },
        201,
    )


@router.post("/api/mastering/{audio_id}/start", response_model=StartAnswer, status_code=202)
def origin_start(request: Request, audio_id: AssetId, studio: Door, ask: StartAsk | None = None) -> Response:
    """Master an uploaded song."""
    wanted = ask or StartAsk()
    asset = studio.assets.get(audio_id)
    named = {name: value for name, value in (("genre", wanted.genre), ("tier", wanted.tier)) if value}
    job = _begin(request, studio, asset.id, named | wanted.config)
    return answer(
        {"success": True, "audio_id": asset.id, "session_id": job.id, "status": _origin_state(job.state)}, 202
    )


@router.get("/api/status/{audio_id}", response_model=StatusAnswer)
def origin_status(audio_id: AssetId, studio: Door) -> Response:
    """Return how far the latest mastering of an upload has come; the id of the work is taken too."""
    job: Job | None
    try:
        job = studio.workshop.job(audio_id)
        asset_id = str(job.params.get(_FIELD) or audio_id)
    except JobMissingError:
        asset = studio.assets.get(audio_id)
        asset_id, job = asset.id, _latest(studio, asset.id, asset.created_at)
    return answer(
        {
            "success": True,
            "audio_id": asset_id,
            "session_id": job.id if job else None,
            "status": _origin_state(job.state) if job else "uploaded",
            "progress": job.progress_percent if job else 0.0,
            "message": job.message if job else "",
            "download_url": _download_url(job) if job else None,
            "error": job.error if job else None,
        }
    )


@router.post("/api/processing/process", response_model=ProcessAnswer, status_code=202)
def processing_process(request: Request, ask: ProcessAsk, studio: Door) -> Response:
    """Submit material for processing."""
    given = ask.settings | ({"reference": ask.reference_id} if ask.reference_id else {})
    return _submitted(_begin(request, studio, studio.assets.get(ask.asset_id).id, given))


@router.post("/api/processing/upload-and-process", response_model=ProcessAnswer, status_code=202, openapi_extra=_FORM)
async def processing_upload(request: Request, studio: Door) -> Response:
    """Upload and process in one request."""
    async with receive_form(request, studio.incoming, max_bytes=studio.max_upload_bytes) as form:
        file = form.only_file("file", "audio")
        given = read_object(form.texts.get("settings"), "settings")

        def begin() -> Response:
            check_quota(request)
            studio.workshop.check(MASTER, _params(COMING, given), coming=COMING)
            return _submitted(_begin(request, studio, keep(studio, file, owner_of(request)).id, given))

        return await anyio.to_thread.run_sync(begin)


@router.get("/api/processing/jobs", response_model=ProcessingJobs)
def processing_jobs(
    studio: Door,
    status: Annotated[str | None, Query(max_length=16, description="Only jobs in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="The most jobs to list.")] = 50,
) -> Response:
    """List all jobs."""
    page = studio.workshop.jobs(state=status, limit=limit)
    return answer({"jobs": [_job(job) for job in page.items], "total": page.n_total})


@router.delete("/api/processing/jobs/cleanup", response_model=ProcessingCleanUp)
def processing_cleanup(
    studio: Door,
    max_age_hours: Annotated[float, Query(ge=0, le=876000, description="Finished longer ago than this.")] = 24.0,
) -> Response:
    """Clean up old jobs."""
    n_removed = studio.workshop.clean_up(max_age_hours * 3600)
    return answer({"message": f"{n_removed} jobs removed.", "removed": n_removed})


@router.get("/api/processing/queue/status", response_model=ProcessingQueue)
def processing_queue(studio: Door) -> Response:
    """Return the numbers of jobs."""
    counts = {
        state: studio.workshop.jobs(state=state, limit=1).n_total
        for state in ("queued", "processing", "completed", "failed")
    }
    return answer(
        {"total_jobs": studio.workshop.jobs(limit=1).n_total, **counts, "max_concurrent": studio.settings.n_slots}
    )


@router.get("/api/processing/presets", response_model=ProcessingPresets)
def processing_presets(studio: Door) -> Response:
    """Return the presets of mastering."""
    found = [preset for preset in studio.built_in_presets(studio.registry[MASTER]) if preset["kind"] == "preset"]
    return answer(
        {
            "presets": {
                preset["name"]: {
                    "name": preset.get("title") or preset["name"],
                    "description": preset["summary"],
                    "settings": preset["params"],
                }
                for preset in found
            }
        }
    )


@router.get("/api/processing/job/{job_id}", response_model=ProcessingJob)
def processing_job(job_id: JobId, studio: Door) -> Response:
    """Return the state of a job."""
    return answer(_job(studio.workshop.job(job_id)))


@router.post("/api/processing/job/{job_id}/cancel", response_model=ProcessAnswer)
def processing_cancel(job_id: JobId, studio: Door) -> Response:
    """Cancel a job."""
    studio.workshop.cancel(job_id)
    return _submitted(studio.workshop.job(job_id), status=200)


@router.get("/api/processing/job/{job_id}/download", responses=FILE_ANSWERS, response_class=Response)
def processing_download(
    request: Request, job_id: JobId, studio: Door, download: Download = True, wanted: RangeHeader = None
) -> Response:
    """Download the processed audio."""
    job = studio.workshop.job(job_id)
    product = _main_product(job)
    if product is None:
        raise ConflictError(
            f"The job is {job.state} and has made no audio.",
            field="state",
            value=job.state,
            bound="completed",
            remedy="Wait until it is completed.",
        )
    return send_file(request, studio, studio.assets.get(product.asset_id), wanted, is_download=download)


def _begin(request: Request, studio: Studio, asset_id: str, settings: dict[str, Any]) -> Job:
    params = _params(asset_id, settings)
    check_quota(request)
    return studio.workshop.submit(
        MASTER, params, owner=owner_of(request), request_id=request_id(request), trace=trace_of(request)
    )


def _params(asset_id: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return our parameters for the origin's settings."""
    params: dict[str, Any] = {_FIELD: asset_id}
    for name, value in settings.items():
        ours = _SETTINGS.get(name, name)
        if ours == _FIELD:
            raise RequestError(
                f"{name} is no setting: the material is named by its id.", field=name, remedy=f"Leave {name} out."
            )
        params[ours] = [value] if ours == "format" and isinstance(value, str) else value
    if isinstance(params.get("mode"), str):
        params["mode"] = params["mode"].lower()
    return params


def _submitted(job: Job, *, status: int = 202) -> Response:
    return answer({"job_id": job.id, "status": job.state, "message": job.message or f"The job is {job.state}."}, status)


def _job(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "status": job.state,
        "progress": job.progress_percent,
        "message": job.message,
        "capability": job.capability,
        "label": job.label,
        "error_message": (job.error or {}).get("message"),
        "result": job.result,
        "download_url": _download_url(job),
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "completed_at": moment(job.finished_at),
    }


def _origin_state(state: str) -> str:
    return "processing" if state == "queued" else state


def _main_product(job: Job) -> Product | None:
    """Return the first sound that the job made."""
    return next((product for product in job.products if product.is_audio), None)


def _download_url(job: Job) -> str | None:
    return f"/api/processing/job/{job.id}/download" if _main_product(job) is not None else None


def _latest(studio: Studio, asset_id: str, since: float) -> Job | None:
    """Return the latest mastering of an asset."""
    cursor = None
    while True:
        page = studio.workshop.jobs(capability=MASTER, asset_id=asset_id, since=since, limit=200, cursor=cursor)
        for job in page.items:
            if job.params.get(_FIELD) == asset_id:
                return job
        cursor = page.next_cursor
        if cursor is None:
            return None
