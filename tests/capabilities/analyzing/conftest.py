"""Songs made by code, and what is heard of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tonmeister import app
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

RATE = 44_100


@pytest.fixture(scope="session")
def analyze(tmp_path_factory):
    """Analyse a file."""
    runner = Runner(Settings(n_workers=1, temporary_folder=tmp_path_factory.mktemp("scratch")), app.capability)

    def run(path: Path, **params):
        return runner.run_here(app.capability("analyze"), {"file": str(path), **params})

    return run


@pytest.fixture(scope="session")
def write(tmp_path_factory):
    """Write sound of shape (channels, samples) and return the file."""
    folder = tmp_path_factory.mktemp("songs")

    def save(name: str, sound: np.ndarray) -> Path:
        path = folder / f"{name}.wav"
        soundfile.write(path, np.atleast_2d(sound).T.astype(np.float32), RATE)
        return path

    return save


def beat_times(bpm: float, n: int, first_s: float = 0.3) -> np.ndarray:
    """Return the times of even beats."""
    return first_s + 60 / bpm * np.arange(n)


def make_song(beats_s: np.ndarray, n_per_bar: int = 4, *, seed: int = 0, n_parts: int = 2) -> np.ndarray:
    """Return a plain band: kick on downbeats, snare between, hats on parts of beats, bass and chords by the bar."""
    rng = np.random.default_rng(seed)
    length = float(beats_s[-1] + 2 * (beats_s[-1] - beats_s[-2]))
    sound = np.zeros(int(length * RATE))
    beat_s = float(np.median(np.diff(beats_s)))

    def add(time_s: float, part: np.ndarray) -> None:
        at = int(time_s * RATE)
        sound[at : at + len(part)] += part[: max(0, len(sound) - at)]

    def tone(midi: float, length_s: float, level: float) -> np.ndarray:
        t = np.arange(int(length_s * RATE)) / RATE
        f = 440 * 2 ** ((midi - 69) / 12)
        wave = sum(np.sin(2 * np.pi * f * k * t) / k**1.5 for k in range(1, 6))
        return level * wave * np.exp(-1.5 * t / length_s) * np.minimum(1, t / 0.004)

    t = np.arange(int(0.15 * RATE)) / RATE
    kick = 0.8 * np.sin(2 * np.pi * 55 * t + 6 * np.exp(-30 * t)) * np.exp(-18 * t)
    snare = 0.4 * rng.normal(size=len(t)) * np.exp(-30 * t)
    hat = 0.12 * np.diff(rng.normal(size=len(t) + 1)) * np.exp(-60 * t)
    roots = (48, 45, 53, 43)
    for number, time_s in enumerate(beats_s):
        place, bar = number % n_per_bar, number // n_per_bar
        root = roots[bar % 4]
        add(time_s, kick if place == 0 or (n_per_bar == 4 and place == 2) else snare)
        for part in range(n_parts):
            add(time_s + part * beat_s / n_parts, hat)
        add(time_s, tone(root - 12, beat_s * 0.9, 0.4))
        if place == 0:
            for step in (0, 3 if root == 45 else 4, 7):
                add(time_s, tone(root + 12 + step, beat_s * n_per_bar * 0.9, 0.15))
    return 0.5 * sound / np.abs(sound).max()
