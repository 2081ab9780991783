"""What hands do to a record: a filter turned, a platter stopped, a loop rolled."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.turntable import read_at, roll_loop, stop_platter, sweep_filter

RATE = 44100


def level_db(sound):
    return 10 * np.log10(np.mean(sound.astype(np.float64) ** 2) + 1e-20)


@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_low_pass_opens(n_channels):
    at = np.arange(4 * RATE) / RATE
    sound = np.tile(np.sin(2 * np.pi * 3000 * at), (n_channels, 1)).astype(np.float32)
    made = sweep_filter(sound, RATE, kind="low", from_hz=200, to_hz=20000)
    assert level_db(made[:, : RATE // 4]) < level_db(sound) - 35
    assert abs(level_db(made[:, -RATE // 4 :]) - level_db(sound)) < 0.5
    # No clicks from turning: what the filter leaves is the tone alone.
    parts = np.abs(np.fft.rfft(made[0, -RATE:] * np.hanning(RATE)))
    assert parts[100:2900].max() < 1e-3 * parts[3000]


def test_a_high_pass_closes():
    at = np.arange(2 * RATE) / RATE
    sound = np.sin(2 * np.pi * 60 * at)[None].astype(np.float32)
    made = sweep_filter(sound, RATE, kind="high", from_hz=20, to_hz=1500)
    assert level_db(made[:, -RATE // 4 :]) < level_db(sound) - 40
    assert level_db(made[:, : RATE // 8]) > level_db(sound) - 1


def test_reading_between_samples_is_exact_for_slow_waves():
    wave = np.sin(2 * np.pi * 0.01 * np.arange(1000))[None].astype(np.float32)
    places = np.linspace(10, 900, 3333)
    assert np.abs(read_at(wave, places) - np.sin(2 * np.pi * 0.01 * places)).max() < 1e-4


def test_a_platter_stops_evenly():
    at = np.arange(2 * RATE) / RATE
    sound = np.sin(2 * np.pi * 1000 * at)[None].astype(np.float32)
    made = stop_platter(sound, RATE)
    assert np.array_equal(made[:, :RATE], sound[:, :RATE])
    crossings = lambda a, b: np.count_nonzero(np.diff(np.signbit(made[0, a:b])))  # noqa: E731
    early, late = crossings(RATE, RATE + RATE // 4), crossings(RATE + RATE // 2, RATE + 3 * RATE // 4)
    assert early == pytest.approx(2 * 1000 * 0.25 * 0.875, abs=4)
    assert late == pytest.approx(2 * 1000 * 0.25 * 0.375, abs=4)
    assert np.abs(made[0, -20:]).max() < 0.01


def test_a_loop_repeats_its_first_beat_in_shorter_parts():
    n_beat = 10_000
    sound = np.random.default_rng(0).standard_normal((2, 8 * n_beat)).astype(np.float32)
    made = roll_loop(sound, RATE, n_beat, n_beats=4)
    assert np.array_equal(made[:, : 5 * n_beat - 400], sound[:, : 5 * n_beat - 400])
    head = sound[:, 4 * n_beat : 4 * n_beat + 1000]
    # the second beat in halves, the third in quarters, the fourth in eighths
    for start in (5, 5.5, 6, 6.25, 6.5, 6.75, 7, 7.125, 7.875):
        assert np.array_equal(made[:, round(start * n_beat) : round(start * n_beat) + 1000], head)


def test_what_does_not_hold_is_refused():
    sound = np.zeros((1, 1000), np.float32)
    with pytest.raises(ValueError, match="turned"):
        sweep_filter(sound, RATE, kind="low", from_hz=0, to_hz=100)
    with pytest.raises(ValueError, match="stop"):
        stop_platter(sound, 2000)
    with pytest.raises(ValueError, match="rolled"):
        roll_loop(sound, RATE, 400, n_beats=4)
