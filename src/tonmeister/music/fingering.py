"""Which string and which fret: the cheapest way of the left hand through a song.

Notes that begin together form a chord; each chord can be taken by a number of grips (voicing and position of the hand).
Viterbi's algorithm finds the path through the grips that costs least: `fingering_costs` tells what there is to weigh, a
style (`fingering_styles`) how much it weighs.
"""

from __future__ import annotations

import copy
import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from tonmeister.music.fingering_costs import (
    N_HURRIED,
    Floats,
    Grips,
    Ints,
    fold_context,
    make_grips,
    move_traits,
    time_scale,
)
from tonmeister.music.fingering_styles import DIFFICULTIES, STYLES, Style, choose_style
from tonmeister.music.fretboard import Fretboard, find_voicings, is_reachable
from tonmeister.music.tab import Fingering, LeftOut, Place, PlayedNote

_TOGETHER_S = 0.03  # onsets nearer than this to the one before belong to one chord: a strum, not a run
STRUM_S = 0.09  # the longest strum
_CONTEXT_S = 2.0
_STILL_RINGS_S = 0.06
_HABIT_OF_CHORD, _HABIT_OF_PITCH = 1.5, 0.75  # what a place is worth that the player has chosen nearby
_HABIT_S = 10.0  # as long after, it is worth half as much
_ASKED_FRET = 2.0  # what each fret costs that the hand lies away from where the player asked it to be

_KEPT_STEPS, _FEW_CHORDS = 3, 200  # moves remembered for each chord of the song

_NO_MOVE = np.zeros(0, np.int64)
_ROWS = np.arange(4096)

Reason = Literal["out of range", "same pitch twice", "no string free", "out of reach", "simplified"]


@dataclass(frozen=True)
class _Chord:
    notes: tuple[int, ...]  # by pitch
    pitches: tuple[int, ...]
    onset_s: float
    context: tuple[float, ...]
    hurry: float  # how much of the cost of the move into this chord is left
    ringing: float  # share of the chord before that still rings


_Sign = tuple[int, int, Sequence[tuple[int, int, float]], int | None]


class _Way:
    """What the cheapest way to each grip of each chord cost, and by which grip of the chord before it came."""

    def __init__(self) -> None:
        self.signs: list[_Sign] = []
        self.back: list[Ints] = []
        self.costs: list[Floats] = []

    def add(self, sign: _Sign, best: Ints, cost: Floats) -> None:
        self.signs.append(sign)
        self.back.append(best)
        self.costs.append(cost)

    def cut(self, n: int) -> None:
        for each in (self.signs, self.back, self.costs):
            del each[n:]


@dataclass(frozen=True)
class HandWish:
    """Where the player wants the index finger: at a fret (from the capo), for the notes that begin in a stretch."""

    start_s: float
    stop_s: float
    fret: int


