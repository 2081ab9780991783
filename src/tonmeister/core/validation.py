"""Raw values to a parameter model, with errors of our tree; and the faults that pydantic finds, in our words."""

from __future__ import annotations

import difflib
import math
import os
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from tonmeister.core.capability import Params
from tonmeister.core.errors import ChoiceUnknownError, ParameterError, TonmeisterError
from tonmeister.core.fields import Field, choices_of, find_field, plain

__all__ = ["check_params", "choices_of", "told"]

P = TypeVar("P", bound=Params)
Path = tuple[str | int, ...]

_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "below"),
    "multiple_of": ("multiple_of", "a multiple of"),
}
_KINDS = {
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "a whole number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("string_type", "string_unicode", "string_sub_type"), "text"),
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type"), "a list of values"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "a group of parameters"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
        "a time like 2026-11-21T14:03:07Z",
    ),
}
"""What a field takes, in our words, by the kind of pydantic's fault."""

_MOST_NAMED, _LONGEST_NAME = 8, 60
"""How many further wrong fields are named, and how much of each name."""
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 120


def check_params(model: type[P], values: Mapping[str, Any]) -> P:
    """Build the parameter model; raise `ParameterError` telling the first wrong field, its value, bound and remedy.

    Other wrong fields are named. Where a field takes many values, one by itself counts as a list of one.
    """
    for path, value in _booleans(model, values, ()):
        raise _of_kind(model, values, path, value, _number_kind(model, path), more="")
    try:
        params = model.model_validate(_with_lists(model, values))
    except ValidationError as error:
        raise told(model, values, [dict(fault) for fault in error.errors(include_url=False)]) from None
    for path, number in _numbers(params, ()):
        if not math.isfinite(number):
            raise _of_kind(model, values, path, number, "a number", more="")
    return params


def _with_lists(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    listed = dict(values)
    for name in model.model_fields.keys() & listed.keys():
        field = find_field(model, (name,))
        assert field is not None
        listed[name] = _listed(field, listed[name])
    return listed


def _listed(field: Field, value: Any) -> Any:
    if field.model is not None and isinstance(value, Mapping):
        return _with_lists(field.model, value)
    item = field.item()
    if item is None or value is None:
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_listed(item, part) for part in value] if item.model else value
    is_group = isinstance(value, Mapping | BaseModel)
    is_single = isinstance(value, str | int | float | os.PathLike) or (is_group and item.model is not None)
    return (_listed(item, value),) if field.takes_many and is_single else value


def _numbers(value: Any, path: Path) -> Iterator[tuple[Path, float]]:
    if isinstance(value, float):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, part in value:
            yield from _numbers(part, (*path, name))
    elif isinstance(value, tuple | list):
        for index, part in enumerate(value):
            yield from _numbers(part, (*path, index))


