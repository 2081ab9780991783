"""A network of the user's hears the beats: one that the test makes, which listens for two pitches of a marker."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest

from capabilities.analyzing.conftest import RATE, beat_times, make_song
from engines.onnx_by_hand import band_detector
from tonmeister.capabilities.analyzing.network import HeardBeats, count_heard, weigh_downbeats
from tonmeister.core.errors import ChecksumError, FormatUnsupportedError, ParameterError
from tonmeister.dsp.bars import find_bars
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.engines.beat_network import mel_bands

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

BEAT_HZ, DOWNBEAT_HZ = 9000.0, 7000.0
MARKED_BPM = 78.2


def band_of(hz: float) -> int:
    return int(mel_bands()[round(hz * 1024 / 22_050)].argmax())


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return a file, and what to say beside it."""
    weights = {name: np.zeros(128) for name in ("beat", "downbeat")}
    weights["beat"][[band_of(BEAT_HZ), band_of(DOWNBEAT_HZ)]] = 2.0
    weights["downbeat"][band_of(DOWNBEAT_HZ)] = 2.0
    file = tmp_path_factory.mktemp("weights") / "markers.onnx"
    file.write_bytes(band_detector(weights, 8.0, {"name": "markers", "licence": "CC0-1.0"}))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"beat_model": str(file), "beat_model_sha256": sha256, "accept_weights_licence": True}


def marked(times_s: np.ndarray, n_per_bar: int, length_s: float) -> np.ndarray:
    """Return a soft plucked tone every 0.4 s, and a marker on each of the times."""
    sound, t = np.zeros(int(length_s * RATE)), np.arange(int(0.3 * RATE)) / RATE
    tone = 0.2 * np.sin(2 * np.pi * 330 * t) * np.exp(-8 * t) * np.minimum(1, t / 0.01)
    for at_s in np.arange(0.2, length_s - 0.5, 0.4):
        at = int(at_s * RATE)
        sound[at : at + len(tone)] += tone
    for number, at_s in enumerate(times_s):
        hz = DOWNBEAT_HZ if number % n_per_bar == 0 else BEAT_HZ
        at = int(at_s * RATE)
        sound[at : at + len(t)] += 0.1 * np.exp(-t / 0.01) * np.sin(2 * np.pi * hz * t)
    return sound


@pytest.fixture(scope="module")
def times() -> np.ndarray:
    return beat_times(MARKED_BPM, 36, first_s=0.7)


@pytest.fixture(scope="module")
def song(write, times):
    return write("marked", marked(times, 3, 30.0))


@pytest.fixture(scope="module")
def found(analyze, song, model):
    return analyze(song, **model)


def test_the_beats_are_those_of_the_network(model, found, times):
    assert (found.beat_engine, found.beat_model_sha256) == ("network markers", model["beat_model_sha256"])
    assert found.tempo.tempo_bpm == pytest.approx(MARKED_BPM, rel=0.001)
    assert found.tempo.is_steady
    assert 0.7 < found.tempo.confidence <= 1
    assert len(found.beats_s) == len(times)
    np.testing.assert_allclose(found.beats_s, times, atol=0.025)
    assert [number % 3 for number in found.downbeats] == [0] * 12
    assert (found.metre.numerator, found.metre.denominator) == (3, 4)
    assert any("CC0-1.0" in warning for warning in found.warnings)


def test_corrections_hold_for_the_network_s_beats_too(analyze, song, model, times):
    halved = analyze(song, tempo_factor="half", **model)
    assert halved.tempo.tempo_bpm == pytest.approx(MARKED_BPM / 2, rel=0.002)
    moved = analyze(song, first_beat_s=float(times[7]), metre="4/4", **model)
    assert min(abs(moved.beats_s[at] - times[7]) for at in moved.downbeats) < 0.01
    assert moved.metre.n_beats_per_bar == 4
    near = analyze(song, tempo_bpm=MARKED_BPM * 1.01, **model)
    assert near.beat_engine == "network markers"
    assert near.tempo.confidence == 1.0


def test_a_tempo_that_the_network_did_not_hear_is_looked_for_without_it(analyze, song, model):
    other = analyze(song, tempo_bpm=150, **model)
    assert other.beat_engine == "own"
    assert other.tempo.tempo_bpm == pytest.approx(150, abs=1)
    assert any("markers heard no beat near 150 BPM" in warning for warning in other.warnings)


