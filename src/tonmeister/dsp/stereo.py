"""What two channels have in common: correlation, width, and what is left of them in mono."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.dsp.loudness import measure_integrated_lufs


def mid_side(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn left and right into mid and side; applied twice it returns what it was given, but for a factor of one half.

    Parameters
    ----------
    x
        float32, shape (2, n_samples).

    Returns
    -------
    ndarray
        float32, shape (2, n_samples): (L + R) / 2 and (L - R) / 2.

    Raises
    ------
    ValueError
        If there are not two channels.

    Examples
    --------
    >>> mid_side(np.float32([[1.0], [0.5]])).tolist()
    [[0.75], [0.25]]
    """
    if x.ndim != 2 or x.shape[0] != 2:
        raise ValueError(f"mid and side need shape (2, n_samples), got {x.shape}")
    half = np.float32(0.5)
    return np.stack([(x[0] + x[1]) * half, (x[0] - x[1]) * half])


def measure_correlation(left: float, right: float, product: float) -> float:
    """Measure how alike two channels are.

    Parameters
    ----------
    left, right
        Energy of each channel.
    product
        Sum of the channels' products, over the same samples or frequencies.

    Returns
    -------
    float
        1 for equal channels, 0 for unrelated ones, -1 for opposite ones; nan where one is silent.

    Notes
    -----
    Pearson's coefficient without removal of the mean, as correlation meters show it.

    Examples
    --------
    >>> measure_correlation(4.0, 4.0, -4.0)
    -1.0
    """
    energy = math.sqrt(left) * math.sqrt(right)
    return min(1.0, max(-1.0, product / energy)) if energy > 0 else math.nan


def measure_width_percent(left: float, right: float, product: float) -> float:
    """Measure the share of the side signal in the energy of mid and side together.

    Parameters
    ----------
    left, right, product
        As in `measure_correlation`.

    Returns
    -------
    float
        0 for mono, 50 for unrelated channels or for one channel alone, 100 for opposite channels; nan in silence.

    Examples
    --------
    >>> measure_width_percent(1.0, 1.0, 0.0)
    50.0
    """
    both = left + right
    return min(100.0, max(0.0, 50 * (both - 2 * product) / both)) if both > 0 else math.nan


def measure_mono_loss_lu(energies: ArrayLike, products: ArrayLike) -> float:
    """Measure how much quieter the mono fold-down (L + R) / 2 is, when both loudspeakers play it.

    Parameters
    ----------
    energies
        K-weighted energies of left and right per cell of 10 ms, shape (2, n_cells).
    products
        Products of the two, shape (n_cells,) (`KWeightedPower.products`).

    Returns
    -------
    float
        LU: 0 for equal channels, 3 for unrelated ones, inf where nothing remains, nan where there is nothing to lose.

    Examples
    --------
    >>> measure_mono_loss_lu(np.ones((2, 100)), np.ones(100))
    0.0
    """
    left, right = np.asarray(energies, np.float64)
    stereo = left + right
    fold = np.maximum(0.0, (stereo + 2 * np.asarray(products, np.float64)) / 2)
    # What cancels to the last few bits is silence.
    fold[fold < 1e-14 * stereo] = 0
    before, after = measure_integrated_lufs(stereo), measure_integrated_lufs(fold)
    return before - after if math.isfinite(before) else math.nan
