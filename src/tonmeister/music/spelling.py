"""The names of pitch classes and intervals: which letter a tone has in a key."""

from __future__ import annotations

import re

from tonmeister.music.theory import Key, pitch_class

_LETTERS_BY_FIFTHS = "FCGDAEB"
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

_DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")


def fifths_name(place: int) -> str:
    """Return the note at a place on the line of fifths, where C is 0, G is 1 and F is -1.

    Examples
    --------
    >>> fifths_name(6), fifths_name(-2), fifths_name(8)
    ('F#', 'Bb', 'G#')
    """
    accidentals, letter = divmod(place + 1, 7)
    return _LETTERS_BY_FIFTHS[letter] + ("#" * accidentals if accidentals > 0 else "b" * -accidentals)


def fifths_place(name: str) -> int:
    """Return the place of a note name on the line of fifths.

    Raises
    ------
    ValueError
        If that is no note name.

    Examples
    --------
    >>> fifths_place("F#"), fifths_place("Bb")
    (6, -2)
    """
    pitch_class(name)
    return _LETTERS_BY_FIFTHS.index(name[0]) - 1 + 7 * (name.count("#") - name[1:].count("b"))


def key_fifths(key: Key) -> int:
    """Return how many sharps a key has; flats are negative.

    Examples
    --------
    >>> key_fifths(Key("A", "major")), key_fifths(Key("C", "minor"))
    (3, -3)
    """
    return fifths_place(key.tonic) - (3 if key.mode == "minor" else 0)


def spell_pitch_class(tone: int, n_fifths: int = 0) -> str:
    """Return the name of a pitch class in a key.

    Parameters
    ----------
    tone
        0 (C) to 11 (B).
    n_fifths
        Sharps of the key; flats are negative.

    Returns
    -------
    str
        The name nearest to the middle of the key on the line of fifths: from its flattened second to its raised fourth
        (seen from the major tonic), with the raised seventh of minor among them.

    Examples
    --------
    >>> [spell_pitch_class(8, fifths) for fifths in (0, 4, -4)]
    ['G#', 'G#', 'Ab']
    """
    # Places -3 to +8 around the major tonic: from b3 to #5, the leading tone of the relative minor.
    lowest = n_fifths - 3
    place = lowest + (tone * 7 - lowest) % 12
    return fifths_name(place)


def degree_name(semitones: int, quality: str = "") -> str:
    """Return an interval above a root as Harte writes it.

    Parameters
    ----------
    semitones
        0 to 11.
    quality
        Harte's shorthand of the chord: it settles whether eight semitones are a raised fifth or a flattened sixth, and
        nine a sixth or a diminished seventh.

    Examples
    --------
    >>> degree_name(3), degree_name(8, "aug"), degree_name(9, "dim7")
    ('b3', '#5', 'bb7')
    """
    if semitones == 8 and quality == "aug":
        return "#5"
    if semitones == 9 and quality == "dim7":
        return "bb7"
    return _DEGREES[semitones % 12]


_ROOT = re.compile(r"[A-G][#b]*")


def transpose_key(key: Key, semitones: int) -> Key:
    """Return a key so many semitones higher, with five flats to six sharps.

    Examples
    --------
    >>> transpose_key(Key("C", "major"), 1).name, transpose_key(Key("A", "minor"), -2).name
    ('Db major', 'G minor')
    """
    if semitones == 0:
        return key
    n_fifths = (key_fifths(key) + 7 * semitones + 5) % 12 - 5
    return Key(fifths_name(n_fifths + (3 if key.mode == "minor" else 0)), key.mode)


def transpose_chord(symbol: str, semitones: int, n_fifths: int = 0) -> str:
    """Return a chord so many semitones higher.

    Parameters
    ----------
    symbol
        A chord in Harte's syntax, whose bass and degrees count from the root and therefore stay; N stays as it is.
    semitones
        How far; 0 leaves the name as it is.
    n_fifths
        Sharps of the key that it is then heard in, for the name of the root; flats are negative.

    Raises
    ------
    ValueError
        If the symbol begins with no note.

    Examples
    --------
    >>> transpose_chord("A:min7/b3", 3), transpose_chord("C", -1), transpose_chord("C", 1, -5), transpose_chord("N", 5)
    ('C:min7/b3', 'B', 'Db', 'N')
    """
    if symbol == "N" or semitones == 0:
        return symbol
    root = _ROOT.match(symbol)
    if root is None:
        raise ValueError(f"symbol must be a chord in Harte's syntax, got {symbol!r}")
    return spell_pitch_class((pitch_class(root[0]) + semitones) % 12, n_fifths) + symbol[root.end() :]
