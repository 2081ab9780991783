"""The vocoder: nothing lost at rate 1, pitch and moments kept, channels turned alike."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.vocoder import stretch_time


def noise(n_channels: int, n: int, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((n_channels, n))).astype(np.float32)


@pytest.mark.parametrize("sample_rate", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("n_channels", [1, 2, 5])
def test_at_its_own_rate_a_sound_comes_back(sample_rate, n_channels):
    sound = noise(n_channels, sample_rate)
    np.testing.assert_allclose(stretch_time(sound, sample_rate, 1.0), sound, atol=2e-6)


@pytest.mark.parametrize("rate", [1 / 32, 0.5, 0.91, 1.003, 1.3, 4.0, 32.0])
@pytest.mark.parametrize("n", [0, 1, 7, 4411, 30000])
def test_length(rate, n):
    made = stretch_time(noise(2, n), 44100, rate)
    assert made.shape == (2, round(n / rate))
    assert made.dtype == np.float32
    assert np.isfinite(made).all()


@pytest.mark.parametrize("rate", [0.8, 0.95, 1.1, 1.25])
def test_a_tone_keeps_pitch_and_level(rate):
    tone = (0.3 * np.sin(2 * np.pi * 220 * np.arange(3 * 44100) / 44100)).astype(np.float32)[np.newaxis]
    middle = stretch_time(tone, 44100, rate)[0, 22050:-22050]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(middle.size), 1 << 20))
    assert abs(1200 * np.log2(np.argmax(spectrum) * 44100 / (1 << 20) / 220)) < 0.5
    assert np.std(middle) == pytest.approx(0.3 / np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("rate", [0.85, 0.93, 1.07, 1.18])
def test_strokes_lie_where_they_belong_and_stay_short(rate):
    rng = np.random.default_rng(2)
    at = (np.arange(1, 12) * 22050 + rng.integers(0, 4000, 11)).astype(int)
    sound = np.zeros((2, 13 * 22050), np.float32)
    for place in at:
        sound[:, place : place + 900] += (rng.standard_normal(900) * np.exp(-np.arange(900) / 150)).astype(np.float32)
    made = stretch_time(sound, 44100, rate)

    def span_ms(of, place):
        grown = np.cumsum(np.square(of[0, place - 2500 : place + 2500]))
        return (np.searchsorted(grown, np.array([0.1, 0.9]) * grown[-1]) - 2500) / 44.1

    before, after = (
        np.array([span_ms(of, round(place / by)) for place in at]) for of, by in ((sound, 1), (made, rate))
    )
    error = after[:, 0] - before[:, 0]
    assert abs(error.mean()) < 1.0
    assert error.std() < 0.6
    assert np.median(np.diff(after, axis=1)) < np.median(np.diff(before, axis=1)) + 4.0


def test_channels_turn_alike():
    one, other = noise(1, 30000, 1), noise(1, 30000, 2)
    made = stretch_time(np.concatenate([one, other, one + other, -2 * one]), 44100, 0.9)
    np.testing.assert_allclose(made[0] + made[1], made[2], atol=2e-6)
    np.testing.assert_allclose(-2 * made[0], made[3], atol=2e-6)


def test_silence_stays_silent():
    assert not stretch_time(np.zeros((2, 20000), np.float32), 44100, 0.9).any()


def test_all_variants_of_the_kernel_agree(kernels):
    sound = noise(2, 40000, 3)
    np.testing.assert_allclose(stretch_time(sound, 44100, 1.0), sound, atol=2e-6)
    tone = np.sin(2 * np.pi * 300 * np.arange(40000) / 44100).astype(np.float32)[np.newaxis]
    assert np.std(stretch_time(tone, 44100, 0.9)[0, 8000:-8000]) == pytest.approx(np.sqrt(0.5), rel=0.01)


def test_what_is_out_of_bounds_is_refused():
    with pytest.raises(ValueError, match="shape"):
        stretch_time(np.zeros((17, 100), np.float32), 44100, 0.9)
    with pytest.raises(ValueError, match="float32"):
        stretch_time(np.zeros((2, 100)), 44100, 0.9)
    with pytest.raises(ValueError, match="sample_rate"):
        stretch_time(np.zeros((2, 100), np.float32), 4000, 0.9)
    with pytest.raises(ValueError, match="rate is 40"):
        stretch_time(np.zeros((2, 100), np.float32), 44100, 40.0)
