"""Long lists, a page at a time: a cursor holds the place after the last entry seen, so that new ones shift nothing."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tonmeister.core.errors import ParameterError

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A stretch of a list, the cursor that leads to the next one (none at the end), and how many there are in all."""

    items: tuple[T, ...]
    next_cursor: str | None
    n_total: int


def make_cursor(sort: str, *place: Any) -> str:
    """Return a cursor for a place in a list that is sorted like this."""
    text = json.dumps([sort, *place], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, n_values: int) -> list[Any]:
    """Return the place that a cursor holds; raise `ParameterError` if it is of another list."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    plain = (str, int, float)
    if (
        not isinstance(values, list)
        or len(values) != n_values + 1
        or values[0] != sort
        or not all(isinstance(value, plain) and not isinstance(value, bool) for value in values)
    ):
        raise ParameterError(
            "The cursor does not belong to this list.",
            field="cursor",
            value=cursor[:200],
            remedy="Use the next_cursor of the page before, with the same order.",
        )
    return values[1:]


def check_limit(limit: int, highest: int = 500) -> int:
    """Return how many entries a page shall have; raise `ParameterError` if that is too many."""
    if not 1 <= limit <= highest:
        raise ParameterError(
            f"limit is {limit}; it must be from 1 to {highest}.",
            field="limit",
            value=limit,
            bound=f"1 to {highest}",
            remedy="Ask for more pages.",
        )
    return limit
