"""Brackets of triplets, slurs of techniques and the last barline: in MusicXML, and drawn."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.pages.engrave import engrave
from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.hands import split_hands
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import PlayedNote, Technique

THIRD = 1 / 3
# in beats: three eighths; a quarter and an eighth; a rest in the middle; one that is tied from the beat before
RHYTHM = [(0, THIRD), (THIRD, 2 * THIRD), (2 * THIRD, 1), (1, 1 + 2 * THIRD), (1 + 2 * THIRD, 2), (2, 2 + THIRD)]
RHYTHM += [(2 + 2 * THIRD, 3 + THIRD), (3 + THIRD, 3 + 2 * THIRD), (3 + 2 * THIRD, 4), (4, 5), (5, 6), (6, 8)]
N_BRACKETS = 4


def triplets(*, is_fretted: bool = False, is_piano: bool = False) -> Score:
    time_map = TimeMap(tuple(0.5 * at for at in range(13)))
    pitches = (55, 57, 59, 60)
    notes = [PlayedNote(0.5 * start, 0.5 * stop - 0.005, pitches[at % 4]) for at, (start, stop) in enumerate(RHYTHM)]
    if is_piano:
        notes += [PlayedNote(note.onset_s, note.offset_s, note.midi - 24) for note in notes]
        notes.sort(key=lambda note: (note.onset_s, note.midi))
    neck = Fretboard() if is_fretted else None
    techniques: list[tuple[Technique, ...]] = [()] * len(notes)
    if is_fretted:
        # one after the other, so that a slur ends where the next begins, and a slide
        techniques[1] = (Technique("hammer_on", from_note=0),)
        techniques[2] = (Technique("pull_off", from_note=1),)
        techniques[5] = (Technique("slide", from_note=4),)
    line = Line(
        "Part",
        notes,
        quantise(notes, time_map),
        neck,
        finger(notes, neck) if neck else None,
        techniques,
        is_left=split_hands(notes) if is_piano else (),
    )
    return write_score("Threes", [line], time_map)


@pytest.mark.parametrize(("kind", "n_staves"), [("plain", 1), ("is_fretted", 1), ("is_piano", 2)])
def test_brackets_open_and_close_around_whole_beats(kind, n_staves):
    score = triplets(**({kind: True} if kind != "plain" else {}))
    root = ET.fromstring(write_musicxml(score))
    n_opened = 0
    for staff in range(1, n_staves + 1):
        is_open, held = False, Fraction(0)
        for note in root.iter("note"):
            if n_staves > 1 and note.findtext("staff") != str(staff):
                continue
            kinds = [each.get("type") for each in note.iter("tuplet")]
            assert not kinds or note.find("chord") is None
            if "start" in kinds:
                assert not is_open
                is_open, held, n_opened = True, Fraction(0), n_opened + 1
            assert is_open == (note.find("time-modification") is not None)
            if note.find("chord") is None:
                held += int(note.findtext("duration") or 0)
            if "stop" in kinds:
                assert held == 96, "a beat, of which a quarter has 96 divisions"
                is_open = False
        assert not is_open
    assert n_opened == N_BRACKETS * n_staves


@pytest.mark.parametrize(("staves", "n_drawn"), [("both", N_BRACKETS), ("standard", N_BRACKETS), ("tab", N_BRACKETS)])
def test_each_bracket_is_drawn_once(staves, n_drawn):
    page = engrave(triplets(is_fretted=True), staves=staves)[0]
    assert page.count('class="tupletNum"') == n_drawn
    # the three eighths are joined by a beam, which is their bracket; with a rest or a quarter there is none
    assert page.count('class="tupletBracket"') == 2


def test_two_hands_have_brackets_each():
    assert engrave(triplets(is_piano=True))[0].count('class="tupletNum"') == 2 * N_BRACKETS


def test_hammer_ons_and_pull_offs_are_slurs():
    root = ET.fromstring(write_musicxml(triplets(is_fretted=True)))
    ends = [[(each.get("type"), each.get("number")) for each in note.iter("slur")] for note in root.iter("note")]
    assert [each for each in ends if each] == [[("start", "1")], [("stop", "1"), ("start", "1")], [("stop", "1")]]
    assert [each.get("type") for each in root.iter("slide")] == ["start", "stop"]


def words(page: str) -> list[str]:
    root = ET.fromstring(page)
    return ["".join(each.itertext()).strip() for each in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(("staves", "n_slurs"), [("both", 2 + 3), ("standard", 2), ("tab", 3)])
def test_a_guitarist_sees_slurs_with_letters(staves, n_slurs):
    page = engrave(triplets(is_fretted=True), staves=staves)[0]
    assert page.count('class="slur"') == n_slurs, "a slide is a slur in a tab, and a line on a staff"
    assert page.count('class="gliss slide"') == (staves != "tab")
    assert [word for word in words(page) if word in ("H", "P", "sl.")] == ["H", "P", "sl."]


def test_slurs_of_a_tab_begin_over_numbers():
    page = engrave(triplets(is_fretted=True), staves="tab")[0]
    middles = {float(x) for x in re.findall(r'class="note">\s*<text x="(-?[\d.]+)"', page)}
    begun = [float(x) for x in re.findall(r'class="slur"[^>]*>\s*<path d="M(-?[\d.]+),', page)]
    assert len(begun) == 3
    assert set(begun) <= middles


def test_a_tab_under_a_staff_has_no_rhythm_of_its_own():
    both, tab = (engrave(triplets(is_fretted=True), staves=staves)[0] for staves in ("both", "tab"))
    drawn = re.compile(r'class="tabDurSym">\s*<g')
    assert not drawn.search(both)
    assert drawn.search(tab)
    assert both.count('class="rest"') == tab.count('class="rest"') > 0


def test_the_music_ends_with_a_double_bar():
    root = ET.fromstring(write_musicxml(triplets()))
    measures = list(root.iter("measure"))
    assert [measure.findtext("barline/bar-style") for measure in measures] == [None] * (len(measures) - 1) + [
        "light-heavy"
    ]
