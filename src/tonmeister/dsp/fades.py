"""How one sound gives way to another, and gain that moves over time."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Samples = NDArray[np.float32]
Shape = Literal["equal_power", "equal_gain"]


def rise(n_samples: int, shape: Shape = "equal_power") -> NDArray[np.float32]:
    """Return the gains of a fade in; those of the fade out that goes with it are the same in reverse.

    Parameters
    ----------
    n_samples
        Length.
    shape
        ``"equal_power"`` for sounds that have nothing to do with each other: their powers sum to one. ``"equal_gain"``
        for two takes of the same sound: their amplitudes sum to one.

    Returns
    -------
    float32 (n_samples,), rising from above 0 to below 1.

    Raises
    ------
    ValueError
        If the length is negative or the shape unknown.

    Examples
    --------
    >>> gains = rise(100)
    >>> bool(np.allclose(gains**2 + gains[::-1] ** 2, 1.0, atol=1e-6))
    True
    """
    if n_samples < 0:
        raise ValueError(f"a fade cannot last {n_samples} samples")
    turn = (np.arange(n_samples) + 0.5) * (np.pi / 2 / max(1, n_samples))
    if shape not in ("equal_power", "equal_gain"):
        raise ValueError(f"there is no fade {shape!r}")
    gains: NDArray[np.float32] = (np.sin(turn) if shape == "equal_power" else np.sin(turn) ** 2).astype(np.float32)
    return gains


def fade_in(audio: Samples, n_samples: int, shape: Shape = "equal_power") -> None:
    """Fade in the beginning of ``audio`` (channels, samples) in place; a fade longer than the sound is shortened."""
    n = min(n_samples, audio.shape[1])
    audio[:, :n] *= rise(n, shape)


def fade_out(audio: Samples, n_samples: int, shape: Shape = "equal_power") -> None:
    """Fade out the end of ``audio`` (channels, samples) in place; a fade longer than the sound is shortened."""
    n = min(n_samples, audio.shape[1])
    if n:
        audio[:, -n:] *= rise(n, shape)[::-1]


def ride(audio: Samples, at_samples: ArrayLike, gains_db: ArrayLike) -> None:
    """Ride the level of ``audio`` (channels, samples) in place: straight lines in dB between points, level beyond.

    Raises
    ------
    ValueError
        Unless there are as many points as gains, rising in time.
    """
    at, gains = np.asarray(at_samples, np.float64), np.asarray(gains_db, np.float64)
    if at.ndim != 1 or at.shape != gains.shape or at.size == 0 or np.any(np.diff(at) < 0):
        raise ValueError(f"points of a level must rise and have one gain each, got {at.shape} and {gains.shape}")
    curve_db = np.interp(np.arange(audio.shape[1]), at, gains)
    audio *= (10.0 ** (curve_db / 20.0)).astype(np.float32)
