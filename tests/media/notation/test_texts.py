"""MusicXML, tab as text, ChordPro, JSON: each read back, MusicXML by a plain XML reader."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from fractions import Fraction
from xml.etree import ElementTree as ET

import guitarpro
import mido
import pytest

from tonmeister.core.errors import CombinationError, FormatUnsupportedError
from tonmeister.media.notation.alphatex import write_alphatex
from tonmeister.media.notation.ascii_tab import read_ascii_tab, write_ascii_tab
from tonmeister.media.notation.chordpro import Word, read_chordpro, write_chordpro
from tonmeister.media.notation.clefs import clefs_of
from tonmeister.media.notation.guitar_pro import write_guitar_pro
from tonmeister.media.notation.midi import write_midi
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.score_json import read_json, write_json
from tonmeister.media.notation.spelling import lead_sheet_name, pitch_name
from tonmeister.music.fingering import finger
from tonmeister.music.form import UNNAMED
from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.note_values import Metre, Value
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Part, WrittenBeat, WrittenNote, write_score
from tonmeister.music.tab import Place, PlayedNote

from .conftest import make_song

NAMES = ["plain", "waltz", "six-eight", "capo", "seven", "half down", "dadgad"]
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def xml_heads(part: ET.Element) -> tuple[list[tuple[int, float, int, int]], list[float]]:
    """The heads that begin a sound, and the length of every bar."""
    found, lengths = [], []
    for number, measure in enumerate(part.iter("measure")):
        at = start = 0
        for note in measure.iter("note"):
            duration = int(note.findtext("duration"))
            if note.find("chord") is None:
                start, at = at, at + duration
            pitch = note.find("pitch")
            if pitch is None or any(tie.get("type") == "stop" for tie in note.iter("tie")):
                continue
            midi = 12 * (int(pitch.findtext("octave")) + 1) + STEPS[pitch.findtext("step")]
            midi += int(pitch.findtext("alter") or 0)
            found.append((number, start / 96, midi, int(note.findtext("notations/technical/string") or 0)))
        lengths.append(at / 96)
    return sorted(found), lengths


@pytest.mark.parametrize("name", NAMES)
def test_musicxml_holds_every_note_with_its_string(songs, name):
    score = songs[name]
    root = ET.fromstring(write_musicxml(score))
    assert root.findtext("work/work-title") == score.title
    for element, part in zip(root.iter("part"), score.parts, strict=True):
        found, lengths = xml_heads(element)
        wanted = sorted(
            (n, float(start), head.midi, head.place.string if head.place else 0) for n, start, head in part.heads
        )
        assert found == wanted
        assert lengths == [float(score.metre.bar_quarters)] * len(score.bars)
        if part.fretboard:
            tunings = [
                12 * (int(line.findtext("tuning-octave")) + 1)
                + STEPS[line.findtext("tuning-step")]
                + int(line.findtext("tuning-alter") or 0)
                for line in element.iter("staff-tuning")
            ]
            assert tuple(tunings) == part.fretboard.tuning
            assert int(element.findtext(".//capo") or 0) == part.fretboard.capo
            for note in element.iter("note"):
                where = note.find("notations/technical")
                if where is not None and where.find("fret") is not None:
                    string, fret = int(where.findtext("string")), int(where.findtext("fret"))
                    pitch = note.find("pitch")
                    midi = 12 * (int(pitch.findtext("octave")) + 1) + STEPS[pitch.findtext("step")]
                    assert part.fretboard.open_midi(string) + fret == midi + int(pitch.findtext("alter") or 0)


def test_musicxml_techniques_chords_and_tempo(song):
    root = ET.fromstring(write_musicxml(song))
    for name in ("hammer-on", "slide", "wavy-line"):
        assert sorted(element.get("type") for element in root.iter(name)) == ["start", "stop"]
    assert [bend.findtext("bend-alter") for bend in root.iter("bend")] == ["2", "0", "1"]
    assert [sound.get("tempo") for sound in root.iter("sound")] == ["120", "150"]
    kinds = [harmony.findtext("kind") for harmony in root.iter("harmony")]
    assert kinds == ["major", "none", "minor", "dominant", "minor"]
    assert [text.text for text in root.iter("rehearsal")] == ["Verse", "Chorus"]


def test_musicxml_of_two_hands_has_two_staves(piano):
    root = ET.fromstring(write_musicxml(piano))
    assert root.findtext(".//staves") == "2"
    assert [(clef.get("number"), clef.findtext("sign")) for clef in root.iter("clef")] == [("1", "G"), ("2", "F")]
    by_staff: dict[str, set[int]] = {"1": set(), "2": set()}
    for measure in root.iter("measure"):
        lengths = {"1": 0, "2": 0}
        for note in measure.iter("note"):
            staff = note.findtext("staff")
            assert note.findtext("voice") == staff
            if note.find("chord") is None:
                lengths[staff] += int(note.findtext("duration"))
            if (pitch := note.find("pitch")) is not None:
                by_staff[staff].add(12 * (int(pitch.findtext("octave")) + 1) + STEPS[pitch.findtext("step")])
        assert lengths == {"1": 4 * 96, "2": 4 * 96}
        assert [int(each.findtext("duration")) for each in measure.iter("backup")] == [4 * 96]
    assert by_staff == {"1": {65, 67, 69, 72, 76}, "2": {36, 41, 48}}
    assert read_json(write_json(piano)) == piano


def tempo_texts(bpm: list[float], metre: Metre | None = None) -> tuple[list[str], list[str]]:
    """What is read, and what is played."""
    song = make_song(metre=metre)
    bars = tuple(dataclasses.replace(song.bars[0], tempo_bpm=each) for each in bpm)
    parts = tuple(dataclasses.replace(part, bars=(part.bars[0],) * len(bpm)) for part in song.parts)
    root = ET.fromstring(write_musicxml(dataclasses.replace(song, bars=bars, parts=parts)))
    read = ["".join(mark.itertext()).split() for mark in root.iter("metronome")]
    return [" ".join(each) for each in read], [each.get("tempo") for each in root.iter("sound")]


def test_a_free_singer_has_one_tempo_mark_and_all_tempi_played():
    free = [113.2, 112, 115, 119, 114, 116, 117, 118, 116, 121, 129, 117, 120, 116, 121, 123, 118, 116, 114, 125]
    read, played = tempo_texts(free)
    assert read == ["quarter ca. 117"]
    assert played == [str(round(bpm)) for bpm in free]


def test_tempo_marks_stand_where_the_tempo_changes_for_good():
    assert tempo_texts([120.0] * 4 + [100.0] + [120.0] * 4 + [150.0] * 4)[0] == ["quarter 120", "quarter 150"]
    assert tempo_texts([90.0] * 4, Metre(6, 8))[0] == ["quarter 60"]


def test_let_ring_is_told_once_a_passage(song):
    guitar = song.parts[0]
    rings = tuple(
        tuple(
            dataclasses.replace(beat, notes=tuple(dataclasses.replace(head, rings=True) for head in beat.notes))
            for beat in bar
        )
        for bar in guitar.bars
    )
    song = dataclasses.replace(song, parts=(dataclasses.replace(guitar, bars=rings), *song.parts[1:]))
    root = ET.fromstring(write_musicxml(song))
    assert [words.text for words in root.iter("words")].count("let ring") == 1
    assert not [tied for tied in root.iter("tied") if tied.get("type") == "let-ring"]


@pytest.mark.parametrize(
    ("program", "tuning", "midis", "clef"),
    [
        (25, "guitar", (40, 52), ("G", 2, -1)),
        (24, "ukulele", (60, 67), ("G", 2, 0)),
        (33, "bass", (28, 40), ("F", 4, -1)),
        (53, None, (69, 74), ("G", 2, 0)),
        (53, None, (52, 62), ("G", 2, -1)),
        (53, None, (43, 55), ("F", 4, 0)),
        (73, None, (72, 84), ("G", 2, 0)),
        (42, None, (38, 52), ("F", 4, 0)),
    ],
)
def test_clefs_are_those_that_players_read(program, tuning, midis, clef):
    neck = Fretboard(TUNINGS[tuning]) if tuning else None
    heads = tuple(WrittenNote(at, midi, 80) for at, midi in enumerate(midis))
    part = Part("x", ((WrittenBeat(Fraction(0), Value(1), heads),),), program, neck)
    assert clefs_of(part) == (clef,)


@pytest.mark.parametrize("name", NAMES)
def test_tab_as_text_is_read_back_place_by_place(songs, name):
    score = songs[name]
    for part in score.parts[:2]:
        text = write_ascii_tab(score, part, width=80)
        assert max(map(len, text.splitlines())) <= 100
        read = read_ascii_tab(text)
        assert len(read.bars) == len(score.bars)
        for number, columns in enumerate(read.bars):
            wanted: dict[float, set] = {}
            for at, start, head in part.heads:
                if at == number:
                    wanted.setdefault(float(start), set()).add(head.place)
            assert [set(column) for column in columns] == [wanted[start] for start in sorted(wanted)]


def test_tab_as_text_shows_chords_and_techniques(song):
    text = write_ascii_tab(song, song.parts[0])
    assert "[Verse] G" in text
    fret = next(head.place.fret for _, _, head in song.parts[0].heads if head.note == 8)
    assert f"{fret}b{fret + 2}r{fret}" in text
    assert "h" in text.split("[Verse]")[1]
    with pytest.raises(CombinationError, match="no neck"):
        write_ascii_tab(song, song.parts[2])


@pytest.mark.parametrize("text", ["", "no tab here", "E|\nA|"])
def test_text_without_tab_is_refused(text):
    with pytest.raises(FormatUnsupportedError, match="no lines of tab"):
        read_ascii_tab(text)


def test_tab_with_a_missing_string_is_refused():
    with pytest.raises(FormatUnsupportedError, match="1 strings"):
        read_ascii_tab("E|-0-|\nB|-1-|\n\nE|-0-|\n")


def test_chordpro_as_a_chart(song):
    read = read_chordpro(write_chordpro(song))
    assert read.directives["title"] == song.title
    assert (read.directives["time"], read.directives["tempo"]) == ("4/4", "120")
    assert [name for line in read.lines for name, _ in line if name] == ["G", "N.C.", "Am/C", "D7", "Em"]


def test_chordpro_over_words(song):
    words = [Word(0.25, "One"), Word(1.3, "two"), Word(2.2, "three", True), Word(4.3, "four"), Word(4.9, "five", True)]
    text = write_chordpro(song, words=words)
    assert "[G]One [N.C.]two [Am/C]three [D7]\n" in text
    assert "[Em]four five" in text
    assert "{capo: 2}" in write_chordpro(song, capo=2)
    assert "[F]" in write_chordpro(song, capo=2)


@pytest.mark.parametrize("name", NAMES)
def test_json_comes_back_whole(songs, name):
    assert read_json(write_json(songs[name])) == songs[name]


def test_json_leaves_nothing_for_other_programs_to_guess(songs, piano):
    sheet = json.loads(write_json(piano))
    assert sheet["metre"] == {"n_beats": 4, "unit": 4}
    assert (sheet["n_fifths"], sheet["is_minor"], sheet["swing_percent"]) == (0, False, None)
    for name, song in {**songs, "piano": piano}.items():
        for fields, found in _walk(song, json.loads(write_json(song))):
            assert set(found) >= set(fields), name


def _walk(value, sheet):
    """Yield the fields of every part of a score, with what stands in the file for it."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        yield names, sheet
        for name in names:
            yield from _walk(getattr(value, name), sheet[name])
    elif isinstance(value, tuple):
        for each, written in zip(value, sheet, strict=True):
            yield from _walk(each, written)


