"""Harmony: key, key path and chords on the beats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.params import ChordFigures, KeyAlternative, KeyFigures, KeySpan
from tonmeister.dsp.chroma import FRAME_S as PITCH_FRAME_S
from tonmeister.dsp.chroma import pitch_classes
from tonmeister.music import keys as music_keys
from tonmeister.music.chords import CHORD_CLASSES, ChordSpan, spell_chord
from tonmeister.music.harmony import Harmony as SoundHarmony
from tonmeister.music.harmony import find_harmony_in_sound
from tonmeister.music.keys import KeyEstimate, estimate_key, relative_key
from tonmeister.music.spelling import key_fifths, spell_pitch_class
from tonmeister.music.theory import Key, parse_chord, parse_key, pitch_class

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.analyzing.observing import Features
    from tonmeister.engines.note_network import NotePosteriors

    Floats = NDArray[np.float64]

MOST_SILENT_SHARE, MOST_SILENT_SHARE_UNTUNED = 0.75, 0.5
"""Where the network hears no chord for longer, there is no key either; half the time is enough where pitches lie on no
common tuning, as in speech."""
CLEAR_TUNING = 0.3
RIVAL = 0.5
"""A key this likely beside the likeliest one is nearly as likely."""
SURE_KEY = 0.5
"""A key of the whole this likely is not given up for what the succession of chords says."""
NOTES_WEIGHT = 0.3
"""How much the note network counts beside the chord network: more is better where one instrument plays, and worse
where a band plays, whose voices and melodies are tones as well."""
_PARSED = [parse_chord("N" if label == "X" else label) for label in CHORD_CLASSES]
CLASS_TONES = np.array([[float(tone in chord.pitch_classes) for tone in range(12)] for chord in _PARSED])
CLASS_ROOT_TONES = np.array([[float(tone == chord.root) for tone in range(12)] for chord in _PARSED])
_NO_CHORD = CHORD_CLASSES.index("N")
_TEMPLATE_SHARPNESS = 14.0
_TEMPLATE_QUALITIES = ("maj", "min")


@dataclass(frozen=True)
class Harmony:
    """Key and chords; ``engine`` says what heard the chords."""

    key: KeyFigures | None
    key_path: tuple[KeySpan, ...]
    chords: tuple[ChordFigures, ...]
    engine: str


NO_HARMONY = Harmony(None, (), (), "none")


def judge_harmony(
    features: Features,
    tuning: tuple[float, float],
    edges_s: Floats,
    downbeats: NDArray[np.int64],
    notes: NotePosteriors | None,
    *,
    has_beats: bool,
) -> Harmony:
    """Find key and chords; ``edges_s`` are the beats and the last one's end, ``tuning`` is cents and confidence.

    The chord network knows what chords sound like, the note network which tones there are: together they are right more
    often than either.
    """
    tuning_cents, tuning_confidence = tuning
    low = pitch_classes(features.pitch, tuning_cents, low_midi=28, high_midi=50)
    if features.chord_classes.size:
        classes, bass, pitch = (
            np.asarray(kind, np.float64) for kind in (features.chord_classes, features.chord_bass, features.chord_pitch)
        )
        frame_s, engine = features.chord_frame_s, "network"
    else:
        high = pitch_classes(features.pitch, tuning_cents, low_midi=45, high_midi=90)
        classes, bass, pitch = _match_templates(high, low)
        frame_s, engine = PITCH_FRAME_S, "template"
    most = MOST_SILENT_SHARE if tuning_confidence > CLEAR_TUNING else MOST_SILENT_SHARE_UNTUNED
    if float(classes[:, _NO_CHORD].mean()) > most:
        return NO_HARMONY
    if notes is not None:
        engine += " and notes"
    decode = partial(
        find_harmony_in_sound,
        classes,
        bass,
        frame_s,
        edges_s[:-1],
        pitch=pitch,
        activity=None if notes is None else notes.note,
        activity_times_s=None if notes is None else notes.times_s,
        notes_weight=NOTES_WEIGHT,
        end_s=float(edges_s[-1]),
        downbeats=[int(at) for at in downbeats if at < len(edges_s) - 1],
    )
    whole, found = agree(_global_key(classes, frame_s), decode)
    estimate = settle_by_tonics(whole, found.chords)
    return Harmony(
        key=_key_figures(estimate, is_doubted=_is_doubted(estimate, found)),
        key_path=tuple(_key_span(span) for span in found.key_path),
        chords=tuple(_chord_figures(span, key_fifths(estimate.key), has_beats=has_beats) for span in found.chords),
        engine=engine,
    )


def _global_key(classes: Floats, frame_s: float) -> KeyEstimate:
    """Return the key whose profile the chords' tones fit; roots count twice, and the chords at both ends once more."""
    tones, roots = classes @ CLASS_TONES, classes @ CLASS_ROOT_TONES
    sounding = np.nonzero(roots.sum(axis=1) > 0.5)[0]
    profile = tones.sum(axis=0) / max(float(tones.sum()), 1e-9) + roots.sum(axis=0) / max(float(roots.sum()), 1e-9)
    if len(sounding):
        first, last = int(sounding[0]), int(sounding[-1]) + 1
        ends = np.concatenate(
            [roots[first : first + round(2 / frame_s)], roots[max(first, last - round(4 / frame_s)) : last]]
        )
        profile = profile + 0.5 * ends.mean(axis=0)
    return estimate_key(profile)


