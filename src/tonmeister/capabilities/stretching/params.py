"""The public contract of stretching: parameters and results."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result


class StretchParams(Params):
    """Change tempo and pitch, each without the other, or bring a drifting take onto a grid.

    Both in one pass; the stereo image is kept. Name a speed or the tempo that the song shall have, a move in pitch, or
    that it shall come onto a grid: without any of them it is refused.
    """

    file: AssetRef
    """The sound file, mono or stereo."""
    speed_percent: float = Field(100.0, ge=12.5, le=800)
    """How fast it plays: 50 is half the tempo, 200 twice."""
    target_tempo_bpm: float | None = Field(None, ge=20, le=400)
    """The tempo that it shall have, instead of a speed; its own is listened for."""
    pitch_semitones: float = Field(0.0, ge=-24, le=24)
    """How far the pitch moves; 0.5 is a quarter tone."""
    onto_grid: bool = False
    """Bring each beat to its place on an even grid: a performance that drifts becomes one played to a click."""
    engine: Literal["signalsmith", "rubberband"] = "signalsmith"
    """What stretches; Rubber Band is a program that must be installed."""
    format: Literal["wav", "flac"] = "wav"
    """File to write: WAV with 32-bit floating point, or FLAC with 24 bits."""


class StretchResult(Result):
    """The stretched song."""

    file: AssetRef
    """The new sound file."""
    rate_percent: float
    """How fast it plays, on average."""
    pitch_semitones: float
    """How far the pitch moved."""
    tempo_before_bpm: float | None
    """Tempo that was heard, where it was listened for."""
    tempo_after_bpm: float | None
    """Tempo that it has now, where it was listened for."""
    n_beats_moved: int
    """Beats that were brought onto the grid."""
    largest_move_ms: float
    """How far the farthest of them was from an even grid."""
    duration_s: float
    """New length."""
    engine: str
    """What stretched it."""
    gain_db: float
    """By how much it was turned down to fit into whole numbers; 0 in floating point."""
    warnings: tuple[str, ...]
    """What will be heard of it, or could not be done."""

    def digest(self) -> Digest:
        """Return one row and the warnings."""
        tempo = "–" if self.tempo_after_bpm is None else f"{self.tempo_before_bpm:.2f} → {self.tempo_after_bpm:.2f}"
        return Digest(
            columns=("file", "speed %", "semitones", "BPM", "length", "engine"),
            rows=(
                (
                    self.file,
                    f"{self.rate_percent:.2f}",
                    f"{self.pitch_semitones:+g}",
                    tempo,
                    f"{int(self.duration_s // 60)}:{self.duration_s % 60:04.1f}",
                    self.engine,
                ),
            ),
            sentences=self.warnings,
            title="Stretched",
        )
