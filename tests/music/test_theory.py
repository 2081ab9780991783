from __future__ import annotations

import doctest

import pytest

from tonmeister.music import theory
from tonmeister.music.theory import (
    KEY_NAMES,
    Key,
    chord_in_key,
    degree_semitones,
    lead_voices,
    melody_scale,
    nearest_pitch,
    parse_chord,
    parse_key,
    pitch_class,
)


def test_examples_run():
    assert doctest.testmod(theory).failed == 0


def test_note_names_are_read_with_any_accidentals():
    names = {"C": 0, "B#": 0, "Cb": 11, "F##": 7, "Ebb": 2, "G#": 8}
    assert {name: pitch_class(name) for name in names} == names


@pytest.mark.parametrize("name", ["", "H", "c", "C#b", "Bb4"])
def test_wrong_note_names_are_refused(name):
    with pytest.raises(ValueError, match="name must be"):
        pitch_class(name)


def test_there_are_two_keys_on_each_pitch_class():
    keys = [parse_key(name) for name in KEY_NAMES]
    assert [key.name for key in keys] == list(KEY_NAMES)
    assert len({(pitch_class(key.tonic), key.mode) for key in keys}) == 24


@pytest.mark.parametrize("name", ["C", "C dorian", "major", "H minor"])
def test_wrong_keys_are_refused(name):
    with pytest.raises(ValueError, match="must be"):
        parse_key(name)


def test_relative_keys_share_their_scale():
    assert set(parse_key("Eb major").scale) == set(parse_key("C minor").scale)


@pytest.mark.parametrize(
    ("symbol", "tones", "bass"),
    [
        ("C", {0, 4, 7}, 0),
        ("A:min7", {9, 0, 4, 7}, 9),
        ("F#:hdim7", {6, 9, 0, 4}, 6),
        ("D:maj/3", {2, 6, 9}, 6),
        ("C:maj/2", {0, 2, 4, 7}, 2),
        ("G:7(*5)", {7, 11, 5}, 7),
        ("D:sus4(b7)", {2, 7, 9, 0}, 2),
        ("E:(b3,5)", {4, 7, 11}, 4),
        ("Bb:9", {10, 2, 5, 8, 0}, 10),
        ("N", set(), -1),
    ],
)
def test_chords_are_read(symbol, tones, bass):
    chord = parse_chord(symbol)
    assert chord.pitch_classes == tones
    assert chord.bass == bass


@pytest.mark.parametrize("symbol", ["", "c:maj", "C:major", "C:", "C/x", "C:maj/", "C:(15)", "C:/3", "C maj", "C:7(*)"])
def test_what_is_no_chord_is_refused(symbol):
    with pytest.raises(ValueError, match=r"must be|is not one of"):
        parse_chord(symbol)


def test_degrees_keep_their_own_letter():
    assert chord_in_key("b6:maj", parse_key("Eb minor")) == "Cb:maj"
    assert chord_in_key("3:min7", parse_key("B major")) == "D#:min7"
    assert chord_in_key("b7:maj/3", parse_key("C major")) == "Bb:maj/3"


@pytest.mark.parametrize("name", KEY_NAMES)
def test_a_degree_lies_where_the_key_says(name):
    key = parse_key(name)
    for degree in ("1", "2", "b3", "3", "4", "5", "b6", "6", "b7"):
        chord = parse_chord(chord_in_key(f"{degree}:maj", key))
        assert (chord.root - pitch_class(key.tonic)) % 12 == degree_semitones(degree)


def test_the_scale_of_a_melody_holds_the_chord():
    for name in KEY_NAMES:
        key = parse_key(name)
        for degree in ("1:min", "4:maj7", "5:7", "b6:maj7", "b7:maj", "4:min"):
            chord = parse_chord(chord_in_key(degree, key))
            assert chord.pitch_classes <= melody_scale(key, chord)
            assert len(melody_scale(key, chord)) >= 6


def test_the_nearest_pitch_stays_in_range():
    assert nearest_pitch(90, {0}, 48, 70) == 60
    with pytest.raises(ValueError, match="no pitch"):
        nearest_pitch(60, {1}, 62, 70)


@pytest.mark.parametrize("symbol", ["C", "Eb:min", "F#:7", "B:maj9", "A:sus4", "Db:dim", "G:5"])
@pytest.mark.parametrize("n_voices", [3, 4])
def test_voices_hold_every_tone_and_move_little(symbol, n_voices):
    chord = parse_chord(symbol)
    previous = (55, 60, 64, 67)[:n_voices]
    voices = lead_voices(chord, previous, low=50, high=76, n_voices=n_voices)
    assert list(voices) == sorted(set(voices))
    assert {midi % 12 for midi in voices} <= chord.pitch_classes
    if len(chord.intervals) <= n_voices:
        assert {midi % 12 for midi in voices} == chord.pitch_classes
    assert sum(abs(now - then) for now, then in zip(voices, previous, strict=True)) <= 5 * n_voices


def test_a_chord_led_to_itself_stays():
    chord = parse_chord("C")
    assert lead_voices(chord, (55, 60, 64, 67), low=50, high=76) == (55, 60, 64, 67)


def test_a_chord_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="do not fit"):
        lead_voices(parse_chord("C"), (), low=60, high=62)


def test_keys_are_values():
    assert parse_key("A minor") == Key("A", "minor")