def agree(whole: KeyEstimate, decode: Callable[..., SoundHarmony]) -> tuple[KeyEstimate, SoundHarmony]:
    """Bring the key of the whole and the path of keys together.

    What the path has in the relative of the whole's key, and rests at home, is at home. Where the path never comes to
    that key, one that is sure draws it a hair. One that is not gives way to the path where that does not come to the
    relative either: a tune alone has the tones of several keys, and its turns tell which. So does one that is sure
    where even then the path stays in a key that is nearly as likely.
    """
    whole, found = _at_home(whole, decode)
    names = {span.name for span in found.key_path}
    if whole.name in names:
        return whole, found
    if whole.confidence >= SURE_KEY:
        found = decode(home=whole.key, is_drawn=True)
        names = {span.name for span in found.key_path}
        nearly = {name for name, weight in whole.alternatives if weight >= RIVAL * whole.confidence}
        if whole.name in names or found.key.name not in nearly:
            return whole, found
        return share(whole, found.key.name), decode(home=found.key.key)
    return (whole, found) if whole.relative in names else (replace(found.key, is_ambiguous=True), found)


def _at_home(whole: KeyEstimate, decode: Callable[..., SoundHarmony]) -> tuple[KeyEstimate, SoundHarmony]:
    """Return the whole's key and the path; its relative instead where that rests and the key itself never does."""
    found = decode(home=whole.key)
    if not _rests_s(found.chords, whole.key) and _rests_s(found.chords, parse_key(whole.relative)):
        whole = share(whole, whole.relative)
        return whole, decode(home=whole.key)
    return whole, found


def _rests_s(chords: Sequence[ChordSpan], key: Key) -> float:
    """Return how long tonic chords sound, the dominant seventh chord of a blues among them."""
    blues = sum(
        chord.end_s - chord.start_s
        for chord in chords
        if key.mode == "major" and chord.root == pitch_class(key.tonic) and chord.quality == "7"
    )
    return _tonic_s(chords, key) + blues


def share(estimate: KeyEstimate, name: str) -> KeyEstimate:
    """Return the estimate with another key in the place of its own, and for each half of what both had.

    The tones speak for one, where the chords rest for the other: it is ambiguous.
    """
    half = (estimate.confidence + dict(estimate.alternatives).get(name, 0.0)) / 2
    return _exchange(estimate, name, half, half)


def _exchange(estimate: KeyEstimate, name: str, confidence: float, of_former: float) -> KeyEstimate:
    """Return the estimate with another key in the place of its own, ambiguous, with these probabilities."""
    key, weights = parse_key(name), dict(estimate.alternatives)
    weights.pop(name, None)
    weights[estimate.name] = of_former
    relative = relative_key(key).name
    related = weights.get(relative, 0.0)
    return replace(
        estimate,
        tonic=key.tonic,
        mode=key.mode,
        confidence=confidence,
        is_ambiguous=True,
        relative=relative,
        relative_ambiguity=related / (related + confidence),
        alternatives=tuple(sorted(weights.items(), key=lambda each: -each[1])),
    )


