"""Curves that onsets are heard by: the levels of mel bands over time, and their rise.

`BandLevels` turns sound into levels, block by block; `spectral_flux` turns levels into rises. All times are exact:
frame ``j`` is centred on sample ``j * HOP_SAMPLES`` at `RATE_HZ`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE_HZ = 22_050
FRAME_SAMPLES = 1024
HOP_SAMPLES = 256
FRAME_S = HOP_SAMPLES / RATE_HZ
N_BANDS = 40
LOWEST_HZ, HIGHEST_HZ = 30.0, 10_000.0
FLOOR_DB = -120.0
GROUP_EDGES_HZ = (0.0, 160.0, 700.0, 3200.0, 11_025.0)
"""Edges of the groups of bands whose rises are kept apart: kick and bass, body, presence, cymbals."""


class Spectra(NamedTuple):
    """Power of two channels together and what they share, each float32 of shape (frames, bins)."""

    power: Floats
    shared: Floats


def pair_spectra(frames: NDArray[np.complex64], n_bins: int) -> Spectra:
    """Return the spectra of stereo frames that hold the left channel as real, the right one as imaginary part.

    Parameters
    ----------
    frames
        Windowed, shape (frames, samples).
    n_bins
        Bins to return, from 0 Hz upwards.

    Returns
    -------
    Spectra
        ``power`` is the sum of both channels' powers, so that opposite channels do not cancel; ``shared`` is the real
        part of their cross-spectrum, twice: equal to ``power`` for equal channels, 0 for unrelated ones.
    """
    z = np.fft.fft(frames, axis=1)
    front = z[:, :n_bins]
    back = np.conj(z[:, (-np.arange(n_bins)) % z.shape[1]])
    left, right = 0.5 * (front + back), -0.5j * (front - back)
    power = np.square(left.real) + np.square(left.imag) + np.square(right.real) + np.square(right.imag)
    shared = 2 * (left.real * right.real + left.imag * right.imag)
    return Spectra(power.astype(np.float32), shared.astype(np.float32))


class FrameStream:
    """Cuts sound into overlapping frames, whatever blocks it comes in; the first is centred on the first sample.

    Parameters
    ----------
    n_frame, n_hop
        Samples in a frame and between the beginnings of neighbouring ones.
    """

    def __init__(self, n_frame: int, n_hop: int):
        self.n_frame, self.n_hop = n_frame, n_hop
        self._rest = np.zeros(n_frame // 2, np.complex64)

    def push(self, block: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take sound, and return a view of the frames that are whole: shape (frames, samples)."""
        sound = np.concatenate([self._rest, block])
        n_frames = max(0, (len(sound) - self.n_frame) // self.n_hop + 1)
        self._rest = sound[n_frames * self.n_hop :].copy()
        if n_frames == 0:
            return np.zeros((0, self.n_frame), np.complex64)
        return np.lib.stride_tricks.sliding_window_view(sound, self.n_frame)[: n_frames * self.n_hop : self.n_hop]

    def finish(self) -> NDArray[np.complex64]:
        """Return the frames whose centres lie before the end of the sound."""
        return self.push(np.zeros(self.n_frame // 2 - 1, np.complex64))


def as_pair(block: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Return sound of shape (1 or 2, samples) as complex samples; mono counts as two equal channels."""
    left, right = block[0], block[-1]
    pair = np.empty(block.shape[1], np.complex64)
    pair.real, pair.imag = left, right
    return pair


class BandLevels:
    """Levels of mel bands over time, streaming.

    Examples
    --------
    >>> levels = BandLevels()
    >>> levels.push(np.zeros((1, 22050), np.float32))
    >>> levels.finish().level_db.shape
    (87, 40)
    """

    def __init__(self) -> None:
        self._frames = FrameStream(FRAME_SAMPLES, HOP_SAMPLES)
        self._window = np.hanning(FRAME_SAMPLES + 1)[:-1].astype(np.float32)
        self._bands = mel_bands(RATE_HZ, FRAME_SAMPLES, N_BANDS, LOWEST_HZ, HIGHEST_HZ)
        self._full_scale = 2 * float(np.square(self._window.sum() / 2))
        self._levels: list[NDArray[np.float16]] = []
        self._centres: list[NDArray[np.float16]] = []

    def push(self, block: NDArray[np.float32]) -> None:
        """Take sound at `RATE_HZ`, shape (1 or 2, samples)."""
        self._add(self._frames.push(as_pair(block)))

    def _add(self, frames: NDArray[np.complex64]) -> None:
        for start in range(0, len(frames), 512):
            spectra = pair_spectra(frames[start : start + 512] * self._window, len(self._bands))
            power = spectra.power @ self._bands
            shared = spectra.shared @ self._bands
            level = 10 * np.log10(np.maximum(power / self._full_scale, 10 ** (FLOOR_DB / 10)))
            self._levels.append(level.astype(np.float16))
            self._centres.append((shared / np.maximum(power, 1e-20)).astype(np.float16))

    def finish(self) -> Levels:
        """Return the levels of all that was pushed."""
        self._add(self._frames.finish())
        empty = np.zeros((0, N_BANDS), np.float16)
        return Levels(np.concatenate([empty, *self._levels]), np.concatenate([empty, *self._centres]))


class Levels(NamedTuple):
    """Levels of mel bands in dB (a full-scale sine in both channels has 0) and, from -1 to 1, what channels share."""

    level_db: NDArray[np.float16]
    centre: NDArray[np.float16]


def mel_centres_hz(
    n_bands: int = N_BANDS, low_hz: float = LOWEST_HZ, high_hz: float = HIGHEST_HZ
) -> NDArray[np.float64]:
    """Return the centre frequencies of mel bands (O'Shaughnessy's scale)."""
    return _mel_edges_hz(n_bands, low_hz, high_hz)[1:-1]


def _mel_edges_hz(n_bands: int, low_hz: float, high_hz: float) -> NDArray[np.float64]:
    edges = np.linspace(2595 * np.log10(1 + low_hz / 700), 2595 * np.log10(1 + high_hz / 700), n_bands + 2)
    return np.asarray(700 * (10 ** (edges / 2595) - 1))


def mel_bands(rate_hz: int, n_frame: int, n_bands: int, low_hz: float, high_hz: float) -> Floats:
    """Return triangular bands of unit height over the bins of a spectrum: float32, shape (bins, bands).

    At the bottom, where bands are narrower than a bin, each takes at least its nearest bin.
    """
    frequency = np.arange(n_frame // 2 + 1)[:, np.newaxis] * rate_hz / n_frame
    edges = _mel_edges_hz(n_bands, low_hz, high_hz)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.clip(np.minimum((frequency - low) / (centre - low), (high - frequency) / (high - centre)), 0, None)
    nearest = np.abs(frequency - centre).argmin(axis=0)
    weights[nearest, np.arange(n_bands)] = np.maximum(weights[nearest, np.arange(n_bands)], 1.0)
    return np.asarray(weights, np.float32)


def spectral_flux(level_db: NDArray[np.floating], *, range_db: float = 60.0, lag: int = 2) -> Floats:
    """Return how much the bands of each group rise.

    Parameters
    ----------
    level_db
        Levels (`BandLevels`), shape (frames, bands).
    range_db
        Levels further than this below the loudest frame count as silence.
    lag
        Frames to look back.

    Returns
    -------
    ndarray
        float32, shape (frames, groups): mean rise of the group's bands in dB.

    Notes
    -----
    Each level is compared with the highest of its own band and both neighbours ``lag`` frames before, so that vibrato
    is no onset. Source: S. Böck and G. Widmer, "Maximum filter vibrato suppression for onset detection" (DAFx 2013);
    the idea only, not their parameters.
    """
    n_frames, n_bands = level_db.shape
    groups = np.searchsorted(GROUP_EDGES_HZ, mel_centres_hz(n_bands), side="right") - 1
    if n_frames == 0:
        return np.zeros((0, len(GROUP_EDGES_HZ) - 1), np.float32)
    level = level_db.astype(np.float32)
    top = float(np.percentile(level.max(axis=1), 95))
    level = np.maximum(level - top, -range_db) + range_db
    highest = level.copy()
    highest[:, 1:] = np.maximum(highest[:, 1:], level[:, :-1])
    highest[:, :-1] = np.maximum(highest[:, :-1], level[:, 1:])
    rise = np.zeros_like(level)
    rise[lag:] = np.maximum(level[lag:] - highest[:-lag], 0)
    rise[:lag] = np.maximum(level[:lag] - 0.0, 0) if top > FLOOR_DB + range_db else 0.0
    return np.stack([rise[:, groups == group].mean(axis=1) for group in range(len(GROUP_EDGES_HZ) - 1)], axis=1)


def snare_flux(flux: Floats) -> Floats:
    """Return how much all groups above the bass rise at once, as under a snare's noise: shape (frames,).

    The geometric mean of their rises (`spectral_flux`): a hi-hat alone, or a chord alone, counts little.
    """
    return np.asarray(np.cbrt(np.prod(np.maximum(flux[:, 1:4], 0), axis=1)), np.float32)


def local_mean(curve: NDArray[np.floating], n_frames: int) -> Floats:
    """Return the mean of the ``n_frames`` around each point along the first axis; fewer at the ends."""
    half = n_frames // 2
    sums = np.cumsum(np.concatenate([np.zeros((1, *curve.shape[1:])), curve.astype(np.float64)]), axis=0)
    index = np.arange(len(curve))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(curve))
    counts = (high - low).reshape(-1, *([1] * (curve.ndim - 1)))
    return np.asarray((sums[high] - sums[low]) / counts, np.float32)


def even_out(flux: Floats, *, window_s: float = 4.0) -> Floats:
    """Return rises less what is usual around them, each group scaled to the same spread over the song.

    Quiet passages keep a quarter of the song's mean as their measure, so that noise between notes stays small.
    """
    if len(flux) == 0:
        return flux
    above = np.maximum(flux - local_mean(flux, math.ceil(0.4 / FRAME_S)), 0)
    usual = np.sqrt(local_mean(np.square(above), math.ceil(window_s / FRAME_S)))
    overall = np.sqrt(np.mean(np.square(above), axis=0, keepdims=True))
    scale = np.maximum(usual, 0.5 * overall)
    return np.asarray(np.where(scale > 1e-9, above / np.maximum(scale, 1e-9), 0.0), np.float32)
