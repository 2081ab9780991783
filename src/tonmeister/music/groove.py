"""What bands know by heart: rhythms of drums, bass and accompaniment, chord progressions, singable motifs.

Times and lengths are in beats from the start of a bar of four.
"""

from __future__ import annotations

from dataclasses import dataclass

from tonmeister.music.theory import Mode

KICK, SNARE, LOW_TOM, CLOSED_HAT, MIDDLE_TOM, OPEN_HAT, HIGH_TOM, CRASH = 36, 38, 45, 42, 47, 46, 50, 49
"""General MIDI percussion."""

Rhythm = tuple[tuple[float, float], ...]
"""Start and length of each note."""


@dataclass(frozen=True)
class Groove:
    """How a band plays together.

    Attributes
    ----------
    name
        What players call it.
    low_bpm, high_bpm
        The tempi at which it feels right.
    swing
        Where the second eighth note of a beat falls: 0.5 is straight, 2/3 a triplet.
    kick, kick_chorus, snare, ghosts
        Beats that are struck; ghosts are soft strokes on the snare.
    hat, hat_chorus
        Beats of the hi-hat.
    open_hat
        Beats on which the hat of the chorus stands open.
    bass, bass_chorus
        Start, length and tone: ``r`` root (or the chord's bass), ``5`` fifth, ``8`` octave, ``a`` a step towards the
        next root.
    comp, comp_chorus
        Start and length of the accompaniment's chords.
    """

    name: str
    low_bpm: float
    high_bpm: float
    swing: float
    kick: tuple[float, ...]
    kick_chorus: tuple[float, ...]
    snare: tuple[float, ...]
    ghosts: tuple[float, ...]
    hat: tuple[float, ...]
    hat_chorus: tuple[float, ...]
    open_hat: tuple[float, ...]
    bass: tuple[tuple[float, float, str], ...]
    bass_chorus: tuple[tuple[float, float, str], ...]
    comp: Rhythm
    comp_chorus: Rhythm


_EIGHTHS = tuple(index / 2 for index in range(8))
_SIXTEENTHS = tuple(index / 4 for index in range(16))

GROOVES = (
    Groove(
        name="eighth-note pop",
        low_bpm=98,
        high_bpm=124,
        swing=0.5,
        kick=(0, 2.5),
        kick_chorus=(0, 1.5, 2, 2.5),
        snare=(1, 3),
        ghosts=(),
        hat=_EIGHTHS,
        hat_chorus=_EIGHTHS,
        open_hat=(3.5,),
        bass=((0, 1.4, "r"), (1.5, 0.9, "r"), (2.5, 0.9, "r"), (3.5, 0.45, "a")),
        bass_chorus=tuple((beat, 0.42, "a" if beat == 3.5 else "r") for beat in _EIGHTHS),
        comp=((0, 2.3), (2.5, 1.3)),
        comp_chorus=((0, 1.4), (1.5, 0.45), (2, 0.9), (3, 0.45), (3.5, 0.45)),
    ),
    Groove(
        name="half-time ballad",
        low_bpm=72,
        high_bpm=88,
        swing=0.5,
        kick=(0, 1.75),
        kick_chorus=(0, 0.75, 1.75, 2.5),
        snare=(2,),
        ghosts=(3.75,),
        hat=_EIGHTHS,
        hat_chorus=_EIGHTHS,
        open_hat=(3.5,),
        bass=((0, 1.7, "r"), (1.75, 1.6, "r"), (3.5, 0.45, "5")),
        bass_chorus=((0, 0.7, "r"), (0.75, 0.95, "r"), (1.75, 0.7, "8"), (2.5, 0.95, "r"), (3.5, 0.45, "a")),
        comp=((0, 1.95), (2, 1.9)),
        comp_chorus=((0, 0.95), (1, 0.7), (1.75, 0.7), (2.5, 0.95), (3.5, 0.45)),
    ),
    Groove(
        name="four on the floor",
        low_bpm=112,
        high_bpm=126,
        swing=0.5,
        kick=(0, 1, 2, 3),
        kick_chorus=(0, 1, 2, 3),
        snare=(1, 3),
        ghosts=(),
        hat=(0.5, 1.5, 2.5, 3.5),
        hat_chorus=_EIGHTHS,
        open_hat=(0.5, 1.5, 2.5, 3.5),
        bass=((0.5, 0.4, "r"), (1.5, 0.4, "r"), (2.5, 0.4, "r"), (3, 0.4, "8"), (3.5, 0.4, "r")),
        bass_chorus=(
            (0, 0.4, "r"),
            (0.5, 0.4, "8"),
            (1, 0.4, "r"),
            (1.5, 0.4, "8"),
            (2, 0.4, "r"),
            (2.5, 0.4, "8"),
            (3, 0.4, "r"),
            (3.5, 0.4, "a"),
        ),
        comp=((0, 0.7), (1.5, 0.45), (2.5, 1.2)),
        comp_chorus=((0, 0.7), (0.75, 0.7), (1.5, 0.95), (2.5, 0.45), (3, 0.9)),
    ),
    Groove(
        name="shuffle",
        low_bpm=94,
        high_bpm=116,
        swing=2 / 3,
        kick=(0, 2),
        kick_chorus=(0, 1.5, 2),
        snare=(1, 3),
        ghosts=(2.5,),
        hat=(0, 1, 1.5, 2, 3, 3.5),
        hat_chorus=_EIGHTHS,
        open_hat=(3.5,),
        bass=((0, 0.9, "r"), (1, 0.45, "r"), (1.5, 0.45, "5"), (2, 0.9, "8"), (3, 0.9, "a")),
        bass_chorus=((0, 0.6, "r"), (0.5, 0.3, "r"), (1, 0.9, "5"), (2, 0.6, "r"), (2.5, 0.3, "8"), (3, 0.9, "a")),
        comp=((0, 0.9), (1.5, 0.4), (3.5, 0.4)),
        comp_chorus=((0, 0.9), (1, 0.4), (1.5, 0.4), (2.5, 0.4), (3, 0.4), (3.5, 0.4)),
    ),
    Groove(
        name="sixteenth-note funk",
        low_bpm=90,
        high_bpm=106,
        swing=0.5,
        kick=(0, 0.75, 2.5),
        kick_chorus=(0, 0.75, 2, 2.5, 3.75),
        snare=(1, 3),
        ghosts=(1.75, 2.25, 3.75),
        hat=_EIGHTHS,
        hat_chorus=_SIXTEENTHS,
        open_hat=(3.5,),
        bass=((0, 0.6, "r"), (0.75, 0.4, "r"), (1.75, 0.2, "8"), (2.5, 0.6, "r"), (3.25, 0.2, "5"), (3.5, 0.4, "a")),
        bass_chorus=(
            (0, 0.6, "r"),
            (0.75, 0.4, "8"),
            (1.5, 0.4, "r"),
            (2, 0.4, "r"),
            (2.5, 0.4, "5"),
            (3, 0.2, "8"),
            (3.5, 0.4, "a"),
        ),
        comp=((0, 0.4), (0.75, 0.2), (1.5, 0.2), (2.75, 0.7)),
        comp_chorus=((0, 0.4), (0.75, 0.4), (1.5, 0.4), (2.25, 0.2), (2.75, 0.4), (3.5, 0.4)),
    ),
)

