"""A parameter model as a flat list of options: what command line, library and reference pages have in common."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from tonmeister.core.units import unit_of

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability

Kind = Literal["asset", "flag", "choice", "whole", "number", "text", "json"]


@dataclass(frozen=True)
class Limits:
    """Between which values a number must lie."""

    low: float | None = None
    high: float | None = None
    excludes_low: bool = False
    excludes_high: bool = False

    def __str__(self) -> str:
        """Return the limits in words."""
        low, high = self.low, self.high
        if low is not None and high is not None:
            return f"{'above ' if self.excludes_low else ''}{low:g} to {'below ' if self.excludes_high else ''}{high:g}"
        if low is not None:
            return f"{'above' if self.excludes_low else 'at least'} {low:g}"
        return f"{'below' if self.excludes_high else 'at most'} {high:g}"


@dataclass(frozen=True)
class Option:
    """One parameter as a door shows it."""

    path: tuple[str, ...]
    """The field's name, after the names of the models it is nested in."""
    kind: Kind
    is_many: bool
    is_required: bool
    is_positional: bool
    default: Any
    choices: tuple[str | int, ...]
    unit: str | None
    limits: Limits | None
    text: str
    """The field's docstring as one paragraph."""

    @property
    def name(self) -> str:
        """The dotted name: ``"limiter.release_ms"``."""
        return ".".join(self.path)

    @property
    def bounds(self) -> str:
        """The limits in words; empty if there are none."""
        return str(self.limits) if self.limits else ""

    @property
    def flag(self) -> str:
        """The option on the command line: ``"--limiter.release-ms"``."""
        return "--" + self.name.replace("_", "-")

    @property
    def metavar(self) -> str:
        """What stands for the value in help texts."""
        if self.is_positional:
            return self.path[-1].upper()
        if self.kind == "asset":
            return "FILE"
        if self.unit:
            return self.unit.replace("%", "PERCENT").replace(" ", "-")
        plain = {"whole": "N", "number": "X", "json": "JSON|FILE.json"}
        return plain.get(self.kind, self.path[-1].rpartition("_")[2].upper())

    @property
    def facts(self) -> str:
        """Bounds, unit and default in a few words, for the end of the help text."""
        facts = []
        if self.bounds:
            facts.append(f"{self.bounds} {self.unit}" if self.unit else self.bounds)
        elif self.unit:
            facts.append(f"in {self.unit}")
        if self.is_many and not self.is_positional:
            facts.append("may be repeated")
        if self.default is not None and not self.is_required and self.default != ():
            facts.append(f"default {_plain(self.default)}")
        return "; ".join(facts)


def options_of(capability: Capability[Any, Any]) -> list[Option]:
    """Return the options of a capability in the order of their declaration."""
    assets = capability.asset_fields()
    needed = [name for name in assets if capability.params.model_fields[name].is_required()]
    # Without material, what is needed first stands in its place: `tonmeister fetch ADDRESS`.
    fields = capability.params.model_fields
    first = next(iter(assets), next((name for name, info in fields.items() if info.is_required()), None))
    positional = set(needed) | ({first} if first else set())
    return list(_walk(capability.params, (), assets, positional))


def studio_options_of(capability: Capability[Any, Any]) -> list[Option]:
    """Return the options of a capability as a studio takes them: the first material must be given."""
    needed = capability.batch_field
    return [
        dataclasses.replace(option, is_required=True, default=None) if option.path == (needed,) else option
        for option in options_of(capability)
    ]


def studio_schema_of(capability: Capability[Any, Any]) -> dict[str, Any]:
    """Return the JSON Schema of the parameters as a studio takes them: the first material must be given."""
    schema: dict[str, Any] = capability.params.model_json_schema()
    need_material(schema, capability)
    return schema


def need_material(schema: dict[str, Any], capability: Capability[Any, Any]) -> None:
    """Say in the JSON Schema of a capability's parameters that the first material must be given."""
    name = capability.batch_field
    if name is None or name in schema.get("required", ()):
        return
    field = schema["properties"][name]
    [given] = [part for part in field.pop("anyOf") if part.get("type") != "null"]
    field.pop("default", None)
    schema["properties"][name] = given | field
    schema["required"] = [name, *schema.get("required", ())]


def _walk(
    model: type[BaseModel], above: tuple[str, ...], assets: dict[str, bool], positional: set[str]
) -> Iterator[Option]:
    for name, info in model.model_fields.items():
        is_asset = not above and name in assets
        annotation, is_many = _unwrap(info.annotation)
        is_group = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        # A group without values of its own is one option, given as JSON: it is there as a whole or not at all.
        if is_group and not is_many and not info.is_required() and info.default is not None:
            yield from _walk(annotation, (*above, name), {}, set())
            continue
        kind, choices = ("asset", ()) if is_asset else _kind(annotation)
        yield Option(
            path=(*above, name),
            kind=kind,
            is_many=assets[name] if is_asset else is_many,
            is_required=info.is_required() and not above,
            is_positional=not above and name in positional,
            default=_default(info),
            choices=choices,
            unit=unit_of(name),
            limits=_limits(info),
            text=" ".join((info.description or "").split()),
        )


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    """Take away optional, annotated and sequence; tell whether it was a sequence."""
    while True:
        origin = get_origin(annotation)
        if origin is typing.Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            inner = [part for part in get_args(annotation) if part is not type(None)]
            if len(inner) != 1:
                return annotation, False
            annotation = inner[0]
        elif origin in (tuple, list, frozenset, set):
            return _unwrap(get_args(annotation)[0])[0], True
        else:
            return annotation, False


def _kind(annotation: Any) -> tuple[Kind, tuple[str | int, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    if isinstance(annotation, type):
        if issubclass(annotation, enum.Enum):
            return "choice", tuple(member.value for member in annotation)
        for plain, kind in ((bool, "flag"), (int, "whole"), (float, "number"), (str, "text")):
            if issubclass(annotation, plain):
                return typing.cast("Kind", kind), ()
    if get_origin(annotation) in (Union, types.UnionType):
        return "text", tuple(choice for part in get_args(annotation) for choice in _kind(_unwrap(part)[0])[1])
    return "json", ()


def _default(info: FieldInfo) -> Any:
    if info.is_required():
        return None
    value = info.get_default(call_default_factory=True, validated_data={})
    return None if value is PydanticUndefined else value


def _limits(info: FieldInfo) -> Limits | None:
    marks = list(info.metadata) + list(_inner_marks(info.annotation))
    found: dict[str, Any] = {}
    for mark in marks:
        for key in ("ge", "gt", "le", "lt"):
            if (value := getattr(mark, key, None)) is not None:
                found.setdefault(key, value)
    if not found:
        return None
    return Limits(found.get("ge", found.get("gt")), found.get("le", found.get("lt")), "gt" in found, "lt" in found)


def _inner_marks(annotation: Any) -> Iterator[Any]:
    for part in (annotation, *get_args(annotation)):
        if get_origin(part) is typing.Annotated:
            for mark in get_args(part)[1:]:
                yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)


def _plain(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return " ".join(_plain(part) for part in value)
    return str(value)


def description_of(capability: Capability[Any, Any]) -> str:
    """Return the whole help text of a capability: its parameter model's docstring."""
    return inspect.getdoc(capability.params) or ""