class LeftHand:
    """A left hand that knows a song, and finds its way anew whenever the player pins a note to a place.

    Parameters
    ----------
    notes
        The song, in any order.
    fretboard
        The neck.
    style
        A name from `STYLES`, or weights of one's own. "any" becomes what `choose_style` finds in the notes.
    difficulty
        A name from `DIFFICULTIES`.
    go_on
        As for `solve`.

    Raises
    ------
    ValueError
        If style or difficulty is unknown.

    Notes
    -----
    Source: optimum path over fingerings after S. Sayegh, "Fingering for String Instruments with the Optimum Path
    Paradigm", Computer Music Journal 13(3), 1989; the traits are our own. The result is the global optimum over the
    grips looked at and depends on nothing but notes, neck, style, difficulty and locks.

    Examples
    --------
    >>> hand = LeftHand([PlayedNote(0.0, 0.5, 40), PlayedNote(0.5, 1.0, 47)], Fretboard())
    >>> hand.solve().places
    (Place(string=6, fret=0), Place(string=5, fret=2))
    >>> hand.solve({1: Place(6, 7)}).places[1]
    Place(string=6, fret=7)
    """

    def __init__(
        self,
        notes: Sequence[PlayedNote],
        fretboard: Fretboard,
        *,
        style: str | Style = "any",
        difficulty: str = "full",
        go_on: Callable[[], None] | None = None,
    ):
        if isinstance(style, str) and style not in STYLES:
            raise ValueError(f"style must be one of {', '.join(STYLES)}, got {style!r}")
        if difficulty not in DIFFICULTIES:
            raise ValueError(f"difficulty must be one of {', '.join(DIFFICULTIES)}, got {difficulty!r}")
        self.notes = tuple(notes)
        self.fretboard = fretboard
        self.difficulty = DIFFICULTIES[difficulty]
        self._open = np.array(fretboard.tuning) + fretboard.capo
        self._groups = _group(self.notes)
        self.style = style if isinstance(style, Style) else self._find_style(style)
        self._grip_weights = np.array(self.style.grip_weights)
        self._move_weights = np.array(self.style.move_weights)
        self._grips: dict[tuple[tuple[int, ...], tuple[Place | None, ...]], Grips | None] = {}
        self._moves: dict[tuple[int, int], tuple[Floats, Floats, Floats]] = {}
        self._steps: dict[tuple[int, int, float, float], Floats] = {}
        self._prices: dict[tuple[int, tuple[float, ...]], Floats] = {}
        self._choices: dict[tuple[tuple[int, int], ...], tuple[tuple[int, ...], tuple[tuple[int, Reason], ...]]] = {}
        self._chosen_plain: list[tuple[tuple[int, ...], tuple[LeftOut, ...]]] = []
        self._choose_plain(go_on)
        self._way = _Way()

    def _find_style(self, name: str) -> Style:
        if name != "any":
            return STYLES[name]
        return choose_style([self._pitches(group) for group in self._groups], self._open.tolist())

    def with_notes(self, notes: Sequence[PlayedNote], *, go_on: Callable[[], None] | None = None) -> LeftHand:
        """Return a hand for other notes, such as a song after an edit, that keeps all it has weighed before.

        ``go_on`` is as for `solve`.
        """
        other = copy.copy(self)
        other.notes = tuple(notes)
        other._groups = _group(other.notes)
        other._choose_plain(go_on)
        return other

    def solve(
        self,
        locks: Mapping[int, Place] = MappingProxyType({}),
        wishes: Sequence[HandWish] = (),
        *,
        go_on: Callable[[], None] | None = None,
    ) -> Fingering:
        """Find the cheapest fingering in which every locked note lies where it is locked to.

        Parameters
        ----------
        locks
            Index of a note to its place. A place chosen for a pitch also makes that place likelier for the same pitch
            elsewhere, as players keep to what they do.
        wishes
            Where the hand is to be; followed as far as notes and locks allow. The last one holds where two overlap.
        go_on
            Called for every chord, and for every way to leave notes of it out; the search ends with what it raises.

        Raises
        ------
        ValueError
            If a locked place does not sound the note's pitch, or two locks cannot be held at once.
        """
        self._check(locks)
        if len(self._steps) > _KEPT_STEPS * max(len(self._groups), _FEW_CHORDS):
            self._forget()
        chords, left_out = self._choose_chords(locks, go_on)
        grips = [self._grips_of(chord, locks) for chord in chords]
        path, cost = self._find_path(chords, grips, self._habits(chords, locks), self._asked(chords, wishes), go_on)
        places: list[Place | None] = [None] * len(self.notes)
        hands = [0] * len(self.notes)
        for chord, chord_grips, at in zip(chords, grips, path, strict=True):
            voicing = chord_grips.voicings[chord_grips.voicing[at]]
            for note, place in zip(chord.notes, voicing, strict=True):
                places[note], hands[note] = place, int(chord_grips.hand_fret[at])
        return Fingering(tuple(places), tuple(hands), left_out, cost, self.style.name)

    def _forget(self) -> None:
        """Weigh anew: what a song weighed before many edits is of no more use, and takes room."""
        for weighed in (self._grips, self._moves, self._steps, self._prices):
            weighed.clear()
        self._way.cut(0)

    def _check(self, locks: Mapping[int, Place]) -> None:
        for note, place in locks.items():
            if not 0 <= note < len(self.notes):
                raise ValueError(f"locks name note {note}, but the song has {len(self.notes)} notes")
            if self.fretboard.midi(place) != self.notes[note].midi:
                raise ValueError(
                    f"note {note} (MIDI {self.notes[note].midi}) cannot be locked to string {place.string}, "
                    f"fret {place.fret}, which sounds MIDI {self.fretboard.midi(place)}"
                )
        if len(locks) > 1:
            for group in self._groups:
                held = [locks[note] for note in group if note in locks]
                if len(held) > 1 and not is_reachable(held):
                    raise ValueError(
                        f"the locks at {self.notes[group[0]].onset_s:.2f} s cannot be held at once: {held}"
                    )

    def _choose_plain(self, go_on: Callable[[], None] | None) -> None:
        """Choose the notes of each chord as they are without locks."""
        self._chosen_plain = [self._choose_notes(group, {}, go_on) for group in self._groups]

    def _choose_chords(
        self, locks: Mapping[int, Place], go_on: Callable[[], None] | None = None
    ) -> tuple[list[_Chord], tuple[LeftOut, ...]]:
        chosen = list(self._chosen_plain)
        if locks:
            for at, group in enumerate(self._groups):
                if not locks.keys().isdisjoint(group):
                    chosen[at] = self._choose_notes(group, locks, go_on)
        left_out = sorted((each for _, dropped in chosen for each in dropped), key=lambda each: each.note)
        return self._make_chords([notes for notes, _ in chosen if notes]), tuple(left_out)

    def _choose_notes(
        self, group: Sequence[int], locks: Mapping[int, Place], go_on: Callable[[], None] | None = None
    ) -> tuple[tuple[int, ...], tuple[LeftOut, ...]]:
        """Return the notes of a chord that are taken, by pitch, and those that are not."""
        if any(note in locks for note in group) or list(group) != sorted(group):
            return self._weigh_notes(group, locks, go_on)
        key = tuple((self.notes[note].midi, self.notes[note].velocity) for note in group)
        if key not in self._choices:
            kept, out = self._weigh_notes(group, {}, go_on)
            places = {note: at for at, note in enumerate(group)}
            self._choices[key] = tuple(places[note] for note in kept), tuple((places[o.note], o.reason) for o in out)
        chosen, dropped = self._choices[key]
        return tuple(group[at] for at in chosen), tuple(LeftOut(group[at], reason) for at, reason in dropped)

    def _weigh_notes(
        self, group: Sequence[int], locks: Mapping[int, Place], go_on: Callable[[], None] | None = None
    ) -> tuple[tuple[int, ...], tuple[LeftOut, ...]]:
        out: list[LeftOut] = []
        notes = [note for note in group if self.fretboard.places(self.notes[note].midi)]
        out.extend(LeftOut(note, "out of range") for note in group if note not in notes)
        notes.sort(key=lambda note: (self.notes[note].midi, note))
        reason: Reason = "no string free"
        for limit in (self.fretboard.n_strings, self.difficulty.max_notes):
            while len(notes) > limit:
                if go_on:
                    go_on()
                gone = self._least_missed(notes, locks)
                notes.remove(gone)
                out.append(LeftOut(gone, reason))
            reason = "simplified"
        for n_dropped in range(len(notes)):
            for gone_notes in self._droppable(notes, n_dropped, locks):
                if go_on:
                    go_on()
                rest = [note for note in notes if note not in gone_notes]
                if self._find_grips(self._pitches(rest), tuple(locks.get(note) for note in rest)) is not None:
                    out.extend(LeftOut(note, self._reason(notes, note)) for note in gone_notes)
                    return tuple(rest), tuple(out)
        return (), (*out, *(LeftOut(note, "out of reach") for note in notes))

    def _pitches(self, notes: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.notes[note].midi for note in notes)

    def _least_missed(self, notes: Sequence[int], locks: Mapping[int, Place]) -> int:
        """Return the quietest inner note: bass and melody are missed most."""
        inner = [note for note in notes[1:-1] if note not in locks] or [note for note in notes if note not in locks]
        return min(inner, key=lambda note: (self.notes[note].velocity, self.notes[note].midi))

    def _droppable(self, notes: Sequence[int], n_dropped: int, locks: Mapping[int, Place]) -> list[tuple[int, ...]]:
        loose = [note for note in notes if note not in locks]
        outer = {notes[0], notes[-1]}

        def missed(gone: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
            return len(outer.intersection(gone)), sum(self.notes[note].velocity for note in gone), gone

        return sorted(itertools.combinations(loose, n_dropped), key=missed)

    def _reason(self, notes: Sequence[int], note: int) -> Reason:
        pitches = self._pitches(notes)
        if pitches.count(self.notes[note].midi) > 1:
            return "same pitch twice"
        if find_voicings(self.fretboard, pitches):
            return "simplified" if self.difficulty is not DIFFICULTIES["full"] else "out of reach"
        strings = [{place.string for place in self.fretboard.places(pitch)} for pitch in pitches]
        return "out of reach" if _has_matching(strings) else "no string free"

    def _make_chords(self, kept: Sequence[tuple[int, ...]]) -> list[_Chord]:
        if not kept:
            return []
        midi = [note.midi for note in self.notes]
        onset_s = [self.notes[notes[0]].onset_s for notes in kept]
        pitches = [tuple([midi[note] for note in notes]) for notes in kept]
        mean = np.array([sum(each) / len(each) for each in pitches])
        several = np.array([len(notes) > 1 for notes in kept])
        contexts = _contexts(np.array(onset_s), mean, several, float(self._open.mean())).tolist()
        offset_s = [note.offset_s for note in self.notes]
        chords = [_Chord(kept[0], pitches[0], onset_s[0], tuple(contexts[0]), 1.0, 0.0)]
        for at in range(1, len(kept)):
            here_s, before = onset_s[at], kept[at - 1]
            ringing = sum([offset_s[note] > here_s + _STILL_RINGS_S for note in before]) / len(before)
            hurry = time_scale(here_s - onset_s[at - 1])
            chords.append(_Chord(kept[at], pitches[at], here_s, tuple(contexts[at]), hurry, ringing))
        return chords

    def _find_grips(self, pitches: tuple[int, ...], held: tuple[Place | None, ...]) -> Grips | None:
        key = (pitches, held)
        if key not in self._grips:
            voicings = [
                voicing
                for voicing in find_voicings(self.fretboard, pitches)
                if all(want is None or want == place for want, place in zip(held, voicing, strict=True))
            ]
            if voicings and self.difficulty is not DIFFICULTIES["full"]:
                voicings = self._simple(voicings, held)
            self._grips[key] = make_grips(self.fretboard, voicings) if voicings else None
        return self._grips[key]

    def _simple(self, voicings: Sequence[tuple[Place, ...]], held: tuple[Place | None, ...]) -> list[tuple[Place, ...]]:
        limits = self.difficulty
        fitting = []
        for voicing in voicings:
            stopped = [place.fret for place in voicing if place.fret]
            n_fingers = len(stopped) if 0 in (place.fret for place in voicing) else len(stopped) - _n_flat(stopped)
            too_wide = bool(stopped) and max(stopped) - min(stopped) > limits.max_stretch_frets
            if all(want is not None for want in held) or not (n_fingers > limits.max_fingers or too_wide):
                fitting.append(voicing)
        low = [voicing for voicing in fitting if all(place.fret <= limits.highest_fret for place in voicing)]
        return low or fitting

    def _grips_of(self, chord: _Chord, locks: Mapping[int, Place]) -> Grips:
        held = tuple([locks.get(note) for note in chord.notes]) if locks else (None,) * len(chord.notes)
        grips = self._find_grips(chord.pitches, held)
        assert grips is not None
        return grips

    def _habits(self, chords: Sequence[_Chord], locks: Mapping[int, Place]) -> list[list[tuple[int, int, float]]]:
        """Return, for each chord, what places are worth because the player has chosen them: string, fret, worth.

        Strings count from the lowest-placed one. A choice holds most where the same chord returns soon.
        """
        if not locks:
            return [[]] * len(chords)
        chosen: dict[int, list[tuple[float, tuple[int, ...], int, int]]] = defaultdict(list)
        n_strings = self.fretboard.n_strings
        for chord in chords:
            for note, pitch in zip(chord.notes, chord.pitches, strict=True):
                if (place := locks.get(note)) is not None:
                    at_s = self.notes[note].onset_s
                    chosen[pitch].append((at_s, chord.pitches, n_strings - place.string, place.fret))
        found = []
        for chord in chords:
            here: list[tuple[int, int, float]] = []
            for pitch in chord.pitches:
                for at_s, pitches, string, fret in chosen.get(pitch, ()):
                    worth = _HABIT_OF_CHORD if pitches == chord.pitches else _HABIT_OF_PITCH
                    here.append((string, fret, worth / (1.0 + abs(chord.onset_s - at_s) / _HABIT_S)))
            found.append(here)
        return found

    def _asked(self, chords: Sequence[_Chord], wishes: Sequence[HandWish]) -> list[int | None]:
        """Return the fret that the player asked the hand to be at, for each chord."""
        if not wishes:
            return [None] * len(chords)
        starts = np.array([chord.onset_s for chord in chords])
        asked: list[int | None] = [None] * len(chords)
        for wish in wishes:
            first, last = np.searchsorted(starts, (wish.start_s, wish.stop_s))
            asked[first:last] = [wish.fret] * int(last - first)
        return asked

    def _find_path(
        self,
        chords: Sequence[_Chord],
        grips: Sequence[Grips],
        habits: Sequence[Sequence[tuple[int, int, float]]],
        asked: Sequence[int | None],
        go_on: Callable[[], None] | None,
    ) -> tuple[list[int], float]:
        if not chords:
            return [], 0.0
        way = self._way
        n_known = 0  # as far as nothing has changed since the last time, the way is known
        is_known = True
        cost = np.zeros(0)
        for at, (chord, now) in enumerate(zip(chords, grips, strict=True)):
            if go_on and not is_known:
                go_on()
            price = self._price(now, chord)
            step = self._step(grips[at - 1], now, chord) if at else None
            sign = (id(price), id(step), habits[at], asked[at])
            if is_known and at < len(way.signs) and way.signs[at] == sign:
                n_known += 1
                continue
            if is_known:
                is_known = False
                way.cut(n_known)
                cost = way.costs[-1] if way.costs else cost
            for string, fret, worth in habits[at]:
                price = price - worth * (now.frets[:, string] == fret)
            if (wanted := asked[at]) is not None:
                price = price + _ASKED_FRET * np.abs(now.hand_fret - wanted)
            if step is None:
                best, cost = _NO_MOVE, price
            else:
                total = cost + step
                best = total.argmin(axis=1)
                cost = total[_ROWS[: len(best)], best] + price
            way.add(sign, best, cost)
        way.cut(len(chords))
        cost = way.costs[-1]
        path = [int(cost.argmin())]
        for best in reversed(way.back[1:]):
            path.append(int(best[path[-1]]))
        return path[::-1], float(cost.min())

    def _price(self, grips: Grips, chord: _Chord) -> Floats:
        """Return what each grip of a chord costs by itself."""
        key = (id(grips), chord.context)
        price = self._prices.get(key)
        if price is None:
            price = self._prices[key] = grips.traits @ fold_context(self._grip_weights, np.array(chord.context))
        return price

    def _step(self, before: Grips, now: Grips, chord: _Chord) -> Floats:
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


def _group(notes: Sequence[PlayedNote]) -> list[tuple[int, ...]]:
    groups: list[list[int]] = []
    for note in sorted(range(len(notes)), key=lambda note: (notes[note].onset_s, notes[note].midi, note)):
        onset_s = notes[note].onset_s
        if (
            groups
            and onset_s - notes[groups[-1][-1]].onset_s <= _TOGETHER_S
            and onset_s - notes[groups[-1][0]].onset_s <= STRUM_S
        ):
            groups[-1].append(note)
        else:
            groups.append([note])
    return [tuple(group) for group in groups]


def _contexts(onset_s: Floats, mean_midi: Floats, several: Ints, centre_midi: float) -> Floats:
    """Return how chordal, how fast and how high it is around each chord, shape (chords, contexts)."""
    start = np.searchsorted(onset_s, onset_s - _CONTEXT_S)
    stop = np.searchsorted(onset_s, onset_s + _CONTEXT_S, side="right")
    n_near = stop - start

    def around(values: Floats) -> Floats:
        sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
        near: Floats = (sums[stop] - sums[start]) / n_near
        return near

    chordal = around(several.astype(np.float64))
    fast = np.clip(n_near / (2 * _CONTEXT_S) / 8.0, 0.0, 1.5)
    high = np.clip((around(mean_midi) - centre_midi) / 12.0, -1.0, 2.0)
    return np.stack([chordal, fast, high], axis=1)


def _n_flat(stopped: Sequence[int]) -> int:
    """Return how many fingers a barre at the lowest fret saves."""
    return stopped.count(min(stopped)) - 1 if stopped else 0


def _has_matching(choices: Sequence[set[int]]) -> bool:
    """Tell whether each note can have a string of its own (augmenting paths)."""
    owner: dict[int, int] = {}

    def place(note: int, seen: set[int]) -> bool:
        for string in choices[note] - seen:
            seen.add(string)
            if string not in owner or place(owner[string], seen):
                owner[string] = note
                return True
        return False

    return all(place(note, set()) for note in range(len(choices)))


def finger(
    notes: Sequence[PlayedNote],
    fretboard: Fretboard,
    *,
    style: str | Style = "any",
    difficulty: str = "full",
    locks: Mapping[int, Place] = MappingProxyType({}),
) -> Fingering:
    """Find the fingering of a song in one go; see `LeftHand`.

    Examples
    --------
    >>> finger([PlayedNote(0.0, 1.0, 64)], Fretboard(), locks={0: Place(2, 5)}).places
    (Place(string=2, fret=5),)
    """
    return LeftHand(notes, fretboard, style=style, difficulty=difficulty).solve(locks)


@dataclass(frozen=True)
class Setup:
    """A way to string up for a song: what it costs, per chord, and how many notes it leaves out."""

    fretboard: Fretboard
    cost: float
    n_left_out: int


def find_setups(
    notes: Sequence[PlayedNote],
    fretboards: Sequence[Fretboard],
    *,
    style: str | Style = "any",
    difficulty: str = "full",
    max_notes: int = 600,
    go_on: Callable[[], None] | None = None,
) -> tuple[Setup, ...]:
    """Compare necks (tunings, capos) for a song, the easiest first.

    Parameters
    ----------
    notes
        The song; of a long one ``max_notes`` from its beginning are looked at.
    fretboards
        The necks to compare; at least one.
    style
        As for `LeftHand`, but "any" is the same for all necks.
    go_on
        Called again and again; the work ends with what it raises.

    Returns
    -------
    tuple of Setup
        In order of notes left out, then of cost.

    Raises
    ------
    ValueError
        If there are no necks.

    Examples
    --------
    >>> barred = [PlayedNote(t / 2, t / 2 + 0.5, midi) for t in range(8) for midi in (41, 48, 53, 57, 60, 65)]
    >>> necks = [Fretboard(capo=capo) for capo in (0, 1)]
    >>> find_setups(barred, necks)[0].fretboard.capo
    1
    """
    if not fretboards:
        raise ValueError("fretboards must hold at least one neck")
    start = sorted(notes, key=lambda note: note.onset_s)[:max_notes]
    style = STYLES["any"] if style == "any" else style  # the same prices for all, so that costs compare
    setups = []
    for fretboard in fretboards:
        hand = LeftHand(start, fretboard, style=style, difficulty=difficulty, go_on=go_on)
        fingering = hand.solve(go_on=go_on)
        n_chords = max(1, sum(bool(notes) for notes, _ in hand._chosen_plain))
        setups.append(Setup(fretboard, fingering.cost / n_chords, len(fingering.left_out)))
    return tuple(sorted(setups, key=lambda setup: (setup.n_left_out, setup.cost)))
