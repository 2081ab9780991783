"""The truth about a song as data, for a JSON file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tonmeister.music.song import Song

FORMAT = "tonmeister-demo-truth/1"


def truth_of(song: Song, sample_rate: int, n_samples: int) -> dict[str, Any]:
    """Return everything that is true about a song as it was rendered, in plain lists and dictionaries."""
    return {
        "format": FORMAT,
        "seed": song.seed,
        "sample_rate": sample_rate,
        "n_samples": n_samples,
        "duration_s": n_samples / sample_rate,
        "tempo_bpm": song.tempo_bpm,
        "metre": song.metre,
        "key": song.key.name,
        "groove": song.groove,
        "instruments": song.instruments,
        "sections": [asdict(section) for section in song.sections],
        "chords": [asdict(chord) for chord in song.chords],
        "beats": [asdict(beat) for beat in song.beats],
        "downbeats_s": list(song.downbeats_s),
        "notes": [_without_empty(asdict(note)) for note in song.notes],
    }


def _without_empty(note: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in note.items() if value != ""}
