"""The cheapest way through the grips of a song, remembered: what a change does not touch is not weighed again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tonmeister.music.fingering_costs import N_HURRIED, Floats, Grips, fold_context, move_traits
from tonmeister.music.fingering_styles import Style

_ASKED_FRET = 2.0  # what each fret costs that the hand lies away from where the player asked it to be
_KEPT_STEPS, _FEW_CHORDS = 3, 200  # moves remembered for each chord of the song
_NO_MOVE = np.zeros((0, 0))


@dataclass(frozen=True)
class Chord:
    """Notes that begin together, and what surrounds them."""

    notes: tuple[int, ...]  # by pitch
    pitches: tuple[int, ...]
    onset_s: float
    context: tuple[float, ...]
    hurry: float  # how much of the cost of the move into this chord is left
    ringing: float  # share of the chord before that still rings


Habit = tuple[tuple[tuple[int, int], ...], tuple[float, ...]]
"""Places, each a string from the lowest-placed one and a fret, and what each is worth."""
NO_HABIT: Habit = ((), ())

_Sign = tuple[int, int, Habit, int | None]


class _Weighed(NamedTuple):
    chord: Chord | None
    before: Grips | None
    now: Grips | None
    price: Floats
    step: Floats


_NOTHING = _Weighed(None, None, None, np.zeros(0), _NO_MOVE)


class CheapestWay:
    """The cheapest way through grips, found anew from where something has changed.

    Parameters
    ----------
    style
        What each trait of a grip and of a move weighs.

    Notes
    -----
    Viterbi's algorithm, run forwards for costs alone; which grip came before is asked on the way back, once a chord.
    """

    def __init__(self, style: Style) -> None:
        self._grip_weights = np.array(style.grip_weights)
        self._move_weights = np.array(style.move_weights)
        self._moves: dict[tuple[int, int], tuple[Floats, Floats, Floats]] = {}
        self._steps: dict[tuple[int, int, float, float], Floats] = {}
        self._prices: dict[tuple[int, tuple[float, ...]], Floats] = {}
        self._holds: dict[tuple[int, tuple[tuple[int, int], ...]], Floats] = {}
        self._weighed: list[_Weighed] = []
        self._signs: list[_Sign] = []
        self._into: list[Floats] = []  # the moves into each chord
        self._costs: list[Floats] = []  # of the cheapest way to each grip of each chord

    def is_crowded(self, n_chords: int) -> bool:
        """Tell whether more is remembered than a song of so many chords needs."""
        return len(self._steps) > _KEPT_STEPS * max(n_chords, _FEW_CHORDS)

    def forget(self) -> None:
        """Remember nothing: before grips are made anew, for what is remembered goes by their identity."""
        for weighed in (self._moves, self._steps, self._prices, self._holds):
            weighed.clear()
        self._weighed.clear()
        self._cut(0)

    def _cut(self, n: int) -> None:
        for each in (self._signs, self._into, self._costs):
            del each[n:]

    def find(
        self,
        chords: Sequence[Chord],
        grips: Sequence[Grips],
        habits: Sequence[Habit],
        asked: Sequence[int | None],
        go_on: Callable[[], None] | None,
    ) -> tuple[list[int], float]:
        """Return the grip of each chord, and what the way costs.

        Parameters
        ----------
        chords, grips
            The song, and the grips of each chord.
        habits
            What places are worth to each chord.
        asked
            The fret that the player asked the hand to be at, for each chord.
        go_on
            Called for every chord that is weighed; the search ends with what it raises.
        """
        if not chords:
            return [], 0.0
        is_known = True  # as far as nothing has changed since the last time, the way is known
        cost = np.zeros(0)
        before: Grips | None = None
        for at, (chord, now) in enumerate(zip(chords, grips, strict=True)):
            if go_on and not is_known:
                go_on()
            price, step = self._weigh(at, chord, before, now)
            before = now
            habit = habits[at]
            sign = (id(price), id(step), habit, asked[at])
            if is_known and at < len(self._signs) and self._signs[at] == sign:
                continue
            if is_known:
                is_known = False
                self._cut(at)
                cost = self._costs[-1] if self._costs else cost
            if habit is not NO_HABIT:
                price = price - np.array(habit[1]) @ self._held(now, habit[0])
            if (wanted := asked[at]) is not None:
                price = price + _ASKED_FRET * np.abs(now.hand_fret - wanted)
            cost = (cost + step).min(axis=1) + price if at else price
            self._signs.append(sign)
            self._into.append(step)
            self._costs.append(cost)
        self._cut(len(chords))
        path = [int(self._costs[-1].argmin())]
        for at in range(len(chords) - 1, 0, -1):
            path.append(int((self._costs[at - 1] + self._into[at][path[-1]]).argmin()))
        return path[::-1], float(self._costs[-1].min())

    def _weigh(self, at: int, chord: Chord, before: Grips | None, now: Grips) -> tuple[Floats, Floats]:
        """Return price and moves of a chord; where chord and grips are those of the last time, without a look-up."""
        if at < len(self._weighed):
            weighed = self._weighed[at]
            if weighed.chord is chord and weighed.before is before and weighed.now is now:
                return weighed.price, weighed.step
        else:
            self._weighed.append(_NOTHING)
        price = self.price(now, chord)
        step = _NO_MOVE if before is None else self.step(before, now, chord)
        self._weighed[at] = _Weighed(chord, before, now, price, step)
        return price, step

    def price(self, grips: Grips, chord: Chord) -> Floats:
        """Return what each grip of a chord costs by itself."""
        key = (id(grips), chord.context)
        price = self._prices.get(key)
        if price is None:
            price = self._prices[key] = grips.traits @ fold_context(self._grip_weights, np.array(chord.context))
        return price

    def step(self, before: Grips, now: Grips, chord: Chord) -> Floats:
        """Return the cost of every move into a chord, shape (grips now, grips before)."""
        step = (id(before), id(now), chord.hurry, chord.ringing)
        known = self._steps.get(step)
        if known is not None:
            return known
        key = step[:2]
        if key not in self._moves:
            traits = move_traits(before, now)
            weights = self._move_weights
            hurried = np.tensordot(weights[:N_HURRIED], traits[:N_HURRIED], 1)
            steady = np.tensordot(weights[N_HURRIED:-1], traits[N_HURRIED:-1], 1)
            cuts = weights[-1] * traits[-1]
            self._moves[key] = (
                np.ascontiguousarray(hurried.T),
                np.ascontiguousarray(steady.T),
                np.ascontiguousarray(cuts.T),
            )
        hurried, steady, cuts = self._moves[key]
        self._steps[step] = hurried * chord.hurry + (steady + cuts * chord.ringing if chord.ringing else steady)
        return self._steps[step]

    def _held(self, grips: Grips, places: tuple[tuple[int, int], ...]) -> Floats:
        """Tell which grips hold which of some places, shape (places, grips), 1 or 0."""
        key = (id(grips), places)
        held = self._holds.get(key)
        if held is None:
            rows = [grips.frets[:, string] == fret for string, fret in places]
            held = self._holds[key] = np.array(rows, np.float64)
        return held
