"""Bars: which beats are downbeats, judged by what happens on each beat of the bar over a whole song."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BAR_LENGTHS = (2, 3, 4)
N_CURVES = 12
_BETWEEN = (0, 4, 8, 9, 10)
"""Curves that are looked at between the beats too: bass, tones, kick and snare tell a beat from its off-beat."""
_N_RISES = 9
"""Curves that make up the texture of a beat."""
_SPANS = (4, 8)
"""Beats before and after a beat that are compared: sections and phrases begin where they differ."""
N_FRESH = 3 * len(_SPANS)
N_FEATURES = N_CURVES + len(_BETWEEN) + 2 + N_FRESH
_LAGS = (2, 3, 4, 6, 8)
N_LENGTH_TRAITS = 2 * len(_LAGS) + 4
_USUAL_BPM = 110.0


def describe_beats(curves: NDArray[np.floating], classes: NDArray[np.floating], beats: Floats) -> Floats:
    """Return what happens on each beat, each figure scaled to mean 0 and spread 1 over the song.

    Parameters
    ----------
    curves
        Shape (frames, `N_CURVES`): five onset curves (the first the lowest, the last that of tones), changes of
        harmony, of bass and of chord, rises like a snare's, and how likely kick, snare and crash are.
    classes
        Pitch classes of each beat's span, shape (beats, 12).
    beats
        In frames, shape (beats,).

    Returns
    -------
    ndarray
        Shape (beats, `N_FEATURES`): the curves' peaks beside the beat, peaks of five of them half-way to the next
        beat, how much the beat's pitch classes differ from those of the beat before, how many onsets it has up to the
        next beat, and how far harmony and texture of the next four and eight beats differ from those before.
    """
    n = len(curves)
    places = np.rint(beats).astype(np.int64)
    steps = np.diff(beats)
    halves = np.rint(beats + 0.5 * np.append(steps, np.median(steps) if len(steps) else 0.0)).astype(np.int64)
    reach = np.arange(-4, 5)
    peaks = curves[np.clip(places[:, np.newaxis] + reach, 0, n - 1)].max(axis=1)
    between = curves[np.clip(halves[:, np.newaxis] + reach, 0, n - 1)][:, :, list(_BETWEEN)].max(axis=1)
    norm = classes / np.maximum(np.linalg.norm(classes, axis=1, keepdims=True), 1e-9)
    alike = np.sum(norm[1:] * norm[:-1], axis=1)
    differs = np.concatenate([[0.0], 1 - alike])
    sums = np.concatenate([[0.0], np.cumsum(curves[:, :5].sum(axis=1), dtype=np.float64)])
    ends = np.append(places[1:], n)
    busy = sums[np.clip(ends, 0, n)] - sums[np.clip(places, 0, n)]
    risen = np.sqrt(np.maximum(np.column_stack([peaks, between]), 0))
    textures = _textures(curves[:, :_N_RISES], places)
    fresh = [_freshness(each, span) for each in (norm, textures) for span in _SPANS]
    bold = [np.maximum(each - 2 * each.std(), 0) for each in fresh[len(_SPANS) :]]
    x = np.column_stack([risen, differs, np.sqrt(np.maximum(busy, 0)), *fresh, *bold]).astype(np.float64)
    spread = x.std(axis=0)
    return np.asarray(np.where(spread > 1e-9, (x - x.mean(axis=0)) / np.maximum(spread, 1e-9), 0.0).clip(-3, 4))


def _textures(curves: NDArray[np.floating], places: NDArray[np.int64]) -> Floats:
    """Return how much each curve rises in each beat's span, scaled to spread 1: shape (beats, curves)."""
    sums = np.concatenate([np.zeros((1, curves.shape[1])), np.cumsum(curves, axis=0, dtype=np.float64)])
    ends = np.append(places[1:], 2 * places[-1] - places[-2] if len(places) > 1 else len(curves))
    inside = np.sqrt(np.maximum(sums[np.clip(ends, 0, len(curves))] - sums[np.clip(places, 0, len(curves))], 0))
    return np.asarray(inside / np.maximum(inside.std(axis=0), 1e-9))


def _freshness(rows: Floats, span: int) -> Floats:
    """Return how much the ``span`` beats from each on differ from those before, beside the same of its neighbours."""
    n = len(rows)
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    at = np.arange(n)
    low, high = np.maximum(at - span, 0), np.minimum(at + span, n)
    before = (sums[at] - sums[low]) / np.maximum(at - low, 1)[:, np.newaxis]
    after = (sums[high] - sums[at]) / np.maximum(high - at, 1)[:, np.newaxis]
    apart = np.linalg.norm(after - before, axis=1)
    apart[[0, -1]] = 0.0
    around = np.pad(apart, 1, mode="edge")
    return np.asarray(apart - 0.5 * (around[:-2] + around[2:]))


