"""Notes of a line begin at their strokes, and stay in order."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.capabilities.transcribing.hearing import _at_strokes
from tonmeister.dsp.strokes import HOP_S
from tonmeister.music.tab import PlayedNote


def rises(*strokes_s: float) -> np.ndarray:
    curve = np.full(400, 0.02)
    for stroke_s in strokes_s:
        at = round((stroke_s + 1.5 * HOP_S) / HOP_S)
        curve[at - 1 : at + 2] = (0.4, 0.9, 0.4)
    return curve


def test_notes_begin_with_their_strokes():
    notes = [PlayedNote(0.33, 0.6, 33), PlayedNote(0.68, 0.9, 35), PlayedNote(1.3, 1.5, 36)]
    moved = _at_strokes(notes, rises(0.3, 0.7))
    assert [note.onset_s for note in moved] == pytest.approx([0.3, 0.7, 1.3], abs=0.003)
    assert [(note.offset_s, note.midi) for note in moved] == [(note.offset_s, note.midi) for note in notes]


def test_two_notes_do_not_take_one_stroke():
    """Neither passes its neighbour."""
    notes = [PlayedNote(0.5, 0.55, 33), PlayedNote(0.55, 0.9, 35)]
    for stroke_s in np.arange(0.45, 0.62, 0.005):
        first, second = _at_strokes(notes, rises(stroke_s))
        assert second.onset_s - first.onset_s >= 0.04 - 1e-9
        assert first.onset_s < first.offset_s


def test_a_track_without_rises_moves_nothing():
    notes = [PlayedNote(0.5, 0.55, 33)]
    assert _at_strokes(notes, np.zeros(0)) == notes
