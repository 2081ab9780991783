"""Pitch, keys and chords: spelling, Harte's chord syntax, scales and the leading of voices.

A pitch is a MIDI number (60 is middle C, C4), a pitch class a number from 0 (C) to 11 (B).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Mode = Literal["major", "minor"]

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LETTERS = "CDEFGAB"
_SCALES: dict[Mode, tuple[int, ...]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_DEGREES = (0, 2, 4, 5, 7, 9, 11)

# Harte's shorthands as semitones above the root, in the order of his table 1, with the ninths in wide use since.
_QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "7": (0, 4, 7, 10),
    "dim7": (0, 3, 6, 9),
    "hdim7": (0, 3, 6, 10),
    "minmaj7": (0, 3, 7, 11),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "min9": (0, 3, 7, 10, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "5": (0, 7),
    "1": (0,),
}

_CHORD = re.compile(
    r"(?P<root>[A-G](?:b+|#+)?)"
    r"(?::(?P<quality>[a-z0-9]+)?(?:\((?P<list>[^()]*)\))?)?"
    r"(?:/(?P<bass>[b#]*\d+))?"
)

MAJOR_TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MINOR_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
KEY_NAMES = tuple(f"{tonic} major" for tonic in MAJOR_TONICS) + tuple(f"{tonic} minor" for tonic in MINOR_TONICS)
"""The 24 keys in the spelling with the fewest accidentals."""


def pitch_class(name: str) -> int:
    """Return the pitch class of a note name.

    Parameters
    ----------
    name
        A letter from A to G and any number of ``#`` or ``b``.

    Raises
    ------
    ValueError
        If that is no note name.

    Examples
    --------
    >>> pitch_class("Bb"), pitch_class("F##")
    (10, 7)
    """
    if not re.fullmatch(r"[A-G](#*|b*)", name):
        raise ValueError(f"name must be a letter from A to G with # or b, got {name!r}")
    return (_NATURALS[name[0]] + name.count("#") - name[1:].count("b")) % 12


def degree_semitones(degree: str) -> int:
    """Return how far a degree of the major scale lies above its root, in semitones.

    Parameters
    ----------
    degree
        ``1`` to ``13``, with any number of ``#`` or ``b`` before it: Harte's way of writing intervals.

    Raises
    ------
    ValueError
        If that is no degree.

    Examples
    --------
    >>> degree_semitones("b3"), degree_semitones("9")
    (3, 14)
    """
    number = degree.lstrip("b#")
    if not number.isdecimal() or not 1 <= int(number) <= 13:
        raise ValueError(f"degree must be a number from 1 to 13 with # or b before it, got {degree!r}")
    octave, step = divmod(int(number) - 1, 7)
    return 12 * octave + _DEGREES[step] + degree.count("#") - degree.count("b")


def midi_to_hz(midi: float, tuning_hz: float = 440.0) -> float:
    """Return the frequency of a pitch in equal temperament.

    Parameters
    ----------
    midi
        MIDI number, fractions allowed.
    tuning_hz
        Frequency of A4, MIDI 69.

    Examples
    --------
    >>> midi_to_hz(57)
    220.0
    """
    return float(tuning_hz * 2.0 ** ((midi - 69.0) / 12.0))


@dataclass(frozen=True)
class Key:
    """A tonic and a mode; minor is natural minor."""

    tonic: str
    mode: Mode

    @property
    def name(self) -> str:
        """The key in words, such as ``"A minor"``."""
        return f"{self.tonic} {self.mode}"

    @property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes, from the tonic upwards."""
        root = pitch_class(self.tonic)
        return tuple((root + step) % 12 for step in _SCALES[self.mode])


def parse_key(name: str) -> Key:
    """Read a key from its name.

    Parameters
    ----------
    name
        Such as ``"A minor"`` or ``"Eb major"``.

    Raises
    ------
    ValueError
        If that is no key.

    Examples
    --------
    >>> parse_key("D major").scale
    (2, 4, 6, 7, 9, 11, 1)
    """
    tonic, _, mode = name.partition(" ")
    known: dict[str, Mode] = {"major": "major", "minor": "minor"}
    if mode not in known:
        raise ValueError(f"name must be a note and 'major' or 'minor', got {name!r}")
    pitch_class(tonic)
    return Key(tonic, known[mode])


