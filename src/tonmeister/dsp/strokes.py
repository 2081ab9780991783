"""When a single line is struck, to 5 ms: how steeply the spectrum rises, and the steepest moment near a note."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.onsets import FrameStream

Floats = NDArray[np.float64]

HOP_S = 0.005
_FRAME_S = 0.032
_LAG = 3
"""Hops between the spectra that are compared."""
_GAIN = 100.0
_REACH_S = 0.06
_LEAST = 0.08
"""What rises less in the mean of all bins is no stroke; the faintest of 481 plucked notes rose by 0.15."""
SHARP = 2.2
"""A stroke is this much steeper than the mean around it; a bow and a voice set in more softly."""


class RiseCurve:
    """How steeply the spectrum of mono sound rises, every 5 ms, whatever blocks it comes in.

    Examples
    --------
    >>> curve = RiseCurve(16_000)
    >>> curve.push(np.zeros(16_000, np.float32))
    >>> curve.finish().shape
    (200,)
    """

    def __init__(self, rate_hz: int):
        self._frames = FrameStream(round(_FRAME_S * rate_hz), round(HOP_S * rate_hz))
        self._window = np.hanning(self._frames.n_frame).astype(np.float32)
        self._before = np.zeros((_LAG, self._frames.n_frame // 2 + 1), np.float32)
        self._rises: list[NDArray[np.float32]] = []

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take sound, shape (n_samples,)."""
        self._add(self._frames.push(samples.astype(np.complex64)))

    def _add(self, frames: NDArray[np.complex64]) -> None:
        for start in range(0, len(frames), 512):
            spectra = np.abs(np.fft.rfft(frames[start : start + 512].real * self._window, axis=1))
            known = np.concatenate([self._before, np.log1p(_GAIN * spectra).astype(np.float32)])
            self._rises.append(np.maximum(known[_LAG:] - known[:-_LAG], 0.0).mean(axis=1))
            self._before = known[-_LAG:]

    def finish(self) -> Floats:
        """Return the rises, shape (n_hops,); hop ``k`` compares the sound `_LAG` hops before with that at k * 5 ms."""
        self._add(self._frames.finish())
        return np.concatenate([np.zeros(0), *self._rises])


def measure_rises(samples: NDArray[np.float32], rate_hz: int) -> Floats:
    """Return the rises of a whole sound, shape (n_samples,), as `RiseCurve` does."""
    curve = RiseCurve(rate_hz)
    curve.push(samples)
    return curve.finish()


def nearest_stroke_s(rises: Floats, time_s: float) -> float | None:
    """Return the moment within 60 ms at which something is struck; None where nothing rises sharply there.

    The steepest rise lies halfway between the two spectra that are compared.
    """
    late_s = _LAG / 2 * HOP_S
    first = max(0, round((time_s + late_s - _REACH_S) / HOP_S))
    near = rises[first : round((time_s + late_s + _REACH_S) / HOP_S) + 1]
    if len(near) < 3:
        return None
    at = int(near.argmax())
    if not 0 < at < len(near) - 1 or near[at] < max(_LEAST, SHARP * near.mean()):
        return None
    return max(0.0, (first + at) * HOP_S - late_s)
