"""Capabilities as tools: names, descriptions and schemas all come from the declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mcp_types as types

from tonmeister.surfaces.options import need_material

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tonmeister.core.capability import Capability

OUTPUT_FIELDS: dict[str, Any] = {
    "output": {
        "type": ["string", "null"],
        "default": None,
        "description": "A folder or a file name for the result; by default it goes beside the input under a free name. "
        "A name without a suffix is a folder, which is made. Work that makes no files writes its result there as JSON.",
    },
    "overwrite": {
        "type": "boolean",
        "default": False,
        "description": "Replace existing files instead of choosing a free name.",
    },
}
"""What every tool takes beside the capability's own parameters where results are files of this machine."""


def tool_of(
    capability: Capability[Any, Any],
    *,
    material: str,
    is_material_needed: bool = False,
    more: Mapping[str, Any] | None = None,
) -> types.Tool:
    """Return a capability as a tool; ``material`` says what names a piece of material here: a path, an asset's id.

    ``is_material_needed``: the first material must be given, even where the capability has a default for it.
    """
    schema = capability.params.model_json_schema()
    if is_material_needed:
        need_material(schema, capability)
    properties = schema.setdefault("properties", {})
    for name in capability.asset_fields():
        told = properties[name].get("description", "").rstrip()
        properties[name]["description"] = f"{told} {material}".strip()
    properties.update(more or {})
    text = schema.pop("description", "")
    return types.Tool(
        name=capability.name,
        title=capability.summary,
        description=text or capability.summary,
        input_schema=schema,
        output_schema=capability.result.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            title=capability.summary, read_only_hint=False, destructive_hint=False, open_world_hint=False
        ),
    )
