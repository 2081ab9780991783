"""Guitar Pro files, read back by PyGuitarPro."""

from __future__ import annotations

import dataclasses
import io

import guitarpro
import pytest

from tonmeister.core.errors import CombinationError, FormatUnsupportedError
from tonmeister.media.notation.guitar_pro import read_guitar_pro, write_guitar_pro
from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.score import Score


def parse(score: Score) -> guitarpro.Song:
    return guitarpro.parse(io.BytesIO(write_guitar_pro(score)))


def heads(track: guitarpro.Track) -> list[tuple[int, float, int, int]]:
    found = []
    for number, measure in enumerate(track.measures):
        for beat in measure.voices[0].beats:
            for note in beat.notes:
                if note.type == guitarpro.NoteType.normal:
                    midi = track.strings[note.string - 1].value + note.value + track.offset
                    found.append((number, (beat.start - measure.start) / 960, midi, note.string))
    return sorted(found)


@pytest.mark.parametrize("name", ["plain", "waltz", "six-eight", "capo", "seven", "dadgad"])
def test_every_note_lies_where_it_was_written(songs, name):
    score = songs[name]
    song = parse(score)
    fretted = [part for part in score.parts if part.fretboard]
    assert len(song.tracks) == len(fretted)
    for track, part in zip(song.tracks, fretted, strict=True):
        wanted = sorted((n, float(start), head.midi, head.place.string) for n, start, head in part.heads)
        found = heads(track)
        assert [(n, midi, string) for n, _, midi, string in found] == [(n, m, s) for n, _, m, s in wanted]
        assert [start for _, start, _, _ in found] == pytest.approx([start for _, start, _, _ in wanted], abs=0.01)
        assert tuple(string.value for string in track.strings)[::-1] == part.fretboard.tuning
        assert (track.offset, track.channel.instrument, track.name) == (part.fretboard.capo, part.program, part.name)
        for measure in track.measures:
            length = sum(beat.duration.time for beat in measure.voices[0].beats)
            assert length == pytest.approx(float(score.metre.bar_quarters) * 960, abs=4)


def test_the_rest_of_the_page(song):
    found = parse(song)
    assert (found.title, found.artist, found.tempo) == (song.title, "Someone", 120)
    assert found.measureHeaders[0].keySignature == guitarpro.KeySignature.GMajor
    assert [header.marker.title for header in found.measureHeaders if header.marker] == ["Verse", "Chorus"]
    beats = [beat for measure in found.tracks[0].measures for beat in measure.voices[0].beats]
    assert [beat.text for beat in beats if beat.text][:2] == ["G", "N.C."]
    assert [beat.effect.mixTableChange.tempo.value for beat in beats if beat.effect.mixTableChange] == [150]


def test_techniques(song):
    effects = [
        note.effect
        for measure in parse(song).tracks[0].measures
        for beat in measure.voices[0].beats
        for note in beat.notes
        if note.type == guitarpro.NoteType.normal
    ]
    assert sum(effect.hammer for effect in effects) == 1
    assert sum(effect.vibrato for effect in effects) == 1
    assert sum(bool(effect.slides) for effect in effects) == 1
    bends = [[(point.position, point.value) for point in effect.bend.points] for effect in effects if effect.bend]
    assert bends == [[(0, 0), (6, 4), (12, 0)], [(0, 0), (6, 2), (12, 2)]]


def test_letters_that_the_format_lacks_are_written_plainly(songs):
    assert parse(dataclasses.replace(songs["dadgad"], title="Dvořák")).title == "Dvorák"
    assert parse(songs["dadgad"]).title == "?????? ??"


def test_what_the_format_cannot_hold_is_refused(song):
    flute = dataclasses.replace(song, parts=song.parts[2:])
    with pytest.raises(CombinationError, match="fretted parts"):
        write_guitar_pro(flute)
    eight = dataclasses.replace(song.parts[0], fretboard=Fretboard(TUNINGS["guitar 8 strings"]))
    with pytest.raises(CombinationError, match="at most 7"):
        write_guitar_pro(dataclasses.replace(song, parts=(eight,)))


def test_our_reader_agrees(songs, tmp_path):
    path = tmp_path / "song.gp5"
    for score in songs.values():
        path.write_bytes(write_guitar_pro(score))
        read = read_guitar_pro(path)
        assert read.metre == score.metre
        for part, wanted in zip(read.parts, score.parts, strict=False):
            assert part.fretboard.tuning == wanted.fretboard.tuning
            assert [part.fretboard.midi(place) for place in part.places] == [note.midi for note in part.notes]
            assert len(part.notes) == len(wanted.heads)


def test_what_is_no_guitar_pro_is_refused(tmp_path, song):
    path = tmp_path / "song.gp5"
    whole = write_guitar_pro(song)
    for content in (b"", b"nonsense" * 10, whole[:40], whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(FormatUnsupportedError, match="cannot be read as Guitar Pro"):
            read_guitar_pro(path)


def test_foreign_files_are_read(shared_audio):
    folder = shared_audio / "tabs" / "gp_features"
    for path in sorted(folder.glob("*.gp[345]"))[::8]:
        for part in read_guitar_pro(path).parts:
            assert len(part.places) == len(part.notes)
