"""Between keys that are nearly as likely, tonic triads decide."""

from __future__ import annotations

import pytest

from tonmeister.capabilities.analyzing.harmony import settle_by_tonics
from tonmeister.music.chords import ChordSpan
from tonmeister.music.keys import KeyEstimate
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