@dataclass(frozen=True)
class Chord:
    """What a chord symbol means.

    Attributes
    ----------
    symbol
        The chord in Harte's syntax.
    root
        Pitch class of the root; -1 for ``N`` (no chord).
    intervals
        Semitones of the chord's tones above the root, rising.
    bass
        Pitch class of the lowest tone; -1 for ``N``.
    """

    symbol: str
    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The chord's pitch classes, the bass among them."""
        if self.root < 0:
            return frozenset()
        return frozenset((self.root + interval) % 12 for interval in self.intervals) | {self.bass}


def parse_chord(symbol: str) -> Chord:
    """Read a chord symbol.

    Parameters
    ----------
    symbol
        ``N``, or a root with an optional quality, list of degrees (``*`` leaves one out) and bass degree, such as
        ``C``, ``A:min7``, ``D:sus4(b7)``, ``G:7(*5)``, ``F#:maj/3``.

    Returns
    -------
    Chord
        Root, intervals and bass.

    Raises
    ------
    ValueError
        If the symbol cannot be read.

    Notes
    -----
    Source: Harte, Sandler, Abdallah, Gómez, "Symbolic representation of musical chords", ISMIR 2005; the grammar was
    followed in full, the shorthands also hold the ninths.

    Examples
    --------
    >>> sorted(parse_chord("C:maj/3").pitch_classes), parse_chord("C:maj/3").bass
    ([0, 4, 7], 4)
    """
    if symbol == "N":
        return Chord("N", -1, (), -1)
    match = _CHORD.fullmatch(symbol)
    if match is None or symbol.endswith(":") or ":/" in symbol:
        raise ValueError(f"symbol must be a chord in Harte's syntax such as 'A:min7/b3', got {symbol!r}")
    quality, degrees = match["quality"], match["list"]
    if quality is not None and quality not in _QUALITIES:
        raise ValueError(f"the quality {quality!r} of {symbol!r} is not one of {', '.join(_QUALITIES)}")
    # A list without a shorthand states the chord whole; only the root is implied.
    tones = set(_QUALITIES[quality or "maj"] if quality or degrees is None else (0,))
    for degree in degrees.split(",") if degrees else ():
        if degree.strip().startswith("*"):
            tones.discard(degree_semitones(degree.strip()[1:]))
        else:
            tones.add(degree_semitones(degree.strip()))
    root = pitch_class(match["root"])
    bass = (root + degree_semitones(match["bass"])) % 12 if match["bass"] else root
    return Chord(symbol, root, tuple(sorted(tones)), bass)


def chord_in_key(degree_symbol: str, key: Key) -> str:
    """Turn a chord written by its degree into one written by its root.

    Parameters
    ----------
    degree_symbol
        As a Harte symbol, but with a degree of the tonic's *major* scale for the root: ``1:maj``, ``b6:maj7``,
        ``5:maj/3``.
    key
        Gives the tonic.

    Returns
    -------
    str
        The chord in Harte's syntax; the root is spelt on the degree's own letter.

    Raises
    ------
    ValueError
        If the degree cannot be read.

    Examples
    --------
    >>> chord_in_key("b6:maj", Key("C", "minor")), chord_in_key("5:7", Key("E", "minor"))
    ('Ab:maj', 'B:7')
    """
    degree, colon, rest = degree_symbol.partition(":")
    semitones = degree_semitones(degree)
    letter = _LETTERS[(_LETTERS.index(key.tonic[0]) + int(degree.lstrip("b#")) - 1) % 7]
    wanted = (pitch_class(key.tonic) + semitones) % 12
    accidentals = (wanted - _NATURALS[letter] + 6) % 12 - 6
    return letter + ("#" * accidentals if accidentals > 0 else "b" * -accidentals) + colon + rest


