"""Pitch over time: a spectrum on a scale of thirds of a semitone, tuning, pitch classes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.onsets import RATE_HZ, FrameStream, as_pair, pair_spectra

Floats = NDArray[np.float32]

FRAME_SAMPLES = 4096
HOP_SAMPLES = 1024
FRAME_S = HOP_SAMPLES / RATE_HZ
BINS_PER_SEMITONE = 3
LOWEST_MIDI, HIGHEST_MIDI = 28, 100
N_BINS = (HIGHEST_MIDI - LOWEST_MIDI) * BINS_PER_SEMITONE
_TOP_HZ = 440.0 * 2 ** ((HIGHEST_MIDI + 1 - 69) / 12)
_N_SPECTRUM = int(_TOP_HZ / RATE_HZ * FRAME_SAMPLES) + 2
_CENTS = 100


class Pitches(NamedTuple):
    """Magnitudes on a scale of thirds of a semitone, and how strong each deviation from A = 440 Hz is.

    ``magnitude`` is float16 of shape (frames, `N_BINS`), ``deviation`` float64 of shape (100,): cents from -50 to 49.
    """

    magnitude: NDArray[np.float16]
    deviation: NDArray[np.float64]


class PitchLevels:
    """Pitch over time, streaming.

    Examples
    --------
    >>> pitches = PitchLevels()
    >>> pitches.push(np.zeros((1, 22050), np.float32))
    >>> pitches.finish().magnitude.shape
    (22, 216)
    """

    def __init__(self) -> None:
        self._frames = FrameStream(FRAME_SAMPLES, HOP_SAMPLES)
        self._window = np.hanning(FRAME_SAMPLES + 1)[:-1].astype(np.float32)
        self._scale = 1 / float(self._window.sum())
        self._bands = _pitch_bands()
        self._magnitudes: list[NDArray[np.float16]] = []
        self._deviation = np.zeros(_CENTS)

    def push(self, block: NDArray[np.float32]) -> None:
        """Take sound at 22.05 kHz, shape (1 or 2, samples)."""
        self._add(self._frames.push(as_pair(block)))

    def _add(self, frames: NDArray[np.complex64]) -> None:
        for start in range(0, len(frames), 256):
            spectra = pair_spectra(frames[start : start + 256] * self._window, _N_SPECTRUM)
            magnitude = np.sqrt(spectra.power) * np.float32(self._scale)
            cents, weight = _peaks(magnitude)
            self._deviation += np.bincount(cents, weight, minlength=_CENTS)
            # what rises above its surroundings is pitch, the rest noise
            self._magnitudes.append((magnitude @ self._bands).astype(np.float16))

    def finish(self) -> Pitches:
        """Return the pitches of all that was pushed."""
        self._add(self._frames.finish())
        empty = np.zeros((0, N_BINS), np.float16)
        return Pitches(np.concatenate([empty, *self._magnitudes]), self._deviation)


def _pitch_bands() -> Floats:
    """Return triangles from bins of the spectrum to thirds of a semitone, shape (bins, `N_BINS`)."""
    frequency = np.arange(_N_SPECTRUM) * RATE_HZ / FRAME_SAMPLES
    midi = np.full(_N_SPECTRUM, -100.0)
    midi[1:] = 69 + 12 * np.log2(frequency[1:] / 440.0)
    centre = LOWEST_MIDI + np.arange(N_BINS) / BINS_PER_SEMITONE
    # Low down a bin of the spectrum is wider than a third of a semitone: the triangle is as wide as the bin then.
    centre_hz = 440.0 * 2 ** ((centre - 69) / 12)
    bin_semitones = 12 / np.log(2) * (RATE_HZ / FRAME_SAMPLES) / centre_hz
    width = np.maximum(1 / BINS_PER_SEMITONE, bin_semitones)
    return np.asarray(np.clip(1 - np.abs(midi[:, np.newaxis] - centre) / width, 0, None), np.float32)


def _peaks(magnitude: Floats) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the deviation in cents (as an index from 0) and the weight of each clear peak from 150 to 2000 Hz."""
    low, high = int(150 / RATE_HZ * FRAME_SAMPLES), int(2000 / RATE_HZ * FRAME_SAMPLES)
    middle, before, after = magnitude[:, low:high], magnitude[:, low - 1 : high - 1], magnitude[:, low + 1 : high + 1]
    floor = 0.1 * magnitude[:, low:high].max(axis=1, keepdims=True, initial=0) + 1e-6
    frame, place = np.nonzero((middle > before) & (middle >= after) & (middle > floor))
    a, b, c = (np.log(np.maximum(x[frame, place], 1e-12)) for x in (before, middle, after))
    curve = a - 2 * b + c
    shift = np.where(np.abs(curve) > 1e-9, 0.5 * (a - c) / np.where(np.abs(curve) > 1e-9, curve, 1.0), 0.0)
    frequency = (place + low + np.clip(shift, -0.5, 0.5)) * RATE_HZ / FRAME_SAMPLES
    deviation = (1200 * np.log2(frequency / 440.0) + 50) % 100
    return deviation.astype(np.int64) % _CENTS, middle[frame, place].astype(np.float64)


