"""Tempo from onset curves: how well each speed fits, and how much likelier one is than another before listening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOWEST_BPM, HIGHEST_BPM = 30.0, 320.0
USUAL_BPM = 115.0
USUAL_OCTAVES = 0.75
"""Spread of the tempos that people tap to, in octaves around `USUAL_BPM`."""


def autocorrelation(curve: NDArray[np.floating], n_lags: int) -> Floats:
    """Return the autocorrelation of a curve for lags below ``n_lags``, each divided by the number of its products."""
    n = len(curve)
    if n == 0:
        return np.zeros(n_lags)
    x = curve.astype(np.float64) - float(np.mean(curve))
    size = 1 << int(np.ceil(np.log2(n + n_lags + 1)))
    power = np.square(np.abs(np.fft.rfft(x, size)))
    raw = np.fft.irfft(power, size)[:n_lags]
    out = np.zeros(n_lags)
    m = min(n_lags, n)
    out[:m] = raw[:m] / np.maximum(n - np.arange(m), n / 4)
    return out


def tempo_prior(tempo_bpm: NDArray[np.floating] | float) -> Floats:
    """Return how usual tempos are: 1 at `USUAL_BPM`, falling as a bell over the logarithm."""
    distance = np.log2(np.asarray(tempo_bpm, np.float64) / USUAL_BPM) / USUAL_OCTAVES
    return np.asarray(np.exp(-0.5 * np.square(distance)))


def tempo_strengths(curve: NDArray[np.floating], frame_s: float, tempos_bpm: NDArray[np.floating]) -> Floats:
    """Return how well each tempo fits: the autocorrelation at one to four beats, as a share of the curve's power.

    Parameters
    ----------
    curve
        Onset curve, shape (frames,).
    frame_s
        Distance of its points.
    tempos_bpm
        Tempos to try.
    """
    periods = 60.0 / np.asarray(tempos_bpm, np.float64) / frame_s
    n_lags = int(np.ceil(4 * periods.max())) + 2
    correlation = autocorrelation(curve, n_lags)
    if correlation[0] <= 0:
        return np.zeros(len(periods))
    lags = np.arange(n_lags)
    return np.asarray(
        sum(
            weight * np.interp(k * periods, lags, correlation) for k, weight in ((1, 0.4), (2, 0.3), (3, 0.1), (4, 0.2))
        )
        / correlation[0]
    )


def find_tempos(curve: NDArray[np.floating], frame_s: float, n_tempos: int = 6) -> list[tuple[float, float]]:
    """Find the tempos that fit best: pairs of beats a minute and strength times prior, the best first."""
    grid = np.exp(np.arange(np.log(LOWEST_BPM), np.log(HIGHEST_BPM), 0.004))
    strength = np.maximum(tempo_strengths(curve, frame_s, grid), 0) * tempo_prior(grid)
    inner = strength[1:-1]
    peaks = 1 + np.nonzero((inner > strength[:-2]) & (inner >= strength[2:]) & (inner > 0))[0]
    best = sorted(peaks, key=lambda at: -strength[at])[:n_tempos]
    return [(float(grid[at]), float(strength[at])) for at in best]
