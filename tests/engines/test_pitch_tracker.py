"""The pitch of a single voice."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.engines.pitch_tracker import HOP_S, SAMPLE_RATE, load_track, save_track, segment_voice, track_pitch


def tone(midi: float, duration_s: float) -> np.ndarray:
    t_s = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    hz = 440 * 2 ** ((midi - 69) / 12)
    voice = sum(np.sin(2 * np.pi * hz * k * t_s) / k for k in range(1, 8))
    return (0.15 * voice * np.minimum(1, np.minimum(t_s, t_s[::-1]) / 0.02)).astype(np.float32)


@pytest.fixture(scope="module")
def melody():
    rest = np.zeros(SAMPLE_RATE // 5, np.float32)
    sound = np.concatenate([tone(57, 0.6), rest, tone(64.3, 0.6), rest, tone(50, 0.6)])[None]
    return sound, track_pitch(sound)


def test_it_follows_the_pitch_to_a_few_cents(melody):
    _, track = melody
    for start_s, midi in ((0.0, 57), (0.8, 64.3), (1.6, 50)):
        inside = (track.times_s > start_s + 0.1) & (track.times_s < start_s + 0.5)
        assert (track.confidence[inside] > 0.5).all()
        assert abs(np.median(track.midi[inside]) - midi) < 0.1


def test_silence_has_no_voice(melody):
    _, track = melody
    rest = (track.times_s > 0.68) & (track.times_s < 0.76)
    assert (track.confidence[rest] < 0.5).all()


def test_notes_are_cut_where_the_pitch_changes(melody):
    _, track = melody
    found = segment_voice(track)
    assert [round(pitch, 1) for _, _, pitch in found] == [57.0, 64.3, 50.0]
    assert [start for start, _, _ in found] == pytest.approx([0.0, 0.8, 1.6], abs=0.04)


def test_blocks_change_nothing_and_frames_reach_the_end(melody):
    sound, track = melody
    again = track_pitch(sound[:, at : at + 7777] for at in range(0, sound.shape[1], 7777))
    assert np.allclose(again.pitch_hz, track.pitch_hz, atol=1e-6)
    assert np.array_equal(again.confidence, track.confidence)
    assert abs(len(track.pitch_hz) * HOP_S - sound.shape[1] / SAMPLE_RATE) <= HOP_S


def test_it_can_be_stopped(melody):
    def stop(n_samples: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        track_pitch(melody[0], progress=stop)


def test_what_is_stored_comes_back(melody, tmp_path):
    _, track = melody
    save_track(track, tmp_path / "pitch.npz")
    again = load_track(tmp_path / "pitch.npz")
    assert np.allclose(again.pitch_hz, track.pitch_hz, rtol=1e-6)
    assert np.allclose(again.confidence, track.confidence, atol=1e-6)


def test_nothing_and_stereo():
    assert len(track_pitch(np.zeros((1, 0), np.float32)).pitch_hz) == 0
    with pytest.raises(ValueError, match="mono"):
        track_pitch(np.zeros((2, 100), np.float32))
