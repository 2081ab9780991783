"""Harmony: key, key path and chords on the beats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.counting import beat_classes
from tonmeister.capabilities.analyzing.params import ChordFigures, KeyAlternative, KeyFigures, KeySpan
from tonmeister.dsp.chroma import pitch_classes
from tonmeister.music.chords import CHORD_CLASSES, ChordSpan, smooth_chords, spell_chord
from tonmeister.music.keys import KeyEstimate, estimate_key, key_path
from tonmeister.music.spelling import key_fifths, spell_pitch_class
from tonmeister.music.theory import Key, parse_chord, parse_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.analyzing.observing import Features

    Floats = NDArray[np.float64]

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
    features: Features, tuning_cents: float, edges_s: Floats, downbeats: NDArray[np.int64], *, has_beats: bool
) -> Harmony:
    """Find key and chords; ``edges_s`` are the beats and the end of the last."""
    low = pitch_classes(features.pitch, tuning_cents, low_midi=28, high_midi=50)
    classes = pitch_classes(features.pitch, tuning_cents, low_midi=45, high_midi=90)
    on_beats = beat_classes(classes, edges_s[:-1]) + 0.5 * beat_classes(low, edges_s[:-1])
    estimate = estimate_key(on_beats.sum(axis=0))
    if features.chord_classes.size:
        spans = smooth_chords(
            features.chord_classes.astype(np.float64),
            features.chord_bass.astype(np.float64),
            features.chord_frame_s,
            edges_s[:-1],
            end_s=float(edges_s[-1]),
            downbeats=[int(at) for at in downbeats if at < len(edges_s) - 1],
        )
        engine = "network"
    else:
        posteriors, bass = _match_templates(on_beats, beat_classes(low, edges_s[:-1]))
        spans = _smooth_templates(posteriors, bass, edges_s, downbeats)
        engine = "template"
    path = key_path(on_beats, edges_s, spans)
    fifths = key_fifths(estimate.key)
    return Harmony(
        key=_key_figures(estimate),
        key_path=tuple(
            KeySpan(
                start_s=round(span.start_s, 3),
                end_s=round(span.end_s, 3),
                key=span.name,
                confidence=round(span.confidence, 3),
            )
            for span in path
        ),
        chords=tuple(_chord_figures(span, fifths, has_beats=has_beats) for span in spans),
        engine=engine,
    )


def _match_templates(on_beats: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Return probabilities of major and minor triads from plain templates, one frame a beat."""
    norm = on_beats / np.maximum(np.linalg.norm(on_beats, axis=1, keepdims=True), 1e-9)
    scores = np.full((len(on_beats), len(CHORD_CLASSES)), -30.0)
    for at, label in enumerate(CHORD_CLASSES):
        if label.partition(":")[2] in _TEMPLATE_QUALITIES:
            tones = np.array([float(tone in parse_chord(label).pitch_classes) for tone in range(12)])
            scores[:, at] = _TEMPLATE_SHARPNESS * norm @ (tones / np.linalg.norm(tones))
    scores[:, CHORD_CLASSES.index("N")] = np.where(on_beats.sum(axis=1) > 1e-6, 0.45, 1.0) * _TEMPLATE_SHARPNESS
    posteriors = np.exp(scores - scores.max(axis=1, keepdims=True))
    bass = np.zeros((len(low), 13))
    bass[np.arange(len(low)), low.argmax(axis=1)] = 1.0
    return posteriors / posteriors.sum(axis=1, keepdims=True), bass


def _smooth_templates(
    posteriors: Floats, bass: Floats, edges_s: Floats, downbeats: NDArray[np.int64]
) -> list[ChordSpan]:
    """Lay chords on beats whose posteriors hold one frame a beat already."""
    frame_s = 0.01
    times = np.arange(0, float(edges_s[-1]), frame_s)
    beat = np.clip(np.searchsorted(edges_s, times + 1e-9, side="right") - 1, 0, len(posteriors) - 1)
    return smooth_chords(
        posteriors[beat], bass[beat], frame_s, edges_s[:-1], end_s=float(edges_s[-1]),
        downbeats=[int(at) for at in downbeats if at < len(edges_s) - 1],
    )  # fmt: skip


def _chord_figures(span: ChordSpan, n_fifths: int, *, has_beats: bool) -> ChordFigures:
    return ChordFigures(
        start_s=round(span.start_s, 3),
        end_s=round(span.end_s, 3),
        start_beat=span.start_beat if has_beats else None,
        label=spell_chord(span.root, span.quality, span.bass, n_fifths),
        bass=spell_pitch_class(span.bass, n_fifths) if span.bass >= 0 else None,
        confidence=round(span.confidence, 3),
    )


def _key_figures(estimate: KeyEstimate) -> KeyFigures:
    key: Key = parse_key(estimate.name)
    return KeyFigures(
        tonic=key.tonic,
        mode=estimate.mode,
        name=estimate.name,
        confidence=round(estimate.confidence, 3),
        is_ambiguous=estimate.is_ambiguous,
        relative=estimate.relative,
        alternatives=tuple(
            KeyAlternative(name=name, weight=round(weight, 3)) for name, weight in estimate.alternatives
        ),
    )
