"""What tells a voice from an instrument, on sounds made for it."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.voice_traits import HOP_SAMPLES, NAMES, RATE_HZ, measure_voice_traits

N = 4 * RATE_HZ


def traits(sound: np.ndarray, midi: np.ndarray, sureness: float = 0.9) -> dict[str, float]:
    found = measure_voice_traits(sound.astype(np.float32), midi, np.full(len(midi), sureness))
    assert found.shape == (len(NAMES),)
    assert np.isfinite(found).all()
    return dict(zip(NAMES, found, strict=True))


def played(midi: np.ndarray) -> np.ndarray:
    hz = 440 * 2 ** ((np.interp(np.arange(N) / HOP_SAMPLES, np.arange(len(midi)), midi) - 69) / 12)
    return sum(np.sin(k * 2 * np.pi * np.cumsum(hz) / RATE_HZ) / k for k in range(1, 8))


HELD = np.repeat([60.0, 62.0, 64.0, 65.0, 67.0], 50)
GLIDING = 60 + 5 * np.sin(np.arange(250) / 12)


def test_a_held_pitch_is_told_from_one_that_glides():
    held, gliding = traits(played(HELD), HELD), traits(played(GLIDING), GLIDING)
    assert held["held"] > 0.8 > 0.4 > gliding["held"]
    assert held["still"] > gliding["still"]
    assert held["off the semitone"] < 0.02 < 0.1 < gliding["off the semitone"]


def test_a_mouth_that_opens_four_times_a_second_is_seen():
    steady = played(HELD)
    spoken = steady * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(N) / RATE_HZ))
    dull = np.convolve(spoken, np.ones(12) / 12, "same")
    moving = np.where(np.sin(2 * np.pi * 4 * np.arange(N) / RATE_HZ) > 0, spoken, dull)
    assert traits(moving, HELD)["mouth 1 at syllables"] > traits(steady, HELD)["mouth 1 at syllables"] + 0.2
    assert traits(moving, HELD)["mouth 1 moves"] > traits(steady, HELD)["mouth 1 moves"]


def test_noise_is_no_tone():
    noise = np.random.default_rng(0).standard_normal(N)
    assert traits(noise, HELD)["tonality"] > traits(played(HELD), HELD)["tonality"] + 1


def test_level_does_not_matter():
    one, other = traits(played(HELD), HELD), traits(1e-3 * played(HELD), HELD)
    assert one == pytest.approx(other, abs=1e-2)


def test_silence_and_no_pitch_give_numbers():
    assert traits(np.zeros(N), HELD, 0.0)["voiced"] == 0


def test_what_is_too_short_is_refused():
    with pytest.raises(ValueError, match="1 s"):
        measure_voice_traits(np.zeros(RATE_HZ - 1, np.float32), np.zeros(60), np.zeros(60))