def estimate_tuning_cents(deviation: NDArray[np.float64]) -> tuple[float, float]:
    """Estimate how far a song's tuning lies from A = 440 Hz.

    Parameters
    ----------
    deviation
        Weight of each deviation in cents (`PitchLevels`), shape (100,).

    Returns
    -------
    tuple of float
        Cents from -50 to 50, and a confidence from 0 (all deviations alike) to 1 (all the same).
    """
    total = float(deviation.sum())
    if total <= 0:
        return 0.0, 0.0
    angle = (np.arange(_CENTS) + 0.5 - 50) / _CENTS * 2 * np.pi
    mean = complex(np.sum(deviation * np.exp(1j * angle)) / total)
    return float(np.angle(mean) / (2 * np.pi) * _CENTS), float(abs(mean))


def pitch_classes(
    magnitude: NDArray[np.floating], tuning_cents: float = 0.0, *, low_midi: float = 40, high_midi: float = 96
) -> Floats:
    """Return the strength of the twelve pitch classes over time.

    Parameters
    ----------
    magnitude
        From `PitchLevels`, shape (frames, `N_BINS`).
    tuning_cents
        Deviation of the tuning from A = 440 Hz.
    low_midi, high_midi
        Pitches to count.

    Returns
    -------
    ndarray
        float32, shape (frames, 12), C first; square roots of magnitudes, so that loud notes do not drown others.
    """
    midi = LOWEST_MIDI + np.arange(N_BINS) / BINS_PER_SEMITONE - tuning_cents / 100
    offset = midi - np.round(midi)
    # the middle third counts whole, its neighbours where they belong
    weight = np.clip(1 - np.abs(offset) / 0.5, 0, None) * ((midi >= low_midi - 0.5) & (midi < high_midi + 0.5))
    matrix = np.zeros((N_BINS, 12), np.float32)
    matrix[np.arange(N_BINS), np.round(midi).astype(int) % 12] = weight
    level = magnitude.astype(np.float32)
    surroundings = _surroundings(level)
    return np.asarray(np.sqrt(np.maximum(level - surroundings, 0)) @ matrix, np.float32)


def _surroundings(level: Floats, n_bins: int = 10) -> Floats:
    """Return the mean of the bins around each, over frequency."""
    sums = np.cumsum(np.pad(level, ((0, 0), (1, 0))), axis=1)
    index = np.arange(level.shape[1])
    low, high = np.maximum(index - n_bins, 0), np.minimum(index + n_bins + 1, level.shape[1])
    return np.asarray((sums[:, high] - sums[:, low]) / (high - low), np.float32)


def tone_rises(magnitude: NDArray[np.floating]) -> Floats:
    """Return how much tones rise from frame to frame: onsets of notes whatever their timbre.

    Parameters
    ----------
    magnitude
        From `PitchLevels`, shape (frames, `N_BINS`).

    Returns
    -------
    ndarray
        float32, shape (frames,).
    """
    top = max(float(np.percentile(magnitude, 99)) if magnitude.size else 0.0, 1e-6)
    level = np.log1p(100 / top * magnitude.astype(np.float32))
    tones = level.reshape(len(level), -1, BINS_PER_SEMITONE).max(axis=2)
    highest = tones.copy()
    highest[:, 1:] = np.maximum(highest[:, 1:], tones[:, :-1])
    highest[:, :-1] = np.maximum(highest[:, :-1], tones[:, 1:])
    rises = np.zeros(len(tones), np.float32)
    rises[2:] = np.maximum(tones[2:] - highest[:-2], 0).sum(axis=1)
    return rises


def changes(classes: NDArray[np.floating], *, reach_s: float = 0.4, frame_s: float = FRAME_S) -> Floats:
    """Return how different pitch classes, or likely chords, are before and after each frame.

    Parameters
    ----------
    classes
        Pitch classes over time, shape (frames, 12), or as many kinds of chords.
    reach_s
        How much before and after is compared.
    frame_s
        Distance of frames.

    Returns
    -------
    ndarray
        float32, shape (frames,): 0 (the same) to 1 (nothing in common), weighted by how much sounds.
    """
    n = max(1, round(reach_s / frame_s))
    sums = np.concatenate([np.zeros((1, classes.shape[1])), np.cumsum(classes.astype(np.float64), axis=0)])
    index = np.arange(len(classes))
    before = sums[index] - sums[np.maximum(index - n, 0)]
    after = sums[np.minimum(index + n, len(classes))] - sums[index]
    length = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    # what hardly sounds changes hardly
    floor = 0.01 * float(length.max(initial=0.0)) + 1e-9
    return np.asarray(1 - ((before * after).sum(axis=1) + floor) / (length + floor), np.float32)
