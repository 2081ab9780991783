from __future__ import annotations

import numpy as np
import pytest

from dsp import oracles
from tonmeister.dsp.dither import SHAPED_44K, Quantiser


def noise(n_channels: int, n: int, level: float = 0.3) -> np.ndarray:
    return (level * np.random.default_rng(13).standard_normal((n_channels, n))).astype(np.float32)


def seeds(seed: int, n_channels: int) -> list[int]:
    return [(0x9E3779B1 * (2 * seed + 1) + 0x6C8E9CF5 * channel) % 2**32 for channel in range(n_channels)]


def error_of(x: np.ndarray, bit_depth: int, **options: bool | int) -> np.ndarray:
    """What quantising adds, in steps."""
    q = Quantiser(bit_depth, x.shape[0], **options).process(x)  # type: ignore[arg-type]
    return q - x.astype(np.float64) * 2 ** (bit_depth - 1)


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("shaped", [False, True])
@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("bit_depth", [8, 16, 20, 24, 31])
def test_quantiser_is_its_definition(kernels: str, bit_depth: int, dither: bool, shaped: bool, n_channels: int) -> None:
    x = noise(n_channels, 1003)
    x[:, :4] = 1.0, -1.0, 0.0, 2.0
    x[:, 4:200] = np.round(x[:, 4:200] * 64) / 64  # on the grid, where noise brings exact ties
    quantiser = Quantiser(bit_depth, n_channels, seed=5, dither=dither, shaped=shaped)
    got = quantiser.process(x)
    shape = SHAPED_44K if shaped else ()
    expected = [
        oracles.quantised(sound, bit_depth, seed, dither, shape)
        for sound, seed in zip(x.astype(np.float64), seeds(5, n_channels), strict=True)
    ]
    assert got.dtype == np.int32
    assert np.array_equal(got, np.stack([q for q, _ in expected]))
    assert quantiser.n_clipped_samples == sum(n for _, n in expected) > 0


@pytest.mark.parametrize("shaped", [False, True])
def test_quantiser_is_the_same_for_any_split(kernels: str, shaped: bool) -> None:
    x = noise(2, 5000)
    whole = Quantiser(16, 2, shaped=shaped).process(x)
    for seed in range(3):
        quantiser = Quantiser(16, 2, shaped=shaped)
        parts = [quantiser.process(x[:, part]) for part in oracles.pieces(5000, 1, seed)]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


@pytest.mark.parametrize("before", [2**32 - 37, 3 * 2**32 - 8])
def test_noise_goes_on_past_32_bits_of_samples(kernels: str, before: int) -> None:
    x = noise(1, 100)
    quantiser = Quantiser(16, 1)
    quantiser._at = before
    expected, _ = oracles.quantised(x[0].astype(np.float64), 16, seeds(0, 1)[0], True, (), before)
    assert np.array_equal(quantiser.process(x)[0], expected)


@pytest.mark.parametrize(("bit_depth", "range_db"), [(16, 93.32), (24, 141.48)])
def test_dynamic_range_is_that_of_triangular_dither(kernels: str, bit_depth: int, range_db: float) -> None:
    fs = 48000
    x = oracles.sine(997, -60, 4 * fs, fs)[None]
    # float32 holds a sine at -60 dBFS 55 dB below the noise of 24 bits.
    y = Quantiser(bit_depth, 1).process(x)[0] / 2 ** (bit_depth - 1)
    f = np.arange(len(y)) / fs
    basis = np.stack([np.sin(2 * np.pi * 997 * f), np.cos(2 * np.pi * 997 * f)], axis=1)
    residual = y - basis @ np.linalg.lstsq(basis, y, rcond=None)[0]
    assert 10 * np.log10(0.5 / (residual**2).mean()) == pytest.approx(range_db, abs=0.1)


def harmonics_db(y: np.ndarray, hz: float, fs: int) -> float:
    """The strongest of the harmonics 2 to 9, in dB above the noise around them."""
    f = np.fft.rfftfreq(len(y), 1 / fs)
    power = np.abs(np.fft.rfft(y * np.kaiser(len(y), 12))) ** 2
    top = max(power[np.abs(f - k * hz) < 3].max() for k in range(2, 10))
    return float(10 * np.log10(top / power[(f > 100) & (f < 15000)].mean()))


def test_dither_takes_harmonics_away(kernels: str) -> None:
    fs, hz = 48000, 1000.0
    x = oracles.sine(hz, -84, 8 * fs, fs)[None]
    assert harmonics_db(error_of(x, 16)[0], hz, fs) < 12
    assert harmonics_db(error_of(x, 16, dither=False)[0], hz, fs) > 25


