"""Learn how to choose among ways to count beats and bars, from songs whose beats are known.

``python benchmarks/beat_tuning.py FOLDER``: FOLDER holds, for each song, NAME.npz (what `observe` writes) and NAME.json
with ``beats``, pairs of time and place in the bar (``"bars_known": false`` where only the beats are sure). Songs whose
JSON says ``"held_out": true`` are only tested on, unless with ``--all``. ``--folds N`` learns N times, each time
without one Nth of the songs (those with the same ``fold`` stay together), and tells how those left out went. It writes
``rhythm_model.json`` beside `tonmeister.capabilities.analyzing.counting`, unless with ``--folds``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from tonmeister.capabilities.analyzing import counting
from tonmeister.capabilities.analyzing.observing import Features
from tonmeister.capabilities.analyzing.placing import BARS_NEAR, BEATS_NEAR, SAME_TEMPO
from tonmeister.capabilities.analyzing.rhythm import DELAY_S, N_CURVES, find_counts, hear_tempo, rhythm_curves
from tonmeister.dsp.bars import BAR_LENGTHS, N_FEATURES, N_FRESH, N_LENGTH_TRAITS
from tonmeister.dsp.chroma import estimate_tuning_cents, pitch_classes

WAYS = [(n, first) for n in BAR_LENGTHS for first in range(n)]
DECAY, HIDDEN_DECAY = 0.2, 0.06
"""How strongly linear weights and those of the network are held near zero, times the number of songs: chosen by
leaving songs out."""
N_UNITS = 8
N_STEPS = 60
STRUCK = ("kick", "snare", "crash")
VIEWS = (((), False), (("fresh",), False), (("fresh", "struck"), False), (("fresh", "struck"), True))
"""What each of four networks does not see (how far beats differ from those before them, and what is struck), and if it
learns from songs without a kick drum most of all. From few songs much is learnt by chance, by each something else."""
SHARES = ((0.0, 0.0, 1 / 2, 1 / 2), (1 / 3, 1 / 3, 1 / 3, 0.0))
"""What each counts in songs without a kick drum, and with one."""
SOLO_WEIGHTS = (3.0, 0.35)
"""What songs without and with a kick drum count for the network that is for the former."""
N_LEARNT = 16
"""How many ways to count the beats of each song are learnt from, besides those that are right."""


def beat_f(reference: np.ndarray, heard: np.ndarray, tolerance_s: float = 0.07) -> float:
    """Return the F measure of beats, the first five seconds left out."""
    reference, heard = reference[reference > 5], heard[heard > 5]
    if len(reference) == 0 or len(heard) == 0:
        return 0.0
    i = j = hits = 0
    while i < len(reference) and j < len(heard):
        apart = heard[j] - reference[i]
        if abs(apart) <= tolerance_s:
            hits, i, j = hits + 1, i + 1, j + 1
        elif apart < 0:
            j += 1
        else:
            i += 1
    return 2 * hits / (len(reference) + len(heard))


@dataclass
class Song:
    """A song and all ways to count it: traits of each, how right its beats and its downbeats are, and which are right.

    Attributes
    ----------
    rows
        Traits, shape (ways, traits).
    evidence
        What is not learnt: how usual the tempo is.
    counts
        To which way to count the beats each belongs.
    """

    name: str
    group: str
    fold: str
    held_out: bool
    weight: float
    rows: np.ndarray
    evidence: np.ndarray
    counts: np.ndarray
    tempo_bpm: np.ndarray
    beat_f: np.ndarray
    downbeat_f: np.ndarray
    right: np.ndarray
    bars_known: bool


def read_song(path: Path) -> Song:
    """Read a song and find its ways to count."""
    truth = json.loads(path.with_suffix(".json").read_text())
    features = Features.load(path)
    cents = estimate_tuning_cents(features.deviation)[0]
    curves, classes = rhythm_curves(features, cents), pitch_classes(features.pitch, cents)
    beats = np.array([time for time, _ in truth["beats"]])
    downbeats = np.array([time for time, place in truth["beats"] if place == 1])
    beats, downbeats = beats[beats < features.duration_s], downbeats[downbeats < features.duration_s]
    rows, numbers, of_beats, of_downbeats, tempos = [], [], [], [], []
    for number, count in enumerate(find_counts(curves, hear_tempo(curves)[0])):
        counted = counting.describe(count, curves, classes)
        if counted is None:
            continue
        heard = counted.beats_s - DELAY_S
        f = beat_f(beats, heard)
        for n, first in WAYS:
            rows.append(counting.way_traits(counted, n, first))
            numbers.append(number)
            of_beats.append(f)
            of_downbeats.append(beat_f(downbeats, heard[first::n]))
            tempos.append(count.tempo_bpm)
    tempo_bpm = np.array(tempos)
    song = Song(
        path.stem, truth.get("group", ""), str(truth.get("fold", path.stem)), truth.get("held_out", False),
        truth.get("weight", 1.0), np.array(rows, np.float32), np.array([counting.tempo_evidence(t) for t in tempos]),
        np.array(numbers), tempo_bpm, np.array(of_beats), np.array(of_downbeats), np.zeros(len(rows)),
        truth.get("bars_known", True),
    )  # fmt: skip
    song.right = mark_right(song)
    return song


def mark_right(song: Song) -> np.ndarray:
    """Return 1 for the ways that are about as right as any; no way is where none comes near."""
    best = song.beat_f.max(initial=0.0)
    if best <= 0.55:
        return np.zeros(len(song.beat_f))
    right = song.beat_f >= max(0.8 * best, best - 0.06)
    if song.bars_known and song.downbeat_f[right].max() > 0.5:
        right &= song.downbeat_f >= 0.85 * song.downbeat_f[right].max()
    return right.astype(np.float64)


@dataclass
class Cases:
    """The ways of all songs one after the other, scaled, with which of them are right."""

    rows: np.ndarray
    evidence: np.ndarray
    right: np.ndarray
    importance: np.ndarray
    sizes: np.ndarray

    def loss(self, scores: np.ndarray) -> tuple[float, np.ndarray]:
        """Return how unlikely the right ways are among each song's, and the slope by the scores."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        scores = scores + self.evidence
        p = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), self.sizes))
        all_sum, right_sum = np.add.reduceat(p, starts), np.add.reduceat(p * self.right, starts)
        slope = p / np.repeat(all_sum, self.sizes)
        slope -= p * self.right / np.repeat(np.maximum(right_sum, 1e-300), self.sizes)
        loss = float(self.importance @ (np.log(all_sum) - np.log(np.maximum(right_sum, 1e-300))))
        return loss, slope * np.repeat(self.importance, self.sizes)


