"""Signs before notes: who reads them and the key signature alone knows what to play."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from tonmeister.media.notation.accidentals import Accidentals
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.pages.engrave import engrave
from tonmeister.media.notation.spelling import spell_in_key
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import PlayedNote

ALTERS = {"flat-flat": -2, "flat": -1, "natural": 0, "sharp": 1, "double-sharp": 2}
NATURALS = dict(zip("CDEFGAB", (0, 2, 4, 5, 7, 9, 11), strict=True))


def chromatic(n_fifths: int, seed: int) -> Score:
    """Two bars in three tones and chords at random, some of them held over the bar line."""
    rng = np.random.default_rng(seed)
    time_map = TimeMap(tuple(0.5 * beat for beat in range(33)))
    notes = []
    for at in range(30):
        chord = sorted(set(rng.integers(58, 75, rng.integers(1, 3)).tolist()))
        notes += [PlayedNote(0.5 * at, 0.5 * at + rng.choice([0.5, 1.0]), midi) for midi in chord]
    return write_score(
        "Notes", [Line("Flute", notes, quantise(notes, time_map), program=73)], time_map, n_fifths=n_fifths
    )


def read_by_signs(file: bytes, n_fifths: int) -> list[tuple[int, int]]:
    """Return what each note of a part is and what is read where only printed signs and the signature are seen."""
    letters = "FCGDAEB" if n_fifths > 0 else "BEADGCF"
    key = dict.fromkeys(letters[: abs(n_fifths)], 1 if n_fifths > 0 else -1)
    found, tied = [], {}
    for measure in ET.fromstring(file.split(b">", 2)[2]).iter("measure"):
        held: dict[tuple[str, int], int] = {}
        for note in measure.iter("note"):
            if (pitch := note.find("pitch")) is None:
                continue
            letter, octave = pitch.findtext("step", ""), int(pitch.findtext("octave", ""))
            alter = int(pitch.findtext("alter", "0"))
            line = (letter, octave)
            if (sign := note.findtext("accidental")) is not None:
                held[line] = ALTERS[sign]
            is_tied = any(tie.get("type") == "stop" for tie in note.iter("tie"))
            read = tied[line] if is_tied and line not in held else held.get(line, key.get(letter, 0))
            if any(tie.get("type") == "start" for tie in note.iter("tie")):
                tied[line] = read
            base = 12 * (octave + 1) + NATURALS[letter]
            found.append((base + alter, base + read))
    return found


@pytest.mark.parametrize("n_fifths", [-6, -4, -1, 0, 1, 3, 6])
def test_printed_signs_tell_every_pitch(n_fifths):
    for seed in range(4):
        read = read_by_signs(write_musicxml(chromatic(n_fifths, seed)), n_fifths)
        assert len(read) > 30
        assert [is_ for is_, _ in read] == [seen for _, seen in read]


def test_every_sign_is_engraved():
    score = chromatic(1, 7)
    n_signs = write_musicxml(score).count(b"<accidental")
    n_drawn = sum(len(re.findall(r'class="accid"[^>]*>\s*<use', page)) for page in engrave(score, staves="standard"))
    n_signature = sum(len(re.findall('class="keyAccid"', page)) for page in engrave(score, staves="standard"))
    assert n_signs > 10
    assert n_signature >= 1
    assert n_drawn == n_signs


def test_signs_hold_to_the_end_of_the_bar_and_the_next_bar_reminds():
    staff = Accidentals(1)
    staff.begin_bar()
    assert staff.sign("F", 1, 4, is_continued=False) is None, "the signature says so"
    assert staff.sign("G", 1, 4, is_continued=False) == ("sharp", False)
    assert staff.sign("G", 1, 4, is_continued=False) is None
    assert staff.sign("G", 0, 5, is_continued=False) == ("natural", True), "a reminder in another octave"
    assert staff.sign("G", 0, 4, is_continued=False) == ("natural", False)
    assert staff.sign("C", 1, 4, is_continued=False) == ("sharp", False)
    staff.begin_bar()
    assert staff.sign("C", 1, 4, is_continued=True) is None, "tied over"
    assert staff.sign("C", 1, 4, is_continued=False) == ("sharp", False), "a tie does not hold for what follows"
    staff.begin_bar()
    assert staff.sign("C", 0, 4, is_continued=False) == ("natural", True)
    assert staff.sign("C", 0, 4, is_continued=False) is None


def test_notes_are_spelt_in_their_key():
    assert [spell_in_key(61, fifths) for fifths in (-1, 0, -5)] == [("C", 1, 4), ("C", 1, 4), ("D", -1, 4)]
    assert spell_in_key(59, -6) == ("C", -1, 4)
    assert spell_in_key(60, 7) == ("B", 1, 3)
