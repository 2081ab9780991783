"""What tells steady noise from music: no line in its spectrum stands out, and nothing in it begins.

Noise of any colour has a smooth spectrum once it is averaged, and its bands only tremble from one moment to the next.
Drums have the smooth spectrum and begin again and again; a drone stays still and has lines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
FRAME_SAMPLES = 2048
HOP_SAMPLES = 1024
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 7600.0
_AROUND_BINS = 17
"""So many bins together are the smooth spectrum that lines stand out of."""
_FLOOR_DB = -60.0
"""Bins so far below the loudest part of the smooth spectrum are not looked at."""
_BAND_FLOOR_DB = -50.0
_EDGES = np.unique(np.concatenate([np.arange(4, 64, 8), np.geomspace(64, 970, 14).astype(int)]))


def measure_noise_traits(sound: NDArray[np.float32]) -> tuple[float, float]:
    """Measure how much lines stand out of the spectrum, and how strongly things begin.

    Parameters
    ----------
    sound
        (n_samples,) at `RATE_HZ`, 1 s or longer; its level does not matter.

    Returns
    -------
    lines_db
        Mean distance of the averaged spectrum from itself smoothed over 17 bins, octaves counting alike. Noise of 4 s
        has 0.4 to 1.1 dB, by its colour.
    rises_db
        What the bands rise by from one frame to the next, as a mean over the bands: what 5 % of the frames exceed.
        Noise has 1.1 to 1.6 dB.

    Raises
    ------
    ValueError
        If the sound is shorter than 1 s, or not float32 of one dimension.

    Notes
    -----
    Source: our own; the bounds are those of white, pink, brown, band-limited, clipped, swelling and MP3-coded noise.
    """
    if sound.ndim != 1 or sound.dtype != np.float32 or len(sound) < RATE_HZ:
        raise ValueError(f"sound must be 1 s or more of float32 in one dimension, got {sound.dtype} {sound.shape}")
    frames = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), FRAME_SAMPLES)[::HOP_SAMPLES]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME_SAMPLES))) ** 2 + 1e-20
    return _lines_db(power), _rises_db(power)


def _lines_db(power: NDArray[np.float64]) -> float:
    mean_db = 10 * np.log10(power.mean(axis=0))
    padded = np.pad(mean_db, _AROUND_BINS // 2, mode="edge")
    smooth_db = np.convolve(padded, np.full(_AROUND_BINS, 1 / _AROUND_BINS), "valid")
    hz = np.arange(len(mean_db)) * RATE_HZ / FRAME_SAMPLES
    within = (hz > _LOWEST_HZ) & (hz < _HIGHEST_HZ)
    within &= smooth_db > smooth_db[within].max() + _FLOOR_DB
    return float(np.average(np.abs(mean_db - smooth_db)[within], weights=1 / hz[within]))


def _rises_db(power: NDArray[np.float64]) -> float:
    bands_db = 10 * np.log10(np.add.reduceat(power[:, : _EDGES[-1]], _EDGES[:-1], axis=1))
    mean_db = bands_db.mean(axis=0)
    steps_db = np.diff(bands_db[:, mean_db > mean_db.max() + _BAND_FLOOR_DB], axis=0)
    return float(np.percentile(np.maximum(steps_db, 0).mean(axis=1), 95))