def seen(unseen: Sequence[str]) -> np.ndarray:
    """Return which traits of a way (`counting.way_traits`) a network sees."""
    curves, features = np.ones(N_CURVES, bool), np.ones(N_FEATURES, bool)
    if "struck" in unseen:
        curves[-len(STRUCK) :] = False
        features[N_CURVES - len(STRUCK) : N_CURVES] = False
        features[N_CURVES + 3 : N_CURVES + 5] = False  # kick and snare between the beats
    if "fresh" in unseen:
        features[-N_FRESH:] = False
    rest = np.ones(len(BAR_LENGTHS) * N_LENGTH_TRAITS, bool)
    return np.concatenate([np.tile(curves, len(counting.PLACES)), np.ones(counting.N_TEMPO_TRAITS, bool),
                           np.tile(features, sum(BAR_LENGTHS)), rest])  # fmt: skip


def learn(songs: Sequence[Song]) -> counting.RhythmModel:
    """Fit the networks and the weights of the shortlist: of each song's ways the right ones shall be likeliest."""
    songs = [song for song in songs if song.right.any()]
    shortlist = _fit_shortlist(songs)
    kept = [_worth_a_look(song, shortlist) for song in songs]
    rows = np.concatenate([song.rows[at] for song, at in zip(songs, kept, strict=True)])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    cases = Cases(
        ((rows - mean) / spread).clip(-counting.MOST_SPREADS, counting.MOST_SPREADS).astype(np.float32),
        np.concatenate([song.evidence[at] for song, at in zip(songs, kept, strict=True)]),
        np.concatenate([song.right[at] for song, at in zip(songs, kept, strict=True)]),
        np.array([song.weight for song in songs]),
        np.array([at.sum() for at in kept]),
    )
    solo = np.array([SOLO_WEIGHTS[int(hear_kick(song) >= 0.5)] for song in songs])
    networks = [
        _fit_seeing(replace(cases, importance=cases.importance * (solo if is_solo else 1.0)), seen(unseen))
        for unseen, is_solo in VIEWS
    ]
    parts = [np.stack(part) for part in zip(*networks, strict=True)]
    return counting.RhythmModel(shortlist, mean, spread, *parts, np.array(SHARES))


def hear_kick(song: Song) -> float:
    """Return how surely a kick drum is heard in a song."""
    return counting.hear_kick(song.rows[np.unique(song.counts, return_index=True)[1]])


