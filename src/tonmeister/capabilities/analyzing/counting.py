"""Which of many ways to count the beats is the one: traits of each way, weighed by what was learnt from songs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.cutting import weigh_cut
from tonmeister.capabilities.analyzing.rhythm import KICK, N_CURVES, N_ONSET_CURVES, SNARE, Count
from tonmeister.dsp.bars import (
    BAR_LENGTHS,
    N_FEATURES,
    N_LENGTH_TRAITS,
    accent_means,
    describe_beats,
    length_traits,
    likeness,
)
from tonmeister.dsp.chroma import FRAME_S as PITCH_FRAME_S
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import N_BINS, whole_cycles
from tonmeister.dsp.tempo import tempo_prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MODEL_FILE = Path(__file__).with_name("rhythm_model.json")
PLACES = ((0.0,), (1 / 2,), (1 / 4, 3 / 4), (1 / 3, 2 / 3), (1 / 6, 5 / 6), (1 / 3,))
N_SHORTLIST = 12
MOST_HAPPENING = 6
"""More than this many times the mean of the song counts as this."""
KICK_RANGE = (0.35, 0.6)
"""What the best way to count shows of a kick drum on its beats: of 66 solo guitars half read 0.15, six more than 0.4;
of 180 bands 23 read less than 0.6."""
_THIRDS = (1 / 3, 2 / 3)
PRIOR_WEIGHT = 2.5
"""How much it counts that a tempo is usual. While learning it counts once: the songs learnt from, games' music and
made-up bands, spread wider than what people listen to (912 songs of the Harmonix set: a third of an octave around 110
BPM)."""
N_TEMPO_TRAITS = 9
MOST_SPREADS = 4.0
_BELL = ((-2, 0.15), (-1, 0.25), (0, 0.3), (1, 0.2), (2, 0.1))


@dataclass(frozen=True)
class Judge:
    """What was learnt about ways to count beats and bars, as it applies to one song.

    Attributes
    ----------
    count_weights
        Weighs the traits of a way to count the beats alone, to choose those that are worth a look at their bars.
    mean, spread
        Of all traits (`way_traits`), shape (traits,).
    linear, hidden, bias, out
        A small network's weights: shape (traits,), (traits, units), (units,) and (units,). Its output, added to how
        usual the tempo is, is the log-likelihood of a way among all others of the song.
    cut_s
        Length of a file that begins with a stroke (`cutting`); None of any other.
    """

    count_weights: Floats
    mean: Floats
    spread: Floats
    linear: Floats
    hidden: Floats
    bias: Floats
    out: Floats
    cut_s: float | None = None

    def judge(self, rows: Floats) -> Floats:
        """Return the log-likelihoods of ways, shape (ways,), of their traits, shape (ways, traits)."""
        x = ((rows - self.mean) / self.spread).clip(-MOST_SPREADS, MOST_SPREADS)
        return np.asarray(x @ self.linear + np.tanh(x @ self.hidden + self.bias) @ self.out)

    def accents(self, lengths: Sequence[int] = BAR_LENGTHS) -> dict[int, Floats]:
        """Return how much features of a beat speak for places in the bar, by bar length (`find_bars`)."""
        weights = self.linear / self.spread
        at, found = len(self.count_weights), {}
        for n in BAR_LENGTHS:
            found[n] = weights[at : at + n * N_FEATURES].reshape(n, N_FEATURES)
            at += n * N_FEATURES
        return {n: found[n] for n in lengths}


@dataclass(frozen=True)
class RhythmModel:
    """What was learnt: several networks, and how much each counts in songs with and without a kick drum.

    Attributes
    ----------
    count_weights, mean, spread
        As in `Judge`.
    linear, hidden, bias, out
        As in `Judge`, of each network: one more dimension in front.
    shares
        What each network counts where no kick drum is heard, and where one is: shape (2, networks).
    """

    count_weights: Floats
    mean: Floats
    spread: Floats
    linear: Floats
    hidden: Floats
    bias: Floats
    out: Floats
    shares: Floats

    @staticmethod
    def load() -> RhythmModel:
        """Read the model that lies beside this module."""
        kept = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
        return RhythmModel(**{name: np.array(values) for name, values in kept.items()})

    def judge_for(self, kick: float) -> Judge:
        """Return the networks mixed for a song in which a kick drum is heard so surely (`hear_kick`)."""
        share = self.shares[0] + kick * (self.shares[1] - self.shares[0])
        return Judge(
            self.count_weights, self.mean, self.spread, np.asarray(share @ self.linear), np.hstack(list(self.hidden)),
            self.bias.ravel(), (share[:, np.newaxis] * self.out).ravel(),
        )  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """A way to count with its beats and what happens on them.

    Attributes
    ----------
    count
        The way to count.
    beats_s
        Times of the beats, as the curves show them.
    features, alike
        From `tonmeister.dsp.bars`.
    ternary, thirds
        How far beats divide by three, with all their thirds and with any.
    traits
        From `count_traits`.
    score
        How well it fits, among others: the log-likelihood of all its bars together.
    """

    count: Count
    beats_s: Floats
    traits: Floats
    features: Floats
    alike: Floats
    ternary: float
    thirds: float
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


def thirds(profile: Floats) -> float:
    """Return whether beats divide by three rather than by two or four, -1 to 1.

    Either third counts: in jigs the first is often left out, as it is in a shuffle, which has hardly ever two beats to
    the bar.
    """
    onsets = np.minimum(profile[:, :N_ONSET_CURVES], MOST_HAPPENING).mean(axis=1, keepdims=True)
    third, half, quarter = (float(places_mean(onsets, places)[0]) for places in (_THIRDS, (1 / 2,), (1 / 4, 3 / 4)))
    return (2 * third - half - quarter) / (2 * third + half + quarter + 0.1)


def hear_kick(traits: Sequence[Floats]) -> float:
    """Return how surely a kick drum is heard, 0 to 1, of the traits of ways to count (`count_traits`)."""
    most = max((float(each[KICK]) for each in traits), default=0.0)
    return float(np.clip((most - KICK_RANGE[0]) / (KICK_RANGE[1] - KICK_RANGE[0]), 0, 1))


def count_traits(count: Count) -> Floats:
    """Return the traits of a way to count: what happens where in the beat, and how usual its tempo is."""
    profile = count.profile.copy()
    struck = [*range(N_ONSET_CURVES), *range(SNARE, N_CURVES)]
    profile[:, struck] = np.minimum(profile[:, struck], MOST_HAPPENING)
    happening = np.log(np.concatenate([places_mean(profile, places) for places in PLACES]) + 0.15)
    octaves = math.log2(count.tempo_bpm / 110)
    usual = [
        octaves, octaves**2, abs(octaves), max(0.0, math.log2(count.tempo_bpm / 190)),
        max(0.0, math.log2(60 / count.tempo_bpm)), count.clarity,
        float(count.shift == 0), float(count.shift == 0.5), float(count.grid is not None),
    ]  # fmt: skip
    return np.concatenate([happening, usual])


def way_traits(counted: Counted, n: int, first: int) -> Floats:
    """Return the traits of a way to count beats and bars: ``n`` to the bar, beat ``first`` the first downbeat."""
    parts = [counted.traits]
    for length in BAR_LENGTHS:
        means = np.roll(accent_means(counted.features, n), -first, axis=0).ravel() if length == n else None
        parts.append(np.zeros(length * N_FEATURES) if means is None else means)
    lengths = length_traits(counted.alike, counted.ternary, counted.count.tempo_bpm)
    parts += [lengths if length == n else np.zeros(N_LENGTH_TRAITS) for length in BAR_LENGTHS]
    return np.concatenate(parts)


def judge_bars(counted: Counted, judge: Judge, lengths: Sequence[int] = BAR_LENGTHS) -> dict[int, Floats]:
    """Return the log-likelihoods of bars by their length: one for each beat that may be the first downbeat."""
    scores = {
        n: judge.judge(np.array([way_traits(counted, n, first) for first in range(n)]))
        + PRIOR_WEIGHT * tempo_evidence(counted.count.tempo_bpm)
        for n in lengths
    }
    return scores if judge.cut_s is None else weigh_cut(scores, counted.beats_s, judge.cut_s)


def n_count_traits() -> int:
    """Return how many traits a way to count the beats has."""
    return len(PLACES) * N_CURVES + N_TEMPO_TRAITS


def beat_classes(classes: NDArray[np.floating], beats_s: Floats) -> Floats:
    """Return the pitch classes of each beat's span, shape (beats, 12)."""
    sums = np.concatenate([np.zeros((1, classes.shape[1])), np.cumsum(classes.astype(np.float64), axis=0)])
    last = beats_s[-1] + (np.median(np.diff(beats_s)) if len(beats_s) > 1 else 0.5)
    edges = np.clip(np.rint(np.append(beats_s, last) / PITCH_FRAME_S).astype(np.int64), 0, len(classes))
    return np.asarray(sums[edges[1:]] - sums[edges[:-1]])


