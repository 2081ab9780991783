"""Fades: powers or amplitudes sum to one; a level is ridden along straight lines."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.fades import fade_in, fade_out, ride, rise


@pytest.mark.parametrize("n", [1, 2, 480, 44100])
def test_powers_or_amplitudes_sum_to_one(n):
    power, gain = rise(n), rise(n, "equal_gain")
    assert np.allclose(power**2 + power[::-1] ** 2, 1.0, atol=1e-6)
    assert np.allclose(gain + gain[::-1], 1.0, atol=1e-6)
    assert np.all(np.diff(power) >= 0)
    assert np.all(np.diff(gain) >= 0)


def test_unrelated_sounds_keep_their_level_through_a_crossfade():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 1, 400_000)).astype(np.float32)
    mixed = one * rise(400_000)[::-1] + other * rise(400_000)
    levels = np.mean(mixed.reshape(20, -1) ** 2, axis=1)
    assert np.all(np.abs(10 * np.log10(levels)) < 0.15)


def test_a_fade_longer_than_the_sound_is_shortened():
    sound = np.ones((2, 10), np.float32)
    fade_in(sound, 100)
    fade_out(sound, 100)
    assert sound.max() <= 0.5 + 1e-6
    assert np.allclose(sound, sound[:, ::-1])


def test_a_level_is_ridden_in_db():
    sound = np.ones((1, 101), np.float32)
    ride(sound, [0, 100], [0.0, -20.0])
    assert np.allclose(20 * np.log10(sound[0]), np.linspace(0, -20, 101), atol=1e-4)


def test_what_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="cannot last"):
        rise(-1)
    with pytest.raises(ValueError, match="no fade"):
        rise(3, "steep")
    with pytest.raises(ValueError, match="must rise"):
        ride(np.ones((1, 5), np.float32), [3, 1], [0, 0])