def _fit_shortlist(songs: Sequence[Song]) -> np.ndarray:
    """Return the weights of the traits of ways to count the beats alone: each of them once, right if any bars are."""
    n_traits, most = counting.n_count_traits(), counting.MOST_SPREADS
    firsts = [np.unique(song.counts, return_index=True)[1] for song in songs]
    rows = np.concatenate([song.rows[at, :n_traits] for song, at in zip(songs, firsts, strict=True)])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    cases = Cases(
        ((rows - mean) / spread).clip(-most, most).astype(np.float32),
        np.concatenate([song.evidence[at] for song, at in zip(songs, firsts, strict=True)]),
        np.concatenate([np.maximum.reduceat(song.right, at) for song, at in zip(songs, firsts, strict=True)]),
        np.array([song.weight for song in songs]),
        np.array([len(at) for at in firsts]),
    )
    return np.asarray(_fit(cases, 0, np.random.default_rng(0))[0] / spread)


def _worth_a_look(song: Song, shortlist: np.ndarray) -> np.ndarray:
    """Return which ways the networks learn from: the bars of the likeliest beats, and of all that are right."""
    numbers, at = np.unique(song.counts, return_index=True)
    alone = song.rows[at, : len(shortlist)] @ shortlist + song.evidence[at]
    likeliest = numbers[np.argsort(-alone, kind="stable")[:N_LEARNT]]
    return np.isin(song.counts, np.union1d(likeliest, song.counts[song.right > 0]))