def _older(value):
    """Return the data of a score as older files have it: without what is as usual."""
    if dataclasses.is_dataclass(value):
        fields = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {field.name: _older(each) for field, each in fields if each != field.default}
    if isinstance(value, tuple):
        return [_older(each) for each in value]
    return str(value) if isinstance(value, Fraction) else value


@pytest.mark.parametrize("name", NAMES)
def test_json_of_older_files_is_read(songs, name):
    head = {"format": "tonmeister-score", "version": 1}
    older = json.dumps(head | _older(songs[name]))
    assert ('"metre": {}' in older) is (songs[name].metre == Metre())
    assert read_json(older) == songs[name]


def test_json_of_others_is_refused():
    for text in ("", "[]", "{}", json.dumps({"format": "tonmeister-score", "version": 99}), '{"format": 1}'):
        with pytest.raises(FormatUnsupportedError, match="no score of ours"):
            read_json(text)


def test_alphatex_writes_the_bass_in_its_clef(song):
    tracks = write_alphatex(song).split("\\track ")[1:]
    assert [track.count("\\clef F4") for track in tracks] == [0, 1, 0]


@pytest.mark.parametrize("tuning", ["guitar", "ukulele"])
def test_alphatex_has_a_line_for_each_bar(tuning):
    """The page finds the bars that an edit changed by their lines."""
    song = make_song(tuning=tuning, capo=2)
    others = re.compile(r"\\(track|instrument|staff|tuning|capo|sync) ")
    text = write_alphatex(song).partition("\n.\n")[2]
    lines = [line for line in text.splitlines() if not others.match(line)]
    assert len(lines) == len(song.bars) * len(song.parts)


