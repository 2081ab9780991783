"""A song as notes: the whole truth about it, every onset, offset, chord and beat that a listener could want to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tonmeister.music.theory import Key

Stem = Literal["drums", "bass", "chords", "lead", "voice"]
STEMS: tuple[Stem, ...] = ("drums", "bass", "chords", "lead", "voice")


VOWELS = ("a", "e", "i", "o", "u")


@dataclass(frozen=True)
class Note:
    """One note as it was played, not as it was written.

    Attributes
    ----------
    stem
        Who plays it.
    onset_s
        When it begins to sound.
    offset_s
        When it is let go; the instrument and the room ring on.
    midi
        Pitch; for drums the General MIDI percussion number.
    velocity
        1 (softest) to 127.
    vowel
        What the voice sings; empty for the others.
    """

    stem: Stem
    onset_s: float
    offset_s: float
    midi: int
    velocity: int
    vowel: str = ""


@dataclass(frozen=True)
class ChordSpan:
    """A chord in Harte's syntax, from ``onset_s`` to ``offset_s``."""

    onset_s: float
    offset_s: float
    symbol: str


@dataclass(frozen=True)
class Section:
    """A part of the form, from ``onset_s`` to ``offset_s``."""

    onset_s: float
    offset_s: float
    name: str


@dataclass(frozen=True)
class Beat:
    """A beat of the metronome: its time, its bar (from 1) and its place in the bar (1 is the downbeat)."""

    time_s: float
    bar: int
    beat: int


@dataclass(frozen=True)
class Song:
    """A song and its truth.

    Attributes
    ----------
    seed
        What it grew from.
    tempo_bpm
        Constant tempo in quarter notes a minute.
    metre
        Time signature.
    key
        Tonic and mode.
    groove
        Name of the groove.
    instruments
        The instrument of each stem.
    duration_s
        Length including the silence before and the ringing after.
    beats, chords, sections, notes
        In order of time; notes of the same time in order of stem and pitch.
    """

    seed: int
    tempo_bpm: float
    metre: str
    key: Key
    groove: str
    instruments: dict[str, str]
    duration_s: float
    beats: tuple[Beat, ...]
    chords: tuple[ChordSpan, ...]
    sections: tuple[Section, ...]
    notes: tuple[Note, ...]

    @property
    def downbeats_s(self) -> tuple[float, ...]:
        """Times of the first beats of all bars."""
        return tuple(beat.time_s for beat in self.beats if beat.beat == 1)

    def part(self, stem: Stem) -> tuple[Note, ...]:
        """Return the notes of one stem."""
        return tuple(note for note in self.notes if note.stem == stem)
