"""MusicXML on the staves that were asked for: every note is on each, and programs play it once."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from tonmeister.media.notation.alphatex import write_alphatex
from tonmeister.media.notation.ascii_tab import write_ascii_tab
from tonmeister.media.notation.chordpro import write_chordpro
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.pages.engrave import engrave
from tonmeister.media.notation.staves import staves_for_programs

from .conftest import make_song, written
from .test_texts import STEPS, xml_heads

SHOWN = {
    "tab": [(0, "TAB"), (1, "TAB"), (2, "G")],
    "standard": [(0, "G-1"), (1, "F-1"), (2, "G")],
    "both": [(0, "G-1"), (0, "TAB"), (1, "F-1"), (1, "TAB"), (2, "G")],
}


def write(score, staves):
    shown, looks = staves_for_programs(score, staves)
    return write_musicxml(shown, looks=looks)


@pytest.mark.parametrize("name", ["plain", "capo", "seven"])
@pytest.mark.parametrize("staves", SHOWN)
def test_each_staff_has_its_clef_and_every_note(songs, name, staves):
    song = songs[name]
    root = ET.fromstring(write(song, staves))
    parts = root.findall("part")
    clefs = [f"{part.findtext('.//clef/sign')}{part.findtext('.//clef-octave-change') or ''}" for part in parts]
    assert clefs == [clef for _, clef in SHOWN[staves]]
    for element, (number, clef) in zip(parts, SHOWN[staves], strict=True):
        is_tab = clef == "TAB"
        wanted = [(*row[:3], row[3] if is_tab else 0) for row in written(song, number)]
        assert xml_heads(element)[0] == wanted, "strings stand on the tab alone"
        assert len(element.findall(".//staff-details")) == is_tab
        beats = [beat for bar in song.parts[number].bars for beat in bar]
        assert len(element.findall(".//rest")) == sum(not beat.notes for beat in beats)
        assert not element.findall(".//note[@print-object='no']")
    assert not {"H", "P", "sl.", "full"} & {words.text for words in root.iter("words")}, "programs have signs for them"


def test_a_tab_beside_its_staff_has_a_name_of_its_own_and_is_not_played(song):
    entries = ET.fromstring(write(song, "both")).findall("part-list/score-part")
    assert [(entry.findtext("part-name"), entry.findtext("midi-instrument/volume")) for entry in entries] == [
        ("Lead guitar", None),
        ("Lead guitar (tab)", "0"),
        ("Bass", None),
        ("Bass (tab)", "0"),
        ("Flute", None),
    ]
    for staves in ("tab", "standard"):
        assert "<volume>" not in write(song, staves).decode()


@pytest.mark.parametrize("staves", SHOWN)
def test_verovio_finds_every_note(song, staves):
    import verovio

    toolkit = verovio.toolkit()
    assert toolkit.loadData(write(song, staves).decode())
    drawn = ET.fromstring(toolkit.getMEI())
    mei = "{http://www.music-encoding.org/ns/mei}"
    for at, (number, clef) in enumerate(SHOWN[staves], 1):
        notes = [
            note
            for staff in drawn.iter(f"{mei}staff")
            if staff.get("n") == str(at)
            for note in staff.iter(f"{mei}note")
        ]
        heads = [head for bar in song.parts[number].bars for beat in bar for head in beat.notes]
        if clef == "TAB":
            found = [(int(note.get("tab.course")), int(note.get("tab.fret"))) for note in notes]
            assert found == [(head.place.string, head.place.fret) for head in heads]
        else:
            found = [12 * (int(note.get("oct")) + 1) + STEPS[note.get("pname").upper()] for note in notes]
            signs = [
                note.get("accid.ges")
                or next((each.get("accid") or each.get("accid.ges") for each in note.iter(f"{mei}accid")), None)
                for note in notes
            ]
            found = [midi + {"s": 1, "f": -1}.get(sign, 0) for midi, sign in zip(found, signs, strict=True)]
            assert found == [head.midi for head in heads]


def names(root):
    """The chord names that are read over the bars."""
    signs = {None: "", "1": "#", "-1": "b"}
    found = []
    for each in root.iter("harmony"):
        bass = each.findtext("bass/bass-step", "")
        found.append(
            each.findtext("root/root-step")
            + signs[each.findtext("root/root-alter")]
            + each.find("kind").get("text")
            + (f"/{bass}{signs[each.findtext('bass/bass-alter')]}" if bass else "")
        )
    return found


@pytest.mark.parametrize(
    ("staves", "capo", "wanted"),
    [
        ("tab", 0, ["Eb", "Cm/Eb", "F7"]),
        ("standard", 3, ["Eb", "Cm/Eb", "F7"]),
        ("tab", 3, ["C", "Am/C", "D7"]),
        ("both", 3, ["C", "Am/C", "D7"]),
    ],
)
def test_chords_are_named_as_the_hand_takes_them_where_a_tab_shows_it(staves, capo, wanted):
    song = make_song(capo=capo)
    chords = (((Fraction(0), "Eb:maj"), (Fraction(2), "C:min/b3")), ((Fraction(0), "F:7"),))
    bars = [dataclasses.replace(bar, chords=each) for bar, each in zip(song.bars, (*chords, ()), strict=False)]
    song = dataclasses.replace(song, bars=tuple(bars), parts=tuple(_cut(part, len(bars)) for part in song.parts))
    root = ET.fromstring(write(song, staves))
    assert names(root) == wanted
    is_told = capo > 0 and staves != "standard"
    assert [each.findtext("credit-words") for each in root.iter("credit")][2:] == (["Capo 3"] if is_told else [])
    assert [each.text for each in root.iter("capo")] == (["3"] if is_told else [])
    (page,) = engrave(song, staves=staves)
    drawn = ["".join(each.itertext()).strip() for each in ET.fromstring(page).iter("{http://www.w3.org/2000/svg}text")]
    assert drawn.count("Capo 3") == is_told
    assert [text for text in drawn if text in ("Eb", "E\ued60", "C", "F7", "D7")][-1:] == wanted[-1:]
    if is_told:
        chart = write_chordpro(song, capo=capo)
        for text in (chart, write_ascii_tab(song, song.parts[0]), write_alphatex(song)):
            assert all(name in text for name in wanted), "as every other file names them"


def _cut(part, n_bars):
    return dataclasses.replace(part, bars=part.bars[:n_bars])
