from __future__ import annotations

import numpy as np
import pytest

from dsp import oracles
from tonmeister.dsp.saturation import Saturator, decimator, interpolator

TAPS = (16, 24, 48)


def noise(n_channels: int, n: int) -> np.ndarray:
    return (0.3 * np.random.default_rng(8).standard_normal((n_channels, n))).clip(-1, 1).astype(np.float32)


def through(x: np.ndarray, parts: list[slice], drive_db: float = 6.0, n_taps: int = 24) -> np.ndarray:
    stage = Saturator(drive_db, x.shape[0], n_taps)
    return np.concatenate([*(stage.push(x[:, part]) for part in parts), stage.finish()], axis=1)


def whole(x: np.ndarray, drive_db: float = 6.0, n_taps: int = 24) -> np.ndarray:
    return through(x, [slice(0, x.shape[1])], drive_db, n_taps)


def levels_dbc(y: np.ndarray, frequency_hz: float, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectrum of a steady middle part, in dB to the component at ``frequency_hz``."""
    window = np.kaiser(len(y), 20)
    f = np.fft.rfftfreq(len(y), 1 / sample_rate)
    magnitude = np.abs(np.fft.rfft(y.astype(np.float64) * window))
    return f, 20 * np.log10(magnitude / magnitude[np.argmin(np.abs(f - frequency_hz))] + 1e-12)


@pytest.mark.parametrize("n_taps", TAPS)
def test_filters(n_taps: int) -> None:
    assert interpolator(n_taps).shape == decimator(n_taps).shape == (4, n_taps)
    for table, cutoff, gain in ((interpolator(n_taps), 0.2, 4), (decimator(n_taps), 0.44, 1)):
        taps = table.T.reshape(-1)
        assert taps[0] == 0
        assert taps[1:] == pytest.approx(gain * oracles.low_pass(n_taps, cutoff, 4), abs=1e-7)


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("n_taps", TAPS)
@pytest.mark.parametrize("drive_db", [-12.0, 0.0, 12.0])
def test_saturator_is_its_definition(kernels: str, drive_db: float, n_taps: int, n_channels: int) -> None:
    x = noise(n_channels, 1013)
    y = whole(x, drive_db, n_taps)
    assert y.dtype == np.float32
    assert y == pytest.approx(oracles.saturated(x.astype(np.float64), drive_db, n_taps), abs=1e-6)


@pytest.mark.parametrize("n", [1, 5, 23, 47, 64])
def test_length_is_kept(kernels: str, n: int) -> None:
    x = noise(2, n)
    assert whole(x) == pytest.approx(oracles.saturated(x.astype(np.float64), 6.0, 24), abs=1e-6)


def test_saturator_is_the_same_for_any_split(kernels: str) -> None:
    x = noise(2, 5000)
    expected = whole(x)
    for seed in range(4):
        assert np.array_equal(through(x, oracles.pieces(5000, 1, seed)), expected)


def test_tiny_drive_tends_to_a_null(kernels: str) -> None:
    x = noise(2, 4000)
    change_db = [20 * np.log10(np.abs(whole(x, drive_db).astype(np.float64) - x).max()) for drive_db in (0, -20, -40)]
    # The lowest term of the curve is cubic: 20 dB less drive adds 40 dB less.
    assert change_db[1] == pytest.approx(change_db[0] - 40, abs=6)
    assert change_db[2] < -90


def test_third_harmonic_is_that_of_the_curve(kernels: str) -> None:
    fs, n, hz = 48000, 16384, 1500.0
    y = whole(oracles.sine(hz, -6, n, fs)[None], 6.0)[0, 1000 : 1000 + 9600]
    phase = np.linspace(0, 2 * np.pi, 4096, endpoint=False)
    d = 10 ** (6 / 20) * 10 ** (-6 / 20) * np.sin(phase)
    series = np.abs(np.fft.rfft(d * (27 + d * d) / (27 + 9 * d * d)))
    f, dbc = levels_dbc(y, hz, fs)
    third = dbc[np.argmin(np.abs(f - 3 * hz))]
    assert third == pytest.approx(20 * np.log10(series[3] / series[1]), abs=0.3)


@pytest.mark.parametrize("hz", [15000.0, 17000.0, 19000.0])
def test_highs_do_not_fold_back(kernels: str, hz: float) -> None:
    fs = 44100
    y = whole(oracles.sine(hz, -1, 32768, fs)[None], 12.0)[0, 500:-500]
    f, dbc = levels_dbc(y, hz, fs)
    assert dbc[f < hz - 200].max() < -90


@pytest.mark.parametrize("hz", [3000.0, 5000.0, 7000.0])
def test_driven_tones_give_harmonics_only(kernels: str, hz: float) -> None:
    fs = 44100
    y = whole(oracles.sine(hz, -1, 32768, fs)[None], 12.0)[0, 500:-500]
    f, dbc = levels_dbc(y, hz, fs)
    own = np.zeros(len(f), bool)
    for k in range(1, 8):
        own |= np.abs(f - k * hz) < 100
    assert dbc[~own & (f < 15000)].max() < -80


def test_intermodulation_is_that_of_the_curve(kernels: str) -> None:
    """SMPTE: 60 Hz and 7 kHz, 4 to 1; the side tones are those of the memoryless curve below its band edge."""
    fs, n = 48000, 48000
    low, high = oracles.sine(60, -8, n, fs), oracles.sine(3000, -20.04, n, fs)
    x = low + high
    y = whole(x[None], 0.0)[0]
    d = x.astype(np.float64)
    curve = d * (27 + d * d) / (27 + 9 * d * d)
    f, got = levels_dbc(y[4800:43200], 3000, fs)
    _, expected = levels_dbc(curve[4800:43200], 3000, fs)
    for k in (2, 4):
        for side in (-1, 1):
            at = int(np.argmin(np.abs(f - (3000 + side * 60 * k))))
            assert got[at] == pytest.approx(expected[at], abs=1.0)
    y7 = whole((oracles.sine(60, -8, n, fs) + oracles.sine(7000, -20.04, n, fs))[None], 0.0)[0]
    f, got = levels_dbc(y7[4800:43200], 7000, fs)
    side = [got[np.argmin(np.abs(f - hz))] for hz in (6880, 7120)]
    assert min(side) > -60 and max(side) < -15


def test_odd_number_of_taps_is_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        Saturator(3.0, 2, 23)


def test_other_numbers_of_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="channels"):
        Saturator(3.0, 2).push(np.zeros((1, 64), np.float32))
