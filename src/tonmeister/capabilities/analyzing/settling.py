"""From a way to count to beats as they sounded: on the even grid where they keep to it, else as they were played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.rhythm import DELAY_S, N_ONSET_CURVES, ONSET_WEIGHTS
from tonmeister.dsp.beats import refine_times
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import whole_cycles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.analyzing.counting import Counted

    Floats = NDArray[np.float64]

LOOSEST_S = 0.013
"""Onsets that lie further from an even grid, by their median, were not played to it: sought up to 0.04 s away,
chance reads 0.02 and a click that drifts by 0.033 reads 0.018, songs played to a click up to 0.009."""


def settle(best: Counted, curves: NDArray[np.float32], first_beat_s: float | None) -> tuple[Floats, bool, float]:
    """Return the beats as they sounded, whether they are even throughout, and how far onsets lie from them."""
    pulse_curve = curves[:, :N_ONSET_CURVES] @ ONSET_WEIGHTS
    beats_s = best.beats_s
    off, scatter_s = _off(beats_s, pulse_curve)
    is_steady = best.count.grid is not None
    if is_steady and first_beat_s is None:
        strays = _strays(off)
        if scatter_s > LOOSEST_S:
            # an even grid that the playing drifts about: what was followed is nearer
            beats_s, is_steady = whole_cycles(best.count.followed, FRAME_S), False
            off, scatter_s = _off(beats_s, pulse_curve)
            beats_s = beats_s + _smooth(off)
        elif strays.any():
            # the grid ends where the tempo changes: from there on the beats follow the playing
            beats_s, is_steady = _patch(beats_s, strays, best.count.followed), False
    elif first_beat_s is None:
        beats_s = beats_s + _smooth(off)
    return _sounding(beats_s), is_steady, scatter_s


def settle_between(
    found: Counted, doubled: Counted, curves: NDArray[np.float32], first_beat_s: float | None
) -> tuple[Floats, bool, float]:
    """Return as `settle` the beats of a count twice as fast as the one that was found.

    Where that one is even, so are the beats between: that seldom anything is struck there makes no grid of them less
    sure.
    """
    _, is_steady, scatter_s = settle(found, curves, first_beat_s)
    if not is_steady:
        return settle(doubled, curves, first_beat_s)
    return _sounding(doubled.beats_s), True, scatter_s


def _sounding(beats_s: Floats) -> Floats:
    beats_s = beats_s - DELAY_S
    beats_s = np.where((beats_s < 0) & (beats_s > -0.03), 0.0, beats_s)
    return np.asarray(beats_s[beats_s >= 0])


def _off(beats_s: Floats, curve: NDArray[np.floating]) -> tuple[Floats, float]:
    """Return how far the onset beside each beat lies from it, NaN where none was heard, and the median of that."""
    heard, is_heard = refine_times(beats_s / FRAME_S, curve, reach=4)
    off = np.where(is_heard, heard * FRAME_S - beats_s, np.nan)
    return off, float(np.nanmedian(np.abs(off - np.nanmedian(off)))) if is_heard.any() else 0.0


def _strays(off: Floats, n_window: int = 16, least: float = 0.35) -> NDArray[np.bool_]:
    """Return which beats lie in stretches where onsets are heard beside the beats, but seldom on them."""
    heard = np.isfinite(off)
    if heard.sum() < n_window:
        return np.zeros(len(off), bool)
    near = heard & (np.abs(np.nan_to_num(off) - np.nanmedian(off)) < 0.025)
    strays = np.zeros(len(off), bool)
    for start in range(0, len(off) - n_window + 1, n_window // 4):
        part = slice(start, start + n_window)
        if heard[part].sum() >= n_window // 2 and near[part].sum() < least * heard[part].sum():
            strays[part] = True
    return strays


def _patch(beats_s: Floats, strays: NDArray[np.bool_], followed: Floats) -> Floats:
    """Return the beats with those of stretches that leave the grid taken from the pulse as it was followed."""
    other = whole_cycles(followed, FRAME_S)
    period = float(np.median(np.diff(beats_s)))
    kept = list(beats_s[~strays])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], strays, [False]]).astype(int)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        low = beats_s[start] - period / 2
        high = beats_s[stop] - period / 2 if stop < len(beats_s) else np.inf
        kept += [time for time in other if low <= time < high]
    merged = np.sort(np.array(kept))
    far = np.concatenate([[True], np.diff(merged) > 0.5 * period])
    return np.asarray(merged[far])


def _smooth(off: Floats, reach: int = 2) -> Floats:
    """Return the running median of how far onsets lie from their beats; 0 where none was heard."""
    padded = np.pad(off, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    known = np.isfinite(windows).any(axis=1)
    out = np.zeros(len(off))
    out[known] = np.nanmedian(windows[known], axis=1)
    return out