def test_alphatex_in_short(song):
    text = write_alphatex(song)
    assert "\\sync 0 0 250\n" in text
    assert "\\sync" not in write_alphatex(song, sync=False)
    assert text.count("\\track") == 3
    assert '\\title "Sæglópur & \\"friends\\" <1>"' in text
    low = write_alphatex(dataclasses.replace(song, swing_percent=66.0))
    assert "\\tf triplet8th" in low


@pytest.mark.parametrize(
    ("symbol", "capo", "name"),
    [
        ("C:maj", 0, "C"),
        ("Bb:min7", 0, "Bbm7"),
        ("G:7/b7", 0, "G7/F"),
        ("D:maj/3", 0, "D/F#"),
        ("A", 2, "G"),
        ("Eb:maj", 1, "D"),
        ("F:maj/5", 2, "Eb/Bb"),
        ("C:7", 2, "Bb7"),
        ("F:min", 2, "D#m"),
        ("B:min", 3, "G#m"),
        ("Db:maj/3", 2, "B/D#"),
        ("F#:hdim7", 0, "F#m7b5"),
        ("C:maj(9)", 0, "C"),
        ("N", 0, "N.C."),
        ("X", 0, "N.C."),
    ],
)
def test_chord_names_of_lead_sheets(symbol, capo, name):
    assert lead_sheet_name(symbol, capo) == name


