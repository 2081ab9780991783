"""A tab on the player's desk: edits to notes, places and the hand, and the rest solved again around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tonmeister.music.fingering import STRUM_S, HandWish, LeftHand
from tonmeister.music.fretboard import Fretboard, is_reachable
from tonmeister.music.tab import Fingering, Place, PlayedNote


@dataclass(frozen=True)
class PlaceNote:
    """Lock a note to a place; where that sounds another pitch, the note takes it."""

    note: str
    place: Place


@dataclass(frozen=True)
class DeleteNote:
    """Take a note away."""

    note: str


@dataclass(frozen=True)
class AddNote:
    """Add a note, locked to a place if one is given."""

    note: PlayedNote
    place: Place | None = None


Edit = PlaceNote | DeleteNote | AddNote | HandWish


@dataclass(frozen=True)
class Unfit:
    """An edit, by its index, that could not be followed, and why."""

    edit: int
    reason: Literal["no such note", "no such place", "another note is locked there", "already added"]


@dataclass(frozen=True)
class Desk:
    """A tab after edits.

    Attributes
    ----------
    names
        Name of each note, in order of time.
    notes
        The notes, under the same index.
    fingering
        Their places.
    locked
        Indices of the notes whose places the player chose.
    unfit
        Edits that could not be followed.
    """

    names: tuple[str, ...]
    notes: tuple[PlayedNote, ...]
    fingering: Fingering
    locked: frozenset[int]
    unfit: tuple[Unfit, ...]


def name_note(note: PlayedNote) -> str:
    """Return a name that stays the same when other notes come and go.

    Examples
    --------
    >>> name_note(PlayedNote(1.25, 2.0, 64))
    '64@1250'
    """
    return f"{note.midi}@{round(1000 * note.onset_s)}"


class Retab:
    """A song that is fingered anew after every edit, remembering what it has weighed.

    Parameters
    ----------
    notes
        The song as it was heard, in any order.
    fretboard, style, difficulty
        As for `LeftHand`.

    Notes
    -----
    Edits are handed in as one list, from the first to the last; taking one back is leaving it out.

    Examples
    --------
    >>> song = [PlayedNote(0.0, 0.5, 40), PlayedNote(0.5, 1.0, 64)]
    >>> Retab(song, Fretboard()).solve([PlaceNote("64@500", Place(2, 5))]).fingering.places
    (Place(string=6, fret=0), Place(string=2, fret=5))
    """

    def __init__(
        self,
        notes: Sequence[PlayedNote],
        fretboard: Fretboard,
        *,
        style: str = "any",
        difficulty: str = "full",
    ):
        self._heard = sorted(notes, key=lambda note: (note.onset_s, note.midi))
        self.fretboard = fretboard
        self._hand = LeftHand(self._heard, fretboard, style=style, difficulty=difficulty)

    def solve(self, edits: Sequence[Edit] = ()) -> Desk:
        """Follow the edits and find the cheapest fingering of what is there then."""
        notes: dict[str, PlayedNote] = {name_note(note): note for note in self._heard}
        locks: dict[str, Place] = {}
        wishes: list[HandWish] = []
        unfit: list[Unfit] = []
        for at, edit in enumerate(edits):
            if isinstance(edit, HandWish):
                wishes.append(edit)
            elif reason := self._follow(edit, notes, locks):
                unfit.append(Unfit(at, reason))
        names = sorted(notes, key=lambda name: (notes[name].onset_s, notes[name].midi, name))
        played = tuple(notes[name] for name in names)
        index = {name: at for at, name in enumerate(names)}
        if played != self._hand.notes:
            self._hand = self._hand.with_notes(played)
        held = {index[name]: place for name, place in locks.items()}
        fingering = self._hand.solve(held, wishes)
        return Desk(tuple(names), played, fingering, frozenset(held), tuple(unfit))

    def _follow(
        self, edit: PlaceNote | DeleteNote | AddNote, notes: dict[str, PlayedNote], locks: dict[str, Place]
    ) -> Literal["no such note", "no such place", "another note is locked there", "already added"] | None:
        if isinstance(edit, AddNote):
            name = name_note(edit.note)
            if name in notes:
                return "already added"
            notes[name] = edit.note
            if edit.place is None:
                return None
            reason = self._lock(name, edit.place, notes, locks)
            if reason:
                del notes[name]
            return reason
        if edit.note not in notes:
            return "no such note"
        if isinstance(edit, DeleteNote):
            del notes[edit.note]
            locks.pop(edit.note, None)
            return None
        return self._lock(edit.note, edit.place, notes, locks)

    def _lock(
        self, name: str, place: Place, notes: dict[str, PlayedNote], locks: dict[str, Place]
    ) -> Literal["no such place", "another note is locked there"] | None:
        try:
            midi = self.fretboard.midi(place)
        except ValueError:
            return "no such place"
        if not self._fits(name, place, notes, locks):
            return "another note is locked there"
        notes[name] = replace(notes[name], midi=midi)
        locks[name] = place
        return None

    def _fits(self, name: str, place: Place, notes: Mapping[str, PlayedNote], locks: Mapping[str, Place]) -> bool:
        """Tell whether a lock can be held together with those of notes that begin with it."""
        onset_s = notes[name].onset_s
        beside = [
            held for other, held in locks.items() if other != name and abs(notes[other].onset_s - onset_s) <= STRUM_S
        ]
        return is_reachable([place, *beside])
