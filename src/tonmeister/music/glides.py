"""When the pitch of one note glides to another that it stays on, and when it only jumps there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_CENTS = 350.0
_LEAST_CENTS = 70.0
_HELD_S, _HELD_CENTS = 0.05, 20.0
_OFF_CENTS = 60.0
_START, _ARRIVED = 0.25, 0.85
_LEAST_S, _MOST_S = 0.025, 0.45
_LONGEST_GAP = 2.5
_STEP_CENTS, _STEP_SHARE = 45.0, 0.4
_BACK_SHARE = 0.25
_STILL_S, _STILL_CENTS = 0.09, 12.0


@dataclass(frozen=True)
class Rise:
    """A glide upwards.

    Attributes
    ----------
    start_s, arrival_s
        When the pitch leaves, and when it has arrived.
    depth_cents
        How far it went, as it is held.
    """

    start_s: float
    arrival_s: float
    depth_cents: float


def find_rise(times_s: Floats, cents: Floats) -> Rise | None:
    """Find a glide from a note's own pitch to a higher one that is held.

    Parameters
    ----------
    times_s
        (n,), rising; where no pitch is heard there is no time.
    cents
        (n,), distance from the note's own pitch.

    Returns
    -------
    Rise or None
        None where the pitch never leaves, jumps, stands still on its way, or goes out of a finger's reach.

    Notes
    -----
    A glide of 70 to 350 cents begins within 60 cents of the note's pitch, takes 25 to 450 ms, is heard at two places
    or more between, without a gap, moves no more than 45 cents (or two fifths of the way) from one moment to the next,
    and is held for 50 ms within 20 cents.

    Examples
    --------
    >>> times = np.arange(40) * 0.01
    >>> find_rise(times, 200.0 * np.clip((times - 0.1) / 0.1, 0.0, 1.0)).depth_cents
    200.0
    >>> find_rise(times, np.where(times < 0.1, 0.0, 100.0)) is None
    True
    """
    if len(times_s) < 4:
        return None
    step_s = float(np.median(np.diff(times_s)))
    held = max(2, round(_HELD_S / step_s))
    if len(cents) <= held or abs(float(np.median(cents[: max(2, held // 2)]))) > _OFF_CENTS:
        return None
    # the height that is held for a while, not a single peak
    windows = np.lib.stride_tricks.sliding_window_view(cents, held)
    is_held = np.ptp(windows, axis=1) <= _HELD_CENTS
    top = float(windows.min(axis=1)[is_held].max()) if is_held.any() else 0.0
    if not _LEAST_CENTS <= top <= MOST_CENTS:
        return None
    arrival = int(np.flatnonzero(cents >= _ARRIVED * top)[0])
    below = np.flatnonzero(cents[:arrival] <= _START * top)
    if not len(below):
        return None
    start = int(below[-1])
    way = cents[start : arrival + 1]
    steps = np.diff(way)
    is_glide = (
        arrival - start >= 3
        and _LEAST_S <= times_s[arrival] - times_s[start] <= _MOST_S
        and float(np.diff(times_s[start : arrival + 1]).max()) <= _LONGEST_GAP * step_s
        and float(steps.max()) <= max(_STEP_CENTS, _STEP_SHARE * top)
        and -float(steps[steps < 0].sum()) <= _BACK_SHARE * top
        and not _stands_still(way[1:-1], max(2, round(_STILL_S / step_s)))
    )
    return Rise(float(times_s[start]), float(times_s[arrival]), top) if is_glide else None


def _stands_still(cents: Floats, n: int) -> bool:
    if len(cents) < n:
        return False
    windows = np.lib.stride_tricks.sliding_window_view(cents, n)
    return bool((windows.max(axis=1) - windows.min(axis=1) < _STILL_CENTS).any())