def test_pitches_are_spelt_by_the_key():
    assert [pitch_name(61), pitch_name(61, -3), pitch_name(40)] == ["C#4", "Db4", "E2"]


@pytest.mark.parametrize(
    ("tuning", "names"),
    [
        (TUNINGS["guitar half step down"], "Eb Ab Db Gb Bb Eb"),
        (TUNINGS["guitar open D"], "D A D F# A D"),
        (TUNINGS["guitar open E"], "E B E G# B E"),
        (TUNINGS["guitar 8 strings"], "F# B E A D G B E"),
        ((36, 41, 46, 51, 55, 60), "C F Bb Eb G C"),
    ],
)
@pytest.mark.parametrize("n_fifths", [0, 3, -3])
def test_tunings_are_spelt_alike_in_all_files(tuning, names, n_fifths):
    neck = Fretboard(tuning)
    notes = [PlayedNote(0.0, 1.0, tuning[0])]
    beats = TimeMap((0.0, 0.5, 1.0))
    line = Line("Guitar", notes, quantise(notes, beats), neck, finger(notes, neck))
    score = write_score("Strings", [line], beats, n_fifths=n_fifths)
    text = write_ascii_tab(score, score.parts[0])
    assert f"Guitar: {names}, 4/4" in text
    assert read_ascii_tab(text).bars == (((Place(neck.n_strings, 0),),),)
    signs = {None: "", "1": "#", "-1": "b"}
    tunings = ET.fromstring(write_musicxml(score)).iter("staff-tuning")
    found = [each.findtext("tuning-step", "") + signs[each.findtext("tuning-alter")] for each in tunings]
    assert " ".join(found) == names
    tex = re.search(r"\\tuning \((.*)\)", write_alphatex(score))[1]
    assert " ".join(name.rstrip("0123456789") for name in reversed(tex.split())) == names


def test_a_section_without_a_name_stands_in_no_file(song):
    bars = [dataclasses.replace(bar, section=UNNAMED if bar.section == "Chorus" else bar.section) for bar in song.bars]
    score = dataclasses.replace(song, bars=tuple(bars))
    assert sum(bar.section == UNNAMED for bar in score.bars) == 1
    midi, gp5 = io.BytesIO(write_midi(score)), io.BytesIO(write_guitar_pro(score))
    files = [
        write_musicxml(score).decode(),
        write_alphatex(score),
        write_ascii_tab(score, score.parts[0]),
        write_chordpro(score),
        write_chordpro(score, words=[Word(bar.start_s, "la", ends_line=True) for bar in score.bars]),
        " ".join(each.text for each in mido.MidiFile(file=midi).tracks[0] if each.type == "marker"),
        " ".join(each.marker.title for each in guitarpro.parse(gp5).measureHeaders if each.marker),
    ]
    for text in files:
        assert "Verse" in text
        assert UNNAMED not in text.replace("\\section", "")
    assert read_json(write_json(score)).bars == score.bars, "what reads it knows where it begins"