VERSES: dict[Mode, tuple[tuple[str, str, str, str], ...]] = {
    "major": (
        ("1:maj", "5:maj/3", "6:min7", "4:maj7"),
        ("1:maj7", "6:min7", "2:min7", "5:7"),
        ("1:maj", "3:min", "4:maj7", "5:sus4"),
        ("6:min", "4:maj", "1:maj/5", "5:maj"),
        ("1:maj", "b7:maj", "4:maj/3", "4:maj"),
    ),
    "minor": (
        ("1:min", "b6:maj7", "b3:maj", "b7:maj"),
        ("1:min7", "4:min7", "b7:maj", "b3:maj7"),
        ("1:min", "b7:maj/3", "b6:maj7", "5:7"),
        ("1:min", "5:min7", "b6:maj", "4:min"),
    ),
}
CHORUSES: dict[Mode, tuple[tuple[str, str, str, str], ...]] = {
    "major": (
        ("4:maj", "1:maj/3", "5:maj", "6:min"),
        ("1:maj", "5:maj", "6:min", "4:maj"),
        ("4:maj7", "5:maj", "3:min7", "6:min7"),
        ("6:min", "4:maj", "1:maj", "5:maj"),
    ),
    "minor": (
        ("b6:maj", "b7:maj", "1:min", "b3:maj"),
        ("b3:maj", "b7:maj", "4:min", "b6:maj"),
        ("4:min7", "b7:maj", "b3:maj7", "b6:maj7"),
        ("1:min", "b6:maj", "4:min", "5:maj"),
    ),
}
ENDINGS: dict[Mode, tuple[tuple[str, str], ...]] = {
    "major": (("4:maj", "5:maj"), ("2:min7", "5:7"), ("4:maj", "4:min")),
    "minor": (("4:min", "5:7"), ("b6:maj", "b7:maj"), ("4:min7", "b7:maj")),
}
"""One progression is four chords to a phrase; an ending leads to the tonic in two."""

VERSE_MOTIFS: tuple[Rhythm, ...] = (
    ((0.5, 0.5), (1, 0.5), (1.5, 0.5), (2, 1), (3, 0.5), (3.5, 0.5)),
    ((0, 1), (1, 0.5), (1.5, 0.5), (2, 1.5)),
    ((0, 0.5), (0.5, 0.5), (1, 1), (2.5, 0.5), (3, 0.9)),
    ((0.5, 0.5), (1, 1), (2, 0.5), (2.5, 0.5), (3, 0.9)),
)
CHORUS_MOTIFS: tuple[Rhythm, ...] = (
    ((0, 1.5), (1.5, 0.5), (2, 1), (3, 0.9)),
    ((0, 2), (2, 0.5), (2.5, 0.5), (3, 0.9)),
    ((0, 1.5), (1.5, 1.5), (3, 0.9)),
    ((0, 0.5), (0.5, 1), (1.5, 0.5), (2, 1), (3, 0.5), (3.5, 0.5)),
)
CADENCES: tuple[Rhythm, ...] = (
    ((0, 1), (1, 1), (2, 1.4)),
    ((0, 0.5), (0.5, 0.5), (1, 1.5)),
    ((0, 1), (1, 0.5), (1.5, 1.4)),
)
HOOK_MOTIFS: tuple[Rhythm, ...] = (
    ((0, 0.5), (0.5, 0.5), (1.5, 0.5), (2, 1.5)),
    ((0, 0.75), (0.75, 0.75), (1.5, 0.5), (2, 1), (3, 0.75)),
    ((0, 1), (1, 0.5), (1.5, 0.5), (2, 0.5), (2.5, 1.2)),
)
"""Rhythms a bar long for voice and lead."""
