"""Hands: against scores on two staves, and what must hold for any piece."""

from __future__ import annotations

import random
import zipfile
from xml.etree import ElementTree as ET

import pytest

from tonmeister.music.hands import needs_two_staves, split_hands
from tonmeister.music.tab import PlayedNote

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def read_two_staves(path, quarter_s: float) -> tuple[list[PlayedNote], list[bool]]:
    """Notes, and for each whether it stands on the lower staff."""
    with zipfile.ZipFile(path) as archive:
        name = next(each for each in archive.namelist() if "META" not in each)
        root = ET.fromstring(archive.read(name))
    notes, is_lower = [], []
    base, divisions = 0.0, 1
    for measure in root.iter("measure"):
        at = start = furthest = 0
        for element in measure:
            divisions = int(element.findtext("divisions") or divisions)
            length = int(element.findtext("duration") or 0)
            if element.tag == "backup":
                at -= length
            elif element.tag == "forward":
                at += length
            elif element.tag == "note":
                if element.find("chord") is None:
                    start, at = at, at + length
                pitch = element.find("pitch")
                if pitch is not None and not any(tie.get("type") == "stop" for tie in element.iter("tie")):
                    midi = 12 * (int(pitch.findtext("octave")) + 1) + STEPS[pitch.findtext("step")]
                    onset_s = quarter_s * (base + start / divisions)
                    sounding_s = quarter_s * length / divisions
                    notes.append(PlayedNote(onset_s, onset_s + sounding_s, midi + int(pitch.findtext("alter") or 0)))
                    is_lower.append(element.findtext("staff") == "2")
            furthest = max(furthest, at)
        base += furthest / divisions
    return notes, is_lower


@pytest.mark.parametrize(("name", "least"), [("wtc1_01", 0.95), ("wtc1_02", 0.9), ("wtc1_06", 0.95)])
@pytest.mark.parametrize("quarter_s", [0.42, 0.6, 0.84])
def test_hands_agree_with_the_staves_of_scores(shared_audio, name, least, quarter_s):
    notes, is_lower = read_two_staves(shared_audio / "scores" / name / "score.mxl", quarter_s)
    found = split_hands(notes)
    agreed = sum(a == b for a, b in zip(found, is_lower, strict=True)) / len(notes)
    at_middle_c = sum((note.midi < 60) == lower for note, lower in zip(notes, is_lower, strict=True)) / len(notes)
    assert agreed >= least
    assert agreed > at_middle_c


def test_hands_of_notes_together_do_not_cross_and_order_does_not_matter():
    draw = random.Random(1)
    notes = [PlayedNote(at, at + 0.4, midi) for at in range(40) for midi in draw.sample(range(30, 100), 4)]
    found = dict(zip(notes, split_hands(notes), strict=True))
    for at in range(40):
        left = [note.midi for note, is_left in found.items() if note.onset_s == at and is_left]
        right = [note.midi for note, is_left in found.items() if note.onset_s == at and not is_left]
        assert max(left, default=0) < min(right, default=128)
    mixed = draw.sample(notes, len(notes))
    assert split_hands(mixed) == tuple(found[note] for note in mixed)


def test_far_registers_are_one_hand_s():
    assert split_hands([]) == ()
    assert all(split_hands([PlayedNote(0.3 * at, 0.3 * at + 0.2, 28 + at % 5) for at in range(20)]))
    assert not any(split_hands([PlayedNote(0.3 * at, 0.3 * at + 0.2, 88 + at % 5) for at in range(20)]))


@pytest.mark.parametrize(
    ("midis", "is_wide"),
    [
        (range(43, 73), True),  # a choir in four parts
        (range(60, 85), False),  # a flute
        (range(28, 56), False),  # a bass
        (range(57, 73), False),
        ([60] * 99 + [36], False),  # one low note is no left hand
        ((), False),
    ],
)
def test_two_staves_are_taken_where_one_is_hard_to_read(midis, is_wide):
    assert needs_two_staves(list(midis)) is is_wide
