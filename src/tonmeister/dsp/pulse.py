"""A pulse through a song: where in its cycle each moment lies, and what happens where in the cycle.

A tempo path says how fast the cycles go; how they lie is found by gathering onsets over the cycle, window by window,
and following the place where they gather. A whole song's pulse keeps its place that way where single beats would be
taken for their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.tempo import TempoPath

Floats = NDArray[np.float64]

N_BINS = 48
"""Places in a cycle: divisible by 2, 3, 4, 6, 8 and 16."""
_GATHER_S = 8.0
_SHARPNESS = 60.0
_DRIFT_COST = 0.25
_JUMP_COST = 5.0


@dataclass(frozen=True)
class Pulse:
    """How many cycles have gone by at each frame, and what happened where in the cycle.

    Attributes
    ----------
    cycles
        Rising, shape (frames,); whole numbers are beats.
    profile
        Mean of each curve by place in the cycle, shape (`N_BINS`, curves), relative to the curve's mean.
    clarity
        How far onsets gather at places of the cycle: 0 (not at all) to about 1.
    """

    cycles: Floats
    profile: Floats
    clarity: float


def count_cycles(path: TempoPath, n_frames: int, frame_s: float, factor: float = 1.0) -> Floats:
    """Return how many beats of a tempo path, times ``factor``, have gone by at each frame, shape (frames,)."""
    periods = path.periods_s(np.arange(n_frames) * frame_s)
    rate = factor * frame_s / periods
    return np.asarray(np.cumsum(rate) - rate[0]) if n_frames else np.zeros(0)


def gather(curves: NDArray[np.floating], cycles: Floats, n_step: int) -> Floats:
    """Gather curves by step of time and place in the cycle.

    Parameters
    ----------
    curves
        Shape (frames, curves).
    cycles
        Shape (frames,).
    n_step
        Frames in a step.

    Returns
    -------
    ndarray
        Sums, shape (steps, `N_BINS`, curves).
    """
    n_frames, n_curves = curves.shape
    n_steps = max(1, -(-n_frames // n_step))
    exact = (cycles % 1.0) * N_BINS
    low = np.floor(exact).astype(np.int64)
    part = exact - low
    step = np.arange(n_frames) // n_step
    out = np.zeros((n_steps * N_BINS, n_curves))
    for curve in range(n_curves):
        values = curves[:, curve].astype(np.float64)
        out[:, curve] = np.bincount(step * N_BINS + low % N_BINS, values * (1 - part), minlength=len(out))
        out[:, curve] += np.bincount(step * N_BINS + (low + 1) % N_BINS, values * part, minlength=len(out))
    return out.reshape(n_steps, N_BINS, n_curves)


def follow(
    curves: NDArray[np.floating], cycles: Floats, frame_s: float, weights: NDArray[np.floating], *, step_s: float = 1.0
) -> Pulse:
    """Follow the place in the cycle where onsets gather.

    Parameters
    ----------
    curves
        Onset curves, shape (frames, curves).
    cycles
        From `count_cycles`.
    frame_s
        Distance of frames.
    weights
        What each curve counts, shape (curves,).
    step_s
        How often the place is looked at.

    Returns
    -------
    Pulse
        Shifted so that onsets gather at whole numbers.
    """
    n_frames = len(cycles)
    if n_frames < 2:
        return Pulse(cycles, np.zeros((N_BINS, curves.shape[1])), 0.0)
    n_step = max(1, round(step_s / frame_s))
    gathered = gather(curves @ np.asarray(weights)[:, np.newaxis], cycles, n_step)[:, :, 0]
    # some 25 ms to either side count as the same place
    bin_s = float(n_frames * frame_s / max(cycles[-1], 1e-9)) / N_BINS
    evidence = _over_time(_around(gathered, 0.020 / bin_s), round(_GATHER_S / step_s))
    total = evidence.sum(axis=1, keepdims=True)
    share = evidence / np.maximum(total, 1e-9) - 1 / N_BINS
    share[total[:, 0] <= 1e-9] = 0.0
    places = _decode(share * _SHARPNESS)
    clarity = float(np.mean(share[np.arange(len(places)), places % N_BINS]) * N_BINS / 4)
    middles = (np.arange(len(places)) + 0.5) * n_step - 0.5
    shift = np.interp(np.arange(n_frames), middles, places / N_BINS)
    moved = cycles - shift
    return Pulse(moved, profile_of(curves, moved), clarity)


def profile_of(curves: NDArray[np.floating], cycles: Floats) -> Floats:
    """Return the mean of each curve by place in the cycle, relative to its mean: shape (`N_BINS`, curves)."""
    sums = gather(curves, cycles, len(cycles))[0]
    counts = gather(np.ones((len(cycles), 1)), cycles, len(cycles))[0]
    mean = curves.mean(axis=0, dtype=np.float64)
    return np.asarray(sums / np.maximum(counts, 1e-9) / np.maximum(mean, 1e-9))


def _around(gathered: Floats, width: float) -> Floats:
    """Smooth over the cycle, which is round, with a bell of ``width`` bins."""
    offsets = np.arange(-N_BINS // 2, N_BINS // 2)
    bell = np.exp(-0.5 * np.square(offsets / max(width, 0.5)))
    kernel = np.fft.rfft(np.roll(bell / bell.sum(), -N_BINS // 2))
    return np.asarray(np.fft.irfft(np.fft.rfft(gathered, axis=1) * kernel, N_BINS, axis=1))


def _over_time(values: Floats, n: int) -> Floats:
    """Smooth over time with a triangle of ``n`` steps to either side."""
    weights = np.bartlett(2 * n + 1)[1:-1] if n > 1 else np.ones(1)
    half = len(weights) // 2
    padded = np.pad(values, ((half, half), (0, 0)))
    return np.asarray(sum(weight * padded[at : at + len(values)] for at, weight in enumerate(weights)))


def _decode(evidence: Floats) -> NDArray[np.int64]:
    """Return the likeliest path over the cycle, unwrapped."""
    n = evidence.shape[1]
    offsets = (np.arange(n)[:, np.newaxis] - np.arange(n) + n // 2) % n - n // 2
    cost = np.minimum(_DRIFT_COST * np.square(offsets), _JUMP_COST)
    best = evidence[0].copy()
    came = np.zeros(evidence.shape, np.int64)
    for at in range(1, len(evidence)):
        total = best[:, np.newaxis] - cost
        came[at] = total.argmax(axis=0)
        best = total[came[at], np.arange(n)] + evidence[at]
    path = np.zeros(len(evidence), np.int64)
    path[-1] = int(best.argmax())
    for at in range(len(evidence) - 1, 0, -1):
        path[at - 1] = came[at, path[at]]
    steps = (np.diff(path) + n // 2) % n - n // 2
    return np.asarray(np.concatenate([path[:1], path[0] + np.cumsum(steps)]), np.int64)


def whole_cycles(cycles: Floats, frame_s: float) -> Floats:
    """Return the times at which a pulse reaches whole numbers."""
    if len(cycles) < 2:
        return np.zeros(0)
    rising = np.maximum.accumulate(cycles + np.arange(len(cycles)) * 1e-9)
    numbers = np.arange(np.ceil(rising[0] - 1e-6), np.floor(rising[-1] + 1e-6) + 1)
    return np.asarray(np.interp(numbers, rising, np.arange(len(cycles)) * frame_s))
