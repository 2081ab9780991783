"""Beats from an onset curve and a tempo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def track_beats(curve: NDArray[np.floating], period_frames: float, *, tightness: float = 100.0) -> NDArray[np.int64]:
    """Return the frames of the beats that lie on strong onsets and keep nearly even distances.

    Parameters
    ----------
    curve
        Onset curve, shape (frames,).
    period_frames
        Expected distance of beats.
    tightness
        Cost of a distance that is off by a factor: ``tightness * log(factor) ** 2``, in units of the curve's spread.

    Notes
    -----
    Source: D. Ellis, "Beat tracking by dynamic programming" (J. New Music Research 36, 2007), equations 1 to 4.
    """
    n = len(curve)
    spread = float(np.std(curve))
    if n < 2 or spread <= 0:
        return np.zeros(0, np.int64)
    local = curve.astype(np.float64) / spread
    lags = np.arange(max(1, round(period_frames / 2)), round(2 * period_frames) + 1)
    cost = -tightness * np.square(np.log(lags / period_frames))
    score = local.copy()
    back = np.full(n, -1, np.int64)
    first = int(lags[0])
    for at in range(first, n):
        usable = lags[: min(len(lags), at - first + 1)]
        total = cost[: len(usable)] + score[at - usable]
        best = int(np.argmax(total))
        if total[best] > 0:
            score[at] = local[at] + total[best]
            back[at] = at - usable[best]
    tail = max(0, n - round(period_frames))
    at = tail + int(np.argmax(score[tail:]))
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(back[at])
    return np.array(beats[::-1], np.int64)
