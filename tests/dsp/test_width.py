from __future__ import annotations

import numpy as np
import pytest

from dsp import oracles
from tonmeister.dsp.width import StereoWidth

RATES = (44100, 48000, 96000, 192000)


def noise(n: int = 4000) -> np.ndarray:
    return (0.2 * np.random.default_rng(7).standard_normal((2, n))).astype(np.float32)


def stage(sample_rate: int = 44100, width_percent: float = 130, shelf_db: float = 2.0) -> StereoWidth:
    return StereoWidth(width_percent, sample_rate, mono_below_hz=120, shelf_db=shelf_db)


@pytest.mark.parametrize("mono_below_hz", [0.0, 120.0])
@pytest.mark.parametrize("shelf_db", [0.0, 2.0])
@pytest.mark.parametrize("sample_rate", RATES)
def test_width_is_its_definition(kernels: str, sample_rate: int, shelf_db: float, mono_below_hz: float) -> None:
    x = noise()
    width = StereoWidth(130, sample_rate, mono_below_hz=mono_below_hz, shelf_db=shelf_db)
    expected = oracles.widened(x.astype(np.float64), width.sections, 1.3)
    assert width.process(x.copy()) == pytest.approx(expected, abs=2e-7)


def test_width_is_the_same_for_any_split(kernels: str) -> None:
    x = noise()
    whole = stage().process(x.copy())
    for seed in range(3):
        width = stage()
        parts = [width.process(x[:, part].copy()) for part in oracles.pieces(4000, 1, seed)]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


@pytest.mark.parametrize("width_percent", [0, 60, 100, 150])
def test_mid_is_untouched(kernels: str, width_percent: float) -> None:
    x = noise()
    y = stage(width_percent=width_percent).process(x.copy())
    assert (y[0].astype(np.float64) + y[1]) == pytest.approx(x[0].astype(np.float64) + x[1], abs=1e-7)


def test_full_width_is_a_null(kernels: str) -> None:
    x = noise()
    y = StereoWidth(100, 48000).process(x.copy())
    assert 20 * np.log10(np.abs(y.astype(np.float64) - x).max() + 1e-12) < -144


def test_no_width_is_mono(kernels: str) -> None:
    y = StereoWidth(0, 48000).process(noise())
    assert np.array_equal(y[0], y[1])


def test_swapping_channels_commutes(kernels: str) -> None:
    x = noise()
    assert np.array_equal(stage().process(x[::-1].copy())[::-1], stage().process(x.copy()))


@pytest.mark.parametrize("sample_rate", RATES)
def test_bass_becomes_mono_and_highs_wider(kernels: str, sample_rate: int) -> None:
    impulse = np.zeros((2, 1 << 17), np.float32)
    impulse[:, 0] = 0.5, -0.5
    side = stage(sample_rate, 100, 2.0).process(impulse)[0].astype(np.float64) * 2
    f = np.fft.rfftfreq(len(side), 1 / sample_rate)
    gain_db = 20 * np.log10(np.abs(np.fft.rfft(side)) + 1e-12)
    at = [int(np.argmin(np.abs(f - hz))) for hz in (12, 120, 600, 4000, 16000)]
    assert gain_db[at[0]] < -38
    assert gain_db[at[1]] == pytest.approx(-3.01, abs=0.05)
    assert gain_db[at[2]] == pytest.approx(0, abs=0.05)
    assert gain_db[at[3]] == pytest.approx(1, abs=0.05)
    assert gain_db[at[4]] == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("sample_rate", RATES)
def test_width_adds_no_noise_or_distortion(kernels: str, sample_rate: int) -> None:
    tone = oracles.sine(997, -1, 2 * sample_rate, sample_rate)
    y = stage(sample_rate).process(np.stack([tone, np.zeros_like(tone)]))
    assert oracles.residual_db(y[0, sample_rate:].astype(np.float64), 997, sample_rate) <= -140


def test_only_stereo_is_taken() -> None:
    with pytest.raises(ValueError, match="2 channels"):
        stage().process(np.zeros((1, 64), np.float32))
