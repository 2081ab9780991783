"""A guitar that plays known notes, and what hears it."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister import app
from tonmeister.dsp.synth import plucked_string
from tonmeister.jobs.runner import Runner
from tonmeister.media.formats import OutputFormat
from tonmeister.media.writer import AudioWriter
from tonmeister.settings import Settings

RATE = 22_050
STEP_S = 0.5
SCALE = (40, 43, 45, 47, 50, 52, 55, 57, 59, 62, 64, 62, 59, 57, 55, 52, 50, 47, 45, 43)


def play(midis, step_s: float = STEP_S, rate: int = RATE) -> np.ndarray:
    """Return plucked strings, one after the other, (1, samples)."""
    n = round(step_s * rate)
    sound = np.zeros(n * len(midis) + rate, np.float32)
    for at, midi in enumerate(midis):
        tone = plucked_string(440.0 * 2 ** ((midi - 69) / 12), n, rate)
        sound[at * n : at * n + n] += np.asarray(tone, np.float32).reshape(-1)[:n] * np.linspace(1, 0.2, n)
    return 0.5 * sound[None] / np.abs(sound).max()


@pytest.fixture(scope="session")
def write_song(tmp_path_factory):
    """Write a sound as a WAV file."""
    folder = tmp_path_factory.mktemp("songs")

    def write(name: str, sound: np.ndarray, rate: int = RATE):
        path = folder / f"{name}.wav"
        with AudioWriter(path, OutputFormat("wav", rate, sound.shape[0], 32)) as writer:
            writer.write(np.ascontiguousarray(sound, np.float32))
        return path

    return write


@pytest.fixture(scope="session")
def transcribe(tmp_path_factory):
    """Transcribe a file; the products lie in a folder of their own."""
    folder = tmp_path_factory.mktemp("transcribed")
    runner = Runner(Settings(n_workers=1, temporary_folder=tmp_path_factory.mktemp("scratch")), app.capability)
    count = iter(range(1000))

    def run(path, **params):
        given = {"file": str(path), "tempo_bpm": 120.0, "first_beat_s": 0.0, "metre": "4/4"} | params
        given = {name: value for name, value in given.items() if value is not None}
        return runner.run_here(app.capability("transcribe"), given, output=f"{folder}/{next(count)}/")

    run.runner = runner
    return run


@pytest.fixture(scope="session")
def scale(write_song):
    return write_song("scale", play(SCALE))


@pytest.fixture(scope="session")
def scale_tab(transcribe, scale):
    return transcribe(scale)
