"""Bends on engraved pages: an arrow from the number to how far it is bent, letters over a staff."""

from __future__ import annotations

import re

import pytest

from tonmeister.media.notation.bends import bend_words
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.pages.engrave import engrave
from tonmeister.media.notation.pages.pdf import write_pdf
from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, WrittenNote, write_score
from tonmeister.music.tab import PlayedNote, Technique

FULL, LET_GO = Technique("bend", depth_cents=200.0), Technique("bend", depth_cents=100.0, is_released=True)
NUMBER = r'class="note">\s*<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>\s*<tspan font-size="(\d+)px">(\d+)<'
WORDS = (
    r'class="dir"[^>]*>\s*<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>\s*<tspan[^>]*>\s*<tspan font-size="337px">([^<]*)<'
)


def song(bends: dict[int, Technique]) -> Score:
    midis = (64, 67, 69, 71, 72, 71, 69, 67)
    notes = [PlayedNote(0.5 * at, 0.5 * at + 0.48, midi) for at, midi in enumerate(midis)]
    neck, beats = Fretboard(), TimeMap(tuple(0.5 * at for at in range(9)))
    shapes = [(bends[at],) if at in bends else () for at in range(len(notes))]
    return write_score("Bent", [Line("Lead", notes, quantise(notes, beats), neck, finger(notes, neck), shapes)], beats)


def arrows(page: str) -> list[list[list[tuple[float, float]]]]:
    """Return the points of each arrow's paths."""
    return [
        [
            [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", outline)]
            for outline in re.findall(r' d="([^"]*)"', group)
        ]
        for group in re.findall(r'<g class="bend">.*?</g>', page, re.S)
    ]


@pytest.mark.parametrize("staves", ["tab", "both"])
def test_an_arrow_goes_from_the_number_to_the_words(staves):
    (page,) = engrave(song({1: FULL, 4: LET_GO}), staves=staves)
    numbers = [(float(x), float(y), float(size)) for x, y, size, _ in re.findall(NUMBER, page)]
    words = [(float(x), float(y), text) for x, y, text in re.findall(WORDS, page)]
    assert [text for *_, text in words] == ["full", "½"]
    up, both_ways = arrows(page)
    assert (len(up), len(both_ways)) == (2, 4), "line and head; one that is released comes down again"
    for (line, *_, head), at, (words_x, words_y, _) in zip(
        (up, both_ways[:1] + both_ways[2:3]), (1, 4), words, strict=True
    ):
        x, y, size = numbers[at]
        (begin_x, begin_y), tip = line[0], head[1]
        assert x < begin_x < tip[0] < numbers[at + 1][0], "between the number and the next"
        assert y - size < begin_y < y, "at the middle of the number"
        assert tip[0] == words_x
        assert words_y < tip[1] < begin_y, "under the words, over the number"
    foot = both_ways[3][1]
    assert foot[0] > both_ways[2][1][0]
    assert foot[1] == both_ways[0][0][1], "down to the height of the number"
    assert write_pdf([page]).content.startswith(b"%PDF")


def test_a_staff_alone_has_letters():
    (page,) = engrave(song({1: FULL, 4: LET_GO}), staves="standard")
    assert [text for *_, text in re.findall(WORDS, page)] == ["b1", "b½r"]
    assert not arrows(page)


def test_a_song_without_bends_has_no_arrow_and_keeps_its_numbers():
    plain = engrave(song({}), staves="tab")[0]
    assert not arrows(plain)
    assert {size for *_, size, _ in re.findall(NUMBER, plain)} == {"269"}


def test_files_for_other_programs_have_the_bend_itself_and_no_words():
    content = write_musicxml(song({1: FULL})).decode()
    assert "<bend-alter>2</bend-alter>" in content
    assert "full" not in content
    assert 'id="bent' not in content


@pytest.mark.parametrize(
    ("cents", "over_tab", "over_staff"),
    [(20, "¼", "b¼"), (50, "¼", "b¼"), (150, "¾", "b¾"), (200, "full", "b1"), (300, "1½", "b1½"), (400, "2", "b2")],
)
def test_widths_are_told_in_whole_tones(cents, over_tab, over_staff):
    heads = [
        WrittenNote(0, 64, 80, None, techniques=(Technique("bend", depth_cents=cents),)),
        WrittenNote(1, 67, 80, None, techniques=(Technique("vibrato", depth_cents=900),)),
    ]
    assert bend_words(heads, is_tab=True) == over_tab
    assert bend_words(heads, is_tab=False) == over_staff
    assert bend_words(heads[1:], is_tab=True) == ""
