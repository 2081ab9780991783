"""Form of songs whose bars are made by hand."""

from __future__ import annotations

import numpy as np

from tonmeister.dsp import structure

FORM = "AAAA BBBBBBBB CCCCCCCC BBBBBBBB CCCCCCCC".replace(" ", "")


def bars() -> np.ndarray:
    """Return what each bar is like."""
    kinds = {"A": [1, 0, 0, 0], "B": [0, 1, 0, 0.3], "C": [0, 0, 1, 0]}
    return np.array([kinds[letter] for letter in FORM]) + np.random.default_rng(0).normal(0, 0.05, (len(FORM), 4))


def test_boundaries_lie_where_the_song_changes():
    likeness = structure.self_likeness(bars())
    assert structure.find_boundaries(structure.novelty(likeness, 6)) == [0, 4, 12, 20, 28]


def test_parts_that_are_alike_are_one_group():
    likeness = structure.self_likeness(bars())
    bounds = [0, 4, 12, 20, 28]
    spans = zip(bounds, [*bounds[1:], len(FORM)], strict=True)
    own = np.array([likeness[a:b, a:b].mean() for a, b in spans])
    assert structure.group_sections(structure.compare_sections(likeness, bounds, len(FORM)), own) == [0, 1, 2, 1, 2]


def test_what_never_changes_is_one_section():
    likeness = structure.self_likeness(np.ones((24, 3)))
    assert structure.find_boundaries(structure.novelty(likeness, 6)) == [0]
    assert structure.find_boundaries(np.zeros(0)) == []
