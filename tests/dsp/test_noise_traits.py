"""What tells steady noise from music."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.capabilities.separating.voice import NOISE_LINES_DB, NOISE_RISES_DB
from tonmeister.dsp.noise_traits import RATE_HZ, measure_noise_traits


def coloured(exponent: float, seed: int, duration_s: float = 4.0) -> np.ndarray:
    n = round(duration_s * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    sound = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 40) ** exponent, n)
    return (0.1 * sound / sound.std()).astype(np.float32)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("gain", [1.0, 1e-3])
def test_noise_of_any_colour_has_no_lines_and_no_beginnings(exponent, seed, gain):
    lines_db, rises_db = measure_noise_traits(coloured(exponent, seed) * np.float32(gain))
    assert lines_db < 0.9 * NOISE_LINES_DB
    assert rises_db < 0.9 * NOISE_RISES_DB


def test_a_still_chord_in_noise_has_lines():
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6, 440.0, 660.0))
    lines_db, _ = measure_noise_traits((0.05 * chord).astype(np.float32) + coloured(0.5, 1) / 10)
    assert lines_db > 1.2 * NOISE_LINES_DB


def test_drums_made_of_noise_begin():
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    drums = coloured(0.0, 2) * (0.1 + np.exp(-12 * (time_s % 0.5))).astype(np.float32)
    _, rises_db = measure_noise_traits(drums)
    assert rises_db > 1.2 * NOISE_RISES_DB


@pytest.mark.parametrize("sound", [np.zeros(100, np.float32), np.zeros(RATE_HZ), np.zeros((1, RATE_HZ), np.float32)])
def test_what_cannot_be_measured_is_refused(sound):
    with pytest.raises(ValueError, match="1 s or more of float32"):
        measure_noise_traits(sound)


def test_silence_has_figures():
    assert all(np.isfinite(measure_noise_traits(np.zeros(RATE_HZ, np.float32))))