def test_a_tone_below_one_step_survives_only_with_dither(kernels: str) -> None:
    x = oracles.sine(1000, -100, 96000, 48000)[None]
    assert not Quantiser(16, 1, dither=False).process(x).any()
    y = Quantiser(16, 1).process(x)[0] / 32768
    wave = np.sin(2 * np.pi * 1000 * np.arange(96000) / 48000)
    assert 20 * np.log10(2 * (y * wave).mean()) == pytest.approx(-100, abs=1)


@pytest.mark.parametrize("value", [0.0, 0.25, 0.5, 0.77])
def test_error_does_not_depend_on_the_sound(kernels: str, value: float) -> None:
    """Mean 0 and variance 1/4 step wherever between two steps the sound lies: the virtue of the triangle."""
    x = np.full((1, 400000), (1000 + value) / 32768, np.float32)
    error = error_of(x, 16)
    assert error.mean() == pytest.approx(0, abs=0.004)
    assert (error**2).mean() == pytest.approx(0.25, abs=0.003)


def test_noise_is_white_and_its_density_triangular(kernels: str) -> None:
    n = 1 << 18
    # In 24 bits, silence of 16 bits shows the noise itself almost continuously.
    d = np.array([oracles.noise_at(i, seeds(0, 1)[0]) for i in range(1 << 15)])
    counts, _ = np.histogram(d, 8, (-1, 1))
    assert counts / len(d) == pytest.approx(np.array([1, 3, 5, 7, 7, 5, 3, 1]) / 32, abs=0.007)
    error = error_of(np.zeros((2, n), np.float32), 16)
    for channel in error:
        power = (np.abs(np.fft.rfft(channel.reshape(-1, 512), axis=1)) ** 2).mean(axis=0)[1:-1]
        assert np.abs(10 * np.log10(power / power.mean())).max() < 0.9
        octaves = [power[k : 2 * k].mean() for k in (1, 2, 4, 8, 16, 32, 64, 127)]
        assert np.abs(10 * np.log10(np.array(octaves) / power.mean())).max() < 0.4


def test_channels_and_seeds_have_their_own_noise(kernels: str) -> None:
    n = 1 << 17
    x = np.zeros((2, n), np.float32)
    a, b = error_of(x, 16), error_of(x, 16, seed=1)
    rows = np.concatenate([a, b])
    for i in range(4):
        for j in range(i):
            spectrum = np.fft.rfft(rows[i], 2 * n) * np.conj(np.fft.rfft(rows[j], 2 * n))
            correlation = np.fft.irfft(spectrum) / n / 0.25
            assert np.abs(correlation).max() < 6 / np.sqrt(n)


def test_shaped_noise_is_lower_where_the_ear_hears(kernels: str) -> None:
    x = noise(1, 1 << 17, 0.1)
    f = np.fft.rfftfreq(512, 1 / 44100)
    power = [
        (np.abs(np.fft.rfft(error_of(x, 16, shaped=shaped)[0].reshape(-1, 512) * np.hanning(512), axis=1)) ** 2).mean(
            axis=0
        )
        for shaped in (False, True)
    ]
    change_db = 10 * np.log10(power[1] / power[0])
    ear = (f > 2000) & (f < 5000)
    assert change_db[ear].max() < -10
    transfer = 1 - sum(c * np.exp(-2j * np.pi * f * (k + 1) / 44100) for k, c in enumerate(SHAPED_44K))
    inner = slice(3, -3)
    assert change_db[inner] == pytest.approx(20 * np.log10(np.abs(transfer[inner])), abs=1.5)


def test_sound_on_the_grid_is_returned_exactly(kernels: str) -> None:
    q = np.random.default_rng(1).integers(-32768, 32768, (2, 1000)).astype(np.int32)
    assert np.array_equal(Quantiser(16, 2, dither=False).process((q / 32768).astype(np.float32)), q)


def test_silence_is_dither_only(kernels: str) -> None:
    q = Quantiser(24, 2).process(np.zeros((2, 5000), np.float32))
    assert set(np.unique(q)) == {-1, 0, 1}


@pytest.mark.parametrize("bit_depth", [7, 32])
def test_other_bit_depths_are_refused(bit_depth: int) -> None:
    with pytest.raises(ValueError, match="8 to 31"):
        Quantiser(bit_depth, 2)


def test_wrong_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="float32"):
        Quantiser(16, 2).process(np.zeros((2, 16)))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="channels"):
        Quantiser(16, 2).process(np.zeros((1, 16), np.float32))
