"""Examples for the OpenAPI document, made from the schemas, so that none is missing and none is out of date."""

from __future__ import annotations

from typing import Any

from tonmeister.surfaces.rest.models import EXAMPLE_ASSET, EXAMPLE_JOB

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_TIME = "2026-11-21T14:03:07.125Z"

_BY_NAME: dict[str, Any] = {
    "id": EXAMPLE_JOB,
    "job_id": EXAMPLE_JOB,
    "asset_id": EXAMPLE_ASSET,
    "file": EXAMPLE_ASSET,
    "sha256": _SHA256,
    "capability": "master",
    "songId": "A",
    "label": "Harbour",
    "name": "Harbour.wav",
    "media_type": "audio/x-wav",
    "message": "limiting",
    "self": f"/api/v1/jobs/{EXAMPLE_JOB}",
    "events": f"/api/v1/jobs/{EXAMPLE_JOB}/events",
    "cancel": f"/api/v1/jobs/{EXAMPLE_JOB}/cancel",
    "retry": f"/api/v1/jobs/{EXAMPLE_JOB}/retry",
    "products": f"/api/v1/jobs/{EXAMPLE_JOB}/products.zip",
    "progress_percent": 42.5,
    "size_bytes": 31_752_044,
    "duration_s": 180.0,
    "integrated_lufs": -9.4,
    "true_peak_dbtp": -0.2,
    "sample_rate": 44100,
    "n_channels": 2,
    "n_samples": 7_938_000,
    "segment_samples": 220_500,
    "n_segments": 36,
    "segment_url": f"/api/v1/audio/{EXAMPLE_ASSET}/seg/{{n}}.flac",
    "spectrogram_url": f"/api/v1/audio/{EXAMPLE_ASSET}/spectrogram.webp",
    "url": f"/api/v1/audio/{EXAMPLE_ASSET}/peaks/256.dat",
    "tag": "live",
    "tags": ["live"],
    "title": "Harbour",
    "artist": "Ana",
    "cron": "0 3 * * *",
    "code": "PARAMETER_INVALID",
    "day": "2026-11-21",
    "error": None,
    "deleted_at": None,
    "parent_id": None,
    "next_cursor": None,
    "asset_fields": ["file"],
    "batch_field": "file",
    "is_inner": False,
    "revision": 3,
}


def example_of(schema: dict[str, Any], schemas: dict[str, Any], name: str = "", depth: int = 0) -> Any:
    """Return a value that fits the schema: one known for the field's name if it fits, else the plainest."""
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        return example_of(schemas[target], schemas, name, depth + 1)
    if schema.get("examples"):
        return schema["examples"][0]
    kinds = _kinds(schema, schemas)
    if name in _BY_NAME and _fits(_BY_NAME[name], schema, kinds):
        return _BY_NAME[name]
    if "const" in schema:
        return schema["const"]
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            return example_of(schema[choices][0], schemas, name, depth)
    return _plainest(schema, schemas, name, depth)


def _plainest(schema: dict[str, Any], schemas: dict[str, Any], name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        if "properties" not in schema:
            return {}
        return {
            key: example_of(part, schemas, key, depth + 1)
            for key, part in schema["properties"].items()
            if depth < 4 or key in schema.get("required", ())
        }
    if kind == "array":
        if "prefixItems" in schema:
            return [example_of(part, schemas, name, depth + 1) for part in schema["prefixItems"]]
        count = schema.get("minItems", 1 if depth < 3 else 0)
        return [example_of(schema.get("items", {}), schemas, "", depth + 1) for _ in range(count)]
    if kind in ("number", "integer"):
        low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
        value = low if low is not None else high if high is not None and high < 0 else 0
        if schema.get("exclusiveMinimum") is not None:
            value += 1
        return int(value) if kind == "integer" else float(value)
    if kind == "string":
        return _TIME if schema.get("format") == "date-time" else "text"
    return False if kind == "boolean" else None


def _kinds(schema: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return _kinds(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "type" in schema:
        return {schema["type"]}
    return {kind for part in schema.get("anyOf", ()) for kind in _kinds(part, schemas)}


def _fits(value: Any, schema: dict[str, Any], kinds: set[str]) -> bool:
    if "enum" in schema or "const" in schema or schema.get("format") == "date-time":
        return False
    names = {
        str: {"string"},
        bool: {"boolean"},
        int: {"integer", "number"},
        float: {"number"},
        dict: {"object"},
        list: {"array"},
        type(None): {"null"},
    }
    return bool(names[type(value)] & kinds)
