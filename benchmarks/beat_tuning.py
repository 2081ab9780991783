"""Learn how to choose among ways to count beats and bars, from songs whose beats are known.

``python benchmarks/beat_tuning.py FOLDER``: FOLDER holds, for each song, NAME.npz (what `observe` writes) and NAME.json
with ``beats``, pairs of time and place in the bar. Songs whose JSON says ``"held_out": true`` are only tested on.
Writes ``rhythm_model.json`` beside `tonmeister.capabilities.analyzing.counting`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tonmeister.capabilities.analyzing import counting
from tonmeister.capabilities.analyzing.observing import Features
from tonmeister.capabilities.analyzing.rhythm import DELAY_S, find_counts, hear_tempo, rhythm_curves
from tonmeister.dsp.bars import BAR_LENGTHS, N_FEATURES, BarModel, accent_means
from tonmeister.dsp.chroma import estimate_tuning_cents, pitch_classes
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import whole_cycles
from tonmeister.dsp.tempo import tempo_prior

HYPOTHESES = [(n, offset) for n in BAR_LENGTHS for offset in range(n)]
N_LENGTH_WEIGHTS = 12


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
    """A song's ways to count with how right each is, and its true bars."""

    name: str
    held_out: bool
    weight: float
    traits: np.ndarray
    right: np.ndarray
    f: np.ndarray
    counts: list[Any]
    curves: np.ndarray
    classes: np.ndarray
    bars: np.ndarray | None = None
    bars_right: np.ndarray | None = None


def read_song(path: Path) -> Song:
    """Read a song and find its ways to count."""
    truth = json.loads(path.with_suffix(".json").read_text())
    features = Features.load(path)
    cents = estimate_tuning_cents(features.deviation)[0]
    curves, classes = rhythm_curves(features, cents), pitch_classes(features.pitch, cents)
    counts = find_counts(curves, hear_tempo(curves)[0])
    beats = np.array([time for time, _ in truth["beats"]])
    places = np.array([place for _, place in truth["beats"]])
    inside = beats < features.duration_s
    beats, places = beats[inside], places[inside]
    f = np.array([beat_f(beats, whole_cycles(count.cycles, FRAME_S) - DELAY_S) for count in counts])
    right = (f >= max(0.8 * f.max(), f.max() - 0.06)) if f.max() > 0.55 else np.zeros(len(f), bool)
    song = Song(
        path.stem, truth.get("held_out", False), truth.get("weight", 1.0),
        np.array([counting.count_traits(count) for count in counts]), right.astype(float), f, counts, curves, classes,
    )  # fmt: skip
    best = counting.describe(counts[int(f.argmax())], curves, classes, 0.0)
    if best is not None and f.max() > 0.6:
        _mark_bars(song, best, beats, places)
    return song


def _mark_bars(song: Song, best: counting.Counted, beats: np.ndarray, places: np.ndarray) -> None:
    heard = best.beats_s - DELAY_S
    nearest = np.abs(beats[np.newaxis] - heard[:, np.newaxis]).argmin(axis=1)
    known = np.abs(beats[nearest] - heard) < 0.1
    n = (
        int(np.bincount(places).nonzero()[0].max())
        if np.mean(places == places.max()) > 0.05
        else int(np.median(places) + 1)
    )
    if n not in BAR_LENGTHS or known.sum() < 4:
        return
    index = np.arange(len(heard))
    agree = [np.mean(((index - offset) % n == places[nearest] - 1)[known]) for offset in range(n)]
    if max(agree) < 0.9:
        return
    song.bars = np.array([bar_vector(best, *hypothesis) for hypothesis in HYPOTHESES])
    song.bars_right = np.array([float(hypothesis == (n, int(np.argmax(agree)))) for hypothesis in HYPOTHESES])


def bar_vector(counted: counting.Counted, n: int, offset: int) -> np.ndarray:
    """Return what the score of a hypothesis is linear in."""
    parts = []
    for length in BAR_LENGTHS:
        means = accent_means(counted.features, n, offset).ravel()
        parts.append(means if length == n else np.zeros(length * N_FEATURES))
    for length in BAR_LENGTHS:
        own = np.append(counted.alike, [counted.ternary, 1.0])
        parts.append(own if length == n else np.zeros(N_LENGTH_WEIGHTS))
    return np.concatenate(parts)


