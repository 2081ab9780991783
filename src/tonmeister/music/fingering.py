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
    Floats,
    Grips,
    Ints,
    make_grips,
    time_scale,
)
from tonmeister.music.fingering_path import NO_HABIT, CheapestWay, Chord, Habit
from tonmeister.music.fingering_styles import DIFFICULTIES, STYLES, Style, choose_style
from tonmeister.music.fretboard import Fretboard, find_voicings, is_reachable
from tonmeister.music.tab import Fingering, LeftOut, Place, PlayedNote

_TOGETHER_S = 0.03  # onsets nearer than this to the one before belong to one chord: a strum, not a run
STRUM_S = 0.09  # the longest strum
_CONTEXT_S = 2.0
_STILL_RINGS_S = 0.06
_HABIT_OF_CHORD, _HABIT_OF_PITCH = 1.5, 0.75  # what a place is worth that the player has chosen nearby
_HABIT_S = 10.0  # as long after, it is worth half as much

Reason = Literal["out of range", "same pitch twice", "no string free", "out of reach", "simplified"]


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
        self._grips: dict[tuple[tuple[int, ...], tuple[Place | None, ...]], Grips | None] = {}
        self._choices: dict[tuple[tuple[int, int], ...], tuple[tuple[int, ...], tuple[tuple[int, Reason], ...]]] = {}
        self._chosen_plain: list[tuple[tuple[int, ...], tuple[LeftOut, ...]]] = []
        self._choose_plain(go_on)
        self._kept: list[tuple[int, ...]] = []
        self._chords: list[Chord] = []
        self._plain_grips: list[Grips | None] = []
        self._way = CheapestWay(self.style)

    @property
    def n_chords(self) -> int:
        """How many chords of the song are taken, one note or more of each, where nothing is locked."""
        return sum(bool(notes) for notes, _ in self._chosen_plain)

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
        other._kept, other._chords, other._plain_grips = [], [], []
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
        if self._way.is_crowded(len(self._groups)):
            self._way.forget()
            self._grips.clear()
            self._plain_grips = []
        chords, left_out = self._choose_chords(locks, go_on)
        grips = self._choose_grips(chords, locks)
        path, cost = self._way.find(chords, grips, self._habits(chords, locks), self._asked(chords, wishes), go_on)
        places: list[Place | None] = [None] * len(self.notes)
        hands = [0] * len(self.notes)
        for chord, chord_grips, at in zip(chords, grips, path, strict=True):
            voicing = chord_grips.voicings[chord_grips.voicing[at]]
            for note, place in zip(chord.notes, voicing, strict=True):
                places[note], hands[note] = place, int(chord_grips.hand_fret[at])
        return Fingering(tuple(places), tuple(hands), left_out, cost, self.style.name)

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
    ) -> tuple[list[Chord], tuple[LeftOut, ...]]:
        chosen = list(self._chosen_plain)
        if locks:
            for at, group in enumerate(self._groups):
                if not locks.keys().isdisjoint(group):
                    chosen[at] = self._choose_notes(group, locks, go_on)
        left_out = sorted((each for _, dropped in chosen for each in dropped), key=lambda each: each.note)
        kept = [notes for notes, _ in chosen if notes]
        if kept != self._kept:
            self._kept, self._chords, self._plain_grips = kept, self._make_chords(kept), []
        return self._chords, tuple(left_out)

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

    def _make_chords(self, kept: Sequence[tuple[int, ...]]) -> list[Chord]:
        if not kept:
            return []
        midi = [note.midi for note in self.notes]
        onset_s = [self.notes[notes[0]].onset_s for notes in kept]
        pitches = [tuple([midi[note] for note in notes]) for notes in kept]
        mean = np.array([sum(each) / len(each) for each in pitches])
        several = np.array([len(notes) > 1 for notes in kept])
        contexts = _contexts(np.array(onset_s), mean, several, float(self._open.mean())).tolist()
        offset_s = [note.offset_s for note in self.notes]
        chords = [Chord(kept[0], pitches[0], onset_s[0], tuple(contexts[0]), 1.0, 0.0)]
        for at in range(1, len(kept)):
            here_s, before = onset_s[at], kept[at - 1]
            ringing = sum([offset_s[note] > here_s + _STILL_RINGS_S for note in before]) / len(before)
            hurry = time_scale(here_s - onset_s[at - 1])
            chords.append(Chord(kept[at], pitches[at], here_s, tuple(contexts[at]), hurry, ringing))
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

    def _choose_grips(self, chords: Sequence[Chord], locks: Mapping[int, Place]) -> list[Grips]:
        """Return the grips of each chord; those without a lock are looked up once for all edits of the same chords."""
        if not self._plain_grips:
            self._plain_grips = [None] * len(chords)
        found = []
        for at, chord in enumerate(chords):
            if locks and not locks.keys().isdisjoint(chord.notes):
                found.append(self._grips_of(chord, locks))
                continue
            plain = self._plain_grips[at]
            if plain is None:
                plain = self._plain_grips[at] = self._grips_of(chord, {})
            found.append(plain)
        return found

    def _grips_of(self, chord: Chord, locks: Mapping[int, Place]) -> Grips:
        held = tuple([locks.get(note) for note in chord.notes]) if locks else (None,) * len(chord.notes)
        grips = self._find_grips(chord.pitches, held)
        assert grips is not None
        return grips

    def _habits(self, chords: Sequence[Chord], locks: Mapping[int, Place]) -> list[Habit]:
        """Return, for each chord, what places are worth because the player has chosen them.

        A choice holds most where the same chord returns soon.
        """
        found = [NO_HABIT] * len(chords)
        if not locks:
            return found
        shapes: dict[tuple[int, ...], int] = {}
        shape = np.array([shapes.setdefault(chord.pitches, len(shapes)) for chord in chords])
        onset_s = np.array([chord.onset_s for chord in chords])
        chosen: dict[int, list[tuple[float, int, tuple[int, int]]]] = defaultdict(list)
        for chord in chords:
            for note, pitch in zip(chord.notes, chord.pitches, strict=True):
                if (place := locks.get(note)) is not None:
                    where = (self.fretboard.n_strings - place.string, place.fret)
                    chosen[pitch].append((self.notes[note].onset_s, shapes[chord.pitches], where))
        sounding: dict[int, list[int]] = {pitch: [] for pitch in chosen}
        for at, chord in enumerate(chords):
            for pitch in chord.pitches:
                if pitch in sounding:
                    sounding[pitch].append(at)  # twice, if it sounds twice: each may lie where the player chose
        for pitch, here in sounding.items():
            choice_s, of_shape, wheres = zip(*chosen[pitch], strict=True)
            full = np.where(shape[here][:, None] == np.array(of_shape), _HABIT_OF_CHORD, _HABIT_OF_PITCH)
            worth = full / (1.0 + np.abs(onset_s[here][:, None] - np.array(choice_s)) / _HABIT_S)
            places = tuple(dict.fromkeys(wheres))
            is_there = np.array([[where == place for place in places] for where in wheres], np.float64)
            for at, row in zip(here, (worth @ is_there).tolist(), strict=True):
                found[at] = found[at][0] + places, (*found[at][1], *row)
        return found

    def _asked(self, chords: Sequence[Chord], wishes: Sequence[HandWish]) -> list[int | None]:
        """Return the fret that the player asked the hand to be at, for each chord."""
        if not wishes:
            return [None] * len(chords)
        starts = np.array([chord.onset_s for chord in chords])
        asked: list[int | None] = [None] * len(chords)
        for wish in wishes:
            first, last = np.searchsorted(starts, (wish.start_s, wish.stop_s))
            asked[first:last] = [wish.fret] * int(last - first)
        return asked


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