def _booleans(model: type[BaseModel], value: Any, path: Path) -> Iterator[tuple[Path, bool]]:
    """Find what pydantic would take for 1 or 0: true and false where a number belongs."""
    if isinstance(value, bool):
        field = find_field(model, path) if path else None
        if field is not None and _takes_numbers(field):
            yield path, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _booleans(model, part, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _booleans(model, part, (*path, index))


def _takes_numbers(field: Field) -> bool:
    item = field.item()
    kinds = set(item.kinds if item is not None and field.takes_many else field.kinds)
    return bool(kinds) and kinds <= {int, float}


def _number_kind(model: type[BaseModel], path: Path) -> str:
    field = find_field(model, path)
    return "a whole number" if field is not None and float not in field.kinds else "a number"


class _Unknown(BaseModel):
    """Stands for a model that nobody knows: no field is found in it."""


def told(model: type[BaseModel] | None, values: Mapping[str, Any], faults: Sequence[dict[str, Any]]) -> TonmeisterError:
    """Return the first of pydantic's faults in our words: field, value, bound, remedy; other wrong fields are named.

    With the model, what is known of the field is said too, and for an unknown name the one that was probably meant.
    """
    return _translate(model or _Unknown, values, faults[0], faults[1:])


def _path(fault: dict[str, Any]) -> Path:
    """Return where a fault lies."""
    # Pydantic names the validators that it went through, in brackets; a name that the user made up may hold some too.
    *above, last = fault["loc"] or ("",)
    is_own = fault["type"] == "extra_forbidden"
    path: Path = tuple(part for part in above if not _is_validator(part))
    return path + ((last,) if is_own or not (_is_validator(last) or last == "") else ())


def _further(first: str, names: Sequence[str]) -> str:
    """Name the other fields that are wrong, each once; of very many, the rest is counted."""
    others = [name[:_LONGEST_NAME] for name in dict.fromkeys(names) if name != first]
    if not others:
        return ""
    n_rest = len(others) - _MOST_NAMED
    rest = f" and {n_rest} others" if n_rest > 0 else ""
    count = "1 more field is" if len(others) == 1 else f"{len(others)} more fields are"
    return f" {count} wrong too: {', '.join(others[:_MOST_NAMED])}{rest}."


def _translate(
    model: type[BaseModel], values: Mapping[str, Any], fault: dict[str, Any], others: Sequence[dict[str, Any]]
) -> TonmeisterError:
    path = _path(fault)
    where = _name(path, values)
    kind, value, context = fault["type"], fault.get("input"), fault.get("ctx", {})
    more = _further(where, [_name(_path(each), values) for each in others])
    if kind == "extra_forbidden":
        return _unknown(model, path, where, value, more)
    if kind == "missing" and isinstance(path[-1], str):
        return ParameterError(f"{where} is missing.{more}", field=where, remedy=f"Give a value for {where}.")
    if kind in ("literal_error", "enum"):
        choices = choices_of(model, ".".join(map(str, path))) or _listed_choices(context["expected"])
        return _not_among(where, value, choices, more)
    if kind in _BOUNDS and _is_finite(value):
        key, words = _BOUNDS[kind]
        bound = f"{words} {plain(context[key])}"
        return ParameterError(
            f"{where} is {value}, but must be {bound}.{more}",
            field=where,
            value=value,
            bound=bound,
            remedy=f"Choose a value {bound}.",
        )
    if kind in _BOUNDS or kind in _KINDS:
        return _of_kind(model, values, path, value, _KINDS.get(kind, "a number"), more=more)
    if kind in ("string_too_long", "string_too_short"):
        return _of_text_length(where, value, fault, more)
    if kind in ("missing", "too_long", "too_short"):
        return _of_length(model, values, path, fault, more)
    reason = str(context.get("error") or fault["msg"]).removesuffix(".")
    return ParameterError(
        f"{where}: {reason} (got {_short(value)}).{more}" if where else f"{reason[:1].upper()}{reason[1:]}.{more}",
        field=where or None,
        value=value,
        remedy="See the parameter's description for what it takes.",
    )


def _listed_choices(expected: str) -> list[str]:
    """Return the choices out of pydantic's words for them: ``'a', 'b' or 'c'``."""
    return re.findall(r"'((?:[^'\\]|\\.)*)'", expected) or [expected]


def _of_text_length(where: str, value: Any, fault: dict[str, Any], more: str) -> ParameterError:
    key, words = ("min_length", "at least") if fault["type"] == "string_too_short" else ("max_length", "at most")
    n = fault["ctx"][key]
    needed = f"{words} {n} character{'' if n == 1 else 's'}"
    return ParameterError(
        f"{where} has {len(value)} characters, but takes {needed}.{more}",
        field=where,
        value=value[:200],
        bound=needed,
        remedy=f"Give {needed}.",
    )


def _is_validator(part: str | int) -> bool:
    return isinstance(part, str) and "[" in part


def _name(path: Path, values: Mapping[str, Any]) -> str:
    """Return the dotted name, without a place in a list that was made of a single value."""
    parts: list[str] = []
    here: Any = values
    for part in path:
        if isinstance(part, int) and not isinstance(here, list | tuple):
            continue
        parts.append(str(part))
        try:
            here = here[part]
        except (LookupError, TypeError):
            here = {}
    return ".".join(parts)


def _unknown(model: type[BaseModel], path: Path, where: str, value: Any, more: str) -> ParameterError:
    above = find_field(model, path[:-1])
    inside = (above.model if above else None) or model
    head = where.removesuffix(str(path[-1]))
    names = [head + name for name in inside.model_fields]
    near = difflib.get_close_matches(where, names, n=1) if not head else _nearest_below(str(path[-1]), head, inside)
    what = "The parameters are" if not head else f"The parameters of {head.removesuffix('.')} are"
    advice = f"Did you mean {near[0]!r}?" if near else f"{what}: {', '.join(inside.model_fields)}."
    return ParameterError(
        f"There is no parameter {where!r}.{more}", field=where, value=value, bound=names, remedy=advice
    )


def _nearest_below(name: str, head: str, inside: type[BaseModel]) -> list[str]:
    # The common beginning would make any two names of a group look alike.
    return [head + near for near in difflib.get_close_matches(name, list(inside.model_fields), n=1)]


def _not_among(where: str, value: Any, choices: list[str], more: str) -> ParameterError:
    if isinstance(value, str) and value in choices:
        return ParameterError(
            f"{where} is {value!r} as text, but its choices are numbers.{more}",
            field=where,
            value=value,
            bound=choices,
            remedy=f"Give {value} without quotes.",
        )
    return ChoiceUnknownError(
        f"{where} is {_short(value)}, which is not among its choices.{more}",
        field=where,
        value=value,
        bound=choices,
        remedy=f"Choose one of: {', '.join(choices)}.",
    )


def _of_kind(
    model: type[BaseModel], values: Mapping[str, Any], path: Path, value: Any, kind: str, *, more: str
) -> ParameterError:
    where, field = _name(path, values), find_field(model, path)
    words = f"{kind} {field.limits}" if field and field.limits else kind
    if field and field.model:
        words += f" ({', '.join(field.model.model_fields)})"
    elif field and field.item() and not field.takes_many:
        words = f"a list of {len(get_args(field.annotation))} values"
    return ParameterError(
        f"{where} is {_short(value)}, but must be {words}.{more}",
        field=where,
        value=value,
        bound=words,
        remedy=f"Give {words}.",
    )


def _of_length(
    model: type[BaseModel], values: Mapping[str, Any], path: Path, fault: dict[str, Any], more: str
) -> ParameterError:
    kind, value = fault["type"], fault["input"]
    # A tuple of fixed length misses its places one by one.
    path = path[:-1] if kind == "missing" else path
    where, field = _name(path, values), find_field(model, path)
    if field and not field.takes_many:
        needed = f"{len(get_args(field.annotation))} values"
    else:
        key, words = ("min_length", "at least") if kind == "too_short" else ("max_length", "at most")
        n = fault["ctx"][key]
        needed = f"{words} {n} value{'' if n == 1 else 's'}"
    return ParameterError(
        f"{where} has {len(value)} value{'' if len(value) == 1 else 's'}, but takes {needed}.{more}",
        field=where,
        value=value,
        bound=needed,
        remedy=f"Give {needed}.",
    )


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return True


def _short(value: Any) -> str:
    return str(value) if isinstance(value, float) else _SHORT.repr(value)
