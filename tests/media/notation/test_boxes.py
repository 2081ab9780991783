"""Boxes of sections and names of chords stand apart on engraved pages."""

from __future__ import annotations

import dataclasses
import itertools
import re

from tonmeister.media.notation.pages.boxes import GAP, Box, chord_boxes, lift_sections, section_boxes
from tonmeister.media.notation.pages.engrave import engrave
from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import PlayedNote

N_BARS = 12


def crowded() -> Score:
    """Return a song whose chords change just before and at the beginning of every section."""
    notes = [PlayedNote(0.25 * at, 0.25 * at + 0.25, 52 + at % 8) for at in range(8 * N_BARS)]
    time_map, neck = TimeMap(tuple(0.5 * at for at in range(4 * N_BARS + 1))), Fretboard()
    line = Line("Guitar", notes, quantise(notes, time_map), neck, finger(notes, neck))
    chords = [(at, name) for bar in range(N_BARS) for at, name in ((2.0 * bar, "E:7/b7"), (2.0 * bar + 1.5, "A:min7"))]
    sections = [(4.0 * at, "chorus") for at in range(N_BARS // 2)]
    return write_score("Crowded", [line], time_map, chords=chords, sections=sections)


def test_boxes_of_sections_stay_clear_of_chord_names():
    pages = engrave(crowded())
    boxes = [(section_boxes(page), chord_boxes(page)) for page in pages]
    assert sum(len(sections) for sections, _ in boxes) == N_BARS // 2
    assert sum(len(chords) for _, chords in boxes) == 2 * N_BARS
    for sections, chords in boxes:
        assert not any(section.is_near(chord) for section, chord in itertools.product(sections, chords))
        assert all(section.top > 0 for section in sections)


def picture(section_y: float) -> str:
    return (
        f'<g id="a" class="reh"> <rect stroke-width="20" fill-opacity="0" x="1000" y="{section_y}" height="400" '
        f'width="1100" /> <text x="1550" y="{section_y + 300}" text-anchor="middle" font-size="0px"> '
        '<tspan font-size="337px">chorus</tspan> </text> </g>'
        '<g id="b" class="harm"> <text x="2050" y="1146" font-size="0px"> '
        '<tspan font-size="337px">E7</tspan> </text> </g>'
    )


def test_a_box_that_is_near_is_lifted_with_its_words_and_no_other_is_moved():
    lifted = lift_sections(picture(480))
    [section], [chord] = section_boxes(lifted), chord_boxes(lifted)
    assert 0 <= chord.top - section.bottom - GAP < 1
    words = float(re.search(r'<text x="1550" y="([\d.]+)"', lifted)[1])
    assert round(words - section.top, 2) == 300
    assert chord == chord_boxes(picture(480))[0]
    assert lift_sections(picture(100)) == picture(100)


def test_near_is_less_than_the_gap_on_either_side():
    box = Box(0, 100, 0, 100)
    assert box.is_near(Box(100 + GAP - 1, 400, 0, 100))
    assert not box.is_near(Box(100 + GAP, 400, 0, 100))
    assert not box.is_near(dataclasses.replace(box, top=100 + GAP, bottom=300 + GAP))
