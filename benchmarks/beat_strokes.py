"""Learn to hear kick, snare and crash beside other instruments, for the sake of the beat.

``python benchmarks/beat_strokes.py FOLDER``: FOLDER is what `beat_material.py` wrote; songs whose JSON says what the
drums strike are learnt from. It tells how a third of the songs goes that was left out, and writes
``strokes_model.json`` beside `tonmeister.capabilities.analyzing.rhythm`, unless with ``--dry``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from tonmeister.capabilities.analyzing.observing import Features
from tonmeister.capabilities.analyzing.rhythm import DELAY_S, STROKES_FILE, StrokesModel
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.onsets_struck import find_strikes

NUMBERS = ((35, 36), (37, 38, 39, 40), (42, 44, 46, 51, 53, 59, 69, 70, 82), (49, 52, 55, 57))
"""General MIDI's kicks, snares (with rim and clap), hi-hats with rides and shakers, and crashes: `rhythm.STROKES`."""
NAMES = ("kick", "snare", "hat", "crash")
N_UNITS, RIDGE, N_STEPS = 24, 3e-4, 150
WITHIN_S = 0.03


@dataclass(frozen=True)
class Example:
    """Traits of the strikes of a song, (strikes, traits), and which of the drums each was, (strikes, 4)."""

    traits: np.ndarray
    labels: np.ndarray


def examples(folder: Path) -> list[Example]:
    """Read the songs whose strikes are known."""
    found = []
    for path in sorted(folder.glob("*.npz")):
        drums = json.loads(path.with_suffix(".json").read_text()).get("drums")
        if drums is None:
            continue
        strikes, traits = find_strikes(Features.load(path).level_db)
        if len(strikes) == 0:
            continue
        times_s = strikes * FRAME_S - DELAY_S
        labels = np.zeros((len(strikes), len(NUMBERS)), np.float32)
        for time_s, midi in drums:
            nearest = int(np.abs(times_s - time_s).argmin())
            if abs(times_s[nearest] - time_s) < WITHIN_S:
                labels[nearest] += [midi in numbers for numbers in NUMBERS]
        found.append(Example(traits, labels.clip(0, 1)))
    return found


def learn(songs: Sequence[Example]) -> StrokesModel:
    """Fit a network of one hidden layer: ridge-penalised maximum likelihood."""
    x, y = np.concatenate([song.traits for song in songs]), np.concatenate([song.labels for song in songs])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    z = ((x - mean) / spread).astype(np.float32)
    shapes = ((x.shape[1], N_UNITS), (N_UNITS,), (N_UNITS, y.shape[1]), (y.shape[1],))
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    def split(values: np.ndarray) -> list[np.ndarray]:
        return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        first, shift, last, bias = split(values.astype(np.float32))
        units = np.tanh(z @ first + shift)
        scores = units @ last + bias
        slope = ((1 / (1 + np.exp(-scores)) - y) / len(z)).astype(np.float32)
        back = (slope @ last.T) * (1 - units * units)
        slopes = (z.T @ back + RIDGE * first, back.sum(axis=0), units.T @ slope + RIDGE * last, slope.sum(axis=0))
        held = 0.5 * RIDGE * float(np.square(first).sum() + np.square(last).sum())
        value = float((np.logaddexp(0, scores) - y * scores).sum()) / len(z) + held
        return value, np.concatenate([part.ravel() for part in slopes]).astype(np.float64)

    rng = np.random.default_rng(0)
    begin = np.concatenate([rng.normal(0, 1 / np.sqrt(shape[0]), int(np.prod(shape))) for shape in shapes])
    first, shift, last, bias = split(minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": N_STEPS}).x)
    return StrokesModel(first / spread[:, np.newaxis], shift - (mean / spread) @ first, last, bias)


def main() -> None:
    """Learn, say how well it goes, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    given = parser.parse_args()
    songs = examples(given.folder)
    model, tested = learn([song for at, song in enumerate(songs) if at % 3]), songs[::3]
    found = np.concatenate([model.judge(song.traits) for song in tested]) > 0.5
    true = np.concatenate([song.labels for song in tested]) > 0.5
    for name, heard, struck in zip(NAMES, found.T, true.T, strict=True):
        right = int((heard & struck).sum())
        print(f"{name}, left out: {right} right of {int(heard.sum())} heard, {int(struck.sum())} struck")
    if not given.dry:
        kept = {name: np.round(values, 4).tolist() for name, values in vars(learn(songs)).items()}
        STROKES_FILE.write_text(json.dumps(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
