"""Raw values to a parameter model, with errors of our tree."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from tonmeister.core.capability import Params
from tonmeister.core.errors import ChoiceUnknownError, ParameterError, TonmeisterError

P = TypeVar("P", bound=Params)

_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "below"),
    "multiple_of": ("multiple_of", "a multiple of"),
}


def check_params(model: type[P], values: Mapping[str, Any]) -> P:
    """Build the parameter model; raise `ParameterError` naming the first wrong field, its value, bound and remedy."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise _translate(model, dict(found[0]), n_more=len(found) - 1) from None


def _translate(model: type[Params], fault: dict[str, Any], *, n_more: int) -> TonmeisterError:
    where = ".".join(str(part) for part in fault["loc"] if not (isinstance(part, str) and "[" in part))
    kind, value, context = fault["type"], fault.get("input"), fault.get("ctx", {})
    more = f" {n_more} more {'field is' if n_more == 1 else 'fields are'} wrong too." if n_more else ""
    if kind == "missing":
        return ParameterError(f"{where} is missing.{more}", field=where, remedy=f"Give a value for {where}.")
    if kind == "extra_forbidden":
        names = list(model.model_fields)
        near = difflib.get_close_matches(where, names, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else f"The parameters are: {', '.join(names)}."
        return ParameterError(
            f"There is no parameter {where!r}.{more}", field=where, value=value, bound=names, remedy=advice
        )
    if kind in ("literal_error", "enum"):
        choices = choices_of(model, where) or [context["expected"]]
        return ChoiceUnknownError(
            f"{where} is {value!r}, which is not among its choices.{more}",
            field=where,
            value=value,
            bound=choices,
            remedy=f"Choose one of: {', '.join(choices)}.",
        )
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        bound = context[key]
        return ParameterError(
            f"{where} is {value}, but must be {words} {_plain(bound)}.{more}",
            field=where,
            value=value,
            bound=f"{words} {_plain(bound)}",
            remedy=f"Choose a value {words} {_plain(bound)}.",
        )
    reason = context.get("error") or fault["msg"]
    return ParameterError(
        f"{where + ': ' if where else ''}{reason} (got {value!r}).{more}" if where else f"{reason}{more}",
        field=where or None,
        value=value,
        remedy="See the parameter's description for what it takes.",
    )


def choices_of(model: type[Params], where: str) -> list[str]:
    """Return the choices of the field at a dotted place, whatever wraps them; none if it takes anything."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in where.split("."):
        if part.isdigit():
            continue
        node = _resolve(node, schema).get("properties", {}).get(part, {})
    return [str(choice) for choice in _enum(node, schema)]


def _enum(node: dict[str, Any], schema: dict[str, Any]) -> list[Any]:
    node = _resolve(node, schema)
    if "enum" in node:
        return list(node["enum"])
    if "const" in node:
        return [node["const"]]
    inner = [*node.get("anyOf", ()), *([node["items"]] if isinstance(node.get("items"), dict) else [])]
    return [choice for part in inner for choice in _enum(part, schema)]


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node or len(node.get("allOf", ())) == 1:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node["allOf"][0]
    if "properties" not in node:
        for part in node.get("anyOf", ()):
            if "$ref" in part and "properties" in (inner := _resolve(part, schema)):
                return inner
    return node


def _plain(number: Any) -> str:
    return f"{number:g}" if isinstance(number, int | float) else str(number)
