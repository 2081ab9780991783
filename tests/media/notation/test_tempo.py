"""One tempo for the reader of any file, though every bar has its own."""

from __future__ import annotations

import dataclasses
import io
import re

import guitarpro
import pytest

from tonmeister.media.notation.alphatex import write_alphatex
from tonmeister.media.notation.ascii_tab import write_ascii_tab
from tonmeister.media.notation.chordpro import read_chordpro, write_chordpro
from tonmeister.media.notation.guitar_pro import write_guitar_pro
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.score_json import read_json, write_json
from tonmeister.music.note_values import Metre
from tonmeister.music.score import Score

TEMPI = [113.0, 118.0, 117.6, 121.0, 118.5]


def uneven(song: Score, *, tempo_bpm: float | None) -> Score:
    """A song whose bars scatter: the middle one has 118, the first 113."""
    n = len(song.bars)
    bars = tuple(dataclasses.replace(song.bars[at % n], tempo_bpm=each, section="") for at, each in enumerate(TEMPI))
    parts = tuple(
        dataclasses.replace(part, bars=tuple(part.bars[at % n] for at in range(len(TEMPI)))) for part in song.parts
    )
    return dataclasses.replace(song, bars=bars, parts=parts, tempo_bpm=tempo_bpm)


@pytest.mark.parametrize(("tempo_bpm", "told"), [(116.7, 117), (None, 118), (90.0, 118)])
def test_every_file_tells_one_tempo(song, tempo_bpm, told):
    score = uneven(song, tempo_bpm=tempo_bpm)
    assert read_json(write_json(score)) == score
    assert read_chordpro(write_chordpro(score)).directives["tempo"] == str(told)
    assert f"{told} bpm" in write_ascii_tab(score, score.parts[0])
    marks = re.findall(r"<per-minute>(.*?)<", write_musicxml(score).decode())
    assert [mark.split()[-1] for mark in marks] == [str(told)]
    tex = write_alphatex(score)
    assert re.findall(r"\\tempo (\d+)", tex) == [str(told)]
    read = guitarpro.parse(io.BytesIO(write_guitar_pro(score)))
    changes = [
        beat.effect.mixTableChange
        for measure in read.tracks[0].measures
        for beat in measure.voices[0].beats
        if beat.effect.mixTableChange
    ]
    assert read.tempo == told
    assert changes
    assert all(change.hideTempo for change in changes)


def test_bars_keep_tempi_of_their_own(song):
    tex = write_alphatex(uneven(song, tempo_bpm=116.7))
    assert [int(each) for each in re.findall(r"\\tempo \((\d+) [^)]*hide\)", tex)] == [113, 118, 121, 118]


def test_dotted_beats_are_told_in_six_eight(songs):
    score = songs["six-eight"]
    score = dataclasses.replace(
        score, tempo_bpm=120.0, bars=tuple(dataclasses.replace(bar, tempo_bpm=121.0) for bar in score.bars)
    )
    assert score.metre == Metre(6, 8)
    assert read_chordpro(write_chordpro(score)).directives["tempo"] == "80"
    assert "<per-minute>80<" in write_musicxml(score).decode()


def test_a_tempo_that_nobody_found_is_told_to_nobody(song):
    score = dataclasses.replace(song, has_tempo=False)
    assert read_json(write_json(score)) == score
    assert "tempo" not in read_chordpro(write_chordpro(score)).directives
    tab = write_ascii_tab(score, score.parts[0])
    assert "bpm" not in tab
    assert "freely" in tab
    sheet = write_musicxml(score).decode()
    assert "<metronome" not in sheet
    assert "Freely" in sheet
    assert re.search(r'<sound tempo="\d+"', sheet), "it is played at the tempo that it is counted at"
    assert guitarpro.parse(io.BytesIO(write_guitar_pro(score))).hideTempo
    assert re.findall(r"\\tempo (.*)", write_alphatex(score))[0].endswith("hide)")
