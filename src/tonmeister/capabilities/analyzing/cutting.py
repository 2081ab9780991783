"""Files that are cut to whole bars, as loops and the stems of a project are: they begin with a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.rhythm import DELAY_S, N_ONSET_CURVES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEIGHT = 3.0
"""How much surer a bar is at the beginning of such a file (natural logarithm): by chance one file in twenty lasts whole
bars of four, and not all of those begin with a stroke."""
_FIRST_FRAMES = 2
_STRUCK = 0.5
_NEAR_S, _NEAR_BEATS = 0.035, 0.1


def begins_struck(curves: NDArray[np.floating]) -> bool:
    """Tell whether a sound begins with the file, half as sudden as the strokes in it."""
    onsets = curves[:, :N_ONSET_CURVES].max(axis=1)
    return len(onsets) > _FIRST_FRAMES and float(onsets[:_FIRST_FRAMES].max()) >= _STRUCK * float(
        np.quantile(onsets, 0.98)
    )


def weigh_cut(scores: dict[int, Floats], beats_s: Floats, duration_s: float) -> dict[int, Floats]:
    """Return the log-likelihoods of the beats that may begin the first bar, for a file that begins with a stroke.

    Parameters
    ----------
    scores
        By bar length: shape (beats of the bar,).
    beats_s
        Beats of the way to count, as onsets are told (`DELAY_S` late).
    duration_s
        Length of the file.
    """
    if len(beats_s) < 2:
        return scores
    period_s = float(np.median(np.diff(beats_s)))
    gone = (float(beats_s[0]) - DELAY_S) / period_s
    if abs(gone - round(gone)) * period_s > _NEAR_S:
        return scores
    weighed = {}
    for n_beats, each in scores.items():
        n_bars = duration_s / period_s / n_beats
        is_whole = round(n_bars) >= 1 and abs(n_bars - round(n_bars)) * n_beats <= _NEAR_BEATS
        weighed[n_beats] = each + WEIGHT * (np.arange(n_beats) == -round(gone) % n_beats) * is_whole
    return weighed
