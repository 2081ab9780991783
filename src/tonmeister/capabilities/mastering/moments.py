"""The tonal balance moment by moment: what comes and goes cannot be told from the mean of a whole song."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.spectrum import THIRD_OCTAVES_HZ, frame_length

N_WANTED = 256
"""So many moments, spread over the song, tell what it mostly is to a rank of three percent."""
_AT_ONCE = 8
GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)
SOUNDING_DB = -30.0
"""Moments this far below the song's mean power are pauses."""
HOLD_S = 0.2
"""A loud sound covers what follows for about this long: the time constant of the dynamic equaliser's whole."""


@dataclass(frozen=True)
class Moments:
    """Short moments of a song, those in which it sounds.

    Attributes
    ----------
    power
        Mean square per third of an octave, both channels summed, float32 (n_moments, n_bands).
    held
        By how much the sound just before lifts the whole that the moment is heard against, float64 (n_moments,), >= 1.
    """

    power: NDArray[np.floating]
    held: NDArray[np.float64]

    def heard_db(
        self, bands_hz: NDArray[np.float64], frequency_hz: float, q: float, eq_db: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what a second-order band-pass hears of each moment after an equaliser, against the whole, in dB."""
        power = self.power * 10 ** (eq_db / 10)
        passed = 1.0 / (1.0 + (q * (bands_hz / frequency_hz - frequency_hz / bands_hz)) ** 2)
        ratio = (power @ passed + 1e-20) / (power.sum(axis=1) * self.held + 1e-20)
        return np.asarray(10.0 * np.log10(ratio), dtype=np.float64)


def steady(bands_db: NDArray[np.float64]) -> Moments:
    """Return the one moment of a sound that never changes."""
    return Moments(10 ** (bands_db / 10)[None], np.ones(1))


class MomentMeter:
    """Takes the tonal balance of short frames, one of every few; the same however the sound arrives.

    Parameters
    ----------
    sample_rate, n_channels
        Of the sound.
    n_expected
        Length in samples as far as it is known, 0 where it is not: it decides of how many frames one is taken.
    """

    def __init__(self, sample_rate: int, n_channels: int, n_expected: int):
        self._n = n = frame_length(sample_rate) // 2
        self._every = max(1, min(64, n_expected // N_WANTED // n)) if n_expected else 4
        self._window, self._bands = _constants(n, sample_rate)
        self._forgotten = math.exp(-n / sample_rate / HOLD_S)
        self._waiting = np.empty((n_channels, 0), np.float32)
        self._n_frames = 0
        self._whole: list[NDArray[np.float32]] = []
        self._found: list[NDArray[np.float32]] = []
        # Always full: a transform of many frames rounds unlike one of few, and no split may show.
        self._chosen = np.zeros((n_channels, _AT_ONCE, self._n), np.float32)
        self._n_chosen = 0

    def push(self, block: NDArray[np.float32]) -> None:
        """Add sound (n_channels, any number of samples)."""
        x = np.concatenate([self._waiting, block], axis=1) if self._waiting.size else block
        n_frames = x.shape[1] // self._n
        rest = n_frames * self._n
        self._waiting = x[:, rest:].copy()
        if n_frames:
            self._take(x[:, :rest].reshape(len(x), n_frames, self._n))

    def finish(self) -> Moments:
        """Return the moments in which the song sounds; a song shorter than a frame is one moment."""
        if not self._n_frames:
            self._take(np.pad(self._waiting, ((0, 0), (0, self._n - self._waiting.shape[1])))[:, None])
        self._found.append(self._power()[: self._n_chosen])
        power = np.concatenate(self._found)
        whole = np.concatenate(self._whole).astype(np.float64) + 1e-20
        # What decays by a constant share a frame is a running maximum of levels that rise by that share.
        rise = -math.log(self._forgotten) * np.arange(len(whole))
        held = np.exp(np.maximum.accumulate(np.log(whole) + rise) - rise) / whole
        chosen = self._choose(0, len(whole))
        whole, held = whole[chosen], held[chosen]
        sounding = whole >= whole.mean() * 10 ** (SOUNDING_DB / 10)
        return Moments(power[sounding], held[sounding])

    def _take(self, frames: NDArray[np.float32]) -> None:
        self._whole.append(np.vecdot(frames, frames).sum(axis=0))
        start = self._n_frames
        self._n_frames += frames.shape[1]
        for index in self._choose(start, self._n_frames) - start:
            self._chosen[:, self._n_chosen] = frames[:, index]
            self._n_chosen += 1
            if self._n_chosen == _AT_ONCE:
                self._found.append(self._power())
                self._n_chosen = 0

    def _choose(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return which frames are taken: one of every few, at a place that never falls into step with the music."""
        group = np.arange(start // self._every, -(-stop // self._every))
        index = group * self._every + (group * GOLDEN % 1.0 * self._every).astype(np.int64)
        return index[(index >= start) & (index < stop)]

    def _power(self) -> NDArray[np.float32]:
        frames = self._chosen
        # Two real frames make one complex one: its powers at k and -k add up to twice those of both channels.
        twin = np.empty(frames.shape[1:], np.complex64)
        np.multiply(frames[0], self._window, out=twin.real)
        np.multiply(frames[-1], self._window, out=twin.imag)
        spectrum = np.fft.fft(twin, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        folded = power[:, 2 : self._n // 2] + power[:, -2 : self._n // 2 : -1]
        return np.asarray(folded @ self._bands, dtype=np.float32)


@functools.cache
def _constants(n: int, sample_rate: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the window, and the share of each bin in each third of an octave.

    The bins begin at the second: an offset, which the master will not have, reaches no farther than the first.
    """
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    scaled = hann / np.sqrt(n * np.sum(hann**2))
    centres_hz = 1000 * 10 ** (np.arange(-16, len(THIRD_OCTAVES_HZ) - 16) / 10)
    low, high = centres_hz * 10**-0.05, centres_hz * 10**0.05
    kept = high <= sample_rate / 2
    edges = (np.arange(2, n // 2 + 1) - 0.5) * sample_rate / n
    below = edges[:-1, None]
    share = np.minimum(edges[1:, None], high[kept]) - np.maximum(below, low[kept])
    return scaled.astype(np.float32), (np.maximum(share, 0.0) * n / sample_rate).astype(np.float32)


def percentile(values: NDArray[np.floating], percent: float) -> float:
    """Return the value below which ``percent`` of all lie (NumPy's own would import masked arrays, 13 ms)."""
    ordered = np.sort(values)
    at = (len(ordered) - 1) * percent / 100
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (at - low) * (ordered[high] - ordered[low]))
