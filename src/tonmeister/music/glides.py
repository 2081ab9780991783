"""When the pitch of one note glides to another that it stays on, and when it only jumps, steps or sways there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_CENTS = 350.0
LEAST_LIKELY = 0.5
_LEAST_CENTS = 70.0
_HELD_S, _HELD_CENTS = 0.05, 20.0
_OFF_CENTS = 60.0
_START, _ARRIVED = 0.25, 0.85
_LONGEST_GAP = 3.5
_REST_S, _ON_CENTS, _ON_CENTS_PER_S = 0.14, 25.0, 3000.0
_FALL_S, _FALL_CENTS_PER_S = 0.025, 5000.0
# of `Way.traits` in turn, after the constant: written by `benchmarks/bends.py --fit`
_WEIGHTS = (5.069, 1.410, -1.538, -4.125, -1.627, -0.592, 1.226, -3.557, -0.628)


@dataclass(frozen=True)
class Way:
    """How a pitch leaves a note and gets to a higher one that is held.

    Attributes
    ----------
    start_s, arrival_s
        When the pitch leaves, and when it has arrived.
    depth_cents
        How far it went, as it is held.
    released_s
        When it is back at the first pitch, if it glides back there; else None.
    traits
        What tells a glide from steps over frets, a jump and a sway: how long all of the way takes (logarithm of tenths
        of a second); the most cents a millisecond, in fours; the greatest step, of the whole; how much longer than in
        an even glide the pitch is near semitones between; how often it falls and comes up again; how long it is held
        (logarithm); 1 for a semitone, else 0; how long the middle of the way takes (logarithm), 0 for a semitone.
    """

    start_s: float
    arrival_s: float
    depth_cents: float
    released_s: float | None
    traits: tuple[float, ...]


@dataclass(frozen=True)
class Rise:
    """A glide upwards.

    Attributes
    ----------
    start_s, arrival_s
        When the pitch leaves, and when it has arrived.
    depth_cents
        How far it went, as it is held.
    released_s
        When it is back at the first pitch, if it glides back there; else None.
    likelihood
        0 to 1: how likely one string is bent there, and no fret is stepped over and no other note struck.
    """

    start_s: float
    arrival_s: float
    depth_cents: float
    released_s: float | None
    likelihood: float


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
        None where the pitch never leaves, goes out of a finger's reach, or as likely jumps, steps or sways as glides.

    Notes
    -----
    How likely is a logistic function of eight traits of the way (`find_way`), fitted to made-up lines in which bends,
    slides, hammer-ons, vibrato and struck notes are known (`benchmarks/bends.py` tells of others).

    Examples
    --------
    >>> times = np.arange(40) * 0.01
    >>> find_rise(times, 200.0 * np.clip((times - 0.1) / 0.1, 0.0, 1.0)).depth_cents
    200.0
    >>> find_rise(times, np.where(times < 0.1, 0.0, 100.0)) is None
    True
    """
    way = find_way(times_s, cents)
    if way is None:
        return None
    likelihood = float(1.0 / (1.0 + np.exp(-(_WEIGHTS[0] + np.dot(_WEIGHTS[1:], way.traits)))))
    if likelihood < LEAST_LIKELY:
        return None
    return Rise(way.start_s, way.arrival_s, way.depth_cents, way.released_s, likelihood)


