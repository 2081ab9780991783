"""What a picture of sound is drawn from: extremes of the waveform, and a spectrogram on the mel scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FINEST_SAMPLES = 256
"""Samples that one point of the finest level of a waveform stands for."""
LEVEL_FACTOR = 4
COARSEST_POINTS = 1024
"""No level coarser than this many points is made."""

N_BANDS = 128
LOWEST_HZ, HIGHEST_HZ = 30.0, 20_000.0
FRAME_SAMPLES = 2048
MAX_COLUMNS = 4096


class WaveformExtremes:
    """Finds the lowest and highest sample of each stretch of sound, at several resolutions.

    Parameters
    ----------
    n_channels
        Number of channels.
    samples_per_point
        How long a stretch is at the finest level.

    Examples
    --------
    >>> import numpy as np
    >>> extremes = WaveformExtremes(1)
    >>> extremes.push(np.linspace(-1, 1, 1024, dtype=np.float32)[np.newaxis])
    >>> [(spp, level.shape) for spp, level in extremes.finish()]
    [(256, (4, 1, 2))]
    """

    def __init__(self, n_channels: int, samples_per_point: int = FINEST_SAMPLES):
        self.n_channels = n_channels
        self.samples_per_point = samples_per_point
        self._points: list[NDArray[np.float32]] = []
        self._rest = np.zeros((n_channels, 0), np.float32)

    def push(self, block: NDArray[np.float32]) -> None:
        """Take the next stretch of sound, shape (channels, samples)."""
        sound = np.concatenate([self._rest, block], axis=1) if self._rest.shape[1] else block
        n_points = sound.shape[1] // self.samples_per_point
        n_used = n_points * self.samples_per_point
        if n_points:
            self._points.append(_extremes(sound[:, :n_used], self.samples_per_point))
        self._rest = sound[:, n_used:].copy()

    def finish(self) -> list[tuple[int, NDArray[np.float32]]]:
        """Return pairs of samples per point and points of shape (points, channels, 2: lowest and highest)."""
        if self._rest.shape[1]:
            self._points.append(_extremes(self._rest, self._rest.shape[1]))
        empty = np.zeros((0, self.n_channels, 2), np.float32)
        level = np.concatenate([empty, *self._points])
        levels = [(self.samples_per_point, level)]
        while len(level) > COARSEST_POINTS:
            n_groups = -(-len(level) // LEVEL_FACTOR)
            padded = np.concatenate([level, np.repeat(level[-1:], n_groups * LEVEL_FACTOR - len(level), axis=0)])
            groups = padded.reshape(n_groups, LEVEL_FACTOR, self.n_channels, 2)
            level = np.stack([groups[..., 0].min(axis=1), groups[..., 1].max(axis=1)], axis=-1)
            levels.append((levels[-1][0] * LEVEL_FACTOR, level))
        return levels


def _extremes(sound: NDArray[np.float32], n_each: int) -> NDArray[np.float32]:
    """Return the extremes of stretches of ``n_each`` samples, which fill ``sound``: (points, channels, 2)."""
    stretches = np.ascontiguousarray(sound).reshape(sound.shape[0], -1, n_each)
    return np.stack([stretches.min(axis=2), stretches.max(axis=2)], axis=-1).transpose(1, 0, 2)


class MelSpectrogram:
    """Collects a spectrogram of all channels whose width stays bounded however long the sound is.

    Channels are averaged in power, so that what would cancel in mono is seen too. Whenever there are more than
    ``max_columns`` columns, neighbours are averaged in power.

    Parameters
    ----------
    sample_rate
        In Hz.
    max_columns
        Upper bound of the width.

    Notes
    -----
    Hann frames of 2048 samples every 1024; triangular bands on the scale of D. O'Shaughnessy, "Speech Communication"
    (1987), 2595 log10(1 + f / 700), each of unit height.
    """

    def __init__(self, sample_rate: int, max_columns: int = MAX_COLUMNS):
        self._max_columns = max_columns
        self._window = np.hanning(FRAME_SAMPLES + 1)[:-1].astype(np.float32)
        self._bands = _mel_bands(sample_rate)
        self._rest: NDArray[np.float32] | None = None
        self._columns: list[NDArray[np.float32]] = []
        self._n_columns = 0
        self._n_averaged = 1
        self._waiting = np.zeros((0, N_BANDS), np.float32)

    def push(self, block: NDArray[np.float32]) -> None:
        """Take the next stretch of sound, shape (channels, samples)."""
        sound = block if self._rest is None else np.concatenate([self._rest, block], axis=1)
        hop = FRAME_SAMPLES // 2
        n_frames = max(0, (sound.shape[1] - FRAME_SAMPLES) // hop + 1)
        if n_frames:
            views = np.lib.stride_tricks.sliding_window_view(sound, FRAME_SAMPLES, axis=1)
            frames = views[:, : n_frames * hop : hop]
            power = np.zeros((n_frames, FRAME_SAMPLES // 2 + 1), np.float32)
            for first in range(0, len(sound), 2):
                power += self._power_of(frames[first : first + 2])
            power /= np.float32(len(sound))
            self._add(power @ self._bands)
        self._rest = sound[:, n_frames * hop :].copy()

    def _power_of(self, pair: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the power of one or two channels' frames in each bin, added up."""
        if len(pair) == 1:
            spectrum = np.fft.rfft(pair[0] * self._window)
            return np.asarray(np.square(spectrum.real) + np.square(spectrum.imag))
        # Two real sounds make one complex one: its powers at k and -k are the sum of both, twice.
        twin = np.empty(pair.shape[1:], np.complex64)
        np.multiply(pair[0], self._window, out=twin.real)
        np.multiply(pair[1], self._window, out=twin.imag)
        spectrum = np.fft.fft(twin)
        both = np.square(spectrum.real)
        both += np.square(spectrum.imag)
        power = both[:, : FRAME_SAMPLES // 2 + 1].copy()
        power[:, 1:] += both[:, : FRAME_SAMPLES // 2 - 1 : -1]
        power[:, 1:] *= np.float32(0.5)
        return power

    def _add(self, frames: NDArray[np.float32]) -> None:
        frames = np.concatenate([self._waiting, frames])
        n_whole = len(frames) // self._n_averaged
        n_used = n_whole * self._n_averaged
        self._waiting = frames[n_used:]
        self._columns.append(frames[:n_used].reshape(n_whole, self._n_averaged, N_BANDS).mean(axis=1))
        self._n_columns += n_whole
        while self._n_columns > self._max_columns:
            all_columns = np.concatenate(self._columns)
            n_pairs = len(all_columns) // 2
            halved = all_columns[: 2 * n_pairs].reshape(n_pairs, 2, N_BANDS).mean(axis=1)
            if len(all_columns) % 2:
                self._waiting = np.concatenate([np.repeat(all_columns[-1:], self._n_averaged, axis=0), self._waiting])
            self._columns, self._n_columns = [halved], n_pairs
            self._n_averaged *= 2

    def finish(self) -> NDArray[np.float32]:
        """Return levels in dB, shape (bands, columns), the lowest band first; 0 dB is a full-scale sine."""
        if len(self._waiting):
            self._columns.append(self._waiting.mean(axis=0, keepdims=True))
        if not self._columns:
            return np.zeros((N_BANDS, 0), np.float32)
        power = np.concatenate(self._columns).T
        full_scale = np.square(self._window.sum() / 2)
        levels: NDArray[np.float32] = (10 * np.log10(np.maximum(power / full_scale, 1e-14))).astype(np.float32)
        return levels


def _mel_bands(sample_rate: int) -> NDArray[np.float32]:
    frequencies = np.fft.rfftfreq(FRAME_SAMPLES, 1 / sample_rate)
    top = min(HIGHEST_HZ, sample_rate / 2)
    edges = np.linspace(2595 * np.log10(1 + LOWEST_HZ / 700), 2595 * np.log10(1 + top / 700), N_BANDS + 2)
    edges_hz = 700 * (10 ** (edges / 2595) - 1)
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    # At the bottom bands are narrower than a bin: each then takes at least its nearest bin.
    f = frequencies[:, np.newaxis]
    weights = np.clip(np.minimum((f - low) / (centre - low), (high - f) / (high - centre)), 0, None)
    nearest = np.abs(f - centre).argmin(axis=0)
    weights[nearest, np.arange(N_BANDS)] = np.maximum(weights[nearest, np.arange(N_BANDS)], 1.0)
    bands: NDArray[np.float32] = weights.astype(np.float32)
    return bands
