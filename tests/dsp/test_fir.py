from __future__ import annotations

import numpy as np
import pytest

from dsp import oracles
from tonmeister.dsp.fir import LinearPhaseFilter, linear_phase

F = np.geomspace(20, 20000, 60)
CURVE_DB = 3 * np.sin(np.log2(F / 20) * 1.3) - 1.5 * np.cos(np.log2(F / 20) * 0.7)


def noise(n_channels: int, n: int) -> np.ndarray:
    return (0.2 * np.random.default_rng(2).standard_normal((n_channels, n))).astype(np.float32)


def through(taps: np.ndarray, x: np.ndarray, parts: list[slice], n_fft: int | None = None) -> np.ndarray:
    stage = LinearPhaseFilter(taps, x.shape[0], n_fft)
    return np.concatenate([*(stage.push(x[:, part]) for part in parts), stage.finish()], axis=1)


@pytest.mark.parametrize(("sample_rate", "n_taps"), [(44100, 4097), (48000, 4097), (96000, 8193), (192000, 16385)])
def test_design_is_symmetric_and_follows_the_curve(sample_rate: int, n_taps: int) -> None:
    taps = linear_phase(F, CURVE_DB, n_taps, sample_rate)
    assert len(taps) == n_taps
    assert np.array_equal(taps, taps[::-1])
    spectrum = np.fft.rfft(taps, 1 << 18)
    f = np.fft.rfftfreq(1 << 18, 1 / sample_rate)
    used = (f >= 50) & (f <= 20000)
    wanted = np.interp(np.log(f[used]), np.log(F), CURVE_DB)
    assert np.abs(20 * np.log10(np.abs(spectrum[used])) - wanted).max() < 0.1


def test_even_length_is_refused() -> None:
    with pytest.raises(ValueError, match="odd"):
        linear_phase(F, CURVE_DB, 4096, 48000)


@pytest.mark.parametrize("n_fft", [None, 2048, 8192])
@pytest.mark.parametrize("n_channels", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 999, 9000, 40000])
def test_filter_is_the_convolution_without_its_delay(kernels: str, n: int, n_channels: int, n_fft: int | None) -> None:
    taps = linear_phase(F, CURVE_DB, 1001, 44100)
    x = noise(n_channels, n)
    expected = [np.convolve(sound, taps)[500 : 500 + n] for sound in x.astype(np.float64)]
    y = through(taps, x, oracles.pieces(n, 100, 1), n_fft)
    assert y.dtype == np.float32
    assert y.shape == x.shape
    assert y == pytest.approx(np.array(expected), abs=5e-7)


def test_any_split_gives_the_same_samples(kernels: str) -> None:
    taps, x = linear_phase(F, CURVE_DB, 1001, 44100), noise(2, 60000)
    whole = through(taps, x, [slice(0, 60000)])
    for seed in range(3):
        assert np.array_equal(through(taps, x, oracles.pieces(60000, 300, seed)), whole)


def test_unit_impulse_filter_changes_nothing(kernels: str) -> None:
    taps = np.zeros(2049)
    taps[1024] = 1
    x = noise(2, 20000)
    assert np.array_equal(through(taps, x, oracles.pieces(20000, 1000, 0)), x)


@pytest.mark.parametrize("sample_rate", [44100, 96000])
def test_filter_adds_no_noise_or_distortion(kernels: str, sample_rate: int) -> None:
    x = oracles.sine(997, -1, 3 * sample_rate, sample_rate)[None]
    y = through(linear_phase(F, CURVE_DB, 4097, sample_rate), x, [slice(0, x.shape[1])])
    middle = y[0, sample_rate : 2 * sample_rate].astype(np.float64)
    assert oracles.residual_db(middle, 997, sample_rate) <= -140


def test_nothing_in_gives_nothing(kernels: str) -> None:
    stage = LinearPhaseFilter(np.ones(5) / 5, 2)
    assert stage.finish().shape == (2, 0)


@pytest.mark.parametrize(
    ("taps", "n_fft", "message"),
    [
        (np.ones(4), None, "symmetric and odd"),
        (np.arange(5.0), None, "symmetric and odd"),
        (np.ones(101), 128, "power of two of at least 202"),
        (np.ones(101), 300, "power of two"),
    ],
)
def test_unsuitable_filters_are_refused(taps: np.ndarray, n_fft: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LinearPhaseFilter(taps, 2, n_fft)


def test_wrong_sound_is_refused() -> None:
    stage = LinearPhaseFilter(np.ones(5) / 5, 2)
    with pytest.raises(ValueError, match="channels"):
        stage.push(np.zeros((1, 64), np.float32))
    with pytest.raises(ValueError, match="float32"):
        stage.push(np.zeros((2, 64)))  # type: ignore[arg-type]
