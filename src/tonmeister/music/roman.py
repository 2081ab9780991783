"""Roman numerals: what a chord does in a key.

The numeral is written as analysts do: upper case for a major third, lower case for a minor one, ``o`` diminished, ``ø``
half-diminished, ``+`` augmented, figures for inversion (an added sixth behind them in brackets, ``iv64(add6)``; what a
suspended chord stands on behind a slash, ``Vsus4/5``), ``b`` or ``#`` before a root outside of the key's scale (counted
from the major scale in major, from natural minor in minor, where the raised seventh degree is written ``vii``), and a
slash before the degree that an applied chord leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tonmeister.music.chords import ChordSpan
from tonmeister.music.theory import Key, Mode, parse_chord, pitch_class

Function = Literal["tonic", "subdominant", "dominant", "applied", "borrowed", "chromatic", "none"]

_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_STEPS: dict[Mode, tuple[int, ...]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}

# Triads of the scale: step above the tonic and kind of third; in minor with those of the raised seventh degree.
_DIATONIC: dict[Mode, frozenset[tuple[int, str]]] = {
    "major": frozenset({(0, "M"), (2, "m"), (4, "m"), (5, "M"), (7, "M"), (9, "m"), (11, "d")}),
    "minor": frozenset(
        {(0, "m"), (2, "d"), (3, "M"), (5, "m"), (7, "m"), (7, "M"), (8, "M"), (10, "M"), (11, "d"), (3, "a")}
    ),
}
# What major borrows from minor, and minor from major and its other sixth (Dorian) and second (Phrygian, Neapolitan).
_BORROWED: dict[Mode, frozenset[tuple[int, str]]] = {
    "major": frozenset({(0, "m"), (2, "d"), (3, "M"), (5, "m"), (7, "m"), (8, "M"), (10, "M"), (1, "M")}),
    "minor": frozenset({(0, "M"), (2, "m"), (5, "M"), (4, "m"), (9, "m"), (1, "M"), (9, "d")}),
}
_FUNCTIONS: dict[int, Function] = {
    0: "tonic", 1: "subdominant", 2: "subdominant", 3: "tonic", 4: "tonic", 5: "subdominant", 7: "dominant",
    8: "subdominant", 9: "tonic", 10: "dominant", 11: "dominant",
}  # fmt: skip

_BLUE = (0, 5)
_TRIAD_FIGURES = {0: "", 1: "6", 2: "64"}
_ABOVE = {2: "2", 5: "4", 7: "5"}  # what a suspended chord may have in the bass
_SEVENTH_FIGURES = {0: "7", 1: "65", 2: "43", 3: "42"}


@dataclass(frozen=True)
class RomanNumeral:
    """A chord's place in a key.

    Attributes
    ----------
    figure
        The numeral, such as ``V65/V`` or ``bVI``; ``N`` for no chord.
    function
        What it does: tonic, subdominant, dominant, applied (leads to a degree other than the tonic), borrowed (from the
        parallel mode), chromatic (none of these), none.
    applied_to
        The degree that an applied chord leads to, such as ``V``; empty otherwise.
    is_resolved
        Whether an applied chord is followed by that degree.
    confidence
        How sure chord and key are together, 0 to 1.
    """

    figure: str
    function: Function
    applied_to: str
    is_resolved: bool
    confidence: float


def third_kind(quality: str) -> str:
    """Return a letter for a chord's triad: M major, m minor, d diminished, a augmented, o open (neither).

    Examples
    --------
    >>> [third_kind(quality) for quality in ("7", "min7", "hdim7", "aug", "sus4")]
    ['M', 'm', 'd', 'a', 'o']
    """
    intervals = parse_chord(f"C:{quality}").intervals
    if 4 in intervals:
        return "a" if 8 in intervals and 7 not in intervals else "M"
    if 3 in intervals:
        return "d" if 6 in intervals and 7 not in intervals else "m"
    return "o"


def name_degree(step: int, mode: Mode, kind: str = "M") -> str:
    """Return the numeral of a root so many semitones above the tonic.

    Parameters
    ----------
    step
        0 to 11.
    mode
        The key's.
    kind
        From `third_kind`; minor and diminished chords are written small.

    Examples
    --------
    >>> name_degree(8, "major"), name_degree(11, "minor", "d"), name_degree(6, "major", "d")
    ('bVI', 'vii', '#iv')
    """
    steps = _STEPS[mode]
    if mode == "minor" and step == 11:
        name = "VII"
    elif step in steps:
        name = _NUMERALS[steps.index(step)]
    elif step == 6:
        name = "#IV"
    elif (step + 1) % 12 in steps and step != 0:
        name = "b" + _NUMERALS[steps.index((step + 1) % 12)]
    else:
        name = "#" + _NUMERALS[steps.index((step - 1) % 12)]
    return name.lower() if kind in ("m", "d") else name


def write_numeral(chord: ChordSpan, key: Key) -> str:
    """Return the plain numeral of a chord in a key, with inversion, without a reading as an applied chord.

    Examples
    --------
    >>> write_numeral(ChordSpan(0, 1, 0, 1, "G:7/3", 7, 11, 1.0), Key("C", "major"))
    'V65'
    >>> write_numeral(ChordSpan(0, 1, 0, 1, "F:min6/5", 5, 0, 1.0), Key("C", "minor"))
    'iv64(add6)'
    >>> write_numeral(ChordSpan(0, 1, 0, 1, "G:sus4/5", 7, 2, 1.0), Key("C", "major"))
    'Vsus4/5'
    """
    if chord.root < 0:
        return "N"
    step = (chord.root - pitch_class(key.tonic)) % 12
    return name_degree(step, key.mode, third_kind(chord.quality)) + _suffix(chord)


def _suffix(chord: ChordSpan) -> str:
    quality = chord.quality
    intervals = [interval % 12 for interval in parse_chord(f"C:{quality}").intervals]
    above = (chord.bass - chord.root) % 12
    place = intervals.index(above) if above in intervals else 0
    mark = {"dim": "o", "dim7": "o", "hdim7": "ø", "aug": "+"}.get(quality, "")
    if quality in ("sus2", "sus4"):
        return quality if place == 0 else f"{quality}/{_ABOVE[above]}"
    if quality in ("maj6", "min6"):
        return _TRIAD_FIGURES.get(place, "") + "(add6)"
    if len(intervals) >= 4:
        major_seventh = "M" if quality in ("maj7", "minmaj7", "maj9") else ""
        return mark + major_seventh + _SEVENTH_FIGURES.get(place, "7")
    return mark + _TRIAD_FIGURES.get(place, "")


def analyse_chords(
    chords: Sequence[ChordSpan], keys: Sequence[Key], key_confidences: Sequence[float]
) -> list[RomanNumeral]:
    """Say what each chord does.

    Parameters
    ----------
    chords
        In order of time.
    keys, key_confidences
        The key in which each chord is heard, and how sure it is.

    Returns
    -------
    list of RomanNumeral
        One for each chord. A chord that is foreign to the key and has the build of a dominant (a dominant seventh, a
        major triad, or a diminished chord) is read as applied if what it leads to is a degree of the key: surely if
        that follows, and for a seventh chord also if it does not.
    """
    numerals = []
    is_blue = _is_blue(chords, keys)
    for index, (chord, key, sure) in enumerate(zip(chords, keys, key_confidences, strict=True)):
        following = chords[index + 1] if index + 1 < len(chords) else None
        numerals.append(_analyse(chord, following, key, chord.confidence * sure, is_blue))
    return numerals


def _is_blue(chords: Sequence[ChordSpan], keys: Sequence[Key]) -> bool:
    """Whether first and fourth degree are sevenths as a rule, which then lead nowhere: the blues."""
    beats = {step: [0, 0] for step in _BLUE}
    for chord, key in zip(chords, keys, strict=True):
        step = (chord.root - pitch_class(key.tonic)) % 12
        if chord.root >= 0 and step in beats and third_kind(chord.quality) == "M":
            beats[step][0] += chord.n_beats
            beats[step][1] += chord.n_beats * (chord.quality in ("7", "9"))
    return all(whole > 0 and sevenths >= 0.5 * whole for whole, sevenths in beats.values())


def _analyse(chord: ChordSpan, following: ChordSpan | None, key: Key, confidence: float, is_blue: bool) -> RomanNumeral:
    if chord.root < 0:
        return RomanNumeral("N", "none", "", False, chord.confidence)
    step = (chord.root - pitch_class(key.tonic)) % 12
    kind = third_kind(chord.quality)
    if chord.quality == "dim7":
        chord = _turn(chord, following, key)
        step = (chord.root - pitch_class(key.tonic)) % 12
    plain = write_numeral(chord, key)
    if is_diatonic(chord, key) or (is_blue and chord.quality == "7" and step in _BLUE):
        function = _FUNCTIONS[step]
        # A tonic chord upon its fifth is a suspended dominant: the cadential six-four.
        if step == 0 and kind != "o" and (chord.bass - chord.root) % 12 == 7 and _leads_to_fifth(following, key):
            function = "dominant"
        return RomanNumeral(plain, function, "", False, confidence)
    applied = _read_as_applied(chord, following, key)
    if applied is not None and (applied.is_resolved or (step, kind) not in _BORROWED[key.mode]):
        return RomanNumeral(applied.figure, "applied", applied.applied_to, applied.is_resolved, confidence)
    if (step, kind) in _BORROWED[key.mode]:
        return RomanNumeral(plain, "borrowed", "", False, confidence)
    return RomanNumeral(plain, "chromatic", "", False, confidence)


def _turn(chord: ChordSpan, following: ChordSpan | None, key: Key) -> ChordSpan:
    """Name a diminished seventh by the root that leads: its four tones lie alike, so any could be heard as the root."""
    tonic = pitch_class(key.tonic)
    roots = [(chord.root + turn) % 12 for turn in (0, 3, 6, 9)]
    led = [root for root in roots if following is not None and (root + 1) % 12 == following.root]
    home = [root for root in roots if (root - tonic) % 12 in (11, 6)]
    return replace(chord, root=(led or home or roots)[0])


def is_diatonic(chord: ChordSpan, key: Key) -> bool:
    """Whether a chord is the key's own, its seventh too; minor has the raised seventh degree beside the natural one.

    Examples
    --------
    >>> is_diatonic(ChordSpan(0, 1, 0, 1, "E:7", 4, 4, 1.0), Key("A", "minor"))
    True
    >>> is_diatonic(ChordSpan(0, 1, 0, 1, "E:7", 4, 4, 1.0), Key("C", "major"))
    False
    """
    tonic = pitch_class(key.tonic)
    step, kind = (chord.root - tonic) % 12, third_kind(chord.quality)
    intervals = parse_chord(f"C:{chord.quality}").intervals
    scale = {(tone - tonic) % 12 for tone in key.scale}
    if kind == "o":
        return {(step + interval) % 12 for interval in intervals} <= scale
    if (step, kind) not in _DIATONIC[key.mode]:
        return False
    if chord.quality == "7":
        return step == 7 or (step == 10 and key.mode == "minor")
    if chord.quality in ("dim7", "hdim7"):
        return step == 11 or (step == 2 and chord.quality == "hdim7")
    raised = {11} if key.mode == "minor" else set()
    return all((step + interval) % 12 in scale | raised for interval in intervals)


def _leads_to_fifth(following: ChordSpan | None, key: Key) -> bool:
    return following is not None and (following.root - pitch_class(key.tonic)) % 12 == 7


def _read_as_applied(chord: ChordSpan, following: ChordSpan | None, key: Key) -> RomanNumeral | None:
    kind = third_kind(chord.quality)
    if kind == "M" and chord.quality in ("maj", "7", "9"):
        target, numeral = (chord.root + 5) % 12, "V"
    elif kind == "d":
        target, numeral = (chord.root + 1) % 12, "vii"
    else:
        return None
    step = (target - pitch_class(key.tonic)) % 12
    home = {kind for degree, kind in _DIATONIC[key.mode] if degree == step} & {"M", "m"}
    if step == 0 or not home:
        return None
    follows = following is not None and following.root == target and third_kind(following.quality) in home | {"o"}
    if not follows and chord.quality == "maj":
        return None
    wanted = third_kind(following.quality) if follows and following is not None else min(home)
    degree = name_degree(step, key.mode, wanted if wanted in home else min(home))
    return RomanNumeral(f"{numeral}{_suffix(chord)}/{degree}", "applied", degree, follows, 0.0)
