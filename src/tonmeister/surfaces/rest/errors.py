"""Whatever goes wrong leaves this door in the one envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
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
from tonmeister.surfaces.envelope import envelope
from tonmeister.surfaces.rest.answers import answer
from tonmeister.surfaces.rest.asgi import error_headers
from tonmeister.surfaces.rest.methods import methods_of


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
    async def _invalid(_request: Request, error: RequestValidationError) -> Response:
        return refuse(_translate(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code in (404, 405):
            return refuse_method(request)
        return refuse(_of_status(error), error.headers)


def refuse_method(request: Request) -> Response:
    """Refuse a request that no route takes: by its method, or because there is nothing under its address."""
    path = request.url.path
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


def _translate(error: RequestValidationError) -> RequestError:
    faults: list[dict[str, Any]] = list(error.errors())
    first = faults[0]
    where = [str(part) for part in first["loc"]]
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error", first["msg"])
        return RequestError(
            f"The body is not valid JSON: {reason}.", field="body", value=where[-1], remedy="Send a JSON object."
        )
    field = ".".join(where[1:]) or where[0]
    place = {"query": "parameter of the address", "path": "part of the address", "header": "header"}.get(where[0], "")
    more = f" {len(faults) - 1} more wrong." if len(faults) > 1 else ""
    value = first.get("input") if first["type"] != "missing" else None
    return RequestError(
        f"{place + ' ' if place else ''}{field}: {first['msg']}.{more}",
        field=field,
        value=value if isinstance(value, str | int | float | bool) else None,
        remedy="See /api/docs for what the address takes.",
    )
