"""The long-term spectrum: Welch's mean of short spectra, third-octave levels, tilt, noise floor, and width by band."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.dsp.native import INT, LONG, POINTER, address, bind, planar
from tonmeister.dsp.stereo import measure_correlation, measure_width_percent

BANDS_HZ = ((20.0, 120.0), (120.0, 1000.0), (1000.0, 5000.0), (5000.0, 20000.0))
"""Low, low mid, high mid, high: where correlation and width are told apart."""

THIRD_OCTAVES_HZ = (
    25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0, 1000.0,
    1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10000.0, 12500.0, 16000.0, 20000.0,
)  # fmt: skip
"""Nominal centre frequencies of IEC 61260-1, in Hz."""

_CENTRES_HZ = 1000 * 10 ** (np.arange(-16, 14) / 10)

TILT_RANGE_HZ = (100.0, 10000.0)
QUIET_PERCENTILE = 5.0


def frame_length(sample_rate: int) -> int:
    """Return the length of a frame: 4096 samples at 44.1 and 48 kHz, and about as many milliseconds at any rate.

    Parameters
    ----------
    sample_rate
        In Hz.

    Returns
    -------
    int
        A power of two, at least 256.

    Examples
    --------
    >>> [frame_length(rate) for rate in (44100, 48000, 96000, 192000)]
    [4096, 4096, 8192, 16384]
    """
    return max(256, 1 << round(math.log2(4096 * sample_rate / 46000)))


@dataclass(frozen=True)
class Spectrum:
    """Mean power spectrum of a sound.

    Attributes
    ----------
    sample_rate
        In Hz.
    power
        float64, shape (n_channels, n_bins): mean square per bin; bin k lies at ``k * resolution_hz``. A sine of
        amplitude 1 adds up to 0.5 over its bins.
    mid, side
        float64, shape (n_bins,): power per bin of (L + R) / 2 and (L - R) / 2 of the first two channels; empty for
        mono.
    frame_power
        float64, shape (n_frames,): mean square of each frame, over all channels.
    """

    sample_rate: int
    power: NDArray[np.float64]
    mid: NDArray[np.float64]
    side: NDArray[np.float64]
    frame_power: NDArray[np.float64]

    @property
    def resolution_hz(self) -> float:
        """Distance of two bins in Hz."""
        return self.sample_rate / 2 / (int(self.power.shape[1]) - 1)

    def mean(self) -> NDArray[np.float64]:
        """Return the power per bin, mean of the channels: float64, shape (n_bins,)."""
        result: NDArray[np.float64] = self.power.mean(axis=0)
        return result

    @property
    def product(self) -> NDArray[np.float64]:
        """Real part of the cross spectrum of left and right per bin: float64, shape (n_bins,)."""
        return self.mid - self.side

    def band(self, low_hz: float, high_hz: float) -> tuple[float, float, float]:
        """Return energy of left, energy of right and their product between two frequencies in Hz."""
        rows = np.stack([self.power[0], self.power[1], self.product])
        left, right, product = sum_band(rows, self.resolution_hz, np.array([low_hz]), np.array([high_hz]))[:, 0]
        return float(left), float(right), float(product)

    def correlation_by_band(self) -> tuple[float, ...]:
        """Return the correlation in each of `BANDS_HZ`; nan where a band is silent or beyond half the sample rate."""
        return tuple(measure_correlation(*self.band(*edges)) for edges in BANDS_HZ)

    def width_percent_by_band(self) -> tuple[float, ...]:
        """Return the width in each of `BANDS_HZ`; nan where a band is silent or beyond half the sample rate."""
        return tuple(measure_width_percent(*self.band(*edges)) for edges in BANDS_HZ)


class Welch:
    """Mean of the spectra of Hann-windowed frames; streaming, independent of the split into blocks.

    Parameters
    ----------
    sample_rate
        In Hz.
    n_channels
        Number of channels.
    overlapping
        Let frames overlap by half, so that every sample counts alike; without it frames stand side by side, for half
        the work.

    Examples
    --------
    >>> welch = Welch(48000, 1)
    >>> welch.push(np.ones((1, 48000), np.float32))
    >>> welch.finish().power.shape
    (1, 2049)
    """

    def __init__(self, sample_rate: int, n_channels: int, *, overlapping: bool = True) -> None:
        self.sample_rate = sample_rate
        self.n_channels = n_channels
        self._n = n = frame_length(sample_rate)
        self._hop = n // 2 if overlapping else n
        self._window, self._twiddles, self._reversal = _constants(n)
        self._work = np.empty(16 * n + 8, np.float32)
        self._waiting = np.empty((n_channels, 0), np.float32)
        self._rows = np.zeros(((n_channels + 1) // 2, 4, n // 2 + 1))
        constants = (self._window, self._twiddles, self._reversal, self._work)
        self._addresses = tuple(address(array) for array in constants)
        self._frame_power: list[NDArray[np.float64]] = []

    def push(self, block: NDArray[np.float32]) -> None:
        """Add sound: float32, shape (n_channels, any number of samples)."""
        planar(block)
        if block.shape[0] != self.n_channels:
            raise ValueError(f"the block has {block.shape[0]} channels, expected {self.n_channels}")
        x = np.concatenate([self._waiting, block], axis=1) if self._waiting.size else block
        start, batch = 0, 7 * self._hop + self._n
        while x.shape[1] - start >= batch:
            self._add(x[:, start : start + batch], 8)
            start += 8 * self._hop
        self._waiting = x[:, start:].copy()

    def finish(self) -> Spectrum:
        """Return the mean. What does not fill a last frame is left out, unless it is all there is.

        Returns
        -------
        Spectrum
            The mean over all frames; silence for no sound at all.
        """
        n_whole = (self._waiting.shape[1] - self._n) // self._hop + 1
        if n_whole > 0:
            self._add(self._waiting, n_whole)
        elif not self._frame_power and self._waiting.size:
            filled = np.zeros((self.n_channels, self._n), np.float32)
            shift = (self._n - self._waiting.shape[1]) // 2
            filled[:, shift : shift + self._waiting.shape[1]] = self._waiting
            self._add(filled, 1)
        self._waiting = self._waiting[:, :0]
        frames = np.concatenate([np.empty(0), *self._frame_power])
        means = self._rows / max(1, len(frames))
        means[:, :, [0, -1]] /= 2  # 0 Hz and half the sample rate have no twin at a negative frequency
        power = means[:, :2].reshape(-1, means.shape[2])[: self.n_channels]
        mid, side = means[0, 2:] if self.n_channels > 1 else np.empty((2, 0))
        return Spectrum(self.sample_rate, power, mid, side, frames)

    def _add(self, x: NDArray[np.float32], n_frames: int) -> None:
        data, stride = planar(x)
        total = np.zeros(8)
        for pair, rows in enumerate(self._rows):
            left = data + 8 * pair * stride
            right = left + 4 * stride if 2 * pair + 1 < self.n_channels else None
            sums = np.empty(8)
            _add_spectra()(
                left, right, self._hop, n_frames, self._n, *self._addresses, address(rows), address(sums),
            )  # fmt: skip
            total += sums
        # The window's scale holds 2 / (n * sum of its squares); here the sum of squares alone is wanted.
        self._frame_power.append(total[:n_frames] * (self._n / 2 / self.n_channels))


@functools.cache
def _constants(n: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """Return window, twiddle factors (re, im) and bit reversal of a frame of ``n`` samples."""
    angles = 2 * np.pi * np.arange(n) / n
    hann = 0.5 - 0.5 * np.cos(angles)
    # With this scale all bins together hold the mean square of the sound.
    window = (hann * math.sqrt(2 / (n * np.sum(hann**2)))).astype(np.float32)
    twiddles = np.stack([np.cos(angles), -np.sin(angles)], axis=1).astype(np.float32)
    reversal = np.zeros(1, np.int32)
    while len(reversal) < n:
        reversal = np.concatenate([2 * reversal, 2 * reversal + 1]).astype(np.int32)
    return window, np.ascontiguousarray(twiddles), reversal


@functools.cache
def _add_spectra() -> Callable[..., Any]:
    return bind("add_spectra", POINTER, POINTER, LONG, INT, LONG, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER)


def sum_band(
    power: NDArray[np.float64], resolution_hz: float, low_hz: ArrayLike, high_hz: ArrayLike
) -> NDArray[np.float64]:
    """Add up the power between frequencies; bins cut by an edge count in part.

    Parameters
    ----------
    power
        Shape (n_rows, n_bins).
    resolution_hz
        Distance of two bins.
    low_hz, high_hz
        Edges, shape (n_bands,).

    Returns
    -------
    ndarray
        float64, shape (n_rows, n_bands).

    Examples
    --------
    >>> sum_band(np.ones((1, 9)), 10.0, [15.0], [35.0]).tolist()
    [[2.0]]
    """
    running = np.concatenate([np.zeros((len(power), 1)), np.cumsum(power, axis=1)], axis=1)
    edges = (np.arange(running.shape[1]) - 0.5) * resolution_hz
    low, high = np.asarray(low_hz, np.float64), np.asarray(high_hz, np.float64)
    return np.stack([np.interp(high, edges, row) - np.interp(low, edges, row) for row in running])


def measure_third_octaves_dbfs(power: NDArray[np.float64], resolution_hz: float) -> tuple[tuple[float, float], ...]:
    """Measure the level in each third of an octave.

    Parameters
    ----------
    power
        Mean square per bin, shape (n_bins,) (`Spectrum.mean`, `.mid`, `.side`).
    resolution_hz
        Distance of two bins.

    Returns
    -------
    tuple of pairs
        Nominal centre frequency in Hz, level in dBFS (a sine of amplitude 1 has -3.01 dBFS; -inf for silence).
        Bands that reach beyond half the sample rate are left out.

    Notes
    -----
    Centre frequencies ``1000 * 10 ** (k / 10)`` and edges a twentieth of a decade to either side after IEC 61260-1,
    base 10. The filters are those of the Hann-windowed spectrum, so the narrow bands at the bottom leak
    into their neighbours: 0.4 dB at 100 Hz, 0.1 dB from 250 Hz on.

    Examples
    --------
    >>> levels = measure_third_octaves_dbfs(np.full(2049, 1e-6), 48000 / 4096)
    >>> levels[-1][0]
    20000.0
    """
    low, high = _CENTRES_HZ * 10**-0.05, _CENTRES_HZ * 10**0.05
    kept = high <= (len(power) - 1) * resolution_hz
    sums = sum_band(power[None], resolution_hz, low[kept], high[kept])[0]
    with np.errstate(divide="ignore"):
        levels = 10 * np.log10(np.maximum(sums, 0))
    return tuple((nominal, float(level)) for nominal, level in zip(THIRD_OCTAVES_HZ, levels, strict=False))


def measure_tilt_db_per_octave(power: NDArray[np.float64], resolution_hz: float) -> float:
    """Measure how steeply the spectral density falls between 100 Hz and 10 kHz.

    Parameters
    ----------
    power
        Mean square per bin, shape (n_bins,).
    resolution_hz
        Distance of two bins.

    Returns
    -------
    float
        dB per octave: the slope of the straight line nearest to the third-octave bands' density: 0 for white noise, -3
        for pink noise; nan in silence.

    Examples
    --------
    >>> abs(round(measure_tilt_db_per_octave(np.full(2049, 1e-6), 48000 / 4096), 6))
    0.0
    """
    levels = measure_third_octaves_dbfs(power, resolution_hz)
    points = [
        (math.log2(_CENTRES_HZ[k]), level - 10 * math.log10(_CENTRES_HZ[k]))
        for k, (nominal, level) in enumerate(levels)
        if TILT_RANGE_HZ[0] <= nominal <= TILT_RANGE_HZ[1] and math.isfinite(level)
    ]
    if len(points) < 3:
        return math.nan
    octaves, densities = np.array(points).T
    octaves -= octaves.mean()
    return float(octaves @ densities / (octaves @ octaves))


def estimate_noise_floor_dbfs(frame_power: NDArray[np.float64]) -> tuple[float, float]:
    """Estimate the level of the noise behind the music, from the quietest frames.

    Parameters
    ----------
    frame_power
        Mean square per frame (`Spectrum.frame_power`).

    Returns
    -------
    level_dbfs
        RMS level below which the quietest 5 % of all frames lie that are not digital silence; nan where all are.
    confidence
        0 to 1: how far that lies below the median frame, 1 from 30 dB on. Music without a pause shows its own quiet
        passages instead of its noise, and little confidence.

    Examples
    --------
    >>> estimate_noise_floor_dbfs(np.array([1e-8, 1e-2, 1e-2, 1e-2]))
    (-80.0, 1.0)
    """
    sounding = frame_power[frame_power > 1e-20]
    if not len(sounding):
        return math.nan, 0.0
    levels = np.sort(10 * np.log10(sounding))
    floor = float(levels[int((len(levels) - 1) * QUIET_PERCENTILE / 100)])
    # np.median would import numpy.ma, which takes longer than measuring a song
    distance = float(levels[(len(levels) - 1) // 2] + levels[len(levels) // 2]) / 2 - floor
    return floor, min(1.0, distance / 30)
