"""The key of the whole: tonic triads decide between keys nearly as likely, and key and path are brought together."""

from __future__ import annotations

from dataclasses import replace

import pytest

import tonmeister
from tonmeister.capabilities.analyzing.harmony import agree, settle_by_tonics
from tonmeister.music.chords import ChordSpan
from tonmeister.music.harmony import Harmony
from tonmeister.music.keys import KeyEstimate, KeySpan
from tonmeister.music.theory import parse_chord

A_MAJOR = KeyEstimate("A", "major", 0.5, True, "F# minor", 0.1, (("A minor", 0.4), ("F# minor", 0.05)))


def spans(*labels: str) -> list[ChordSpan]:
    roots = [-1 if label == "N" else parse_chord(label).root for label in labels]
    return [
        ChordSpan(float(at), at + 1.0, at, 1, label, root, root, 1.0)
        for at, (label, root) in enumerate(zip(labels, roots, strict=True))
    ]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("N", "A:min", "E:7", "A:7", "A:min", "D:min"), "A minor"),
        (("E:7", "A:min", "E:maj", "A:min", "A:maj", "N", "A:min"), "A minor"),
        (("A:min", "E:maj", "A:maj", "A:maj", "A:min"), "A major"),  # rests as long on the other
        (("A:min", "E:maj", "A:maj"), "A major"),
        (("A:maj", "E:maj", "A:min"), "A major"),
        (("E:maj", "A:maj", "E"), "A major"),
        (("F#:min", "A:maj", "F#:min"), "A major"),  # too unlikely to be a rival
        (("N",), "A major"),
    ],
)
def test_the_tonic_at_an_end_and_its_time_decide(labels, expected):
    found = settle_by_tonics(A_MAJOR, spans(*labels))
    assert found.name == expected
    if expected == "A minor":
        assert found.relative == "C major"
        assert found.alternatives[0] == ("A major", 0.4)
        assert found.confidence == 0.5


def test_a_clear_key_is_left_alone():
    clear = KeyEstimate("A", "major", 0.9, False, "F# minor", 0.1, (("A minor", 0.06),))
    assert settle_by_tonics(clear, spans("A:min", "A:min")) is clear


def harmony_in(*keys: str) -> Harmony:
    path = [KeySpan(float(at), at + 1.0, at, 1, *key.split(), 0.3) for at, key in enumerate(keys)]
    tonic, mode = keys[0].split()
    return Harmony((), tuple(path), KeyEstimate(tonic, mode, 0.4, False, "", 0.0, ()))


@pytest.mark.parametrize(
    ("confidence", "path", "key", "n_decoded"),
    [
        (0.9, ("D major", "A major"), "A major", 1),
        (0.9, ("D major", "G major"), "A major", 2),  # sure: the path is asked once more, with that key in mind
        (0.4, ("G minor", "G minor"), "G minor", 1),  # not sure, and the turns say otherwise
        (0.4, ("F# minor", "G minor"), "A major", 1),  # its relative is there
        (0.9, ("A minor", "A minor"), "A major", 2),  # the path's key is no rival of one so likely
        (0.6, ("A minor", "A minor"), "A minor", 3),  # nearly as likely, and the path stays in it
    ],
)
def test_key_and_path_are_brought_together(confidence, path, key, n_decoded):
    asked = []

    def decode(home, *, is_drawn=False):
        asked.append((home.name, is_drawn))
        return harmony_in(*path)

    whole, _ = agree(replace(A_MAJOR, confidence=confidence), decode)
    assert whole.name == key
    assert asked == [("A major", False), ("A major", True), ("A minor", False)][:n_decoded]
    assert whole.is_ambiguous


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("F#:min", "B:min", "C#:7", "F#:min"), "F# minor"),  # never at home, and at rest in the relative
        (("F#:min", "B:min", "A:maj", "F#:min"), "A major"),
        (("A:7", "D:7", "F#:min", "E:7"), "A major"),  # a blues is at home on its seventh
        (("B:min", "E:7", "D:maj"), "A major"),  # at rest in neither
    ],
)
def test_a_key_that_never_rests_gives_way_to_its_relative(labels, expected):
    found = replace(harmony_in("A major"), chords=tuple(spans(*labels)))
    whole, _ = agree(replace(A_MAJOR, confidence=0.9), lambda *_, **__: found)
    assert whole.name == expected
    if expected == "F# minor":
        assert (whole.is_ambiguous, whole.relative, whole.relative_ambiguity) == (True, "A major", 0.5)
        assert whole.confidence == pytest.approx((0.9 + 0.05) / 2)
        assert whole.alternatives[0] == ("A major", whole.confidence)


def test_a_song_alone_is_in_the_key_of_its_path(shared_audio):
    """An unaccompanied tune of seven tones in G minor, whose tones also fit C and F major."""
    found = tonmeister.analyze(shared_audio / "annotated" / "vocadito_1" / "vocadito_1.wav")
    assert found.key.name == "G minor"
    assert found.key.is_ambiguous
    assert {span.key for span in found.key_path} == {"G minor"}


def test_a_guitar_of_a_song_in_e_minor_comes_home(shared_audio):
    found = tonmeister.analyze(shared_audio / "synth" / "d1_rock_peatfire" / "guitar.ogg")
    assert found.key.name == "E minor"
    assert found.key_path[0].key == "E minor"


def test_a_song_in_e_minor_with_a_refrain_in_g_is_in_e_minor(shared_audio):
    """Key, path and chords tell the same; a turn to the relative that comes home each time is none."""
    found = tonmeister.analyze(shared_audio / "synth" / "d1_rock_peatfire" / "mix.ogg")
    assert found.key.name == "E minor"
    assert not found.key.is_ambiguous
    assert {span.key for span in found.key_path} == {"E minor"}