def _fit_seeing(cases: Cases, sees: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return a network (`_fit`) that sees some traits alone; the weights of the others are zero."""
    linear, hidden, bias, out = _fit(replace(cases, rows=cases.rows[:, sees]), N_UNITS, np.random.default_rng(0))
    every_linear, every_hidden = np.zeros(len(sees)), np.zeros((len(sees), N_UNITS))
    every_linear[sees], every_hidden[sees] = linear, hidden
    return every_linear, every_hidden, bias, out


def _fit(cases: Cases, n_units: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return linear weights, hidden weights, biases and output weights of one network."""
    x, n = cases.rows, len(cases.sizes)
    shapes = [(x.shape[1],), (x.shape[1], n_units), (n_units,), (n_units,)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    def split(values: np.ndarray) -> list[np.ndarray]:
        return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        linear, hidden, bias, out = (part.astype(np.float32) for part in split(values))
        units = np.tanh(x @ hidden + bias)
        value, slope = cases.loss((x @ linear + units @ out).astype(np.float64))
        by_score = slope.astype(np.float32)
        by_unit = by_score[:, np.newaxis] * out * (1 - units * units)
        held = n * np.concatenate([np.full(ends[0], DECAY), np.full(ends[1] - ends[0], HIDDEN_DECAY),
                                   np.zeros(n_units), np.full(n_units, HIDDEN_DECAY)])  # fmt: skip
        slopes = (by_score @ x, (x.T @ by_unit).ravel(), by_unit.sum(axis=0), by_score @ units)
        total = value + 0.5 * float(held @ np.square(values))
        return total, np.concatenate(slopes).astype(np.float64) + held * values

    begin = np.concatenate([np.zeros(ends[0]), rng.normal(0, 0.05, ends[1] - ends[0]), np.zeros(n_units),
                            rng.normal(0, 0.5, n_units)])  # fmt: skip
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": N_STEPS})
    return tuple(split(found.x))


@dataclass(frozen=True)
class Choice:
    """The way that is taken, and how far its log-likelihood lies above that of its rivals.

    Attributes
    ----------
    at
        Index of the way.
    over_beats, over_bars
        Above the likeliest other beats at the same tempo, and the likeliest other beat to begin its bars.
    """

    at: int
    over_beats: float
    over_bars: float


def choose(song: Song, model: counting.RhythmModel) -> Choice:
    """Return the way that is taken: the likeliest bars of the likeliest beats among those of the shortlist."""
    judge, n_traits = model.judge_for(hear_kick(song)), counting.n_count_traits()
    numbers, firsts = np.unique(song.counts, return_index=True)
    alone = song.rows[firsts, :n_traits] @ model.count_weights + counting.PRIOR_WEIGHT * song.evidence[firsts]
    scores = judge.judge(song.rows) + counting.PRIOR_WEIGHT * song.evidence
    total = {n: float(np.logaddexp.reduce(scores[song.counts == n]))
             for n in numbers[np.argsort(-alone, kind="stable")[: counting.N_SHORTLIST]]}  # fmt: skip
    best = max(total, key=lambda n: total[n])
    own = np.flatnonzero(song.counts == best)
    at = int(own[scores[own].argmax()])
    tempo_bpm = {n: song.tempo_bpm[song.counts == n][0] for n in total}
    others = [total[n] for n in total if n != best and abs(tempo_bpm[n] / tempo_bpm[best] - 1) < SAME_TEMPO]
    bars = np.sort(scores[same_bars(song, at)])
    return Choice(at, total[best] - max(others, default=-np.inf), float(bars[-1] - bars[-2]))


def same_bars(song: Song, at: int) -> np.ndarray:
    """Return the ways that count the same beats by bars of the same length as a way does."""
    own = np.flatnonzero(song.counts == song.counts[at])
    n = WAYS[at - own[0]][0]
    return own[[way[0] == n for way in WAYS]]


def save(model: counting.RhythmModel) -> None:
    """Write the model where it is read."""
    text = {name: np.round(values, 5).tolist() for name, values in vars(model).items()}
    counting.MODEL_FILE.write_text(json.dumps(text) + "\n", encoding="utf-8")


def tell(songs: Sequence[Song], choices: dict[str, Choice], name: str) -> None:
    """Print how well it went by group, and which songs went wrong."""
    chosen = {song: choice.at for song, choice in choices.items()}
    for song in songs:
        at = chosen[song.name]
        if song.beat_f[at] < song.beat_f.max() - 0.1:
            print(f"  {song.name}: F {song.beat_f[at]:.2f} of {song.beat_f.max():.2f}, took {song.tempo_bpm[at]:.1f}")
    for group in [*sorted({song.group for song in songs}), "all"]:
        part = [song for song in songs if group in (song.group, "all")]
        bars = [song for song in part if song.bars_known]
        beats = np.mean([(song.beat_f[chosen[song.name]], song.beat_f.max()) for song in part], axis=0)
        downbeats = np.mean([(s.downbeat_f[chosen[s.name]], s.downbeat_f.max()) for s in bars] or [(0, 0)], axis=0)
        print(f"{name}, {group}: {len(part)} songs, beat F {beats[0]:.3f} (possible {beats[1]:.3f}), "
              f"downbeat F {downbeats[0]:.3f} (possible {downbeats[1]:.3f})")  # fmt: skip


def tell_warnings(songs: Sequence[Song], choices: dict[str, Choice], name: str) -> None:
    """Print how often a rival is told where beats and bars lie beside, at the right tempo, and where they are right."""
    warned: dict[str, list[bool]] = {"beats beside": [], "beats right": [], "bars beside": [], "bars right": []}
    for song in songs:
        choice = choices[song.name]
        possible = song.beat_f.max(initial=0.0)
        if possible < 0.6:
            continue
        near = possible - 0.1
        same_tempo = np.abs(song.tempo_bpm / song.tempo_bpm[choice.at] - 1) < SAME_TEMPO
        if song.beat_f[choice.at] < near:
            if song.beat_f[same_tempo].max() >= near:
                warned["beats beside"].append(choice.over_beats < BEATS_NEAR)
            continue
        warned["beats right"].append(choice.over_beats < BEATS_NEAR)
        best = song.downbeat_f[same_bars(song, choice.at)].max()
        if song.bars_known and best >= 0.5:
            where = "bars right" if song.downbeat_f[choice.at] >= best - 0.15 else "bars beside"
            warned[where].append(choice.over_bars < BARS_NEAR)
    told = ", ".join(f"{sum(each)} of {len(each)} songs with {what}" for what, each in warned.items())
    print(f"{name}, a rival told in: {told}")


def main() -> None:
    """Learn from the songs in the folder and say how well it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=0, help="learn without one part after the other")
    parser.add_argument("--all", action="store_true", help="learn from songs that are held out too")
    given = parser.parse_args()
    songs = [read_song(path) for path in sorted(given.folder.glob("*.npz"))]
    if given.folds:
        parts = {fold: at % given.folds for at, fold in enumerate(sorted({song.fold for song in songs}))}
        chosen = {}
        for part in range(given.folds):
            model = learn([song for song in songs if parts[song.fold] != part])
            chosen |= {song.name: choose(song, model) for song in songs if parts[song.fold] == part}
        tell(songs, chosen, "left out")
        for group in [*sorted({song.group for song in songs}), "all"]:
            tell_warnings([song for song in songs if group in (song.group, "all")], chosen, f"left out, {group}")
        return
    model = learn([song for song in songs if given.all or not song.held_out])
    save(model)
    chosen = {song.name: choose(song, model) for song in songs}
    tell([song for song in songs if not song.held_out], chosen, "tuned on")
    tell([song for song in songs if song.held_out], chosen, "held out")


if __name__ == "__main__":
    main()
