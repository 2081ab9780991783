"""Bars: which beats are downbeats, judged by what happens on each beat of the bar over a whole song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BAR_LENGTHS = (2, 3, 4)
N_FEATURES = 9
_LAGS = (2, 3, 4, 6, 8)


def describe_beats(curves: NDArray[np.floating], classes: NDArray[np.floating], beats: Floats) -> Floats:
    """Return what happens on each beat, each figure scaled to mean 0 and spread 1 over the song.

    Parameters
    ----------
    curves
        Shape (frames, 7): five onset curves, changes of harmony, changes of bass.
    classes
        Pitch classes of each beat's span, shape (beats, 12).
    beats
        In frames, shape (beats,).

    Returns
    -------
    ndarray
        Shape (beats, `N_FEATURES`): the curves' peaks beside the beat, how much the beat's pitch classes differ from
        those of the beat before, and how many onsets it has up to the next beat.
    """
    n = len(curves)
    places = np.rint(beats).astype(np.int64)
    around = np.clip(places[:, np.newaxis] + np.arange(-4, 5), 0, n - 1)
    peaks = curves[around].max(axis=1)
    norm = classes / np.maximum(np.linalg.norm(classes, axis=1, keepdims=True), 1e-9)
    alike = np.sum(norm[1:] * norm[:-1], axis=1)
    differs = np.concatenate([[0.0], 1 - alike])
    sums = np.concatenate([[0.0], np.cumsum(curves[:, :5].sum(axis=1), dtype=np.float64)])
    ends = np.append(places[1:], n)
    busy = sums[np.clip(ends, 0, n)] - sums[np.clip(places, 0, n)]
    x = np.column_stack([np.sqrt(np.maximum(peaks, 0)), differs, np.sqrt(np.maximum(busy, 0))]).astype(np.float64)
    spread = x.std(axis=0)
    return np.asarray(np.where(spread > 1e-9, (x - x.mean(axis=0)) / np.maximum(spread, 1e-9), 0.0).clip(-3, 4))


def likeness(features: Floats, classes: NDArray[np.floating]) -> Floats:
    """Return how alike beats are that lie 2, 3, 4, 6 and 8 apart: for what happens on them, and for their harmony."""
    centred = classes - classes.mean(axis=0)
    return np.array([_likeness(x, lag) for x in (features[:, :5], np.asarray(centred, np.float64)) for lag in _LAGS])


def _likeness(x: Floats, lag: int) -> float:
    power = float(np.mean(np.sum(np.square(x), axis=1))) + 1e-9
    return float(np.mean(np.sum(x[lag:] * x[:-lag], axis=1))) / power if len(x) > lag + 2 else 0.0


@dataclass(frozen=True)
class BarModel:
    """How bars are recognised: a score that is linear in the means of the features on each beat of the bar.

    Attributes
    ----------
    accents
        By bar length: shape (beats of the bar, `N_FEATURES`).
    lengths
        By bar length: weights of `likeness` and of being ternary, and a constant; shape (12,).
    """

    accents: dict[int, Floats]
    lengths: dict[int, Floats]


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
    """

    n_beats: int
    places: NDArray[np.int64]
    scores: dict[int, float]
    confidence: float
    placing: float


def find_bars(
    features: Floats,
    alike: Floats,
    ternary: float,
    model: BarModel,
    *,
    lengths: Sequence[int] = BAR_LENGTHS,
    jump_cost: float = 12.0,
    n_known: int = 60,
    first: int | None = None,
) -> Bars:
    """Find the likeliest bars.

    Parameters
    ----------
    features
        From `describe_beats`.
    alike
        From `likeness`.
    ternary
        How far beats divide by three: -1 to 1.
    model
        What accents to expect.
    lengths
        Beats of a bar to consider.
    jump_cost
        What a bar that is too short or too long costs.
    n_known
        How many beats' worth of evidence a whole song counts for: beats of one song are not independent.
    first
        Index of a beat that is known to be a downbeat.
    """
    by_length: dict[int, Floats] = {}
    for n in lengths:
        by_length[n] = np.array([score_bars(features, alike, ternary, model, n, offset) for offset in range(n)])
    scores = {n: float(each.max()) for n, each in by_length.items()}
    every = np.array(list(scores.values()))
    weights = np.exp(every - every.max())
    n_beats = list(scores)[int(every.argmax())]
    own = by_length[n_beats]
    placing = float(1 / np.exp(own - own.max()).sum())
    if first is not None:
        places = (np.arange(len(features)) - first) % n_beats
    else:
        per_beat = features @ model.accents[n_beats].T * (n_known / max(len(features), 1))
        places = _decode(per_beat, jump_cost)
    return Bars(n_beats, places, scores, float(weights.max() / weights.sum()), placing)


def score_bars(features: Floats, alike: Floats, ternary: float, model: BarModel, n: int, offset: int) -> float:
    """Return the score of bars of ``n`` beats whose first downbeat is beat ``offset``."""
    means = accent_means(features, n, offset)
    return float(np.sum(model.accents[n] * means)) + float(model.lengths[n] @ np.append(alike, [ternary, 1.0]))


def accent_means(features: Floats, n: int, offset: int) -> Floats:
    """Return the mean of the features on each beat of the bar, shape (n, features)."""
    places = (np.arange(len(features)) - offset) % n
    return np.stack([features[places == at].mean(axis=0) if np.any(places == at) else np.zeros(features.shape[1])
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