def settle_by_tonics(estimate: KeyEstimate, chords: Sequence[ChordSpan]) -> KeyEstimate:
    """Let tonic triads decide between keys that are nearly as likely.

    Where the piece begins or ends on a rival's tonic triad, neither begins nor ends on that of the likeliest key, and
    rests on the rival's at least twice as long, the two change places: a piece in A minor with many chords of A7 and E7
    has the tones of A major.
    """
    sounding = [chord for chord in chords if chord.root >= 0]
    if not estimate.is_ambiguous or not sounding:
        return estimate
    ends = sounding[0], sounding[-1]
    for name, weight in estimate.alternatives:
        rival = parse_key(name)
        if weight < RIVAL * estimate.confidence or any(_is_tonic(chord, estimate.key) for chord in ends):
            break
        rests = _tonic_s(sounding, rival) >= 2 * _tonic_s(sounding, estimate.key)
        if rests and any(_is_tonic(chord, rival) for chord in ends):
            return _exchange(estimate, name, estimate.confidence, weight)
    return estimate


def _tonic_s(chords: Sequence[ChordSpan], key: Key) -> float:
    return sum(chord.end_s - chord.start_s for chord in chords if _is_tonic(chord, key))


def _is_tonic(chord: ChordSpan, key: Key) -> bool:
    return chord.root == pitch_class(key.tonic) and chord.quality.startswith("min" if key.mode == "minor" else "maj")


def _match_templates(high: NDArray[np.float32], low: NDArray[np.float32]) -> tuple[Floats, Floats, Floats]:
    """Return what the network would, from plain templates of major and minor triads."""
    heard = _over_time(high.astype(np.float64) + 0.5 * low, 8)
    level = np.linalg.norm(heard, axis=1)
    norm = heard / np.maximum(level, 1e-9)[:, np.newaxis]
    tones = CLASS_TONES / np.maximum(np.linalg.norm(CLASS_TONES, axis=1, keepdims=True), 1e-9)
    scores = _TEMPLATE_SHARPNESS * norm @ tones.T
    scores[:, [label.partition(":")[2] not in _TEMPLATE_QUALITIES for label in CHORD_CLASSES]] = -30.0
    is_silent = level < 0.02 * max(float(np.percentile(level, 95)) if len(level) else 0.0, 1e-9)
    scores[:, _NO_CHORD] = np.where(is_silent, 1.0, 0.45) * _TEMPLATE_SHARPNESS
    classes = np.exp(scores - scores.max(axis=1, keepdims=True))
    bass = np.zeros((len(low), 13))
    bass[np.arange(len(low)), _over_time(low.astype(np.float64), 4).argmax(axis=1)] = 1.0
    return classes / classes.sum(axis=1, keepdims=True), bass, norm


def _over_time(values: Floats, reach: int) -> Floats:
    """Return the mean over ``reach`` frames to either side."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    index = np.arange(len(values))
    low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, len(values))
    return np.asarray((sums[high] - sums[low]) / (high - low)[:, np.newaxis])


def _key_span(span: music_keys.KeySpan) -> KeySpan:
    return KeySpan(
        start_s=round(span.start_s, 3),
        end_s=round(span.end_s, 3),
        key=span.name,
        confidence=round(span.confidence, 3),
    )


def _chord_figures(span: ChordSpan, n_fifths: int, *, has_beats: bool) -> ChordFigures:
    return ChordFigures(
        start_s=round(span.start_s, 3),
        end_s=round(span.end_s, 3),
        start_beat=span.start_beat if has_beats else None,
        label=spell_chord(span.root, span.quality, span.bass, n_fifths),
        bass=spell_pitch_class(span.bass, n_fifths) if span.bass >= 0 else None,
        confidence=round(span.confidence, 3),
    )


def _is_doubted(estimate: KeyEstimate, found: SoundHarmony) -> bool:
    """Return whether the succession of chords speaks for another key, and the music is not mostly in this one."""
    at_home_s = sum(span.end_s - span.start_s for span in found.key_path if span.name == estimate.name)
    whole_s = found.key_path[-1].end_s - found.key_path[0].start_s if found.key_path else 0.0
    return found.key.name != estimate.name and at_home_s <= 0.5 * whole_s


def _key_figures(estimate: KeyEstimate, *, is_doubted: bool) -> KeyFigures:
    """Return the key; where the succession of chords speaks for another one, it is ambiguous."""
    key: Key = parse_key(estimate.name)
    return KeyFigures(
        tonic=key.tonic,
        mode=estimate.mode,
        name=estimate.name,
        confidence=round(estimate.confidence, 3),
        is_ambiguous=estimate.is_ambiguous or is_doubted,
        relative=estimate.relative,
        alternatives=tuple(
            KeyAlternative(name=name, weight=round(weight, 3)) for name, weight in estimate.alternatives
        ),
    )