def find_way(times_s: Floats, cents: Floats) -> Way | None:
    """Find how a pitch gets from the note's own to a higher one that is held, whether by glide, step or jump.

    Parameters
    ----------
    times_s, cents
        As for `find_rise`.

    Returns
    -------
    Way or None
        None where the pitch does not begin within 60 cents of the note's own, or holds no pitch 70 to 350 cents above
        it for 50 ms within 20 cents. Where it rests and then glides on, it goes on to where it stays.
    """
    if len(times_s) < 6:
        return None
    step_s = float(np.median(np.diff(times_s)))
    n_held = max(3, round(_HELD_S / step_s) + 1)
    if len(cents) <= n_held or abs(float(np.median(cents[: max(2, n_held // 2)]))) > _OFF_CENTS:
        return None
    found = _find_top(cents, n_held, step_s)
    if found is None or not _LEAST_CENTS <= found[0] <= MOST_CENTS:
        return None
    top, stay = found
    arrival = int(np.flatnonzero(cents >= _ARRIVED * top)[0])
    below = np.flatnonzero(cents[:arrival] <= _START * top)
    if not len(below):
        return None
    start = int(below[-1])
    if float(np.diff(times_s[start : arrival + 1]).max()) > _LONGEST_GAP * step_s:
        return None
    traits = _measure_traits(times_s, cents, start, arrival, top, step_s)
    released_s = _find_release(times_s, cents, max(stay, arrival), top)
    return Way(float(times_s[start]), float(times_s[arrival]), top, released_s, traits)


def _find_top(cents: Floats, n_held: int, step_s: float) -> tuple[float, int] | None:
    """Return the first pitch that is held above, or the last of those to which it glides on, and where it is left."""
    windows = np.lib.stride_tricks.sliding_window_view(cents, n_held)
    middles = np.median(windows, axis=1)
    is_held = np.ptp(windows, axis=1) <= _HELD_CENTS
    places = np.flatnonzero(is_held & (middles >= _LEAST_CENTS - 5.0))
    if not len(places):
        return None
    at = int(places[0])
    while True:
        stop = at
        while stop + 1 < len(is_held) and is_held[stop + 1] and abs(middles[stop + 1] - middles[at]) <= _ON_CENTS:
            stop += 1
        later = places[places > stop]
        if not len(later) or (stop - at + n_held) * step_s > _REST_S:
            break
        following = int(later[0])
        steps = np.diff(cents[stop : following + n_held])
        if (
            middles[following] < middles[at] + _ON_CENTS
            or steps.max() > _ON_CENTS_PER_S * step_s
            or steps.min() < -15.0
        ):
            break
        at = following
    return float(np.median(cents[at : stop + n_held])), stop + n_held - 1


def _measure_traits(
    times_s: Floats, cents: Floats, start: int, arrival: int, top: float, step_s: float
) -> tuple[float, ...]:
    way_s = _reach_s(times_s, cents, start, arrival, 0.8 * top) - _reach_s(times_s, cents, start, arrival, 0.25 * top)
    first = start - int(np.argmax(cents[start::-1] <= 0.08 * top)) if (cents[: start + 1] <= 0.08 * top).any() else 0
    there = np.flatnonzero(cents[arrival:] >= 0.96 * top)
    last = arrival + int(there[0]) if len(there) else arrival
    long_s = float(times_s[last] - times_s[first])
    steps = np.diff(cents[start : arrival + 1])
    is_more = top > 130.0
    fallen = np.flatnonzero(cents[arrival:] < 0.75 * top)
    kept_s = float(times_s[arrival + fallen[0]] if len(fallen) else times_s[-1]) - float(times_s[arrival])
    return (
        float(np.log(max(long_s, 0.012) / 0.1)),
        min(float(steps.max()) / step_s, 10_000.0) / 4000.0,
        min(float(steps.max()) / top, 1.0),
        _measure_stair(cents[first : last + 1], top),
        float(min(_count_returns(cents[arrival:] / top), 3)),
        float(np.log(np.clip(kept_s, 0.04, 0.5) / 0.15)),
        float(not is_more),
        float(np.log(max(way_s, 0.008) / 0.06)) * is_more,
    )


def _reach_s(times_s: Floats, cents: Floats, start: int, arrival: int, level: float) -> float:
    """Return when the pitch first reaches a level, between two moments if need be."""
    for at in range(start, arrival):
        low, high = float(cents[at]), float(cents[at + 1])
        if low < level <= high:
            return float(times_s[at] + (times_s[at + 1] - times_s[at]) * (level - low) / (high - low))
    return float(times_s[arrival])


def _measure_stair(way: Floats, top: float) -> float:
    """Return how much longer than by an even glide the pitch is near the semitones between, as a ratio."""
    between = np.arange(100.0, top - 40.0, 100.0)
    if not len(between) or top < 150.0:
        return 0.0
    near = (np.abs(way[:, None] - between) <= 20.0).any(axis=1)
    return min(float(near.mean()) * top / (40.0 * len(between)), 2.5)


def _count_returns(share: Floats) -> int:
    """Count how often a pitch that has fallen comes up again, as it does in vibrato."""
    n, is_down = 0, False
    for each in share.tolist():
        if not is_down and each < 0.35:
            is_down = True
        elif is_down and each > 0.65:
            n, is_down = n + 1, False
    return n


def _find_release(times_s: Floats, cents: Floats, stay: int, top: float) -> float | None:
    """Return when a pitch that is let go is back, if it glides and is heard there."""
    back = np.flatnonzero(cents[stay:] <= 0.2 * top)
    if not len(back):
        return None
    low = stay + int(back[0])
    high = stay + int(np.flatnonzero(cents[stay : low + 1] >= 0.8 * top)[-1]) if cents[stay] >= 0.8 * top else stay
    falls_s = float(times_s[low] - times_s[high])
    is_glide = (
        falls_s >= _FALL_S
        and float(cents[high] - cents[low]) <= _FALL_CENTS_PER_S * falls_s
        and float(np.abs(cents[low : low + 3]).max()) <= 0.3 * top
    )
    return float(times_s[low]) if is_glide else None
