"""Where a reader is told the tempo: at the beginning, and where it changes for good."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_FELT = 0.04  # a change that a reader must be told, as a share
_LASTING = 2.0  # bars that it lasts at least
_STEP = 0.005
_MOST_LEVELS = 400
_ABOUT, _FREE = 0.015, 0.04


@dataclass(frozen=True)
class TempoMark:
    """What stands above a bar.

    Attributes
    ----------
    bar
        Number of the bar from 0.
    tempo_bpm
        Quarters a minute, up to the next mark.
    is_about
        Whether bars lie beside it by more than 1.5 % in the middle: it is written with "ca.".
    is_free
        Whether they lie beside it by more than 4 %: it is played freely.
    is_made_up
        Whether bars are only counted at this tempo, as none was found or told: readers are told none.
    """

    bar: int
    tempo_bpm: float
    is_about: bool = False
    is_free: bool = False
    is_made_up: bool = False


def mark_tempi(tempi_bpm: Sequence[float], song_bpm: float | None = None) -> tuple[TempoMark, ...]:
    """Return the tempo marks that a reader needs.

    Parameters
    ----------
    tempi_bpm
        Tempo of each bar.
    song_bpm
        Tempo of the whole song, as it is told elsewhere: a mark less than 4 % beside it tells the same.

    Returns
    -------
    tuple of TempoMark
        The first above the first bar; another where the tempo moves by more than 4 % for two bars or longer. Where
        tempi scatter from bar to bar, a change must be larger or last longer.

    Raises
    ------
    ValueError
        If a tempo is not above 0.

    Notes
    -----
    Viterbi over levels of tempo: bars pay for lying beside theirs, and changes by what two bars pay at 4 %, and eight
    times the usual change from bar to bar. A single bar never pays enough for two changes.

    Examples
    --------
    >>> [(mark.bar, mark.tempo_bpm) for mark in mark_tempi([120, 120, 120.5, 90, 120, 120, 150, 150, 150])]
    [(0, 120.0), (6, 150.0)]
    """
    if not len(tempi_bpm):
        return ()
    if min(tempi_bpm) <= 0.0:
        raise ValueError(f"tempi_bpm must be above 0, got {min(tempi_bpm)}")
    logs = np.log(np.asarray(tempi_bpm, dtype=np.float64))
    low, high = float(logs.min()), float(logs.max())
    levels = np.linspace(low, high, min(max(int((high - low) / _STEP), 1), _MOST_LEVELS) + 1)
    scatter = float(np.median(np.abs(np.diff(logs)))) if len(logs) > 1 else 0.0
    change = _FELT * _LASTING / 2 + 8.0 * scatter
    back = np.zeros((len(logs), len(levels)), dtype=np.int32)
    total = np.zeros(len(levels))
    for at, here in enumerate(logs):
        best = int(total.argmin())
        back[at] = np.where(total <= total[best] + change, np.arange(len(levels)), best)
        total = np.minimum(total, total[best] + change) + np.minimum(np.abs(levels - here), 1.5 * change)
    path = np.empty(len(logs), dtype=np.int64)
    path[-1] = total.argmin()
    for at in range(len(logs) - 1, 0, -1):
        path[at - 1] = back[at, path[at]]
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(logs)]
    marks = []
    for start, stop in itertools.pairwise(edges):
        middle = float(np.median(logs[start:stop]))
        beside = float(np.median(np.abs(logs[start:stop] - middle)))
        tempo_bpm = float(np.exp(middle))
        if song_bpm and abs(tempo_bpm / song_bpm - 1.0) < _FELT:
            tempo_bpm = song_bpm
        marks.append(TempoMark(start, tempo_bpm, beside > _ABOUT, beside > _FREE))
    return tuple(marks)
