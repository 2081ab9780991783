"""Scales to play over a stretch of chords, and the notes of theirs to avoid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tonmeister.music.chords import ChordSpan
from tonmeister.music.spelling import key_fifths, spell_pitch_class
from tonmeister.music.theory import Key, Mode, parse_chord, pitch_class

_SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "natural minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "Dorian": (0, 2, 3, 5, 7, 9, 10),
    "Phrygian": (0, 1, 3, 5, 7, 8, 10),
    "Lydian": (0, 2, 4, 6, 7, 9, 11),
    "Mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
}
_BY_MODE: dict[Mode, tuple[str, ...]] = {
    "major": ("major", "major pentatonic", "Mixolydian", "Lydian", "blues"),
    "minor": ("natural minor", "minor pentatonic", "Dorian", "harmonic minor", "melodic minor", "Phrygian", "blues"),
}
# What a scale must gain over the plain one of its mode to be named first.
_PLAIN = {"major": 0.04, "natural minor": 0.04, "major pentatonic": 0.02, "minor pentatonic": 0.02}
_N_SUGGESTED = 3


@dataclass(frozen=True)
class NoteToAvoid:
    """A note of the scale that rubs with a chord: not to be held while the chord sounds.

    Attributes
    ----------
    chord
        Label of the chord.
    note
        The scale's note.
    instead
        The chord's own note a semitone away that takes its place; empty where the note lies a semitone above a tone of
        the chord and resolves downwards to it.
    """

    chord: str
    note: str
    instead: str


@dataclass(frozen=True)
class ScaleSuggestion:
    """A scale that fits a stretch of chords.

    Attributes
    ----------
    name
        Such as ``A Dorian``.
    notes
        Their names, from the tonic.
    coverage
        Part of the chords' tones, by duration, that the scale holds.
    avoid
        Where it does not fit.
    confidence
        0 to 1: coverage times how sure chords and key are.
    """

    name: str
    notes: tuple[str, ...]
    coverage: float
    avoid: tuple[NoteToAvoid, ...]
    confidence: float


def suggest_scales(chords: Sequence[ChordSpan], key: Key, key_confidence: float = 1.0) -> list[ScaleSuggestion]:
    """Suggest scales over some chords.

    Parameters
    ----------
    chords
        Those of the stretch.
    key
        Its key.
    key_confidence
        How sure that is.

    Returns
    -------
    list of ScaleSuggestion
        Best first, at most three; empty where there is no chord. The blues scale is for a blues: it is offered only
        where dominant sevenths upon the tonic and the fourth degree make up a third of the chords.

    Examples
    --------
    >>> chords = [ChordSpan(0, 1, 0, 1, "D:min7", 2, 2, 1.0), ChordSpan(1, 2, 1, 1, "G:7", 7, 7, 1.0)]
    >>> suggest_scales(chords, Key("D", "minor"))[0].name
    'D Dorian'
    """
    heard = [chord for chord in chords if chord.root >= 0]
    if not heard:
        return []
    total = sum(chord.n_beats for chord in heard)
    is_blue = _is_blue(heard, key)
    sure = key_confidence * sum(chord.confidence * chord.n_beats for chord in heard) / total
    ranked = []
    for place, name in enumerate(_BY_MODE[key.mode]):
        if name == "blues" and not is_blue:
            continue
        coverage = _coverage(heard, _tones(name, key))
        ranked.append((-(coverage + _PLAIN.get(name, 0.0) + (0.3 if name == "blues" else 0.0)), place, name, coverage))
    return [
        ScaleSuggestion(
            name=f"{key.tonic} {name}",
            notes=tuple(spell_pitch_class(tone, _fifths(name, key)) for tone in _tones(name, key)),
            coverage=coverage,
            avoid=() if name == "blues" else tuple(_avoid(heard, name, key)),
            confidence=coverage * sure,
        )
        for _, _, name, coverage in sorted(ranked)[:_N_SUGGESTED]
    ]


def _is_blue(chords: Sequence[ChordSpan], key: Key) -> bool:
    tonic = pitch_class(key.tonic)
    sevenths = [chord for chord in chords if chord.quality in ("7", "9") and (chord.root - tonic) % 12 in (0, 5)]
    share = sum(chord.n_beats for chord in sevenths) / sum(chord.n_beats for chord in chords)
    return share >= 1 / 3 and any(chord.root == tonic for chord in sevenths)


def _tones(name: str, key: Key) -> tuple[int, ...]:
    return tuple((pitch_class(key.tonic) + step) % 12 for step in _SCALES[name])


def _fifths(name: str, key: Key) -> int:
    shift = {"Dorian": 1, "Phrygian": -1, "Lydian": 1, "Mixolydian": -1, "melodic minor": 1}
    return key_fifths(key) + shift.get(name, 0)


def _chord_tones(chord: ChordSpan) -> set[int]:
    return {(chord.root + interval) % 12 for interval in parse_chord(f"C:{chord.quality}").intervals}


def _coverage(chords: Sequence[ChordSpan], tones: Sequence[int]) -> float:
    shares = [(chord.n_beats, len(_chord_tones(chord) & set(tones)) / len(_chord_tones(chord))) for chord in chords]
    return sum(beats * share for beats, share in shares) / sum(beats for beats, _ in shares)


def _avoid(chords: Sequence[ChordSpan], name: str, key: Key) -> list[NoteToAvoid]:
    found: dict[tuple[str, int], NoteToAvoid] = {}
    fifths = _fifths(name, key)
    for chord in chords:
        tones = _chord_tones(chord)
        label = chord.label.partition("/")[0]
        for tone in _tones(name, key):
            if tone in tones:
                continue
            above, below = (tone + 1) % 12, (tone - 1) % 12
            # the chord's own form of the same step, such as G# for G over E major in A minor
            letter = spell_pitch_class(tone, fifths)[0]
            own = [spell_pitch_class(near, fifths) for near in (above, below) if near in tones]
            replaced = [other for other in own if other[0] == letter]
            if replaced:
                instead = replaced[0]
            elif below in tones:
                instead = ""
            else:
                continue
            found.setdefault((label, tone), NoteToAvoid(label, spell_pitch_class(tone, fifths), instead))
    return list(found.values())
