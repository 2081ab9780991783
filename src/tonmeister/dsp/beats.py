"""Beats: those that follow a tempo over the onsets, their exact times, and the even grid behind a steady song."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def refine_times(
    beats: Floats, curve: NDArray[np.floating], *, reach: int = 4, least: float = 0.5
) -> tuple[Floats, NDArray[np.bool_]]:
    """Move beats to the peaks of the onset curve beside them, to a fraction of a frame.

    Parameters
    ----------
    beats
        In frames.
    curve
        Onset curve.
    reach
        How many frames away a peak may lie.
    least
        How high a peak must be, in units of the curve's mean.

    Returns
    -------
    times, is_heard
        In frames, and whether there was an onset to go by.
    """
    times = beats.astype(np.float64).copy()
    is_heard = np.zeros(len(times), bool)
    if len(times) == 0:
        return times, is_heard
    mean = float(np.mean(curve))
    offsets = np.arange(-reach, reach + 1)
    places = np.clip(np.rint(times).astype(np.int64)[:, np.newaxis] + offsets, 1, len(curve) - 2)
    # nearer peaks win over slightly higher ones that are further away
    heights = curve[places] * np.exp(-0.5 * np.square(offsets / (0.75 * reach)))
    best = places[np.arange(len(times)), heights.argmax(axis=1)]
    a, b, c = (curve[best + shift].astype(np.float64) for shift in (-1, 0, 1))
    bend = a - 2 * b + c
    is_heard = (b > least * mean) & (b >= a) & (b >= c) & (bend < 0)
    times[is_heard] = (best + 0.5 * (a - c) / np.where(bend < 0, bend, -1.0))[is_heard]
    return times, is_heard


@dataclass(frozen=True)
class Grid:
    """An even grid of beats.

    Attributes
    ----------
    first_s
        Time of beat 0.
    period_s
        Distance of beats.
    error
        Standard error of the period, as a part of it.
    scatter_s
        Median distance of the beats that follow the grid from it.
    share
        Part of the beats that follow it, 0 to 1.
    """

    first_s: float
    period_s: float
    error: float
    scatter_s: float
    share: float

    @property
    def tempo_bpm(self) -> float:
        """Beats a minute."""
        return 60.0 / self.period_s


def fit_grid(
    times_s: Floats, *, period_s: float | None = None, n_parts: int = 1, tolerance_s: float = 0.035
) -> Grid | None:
    """Fit an even grid to beats, taking no notice of those that lie elsewhere.

    Parameters
    ----------
    times_s
        Beats as they were heard, rising.
    period_s
        About how far they lie apart; None takes the median.
    n_parts
        Into how many parts a beat is divided: beats may lie on any of them.
    tolerance_s
        Beats further from the grid count as errors.

    Returns
    -------
    Grid or None
        None where fewer than six beats follow one grid.

    Notes
    -----
    A straight line through the beats around one of them is fitted to more and more beats, each numbered by the line so
    far, so that missing and doubled beats do no harm; beats that lie off the line are left out of the next fit.
    """
    if len(times_s) < 6:
        return None
    part_s = (period_s or float(np.median(np.diff(times_s)))) / n_parts
    tolerance_s = min(tolerance_s, 0.25 * part_s)
    found = [
        grid
        for seed in (0.5, 0.25, 0.75)
        if (grid := _grow(times_s, int(seed * len(times_s)), part_s, tolerance_s, n_parts)) is not None
    ]
    return max(found, key=lambda grid: grid.share) if found else None


def at_whole_tempo(grid: Grid, times_s: Floats) -> Grid:
    """Return a grid of a whole number of beats a minute where the one that was fitted cannot be told from it.

    Parameters
    ----------
    grid
        From `fit_grid`.
    times_s
        The beats it was fitted to: about their middle it stays.

    Notes
    -----
    A click is nearly always set to a whole number. Within twice the standard error of the fit both explain the beats
    equally; where that reaches a quarter of a beat a minute, every tempo is near a whole one and nothing is changed.
    """
    whole_bpm = round(grid.tempo_bpm)
    apart = abs(grid.tempo_bpm - whole_bpm)
    doubt_bpm = 2 * grid.error * grid.tempo_bpm
    if apart > doubt_bpm or doubt_bpm > 0.25:
        return grid
    period_s = 60.0 / whole_bpm
    middle = (float(np.mean(times_s)) - grid.first_s) / grid.period_s
    return replace(grid, first_s=grid.first_s + middle * (grid.period_s - period_s), period_s=period_s)


def _grow(times_s: Floats, start: int, part_s: float, tolerance_s: float, n_parts: int) -> Grid | None:
    first, reach = float(times_s[start]), 6
    while True:
        near = times_s[max(0, start - reach) : start + reach + 1]
        for _ in range(3):
            numbers = np.rint((near - first) / part_s)
            kept = np.abs(near - first - numbers * part_s) < tolerance_s
            if kept.sum() < 5 or np.ptp(numbers[kept]) == 0:
                return None
            slope, offset = np.polyfit(numbers[kept], near[kept], 1)
            part_s, first = float(slope), float(offset)
        if len(near) == len(times_s):
            break
        reach = reach * 3 // 2
    residual = times_s - first - np.rint((times_s - first) / part_s) * part_s
    kept = np.abs(residual) < tolerance_s
    if kept.sum() < 6:
        return None
    numbers = np.rint((times_s - first) / part_s)[kept]
    spread = float(np.sqrt(np.sum(np.square(numbers - numbers.mean()))))
    sigma = float(np.sqrt(np.sum(np.square(residual[kept])) / max(1, int(kept.sum()) - 2)))
    return Grid(
        first, part_s * n_parts, sigma / spread / part_s, float(np.median(np.abs(residual[kept]))), float(kept.mean())
    )
