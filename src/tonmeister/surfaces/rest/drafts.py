"""Answers without a job: drafts, out of what an earlier job has kept, and what such a job has found already."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from tonmeister.jobs.book.earlier import find_result
from tonmeister.surfaces.rest.answers import MEDIA_TYPE, encode
from tonmeister.surfaces.rest.models import DraftAsk, DraftData, FoundData
from tonmeister.surfaces.rest.queries import CapabilityName
from tonmeister.surfaces.rest.studio import Door

router = APIRouter(prefix="/drafts", tags=["Drafts"])
results_router = APIRouter(prefix="/results", tags=["Drafts"])


@router.post("/{capability}", response_model=DraftData)
def make_draft(capability: CapabilityName, ask: DraftAsk, studio: Door) -> Response:
    """Try other parameters on material that a job has worked on, without a job: for what is changed by hand.

    Answered in a fraction of a second, and kept nowhere: a job with the same parameters makes it last. Only for
    capabilities that can; `DRAFT_UNPREPARED` says that a job must come first.
    """
    from msgspec import Raw

    draft = studio.drafts.make(capability, ask.params)
    data: dict[str, Any] = {
        "capability": capability,
        "result": Raw(draft.result.model_dump_json().encode()),
        "files": [
            {"ref": one.ref, "name": one.name, "media_type": one.media_type, "text": one.text} for one in draft.files
        ],
        "run_s": round(draft.run_s, 4),
    }
    return Response(encode(data), 200, media_type=MEDIA_TYPE)


@results_router.post("/{capability}", response_model=FoundData)
def look_up_result(capability: CapabilityName, ask: DraftAsk, studio: Door) -> Response:
    """Look up whether the same work on the same material is done already, without beginning it.

    Material counts by its content, so a copy of a file finds what was made of the other. `result` is null where a job
    is needed; nothing is added to the history of jobs either way.
    """
    declared = studio.registry[capability]
    found = find_result(studio.database, studio.registry, declared.name, ask.params)
    return Response(encode({"capability": declared.name, "result": found}), 200, media_type=MEDIA_TYPE)
