from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.true_peak import TruePeak, TruePeakCells, polyphase, true_peak_cells

OVERSAMPLINGS = (2, 4, 8, 16)


def noise(n_channels: int = 2, n_samples: int = 3011) -> np.ndarray:
    rng = np.random.default_rng(5)
    swell = 0.05 + np.abs(np.sin(np.linspace(0, 9, n_samples)))
    return (0.3 * swell * rng.standard_normal((n_channels, n_samples))).astype(np.float32)


def waveform_tops(x: np.ndarray, oversampling: int, n_taps: int = 24) -> np.ndarray:
    """The slow reference: magnitude at and behind each sample; the swing beyond an end counts for the end sample."""
    half = n_taps // 2
    filters = polyphase(oversampling, n_taps).astype(np.float64)
    n = x.shape[1]
    padded = np.pad(x.astype(np.float64), ((0, 0), (n_taps, n_taps)))
    positions = np.arange(-half, n + half)
    tops = np.zeros((x.shape[0], len(positions)))
    for row in filters:
        for channel, samples in enumerate(padded):
            values = np.correlate(samples, row, "valid")[positions + n_taps - half + 1]
            tops[channel] = np.maximum(tops[channel], np.abs(values))
    tops[:, half] = tops[:, : half + 1].max(axis=1)
    tops[:, -half - 1] = tops[:, -half - 1 :].max(axis=1)
    return tops[:, half:-half]


def by_cell(tops: np.ndarray, cell: int) -> np.ndarray:
    tops = tops.max(axis=0)
    return np.pad(tops, (0, -len(tops) % cell)).reshape(-1, cell).max(axis=1)


@pytest.mark.parametrize("oversampling", OVERSAMPLINGS)
def test_filters(oversampling: int) -> None:
    filters = polyphase(oversampling)
    assert filters.dtype == np.float32
    assert filters[0].tolist() == [0.0] * 11 + [1.0] + [0.0] * 12
    assert filters.sum(axis=1) == pytest.approx(1.0, abs=1e-6)
    for p in range(1, oversampling):
        assert np.allclose(filters[p], filters[oversampling - p][::-1], atol=1e-7)
    assert np.array_equal(filters, polyphase(16)[:: 16 // oversampling])


def test_filters_follow_sines() -> None:
    k = np.arange(-11, 13)
    for p, row in enumerate(polyphase(8)):
        for frequency in np.linspace(0, 0.42, 85):
            gain = row @ np.exp(2j * np.pi * frequency * (k - p / 8))
            assert abs(gain - 1) < 0.0018  # 0.016 dB


def test_wrong_filters_are_refused() -> None:
    with pytest.raises(ValueError, match="oversampling is 3"):
        polyphase(3)
    with pytest.raises(ValueError, match="n_taps is 7"):
        polyphase(8, 7)
    with pytest.raises(ValueError, match="at least 1"):
        TruePeakCells(2, 0)
    with pytest.raises(ValueError, match="1 channels, expected 2"):
        TruePeak(2).push(noise(1))


@pytest.mark.parametrize("n_taps", [4, 24, 64])
@pytest.mark.parametrize("cell", [1, 7, 32, 100])
@pytest.mark.parametrize("oversampling", OVERSAMPLINGS)
def test_cells_equal_the_reference(oversampling: int, cell: int, n_taps: int) -> None:
    x = noise()
    found = true_peak_cells(x, cell, oversampling=oversampling, n_taps=n_taps)
    assert found == pytest.approx(by_cell(waveform_tops(x, oversampling, n_taps), cell), abs=4e-7)


@pytest.mark.parametrize("floor", [0.05, 0.3, 2.0])
def test_cells_are_exact_above_the_floor_only(floor: float) -> None:
    x = noise()
    exact, found = true_peak_cells(x, 32), true_peak_cells(x, 32, floor=floor)
    assert np.array_equal(found[exact > floor], exact[exact > floor])
    assert np.all(found[exact <= floor] <= floor)
    samples = by_cell(np.abs(x), 32)
    assert np.all(found >= samples)


@pytest.mark.parametrize("cell", [32, 37])
def test_cells_do_not_depend_on_the_split(cell: int) -> None:
    x = noise()
    cells = TruePeakCells(2, cell)
    parts = [cells.push(block) for block in np.split(x, [1, 1, 30, 1000, 1001, 3005], axis=1)]
    assert np.array_equal(np.concatenate([*parts, cells.finish()]), true_peak_cells(x, cell))
    assert len(cells.finish()) == 0


@pytest.mark.parametrize("n_samples", [0, 1, 5, 32, 33])
def test_short_sound_has_its_cells(n_samples: int) -> None:
    x = noise()[:, :n_samples]
    found = true_peak_cells(x, 32)
    assert len(found) == -(-n_samples // 32)
    if n_samples:
        assert found == pytest.approx(by_cell(waveform_tops(x, 8), 32), abs=4e-7)


@pytest.mark.parametrize("oversampling", OVERSAMPLINGS)
def test_peak_and_place_equal_the_reference(oversampling: int) -> None:
    x = noise()
    detector = TruePeak(2, oversampling=oversampling)
    for block in np.split(x, [1, 8, 500, 2999], axis=1):
        detector.push(block)
    peaks, places = detector.finish()
    tops = waveform_tops(x, oversampling)
    assert peaks == pytest.approx(tops.max(axis=1), abs=4e-7)
    assert places.tolist() == tops.argmax(axis=1).tolist()


@pytest.mark.parametrize("side", [slice(None), slice(None, None, -1)])
def test_waveform_beyond_the_ends_counts(side: slice) -> None:
    x = np.zeros((1, 100), np.float32)
    x[0, :24:2], x[0, 1:24:2] = 1.0, -1.0
    x[0, 0] = 1.0
    x[0, 1] = 1.0  # the largest swing lies between two equal samples at the very edge
    detector = TruePeak(1)
    detector.push(np.ascontiguousarray(x[:, side]))
    assert detector.finish()[0][0] == pytest.approx(waveform_tops(x, 8).max(), abs=4e-7)


def test_a_block_that_is_a_view_with_gaps_is_refused() -> None:
    with pytest.raises(ValueError, match="contiguous"):
        TruePeak(2).push(noise()[:, ::2])
