"""Gain and limiter solved together: which gain makes the limited song as loud as asked, and how hard that limits."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.moments import percentile
from tonmeister.dsp.limiter import Ballistics, gain_nodes, limited_bins
from tonmeister.dsp.loudness import measure_integrated_lufs

MARGIN_DB = 0.04
"""The limiter aims this far below the ceiling: room for what the moving gain adds between samples, and for dither."""
HOP_S = 0.1
SOLVED_LU = 0.003
"""A solution this near to its target is refined no further."""
MISSED_LU = 0.05
"""A solution farther from its target than this has not reached it."""
NEAR_LU = 0.1
"""Whether a target can be reached is decided this far from it."""
MAX_TRIALS = 16


@dataclass
class Premaster:
    """What the limiter needs to know of the song before it.

    Attributes
    ----------
    peak
        True peak of each cell (both channels), float32 (n_cells,).
    energy
        K-weighted energy of each cell, channels summed with their weights, float32 (n_cells,).
    cell
        Samples per cell.
    sample_rate
        In Hz.
    n_samples
        Length of the song.
    """

    peak: NDArray[np.float32]
    energy: NDArray[np.float32]
    cell: int
    sample_rate: int
    n_samples: int

    @property
    def hop_samples(self) -> float:
        """Samples per bin of 100 ms."""
        return self.sample_rate * HOP_S

    @property
    def n_bins(self) -> int:
        """Bins of 100 ms."""
        return int(self.n_samples / self.hop_samples) + 1

    @functools.cached_property
    def open_power(self) -> NDArray[np.float64]:
        """Mean power of each whole 100 ms before the limiter; the same for every way to limit."""
        return self.power(np.ones(len(self.peak) + 1, np.float32))

    @functools.cached_property
    def unlimited_lufs(self) -> float:
        """Loudness before the limiter."""
        return measure_integrated_lufs(self.open_power, cell_s=HOP_S)

    def power(self, nodes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the mean power of each whole 100 ms after these gains."""
        bins = limited_bins(self.energy, nodes, self.cell, self.hop_samples, self.n_bins) / self.hop_samples
        return bins[: max(1, int(self.n_samples / self.hop_samples))]


@dataclass(frozen=True)
class Solution:
    """A gain and the limiter's curve for it.

    Attributes
    ----------
    gain_db
        Gain before the limiter.
    nodes
        The limiter's gain at the edges of cells.
    predicted_lufs
        Loudness that comes out.
    reduction_db
        Limiting averaged over 400 ms that is exceeded in 5 % of the loud passages.
    is_held
        The loudness asked for would need more limiting than allowed (or cannot be reached at all).
    """

    gain_db: float
    nodes: NDArray[np.float32]
    predicted_lufs: float
    reduction_db: float
    is_held: bool


