"""The note network: its clock, its ends, that blocks and threads change nothing, that it can be stopped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tonmeister.core.errors import ModelMissingError
from tonmeister.engines import models, note_network
from tonmeister.engines.models import find_model
from tonmeister.engines.note_network import (
    SAMPLE_RATE,
    choose_tuning_cents,
    count_frames,
    frame_times_s,
    hear_notes,
    load_posteriors,
    rate_in_tune,
    save_posteriors,
)


def plucks(midis: list[int], step_s: float = 0.5) -> np.ndarray:
    """Notes with some harmonics that die away, one after the other."""
    t_s = np.arange(round(step_s * SAMPLE_RATE)) / SAMPLE_RATE
    parts = []
    for midi in midis:
        hz = 440 * 2 ** ((midi - 69) / 12)
        tone = sum(np.sin(2 * np.pi * hz * k * t_s) / k for k in range(1, 6))
        parts.append(0.3 * tone * np.exp(-4 * t_s) * np.minimum(1.0, t_s / 0.003))
    return np.concatenate(parts)[None].astype(np.float32)


@pytest.fixture(scope="module")
def scale():
    sound = plucks([60, 62, 64, 65, 67, 69, 71, 72])
    return sound, hear_notes(sound)


def test_it_hears_each_note_when_it_begins(scale):
    _, heard = scale
    for number, midi in enumerate((60, 62, 64, 65, 67, 69, 71, 72)):
        column = heard.onset[:, midi - 21]
        near = np.abs(heard.times_s - 0.5 * number) < 0.05
        assert column[near].max() > 0.5
        assert abs(heard.times_s[near][column[near].argmax()] - 0.5 * number) < 0.025


def test_frames_reach_the_end_of_the_sound(scale):
    sound, heard = scale
    assert heard.n_frames == count_frames(sound.shape[1]) == len(heard.note) == len(heard.onset) == len(heard.contour)
    assert 0 <= heard.duration_s - heard.times_s[-1] <= 256 / SAMPLE_RATE
    assert (np.diff(heard.times_s) > 0).all()


@pytest.mark.parametrize("n_samples", [0, 1, 255, 256, 257, 36164, 36165, 43844, 4 * 36164, 500_000])
def test_the_number_of_frames_is_that_of_the_clock(n_samples):
    n_frames = count_frames(n_samples)
    times = frame_times_s(n_frames + 1)
    assert (times[:n_frames] < max(n_samples, 1) / SAMPLE_RATE).all()
    assert n_frames == 0 or times[n_frames] >= n_samples / SAMPLE_RATE


def test_blocks_and_threads_change_nothing(scale):
    sound, heard = scale
    blocks = (sound[:, at : at + 10_007] for at in range(0, sound.shape[1], 10_007))
    again = hear_notes(blocks, n_workers=3)
    assert np.array_equal(again.note, heard.note)
    assert np.array_equal(again.onset, heard.onset)
    assert np.array_equal(again.contour, heard.contour)
    assert again.duration_s == heard.duration_s


def test_nothing_to_hear_gives_no_frames():
    heard = hear_notes(np.zeros((1, 0), np.float32))
    assert (heard.n_frames, heard.duration_s) == (0, 0.0)


def test_it_tells_how_far_it_is_and_can_be_stopped(scale):
    sound, _ = scale
    told: list[int] = []
    hear_notes(np.tile(sound, 4), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 4 * sound.shape[1]

    def stop(n_samples: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        hear_notes(np.tile(sound, 4), progress=stop)


def test_it_refuses_stereo():
    with pytest.raises(ValueError, match="mono"):
        hear_notes(np.zeros((2, 100), np.float32))


def test_what_is_stored_comes_back_to_the_bit(scale, tmp_path):
    heard = replace(scale[1], slowed=1.02)
    files = tmp_path / "notes.npz", tmp_path / "contour.npz"
    save_posteriors(heard, *files)
    again = load_posteriors(*files)
    assert np.array_equal(again.note, heard.note)
    assert np.array_equal(again.onset, heard.onset)
    assert np.array_equal(again.contour, heard.contour)
    assert (again.duration_s, again.slowed) == (heard.duration_s, 1.02)
    assert load_posteriors(files[0]).contour.shape == (0, 264)
    first = files[0].read_bytes()
    save_posteriors(heard, *files)
    assert files[0].read_bytes() == first


def test_a_missing_model_is_named_with_the_command_that_mends_it(monkeypatch, tmp_path):
    monkeypatch.setattr(models, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ModelMissingError, match=r"note_network\.onnx") as caught:
        note_network.hear_notes(np.zeros((1, 10), np.float32))
    assert "tools/fetch_models.py" in caught.value.remedy
    with pytest.raises(ModelMissingError):
        find_model("note_network.onnx")


@pytest.mark.parametrize("cents", [-40, 30])
def test_a_sound_out_of_tune_is_heard_on_its_keys_at_its_times(cents, scale):
    sound, in_tune = scale
    ratio = 2 ** (cents / 1200)
    # the same sound, faster and higher by so much
    at = np.arange(int(sound.shape[1] / ratio)) * ratio
    sharp = np.interp(at, np.arange(sound.shape[1]), sound[0])[None].astype(np.float32)
    rate = rate_in_tune(cents)
    back = np.interp(np.arange(len(at) * rate / SAMPLE_RATE) * SAMPLE_RATE / rate, np.arange(len(at)), sharp[0])
    heard = hear_notes(back[None].astype(np.float32), sample_rate=rate)
    assert heard.duration_s == pytest.approx(in_tune.duration_s / ratio, abs=0.001)
    assert 0 <= heard.duration_s - heard.times_s[-1] <= 256 / rate + 1e-9
    for number, midi in enumerate((60, 62, 64, 65, 67, 69, 71, 72)):
        column = heard.onset[:, midi - 21]
        near = np.abs(heard.times_s - 0.5 * number / ratio) < 0.05
        assert column[near].max() > 0.5


def test_small_and_doubtful_offsets_leave_a_song_as_it_is():
    assert choose_tuning_cents(9.9, 0.9) == choose_tuning_cents(-30.0, 0.1) == choose_tuning_cents(None, 0.0) == 0
    assert choose_tuning_cents(-38.7, 0.9) == -39
    assert rate_in_tune(0.0) == SAMPLE_RATE
