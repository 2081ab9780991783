"""From seconds to note values: a time map through the beats, the subdivision of each beat, swing.

The performance is never changed: what comes out are written places for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tonmeister.music.note_values import Metre
from tonmeister.music.tab import PlayedNote

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SMALLEST_VALUES = ("1/4", "1/8", "1/16", "1/32")
SmallestValue = Literal["1/4", "1/8", "1/16", "1/32"]

_HUMAN_S = 0.02  # what players and pitch trackers scatter around the grid
_EXACT_S = 0.0005
_FINEST = 48  # holds every grid used here
# What a subdivision costs by itself: 1 where it says nothing, in units of half a squared deviation.
_COMPLEXITY = {1: 0.0, 2: 0.3, 4: 0.9, 8: 2.6, 3: 1.3, 6: 4.5}
_CHANGE, _CHANGE_OF_KIND = 0.8, 2.5
_COLLISION = 5.0  # two notes that were heard apart would be written together
_APART_S = 0.04
_SWING_LEAST, _SWING_MOST = 0.56, 0.72
_MIN_SWUNG_BEATS = 6


@dataclass(frozen=True)
class TimeMap:
    """Beats as a map of time: straight between neighbours, steady before the first and after the last.

    Attributes
    ----------
    beats_s
        Times of the beats, at least two, rising.

    Raises
    ------
    ValueError
        If there are fewer than two beats or they do not rise.

    Examples
    --------
    >>> TimeMap((1.0, 1.5, 2.5)).time_s(1.5)
    2.0
    """

    beats_s: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no map."""
        if len(self.beats_s) < 2:
            raise ValueError(f"beats_s must hold at least 2 beats, got {len(self.beats_s)}")
        if not all(a < b for a, b in zip(self.beats_s, self.beats_s[1:], strict=False)):
            raise ValueError("beats_s must rise from beat to beat")

    def beats(self, time_s: Sequence[float] | Floats) -> Floats:
        """Return the places of times, in beats from the first beat; negative before it."""
        known = np.asarray(self.beats_s)
        times = np.asarray(time_s, dtype=np.float64)
        inside = np.interp(times, known, np.arange(len(known)))
        before = (times - known[0]) / (known[1] - known[0])
        after = len(known) - 1 + (times - known[-1]) / (known[-1] - known[-2])
        placed: Floats = np.where(times < known[0], before, np.where(times > known[-1], after, inside))
        return placed

    def time_s(self, beat: float | Fraction) -> float:
        """Return the time of a place in beats."""
        at = min(max(int(np.floor(float(beat))), 0), len(self.beats_s) - 2)
        start, stop = self.beats_s[at], self.beats_s[at + 1]
        return start + (float(beat) - at) * (stop - start)

    def beat_length_s(self, beat: int) -> float:
        """Return the length of a beat."""
        at = min(max(beat, 0), len(self.beats_s) - 2)
        return self.beats_s[at + 1] - self.beats_s[at]


@dataclass(frozen=True)
class Quantised:
    """Written places of notes, in beats from the first beat of the time map.

    Attributes
    ----------
    onsets, offsets
        One per note in the order handed in; an offset is always after its onset.
    subdivisions
        Equal parts of each beat, by number of the beat.
    swing_percent
        Where the second of two written eighths falls within the beat as played: 50 is straight, 66.7 a triplet's third
        note; None where no swing was found.
    """

    onsets: tuple[Fraction, ...]
    offsets: tuple[Fraction, ...]
    subdivisions: dict[int, int]
    swing_percent: float | None


def quantise(
    notes: Sequence[PlayedNote],
    time_map: TimeMap,
    *,
    smallest: SmallestValue = "1/16",
    triplets: bool = True,
    metre: Metre | None = None,
    detect_swing: bool = True,
) -> Quantised:
    """Choose a subdivision for every beat and put every note on it.

    Parameters
    ----------
    notes
        The performance.
    time_map
        Its beats.
    smallest
        The smallest value to write.
    triplets
        Whether beats may be divided by three.
    metre
        Tells how long a beat is; 4/4 where not given. The beat of a compound metre (6/8) is divided by three and six.
    detect_swing
        Whether swung eighths are written straight with a remark.

    Returns
    -------
    Quantised
        Written places.

    Raises
    ------
    ValueError
        If ``smallest`` is unknown.

    Notes
    -----
    Viterbi's algorithm over the subdivisions of the beats: squared distance to the grid in units of the scatter to be
    expected, the grid's complexity, notes that fall together, and changes of the grid. The scatter is that of players
    (20 ms) unless the notes lie on one fine grid anyhow, as those of a machine do; so an exact grid comes out exactly.

    Examples
    --------
    >>> played = [PlayedNote(0.01, 0.24, 60), PlayedNote(0.26, 0.5, 62)]
    >>> quantise(played, TimeMap((0.0, 0.5, 1.0))).onsets
    (Fraction(0, 1), Fraction(1, 2))
    """
    if smallest not in SMALLEST_VALUES:
        raise ValueError(f"smallest must be one of {', '.join(SMALLEST_VALUES)}, got {smallest!r}")
    if not notes:
        return Quantised((), (), {}, None)
    onset = time_map.beats([note.onset_s for note in notes])
    offset = time_map.beats([note.offset_s for note in notes])
    metre = metre or Metre()
    allowed = _subdivisions(smallest, triplets, metre)
    swing = _find_swing(onset) if detect_swing and not metre.is_compound and 2 in allowed else None
    if swing is not None:
        onset, offset = _straighten(onset, swing), _straighten(offset, swing)
        allowed = [parts for parts in allowed if parts % 3] or [1]
    weights = np.array([0.5 + note.velocity / 127.0 for note in notes])
    chosen = _choose_subdivisions(onset, weights, time_map, allowed)
    onsets = [_snap(place, chosen) for place in onset.tolist()]
    offsets = []
    for start, stop in zip(onsets, offset.tolist(), strict=True):
        end = _snap(stop, chosen)
        parts = chosen.get(start.__floor__(), 1)
        offsets.append(end if end > start else start + Fraction(1, parts))
    percent = None if swing is None else 100.0 * swing
    return Quantised(tuple(onsets), tuple(offsets), chosen, percent)


