"""Which of many ways to count the beats is the one: traits of each way, weighed by what was learnt from songs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.rhythm import N_ONSET_CURVES, Count
from tonmeister.dsp.bars import BAR_LENGTHS, BarModel, accent_means, describe_beats, likeness, score_bars
from tonmeister.dsp.chroma import FRAME_S as PITCH_FRAME_S
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import N_BINS, whole_cycles
from tonmeister.dsp.tempo import tempo_prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MODEL_FILE = Path(__file__).with_name("rhythm_model.json")
PLACES = ((0.0,), (1 / 2,), (1 / 4, 3 / 4), (1 / 3, 2 / 3), (1 / 6, 5 / 6), (1 / 3,))
N_SHORTLIST = 10
PRIOR_WEIGHT = 3.5
"""How much it counts, beside what was learnt, that a tempo is usual."""
_BELL = ((-2, 0.15), (-1, 0.25), (0, 0.3), (1, 0.2), (2, 0.1))


@dataclass(frozen=True)
class RhythmModel:
    """What was learnt: how to weigh the traits of a way to count, and those of its bars."""

    count_mean: Floats
    count_spread: Floats
    count_weights: Floats
    bars_mean: Floats
    bars_spread: Floats
    bars_weights: Floats
    bars: BarModel

    @staticmethod
    def load() -> RhythmModel:
        """Read the model that lies beside this module."""
        kept = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
        arrays = {name: np.array(values) for name, values in kept.items() if isinstance(values, list)}
        bars = BarModel(
            {int(n): np.array(values) for n, values in kept["accents"].items()},
            {int(n): np.array(values) for n, values in kept["lengths"].items()},
        )
        return RhythmModel(bars=bars, **arrays)


@dataclass(frozen=True)
class Counted:
    """A way to count with its beats and what happens on them.

    Attributes
    ----------
    count
        The way to count.
    beats_s
        Times of the beats, as the curves show them.
    features, alike, ternary
        For `tonmeister.dsp.bars.find_bars`.
    score
        How well it fits, among others: a log-likelihood.
    """

    count: Count
    beats_s: Floats
    features: Floats
    alike: Floats
    ternary: float
    score: float


def places_mean(profile: Floats, places: Sequence[float]) -> Floats:
    """Return the mean of a profile at places in the beat, shape (curves,)."""
    index = np.rint(np.asarray(places) * N_BINS).astype(np.int64)
    around = sum(weight * profile[(index + step) % N_BINS] for step, weight in _BELL)
    return np.asarray(np.mean(np.asarray(around), axis=0))


def ternary(profile: Floats) -> float:
    """Return how far beats divide by three, -1 to 1; a shuffle, which leaves out the first third, is none."""
    onsets = profile[:, :N_ONSET_CURVES].mean(axis=1, keepdims=True)
    thirds = min(float(places_mean(onsets, [1 / 3])[0]), float(places_mean(onsets, [2 / 3])[0]))
    others = max(float(places_mean(onsets, [1 / 2])[0]), float(places_mean(onsets, [1 / 4, 3 / 4])[0]))
    return (thirds - others) / (thirds + others + 0.1)


def count_traits(count: Count) -> Floats:
    """Return the traits of a way to count: what happens where in the beat, and how usual its tempo is."""
    profile = count.profile.copy()
    profile[:, :N_ONSET_CURVES] = np.minimum(profile[:, :N_ONSET_CURVES], 6)
    happening = np.log(np.concatenate([places_mean(profile, places) for places in PLACES]) + 0.15)
    octaves = math.log2(count.tempo_bpm / 110)
    usual = [
        octaves, octaves**2, abs(octaves), max(0.0, math.log2(count.tempo_bpm / 190)),
        max(0.0, math.log2(60 / count.tempo_bpm)), count.clarity,
        float(count.shift == 0), float(count.shift == 0.5),
    ]  # fmt: skip
    return np.concatenate([happening, usual])


def bars_traits(score: float, counted: Counted, curves: NDArray[np.float32], model: BarModel) -> Floats:
    """Return the traits of a way to count once its bars are known."""
    scores = {
        (n, offset): score_bars(counted.features, counted.alike, counted.ternary, model, n, offset)
        for n in BAR_LENGTHS
        for offset in range(n)
    }
    best, second = sorted(scores.values(), reverse=True)[:2]
    n_beats = max(scores, key=lambda key: scores[key])[0]
    tempo_bpm = counted.count.tempo_bpm
    bars = math.log2(tempo_bpm / n_beats / 28)
    harmony = curves[:, N_ONSET_CURVES]
    on_beats = harmony[np.clip(np.rint(counted.beats_s / FRAME_S).astype(np.int64), 0, len(harmony) - 1)]
    changes = float(on_beats.mean() / max(float(harmony.mean()), 1e-6))
    accents = [float(np.abs(accent_means(counted.features, n, 0)).max()) for n in BAR_LENGTHS]
    head = [score, best, best - second, math.log2(tempo_bpm / 110), bars, bars**2, changes, counted.ternary]
    return np.concatenate([head, counted.alike, accents])


def beat_classes(classes: NDArray[np.floating], beats_s: Floats) -> Floats:
    """Return the pitch classes of each beat's span, shape (beats, 12)."""
    sums = np.concatenate([np.zeros((1, classes.shape[1])), np.cumsum(classes.astype(np.float64), axis=0)])
    last = beats_s[-1] + (np.median(np.diff(beats_s)) if len(beats_s) > 1 else 0.5)
    edges = np.clip(np.rint(np.append(beats_s, last) / PITCH_FRAME_S).astype(np.int64), 0, len(classes))
    return np.asarray(sums[edges[1:]] - sums[edges[:-1]])


def describe(count: Count, curves: NDArray[np.float32], classes: NDArray[np.floating], score: float) -> Counted | None:
    """Return a way to count with what happens on its beats; None where there are too few."""
    duration_s = len(curves) * FRAME_S
    beats_s = whole_cycles(count.cycles, FRAME_S)
    beats_s = beats_s[(beats_s >= 0) & (beats_s < duration_s)]
    if len(beats_s) < 4:
        return None
    on_beats = beat_classes(classes, beats_s)
    features = describe_beats(curves, on_beats, beats_s / FRAME_S)
    return Counted(count, beats_s, features, likeness(features, on_beats), ternary(count.profile), score)


def rank_counts(
    counts: Sequence[Count], curves: NDArray[np.float32], classes: NDArray[np.floating], model: RhythmModel
) -> list[Counted]:
    """Return the likeliest ways to count, the likeliest first, with their final scores."""
    traits = np.array([count_traits(count) for count in counts])
    scores = (traits - model.count_mean) / model.count_spread @ model.count_weights
    found = []
    for at in np.argsort(-scores, kind="stable")[:N_SHORTLIST]:
        counted = describe(counts[at], curves, classes, 0.0)
        if counted is None:
            continue
        own = bars_traits(float(scores[at]), counted, curves, model.bars)
        total = float((own - model.bars_mean) / model.bars_spread @ model.bars_weights)
        total += PRIOR_WEIGHT * math.log(float(tempo_prior(counted.count.tempo_bpm)))
        found.append(Counted(counted.count, counted.beats_s, counted.features, counted.alike, counted.ternary, total))
    return sorted(found, key=lambda counted: -counted.score)
