"""Batches: one capability over many pieces of material, as one job."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from tonmeister.surfaces.rest.jobs import STARTED, begun, request_id, trace_of
from tonmeister.surfaces.rest.limits import check_quota_for
from tonmeister.surfaces.rest.models import BatchAsk, JobData
from tonmeister.surfaces.rest.once import IdempotencyKey, once
from tonmeister.surfaces.rest.queries import CapabilityName
from tonmeister.surfaces.rest.studio import Door, owner_of

router = APIRouter(prefix="/batches", tags=["Jobs"])


@router.post("/{capability}", response_model=JobData, status_code=202, responses=STARTED)
def submit_batch(
    request: Request, capability: CapabilityName, ask: BatchAsk, studio: Door, key: IdempotencyKey = None
) -> Response:
    """Begin a job with a step for each item. A step that fails does not stop the others."""

    declared = studio.registry[capability]

    def begin() -> Response:
        check_quota_for(request, len(ask.items))
        job = studio.workshop.submit_batch(
            declared.name,
            [ask.params | item for item in ask.items],
            label=ask.label,
            priority=ask.priority,
            run_at=ask.run_at.timestamp() if ask.run_at else None,
            owner=owner_of(request),
            request_id=request_id(request),
            trace=trace_of(request),
        )
        return begun(job)

    return once(studio, request, key, ask.model_dump_json(), begin)
