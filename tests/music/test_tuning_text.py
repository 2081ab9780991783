"""Tunings as they are typed: names, capitals, small letters, flats; and what is wrong with the others."""

from __future__ import annotations

import pytest

from tonmeister.music.fretboard import TUNINGS
from tonmeister.music.tuning_text import read_tuning, tuning_names


@pytest.mark.parametrize(
    ("text", "instrument", "tuning"),
    [
        ("guitar drop D", None, TUNINGS["guitar drop D"]),
        ("EADGBE", None, TUNINGS["guitar"]),
        ("dadgad", None, TUNINGS["guitar DADGAD"]),
        ("D2 A2 D3 G3 B3 E4", None, TUNINGS["guitar drop D"]),
        ("Eb Ab Db Gb Bb Eb", None, TUNINGS["guitar half step down"]),
        ("CGCFAD", None, TUNINGS["guitar drop C"]),
        ("BEADG", None, TUNINGS["bass 5 strings"]),
        ("G4C4E4A4", None, TUNINGS["ukulele"]),
        ("eadgbe", "guitar", TUNINGS["guitar"]),
        ("e a d g b e", "guitar", TUNINGS["guitar"]),
        ("Eadgbe", "guitar", TUNINGS["guitar"]),
        ("E-A-D-G-B-E", "guitar", TUNINGS["guitar"]),
        ("ebabdbgbbbeb", "guitar", TUNINGS["guitar half step down"]),
        ("EbAbDbGbBbEb", "guitar", TUNINGS["guitar half step down"]),
        ("e♭ a♭ d♭ g♭ b♭ e♭", "guitar", TUNINGS["guitar half step down"]),
        ("D# G# C# F# A# D#", "guitar", TUNINGS["guitar half step down"]),
        ("beadgbe", "guitar", TUNINGS["guitar 7 strings"]),
        ("beadg", "bass", TUNINGS["bass 5 strings"]),
        ("BEADGC", "bass", (23, 28, 33, 38, 43, 48)),
        ("gcea", "ukulele", TUNINGS["ukulele"]),
        ("drop D", "guitar", TUNINGS["guitar drop D"]),
        ("drop d", "bass", TUNINGS["bass drop D"]),
        ("Half-step down", "guitar", TUNINGS["guitar half step down"]),
        ("open G", "guitar", TUNINGS["guitar open G"]),
        ("low g", "ukulele", TUNINGS["ukulele low G"]),
        ("standard", "bass", TUNINGS["bass"]),
    ],
)
def test_tunings_are_read(text, instrument, tuning):
    assert read_tuning(text, instrument).midi == tuning


@pytest.mark.parametrize(
    ("text", "instrument", "told"),
    [
        ("", "guitar", "names no strings"),
        ("H", "guitar", "'H' names no note"),
        ("EADGBX", "guitar", "'X' names no note"),
        ("E2 A2 q", "guitar", "'q' names no note"),
        ("E", "guitar", r"1 string \(a guitar has 6, 7, 8\)"),
        ("EADGB", "guitar", "5 strings"),
        ("EA", None, "2 strings"),
        ("E9A9D9G9", "guitar", "A9 lies outside"),
        ("E #A D G B E", "guitar", "'#' stands behind no note"),
        ("gbgb", "guitar", "in 4 ways"),
        ("E" * 13, "guitar", "more than 12"),
        ("eb" * 32, "guitar", "more than 12"),
    ],
)
def test_what_is_no_tuning_is_refused_by_what_is_wrong(text, instrument, told):
    with pytest.raises(ValueError, match=told):
        read_tuning(text, instrument)


def test_strings_are_spelled_as_they_were_written():
    assert read_tuning("eb bb eb ab c eb", "guitar").names == ("Eb2", "Bb2", "Eb3", "Ab3", "C4", "Eb4")
    assert read_tuning("D# A# D# G# C D#", "guitar").names == ("D#2", "A#2", "D#3", "G#3", "C4", "D#4")
    assert read_tuning("Cb4 E2", "guitar").names == ("Cb4", "E2")
    assert read_tuning("drop D", "guitar").names == ()


def test_the_names_of_an_instrument_can_be_typed():
    for instrument in ("guitar", "bass", "ukulele"):
        assert len(tuning_names(instrument)) >= 2
        for name in tuning_names(instrument):
            assert read_tuning(name, instrument).midi in TUNINGS.values()
