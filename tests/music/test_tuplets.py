"""Brackets of triplets: each holds what adds up to a plain length."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tonmeister.music.note_values import Value
from tonmeister.music.score import WrittenBeat
from tonmeister.music.tuplets import edges_of, group_tuplets


def beats(*denominators: int) -> list[WrittenBeat]:
    """Values one after the other: triplets as negative numbers."""
    at, found = Fraction(0), []
    for denominator in denominators:
        value = Value(abs(denominator), is_triplet=denominator < 0)
        found.append(WrittenBeat(at, value))
        at += value.quarters
    return found


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ((-8, -8, -8, 4), [0, 0, 0, None]),
        ((4, -8, -8, -8, -8, -8, -8), [None, 0, 0, 0, 1, 1, 1]),
        ((-4, -8, -8, -4), [0, 0, 1, 1]),
        ((-16, -16, -16, 8), [0, 0, 0, None]),
        ((-16, -16, -16, -16, -16, -16), [0, 0, 0, 1, 1, 1]),
        ((-4, -16, -16), [0, 0, 0]),
        ((4, 8, 8), [None, None, None]),
    ],
)
def test_a_bracket_ends_where_its_values_are_a_plain_length(values, groups):
    assert group_tuplets(beats(*values), Fraction(1)) == groups


def test_a_bracket_begins_and_ends_once():
    groups = group_tuplets(beats(-8, -8, -8, -4, -8, 4), Fraction(1))
    assert [edges_of(groups, at) for at in range(6)] == [
        (True, False), (False, False), (False, True), (True, False), (False, True), (False, False),
    ]  # fmt: skip
