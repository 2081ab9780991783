from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tonmeister.dsp.meter import Meter
from tonmeister.dsp.true_peak import REACH, TruePeak, TruePeakCells, polyphase, true_peak_cells

OVERSAMPLINGS = (2, 4, 8, 16)


def noise(n_channels: int = 2, n_samples: int = 3011) -> np.ndarray:
    rng = np.random.default_rng(5)
    swell = 0.05 + np.abs(np.sin(np.linspace(0, 9, n_samples)))
    return (0.3 * swell * rng.standard_normal((n_channels, n_samples))).astype(np.float32)


def waveform_tops(x: np.ndarray, oversampling: int) -> np.ndarray:
    """The slow reference: magnitude at and behind each sample; the swing beyond an end counts for the end sample."""
    half, n_taps = REACH, 2 * REACH
    filters = polyphase(oversampling).astype(np.float64)
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
    assert filters[0].tolist() == [0.0] * (REACH - 1) + [1.0] + [0.0] * REACH
    assert filters.sum(axis=1) == pytest.approx(1.0, abs=1e-6)
    for p in range(1, oversampling):
        assert np.allclose(filters[p], filters[oversampling - p][::-1], atol=1e-7)
    assert np.array_equal(filters, polyphase(16)[:: 16 // oversampling])


def test_filters_follow_sines() -> None:
    k = np.arange(1 - REACH, REACH + 1)
    frequencies = np.linspace(0, 0.48, 193)
    for p, row in enumerate(polyphase(16)):
        gains = np.exp(2j * np.pi * frequencies[:, None] * (k - p / 16)) @ row
        assert np.abs(gains - 1).max() < 0.0016  # 0.014 dB


def test_filters_lift_nothing() -> None:
    frequencies = np.linspace(0, 0.5, 501)
    for row in polyphase(16):
        gains = np.exp(2j * np.pi * frequencies[:, None] * np.arange(2 * REACH)) @ row
        assert np.abs(gains).max() < 1.0016


def fourier_peak(x: np.ndarray, factor: int = 64) -> float:
    """The true peak of one period of a periodic sound, by Fourier's series; ``x`` holds nothing at half the rate."""
    spectrum = np.fft.rfft(x.astype(np.float64))
    spectrum[-1] = 0
    return float(np.abs(np.fft.irfft(spectrum, factor * len(x)) * factor).max())


def edge_sounds() -> Iterator[tuple[str, np.ndarray]]:
    """Periods of 4096 samples with content up to 0.46 of the sample rate, at full level."""
    n = 4096
    rng = np.random.default_rng(21)
    bins = np.arange(n // 2 + 1)
    for share in (0.42, 0.44, 0.4535, 0.46):
        at = round(share * n)
        for degrees in (7.0, 33.0, 71.0):
            yield f"sine {share} {degrees}", np.sin(2 * np.pi * at / n * np.arange(n) + np.deg2rad(degrees))
        pair = np.zeros(n // 2 + 1, complex)
        pair[at], pair[at - 37] = np.exp(1j * rng.uniform(0, 2 * np.pi, 2))
        yield f"two tones {share}", np.fft.irfft(pair)
    for low, high in ((0.0, 0.46), (0.4, 0.46), (0.45, 0.46)):
        for _ in range(4):
            band = (bins >= low * n) & (bins <= high * n)
            yield f"noise {low} {high}", np.fft.irfft(band * np.exp(1j * rng.uniform(0, 2 * np.pi, len(bins))))


@pytest.mark.parametrize(("oversampling", "grid_db"), [(8, 0.143), (16, 0.036)])
def test_content_up_to_the_edge_reads_as_by_fourier(oversampling: int, grid_db: float) -> None:
    for name, period in edge_sounds():
        x = (period / np.abs(period).max()).astype(np.float32)
        found = float(true_peak_cells(np.tile(x, 3)[None], 32, oversampling=oversampling)[128:256].max())
        deviation_db = 20 * np.log10(found / fourier_peak(x))
        # The grid of positions may miss the crest, by this much of a sine at 0.46; the filters add 0.014 dB.
        assert -grid_db - 0.014 < deviation_db < 0.014, name


@pytest.mark.parametrize("sample_rate", [44100, 48000, 96000])
def test_meter_reads_tones_below_the_edge_within_a_tenth(sample_rate: int) -> None:
    t = np.arange(sample_rate)
    for share in (0.3, 0.42, 0.4535, 0.46, 0.4762):
        for degrees in (0.0, 45.0, 80.0):
            tone = 0.9 * np.sin(2 * np.pi * round(share * sample_rate) / sample_rate * t + np.deg2rad(degrees))
            ramp = np.minimum(1, np.minimum(t, t[::-1]) / 4000)
            for oversampling in (8, 16):
                meter = Meter(sample_rate, 1, oversampling=oversampling)
                meter.push((tone * ramp)[None].astype(np.float32))
                assert meter.finish().true_peak_dbtp == pytest.approx(20 * np.log10(0.9), abs=0.1), (share, degrees)


def test_wrong_filters_are_refused() -> None:
    with pytest.raises(ValueError, match="oversampling is 3"):
        polyphase(3)
    with pytest.raises(ValueError, match="at least 1"):
        TruePeakCells(2, 0)
    with pytest.raises(ValueError, match="1 channels, expected 2"):
        TruePeak(2).push(noise(1))


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("cell", [1, 7, 32, 100])
@pytest.mark.parametrize("oversampling", OVERSAMPLINGS)
def test_cells_equal_the_reference(oversampling: int, cell: int) -> None:
    x = noise()
    found = true_peak_cells(x, cell, oversampling=oversampling)
    assert found == pytest.approx(by_cell(waveform_tops(x, oversampling), cell), abs=6e-7)


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
    x = noise(n_samples=40011)
    cells = TruePeakCells(2, cell)
    parts = [cells.push(block) for block in np.split(x, [1, 1, 30, 1000, 1001, 3005, 35900], axis=1)]
    assert np.array_equal(np.concatenate([*parts, cells.finish()]), true_peak_cells(x, cell))
    assert len(cells.finish()) == 0


@pytest.mark.parametrize("n_samples", [0, 1, 5, 32, 33])
def test_short_sound_has_its_cells(n_samples: int) -> None:
    x = noise()[:, :n_samples]
    found = true_peak_cells(x, 32)
    assert len(found) == -(-n_samples // 32)
    if n_samples:
        assert found == pytest.approx(by_cell(waveform_tops(x, 8), 32), abs=6e-7)


@pytest.mark.parametrize("oversampling", OVERSAMPLINGS)
def test_peak_and_place_equal_the_reference(oversampling: int) -> None:
    x = noise()
    detector = TruePeak(2, oversampling=oversampling)
    for block in np.split(x, [1, 8, 500, 2999], axis=1):
        detector.push(block)
    peaks, places = detector.finish()
    tops = waveform_tops(x, oversampling)
    assert peaks == pytest.approx(tops.max(axis=1), abs=6e-7)
    assert places.tolist() == tops.argmax(axis=1).tolist()


@pytest.mark.parametrize("side", [slice(None), slice(None, None, -1)])
def test_waveform_beyond_the_ends_counts(side: slice) -> None:
    x = np.zeros((1, 100), np.float32)
    x[0, :24:2], x[0, 1:24:2] = 1.0, -1.0
    x[0, 0] = 1.0
    x[0, 1] = 1.0  # the largest swing lies between two equal samples at the very edge
    detector = TruePeak(1)
    detector.push(np.ascontiguousarray(x[:, side]))
    assert detector.finish()[0][0] == pytest.approx(waveform_tops(x, 8).max(), abs=6e-7)


def test_of_equal_peaks_the_first_has_the_place() -> None:
    x = np.tile(np.array([0, 0.5, 0.9, 0.5, 0, -0.5, -0.9, -0.5], np.float32), 100)[None]
    x[0, :400] *= 0.5
    x[0, 604] = 0.01
    detector = TruePeak(1)
    for block in np.split(x, [450, 701], axis=1):
        detector.push(block)
    tops = waveform_tops(x, 8)[0]
    assert detector.finish()[1][0] == int(np.flatnonzero(tops > tops.max() - 1e-6)[0])


def test_a_block_that_is_a_view_with_gaps_is_refused() -> None:
    with pytest.raises(ValueError, match="contiguous"):
        TruePeak(2).push(noise()[:, ::2])