def melody_scale(key: Key, chord: Chord) -> frozenset[int]:
    """Return the pitch classes a melody may use over a chord.

    Parameters
    ----------
    key
        Its scale is the ground.
    chord
        A chord tone outside of the scale takes the place of its neighbours a semitone away, as the raised seventh
        does over the dominant in minor.

    Examples
    --------
    >>> sorted(melody_scale(Key("A", "minor"), parse_chord("E:7")))
    [0, 2, 4, 5, 8, 9, 11]
    """
    scale = set(key.scale)
    for tone in sorted(chord.pitch_classes - scale):
        scale -= {(tone + 1) % 12, (tone - 1) % 12} - chord.pitch_classes - {pitch_class(key.tonic)}
        scale.add(tone)
    return frozenset(scale)


def nearest_pitch(target: float, pitch_classes: Collection[int], low: int = 0, high: int = 127) -> int:
    """Return the pitch of one of some pitch classes that lies nearest to a target.

    Parameters
    ----------
    target
        MIDI number.
    pitch_classes
        What may be chosen.
    low, high
        The range, both included.

    Raises
    ------
    ValueError
        If the range holds no such pitch.

    Examples
    --------
    >>> nearest_pitch(61.2, {0, 4, 7})
    60
    """
    choices = [midi for midi in range(low, high + 1) if midi % 12 in pitch_classes]
    if not choices:
        raise ValueError(f"there is no pitch of the classes {sorted(pitch_classes)} from {low} to {high}")
    return min(choices, key=lambda midi: (abs(midi - target), midi))


def lead_voices(chord: Chord, previous: tuple[int, ...], *, low: int, high: int, n_voices: int = 4) -> tuple[int, ...]:
    """Place a chord's tones so that the voices move as little as they can.

    Parameters
    ----------
    chord
        Every tone sounds. Where there are fewer tones than voices, root or fifth are doubled if they can be; where
        there are more, the fifth, then the root is left to the bass.
    previous
        The voices before, rising; empty at the start.
    low, high
        The range, both included.
    n_voices
        How many voices.

    Returns
    -------
    tuple of int
        MIDI numbers, rising.

    Raises
    ------
    ValueError
        If the chord does not fit in the range.

    Examples
    --------
    >>> lead_voices(parse_chord("F:maj"), (55, 60, 64, 67), low=52, high=72)
    (53, 60, 65, 69)
    """
    tones = [(chord.root + interval) % 12 for interval in chord.intervals]
    spare = [tones[0], *[tone for tone in tones if (tone - chord.root) % 12 == 7]]
    while len(tones) > n_voices:
        tones.remove(spare.pop() if spare else tones[-1])
    doublings = itertools.combinations_with_replacement(tones, n_voices - len(tones))
    centre = (low + high) / 2
    before = previous or tuple(round(centre + 4 * (index - (n_voices - 1) / 2)) for index in range(n_voices))

    def cost(voices: tuple[int, ...]) -> float:
        movement = sum(abs(now - then) for now, then in zip(voices, before, strict=True))
        gaps = [upper - lower for lower, upper in itertools.pairwise(voices)]
        muddy = sum(3.0 for gap in gaps if gap < 3) + sum(2.0 for gap in gaps if gap > 9)
        return movement + muddy + 0.2 * abs(sum(voices) / n_voices - centre)

    candidates: dict[tuple[int, ...], float] = {}
    for doubled in doublings:
        places = [[midi for midi in range(low, high + 1) if midi % 12 == tone] for tone in (*tones, *doubled)]
        harsh = sum(2.5 for tone in doubled if tone not in spare)
        for choice in itertools.product(*places):
            if len(set(choice)) == n_voices:
                voices = tuple(sorted(choice))
                candidates[voices] = min(candidates.get(voices, math.inf), cost(voices) + harsh)
    if not candidates:
        raise ValueError(f"{n_voices} voices of {chord.symbol} do not fit between {low} and {high}")
    return min(candidates, key=lambda voices: (candidates[voices], voices))
