"""The OpenAPI document: what FastAPI derives from the routes, completed from the declarations of the capabilities."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from tonmeister.surfaces.options import need_material
from tonmeister.surfaces.rest.examples import example_of
from tonmeister.surfaces.rest.models import ErrorEnvelope
from tonmeister.surfaces.rest.versions import API_VERSIONS

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Registry

_REF = "#/components/schemas/"
_DESCRIPTION = """The studio as a service. Work is done by jobs: upload a file (`POST /api/v1/assets`), begin a job with
it (`POST /api/v1/jobs/master`), follow it (`GET /api/v1/jobs/{job_id}`, or the WebSocket `/api/v1/ws`), and fetch its
products (`GET /api/v1/assets/{asset_id}/file`).

Every error has the same envelope, with a stable code. Times are RFC 3339 in UTC. Numbers name their unit."""

TAGS = {
    "Capabilities": "What the studio can do, with JSON Schemas.",
    "Jobs": "Work: begin, follow, stop, repeat, fetch.",
    "Drafts": "Answers without a job, to try things out.",
    "Library": "Files that were uploaded, and files that jobs made.",
    "Uploads": "Resumable uploads by tus 1.0.",
    "Audio": "What a player needs: segments, waveforms, spectrograms.",
    "Presets": "Sets of parameters under a name.",
    "Schedules": "Work at certain times.",
    "Studio": "The server itself.",
    "Session": "Signing a browser in, where a shared token guards the studio.",
    "Health": "For those who watch over it.",
    "Origins": "The paths of the designs that the studio stands on; the native ones say more.",
}


_WAYS = {"JobAsk": ".", "BatchAsk": " (many at once).", "DraftAsk": " (as a draft)."}


def describe(app: FastAPI, registry: Registry, version: str) -> dict[str, Any]:
    """Return the document, complete: typed answers, errors and examples for every operation."""
    document = get_openapi(
        title="Tonmeister",
        version=version,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    document["servers"] = [{"url": "/", "description": "This server"}]
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ErrorEnvelope"] = _plain(ErrorEnvelope, schemas)
    _add_capabilities(document, registry)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(operation, schemas, is_api=path.startswith("/api/"))
    used = {
        tag for operations in document["paths"].values() for op in operations.values() for tag in op.get("tags", ())
    }
    document["tags"] = [tag for tag in document["tags"] if tag["name"] in used]
    return document


def _plain(model: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(ref_template=_REF + "{model}")
    schemas.update(schema.pop("$defs", {}))
    return schema


def _add_capabilities(document: dict[str, Any], registry: Registry) -> None:
    """Give each capability an operation of its own beside the general one, with its parameters as a type."""
    schemas, paths = document["components"]["schemas"], document["paths"]
    models = [(model, mode) for capability in registry.values() for model, mode in _models(capability)]
    _, found = models_json_schema(models, ref_template=_REF + "{model}")
    schemas.update(found.get("$defs", {}))
    for capability in registry.values():
        need_material(schemas[capability.params.__name__], capability)
    names = list(registry)
    takers = {
        "JobAsk": names,
        "BatchAsk": [name for name in names if registry[name].batch_field is not None],
        "DraftAsk": [name for name in names if registry[name].draft is not None],
    }
    for place, ask in (("jobs", "JobAsk"), ("batches", "BatchAsk"), ("drafts", "DraftAsk")):
        general = f"/api/v1/{place}/{{capability}}"
        if general not in paths or not takers[ask]:
            continue
        _limit(paths[general]["post"], takers[ask] if ask == "DraftAsk" else names)
        for capability in (registry[name] for name in takers[ask]):
            paths[f"/api/v1/{place}/{capability.name}"] = {
                "post": _special(paths[general]["post"], capability, ask, schemas)
            }
    upload = paths.get("/api/v1/jobs/{capability}/upload")
    if upload is not None:
        _limit(upload["post"], [name for name in names if registry[name].asset_fields()])


def _models(capability: Capability[Any, Any]) -> list[tuple[Any, Any]]:
    return [(capability.params, "validation"), (capability.result, "serialization")]


def _limit(operation: dict[str, Any], names: list[str]) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == "capability":
            parameter["schema"]["enum"] = names
            parameter["example"] = "master" if "master" in names else names[0]


def _special(
    general: dict[str, Any], capability: Capability[Any, Any], ask: str, schemas: dict[str, Any]
) -> dict[str, Any]:
    operation = copy.deepcopy(general)
    verb = {"JobAsk": "submit", "BatchAsk": "submit_batch_of", "DraftAsk": "draft"}[ask]
    operation["operationId"] = f"{verb}_{capability.name.replace('-', '_')}"
    operation["summary"] = capability.summary.rstrip(".") + _WAYS[ask]
    operation["description"] = f"The result is a `{capability.result.__name__}`.\n\n{operation['description']}"
    operation["parameters"] = [part for part in operation["parameters"] if part["name"] != "capability"]
    name = f"{capability.params.__name__.removesuffix('Params')}{ask}"
    special = copy.deepcopy(schemas[ask])
    special["title"] = name
    special.pop("examples", None)
    params = {"$ref": _REF + capability.params.__name__}
    properties = special["properties"]
    if ask != "BatchAsk":
        properties["params"] = params
        special["required"] = ["params"]
    else:
        part = {"type": "object", "properties": schemas[capability.params.__name__].get("properties", {})}
        properties["items"] |= {"items": part}
        properties["params"] = part
    schemas[name] = special
    operation["requestBody"]["content"]["application/json"]["schema"] = {"$ref": _REF + name}
    return operation


def _complete(operation: dict[str, Any], schemas: dict[str, Any], *, is_api: bool) -> None:
    summary, _, rest = (operation.get("description") or operation.get("summary") or "").partition("\n")
    operation.setdefault("summary", summary)
    operation["description"] = f"{summary}\n{rest}".strip()
    responses = operation["responses"]
    refused = {"application/json": {"schema": {"$ref": _REF + "ErrorEnvelope"}}}
    if "422" in responses:
        responses["422"] = {"description": "The request or its parameters are wrong.", "content": refused}
    responses["default"] = {"description": "Any other error, in the same envelope.", "content": refused}
    for status, response in responses.items():
        response.setdefault("description", "Done.")
        if response["description"] == "Successful Response":
            response["description"] = "Done."
        if is_api:
            response.setdefault("headers", {})["Tonmeister-Version"] = {
                "description": "The version of the interface that answers.",
                "schema": {"type": "string", "enum": list(API_VERSIONS)},
            }
        _exemplify(response.get("content", {}), schemas, is_error=status in ("422", "default"))
    _exemplify(operation.get("requestBody", {}).get("content", {}), schemas, is_error=False)


def _exemplify(content: dict[str, Any], schemas: dict[str, Any], *, is_error: bool) -> None:
    for media_type, body in content.items():
        if media_type != "application/json" or "example" in body or "examples" in body:
            continue
        schema = body.get("schema", {})
        given = schemas.get(schema.get("$ref", "").removeprefix(_REF), {}).get("examples")
        body["example"] = given[0] if given and not is_error else example_of(schema, schemas)
