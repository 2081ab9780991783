"""How pitches and chords are written in files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tonmeister.music.spelling import fifths_place, spell_pitch_class

LETTERS_BY_FIFTHS = ("F", "C", "G", "D", "A", "E", "B")
"""In the order in which a key signature sharpens them."""
_SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

_QUALITIES = {
    "": "",
    "maj": "",
    "min": "m",
    "dim": "dim",
    "aug": "aug",
    "maj7": "maj7",
    "min7": "m7",
    "7": "7",
    "dim7": "dim7",
    "hdim7": "m7b5",
    "minmaj7": "m(maj7)",
    "maj6": "6",
    "min6": "m6",
    "9": "9",
    "maj9": "maj9",
    "min9": "m9",
    "sus2": "sus2",
    "sus4": "sus4",
    "5": "5",
    "1": "",
}
_MAJOR_STEPS = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "9": 14, "11": 17, "13": 21}
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def spell(midi: int, n_fifths: int = 0) -> tuple[str, int, int]:
    """Return letter, accidental (-1, 0, 1) and octave of a pitch, with flats in flat keys."""
    name = (_FLAT if n_fifths < 0 else _SHARP)[midi % 12]
    return name[0], name.count("#") - name[1:].count("b"), midi // 12 - 1


def spell_in_key(midi: int, n_fifths: int) -> tuple[str, int, int]:
    """Return letter, accidental (-2 to 2) and octave of a note in a key, so that it is nearest to the key's own notes.

    The leading note of A minor is G sharp and of D minor C sharp, though that key has a flat.
    """
    name = spell_pitch_class(midi % 12, n_fifths)
    accidental = name.count("#") - name[1:].count("b")
    return name[0], accidental, (midi - accidental) // 12 - 1


def is_in_signature(letter: str, accidental: int, n_fifths: int) -> bool:
    """Tell whether a note is written without a sign of its own in a key signature."""
    order = LETTERS_BY_FIFTHS if n_fifths > 0 else LETTERS_BY_FIFTHS[::-1]
    signed = letter in order[: abs(n_fifths)]
    return accidental == (0 if not signed else 1 if n_fifths > 0 else -1)


def pitch_name(midi: int, n_fifths: int = 0) -> str:
    """Return a name such as ``F#3``."""
    letter, accidental, octave = spell(midi, n_fifths)
    return f"{letter}{'#' if accidental > 0 else 'b' if accidental < 0 else ''}{octave}"


def tuning_fifths(tuning: Sequence[int]) -> int:
    """Return the key signature to spell open strings in: of sharps and flats those nearer to each other by fifths.

    Flats where both are as near: half a step down is Eb Ab Db Gb Bb Eb, open D is D A D F# A D.
    """

    def breadth(n_fifths: int) -> int:
        places = [fifths_place(pitch_name(midi, n_fifths).rstrip("-0123456789")) for midi in tuning]
        return max(places) - min(places)

    return min(-1, 1, key=breadth)


def lead_sheet_name(symbol: str, capo: int = 0) -> str:
    """Return a chord symbol in Harte's syntax as lead sheets write it; ``N`` (no chord) becomes ``N.C.``.

    With a capo the name is that of the shape the hand takes.
    """
    found = re.fullmatch(r"([A-G][#b]*)(?::([^/]*))?(?:/([#b]*\d+))?", symbol)
    if found is None:
        return "N.C."
    root, quality, bass = found.groups()
    flat = "b" in root
    pitch = _NATURALS[root[0]] + root.count("#") - root[1:].count("b")
    quality = re.sub(r"\(.*\)", "", quality or "")
    root = _shifted(root, pitch, capo, flat, is_minor=quality.startswith(("min", "dim", "hdim")))
    flat = "b" in root
    name = root + _QUALITIES.get(quality, quality)
    if bass:
        step = _MAJOR_STEPS[bass.lstrip("#b")] + bass.count("#") - bass.count("b")
        name += "/" + (_FLAT if flat or "b" in bass else _SHARP)[(pitch + step - capo) % 12]
    return name


def _shifted(root: str, pitch: int, capo: int, flat: bool, *, is_minor: bool) -> str:
    """Return the root of the shape that a hand takes from a capo: Eb, Ab and Bb are hardly ever D#, G# and A# major."""
    if capo == 0:
        return root
    tone = (pitch - capo) % 12
    return (_FLAT if flat or (not is_minor and tone in (3, 8, 10)) else _SHARP)[tone]
