"""What the annotations of a model say about a field: its choices, its limits, whether it takes many values."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tonmeister.core.units import unit_of

_MANY = (tuple, list, set, frozenset)


class Field(NamedTuple):
    """A place that takes a value."""

    name: str
    annotation: Any
    """Without ``None`` and without marks."""
    marks: tuple[Any, ...]

    @property
    def model(self) -> type[BaseModel] | None:
        """The model whose fields the value has, if it is one."""
        return self.annotation if isinstance(self.annotation, type) and issubclass(self.annotation, BaseModel) else None

    @property
    def kinds(self) -> tuple[Any, ...]:
        """The types that a value may be of, those of choices too."""
        if get_origin(self.annotation) in (Union, types.UnionType):
            return tuple(kind for part in get_args(self.annotation) for kind in _bare(self.name, part).kinds)
        if get_origin(self.annotation) is Literal:
            return tuple({type(choice) for choice in get_args(self.annotation)})
        return () if self.annotation is type(None) else (self.annotation,)

    @property
    def takes_many(self) -> bool:
        """Whether any number of values may stand here."""
        origin, inner = get_origin(self.annotation), get_args(self.annotation)
        return origin in _MANY and (origin is not tuple or inner[1:] == (...,))

    def item(self, index: int = 0) -> Field | None:
        """Return what a sequence holds at a place."""
        inner = get_args(self.annotation)
        if get_origin(self.annotation) not in _MANY or not inner:
            return None
        return _bare(self.name, inner[min(index, len(inner) - 1) if inner[-1] is not ... else 0])

    @property
    def limits(self) -> str:
        """The limits in words, with the unit: ``"from -36 to -4 LUFS"``; empty if there are none."""
        found: dict[str, Any] = {}
        for mark in self.marks:
            for key in ("ge", "gt", "le", "lt"):
                if (value := getattr(mark, key, None)) is not None:
                    found[key] = value
        unit = unit_of(self.name)
        low = found.get("ge", found.get("gt"))
        high = found.get("le", found.get("lt"))
        if low is None and high is None:
            return ""
        above, below = "above" if "gt" in found else "at least", "below" if "lt" in found else "at most"
        words = f"{above} {plain(low)}" if low is not None else ""
        if high is not None:
            words += f"{' and ' if words else ''}{below} {plain(high)}"
        if {"ge", "le"} <= found.keys():
            words = f"from {plain(low)} to {plain(high)}"
        return f"{words} {unit}" if unit else words


def find_field(model: type[BaseModel], path: tuple[str | int, ...]) -> Field | None:
    """Return the field at a path of names and places in sequences, or None where there is no such field."""
    found: Field | None = None
    inside: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int):
            found = found.item(part) if found else None
        elif inside is not None and part in inside.model_fields:
            info = inside.model_fields[part]
            found = _bare(part, info.annotation, tuple(info.metadata))
        else:
            return None
        if found is None:
            return None
        inside = found.model
    return found


def _bare(name: str, annotation: Any, marks: tuple[Any, ...] = ()) -> Field:
    while True:
        origin = get_origin(annotation)
        if origin is typing.Annotated:
            annotation, *more = get_args(annotation)
            marks += tuple(part for mark in more for part in (mark.metadata if isinstance(mark, FieldInfo) else [mark]))
        elif origin in (Union, types.UnionType):
            inner = [part for part in get_args(annotation) if part is not type(None)]
            if len(inner) != 1:
                return Field(name, annotation, marks)
            annotation = inner[0]
        else:
            return Field(name, annotation, marks)


def choices_of(model: type[BaseModel], where: str) -> list[str]:
    """Return the choices of the field at a dotted place, whatever wraps them; none if it takes anything."""
    path = tuple(int(part) if part.isdigit() else part for part in where.split("."))
    field = find_field(model, path)
    return [str(choice) for choice in _choices(field.annotation)] if field else []


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        yield from (member.value for member in annotation)
    else:
        for part in get_args(annotation):
            yield from _choices(part)


def plain(number: Any) -> str:
    """Return a number as people write it."""
    return f"{number:.15g}" if isinstance(number, int | float) else str(number)
