"""What a draft keeps at hand for the next one of the same material."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")

MOST_OF_A_KIND = 3
"""As many values of one kind are kept; the one that was not asked for the longest goes."""


class Held:
    """Values by kind and key, a few of each kind. Not for several threads at once."""

    def __init__(self, most: int = MOST_OF_A_KIND) -> None:
        self._most = most
        self._kinds: dict[str, OrderedDict[Hashable, object]] = {}

    def take(self, kind: str, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value that is kept, or make and keep it."""
        kept = self._kinds.setdefault(kind, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
        else:
            kept[key] = make()
            if len(kept) > self._most:
                kept.popitem(last=False)
        return kept[key]  # type: ignore[return-value]
