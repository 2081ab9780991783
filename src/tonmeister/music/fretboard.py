"""The neck: tunings, capo, frets, and every way to take several notes at once.

No numerics are imported here, so that parameter models may ask for the names of the tunings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from tonmeister.music.tab import Place

MAX_SPAN_FRETS = 5
"""The widest stretch between two stopped strings, in frets, in low positions; see `reach_frets`."""

MAX_LOOKS = 20_000
"""Steps that are taken to find the ways to hold a chord."""

MAX_VOICINGS = 500
"""Ways to hold a chord that are found; 20 000 random chords on six to eight strings had 63 at most."""

TUNINGS: MappingProxyType[str, tuple[int, ...]] = MappingProxyType(
    {
        "guitar": (40, 45, 50, 55, 59, 64),
        "guitar drop D": (38, 45, 50, 55, 59, 64),
        "guitar double drop D": (38, 45, 50, 55, 59, 62),
        "guitar drop C": (36, 43, 48, 53, 57, 62),
        "guitar half step down": (39, 44, 49, 54, 58, 63),
        "guitar whole step down": (38, 43, 48, 53, 57, 62),
        "guitar DADGAD": (38, 45, 50, 55, 57, 62),
        "guitar open D": (38, 45, 50, 54, 57, 62),
        "guitar open E": (40, 47, 52, 56, 59, 64),
        "guitar open G": (38, 43, 50, 55, 59, 62),
        "guitar open A": (40, 45, 52, 57, 61, 64),
        "guitar 7 strings": (35, 40, 45, 50, 55, 59, 64),
        "guitar 8 strings": (30, 35, 40, 45, 50, 55, 59, 64),
        "bass": (28, 33, 38, 43),
        "bass drop D": (26, 33, 38, 43),
        "bass 5 strings": (23, 28, 33, 38, 43),
        "ukulele": (67, 60, 64, 69),
        "ukulele low G": (55, 60, 64, 69),
    }
)
"""Open strings as MIDI numbers, from the string nearest the player's chin (the last in tab) to string 1."""


def reach_frets(lowest_fret: int) -> int:
    """Return the widest stretch, in frets, of a hand whose index finger is at a fret: frets narrow going up."""
    return MAX_SPAN_FRETS if lowest_fret < 7 else MAX_SPAN_FRETS + 1 if lowest_fret < 12 else MAX_SPAN_FRETS + 2


@dataclass(frozen=True)
class Fretboard:
    """A neck with its strings.

    Attributes
    ----------
    tuning
        Open strings as MIDI numbers, string 1 last; any order of pitch is allowed (re-entrant ukulele).
    n_frets
        Frets on the neck, counted from the nut.
    capo
        Fret that the capo lies on; 0 without.

    Raises
    ------
    ValueError
        If there are no strings, or the capo leaves no fret.
    """

    tuning: tuple[int, ...] = TUNINGS["guitar"]
    n_frets: int = 22
    capo: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no instrument."""
        if not 1 <= len(self.tuning) <= 12:
            raise ValueError(f"tuning must have 1 to 12 strings, got {len(self.tuning)}")
        if not all(0 <= pitch <= 127 for pitch in self.tuning):
            raise ValueError(f"tuning must lie between MIDI 0 and 127, got {self.tuning}")
        if not 1 <= self.n_frets <= 36:
            raise ValueError(f"n_frets must be from 1 to 36, got {self.n_frets}")
        if not 0 <= self.capo < self.n_frets:
            raise ValueError(f"capo must be from 0 to {self.n_frets - 1}, got {self.capo}")

    @property
    def n_strings(self) -> int:
        """Number of strings."""
        return len(self.tuning)

    @property
    def last_fret(self) -> int:
        """The highest fret, counted from the capo."""
        return self.n_frets - self.capo

    def open_midi(self, string: int) -> int:
        """Return the sounding pitch of an open string, capo included."""
        if not 1 <= string <= self.n_strings:
            raise ValueError(f"string must be from 1 to {self.n_strings}, got {string}")
        return self.tuning[-string] + self.capo

    def midi(self, place: Place) -> int:
        """Return the pitch that sounds at a place.

        Raises
        ------
        ValueError
            If the neck has no such place.
        """
        if not 0 <= place.fret <= self.last_fret:
            raise ValueError(f"fret must be from 0 to {self.last_fret}, got {place.fret}")
        return self.open_midi(place.string) + place.fret

    def places(self, midi: int) -> tuple[Place, ...]:
        """Return every place where a pitch can be taken, string 1 first."""
        found = ((string, midi - self.open_midi(string)) for string in range(1, self.n_strings + 1))
        return tuple(Place(string, fret) for string, fret in found if 0 <= fret <= self.last_fret)


def is_reachable(places: Sequence[Place]) -> bool:
    """Tell whether one hand can hold these places at once: one note a string, stopped frets within reach.

    Examples
    --------
    >>> is_reachable([Place(6, 3), Place(5, 2), Place(1, 3)]), is_reachable([Place(6, 1), Place(5, 9)])
    (True, False)
    """
    if len({place.string for place in places}) < len(places):
        return False
    stopped = [place.fret for place in places if place.fret]
    return not stopped or max(stopped) - min(stopped) <= reach_frets(min(stopped))


@lru_cache(maxsize=4096)
def find_voicings(fretboard: Fretboard, pitches: tuple[int, ...]) -> tuple[tuple[Place, ...], ...]:
    """Find every way to take pitches at once with one hand.

    Parameters
    ----------
    fretboard
        The neck.
    pitches
        MIDI numbers; a pitch given twice needs two strings.

    Returns
    -------
    tuple of tuple of Place
        Each voicing holds one place per pitch, in the order of ``pitches``; empty if no hand can.

    Notes
    -----
    A depth-first search that drops a branch as soon as a string is taken twice or the stretch is out of reach. It is
    given up after `MAX_LOOKS` steps or `MAX_VOICINGS` ways, with what was found until then: strings that are tuned
    alike hold the same notes in more ways than anybody could wait for.

    Examples
    --------
    >>> find_voicings(Fretboard(), (40,))
    ((Place(string=6, fret=0),),)
    """
    choices = [fretboard.places(pitch) for pitch in pitches]
    found: list[tuple[Place, ...]] = []
    n_looks = 0

    def extend(chosen: tuple[Place, ...], lowest: int, highest: int) -> None:
        nonlocal n_looks
        n_looks += 1
        if n_looks > MAX_LOOKS or len(found) >= MAX_VOICINGS:
            return
        if len(chosen) == len(choices):
            found.append(chosen)
            return
        for place in choices[len(chosen)]:
            if any(place.string == taken.string for taken in chosen):
                continue
            low, high = (min(lowest, place.fret), max(highest, place.fret)) if place.fret else (lowest, highest)
            if high - low <= reach_frets(low):
                extend((*chosen, place), low, high)

    extend((), 99, 0)
    return tuple(found)