def learn(
    cases: list[tuple[np.ndarray, np.ndarray, float]], decay: float, rate: float, n_steps: int = 700
) -> np.ndarray:
    """Fit a conditional logit: among the rows of each case, those marked as right shall score highest (Adam)."""
    weights = np.zeros(cases[0][0].shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, n_steps + 1):
        slope = decay * weights * len(cases) / 10
        for rows, right, weight in cases:
            if right.sum() == 0:
                continue
            scores = rows @ weights
            p = np.exp(scores - scores.max())
            q = p * right
            slope += weight * ((p / p.sum() - q / q.sum()) @ rows)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        scale = np.sqrt(second / (1 - 0.99**step)) + 1e-8
        weights -= rate * (1 - step / n_steps) * first / (1 - 0.9**step) / scale
    return weights


def main(folder: Path) -> None:
    """Learn from the songs in the folder and say how well it went."""
    songs = [read_song(path) for path in sorted(folder.glob("*.npz"))]
    tuned = [song for song in songs if not song.held_out]
    rows = np.concatenate([song.traits for song in tuned])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    weights = learn([((s.traits - mean) / spread, s.right, s.weight) for s in tuned], 0.1, 0.1)
    bar_weights = learn([(s.bars, s.bars_right, s.weight) for s in tuned if s.bars is not None], 0.3, 0.05)
    accents, lengths, at = {}, {}, 0
    for n in BAR_LENGTHS:
        accents[n] = bar_weights[at : at + n * N_FEATURES].reshape(n, N_FEATURES)
        at += n * N_FEATURES
    for n in BAR_LENGTHS:
        lengths[n] = bar_weights[at : at + N_LENGTH_WEIGHTS]
        at += N_LENGTH_WEIGHTS
    model = BarModel(accents, lengths)
    shortlists = {song.name: _shortlist(song, mean, spread, weights, model) for song in songs}
    rows = np.concatenate([shortlists[song.name][0] for song in tuned])
    bars_mean, bars_spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    cases = [
        ((shortlists[s.name][0] - bars_mean) / bars_spread, s.right[shortlists[s.name][1]], s.weight) for s in tuned
    ]
    final = learn(cases, 0.5, 0.05)
    kept = {
        "count_mean": mean, "count_spread": spread, "count_weights": weights,
        "bars_mean": bars_mean, "bars_spread": bars_spread, "bars_weights": final,
    }  # fmt: skip
    text = {name: [round(float(value), 5) for value in values] for name, values in kept.items()}
    text["accents"] = {str(n): np.round(values, 5).tolist() for n, values in accents.items()}
    text["lengths"] = {str(n): np.round(values, 5).tolist() for n, values in lengths.items()}
    counting.MODEL_FILE.write_text(json.dumps(text) + "\n", encoding="utf-8")
    _tell(songs, shortlists, (bars_mean, bars_spread, final), bar_weights)


def _shortlist(song: Song, mean: Any, spread: Any, weights: Any, model: BarModel) -> tuple[np.ndarray, np.ndarray]:
    scores = (song.traits - mean) / spread @ weights
    chosen = np.argsort(-scores, kind="stable")[: counting.N_SHORTLIST]
    rows, kept = [], []
    for at in chosen:
        counted = counting.describe(song.counts[at], song.curves, song.classes, 0.0)
        if counted is not None:
            rows.append(counting.bars_traits(float(scores[at]), counted, song.curves, model))
            kept.append(at)
    return np.array(rows), np.array(kept)


def _tell(songs: list[Song], shortlists: Any, final: Any, bar_weights: np.ndarray) -> None:
    bars_mean, bars_spread, weights = final
    for held_out in (False, True):
        part = [song for song in songs if song.held_out == held_out]
        chosen = []
        for song in part:
            rows, kept = shortlists[song.name]
            usual = np.log(tempo_prior(np.array([song.counts[at].tempo_bpm for at in kept])))
            scores = (rows - bars_mean) / bars_spread @ weights + counting.PRIOR_WEIGHT * usual
            best = kept[int(scores.argmax())]
            chosen.append(song.f[best])
            if song.f[best] < song.f.max() - 0.1:
                count = song.counts[best]
                print(
                    f"  {song.name}: F {song.f[best]:.2f} of {song.f.max():.2f}, "
                    f"took {count.tempo_bpm:.1f} +{count.shift:.2f}"
                )
        bars = [song for song in part if song.bars is not None]
        right = np.mean([song.bars_right[int((song.bars @ bar_weights).argmax())] for song in bars])
        possible = np.mean([song.f.max() for song in part])
        name = "held out" if held_out else "tuned on"
        print(f"{name}: {len(part)} songs, beat F {np.mean(chosen):.3f} (possible {possible:.3f}); "
              f"bars right in {right:.3f} of {len(bars)}")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
