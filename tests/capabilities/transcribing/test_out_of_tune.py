"""A guitar out of tune is written as if it were in tune."""

from __future__ import annotations

import numpy as np
import pytest

from capabilities.transcribing.conftest import RATE, SCALE, STEP_S, play


def out_of_tune(cents: float) -> np.ndarray:
    """Return the scale played so far from A = 440 Hz, at the same speed."""
    n = round(STEP_S * RATE)
    parts = []
    for midi in SCALE:
        tone = play([midi + cents / 100])[:, :n]
        parts.append(tone)
    return np.concatenate([*parts, np.zeros((1, RATE), np.float32)], axis=1)


@pytest.mark.parametrize("cents", [-40, -20, 35])
def test_notes_keep_their_names_and_times(transcribe, write_song, cents):
    found = transcribe(write_song(f"tuned{cents}", out_of_tune(cents)), instrument="guitar")
    heard = [(round(note.onset_s / STEP_S), note.midi) for note in found.notes]
    assert sum(note in heard for note in enumerate(SCALE)) >= len(SCALE) - 1
    assert all(abs(note.onset_s - STEP_S * round(note.onset_s / STEP_S)) < 0.05 for note in found.notes)
    side = "above" if cents > 0 else "below"
    assert any(f"cents {side} A = 440 Hz" in warning for warning in found.warnings)


def test_a_single_voice_is_followed_at_its_own_tuning(transcribe, write_song):
    found = transcribe(write_song("flat", out_of_tune(-45)), instrument="guitar", voices="one")
    heard = {(round(note.onset_s / STEP_S), note.midi) for note in found.notes}
    assert sum(note in heard for note in enumerate(SCALE)) >= len(SCALE) - 2


def test_a_song_in_tune_is_heard_as_it_is(transcribe, write_song):
    found = transcribe(write_song("in-tune", out_of_tune(0)), instrument="guitar")
    assert not any("A = 440 Hz" in warning for warning in found.warnings)
