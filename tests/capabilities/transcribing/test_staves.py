"""On how many staves notes are written, and in which clefs."""

from __future__ import annotations

import pytest

from tonmeister.capabilities.transcribing.arrange import Frame, arrange
from tonmeister.capabilities.transcribing.hearing import HeardSong
from tonmeister.capabilities.transcribing.profiles import load_profile
from tonmeister.media.notation.alphatex import write_alphatex
from tonmeister.media.notation.clefs import clefs_of
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap
from tonmeister.music.score import Score
from tonmeister.music.tab import PlayedNote

CHORALE, LOW, HIGH = (43, 55, 62, 71), (31, 36, 43, 48), (60, 67, 72, 79)


def written(midis: tuple[int, ...], instrument: str) -> Score:
    notes = tuple(PlayedNote(0.5 * at, 0.5 * at + 0.5, midi) for at in range(8) for midi in midis)
    frame = Frame("Song", "", TimeMap(tuple(0.5 * at for at in range(9))), Metre(), 0, tempo_bpm=119.0)
    profile = load_profile(instrument)
    heard = HeardSong(notes, (1.0,) * len(notes))
    return arrange(heard, frame, part_name="Notes", program=profile.program, n_staves=profile.n_staves).score


@pytest.mark.parametrize(
    ("midis", "instrument", "signs"),
    [
        (CHORALE, "any", "GF"),
        (LOW, "any", "F"),
        (HIGH, "any", "G"),
        (HIGH, "piano", "GF"),
        (CHORALE, "voice", "G"),
    ],
)
def test_staves_and_clefs_fit_what_is_played(midis, instrument, signs):
    score = written(midis, instrument)
    assert "".join(clef.sign for clef in clefs_of(score.parts[0])) == signs
    assert write_musicxml(score).count(b"<sign>") == len(signs)
    tex = write_alphatex(score)
    assert tex.count("\\staff") == len(signs)
    assert ("\\clef F4" in tex) is ("F" in signs)


def test_the_song_s_tempo_is_the_mark():
    assert [(mark.bar, mark.tempo_bpm) for mark in written(HIGH, "any").tempo_marks] == [(0, 119.0)]
