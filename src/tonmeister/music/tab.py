"""A tab as data: what was played, where on the neck it is taken, and how the tones are shaped.

Strings are numbered as tab does: string 1 is the last of the tuning list, the one nearest the floor; frets count from
the nut or, with a capo, from the capo.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

TechniqueName = Literal["hammer_on", "pull_off", "slide", "bend", "vibrato"]


@dataclass(frozen=True)
class PlayedNote:
    """A note as it was played.

    Attributes
    ----------
    onset_s, offset_s
        When it begins to sound and when it ends.
    midi
        Sounding pitch.
    velocity
        1 (softest) to 127.
    """

    onset_s: float
    offset_s: float
    midi: int
    velocity: int = 96


@dataclass(frozen=True)
class Place:
    """A place on the neck: ``string`` from 1, ``fret`` from 0 (open) counted from the capo."""

    string: int
    fret: int


@dataclass(frozen=True)
class LeftOut:
    """A note, by its index, that no hand can take together with the others, and why."""

    note: int
    reason: Literal["out of range", "same pitch twice", "no string free", "out of reach", "simplified"]


@dataclass(frozen=True)
class Technique:
    """How a note is shaped.

    Attributes
    ----------
    name
        The technique. Hammer-on, pull-off and slide lead into the note from the one before on the same string.
    from_note
        Index of the note it comes from; None for bend and vibrato.
    depth_cents
        How far a bend or vibrato goes; 0 for the others.
    is_released
        Whether a bend comes back to its first pitch.
    confidence
        0 to 1: how likely a bend is one; 1 for the others, of which no likelihood is known. Two techniques that differ
        in it alone are equal.
    """

    name: TechniqueName
    from_note: int | None = None
    depth_cents: float = 0.0
    is_released: bool = False
    confidence: float = field(default=1.0, compare=False)


@dataclass(frozen=True)
class Fingering:
    """The places of all notes.

    Attributes
    ----------
    places
        One per note in the order handed in; None where the note is left out.
    hand_frets
        The fret under the index finger while the note sounds; 0 where it is left out.
    left_out
        What could not be taken, in order of the notes.
    cost
        The least cost that was found: comparable between fingerings of the same notes only.
    profile
        Name of the style that was followed.
    """

    places: tuple[Place | None, ...]
    hand_frets: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    cost: float
    profile: str