def _subdivisions(smallest: str, triplets: bool, metre: Metre) -> list[int]:
    least = 4 * Fraction(smallest)
    beat = metre.beat_quarters
    if metre.is_compound:  # a beat holds three eighths
        return [parts for parts in (1, 3, 6, 12) if parts == 1 or beat / parts >= least]
    even = [parts for parts in (1, 2, 4, 8, 16) if parts == 1 or beat / parts >= least]
    # a triplet's notes count as the value that they are written with
    return even + [parts for parts in (3, 6) if triplets and 2 * parts // 3 in even]


def _find_swing(onset: Floats) -> float | None:
    """Return where the second eighth falls, if beats are divided in two unequal parts throughout."""
    beat = np.floor(onset + 0.08)
    within = onset - beat
    late: list[float] = []
    n_other = 0
    for number in np.unique(beat):
        here = within[beat == number]
        inner = here[here > 0.08]
        if not len(inner):
            continue
        if np.ptp(inner) <= 0.06 and 0.45 < inner.mean() < 0.8:
            late.append(float(inner.mean()))
        else:
            n_other += 1
    if len(late) < _MIN_SWUNG_BEATS or n_other > len(late) / 4:
        return None
    middle = float(np.median(late))
    n_near = sum(abs(place - middle) < 0.06 for place in late)
    return middle if _SWING_LEAST <= middle <= _SWING_MOST and n_near >= 0.75 * len(late) else None


def _straighten(place: Floats, swing: float) -> Floats:
    beat = np.floor(place)
    within = place - beat
    even: Floats = beat + np.where(within < swing, within * 0.5 / swing, 0.5 + (within - swing) * 0.5 / (1.0 - swing))
    return even


def _scatter_s(onset: Floats, time_map: TimeMap) -> float:
    beat_s = float(np.median(np.diff(time_map.beats_s)))
    distance_s = np.abs(onset * _FINEST - np.round(onset * _FINEST)) / _FINEST * beat_s
    # of numbers that know nothing of the grid this would be 0.29 of its spacing
    spread_s = float(np.sqrt(np.mean(distance_s**2)))
    return max(_EXACT_S, spread_s) if spread_s < 0.1 * beat_s / _FINEST else _HUMAN_S


def _choose_subdivisions(onset: Floats, weights: Floats, time_map: TimeMap, allowed: Sequence[int]) -> dict[int, int]:
    scatter_s = _scatter_s(onset, time_map)
    order = np.argsort(onset, kind="stable")
    onset, weights = onset[order], weights[order]
    beats = np.floor(onset).astype(int)
    numbers = list(range(int(beats[0]), int(beats[-1]) + 1))
    change = np.array([[_change_cost(one, other) for one in allowed] for other in allowed])
    cost = np.zeros(len(allowed))
    back = []
    lengths_s = np.array([time_map.beat_length_s(number) for number in numbers])
    places = beats - numbers[0]
    prices = np.stack(
        [_grid_costs(onset - beats, weights, places, parts, lengths_s, scatter_s) for parts in allowed], axis=1
    )
    for price in prices:
        total = cost[None, :] + change
        best = total.argmin(axis=1)
        back.append(best)
        cost = total[np.arange(len(best)), best] + price
    at = int(cost.argmin())
    chosen: dict[int, int] = {}
    for number, best in zip(reversed(numbers), reversed(back), strict=True):
        chosen[number] = allowed[at]
        at = int(best[at])
    return dict(sorted(chosen.items()))


def _grid_costs(
    within: Floats, weights: Floats, places: Ints, parts: int, lengths_s: Floats, scatter_s: float
) -> Floats:
    """Return what each beat costs when it is divided in so many parts; ``places`` are the notes' beats, from 0."""
    n_beats = len(lengths_s)
    slot = np.round(within * parts)
    error = (within - slot / parts) * lengths_s[places] / scatter_s
    cost = _COMPLEXITY.get(parts, 3.0) + 0.5 * np.bincount(places, np.minimum(error**2, 1e6) * weights, n_beats)
    together = (np.diff(places) == 0) & (np.diff(slot) == 0) & (np.diff(within) * lengths_s[places[1:]] > _APART_S)
    collided: Floats = cost + _COLLISION * np.bincount(places[1:][together], minlength=n_beats)
    return collided


def _change_cost(one: int, other: int) -> float:
    if one == other or 1 in (one, other):
        return 0.0
    return _CHANGE if (one % 3 == 0) == (other % 3 == 0) else _CHANGE_OF_KIND


def _snap(place: float, subdivisions: dict[int, int]) -> Fraction:
    beat = math.floor(place)
    parts = subdivisions.get(beat, 1)
    return _fraction(beat * parts + round((place - beat) * parts), parts)


@lru_cache(maxsize=1 << 14)  # many notes share a place, and a tab is written anew after every edit
def _fraction(n: int, parts: int) -> Fraction:
    return Fraction(n, parts)
