from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import signal

from tonmeister.dsp.loudness import (
    KWeightedPower,
    channel_weights,
    k_weighting,
    loudness_lufs,
    measure_integrated_lufs,
    measure_momentary_lufs,
    measure_power,
    measure_range_lu,
    measure_short_term_lufs,
    window_means,
)


def noise(n_channels: int, n_samples: int, seed: int = 1) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((n_channels, n_samples))).astype(np.float32)


def k_weighted(x: np.ndarray, sample_rate: int) -> np.ndarray:
    """The slow reference: SciPy's second-order sections in float64."""
    return signal.sosfilt(np.insert(k_weighting(sample_rate), 3, 1.0, axis=1), x.astype(np.float64), axis=1)


@pytest.mark.parametrize("n_channels", [1, 2, 3, 6])
@pytest.mark.parametrize("sample_rate", [8000, 44100, 96000])
def test_power_equals_the_reference(sample_rate: int, n_channels: int) -> None:
    x = noise(n_channels, sample_rate + 17)
    power = KWeightedPower(sample_rate, n_channels)
    power.push(x)
    y = k_weighted(x, sample_rate)
    cells = y[:, :sample_rate].reshape(n_channels, 100, -1)
    assert power.energies() == pytest.approx((cells**2).mean(axis=2), rel=1e-11)
    assert power.products().shape == (n_channels // 2, 100)
    for pair, products in enumerate(power.products()):
        assert products == pytest.approx((cells[2 * pair] * cells[2 * pair + 1]).mean(axis=1), abs=1e-14)


def test_power_in_cells_of_some_samples() -> None:
    x = noise(2, 1000)
    power = KWeightedPower(48000, 2, cell_samples=32)
    power.push(x)
    assert power.energies() == pytest.approx((k_weighted(x, 48000)[:, :992].reshape(2, 31, 32) ** 2).mean(2), rel=1e-11)


@pytest.mark.parametrize("sample_rate", [11025, 44100, 11127])
def test_any_split_into_blocks_gives_the_same_bits(sample_rate: int) -> None:
    x = noise(3, 20000)
    whole, parts = KWeightedPower(sample_rate, 3), KWeightedPower(sample_rate, 3)
    whole.push(x)
    for block in np.split(x, [1, 1, 2, 111, 5000, 19999], axis=1):
        parts.push(block)
    assert np.array_equal(whole.energies(), parts.energies())
    assert np.array_equal(whole.products(), parts.products())


def test_cells_end_at_the_nearest_sample_where_the_rate_is_odd() -> None:
    power = KWeightedPower(11025, 1)
    power.push(noise(1, 11025))
    assert power.energies().shape == (1, 100)


def test_filters_settle_to_exact_silence() -> None:
    power = KWeightedPower(48000, 1)
    power.push(noise(1, 4800))
    power.push(np.zeros((1, 48000 * 12), np.float32))
    assert power.energies()[0, -1] == 0.0


def test_wrong_blocks_are_refused() -> None:
    power = KWeightedPower(48000, 2)
    with pytest.raises(ValueError, match="3 channels, expected 2"):
        power.push(noise(3, 10))
    with pytest.raises(ValueError, match="float32"):
        power.push(np.zeros((2, 10)))
    with pytest.raises(ValueError, match="at least 1"):
        KWeightedPower(48000, 2, cell_samples=0)
    with pytest.raises(ValueError, match="4000 Hz"):
        k_weighting(2000)


def test_weights() -> None:
    assert channel_weights(1).tolist() == [1.0]
    assert channel_weights(8).tolist() == [1, 1, 1, 0, 1, 1, 1.41, 1.41]
    assert channel_weights(3, layout=("L", "C", "LFE")).tolist() == [1, 1, 0]
    with pytest.raises(ValueError, match="1 to 8"):
        channel_weights(9)
    with pytest.raises(ValueError, match="names 2 channels"):
        channel_weights(3, layout=("L", "R"))
    with pytest.raises(ValueError, match="unknown loudspeakers"):
        channel_weights(2, layout=("L", "Z"))


def test_low_frequency_effects_do_not_count_and_surround_counts_more() -> None:
    energies = np.ones((6, 100))
    assert measure_integrated_lufs(measure_power(energies)) == pytest.approx(-0.691 + 10 * math.log10(3 + 2 * 1.41))


@pytest.mark.parametrize("n_window", [1, 3, 40])
@pytest.mark.parametrize("n_cells", [0, 2, 3, 39, 40, 41, 200])
def test_window_means_equal_the_sliding_mean(n_cells: int, n_window: int) -> None:
    cells = np.random.default_rng(0).random(n_cells)
    expected = [cells[k : k + n_window].mean() for k in range(n_cells - n_window + 1)]
    assert window_means(cells, n_window) == pytest.approx(np.array(expected), rel=1e-12)


def test_silence_after_loud_sound_is_silence() -> None:
    cells = np.concatenate([np.full(1000, 1e4), np.zeros(500)])
    assert measure_short_term_lufs(cells)[-1] == -math.inf
    assert measure_momentary_lufs(cells)[-1] == -math.inf


def test_what_is_too_short_has_no_loudness() -> None:
    assert measure_integrated_lufs(np.ones(39)) == -math.inf
    assert math.isfinite(measure_integrated_lufs(np.ones(40)))
    assert math.isnan(measure_range_lu(np.ones(299)))
    assert math.isnan(measure_range_lu(np.zeros(900)))
    assert len(measure_momentary_lufs(np.ones(39))) == 0


def test_gates_leave_out_quiet_passages() -> None:
    loud, quiet, hush = (10 ** ((level + 0.691) / 10) for level in (-20.0, -40.0, -75.0))
    power = np.repeat([hush, loud, quiet], 10000)
    assert measure_integrated_lufs(power) == pytest.approx(-20.0, abs=0.02)
    assert loudness_lufs(power.mean()) == pytest.approx(-24.7, abs=0.1)  # so the gates do decide


@pytest.mark.parametrize("cell_s", [32 / 44100, 32 / 48000, 0.003])
def test_integrated_from_other_cells_is_the_same(cell_s: float) -> None:
    rng = np.random.default_rng(3)
    sample_rate = 44100
    steps = np.repeat(rng.uniform(0.001, 1, 60), sample_rate // 2)
    fine = np.add.reduceat(steps, np.arange(0, len(steps), 441)) / 441
    edges = np.floor(np.arange(int(len(steps) / (cell_s * sample_rate)) + 1) * cell_s * sample_rate + 0.5).astype(int)
    coarse = np.add.reduceat(steps[: edges[-1]], edges[:-1]) / np.diff(edges)
    assert measure_integrated_lufs(coarse, cell_s=cell_s) == pytest.approx(measure_integrated_lufs(fine), abs=0.01)


def test_integrated_needs_a_whole_block_in_other_cells_too() -> None:
    assert measure_integrated_lufs(np.ones(100), cell_s=0.003) == -math.inf
    assert measure_integrated_lufs(np.ones(134), cell_s=0.003) == pytest.approx(-0.691)
