"""Echoes come when they are due and die away; a hall rings as long as asked for."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tonmeister.dsp.echoes import convolve, echoes, hall_response, reverberation

RATE = 44100


def click(n=2000, n_channels=2):
    sound = np.zeros((n_channels, n), np.float32)
    sound[:, 0] = 1.0
    return sound


def test_echoes_come_when_due_each_softer_than_the_one_before():
    made = echoes(click(), RATE, delay_samples=5000, feedback=0.5)
    peaks = [np.abs(made[0, at : at + 2000]).max() for at in (5000, 10000, 15000, 20000)]
    assert np.abs(made[:, :5000]).max() == 0
    assert all(0.2 < after / before < 0.5 for before, after in itertools.pairwise(peaks))
    assert abs(int(np.argmax(np.abs(made[0]))) - 5000) < 10


def test_echoes_fit_the_length_asked_for():
    assert echoes(click(), RATE, delay_samples=5000, n_samples=12345).shape == (2, 12345)


@pytest.mark.parametrize("decay_s", [0.5, 2.0])
def test_a_hall_decays_in_the_time_asked_for(decay_s):
    hall = hall_response(RATE, decay_s=decay_s, pre_delay_s=0.0, seed=3)
    assert np.allclose(np.sum(hall.astype(np.float64) ** 2, axis=1), 1.0, atol=1e-4)
    low = np.cumsum(hall[0, ::-1].astype(np.float64) ** 2)[::-1]  # Schroeder's integral
    curve_db = 10 * np.log10(low / low[0])
    t20 = np.searchsorted(-curve_db, 25) - np.searchsorted(-curve_db, 5)
    assert 0.6 * decay_s < 3 * t20 / RATE < 1.1 * decay_s
    assert abs(np.corrcoef(hall)[0, 1]) < 0.1


def test_blocks_do_not_show():
    rng = np.random.default_rng(1)
    sound = rng.standard_normal((2, 50_000)).astype(np.float32)
    response = rng.standard_normal((2, 3000)).astype(np.float32)
    expected = np.stack([np.convolve(sound[i].astype(np.float64), response[i]) for i in range(2)])
    assert np.abs(convolve(sound, response) - expected).max() < 1e-3 * np.abs(expected).max()


def test_a_hall_is_about_as_loud_as_the_sound():
    rng = np.random.default_rng(1)
    sound = rng.standard_normal((2, 3 * RATE)).astype(np.float32)
    wet = reverberation(sound, RATE, decay_s=1.0)
    # what is below 180 Hz does not ring
    assert abs(10 * np.log10(np.mean(wet[:, RATE : 3 * RATE] ** 2))) < 1.0


def test_what_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="feedback"):
        echoes(click(), RATE, delay_samples=100, feedback=1.0)
    with pytest.raises(ValueError, match="hall"):
        hall_response(RATE, decay_s=0, pre_delay_s=0, seed=0)
    with pytest.raises(ValueError, match="channels"):
        convolve(click(), click(n_channels=1))
