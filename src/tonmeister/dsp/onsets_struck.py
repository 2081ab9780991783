"""What was struck at an onset beside other instruments: traits of each rise of the mel bands.

`tonmeister.dsp.drums` hears drums alone, in more detail; this hears kick and snare in a mix, for the sake of the beat.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.onsets import FLOOR_DB, spectral_flux

RANGE_DB = 60.0
LEAST_RISE_DB = 0.5
N_PAIRS = 20
N_TRAITS = 4 * N_PAIRS
_APART = 3
_BEFORE, _HIGH, _SOON, _LATE = (-6, -2), (-1, 3), (4, 8), (8, 15)


def find_strikes(level_db: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the frames where bands rise suddenly, and measure what rises and how it dies away.

    Parameters
    ----------
    level_db
        Levels of mel bands (`tonmeister.dsp.onsets.BandLevels`), shape (frames, bands).

    Returns
    -------
    strikes, traits
        Frames, shape (strikes,), and float32 of shape (strikes, `N_TRAITS`): by pair of neighbouring bands the rise,
        the height, and what is left after 60 ms and after 130 ms, in units of `RANGE_DB`.
    """
    flux = spectral_flux(level_db).mean(axis=1)
    if len(flux) < 3:
        return np.zeros(0, np.int64), np.zeros((0, N_TRAITS), np.float32)
    is_peak = (flux[1:-1] > flux[:-2]) & (flux[1:-1] >= flux[2:]) & (flux[1:-1] > LEAST_RISE_DB)
    peaks = np.flatnonzero(is_peak) + 1
    highest = np.lib.stride_tricks.sliding_window_view(np.pad(flux, _APART), 2 * _APART + 1).max(axis=1)
    strikes = peaks[flux[peaks] >= highest[peaks]]
    level = level_db.astype(np.float32)
    top = max(float(np.percentile(level.max(axis=1), 95)), FLOOR_DB + RANGE_DB)
    level = np.clip((level - top) / RANGE_DB + 1, 0, 1.5)
    level = level.reshape(len(level), N_PAIRS, -1).mean(axis=2)

    def around(span: tuple[int, int]) -> NDArray[np.float32]:
        places = np.clip(strikes[:, np.newaxis] + np.arange(*span), 0, len(level) - 1)
        found = level[places]
        return np.asarray(found.max(axis=1) if span == _HIGH else found.mean(axis=1), np.float32)

    before, high, soon, late = (around(span) for span in (_BEFORE, _HIGH, _SOON, _LATE))
    return strikes.astype(np.int64), np.concatenate([high - before, high, soon - high, late - high], axis=1)
