"""Sets of parameters under a name: those that come with the studio, and the users' own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from tonmeister.surfaces.rest.answers import answer, moment
from tonmeister.surfaces.rest.models import OwnPreset, PresetAsk, PresetList
from tonmeister.surfaces.rest.once import IdempotencyKey, once
from tonmeister.surfaces.rest.queries import PresetId
from tonmeister.surfaces.rest.studio import Door, owner_of

router = APIRouter(prefix="/presets", tags=["Presets"])


@router.get("", response_model=PresetList)
def list_presets(
    studio: Door, capability: Annotated[str, Query(max_length=64, description="Whose presets.")] = "master"
) -> Response:
    """List the presets of a capability."""
    declared = studio.registry[capability]
    own = [preset_data(preset) for preset in studio.presets.every(declared.name)]
    return answer({"built_in": list(studio.built_in_presets(declared)), "own": own})


@router.post("", response_model=OwnPreset, status_code=201)
def add_preset(request: Request, ask: PresetAsk, studio: Door, key: IdempotencyKey = None) -> Response:
    """Keep a set of parameters under a name. Material is not part of a preset."""
    from tonmeister.surfaces.rest.checks import check_partly

    declared = studio.registry[ask.capability]
    check_partly(declared, ask.params)
    return once(
        studio,
        request,
        key,
        ask.model_dump_json(),
        lambda: answer(
            preset_data(studio.presets.add(declared.name, ask.name, ask.params, owner=owner_of(request))), 201
        ),
    )


@router.delete("/{preset_id}", status_code=204, response_class=Response)
def delete_preset(preset_id: PresetId, studio: Door) -> Response:
    """Remove one of one's own presets."""
    studio.presets.remove(preset_id)
    return Response(status_code=204)


def preset_data(preset: Any) -> dict[str, Any]:
    """Return a preset as `models.OwnPreset`."""
    return {
        "id": preset.id,
        "capability": preset.capability,
        "name": preset.name,
        "params": preset.params,
        "created_at": moment(preset.created_at),
    }
