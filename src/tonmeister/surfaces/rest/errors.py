"""Whatever goes wrong leaves this door in the one envelope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from tonmeister.core.errors import (
    HTTP_STATUS,
    BodyTooLargeError,
    ContentTypeError,
    MethodError,
    RequestError,
    RouteMissingError,
    TonmeisterError,
)
from tonmeister.core.validation import told
from tonmeister.surfaces.envelope import envelope
from tonmeister.surfaces.rest.answers import answer
from tonmeister.surfaces.rest.asgi import error_headers
from tonmeister.surfaces.rest.methods import is_socket, methods_of

_SHOWN = 12
"""Characters on either side of a fault in JSON that are shown."""
_LONGEST_INSIDE = 300
"""Longer parameters are not repeated in advice."""


def refuse(error: TonmeisterError, headers: Mapping[str, str] | None = None, *, status: int | None = None) -> Response:
    """Return an error as a response."""
    extra = {"cache-control": "no-store", **error_headers(error), **(headers or {})}
    extra.pop("content-length", None)
    return answer(envelope(error), HTTP_STATUS[error.code] if status is None else status, extra)


def add_handlers(app: FastAPI) -> None:
    """Answer our errors and those of the framework with the envelope; faults are caught by `logs.Faults`."""

    @app.exception_handler(TonmeisterError)
    async def _told(_request: Request, error: TonmeisterError) -> Response:
        return refuse(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return refuse(_translate(request, error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code in (404, 405):
            return refuse_method(request)
        return refuse(_of_status(error), error.headers)


def refuse_method(request: Request) -> Response:
    """Refuse a request that no route takes: by its method, or because there is nothing under its address."""
    path = request.url.path
    if is_socket(request.app, request.scope):
        asked = RequestError(
            f"{path} speaks WebSocket.",
            field="upgrade",
            bound="websocket",
            remedy="Open it as a WebSocket: ws://, or wss:// behind TLS.",
        )
        return refuse(asked, {"upgrade": "websocket"}, status=426)
    taken = methods_of(request.app, request.scope)
    if not taken and not path.startswith("/api/"):
        taken = ("GET", "HEAD")  # of the page
    if not taken or request.method in taken:
        error: TonmeisterError = RouteMissingError(
            f"There is nothing under {path}.", field="path", value=path, remedy="See /api/docs for what there is."
        )
        return refuse(error)
    allowed = ", ".join(taken)
    error = MethodError(
        f"{path} does not take {request.method}.",
        field="method",
        value=request.method,
        bound=list(taken),
        remedy=f"It takes: {allowed}.",
    )
    return refuse(error, {"allow": allowed})


def _of_status(error: HTTPException) -> TonmeisterError:
    if error.status_code == 413:
        return BodyTooLargeError("The body of the request is too large.", remedy="Send less at once.")
    if error.status_code == 415:
        return ContentTypeError("The body of the request is of a kind that is not taken here.")
    return RequestError(str(error.detail), remedy="See /api/docs for what the address takes.")


def _translate(request: Request, error: RequestValidationError) -> TonmeisterError:
    faults: list[dict[str, Any]] = [dict(fault) for fault in error.errors()]
    place = str(faults[0]["loc"][0])
    if faults[0]["type"] == "json_invalid":
        reason = faults[0].get("ctx", {}).get("error", faults[0]["msg"])
        at = int(faults[0]["loc"][-1])
        return RequestError(
            f"The body is not valid JSON: {reason} at character {at + 1}.",
            field="body",
            value=_around(error.body, at),
            bound="a JSON object",
            remedy="Send a JSON object.",
        )
    kind = request.headers.get("content-type", "")
    if place == "body" and faults[0]["loc"] == ("body",):
        if faults[0]["type"] == "missing":
            return RequestError("The body is missing.", field="body", bound="a JSON object", remedy="Send one.")
        return _no_json(kind) or RequestError(
            "The body is no JSON object.", field="body", bound="a JSON object", remedy="Send a JSON object."
        )
    # of one place alone: the first word of a location is where the value was looked for
    same = [{**fault, "loc": tuple(fault["loc"][1:])} for fault in faults if fault["loc"][0] == place]
    values = error.body if place == "body" else request.query_params if place == "query" else {}
    if place == "body" and isinstance(error.body, Mapping):
        strays = [
            str(fault["loc"][0]) for fault in same if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1
        ]
        misplaced = _misplaced(request, error.body, strays)
        if misplaced is not None:
            return misplaced
    found = told(_model_of(request) if place == "body" else None, values if isinstance(values, Mapping) else {}, same)
    value = found.value if isinstance(found.value, str | int | float | bool) else None
    return RequestError(found.message, field=found.field, value=value, bound=found.bound, remedy=found.remedy)


def _misplaced(request: Request, body: Mapping[str, Any], strays: list[str]) -> TonmeisterError | None:
    """Tell of parameters of a capability that stand beside ``params`` instead of inside; none where there are none."""
    model, registry = _model_of(request), request.app.state.studio.registry
    name = request.path_params.get("capability") or body.get("capability")
    if model is None or "params" not in model.model_fields or not isinstance(name, str) or name not in registry:
        return None
    fields = registry[name].params.model_fields
    found = [stray for stray in strays if stray in fields]
    if not found:
        return None
    names = f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else found[0]
    verb = "are parameters" if len(found) > 1 else "is a parameter"
    value = body[found[0]]
    inside = json.dumps({stray: body[stray] for stray in found}, ensure_ascii=False)
    return RequestError(
        f"{names} {verb} of {name} and must stand inside params.",
        field=found[0],
        value=value if isinstance(value, str | int | float | bool) else None,
        bound="inside params",
        remedy=f'Send {{"params": {inside if len(inside) <= _LONGEST_INSIDE else "{...}"}}}.',
    )


def _around(body: object, at: int) -> str | None:
    """Return what stands at the place of a fault in JSON; a body that is no text has nothing to show."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    return text[max(0, at - _SHOWN) : at + _SHOWN] or None if isinstance(text, str) else None


def _no_json(kind: str) -> ContentTypeError | None:
    plain = kind.partition(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json"):
        return None
    return ContentTypeError(
        f"The body is {plain or 'of no kind that is named'}; this address takes JSON.",
        field="content-type",
        value=kind or None,
        bound="application/json",
        remedy="Send a JSON object with Content-Type: application/json.",
    )


def _model_of(request: Request) -> type[BaseModel] | None:
    """Return the model that the body of a request is checked by."""
    field = getattr(request.scope.get("route"), "body_field", None)
    model = getattr(getattr(field, "field_info", None), "annotation", None)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None
