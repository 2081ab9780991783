"""When a line is struck: to 5 ms for a plucked string, and nothing for what swells."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from tonmeister.dsp import strokes
from tonmeister.dsp.strokes import HOP_S, RiseCurve, measure_rises, nearest_stroke_s

RATE = 16_000


def line(onsets_s: list[float], attack_s: float, midi: int = 33) -> np.ndarray:
    """Return notes of a bass, each until the next, that take ``attack_s`` to set in."""
    time_s = np.arange(int(RATE * (onsets_s[-1] + 1.0))) / RATE
    out = np.zeros(len(time_s))
    for begin_s, end_s in zip(onsets_s, [*onsets_s[1:], onsets_s[-1] + 0.9], strict=True):
        here = (time_s >= begin_s) & (time_s < end_s)
        since = time_s[here] - begin_s
        shape = np.minimum(since / attack_s, 1.0) * np.exp(-3 * since) * np.minimum((end_s - time_s[here]) / 0.01, 1)
        hz = 440 * 2 ** ((midi - 69) / 12)
        out[here] += shape * sum(np.sin(2 * np.pi * hz * n * since) / n for n in range(1, 12))
        midi += 1
    return (0.2 * out).astype(np.float32)


def test_examples():
    assert not doctest.testmod(strokes).failed


@pytest.mark.parametrize("beside_s", [-0.05, -0.02, 0.0, 0.03, 0.045])
def test_a_plucked_note_begins_where_it_is_struck(beside_s):
    onsets_s = [0.3, 0.7133, 1.1, 1.62]
    rises = measure_rises(line(onsets_s, 0.003), RATE)
    for onset_s in onsets_s:
        found = nearest_stroke_s(rises, onset_s + beside_s)
        assert found == pytest.approx(onset_s, abs=0.008)


def test_what_swells_or_dies_away_has_no_stroke():
    time_s = np.arange(2 * RATE) / RATE
    swell = (0.1 + 0.1 * time_s) * sum(np.sin(2 * np.pi * 110 * n * time_s) / n for n in range(1, 12))
    room = np.random.default_rng(1).normal(0, 0.002, len(swell))
    rises = measure_rises((swell + room).astype(np.float32), RATE)
    assert all(nearest_stroke_s(rises, at_s) is None for at_s in np.arange(0.2, 1.8, 0.05))
    plucked = measure_rises(line([0.3], 0.003), RATE)
    assert nearest_stroke_s(plucked, 0.6) is None, "too far away"
    assert nearest_stroke_s(np.zeros(400), 1.0) is None
    assert nearest_stroke_s(np.zeros(0), 0.0) is None


def test_blocks_make_no_difference():
    sound = line([0.3, 0.7], 0.003)
    whole = measure_rises(sound, RATE)
    curve = RiseCurve(RATE)
    for start in range(0, len(sound), 777):
        curve.push(sound[start : start + 777])
    np.testing.assert_allclose(curve.finish(), whole, rtol=1e-4, atol=1e-6)
    assert len(whole) == pytest.approx(len(sound) / RATE / HOP_S, abs=1)
