"""Cadences and modulations: where phrases come to rest, and where the key goes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tonmeister.music.chords import ChordSpan
from tonmeister.music.keys import KeySpan
from tonmeister.music.roman import RomanNumeral, is_diatonic, third_kind, write_numeral
from tonmeister.music.theory import Key, pitch_class

CadenceKind = Literal["authentic", "plagal", "deceptive", "half"]
ModulationKind = Literal["relative", "parallel", "dominant", "subdominant", "step up", "close", "distant"]

_LONG_BEATS = 2


@dataclass(frozen=True)
class Cadence:
    """Two chords that end a phrase.

    Attributes
    ----------
    time_s
        When the second chord begins.
    chord
        Index of the second chord.
    kind
        authentic (V-I), plagal (IV-I), deceptive (V-vi), half (to V).
    figures
        Both numerals, such as ``("V7", "I")``.
    is_perfect
        Whether an authentic cadence has both chords in root position.
    confidence
        0 to 1: how sure the chords are, and how much speaks for an ending there (a downbeat, a long chord, the end of a
        section).
    """

    time_s: float
    chord: int
    kind: CadenceKind
    figures: tuple[str, str]
    is_perfect: bool
    confidence: float


@dataclass(frozen=True)
class Modulation:
    """A change of key.

    Attributes
    ----------
    time_s
        When the later key begins.
    before, after
        Names of the keys.
    kind
        How the later key lies to the earlier one.
    pivot
        The last chord that belongs to both keys, as its numeral in each; None where there is none within two chords.
    confidence
        0 to 1: that of the less sure key.
    """

    time_s: float
    before: str
    after: str
    kind: ModulationKind
    pivot: tuple[str, str] | None
    confidence: float


def find_cadences(
    chords: Sequence[ChordSpan],
    numerals: Sequence[RomanNumeral],
    keys: Sequence[Key],
    *,
    downbeats: Sequence[int] = (),
    section_ends_s: Sequence[float] = (),
) -> list[Cadence]:
    """Find cadences.

    Parameters
    ----------
    chords, numerals, keys
        One of each per chord, in order.
    downbeats
        Indexes of the beats that begin bars; empty where they are not known.
    section_ends_s
        Where sections end.

    Returns
    -------
    list of Cadence
        In order. A succession that could be a cadence is one only where something speaks for an ending: at least two of
        a downbeat, a chord of two beats or more, the end of a section or of the piece, a rest after it.
    """
    strong = set(downbeats)
    found = []
    for index in range(1, len(chords)):
        kind = _cadence_kind(chords[index - 1], chords[index], keys[index])
        if kind is None:
            continue
        chord = chords[index]
        is_last = index + 1 == len(chords) or chords[index + 1].root < 0
        ends_section = any(chord.start_s < end_s <= chord.end_s + 0.5 for end_s in section_ends_s)
        signs = [chord.start_beat in strong, chord.n_beats >= _LONG_BEATS, is_last, ends_section]
        # Halting on the dominant is common within a phrase: a half cadence needs an ending that is known.
        if sum(signs) < 2 or (kind == "half" and not (is_last or ends_section)):
            continue
        sure = min(numerals[index - 1].confidence, numerals[index].confidence) * (0.4 + 0.2 * min(sum(signs), 3))
        both_low = chords[index - 1].bass == chords[index - 1].root and chord.bass == chord.root
        figures = (numerals[index - 1].figure, numerals[index].figure)
        found.append(Cadence(chord.start_s, index, kind, figures, kind == "authentic" and both_low, sure))
    return found


def _cadence_kind(before: ChordSpan, chord: ChordSpan, key: Key) -> CadenceKind | None:
    if before.root < 0 or chord.root < 0:
        return None
    tonic = pitch_class(key.tonic)
    step, target = (before.root - tonic) % 12, (chord.root - tonic) % 12
    kind, goal = third_kind(before.quality), third_kind(chord.quality)
    leads = (step == 7 and kind in ("M", "o")) or (step == 11 and kind == "d")
    sixth = (9, "m") if key.mode == "major" else (8, "M")
    if leads and target == 0 and goal in ("M", "m"):
        return "authentic"
    if leads and step == 7 and (target, goal) == sixth:
        return "deceptive"
    if step == 5 and target == 0 and kind in ("M", "m") and goal in ("M", "m"):
        return "plagal"
    if target == 7 and goal == "M" and chord.quality == "maj" and not leads:
        return "half"
    return None


def find_modulations(chords: Sequence[ChordSpan], key_path: Sequence[KeySpan]) -> list[Modulation]:
    """Find changes of key.

    Parameters
    ----------
    chords
        In order.
    key_path
        In order, without gaps.

    Returns
    -------
    list of Modulation
        One for each change.
    """
    found = []
    for before, after in itertools.pairwise(key_path):
        found.append(
            Modulation(
                time_s=after.start_s,
                before=before.name,
                after=after.name,
                kind=name_relation(before.key, after.key),
                pivot=_find_pivot(chords, before, after),
                confidence=min(before.confidence, after.confidence),
            )
        )
    return found


def name_relation(before: Key, after: Key) -> ModulationKind:
    """Say how a key lies to another.

    Examples
    --------
    >>> name_relation(Key("C", "major"), Key("A", "minor")), name_relation(Key("E", "minor"), Key("F#", "minor"))
    ('relative', 'step up')
    """
    up = (pitch_class(after.tonic) - pitch_class(before.tonic)) % 12
    if before.mode != after.mode:
        if up == 0:
            return "parallel"
        if up == (9 if before.mode == "major" else 3):
            return "relative"
    elif up == 7:
        return "dominant"
    elif up == 5:
        return "subdominant"
    elif up in (1, 2):
        return "step up"
    shared = len(set(before.scale) & set(after.scale))
    return "close" if shared >= 6 else "distant"


def _find_pivot(chords: Sequence[ChordSpan], before: KeySpan, after: KeySpan) -> tuple[str, str] | None:
    near = [chord for chord in chords if chord.start_beat <= after.start_beat and chord.root >= 0][-2:]
    for chord in reversed(near):
        if is_diatonic(chord, before.key) and is_diatonic(chord, after.key):
            return write_numeral(chord, before.key), write_numeral(chord, after.key)
    return None
