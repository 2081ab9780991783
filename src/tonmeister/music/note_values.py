"""Note values: what a written length looks like, and how a length is split into values that can be tied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Metre:
    """A time signature such as 4/4 or 6/8.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> Metre(6, 8).bar_quarters, Metre(6, 8).is_compound
    (Fraction(3, 1), True)
    """

    n_beats: int = 4
    unit: int = 4

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 1 <= self.n_beats <= 32 or self.unit not in (1, 2, 4, 8, 16):
            raise ValueError(f"metre must be such as 4/4 or 6/8, got {self.n_beats}/{self.unit}")

    @cached_property
    def is_compound(self) -> bool:
        """Whether three written units make one felt beat."""
        return self.unit == 8 and self.n_beats % 3 == 0 and self.n_beats > 3

    @cached_property
    def bar_quarters(self) -> Fraction:
        """Length of a bar."""
        return Fraction(4 * self.n_beats, self.unit)

    @cached_property
    def beat_quarters(self) -> Fraction:
        """Length of a felt beat."""
        return Fraction(3, 2) if self.is_compound else Fraction(4, self.unit)


@dataclass(frozen=True)
class Value:
    """A note value.

    Attributes
    ----------
    denominator
        1 whole, 2 half, 4 quarter ... 64.
    is_dotted
        Half as long again.
    is_triplet
        Three in the time of two.

    Examples
    --------
    >>> Value(4, is_dotted=True).quarters, Value(8, is_triplet=True).quarters
    (Fraction(3, 2), Fraction(1, 3))
    """

    denominator: int
    is_dotted: bool = False
    is_triplet: bool = False

    @cached_property
    def quarters(self) -> Fraction:
        """Length in quarters."""
        plain = Fraction(4, self.denominator)
        return plain * (Fraction(3, 2) if self.is_dotted else 1) * (Fraction(2, 3) if self.is_triplet else 1)


_STRAIGHT = sorted(
    (Value(denominator, dotted) for denominator in (1, 2, 4, 8, 16, 32, 64) for dotted in (False, True)),
    key=lambda value: -value.quarters,
)
_TRIPLETS = sorted(
    (Value(denominator, is_triplet=True) for denominator in (2, 4, 8, 16, 32, 64)), key=lambda value: -value.quarters
)


@lru_cache(maxsize=4096)  # a song has few lengths, and a tab is written anew after every edit
def split_length(start: Fraction, length: Fraction, metre: Metre) -> tuple[Value, ...]:
    """Split a length within a bar into values that are tied together.

    Parameters
    ----------
    start
        Where it begins, in quarters from the beginning of the bar.
    length
        Its length in quarters; it must end within the bar.
    metre
        The time signature.

    Returns
    -------
    tuple of Value
        Their lengths add up to ``length``.

    Raises
    ------
    ValueError
        If it reaches beyond the bar, or holds a part that no value up to 64ths and triplets can write.

    Notes
    -----
    On a beat the longest value that fits is taken, dotted where it ends on a beat or is one; off the beat nothing
    reaches over the next beat, so that every beat can be seen.

    Examples
    --------
    >>> [value.denominator for value in split_length(Fraction(1, 2), Fraction(3, 2), Metre())]
    [8, 4]
    """
    if start < 0 or start + length > metre.bar_quarters:
        raise ValueError(f"length must end within the bar of {metre.bar_quarters} quarters, got {start} + {length}")
    values: list[Value] = []
    at, left = start, length
    while left > 0:
        value = _first_value(at, left, metre)
        if value is None:
            raise ValueError(f"length {length} at {start} cannot be written with values up to 64ths and triplets")
        values.append(value)
        at, left = at + value.quarters, left - value.quarters
    return tuple(values)


def _first_value(at: Fraction, left: Fraction, metre: Metre) -> Value | None:
    beat = metre.beat_quarters
    to_beat = beat - at % beat
    on_beat = to_beat == beat
    room = left if on_beat else min(left, to_beat)
    ternary = bool(room.denominator % 3 == 0 or at.denominator % 3 == 0)
    if ternary and on_beat and left >= beat:
        # whole beats first; what is left of a triplet belongs to its own beat
        room, ternary = left - left % beat, False
    for value in _TRIPLETS if ternary else _STRAIGHT:
        if value.quarters > room:
            continue
        if value.quarters > beat and (at + value.quarters) % beat and left > value.quarters:
            continue
        return value
    return None


def fits_values(places: Sequence[Fraction]) -> bool:
    """Tell whether places in quarters lie on grids that values up to 64ths and triplets can write."""
    return all(32 % place.denominator == 0 or 48 % place.denominator == 0 for place in places)
