from __future__ import annotations

import numpy as np
import pytest

from dsp import oracles
from tonmeister.dsp.dynamics import Curve, DynamicBand, DynamicEq, MultibandCompressor, control_cell

RATES = (44100, 48000, 96000, 192000)
CROSSOVERS_HZ = (120.0, 800.0, 5000.0)
IDLE = (Curve(0.0, 1.0),) * 4
WORKING = (
    Curve(-30, 2, knee_db=6, makeup_db=1),
    Curve(-34, 3, knee_db=0, attack_ms=5),
    Curve(-40, 1.5, knee_db=12, release_ms=60),
    Curve(-36, 4, range_db=5, makeup_db=-2),
)
GLUE = Curve(-26, 2, attack_ms=20, release_ms=100)


def swell(n: int, seed: int = 4) -> np.ndarray:
    """Stereo noise whose level moves by 40 dB, so that every part of the curves is visited."""
    rng = np.random.default_rng(seed)
    level = 10 ** (-1.5 + np.sin(np.arange(n) / n * 12))
    return (0.5 * level * rng.standard_normal((2, n))).clip(-1, 1).astype(np.float32)


@pytest.mark.parametrize(("sample_rate", "cell"), [(8000, 8), (44100, 32), (48000, 32), (96000, 64), (192000, 128)])
def test_control_cell(sample_rate: int, cell: int) -> None:
    assert control_cell(sample_rate) == cell


@pytest.mark.parametrize("glue", [None, GLUE], ids=["no glue", "glue"])
@pytest.mark.parametrize("three_bands", [False, True])
@pytest.mark.parametrize("sample_rate", [44100, 96000])
def test_multiband_is_its_definition(kernels: str, sample_rate: int, three_bands: bool, glue: Curve | None) -> None:
    x = swell(4009)
    stage = MultibandCompressor(CROSSOVERS_HZ, WORKING, glue, sample_rate, glue_low_percent=40, three_bands=three_bands)
    y = x.copy()
    gains = stage.process(y)
    expected, reduction = oracles.compressed(
        x.astype(np.float64), CROSSOVERS_HZ, WORKING, glue, sample_rate, stage.cell, 40, three_bands
    )
    assert reduction[:, :4].min() <= -5
    assert gains == pytest.approx(reduction, abs=2e-5)
    assert y == pytest.approx(expected, abs=3e-7)


def test_multiband_is_the_same_for_any_split_into_cells(kernels: str) -> None:
    x = swell(10007)
    whole = x.copy()
    stage = MultibandCompressor(CROSSOVERS_HZ, WORKING, GLUE, 44100)
    whole_gains = stage.process(whole)
    for seed in range(3):
        stage, y = MultibandCompressor(CROSSOVERS_HZ, WORKING, GLUE, 44100), x.copy()
        gains = [stage.process(y[:, part]) for part in oracles.pieces(10007, stage.cell, seed)]
        assert np.array_equal(y, whole)
        assert np.array_equal(np.concatenate(gains), whole_gains)


@pytest.mark.parametrize("three_bands", [False, True])
@pytest.mark.parametrize("sample_rate", RATES)
def test_bands_sum_flat(kernels: str, sample_rate: int, three_bands: bool) -> None:
    n = 1 << 17
    x = np.zeros((2, n), np.float32)
    x[:, 0] = 1
    gains = MultibandCompressor(CROSSOVERS_HZ, IDLE, None, sample_rate, three_bands=three_bands).process(x)
    assert not gains.any()
    assert np.array_equal(x[0], x[1])
    magnitude_db = 20 * np.log10(np.abs(np.fft.rfft(x[0].astype(np.float64))))
    assert np.abs(magnitude_db).max() < 0.01


def test_equal_gains_sum_flat_too(kernels: str) -> None:
    x = np.zeros((2, 1 << 16), np.float32)
    x[:, 0] = 1
    MultibandCompressor(CROSSOVERS_HZ, (Curve(0, 1, makeup_db=3),) * 4, None, 48000).process(x)
    assert 20 * np.log10(np.abs(np.fft.rfft(x[0].astype(np.float64)))) == pytest.approx(3.0, abs=0.01)


@pytest.mark.parametrize("sample_rate", RATES)
def test_idle_compressor_adds_no_noise_or_distortion(kernels: str, sample_rate: int) -> None:
    x = np.tile(oracles.sine(997, -1, 2 * sample_rate, sample_rate), (2, 1))
    above = Curve(10, 4)
    gains = MultibandCompressor(CROSSOVERS_HZ, (above,) * 4, above, sample_rate).process(x)
    assert not gains.any()
    assert oracles.residual_db(x[0, sample_rate:].astype(np.float64), 997, sample_rate) <= -140


def test_compressor_settles_on_its_static_curve(kernels: str) -> None:
    curve = Curve(-30, 3, knee_db=6, range_db=20, attack_ms=5, release_ms=30)
    for level_dbfs in (-50.0, -31.0, -29.0, -20.0, -6.0):
        # Power counts both channels: two sines of this peak level have this power.
        # 3 kHz puts whole periods into a cell: no ripple for the unlike ballistics to lean on.
        x = np.tile(oracles.sine(3000, level_dbfs, 16384, 48000), (2, 1))
        gains = MultibandCompressor((50, 200, 18000), (curve,) * 4, None, 48000).process(x)
        assert gains[-1, 2] == pytest.approx(oracles.reduction_db(level_dbfs, curve), abs=0.05)