def describe(count: Count, curves: NDArray[np.float32], classes: NDArray[np.floating]) -> Counted | None:
    """Return a way to count with what happens on its beats; None where there are too few."""
    duration_s = len(curves) * FRAME_S
    beats_s = whole_cycles(count.cycles, FRAME_S)
    beats_s = beats_s[(beats_s >= 0) & (beats_s < duration_s)]
    if len(beats_s) < 4:
        return None
    on_beats = beat_classes(classes, beats_s)
    features = describe_beats(curves, on_beats, beats_s / FRAME_S)
    alike = likeness(features, on_beats)
    divided = ternary(count.profile), thirds(count.profile)
    return Counted(count, beats_s, count_traits(count), features, alike, *divided, 0.0)


def redescribe(
    counted: Counted, beats_s: Floats, curves: NDArray[np.float32], classes: NDArray[np.floating]
) -> Counted:
    """Describe a way to count anew, with its beats at other times."""
    on_beats = beat_classes(classes, beats_s)
    features = describe_beats(curves, on_beats, beats_s / FRAME_S)
    return replace(counted, beats_s=beats_s, features=features, alike=likeness(features, on_beats))


def score_bars(counted: Counted, judge: Judge) -> Counted:
    """Return a way to count with its score: the likelihood of all its bars together."""
    every = np.concatenate(list(judge_bars(counted, judge).values()))
    return replace(counted, score=float(every.max() + np.log(np.exp(every - every.max()).sum())))


def rank_counts(
    counts: Sequence[Count], curves: NDArray[np.float32], classes: NDArray[np.floating], judge: Judge
) -> list[Counted]:
    """Return the likeliest ways to count, the likeliest first, scored by the likelihood of all their bars together."""
    scores = [judge.count_weights @ count_traits(count) for count in counts]
    scores = [
        score + PRIOR_WEIGHT * tempo_evidence(count.tempo_bpm) for score, count in zip(scores, counts, strict=True)
    ]
    found = []
    for at in np.argsort(-np.array(scores), kind="stable")[:N_SHORTLIST]:
        counted = describe(counts[at], curves, classes)
        if counted is not None:
            found.append(score_bars(counted, judge))
    return sorted(found, key=lambda counted: -counted.score)


def tempo_evidence(tempo_bpm: float) -> float:
    """Return how usual a tempo is, as a log-likelihood: what was learnt comes on top."""
    return math.log(float(tempo_prior(tempo_bpm)))