class LoudnessSolver:
    """Finds the gain for a loudness, as often as asked, for one song, limiter and ceiling."""

    def __init__(self, song: Premaster, ballistics: Ballistics, ceiling_dbtp: float):
        self._song = song
        self.ballistics = ballistics
        self._limit = 10.0 ** ((ceiling_dbtp - MARGIN_DB) / 20.0)
        self._last: Solution | None = None
        self.unlimited_lufs = song.unlimited_lufs

    def at_gain(self, gain_db: float) -> Solution:
        """Return what this gain gives; asking for the same as the last time costs nothing."""
        if self._last is not None and self._last.gain_db == gain_db:
            return self._last
        gain = 10.0 ** (gain_db / 20.0)
        nodes = gain_nodes(
            self._song.peak, self._limit / gain, self._song.cell, self._song.sample_rate, self.ballistics
        )
        power = self._song.power(nodes)
        lufs = measure_integrated_lufs(power, cell_s=HOP_S) + gain_db
        self._last = Solution(gain_db, nodes, lufs, self._reduction_db(power), False)
        return self._last

    def _reduction_db(self, power: NDArray[np.float64]) -> float:
        """Return the limiting averaged over 400 ms that is exceeded in 5 % of the loud passages."""
        n = min(4, len(power))
        window = np.ones(n)
        before, after = np.convolve(self._song.open_power, window, "valid"), np.convolve(power, window, "valid")
        heard = before > before.max() * 1e-2
        return percentile(10 * np.log10(before[heard] / np.maximum(after[heard], 1e-30)), 95)

    def solve(self, target_lufs: float, max_reduction_db: float) -> Solution:
        """Return the gain that gives ``target_lufs``, or the most that the allowed limiting gives."""
        low = self.at_gain(target_lufs - self.unlimited_lufs)
        if low.reduction_db > max_reduction_db:
            return self._hold(low.gain_db, max_reduction_db)
        best, slope = low, 0.9
        high: Solution | None = None
        for _ in range(MAX_TRIALS):
            error = target_lufs - best.predicted_lufs
            if abs(error) <= SOLVED_LU:
                break
            if error > 0:
                low = best
            else:
                high = best
            step = error / slope
            gain_db = best.gain_db + float(np.clip(step, -6.0, 6.0))
            if high is not None and not low.gain_db < gain_db < high.gain_db:
                gain_db = 0.5 * (low.gain_db + high.gain_db)
            following = self.at_gain(gain_db)
            moved = following.gain_db - best.gain_db
            if moved:
                slope = float(np.clip((following.predicted_lufs - best.predicted_lufs) / moved, 0.1, 1.0))
            best = following
            if best.reduction_db > max_reduction_db + 6.0:
                break
        if best.reduction_db > max_reduction_db:
            return self._hold(best.gain_db, max_reduction_db)
        if abs(target_lufs - best.predicted_lufs) > MISSED_LU:
            return Solution(best.gain_db, best.nodes, best.predicted_lufs, best.reduction_db, True)
        return best

    def reaches(self, target_lufs: float, max_reduction_db: float) -> bool:
        """Tell whether the allowed limiting gives ``target_lufs`` to 0.1 LU; most answers take one or two trials."""
        gain_db, slope = target_lufs - self.unlimited_lufs, 0.9
        previous: Solution | None = None
        for _ in range(MAX_TRIALS):
            found = self.at_gain(gain_db)
            error = target_lufs - found.predicted_lufs
            # Limiting grows with the gain: too much before the target is passed is too much at the target.
            if found.reduction_db > max_reduction_db and error > -NEAR_LU:
                return False
            if abs(error) <= NEAR_LU:
                return True
            if previous is not None and found.gain_db != previous.gain_db:
                rise = (found.predicted_lufs - previous.predicted_lufs) / (found.gain_db - previous.gain_db)
                slope = float(np.clip(rise, 0.1, 1.0))
            previous = found
            gain_db += float(np.clip(error / slope, -6.0, 6.0))
        return False

    def _hold(self, too_much_db: float, max_reduction_db: float) -> Solution:
        """Return the largest gain whose limiting is allowed."""
        high = self.at_gain(too_much_db)
        low = self.at_gain(too_much_db - max(1.0, 1.3 * (high.reduction_db - max_reduction_db)))
        while low.reduction_db > max_reduction_db and low.gain_db > too_much_db - 96.0:
            high, low = low, self.at_gain(low.gain_db - 3.0)
        for _ in range(12):
            if high.gain_db - low.gain_db < 0.02 or low.reduction_db > max_reduction_db - 0.02:
                break
            # Reduction grows nearly straight with gain: false position, kept off the ends.
            share = (max_reduction_db - 0.01 - low.reduction_db) / max(1e-9, high.reduction_db - low.reduction_db)
            middle = self.at_gain(low.gain_db + float(np.clip(share, 0.05, 0.95)) * (high.gain_db - low.gain_db))
            if middle.reduction_db > max_reduction_db:
                high = middle
            else:
                low = middle
        return Solution(low.gain_db, low.nodes, low.predicted_lufs, low.reduction_db, True)


EASY_REDUCTION_DB = 3.0


def choose_solver(
    song: Premaster, ladder: Sequence[Ballistics], ceiling_dbtp: float, target_lufs: float, max_reduction_db: float
) -> LoudnessSolver:
    """Return the solver of the slowest way to move that reaches the target with at most 3 dB of limiting.

    A slow limiter bends bass least, but under a loud target it never comes back up and costs loudness. Where none of
    them reaches it, the fastest has to do.
    """
    easy_db = min(max_reduction_db, EASY_REDUCTION_DB)
    for ballistics in ladder[:-1]:
        solver = LoudnessSolver(song, ballistics, ceiling_dbtp)
        if solver.reaches(target_lufs, easy_db):
            return solver
    return LoudnessSolver(song, ladder[-1], ceiling_dbtp)


def reduction_figures(nodes: NDArray[np.float32]) -> tuple[float, float, float]:
    """Return deepest and mean gain reduction in dB, and the share of time above 0.5 dB in percent."""
    db = -20.0 * np.log10(np.maximum(nodes, 1e-6))
    return max(0.0, float(db.max(initial=0.0))), max(0.0, float(db.mean())), float(100.0 * np.mean(db > 0.5))


def reduction_curve(nodes: NDArray[np.float32], n_points: int) -> NDArray[np.float64]:
    """Return the deepest gain reduction in dB in each of ``n_points`` equal parts of the song."""
    edges = np.linspace(0, len(nodes), n_points + 1).astype(int)
    starts = np.minimum(edges[:-1], len(nodes) - 1)
    lowest = np.minimum.reduceat(nodes, starts)
    return np.asarray(-20.0 * np.log10(np.maximum(lowest, 1e-6)), dtype=np.float64)
