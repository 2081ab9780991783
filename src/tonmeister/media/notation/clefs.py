"""The clef of a staff: the one its players read, or the one that keeps notes on it."""

from __future__ import annotations

from typing import NamedTuple

from tonmeister.music.score import Part

GUITARS, BASSES, VOICES = range(24, 32), range(32, 40), range(52, 55)  # General MIDI programs, counted from 0
_UKULELE_LOWEST = 55  # no guitar has a lowest string as high as a ukulele's


class Clef(NamedTuple):
    """A clef: its sign, the line that it stands on, and how many octaves beside what is written sounds."""

    sign: str
    line: int
    octave: int = 0


TREBLE, TREBLE_BELOW, BASS, BASS_BELOW = Clef("G", 2), Clef("G", 2, -1), Clef("F", 4), Clef("F", 4, -1)
_SPACES = {TREBLE: (64, 77), TREBLE_BELOW: (52, 65), BASS: (43, 57)}  # pitches on the lowest and highest line


def clefs_of(part: Part) -> tuple[Clef, ...]:
    """Return the clef of each staff in standard notation, the upper one first."""
    if part.lower_bars:
        return TREBLE, BASS
    if part.program in BASSES:
        return (BASS_BELOW,)  # as bassists and guitarists read: an octave above what sounds
    if part.program in GUITARS:
        is_ukulele = part.fretboard is not None and min(part.fretboard.tuning) >= _UKULELE_LOWEST
        return (TREBLE if is_ukulele else TREBLE_BELOW,)
    choices = (TREBLE, TREBLE_BELOW, BASS) if part.program in VOICES else (TREBLE, BASS)
    return (min(choices, key=lambda clef: _beside(part, clef)),)


def _beside(part: Part, clef: Clef) -> int:
    """Return how far notes lie beside the staff, in semitones, all of them together."""
    low, high = _SPACES[clef]
    return sum(max(low - head.midi, head.midi - high, 0) for _, _, head in part.heads)
