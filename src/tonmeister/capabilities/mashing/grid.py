"""A song's bars and beats as one table of times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def bar_edges(
    beats_s: Sequence[float], downbeats: Sequence[int], n_beats: int, duration_s: float
) -> NDArray[np.float64]:
    """Return where each beat of each whole bar begins, and where its bar ends: shape (bars, n_beats + 1).

    Bar ``b`` begins at downbeat ``b``. A bar that was heard with another number of beats is divided evenly. The last
    bar counts if the song lasts until its end.
    """
    beats = np.asarray(beats_s, np.float64)
    starts = [int(at) for at in downbeats]
    rows: list[NDArray[np.float64]] = []
    for at, following in zip(starts, [*starts[1:], None], strict=True):
        if following is None:
            if len(rows) == 0:
                break
            beat = float(np.median(np.diff(rows[-1])))
            kept = beats[at : at + n_beats + 1]
            more = kept[-1] + beat * np.arange(1, n_beats + 2 - len(kept))
            row = np.concatenate([kept, more])
            if row[-1] > duration_s + 0.5 * beat:
                break
        elif following - at == n_beats:
            row = beats[at : following + 1]
        else:
            row = np.linspace(beats[at], beats[following], n_beats + 1)
        rows.append(row)
    return np.stack(rows) if rows else np.zeros((0, n_beats + 1))
