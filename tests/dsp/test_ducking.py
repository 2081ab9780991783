"""Ducking: the band steps aside while the lead is there, the rest does not; a pump follows the beats."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.ducking import FRAME_S, duck_band, presence, pump

RATE = 44100


def tone(hz, seconds, level=0.1):
    at = np.arange(round(seconds * RATE)) / RATE
    return np.tile(level * np.sin(2 * np.pi * hz * at), (2, 1)).astype(np.float32)


def level_db(sound):
    return 10 * np.log10(np.mean(sound.astype(np.float64) ** 2))


def test_a_lead_is_seen_where_it_sings():
    lead = tone(440, 4)
    lead[:, RATE : 2 * RATE] = 0
    there = presence(lead, RATE)
    frames = lambda start, stop: there[round(start / FRAME_S) : round(stop / FRAME_S)]  # noqa: E731
    assert frames(0.3, 1.0).min() > 0.95
    assert frames(1.8, 2.0).max() < 0.1
    assert frames(2.3, 4.0).min() > 0.95
    assert presence(np.zeros((2, RATE), np.float32), RATE).max() == 0


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize(("hz", "least", "most"), [(2000, 2.4, 2.6), (1000, 0.9, 1.7), (4000, 0.9, 1.7), (100, 0, 0.1)])
def test_the_band_gives_way_and_the_rest_stays(hz, least, most, n_channels):
    backing = tone(hz, 2)[:n_channels]
    before = level_db(backing[:, RATE:])
    duck_band(backing, np.ones(200), RATE, depth_db=2.5)
    assert least <= before - level_db(backing[:, RATE:]) <= most


def test_without_a_lead_nothing_is_touched():
    backing = tone(2000, 1)
    kept = backing.copy()
    duck_band(backing, np.zeros(100), RATE)
    assert np.array_equal(backing, kept)


def test_a_pump_falls_on_each_beat_and_comes_back():
    sound = np.ones((1, 4 * RATE), np.float32)
    beats = np.arange(0, 4 * RATE, RATE // 2)
    pump(sound, RATE, beats, depth_db=8.0)
    curve_db = 20 * np.log10(sound[0])
    assert np.allclose(curve_db[beats], -8.0, atol=0.05)
    assert np.all(curve_db[beats + round(0.45 * RATE)] > -0.01)


def test_what_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="cannot duck"):
        duck_band(tone(100, 0.1), np.ones(10), RATE, depth_db=-1)
    with pytest.raises(ValueError, match="at least two beats"):
        pump(tone(100, 0.1), RATE, [0])