def test_where_the_network_hears_nothing_there_is_no_beat(analyze, write, model):
    found = analyze(write("plain", marked(np.zeros(0), 3, 10.0)), **model)
    assert found.tempo is None
    assert found.beat_engine == "none"
    assert found.beat_model_sha256 == model["beat_model_sha256"]
    assert any("No beat" in warning for warning in found.warnings)


def test_markers_that_wander_are_followed(analyze, write, model):
    steps = 60 / 80 * (1 + 0.06 * np.sin(np.arange(35) / 5))
    times = 0.7 + np.concatenate([[0], np.cumsum(steps)])
    found = analyze(write("wandering", marked(times, 4, 30.0)), **model)
    assert not found.tempo.is_steady
    heard = np.asarray(found.beats_s)
    assert max(np.abs(heard - time).min() for time in times) < 0.06
    assert [number % 4 for number in found.downbeats] == [0] * 9


def test_a_song_that_it_was_not_made_for_is_analysed_as_well(analyze, write, model):
    band = write("band", make_song(beat_times(117.3, 40)))
    found, own = analyze(band, **model), analyze(band)
    assert found.beat_engine in ("none", "network markers")
    assert (own.beat_engine, own.beat_model_sha256) == ("own", None)


def test_the_licence_is_shown_before_the_network_hears_anything(analyze, song, model):
    with pytest.raises(ParameterError, match=r"CC0-1\.0") as caught:
        analyze(song, **{**model, "accept_weights_licence": False})
    assert caught.value.field == "accept_weights_licence"
    assert caught.value.remedy


def test_another_file_than_stated_is_refused(analyze, song, model):
    with pytest.raises(ChecksumError) as caught:
        analyze(song, **{**model, "beat_model_sha256": "0" * 64})
    assert caught.value.field == "beat_model_sha256"


def test_a_file_that_is_no_network_is_refused(analyze, song):
    sha256 = hashlib.sha256(song.read_bytes()).hexdigest()
    with pytest.raises(FormatUnsupportedError, match="no ONNX file"):
        analyze(song, beat_model=str(song), beat_model_sha256=sha256, accept_weights_licence=True)


@pytest.mark.parametrize(
    "given", [{"beat_model": "x.onnx"}, {"beat_model_sha256": "0" * 64}, {"beat_model_sha256": "abc"}]
)
def test_half_of_what_is_needed_is_refused_before_any_work(analyze, song, given):
    with pytest.raises((ParameterError, ValueError), match="beat_model"):
        analyze(song, **given)


def test_missing_beats_are_counted_through():
    times_s = np.delete(0.5 + 0.5 * np.arange(40), [7, 8, 20])
    logits = np.zeros((1100, 2), np.float32)
    heard = HeardBeats("x", times_s, 1.0, logits)
    count = count_heard(heard, np.zeros((round(21 / FRAME_S), 12), np.float32))
    assert count.tempo_bpm == pytest.approx(120, rel=1e-4)
    first, last = (round((time_s + 0.008) / FRAME_S) for time_s in times_s[[0, -1]])
    assert count.cycles[last] - count.cycles[first] == pytest.approx(39, abs=0.05)
    assert count_heard(HeardBeats("x", times_s[:3], 1.0, logits), np.zeros((100, 12), np.float32)) is None


def test_downbeats_of_the_network_outweigh_ours_where_it_is_sure_and_leave_them_where_it_is_not():
    n = 64
    features = np.zeros((n, 5))
    scores = {2: np.zeros(2), 3: np.array([4.0, 0, 0]), 4: np.zeros(4)}
    accents = {length: np.zeros((length, 5)) for length in scores}
    sure = np.where(np.arange(n) % 4 == 1, 4.0, -4.0)
    bars = find_bars(*weigh_downbeats(sure, features, scores, accents))
    assert bars.n_beats == 4
    assert np.array_equal(np.flatnonzero(bars.places == 0), np.arange(1, n, 4))
    unsure = SimpleNamespace(bars=find_bars(*weigh_downbeats(np.zeros(n), features, scores, accents)))
    assert unsure.bars.n_beats == 3
