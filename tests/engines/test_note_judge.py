"""Judges are read as they were written, and say what they were told."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.engines.note_creation import create_notes
from tonmeister.engines.note_judge import FEATURES, PROPOSALS, judge_notes, note_features, unpack_judge
from tonmeister.engines.note_judges import load_judge
from tonmeister.engines.note_network import NotePosteriors

PLAYED = (52, 55, 57, 55, 52, 57, 59, 55)


def strike(*struck: tuple[int, int]) -> NotePosteriors:
    """Clear notes on a quiet floor: (frame, MIDI)."""
    note, onset = np.full((2, 400, 88), 0.03, np.float32)
    for start, midi in struck:
        note[start : start + 30, midi - 21] = np.linspace(0.85, 0.5, 30)
        onset[start : start + 3, midi - 21] = 0.6, 0.95, 0.5
    return NotePosteriors(note, onset, 4.6)


@pytest.mark.parametrize("name", ["guitar", "line", "any"])
def test_clear_notes_are_likelier_than_traces(name):
    heard = strike(*((20 + 40 * at, midi) for at, midi in enumerate(PLAYED)))
    heard.note[100:110, 70] = heard.onset[101, 70] = 0.4
    proposed = create_notes(heard, PROPOSALS)
    likely = judge_notes(heard, proposed, load_judge(name))
    by_pitch = {midi: max(p for each, p in zip(proposed, likely, strict=True) if each.midi == midi) for midi in PLAYED}
    trace = max(p for each, p in zip(proposed, likely, strict=True) if each.midi == 91)
    assert min(by_pitch.values()) > 3 * trace


def test_every_feature_has_its_column():
    heard = strike((20, 40), (60, 52))
    assert note_features(heard, create_notes(heard, PROPOSALS)).shape == (2, len(FEATURES))
    assert note_features(heard, []).shape == (0, len(FEATURES))


def test_other_numbers_make_no_judge():
    with pytest.raises(ValueError, match="make no judge"):
        unpack_judge(np.zeros(100))
