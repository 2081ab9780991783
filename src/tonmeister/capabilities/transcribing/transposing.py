"""The harmony of an analysed song, some semitones higher: names of keys, chords and notes."""

from __future__ import annotations

from typing import Any

from tonmeister.music.spelling import key_fifths, spell_pitch_class, transpose_chord, transpose_key
from tonmeister.music.theory import parse_key, pitch_class


def transpose_song(song: Any, semitones: int) -> Any:
    """Return an analysis whose keys and chords are so much higher; its times stay."""
    if semitones == 0:
        return song

    def key_name(name: str) -> str:
        return transpose_key(parse_key(name), semitones).name

    n_fifths = key_fifths(transpose_key(parse_key(song.key.name), semitones)) if song.key else 0
    key = song.key and song.key.model_copy(
        update={
            "tonic": key_name(song.key.name).split()[0],
            "name": key_name(song.key.name),
            "relative": key_name(song.key.relative),
            "alternatives": tuple(
                each.model_copy(update={"name": key_name(each.name)}) for each in song.key.alternatives
            ),
        }
    )
    return song.model_copy(
        update={
            "key": key,
            "key_path": tuple(each.model_copy(update={"key": key_name(each.key)}) for each in song.key_path),
            "chords": tuple(
                each.model_copy(
                    update={
                        "label": transpose_chord(each.label, semitones, n_fifths),
                        "bass": each.bass and spell_pitch_class((pitch_class(each.bass) + semitones) % 12, n_fifths),
                    }
                )
                for each in song.chords
            ),
        }
    )
