"""The public contract of the demo song: parameters and result."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result

KeyName = Literal[
    "C major",
    "Db major",
    "D major",
    "Eb major",
    "E major",
    "F major",
    "Gb major",
    "G major",
    "Ab major",
    "A major",
    "Bb major",
    "B major",
    "C minor",
    "C# minor",
    "D minor",
    "Eb minor",
    "E minor",
    "F minor",
    "F# minor",
    "G minor",
    "G# minor",
    "A minor",
    "Bb minor",
    "B minor",
]


class DemoParams(Params):
    """Compose and synthesise a song, unmastered, and say everything that is true about it.

    Drums, bass, chords, a lead and a sung line play intro, verse, chorus, verse, chorus and outro. The same parameters
    give the same song.
    """

    seed: int = Field(1, ge=0, le=2**31 - 1)
    """Which song: the seed chooses key, tempo, groove, progressions, instruments and melodies."""
    tempo_bpm: float | None = Field(None, ge=60, le=180)
    """Tempo; by default the seed chooses one that suits the groove."""
    key: KeyName | None = None
    """Key; by default the seed chooses."""
    duration_s: float = Field(60.0, ge=15, le=180)
    """About how long: the form is built of whole phrases, and never shorter than twelve bars."""
    stems: bool = False
    """Write each player's track too; the mix is their exact sum."""


class Moment(BaseModel):
    """Base of things with a beginning and an end."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    onset_s: float
    """When it begins."""
    offset_s: float
    """When it ends."""


class DemoChord(Moment):
    """A chord."""

    symbol: str
    """The chord in Harte's syntax, such as A:min7 or C:maj/3."""


class DemoSection(Moment):
    """A section of the form."""

    name: Literal["intro", "verse", "chorus", "outro"]
    """What it is."""


class DemoResult(Result):
    """The song's files and its truth in outline; the file ``truth`` holds every note and beat."""

    mix: AssetRef
    """The unmastered mix: WAV, 24 bits, stereo."""
    truth: AssetRef
    """JSON with tempo, beats, key, chords, sections and every note of every stem."""
    stems: dict[str, AssetRef]
    """The stems' WAV files by name, where they were asked for."""
    seed: int
    """Which song."""
    sample_rate: int
    """In Hz."""
    duration_s: float
    """Length."""
    tempo_bpm: float
    """Tempo, constant."""
    metre: str
    """Time signature."""
    key: str
    """Key."""
    groove: str
    """What the drummer would call it."""
    instruments: dict[str, str]
    """The instrument of each stem."""
    chords: tuple[DemoChord, ...]
    """All chords in order."""
    sections: tuple[DemoSection, ...]
    """The form."""
    n_notes: int
    """Notes of all players together."""

    def digest(self) -> Digest:
        """Return the song as one row, and where to find it."""
        minutes, seconds = divmod(round(self.duration_s), 60)
        symbols = [chord.symbol for chord in self.chords]
        verse = self._progression("verse", symbols)
        chorus = self._progression("chorus", symbols)
        sentences = [
            f"Verse: {verse}. Chorus: {chorus}.",
            f"The mix is not mastered: {self.mix}",
            f"What is true about it, note by note: {self.truth}",
        ]
        if self.stems:
            sentences.append(f"Stems: {', '.join(self.stems.values())}")
        return Digest(
            title="Demo song",
            columns=("song", "length", "key", "tempo", "groove", "chords", "lead"),
            rows=(
                (
                    str(self.seed),
                    f"{minutes}:{seconds:02d}",
                    self.key,
                    f"{self.tempo_bpm:g} BPM",
                    self.groove,
                    self.instruments["chords"],
                    self.instruments["lead"],
                ),
            ),
            sentences=tuple(sentences),
        )

    def _progression(self, section: str, symbols: list[str]) -> str:
        onset_s = next(part.onset_s for part in self.sections if part.name == section)
        first = next(index for index, chord in enumerate(self.chords) if chord.onset_s >= onset_s)
        return " ".join(symbols[first : first + 4])
