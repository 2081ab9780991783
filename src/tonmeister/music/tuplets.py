"""Which notes stand under one bracket with a three."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tonmeister.music.score import WrittenBeat


def group_tuplets(beats: Sequence[WrittenBeat], felt_quarters: Fraction) -> list[int | None]:
    """Return for each beat of a staff's bar the number of its triplet, counted from 0, or nothing where it is in none.

    A triplet ends where its values add up to a plain length: three eighths, a quarter and an eighth, three sixteenths.
    None reaches over a felt beat or a plain value.
    """
    found: list[int | None] = []
    number, length, felt = -1, Fraction(0), -1
    for beat in beats:
        if not beat.value.is_triplet:
            found.append(None)
            length = Fraction(0)
            continue
        here = beat.start_quarters // felt_quarters
        if length.denominator % 3 or here != felt:  # what went before is whole, or of another beat
            number, length = number + 1, Fraction(0)
        felt = here
        length += beat.value.quarters
        found.append(number)
    return found


def edges_of(groups: Sequence[int | None], at: int) -> tuple[bool, bool]:
    """Return whether a triplet begins, and whether one ends, with a beat."""
    group = groups[at]
    if group is None:
        return False, False
    return at == 0 or groups[at - 1] != group, at + 1 == len(groups) or groups[at + 1] != group
