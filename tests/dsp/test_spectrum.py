from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import signal

from tonmeister.dsp.spectrum import (
    THIRD_OCTAVES_HZ,
    Spectrum,
    Welch,
    estimate_noise_floor_dbfs,
    frame_length,
    measure_third_octaves_dbfs,
    measure_tilt_db_per_octave,
    sum_band,
)


def noise(n_channels: int, n_samples: int) -> np.ndarray:
    x = 0.1 * np.random.default_rng(7).standard_normal((n_channels, n_samples))
    if n_channels > 1:
        x[1] += 0.4 * x[0]
    return x.astype(np.float32)


def spectrum_of(x: np.ndarray, sample_rate: int = 48000, *, overlapping: bool = True) -> Spectrum:
    welch = Welch(sample_rate, x.shape[0], overlapping=overlapping)
    welch.push(x)
    return welch.finish()


def tone(frequency_hz: float, amplitude: float, sample_rate: int = 48000, seconds: float = 2) -> np.ndarray:
    t = np.arange(int(seconds * sample_rate)) / sample_rate
    return (amplitude * np.sin(2 * np.pi * frequency_hz * t))[None].astype(np.float32)


@pytest.mark.parametrize("overlapping", [True, False])
@pytest.mark.parametrize(
    ("sample_rate", "n_channels"), [(2900, 2), (8000, 3), (44100, 1), (44100, 2), (96000, 2), (192000, 6)]
)
def test_mean_equals_scipys_welch(sample_rate: int, n_channels: int, overlapping: bool) -> None:
    n = frame_length(sample_rate)
    x = noise(n_channels, 13 * n + 5)
    found = spectrum_of(x, sample_rate, overlapping=overlapping)
    options = {"fs": sample_rate, "nperseg": n, "noverlap": n // 2 if overlapping else 0, "detrend": False}
    expected = signal.welch(x.astype(np.float64), **options)[1] * found.resolution_hz
    assert found.power == pytest.approx(expected, rel=2e-6, abs=1e-12)
    if n_channels > 1:
        cross = signal.csd(x[0].astype(np.float64), x[1].astype(np.float64), **options)[1].real * found.resolution_hz
        assert found.product == pytest.approx(cross, abs=1e-6 * expected.max())
    else:
        assert len(found.product) == 0


def test_any_split_gives_the_same_bits() -> None:
    x = noise(2, 100000)
    whole = spectrum_of(x)
    welch = Welch(48000, 2)
    for block in np.split(x, [1, 4096, 4097, 60000], axis=1):
        welch.push(block)
    parts = welch.finish()
    assert np.array_equal(whole.power, parts.power)
    assert np.array_equal(whole.product, parts.product)
    assert np.array_equal(whole.frame_power, parts.frame_power)


def test_short_sound_and_none() -> None:
    assert spectrum_of(tone(1000, 0.5)[:, :1000]).power.sum() > 0
    nothing = spectrum_of(np.zeros((1, 0), np.float32))
    assert not nothing.power.any()
    assert len(nothing.frame_power) == 0
    with pytest.raises(ValueError, match="2 channels, expected 1"):
        Welch(48000, 1).push(noise(2, 10))


def test_power_adds_up_to_the_mean_square() -> None:
    x = noise(2, 48000 * 3)
    found = spectrum_of(x)
    assert found.power.sum(axis=1) == pytest.approx((x**2).mean(axis=1), rel=0.02)
    assert found.frame_power.mean() == pytest.approx((x**2).mean(), rel=0.02)
    assert found.mid.sum() + found.side.sum() == pytest.approx(found.power.sum() / 2)


def test_opposite_channels_have_no_mid() -> None:
    x = np.concatenate([tone(1000, 0.5), tone(1000, -0.5)])
    found = spectrum_of(x)
    assert found.mid.sum() < 1e-13
    assert found.side.sum() == pytest.approx(0.125, rel=1e-3)


@pytest.mark.parametrize("frequency_hz", [100, 250, 1000, 5000, 16000])
@pytest.mark.parametrize("sample_rate", [44100, 96000])
def test_third_octave_of_a_sine(sample_rate: int, frequency_hz: float) -> None:
    found = spectrum_of(tone(frequency_hz, 1.0, sample_rate), sample_rate)
    levels = dict(measure_third_octaves_dbfs(found.mean(), found.resolution_hz))
    assert max(levels, key=levels.get) == frequency_hz
    assert levels[frequency_hz] == pytest.approx(-3.01, abs=0.5 if frequency_hz < 200 else 0.1)


def test_third_octaves_stop_at_half_the_sample_rate() -> None:
    found = spectrum_of(noise(1, 16000), 16000)
    names = [hz for hz, _ in measure_third_octaves_dbfs(found.mean(), found.resolution_hz)]
    assert names == list(THIRD_OCTAVES_HZ[: len(names)])
    assert names[-1] == 6300


def test_tilt_of_white_and_pink_noise() -> None:
    white = np.random.default_rng(1).standard_normal(48000 * 10)
    bins = np.fft.rfft(white)
    bins[1:] /= np.sqrt(np.arange(1, len(bins)))
    pink = np.fft.irfft(bins)
    for x, slope in ((white, 0.0), (pink, -3.01)):
        found = spectrum_of((0.1 * x / np.abs(x).max())[None].astype(np.float32))
        assert measure_tilt_db_per_octave(found.mean(), found.resolution_hz) == pytest.approx(slope, abs=0.1)
    assert math.isnan(measure_tilt_db_per_octave(np.zeros(2049), 48000 / 4096))


def test_correlation_and_width_by_band() -> None:
    low, high = tone(60, 0.3)[0], tone(8000, 0.1)[0]
    found = spectrum_of(np.stack([low + high, low - high]))
    correlation, width = found.correlation_by_band(), found.width_percent_by_band()
    assert correlation[0] == pytest.approx(1, abs=0.01)
    assert correlation[3] == pytest.approx(-1, abs=0.01)
    assert width[0] == pytest.approx(0, abs=0.5)
    assert width[3] == pytest.approx(100, abs=0.5)
    assert math.isnan(spectrum_of(np.zeros((2, 48000), np.float32)).correlation_by_band()[1])


def test_sum_band_counts_cut_bins_in_part() -> None:
    power = np.arange(9.0)[None]
    assert sum_band(power, 10.0, [10.0, -100.0], [30.0, 1000.0]).tolist() == [[4.0, 36.0]]


def test_noise_floor_is_that_of_the_pauses() -> None:
    rng = np.random.default_rng(4)
    x = 0.3 * rng.standard_normal(48000 * 8)
    x[48000 * 3 : 48000 * 4] = 10 ** (-65 / 20) * rng.standard_normal(48000)
    x[48000 * 5 : 48000 * 6] = 0  # a digital pause has no noise
    level_dbfs, confidence = estimate_noise_floor_dbfs(spectrum_of(x[None].astype(np.float32)).frame_power)
    assert level_dbfs == pytest.approx(-65, abs=0.7)
    assert confidence == 1.0


def test_noise_floor_of_steady_music_is_not_trusted() -> None:
    level_dbfs, confidence = estimate_noise_floor_dbfs(spectrum_of(noise(1, 48000 * 4)).frame_power)
    assert level_dbfs == pytest.approx(-20, abs=0.5)
    assert confidence < 0.05
    assert estimate_noise_floor_dbfs(np.zeros(10))[1] == 0.0


def test_one_channel_does_not_leak_into_the_other() -> None:
    found = spectrum_of(np.concatenate([tone(1000, 0.5), np.zeros((1, 96000), np.float32)]))
    assert found.power[1].sum() < 1e-13
