"""Tempo from onset curves: how well each speed fits, how usual it is, and how it moves through a song."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOWEST_BPM, HIGHEST_BPM = 30.0, 320.0
USUAL_BPM = 115.0
USUAL_OCTAVES = 0.75
"""Spread of the tempos that people tap to, in octaves around `USUAL_BPM`."""
WINDOW_S, STEP_S = 10.0, 1.0
_STEPS_PER_OCTAVE = 48
_BEATS = ((1, 0.35), (2, 0.3), (3, 0.1), (4, 0.25))
_JUMP_COST = 2.5
_SLOPE_COST = 0.35


def tempo_grid() -> Floats:
    """Return the tempos that are looked at: 48 an octave from 30 to 320 BPM."""
    n = int(math.log2(HIGHEST_BPM / LOWEST_BPM) * _STEPS_PER_OCTAVE) + 1
    return np.asarray(LOWEST_BPM * 2 ** (np.arange(n) / _STEPS_PER_OCTAVE))


def tempo_prior(tempo_bpm: NDArray[np.floating] | float) -> Floats:
    """Return how usual tempos are: 1 at `USUAL_BPM`, falling as a bell over the logarithm."""
    distance = np.log2(np.asarray(tempo_bpm, np.float64) / USUAL_BPM) / USUAL_OCTAVES
    return np.asarray(np.exp(-0.5 * np.square(distance)))


@dataclass(frozen=True)
class TempoPath:
    """Tempo through a song: ``tempos_bpm`` at ``times_s``."""

    times_s: Floats
    tempos_bpm: Floats

    def periods_s(self, times_s: NDArray[np.floating]) -> Floats:
        """Return the length of a beat at each moment."""
        return np.asarray(60.0 / np.interp(times_s, self.times_s, self.tempos_bpm))

    @property
    def median_bpm(self) -> float:
        """The tempo in the middle."""
        return float(np.median(self.tempos_bpm))


def tempogram(curve: NDArray[np.floating], frame_s: float) -> tuple[Floats, Floats]:
    """Measure how well each tempo fits around each moment.

    Parameters
    ----------
    curve
        Onset curve, shape (frames,).
    frame_s
        Distance of its points.

    Returns
    -------
    times_s, strength
        Centres of the windows, shape (windows,), and the autocorrelation at one to four beats as a share of the
        window's power, shape (windows, tempos of `tempo_grid`).
    """
    n_window, n_step = round(WINDOW_S / frame_s), round(STEP_S / frame_s)
    grid = tempo_grid()
    periods = 60.0 / grid / frame_s
    n_lags = min(math.ceil(4 * periods.max()) + 2, n_window)
    centred = curve.astype(np.float64)
    padded = np.pad(centred, n_window // 2)
    n_windows = max(1, math.ceil(len(curve) / n_step))
    size = 1 << math.ceil(math.log2(n_window + n_lags))
    taper = np.hanning(n_window)
    # What the taper alone would give: dividing by it makes long lags comparable with short ones.
    flat = np.fft.irfft(np.square(np.abs(np.fft.rfft(taper, size))), size)[:n_lags]
    flat = np.maximum(flat / flat[0], 0.08)
    strength = np.zeros((n_windows, len(grid)))
    lags = np.arange(n_lags)
    for at in range(n_windows):
        part = padded[at * n_step : at * n_step + n_window]
        if len(part) < n_window:
            part = np.pad(part, (0, n_window - len(part)))
        part = (part - part.mean()) * taper
        raw = np.fft.irfft(np.square(np.abs(np.fft.rfft(part, size))), size)[:n_lags]
        if raw[0] <= 1e-12:
            continue
        raw = raw / raw[0] / flat
        strength[at] = sum(weight * np.interp(k * periods, lags, raw, right=0.0) for k, weight in _BEATS)
    return np.asarray(np.arange(n_windows) * n_step * frame_s, np.float64), strength


def find_tempo_path(times_s: Floats, strength: Floats, *, around_bpm: float | None = None) -> TempoPath:
    """Find the likeliest path of tempo.

    Parameters
    ----------
    times_s, strength
        From `tempogram`.
    around_bpm
        Stay within 4 % of it.

    Notes
    -----
    Viterbi over the grid: small steps cost in proportion, any jump costs no more than a fixed amount. Each window's
    evidence is its strength and how usual the tempo is.
    """
    grid = tempo_grid()
    evidence = 8.0 * np.maximum(strength, 0.0) + 1.0 * np.log(np.maximum(tempo_prior(grid), 1e-9))
    if around_bpm is not None:
        evidence = evidence - 100.0 * (np.abs(np.log(grid / around_bpm)) > math.log(1.04))
    steps = np.abs(np.arange(len(grid))[:, np.newaxis] - np.arange(len(grid)))
    cost = np.minimum(_SLOPE_COST * steps, _JUMP_COST + 0.01 * steps)
    best = evidence[0]
    came = np.zeros(strength.shape, np.int64)
    for at in range(1, len(strength)):
        total = best[:, np.newaxis] - cost
        came[at] = total.argmax(axis=0)
        best = total[came[at], np.arange(len(grid))] + evidence[at]
    path = np.zeros(len(strength), np.int64)
    path[-1] = int(best.argmax())
    for at in range(len(strength) - 1, 0, -1):
        path[at - 1] = came[at, path[at]]
    return TempoPath(times_s, grid[path])
