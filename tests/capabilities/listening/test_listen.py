"""Listening keeps what it hears, wherever the sound comes from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tonmeister import app
from tonmeister.core.audio import Audio
from tonmeister.engines.note_network import load_posteriors
from tonmeister.jobs.runner import Runner
from tonmeister.media.formats import OutputFormat
from tonmeister.media.writer import AudioWriter
from tonmeister.settings import Settings

RATE = 44_100


@pytest.fixture
def listen(tmp_path):
    runner = Runner(Settings(n_workers=1, temporary_folder=tmp_path), app.capability)

    def run(sound: np.ndarray):
        audio = Audio(sound.astype(np.float32), RATE)
        path = tmp_path / "song.wav"
        path.unlink(missing_ok=True)
        with AudioWriter(path, OutputFormat("wav", RATE, audio.samples.shape[0], 32)) as writer:
            writer.write(audio.samples)
        return runner.run_here(app.capability("listen"), {"file": str(path)}, output=f"{tmp_path}/out/", overwrite=True)

    return run


def note(midi: int, duration_s: float) -> np.ndarray:
    t_s = np.arange(round(duration_s * RATE)) / RATE
    hz = 440 * 2 ** ((midi - 69) / 12)
    return 0.3 * sum(np.sin(2 * np.pi * hz * k * t_s) / k for k in range(1, 6)) * np.exp(-2 * t_s)


def test_left_and_right_are_both_heard(listen):
    left, right = (np.concatenate([np.zeros(RATE // 4), note(midi, 0.75)]) for midi in (60, 67))
    result = listen(np.stack([left, right]))
    heard = load_posteriors(Path(result.posteriors), Path(result.contour))
    assert heard.n_frames == result.n_frames == 87
    assert heard.note[35:65, 60 - 21].mean() > 0.5
    assert heard.note[35:65, 67 - 21].mean() > 0.5
    assert heard.contour[35:65, 3 * (60 - 21)].mean() > 0.15
    assert result.n_onsets >= 2
    assert result.peak_dbfs == pytest.approx(20 * np.log10(max(abs(left).max(), abs(right).max())), abs=0.01)


def test_opposite_channels_are_heard_as_one(listen):
    left = np.concatenate([np.zeros(RATE // 4), note(60, 0.75)])
    result = listen(np.stack([left, -left]))
    assert result.n_onsets >= 1
    assert load_posteriors(Path(result.posteriors)).note[35:65, 60 - 21].mean() > 0.5
    assert any("cancel each other" in repair for repair in result.repairs)
    equal = listen(np.stack([left, left]))
    assert equal.repairs == ()
    assert equal.n_onsets == result.n_onsets


@pytest.mark.parametrize("n_channels", [1, 2, 6])
def test_silence_says_that_it_is_silent_and_is_not_listened_to(listen, n_channels):
    result = listen(np.zeros((n_channels, RATE)))
    assert result.peak_dbfs is None
    assert (result.duration_s, result.n_frames, result.n_onsets) == (1.0, 0, 0)
    posteriors = load_posteriors(Path(result.posteriors), Path(result.contour))
    assert (posteriors.n_frames, posteriors.duration_s) == (0, 1.0)


def test_silence_is_not_followed_either(listen, tmp_path):
    listen(np.zeros((1, RATE)))
    runner = Runner(Settings(n_workers=1, temporary_folder=tmp_path), app.capability)
    given = {"file": str(tmp_path / "song.wav")}
    result = runner.run_here(app.capability("follow"), given, output=f"{tmp_path}/followed/")
    assert (result.n_frames, result.voiced_share) == (0, 0.0)