def test_range_bounds_the_reduction(kernels: str) -> None:
    x = np.tile(oracles.sine(2000, 0, 16384, 48000), (2, 1))
    gains = MultibandCompressor(CROSSOVERS_HZ, (Curve(-60, 20, range_db=4),) * 4, None, 48000).process(x)
    assert gains.min() == -4


def test_reduction_keeps_the_stereo_image(kernels: str) -> None:
    mono = swell(8192)[0]
    x = np.stack([mono, mono * np.float32(0.25)])
    MultibandCompressor(CROSSOVERS_HZ, WORKING, GLUE, 44100).process(x)
    assert x[1] == pytest.approx(0.25 * x[0], abs=1e-7)


@pytest.mark.parametrize("crossovers_hz", [(800, 120, 5000), (120, 800, 21000), (0, 800, 5000), (120, 120, 5000)])
def test_wrong_crossovers_are_refused(crossovers_hz: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="crossovers must rise"):
        MultibandCompressor(crossovers_hz, IDLE, None, 44100)


BANDS = [
    DynamicBand(250, 1.5, Curve(-50, 2, attack_ms=5)),
    DynamicBand(3000, 2, Curve(-22, 3, knee_db=4), relative=True),
    DynamicBand(7000, 3, Curve(-40, 4, range_db=6, knee_db=0, release_ms=40)),
    DynamicBand(12000, 1, Curve(-50, 1.5)),
]


@pytest.mark.parametrize("n_bands", [1, 2, 3, 4])
@pytest.mark.parametrize("sample_rate", [44100, 96000])
def test_dynamic_equaliser_is_its_definition(kernels: str, sample_rate: int, n_bands: int) -> None:
    x = swell(4009)
    bands = BANDS[:n_bands]
    stage = DynamicEq(bands, sample_rate)
    y = x.copy()
    gains = stage.process(y)
    plain = [(b.frequency_hz, b.q, b.curve, b.relative) for b in bands]
    expected, reduction = oracles.dynamically_equalised(x.astype(np.float64), plain, sample_rate, stage.cell)
    assert (reduction.min(axis=0) < -1).all()
    assert gains[:, :n_bands] == pytest.approx(reduction, abs=2e-5)
    assert not gains[:, n_bands:].any()
    assert y == pytest.approx(expected, abs=3e-7)


def test_dynamic_equaliser_is_the_same_for_any_split_into_cells(kernels: str) -> None:
    x = swell(10007)
    whole = x.copy()
    whole_gains = DynamicEq(BANDS, 44100).process(whole)
    for seed in range(3):
        stage, y = DynamicEq(BANDS, 44100), x.copy()
        gains = [stage.process(y[:, part]) for part in oracles.pieces(10007, stage.cell, seed)]
        assert np.array_equal(y, whole)
        assert np.array_equal(np.concatenate(gains), whole_gains)


def test_idle_dynamic_equaliser_changes_no_bit(kernels: str) -> None:
    x = swell(10007)
    y = x.copy()
    DynamicEq([DynamicBand(1000, 1, Curve(20, 4)), DynamicBand(4000, 1, Curve(20, 4))], 48000).process(y)
    assert np.array_equal(x, y)


def test_no_band_changes_no_bit(kernels: str) -> None:
    x = swell(1000)
    y = x.copy()
    assert not DynamicEq([], 48000).process(y).any()
    assert np.array_equal(x, y)


@pytest.mark.parametrize("level_dbfs", [-50.0, -28.0, -20.0, -10.0])
def test_dynamic_equaliser_settles_on_its_static_curve(kernels: str, level_dbfs: float) -> None:
    curve = Curve(-30, 4, knee_db=6, range_db=18, attack_ms=5, release_ms=30)
    x = np.tile(oracles.sine(3000, level_dbfs, 24000, 48000), (2, 1))
    y = x.copy()
    gains = DynamicEq([DynamicBand(3000, 2, curve)], 48000).process(y)
    expected_db = oracles.reduction_db(level_dbfs, curve)
    assert gains[-1, 0] == pytest.approx(expected_db, abs=0.05)
    # At the centre the bell's gain is the gain computed.
    ratio = np.sqrt((y[0, 12000:] ** 2).mean() / (x[0, 12000:] ** 2).mean())
    assert 20 * np.log10(ratio) == pytest.approx(expected_db, abs=0.05)


def test_relative_threshold_does_not_depend_on_level(kernels: str) -> None:
    rng = np.random.default_rng(6)
    speech = 0.3 * rng.standard_normal((2, 24000))
    speech[:, 12000:] += np.tile(oracles.sine(7000, -6, 12000, 48000), (2, 1))
    band = [DynamicBand(7000, 2, Curve(-9, 4, attack_ms=2), relative=True)]
    loud, quiet = (speech * 0.5).astype(np.float32), (speech * 0.5 / 128).astype(np.float32)
    of_loud, of_quiet = DynamicEq(band, 48000).process(loud), DynamicEq(band, 48000).process(quiet)
    assert of_loud.min() < -3
    assert of_loud == pytest.approx(of_quiet, abs=1e-4)
    assert loud == pytest.approx(quiet * 128, abs=1e-6)


def test_too_many_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 4"):
        DynamicEq([*BANDS, BANDS[0]], 44100)


@pytest.mark.parametrize("stage", [MultibandCompressor(CROSSOVERS_HZ, IDLE, None, 44100), DynamicEq(BANDS, 44100)])
def test_only_stereo_is_taken(stage: MultibandCompressor | DynamicEq) -> None:
    with pytest.raises(ValueError, match="2 channels"):
        stage.process(np.zeros((1, 64), np.float32))
