"""Files cut to whole bars begin with a bar; others are judged as ever."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.capabilities.analyzing.cutting import WEIGHT, begins_struck, weigh_cut
from tonmeister.capabilities.analyzing.rhythm import DELAY_S, N_ONSET_CURVES

SCORES = {2: np.zeros(2), 3: np.zeros(3), 4: np.zeros(4)}


def beats(first_s: float, period_s: float = 0.5) -> np.ndarray:
    return first_s + period_s * np.arange(16) + DELAY_S


def test_the_beat_at_the_beginning_of_whole_bars_is_likelier_to_begin_one():
    found = weigh_cut(SCORES, beats(0.0), 8.0)
    assert found[4].tolist() == [WEIGHT, 0, 0, 0]
    assert found[2].tolist() == [WEIGHT, 0]
    assert found[3].tolist() == [0, 0, 0]  # 16 beats are no whole bars of three
    assert weigh_cut(SCORES, beats(0.0), 6.0)[3].tolist() == [WEIGHT, 0, 0]


def test_beats_found_later_are_counted_back_to_the_beginning():
    found = weigh_cut(SCORES, beats(0.51), 8.0)  # the second beat is the first that was found
    assert found[4].tolist() == [0, 0, 0, WEIGHT]


@pytest.mark.parametrize(("first_s", "duration_s"), [(0.25, 8.0), (0.0, 8.3), (0.0, 7.5), (0.06, 8.0)])
def test_other_beats_and_other_lengths_tell_nothing(first_s, duration_s):
    assert weigh_cut(SCORES, beats(first_s), duration_s)[4].tolist() == [0, 0, 0, 0]


def test_a_stroke_at_the_beginning_and_silence_before_one():
    curves = np.zeros((400, N_ONSET_CURVES + 3), np.float32)
    curves[::20, 0] = 1.0
    assert begins_struck(curves)
    assert not begins_struck(np.roll(curves, 4, axis=0))
    faint = curves.copy()
    faint[0] = 0.3
    assert not begins_struck(faint)
    assert not begins_struck(curves[:1])


def test_a_loop_of_drums_begins_with_its_bar(shared_audio, analyze):
    found = analyze(shared_audio / "annotated" / "loops" / "loop_mika.flac")
    assert found.tempo.tempo_bpm == pytest.approx(120.0, rel=1e-3)
    assert found.beats_s[found.downbeats[0]] == pytest.approx(0.0, abs=0.03)
    starts = [found.beats_s[at] for at in found.downbeats]
    assert starts == pytest.approx([0.0, 2.0, 4.0, 6.0], abs=0.03)
