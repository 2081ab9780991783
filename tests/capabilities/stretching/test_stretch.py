"""Stretching as a capability: lengths, pitch, files, refusals."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from tonmeister import app
from tonmeister.capabilities.stretching.doubts import tell_doubts
from tonmeister.core.errors import BeatMissingError, ChannelsUnsupportedError, CombinationError
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

RATE = 44100


@pytest.fixture
def run(tmp_path):
    def call(**params):
        runner = Runner(Settings(n_workers=1), app.capability)
        return runner.run_here(app.capability("stretch"), params, output=f"{tmp_path}/out/")

    return call


def write(path, samples) -> str:
    soundfile.write(path, samples.T, RATE, subtype="FLOAT")
    return str(path)


@pytest.fixture
def song(tmp_path):
    t = np.arange(3 * RATE) / RATE
    return write(
        tmp_path / "song.wav", np.stack([0.4 * np.sin(2 * np.pi * hz * t) for hz in (440, 660)]).astype(np.float32)
    )


def strongest_hz(samples) -> float:
    part = samples[len(samples) // 4 : 3 * len(samples) // 4]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part)))
    return float(np.argmax(spectrum) * RATE / (8 * len(part)))


def test_tempo_changes_and_pitch_stays(song, run):
    result = run(file=song, speed_percent=80)
    made, rate = soundfile.read(result.file)
    assert (rate, len(made)) == (RATE, round(3 * RATE / 0.8))
    assert soundfile.info(result.file).subtype == "FLOAT"
    assert strongest_hz(made[:, 0]) == pytest.approx(440, rel=2e-3)
    assert strongest_hz(made[:, 1]) == pytest.approx(660, rel=2e-3)
    assert any("20 %" in warning for warning in result.warnings)


def test_pitch_changes_and_tempo_stays(song, run):
    result = run(file=song, pitch_semitones=2)
    made, _ = soundfile.read(result.file)
    assert len(made) == 3 * RATE
    assert strongest_hz(made[:, 0]) == pytest.approx(440 * 2 ** (2 / 12), rel=5e-4)


@pytest.mark.parametrize("given", [{}, {"format": "flac"}, {"speed_percent": 100, "pitch_semitones": 0}])
def test_nothing_asked_for_is_refused_with_what_can_be_asked_for(song, run, tmp_path, given):
    with pytest.raises(CombinationError, match="Nothing would change") as told:
        run(file=song, **given)
    for field in ("speed_percent", "target_tempo_bpm", "pitch_semitones", "onto_grid"):
        assert field in told.value.remedy
    assert not (tmp_path / "out").exists()


def test_flac_holds_no_overshoot(tmp_path, run):
    t = np.arange(2 * RATE) / RATE
    loud = np.stack([np.clip(3 * np.sin(2 * np.pi * 220 * t), -1, 1)] * 2).astype(np.float32)
    result = run(file=write(tmp_path / "loud.wav", loud), speed_percent=90, format="flac")
    made, _ = soundfile.read(result.file)
    assert soundfile.info(result.file).subtype == "PCM_24"
    assert np.abs(made).max() <= 10 ** (-0.09 / 20)
    assert result.gain_db < 0
    assert any("turned down" in warning for warning in result.warnings)


def test_a_drifting_take_comes_onto_the_grid(tmp_path, run):
    rng = np.random.default_rng(4)
    gaps = 60 / 110 * (1 + 0.015 * np.sin(np.arange(40) / 4))
    beats = 0.5 + np.concatenate([[0], np.cumsum(gaps)])
    sound = np.zeros((2, int((beats[-1] + 1) * RATE)), np.float32)
    t = np.arange(int(0.08 * RATE)) / RATE
    for number, beat in enumerate(beats):
        start = int(beat * RATE)
        hit = np.exp(-t / 0.02) * (np.sin(2 * np.pi * 70 * t) + 0.5 * rng.standard_normal(len(t)) * np.exp(-t / 0.005))
        sound[:, start : start + len(t)] += 0.4 * (1.0 if number % 4 == 0 else 0.7) * hit
    result = run(file=write(tmp_path / "take.wav", sound), onto_grid=True, target_tempo_bpm=116)
    made, _ = soundfile.read(result.file)
    energy = np.convolve(made[:, 0] ** 2, np.ones(64) / 64, "same")
    loud = np.flatnonzero(energy > 0.05 * energy.max())
    onsets_s = loud[np.r_[True, np.diff(loud) > 0.2 * RATE]] / RATE
    place = np.round((onsets_s - onsets_s[5]) * 116 / 60)
    error_ms = 1000 * (onsets_s - onsets_s[5] - place * 60 / 116)[1:-1]
    assert result.n_beats_moved >= 38
    assert len(onsets_s) == len(beats)
    assert result.largest_move_ms > 10
    assert np.std(error_ms) < 4, error_ms  # as good as the analysis heard them; the warp itself errs by less than 1 ms
    assert result.tempo_after_bpm == 116


def test_a_tempo_is_counted_as_the_one_wanted_is(tmp_path, run):
    t = np.arange(int(0.08 * RATE)) / RATE
    thump = 0.5 * np.exp(-t / 0.02) * np.sin(2 * np.pi * 70 * t)
    sound = np.zeros((2, 20 * RATE), np.float32)
    for at_s in np.arange(0.5, 19.5, 60 / 100):
        sound[:, int(at_s * RATE) : int(at_s * RATE) + len(t)] += thump.astype(np.float32)
    song = write(tmp_path / "even.wav", sound)
    for wanted_bpm in (110, 55):
        result = run(file=song, target_tempo_bpm=wanted_bpm)
        assert abs(result.rate_percent - 110) < 0.5, result
        assert abs(result.tempo_before_bpm - wanted_bpm / 1.1) < 0.5


def test_what_is_doubtful_about_a_tempo_is_told(tmp_path, run):
    t = np.arange(int(0.08 * RATE)) / RATE
    thump = 0.5 * np.exp(-t / 0.02) * np.sin(2 * np.pi * 70 * t)
    sound = np.zeros((2, 5 * RATE), np.float32)
    for at_s in np.arange(0.2, 4.8, 0.5):
        sound[:, int(at_s * RATE) : int(at_s * RATE) + len(t)] += thump.astype(np.float32)
    result = run(file=write(tmp_path / "loop.wav", sound), onto_grid=True)
    assert any("beats were heard in 5.0 s" in warning for warning in result.warnings), result.warnings


def test_doubts_name_the_rival_and_the_way_out():
    rival = SimpleNamespace(tempo_bpm=124.0, relation="three halves")
    tempo = SimpleNamespace(tempo_bpm=82.0, confidence=0.38, alternatives=(rival,), is_steady=False)
    heard = SimpleNamespace(tempo=tempo, beats_s=(0.5,) * 40, duration_s=60.0)
    doubtful, drifting = tell_doubts(heard, onto_grid=False)
    assert "0.38" in doubtful
    assert "82.0 BPM, or 124.0 BPM (three halves of it)" in doubtful
    assert "speed_percent" in doubtful
    assert "not steady" in drifting
    sure = SimpleNamespace(tempo_bpm=82.0, confidence=0.9, alternatives=(rival,), is_steady=True)
    assert tell_doubts(SimpleNamespace(tempo=sure, beats_s=(0.5,) * 40, duration_s=60.0), onto_grid=True) == ()


def test_what_has_no_beat_is_told(tmp_path, run):
    quiet = np.zeros((2, 4 * RATE), np.float32)
    quiet[:, :] = 1e-3 * np.random.default_rng(0).standard_normal((2, 4 * RATE)) * np.linspace(1, 2, 4 * RATE)
    with pytest.raises(BeatMissingError, match="No beat") as told:
        run(file=write(tmp_path / "wind.wav", quiet), target_tempo_bpm=120)
    assert "speed_percent" in told.value.remedy


def test_two_aims_are_one_too_many(song, run):
    with pytest.raises(CombinationError, match="both"):
        run(file=song, speed_percent=90, target_tempo_bpm=120)


def test_surround_is_refused(tmp_path, run):
    with pytest.raises(ChannelsUnsupportedError):
        run(file=write(tmp_path / "wide.wav", np.zeros((6, RATE), np.float32)), speed_percent=90)
