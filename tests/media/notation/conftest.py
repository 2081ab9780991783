"""A song of two parts, with all that files have to carry."""

from __future__ import annotations

import pytest

from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.hands import split_hands
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import PlayedNote, Technique

GUITAR = [
    (0.0, 1.0, (43, 47, 50, 55, 59, 67)),
    (1.0, 1.5, (64,)),
    (1.5, 2.0, (66,)),
    (2.0, 2.3333, (67,)),
    (2.3333, 2.6667, (69,)),
    (2.6667, 3.0, (71,)),
    (3.5, 5.5, (45, 52)),
    (5.5, 5.75, (60,)),
    (5.75, 6.0, (62,)),
    (6.0, 8.0, (62, 66, 69)),
    (8.25, 11.0, (40, 47, 52)),
]
BASS = [(at, at + 0.9, (28 + step,)) for at, step in ((0, 3), (1, 3), (2, 5), (4, 5), (6, 10), (8, 0), (11, 7))]


def make_song(
    *, metre: Metre | None = None, capo: int = 0, tuning: str = "guitar", title: str = 'Sæglópur & "friends" <1>'
) -> Score:
    tempo_map = TimeMap(tuple(0.25 + 0.5 * beat if beat < 8 else 4.25 + 0.4 * (beat - 8) for beat in range(24)))
    lines = []
    for name, rows, neck, program in (
        ("Lead guitar", GUITAR, Fretboard(TUNINGS[tuning], capo=capo), 27),
        ("Bass", BASS, Fretboard(TUNINGS["bass"]), 33),
        ("Flute", [(at, stop, pitches[-1:]) for at, stop, pitches in GUITAR], None, 73),
    ):
        notes = [
            PlayedNote(tempo_map.time_s(at) + 0.004, tempo_map.time_s(stop) - 0.01, midi, 70 + 3 * order)
            for at, stop, pitches in rows
            for order, midi in enumerate(pitches)
        ]
        fingering = finger(notes, neck) if neck else None
        techniques = [()] * len(notes)
        if name == "Lead guitar":
            techniques[7] = (Technique("hammer_on", from_note=6),)
            techniques[8] = (Technique("bend", depth_cents=200.0, is_released=True),)
            techniques[10] = (Technique("bend", depth_cents=100.0), Technique("vibrato", depth_cents=30.0))
            techniques[14] = (Technique("slide", from_note=13),)
        lines.append(Line(name, notes, quantise(notes, tempo_map), neck, fingering, techniques, program))
    return write_score(
        title,
        lines,
        tempo_map,
        metre=metre,
        artist="Someone",
        n_fifths=1,
        chords=[(0.25, "G:maj"), (1.25, "N"), (2.25, "A:min/b3"), (3.25, "D:7"), (4.25, "E:min")],
        sections=[(0.25, "Verse"), (4.25, "Chorus")],
    )


@pytest.fixture(scope="session")
def song() -> Score:
    return make_song()


@pytest.fixture(scope="session")
def songs() -> dict[str, Score]:
    return {
        "plain": make_song(),
        "waltz": make_song(metre=Metre(3, 4)),
        "six-eight": make_song(metre=Metre(6, 8)),
        "capo": make_song(capo=2),
        "seven": make_song(tuning="guitar 7 strings"),
        "half down": make_song(tuning="guitar half step down"),
        "dadgad": make_song(tuning="guitar DADGAD", title="Ελλάδα 東京"),
    }


def make_piano() -> Score:
    """A piece for two hands: an arpeggio over held notes, then chords."""
    tempo_map = TimeMap(tuple(0.5 * beat for beat in range(17)))
    rows = [(0.25 * at, 0.25, midi) for at, midi in enumerate((67, 72, 76, 72) * 4)]
    rows += [(at, 2.0, midi) for at in (0.0, 2.0) for midi in (36, 48)]
    rows += [(4.0 + at, 1.0, midi) for at in range(4) for midi in (41, 48, 65, 69, 72)]
    notes = [PlayedNote(at, at + length, midi) for at, length, midi in sorted(rows)]
    line = Line("Piano", notes, quantise(notes, tempo_map), program=0, is_left=split_hands(notes))
    return write_score("Two hands", [line], tempo_map, chords=[(0.0, "C:maj"), (4.0, "F:maj")])


@pytest.fixture(scope="session")
def piano() -> Score:
    return make_piano()


def written(score: Score, part: int) -> list[tuple[float, int, int, int]]:
    """Bar, place in quarters, pitch and string of every head that begins a sound."""
    return sorted(
        (number, float(start), head.midi, head.place.string if head.place else 0)
        for number, start, head in score.parts[part].heads
    )
