"""Drafts: what a capability answers at once out of what an earlier job has kept; nothing of it stays."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from tonmeister.surfaces.rest.answers import MEDIA_TYPE, encode
from tonmeister.surfaces.rest.models import DraftAsk, DraftData
from tonmeister.surfaces.rest.queries import CapabilityName
from tonmeister.surfaces.rest.studio import Door

router = APIRouter(prefix="/drafts", tags=["Drafts"])


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