def likeness(features: Floats, classes: NDArray[np.floating]) -> Floats:
    """Return how alike beats are that lie 2, 3, 4, 6 and 8 apart: for what happens on them, and for their harmony."""
    centred = classes - classes.mean(axis=0)
    return np.array([_likeness(x, lag) for x in (features[:, :5], np.asarray(centred, np.float64)) for lag in _LAGS])


def _likeness(x: Floats, lag: int) -> float:
    power = float(np.mean(np.sum(np.square(x), axis=1))) + 1e-9
    return float(np.mean(np.sum(x[lag:] * x[:-lag], axis=1))) / power if len(x) > lag + 2 else 0.0


@dataclass(frozen=True)
class Bars:
    """Bars of a song.

    Attributes
    ----------
    n_beats
        Beats in a bar.
    places
        Place of each beat in its bar, from 0.
    scores
        Score of each bar length: its best way to lie.
    confidence
        Probability of the bar length.
    placing
        Probability of the way the bars lie, among those of the same length.
    shares
        Probability of each bar length.
    """

    n_beats: int
    places: NDArray[np.int64]
    scores: dict[int, float]
    confidence: float
    placing: float
    shares: dict[int, float]


def find_bars(
    features: Floats,
    scores: dict[int, Floats],
    accents: dict[int, Floats],
    *,
    jump_cost: float = 12.0,
    n_known: int = 60,
    first: int | None = None,
) -> Bars:
    """Find the likeliest bars.

    Parameters
    ----------
    features
        From `describe_beats`.
    scores
        By bar length: log-likelihood of each beat of the first bar being the first downbeat, shape (beats of the bar,).
    accents
        By bar length: how much each feature of a beat speaks for each place in the bar, shape (beats of the bar,
        `N_FEATURES`). They tell where a bar is too short or too long.
    jump_cost
        What such a bar costs.
    n_known
        How many beats' worth of evidence a whole song counts for: beats of one song are not independent.
    first
        Index of a beat that is known to be a downbeat.
    """
    if first is not None:
        scores = {n: each[[first % n]] for n, each in scores.items()}
    best = {n: float(each.max()) for n, each in scores.items()}
    n_beats = max(best, key=lambda n: best[n])
    every = np.concatenate(list(scores.values()))
    own = np.exp(scores[n_beats] - every.max())
    if first is not None:
        places = (np.arange(len(features)) - first) % n_beats
    else:
        places = _decode(_evidence(features, scores[n_beats], accents[n_beats], n_known), jump_cost)
    likely = {n: float(np.exp(each - every.max()).sum()) for n, each in scores.items()}
    shares = {n: each / sum(likely.values()) for n, each in likely.items()}
    return Bars(n_beats, places, best, shares[n_beats], float(own.max() / own.sum()), shares)


def _evidence(features: Floats, scores: Floats, accents: Floats, n_known: int) -> Floats:
    """Return how much each beat speaks for each place in the bar, shape (beats, places).

    Over a song whose bars are all of one length it adds up to ``scores``, weighed as ``n_known`` beats.
    """
    n, n_all = len(scores), max(len(features), 1)
    evidence = features @ accents.T * (n_known / n_all)
    beats = np.arange(len(features))
    for first in range(n):
        places = (beats - first) % n
        total = float(evidence[beats, places].sum())
        evidence[beats, places] += (n_known / n * scores[first] - total) / n_all
    return np.asarray(evidence)


def length_traits(alike: Floats, ternary: float, tempo_bpm: float) -> Floats:
    """Return what tells how long bars are, shape (`N_LENGTH_TRAITS`,)."""
    octaves = math.log2(tempo_bpm / _USUAL_BPM)
    return np.append(alike, [ternary, 1.0, octaves, octaves**2])


def accent_means(features: Floats, n: int) -> Floats:
    """Return the mean of the features on every ``n``-th beat from each of the first on, shape (n, features)."""
    return np.stack([features[at::n].mean(axis=0) if at < len(features) else np.zeros(features.shape[1])
                     for at in range(n)])  # fmt: skip


def _decode(evidence: Floats, jump_cost: float) -> NDArray[np.int64]:
    """Return the likeliest place of each beat, one after the other but for rare jumps."""
    n = evidence.shape[1]
    best = evidence[0].copy()
    came = np.zeros(evidence.shape, np.int64)
    regular = (np.arange(n) - 1) % n
    for at in range(1, len(evidence)):
        leader = int(best.argmax())
        jumped = best[leader] - jump_cost
        came[at] = np.where(best[regular] >= jumped, regular, leader)
        best = np.maximum(best[regular], jumped) + evidence[at]
    path = np.zeros(len(evidence), np.int64)
    path[-1] = int(best.argmax())
    for at in range(len(evidence) - 1, 0, -1):
        path[at - 1] = came[at, path[at]]
    return path
