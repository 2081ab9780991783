"""A tab on the player's desk: edits to notes, places and the hand, and the rest solved again around them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tonmeister.music.fingering import STRUM_S, HandWish, LeftHand
from tonmeister.music.fretboard import Fretboard, is_reachable
from tonmeister.music.tab import Fingering, Place, PlayedNote


@dataclass(frozen=True)
class PlaceNote:
    """Lock a note to a place that sounds its pitch; where the place sounds another, the edit is not followed.

    With ``midi`` the note takes that pitch, and the pitch comes first: on a neck where the place sounds another, the
    note goes to the fret of that string that sounds it, or anywhere if there is none. So edits hold when the neck is
    strung or the song transposed otherwise.
    """

    note: str
    place: Place
    midi: int | None = None


@dataclass(frozen=True)
class PitchNote:
    """Give a note another pitch, wherever the hand then takes it."""

    note: str
    midi: int


@dataclass(frozen=True)
class DeleteNote:
    """Take a note away."""

    note: str


@dataclass(frozen=True)
class AddNote:
    """Add a note, locked to a place if one is given and to its string if the place sounds another pitch."""

    note: PlayedNote
    place: Place | None = None


_HIGHEST_MIDI = 127

Edit = PlaceNote | PitchNote | DeleteNote | AddNote | HandWish


Reason = Literal[
    "no such note",
    "no such pitch",
    "no such place",
    "no neck",
    "another pitch sounds there",
    "another note is locked on that string",
    "out of reach of what is locked",
    "already added",
]


@dataclass(frozen=True)
class Unfit:
    """An edit, by its index, that could not be followed, and why; ``beside`` names the locked notes in its way."""

    edit: int
    reason: Reason
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditedNotes:
    """A song after edits.

    Attributes
    ----------
    names
        Name of each note, in order of time.
    notes
        The notes, under the same index.
    locks
        Places that the player chose, by index.
    wishes
        Where the player wants the hand.
    unfit
        Edits that could not be followed.
    retuned
        Notes, by index, whose pitch the player chose.
    """

    names: tuple[str, ...]
    notes: tuple[PlayedNote, ...]
    locks: dict[int, Place]
    wishes: tuple[HandWish, ...]
    unfit: tuple[Unfit, ...]
    retuned: frozenset[int] = frozenset()


def name_note(note: PlayedNote) -> str:
    """Return a name that stays the same when other notes come and go.

    Examples
    --------
    >>> name_note(PlayedNote(1.25, 2.0, 64))
    '64@1250'
    """
    return f"{note.midi}@{round(1000 * note.onset_s)}"


def edit_notes(
    notes: Sequence[PlayedNote],
    edits: Sequence[Edit],
    fretboard: Fretboard | None = None,
    *,
    transpose_semitones: int = 0,
) -> EditedNotes:
    """Follow edits, from the first to the last.

    Parameters
    ----------
    notes
        The song as it was heard, in any order.
    edits
        What the player did; taking one back is leaving it out.
    fretboard
        The neck, if there is one: without it no note can be placed.
    transpose_semitones
        How much higher everything is written. Names of notes and pitches of edits are those of the song as it was
        heard; places are those on the neck then.

    Returns
    -------
    EditedNotes
        What is there then, with the edits that could not be followed.

    Examples
    --------
    >>> edit_notes([PlayedNote(0.0, 0.5, 40)], [DeleteNote("40@0"), AddNote(PlayedNote(1.0, 2.0, 64))]).names
    ('64@1000',)
    """
    return _follow(_named(notes, transpose_semitones), edits, fretboard, transpose_semitones)


def _named(notes: Sequence[PlayedNote], transpose_semitones: int) -> dict[str, PlayedNote]:
    return {name_note(note): replace(note, midi=note.midi + transpose_semitones) for note in notes}


def _follow(
    named: Mapping[str, PlayedNote], edits: Sequence[Edit], fretboard: Fretboard | None, transpose_semitones: int
) -> EditedNotes:
    desk = _Desk(dict(named), fretboard, transpose_semitones)
    unfit = []
    for at, edit in enumerate(edits):
        refusal = desk.follow(edit)
        if refusal:
            unfit.append(replace(refusal, edit=at))
    names = sorted(desk.notes, key=lambda name: (desk.notes[name].onset_s, desk.notes[name].midi, name))
    index = {name: at for at, name in enumerate(names)}
    return EditedNotes(
        tuple(names),
        tuple(desk.notes[name] for name in names),
        {index[name]: place for name, place in desk.locks.items()},
        tuple(desk.wishes),
        tuple(unfit),
        frozenset(at for name, at in index.items() if name in named and desk.notes[name].midi != named[name].midi),
    )


def _refusal(reason: Reason, beside: Sequence[str] = ()) -> Unfit:
    return Unfit(0, reason, tuple(beside))


class _Desk:
    def __init__(self, notes: dict[str, PlayedNote], fretboard: Fretboard | None, transpose_semitones: int):
        self._higher = transpose_semitones
        self.notes = notes
        self.locks: dict[str, Place] = {}
        self.wishes: list[HandWish] = []
        self._fretboard = fretboard

    def follow(self, edit: Edit) -> Unfit | None:
        if isinstance(edit, HandWish):
            return self._move_hand(edit)
        if isinstance(edit, AddNote):
            return self._add(edit)
        if edit.note not in self.notes:
            return _refusal("no such note")
        if isinstance(edit, PlaceNote):
            return self._place(edit.note, edit.place, edit.midi)
        if isinstance(edit, PitchNote):
            return self._retune(edit.note, edit.midi)
        del self.notes[edit.note]
        self.locks.pop(edit.note, None)
        return None

    def _move_hand(self, wish: HandWish) -> Unfit | None:
        if self._fretboard is None:
            return _refusal("no neck")
        if wish.fret > self._fretboard.last_fret:
            return _refusal("no such place")
        self.wishes.append(wish)
        return None

    def _add(self, edit: AddNote) -> Unfit | None:
        name = name_note(edit.note)
        if name in self.notes:
            return _refusal("already added")
        midi = edit.note.midi + self._higher
        if not 0 <= midi <= _HIGHEST_MIDI:
            return _refusal("no such pitch")
        self.notes[name] = replace(edit.note, midi=midi)
        refusal = None if edit.place is None else self._place(name, edit.place, edit.note.midi)
        if refusal:
            del self.notes[name]
        return refusal

    def _retune(self, name: str, midi: int) -> Unfit | None:
        if not 0 <= midi + self._higher <= _HIGHEST_MIDI:
            return _refusal("no such pitch")
        self.notes[name] = replace(self.notes[name], midi=midi + self._higher)
        self.locks.pop(name, None)
        return None

    def _place(self, name: str, place: Place, midi: int | None) -> Unfit | None:
        if self._fretboard is None:
            return _refusal("no neck")
        if midi is None:
            return self._lock(name, place)
        wanted = midi + self._higher
        fitting = next((each for each in self._fretboard.places(wanted) if each.string == place.string), None)
        return self._retune(name, midi) if fitting is None else self._lock(name, fitting, wanted)

    def _lock(self, name: str, place: Place, wanted: int | None = None) -> Unfit | None:
        """Lock a note to a place, at its own pitch where none is ``wanted``."""
        assert self._fretboard is not None
        try:
            midi = self._fretboard.midi(place)
        except ValueError:
            return _refusal("no such place")
        if midi != (self.notes[name].midi if wanted is None else wanted):
            return _refusal("another pitch sounds there")
        onset_s = self.notes[name].onset_s
        beside = {
            other: held
            for other, held in self.locks.items()
            if other != name and abs(self.notes[other].onset_s - onset_s) <= STRUM_S
        }
        same = [other for other, held in beside.items() if held.string == place.string]
        if same:
            return _refusal("another note is locked on that string", same)
        if not is_reachable([place, *beside.values()]):
            far = [other for other, held in beside.items() if not is_reachable([place, held])]
            return _refusal("out of reach of what is locked", far or list(beside))
        self.notes[name] = replace(self.notes[name], midi=midi)
        self.locks[name] = place
        return None


class Retab:
    """A song that is fingered anew after every edit, remembering what it has weighed.

    Parameters
    ----------
    notes
        The song as it was heard, in any order.
    fretboard, style, difficulty, go_on
        As for `LeftHand`.
    transpose_semitones
        As for `edit_notes`.

    Examples
    --------
    >>> song = [PlayedNote(0.0, 0.5, 40), PlayedNote(0.5, 1.0, 64)]
    >>> Retab(song, Fretboard()).solve([PlaceNote("64@500", Place(2, 5))])[1].places
    (Place(string=6, fret=0), Place(string=2, fret=5))
    """

    def __init__(
        self,
        notes: Sequence[PlayedNote],
        fretboard: Fretboard,
        *,
        style: str = "any",
        difficulty: str = "full",
        transpose_semitones: int = 0,
        go_on: Callable[[], None] | None = None,
    ):
        self._heard = _named(notes, transpose_semitones)
        self._higher = transpose_semitones
        self.fretboard = fretboard
        plain = _follow(self._heard, (), fretboard, transpose_semitones)
        self._hand = LeftHand(plain.notes, fretboard, style=style, difficulty=difficulty, go_on=go_on)

    def solve(
        self, edits: Sequence[Edit] = (), *, bent: Collection[str] = (), go_on: Callable[[], None] | None = None
    ) -> tuple[EditedNotes, Fingering]:
        """Follow the edits and find the cheapest fingering of what is there then; ``go_on`` as for `LeftHand`.

        Notes named in ``bent`` are stopped by a finger, as long as no edit places them and no other note is left out
        for it.
        """
        edited = _follow(self._heard, edits, self.fretboard, self._higher)
        if edited.notes != self._hand.notes:
            self._hand = self._hand.with_notes(edited.notes, go_on=go_on)
        found = self._hand.solve(edited.locks, edited.wishes, go_on=go_on)
        locks = self._stop(edited, found, bent)
        if locks == edited.locks:
            return edited, found
        stopped = self._hand.solve(locks, edited.wishes, go_on=go_on)
        return edited, stopped if len(stopped.left_out) <= len(found.left_out) else found

    def _stop(self, edited: EditedNotes, found: Fingering, bent: Collection[str]) -> dict[int, Place]:
        """Return the locks with one more for each bent note on an open string, near the hand."""
        locks = dict(edited.locks)
        for at, name in enumerate(edited.names):
            place = found.places[at]
            if name not in bent or place is None or place.fret > 0 or at in locks:
                continue
            note = edited.notes[at]
            beside = [
                held for other, held in locks.items() if abs(edited.notes[other].onset_s - note.onset_s) <= STRUM_S
            ]
            fitting = [each for each in self.fretboard.places(note.midi) if each.fret > 0]
            fitting = [each for each in fitting if is_reachable([each, *beside])]
            if fitting:
                locks[at] = min(fitting, key=lambda each: (abs(each.fret - found.hand_frets[at]), each.fret))
        return locks
