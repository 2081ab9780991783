"""Songs whose truth is known, and sounds that are no songs."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from capabilities.analyzing.conftest import RATE, beat_times, make_song
from tonmeister.capabilities.analyzing import timing
from tonmeister.capabilities.analyzing.params import AnalyzeParams
from tonmeister.dsp.bars import Bars

BPM = 117.3


@pytest.fixture(scope="module")
def song(write):
    return write("steady", make_song(beat_times(BPM, 96)))


@pytest.fixture(scope="module")
def analysis(analyze, song):
    return analyze(song)


def near(times, truth, tolerance_s=0.03) -> float:
    """Return which part of the truth has a time beside it."""
    return float(np.mean([np.abs(np.asarray(times) - time).min() < tolerance_s for time in truth]))


def test_the_tempo_of_a_click_is_exact(analysis):
    assert analysis.tempo.is_steady
    assert analysis.tempo.tempo_bpm == pytest.approx(BPM, rel=0.0002)
    assert analysis.tempo.error_percent < 0.02
    assert len(analysis.tempo_map) == 1


def test_beats_and_downbeats_lie_where_they_were_played(analysis):
    truth = beat_times(BPM, 96)
    assert near(analysis.beats_s, truth[4:]) > 0.98
    assert near([analysis.beats_s[at] for at in analysis.downbeats], truth[4::4]) > 0.98
    assert len(analysis.beats_s) <= 102
    assert (analysis.metre.numerator, analysis.metre.denominator) == (4, 4)


def test_other_metres_are_weighed_beside_the_one_that_is_told(analysis):
    metre = analysis.metre
    weights = [other.weight for other in metre.alternatives]
    assert weights == sorted(weights, reverse=True)
    assert metre.confidence + sum(weights) == pytest.approx(1, abs=0.05)
    assert metre.is_ambiguous == (bool(weights) and weights[0] > 0.5 * metre.confidence)
    assert (4, 4) not in [(other.numerator, other.denominator) for other in metre.alternatives]


def test_a_backbeat_over_bars_of_two_is_ambiguous():
    bars = Bars(4, np.arange(8) % 4, {}, 0.5, 1.0, {2: 0.45, 3: 0.05, 4: 0.5})
    counted = SimpleNamespace(thirds=-0.9)
    metre = timing._metre(bars, counted, [], None, AnalyzeParams(file="x"))
    assert metre.is_ambiguous
    rivals = [(other.numerator, other.denominator, other.weight) for other in metre.alternatives]
    assert rivals == [(2, 4, 0.45), (3, 4, 0.05)]
    told = timing._metre(bars, counted, [], None, AnalyzeParams(file="x", metre="4/4"))
    assert not told.is_ambiguous
    assert told.confidence == 1.0


def test_three_beats_make_a_bar_of_three(analyze, write):
    truth = beat_times(126, 90)
    found = analyze(write("waltz", make_song(truth, 3)))
    assert (found.metre.numerator, found.metre.n_beats_per_bar) == (3, 3)
    assert near([found.beats_s[at] for at in found.downbeats], truth[3::3]) > 0.95


def test_beats_follow_a_drummer_who_drifts(analyze, write):
    periods = 60 / 104 * (1 + 0.05 * np.sin(np.arange(96) / 14))
    truth = 0.3 + np.concatenate([[0], np.cumsum(periods)])
    found = analyze(write("drift", make_song(truth)))
    assert not found.tempo.is_steady
    assert near(found.beats_s, truth[8:-4], 0.07) > 0.9
    assert len(found.tempo_map) > 10
    assert any("not steady" in warning for warning in found.warnings)


def test_a_bare_click_that_drifts_is_put_on_no_even_grid(analyze, write):
    rng = np.random.default_rng(4)
    clicks_s = 0.5 + np.concatenate([[0], np.cumsum(60 / 110 * (1 + 0.015 * np.sin(np.arange(40) / 4)))])
    sound = np.zeros(int((clicks_s[-1] + 1) * RATE))
    t = np.arange(int(0.08 * RATE)) / RATE
    for number, click_s in enumerate(clicks_s):
        at = int(click_s * RATE)
        hit = np.sin(2 * np.pi * 70 * t) + 0.5 * rng.standard_normal(len(t)) * np.exp(-t / 0.005)
        sound[at : at + len(t)] += 0.4 * (1.0 if number % 4 == 0 else 0.7) * np.exp(-t / 0.02) * hit
    found = analyze(write("clicks", sound))
    assert not found.tempo.is_steady
    counted = [beat_s for beat_s in found.beats_s if clicks_s[0] - 0.02 < beat_s < clicks_s[-1] + 0.02]
    assert len(counted) >= 19
    assert max(np.abs(clicks_s - beat_s).min() for beat_s in counted) < 0.02


def test_chords_and_key_are_those_that_were_played(analysis):
    assert analysis.key.name in ("C major", "A minor")
    assert analysis.key.relative in ("A minor", "C major")
    heard = {chord.label.partition("/")[0] for chord in analysis.chords if chord.end_s - chord.start_s > 1}
    assert {"C:maj", "A:min", "F:maj", "G:maj"} <= heard
    for chord in analysis.chords:
        assert chord.start_beat is not None
        assert chord.start_s == pytest.approx(analysis.beats_s[chord.start_beat], abs=0.002)


def test_sections_and_phrases_leave_no_gap(analysis):
    for parts in (analysis.sections, analysis.phrases):
        assert parts[0].start_s == 0.0
        assert parts[-1].end_s == pytest.approx(analysis.duration_s, abs=0.002)
        assert all(a.end_s == b.start_s for a, b in itertools.pairwise(parts))
        assert all(1 <= part.energy_1_10 <= 10 for part in parts)


def test_a_loud_part_has_more_energy(analyze, write):
    loud, soft = make_song(beat_times(120, 64)), make_song(beat_times(120, 64), n_parts=1)
    found = analyze(write("dynamics", np.concatenate([0.12 * soft, loud, 0.12 * soft])))
    middle = [p.energy_1_10 for p in found.phrases if 40 < 0.5 * (p.start_s + p.end_s) < 58]
    outer = [p.energy_1_10 for p in found.phrases if p.end_s < 28]
    assert min(middle) > max(outer) + 2


def test_corrections_hold(analyze, song):
    first_s = 0.3 + 60 / BPM * 5
    told = analyze(song, tempo_factor="half", metre="2/4")
    assert told.tempo.tempo_bpm == pytest.approx(BPM / 2, rel=0.001)
    assert (told.metre.numerator, told.metre.confidence) == (2, 1.0)
    doubled = analyze(song, tempo_factor="double")
    assert doubled.tempo.tempo_bpm == pytest.approx(2 * BPM, rel=0.001)
    moved = analyze(song, first_beat_s=first_s)
    assert min(abs(moved.beats_s[at] - first_s) for at in moved.downbeats) < 0.01
    as_told = analyze(song, tempo_bpm=BPM * 1.01)
    assert as_told.tempo.tempo_bpm == pytest.approx(BPM, rel=0.0005)
    assert as_told.tempo.confidence == 1.0


def test_loudness_and_outline_cover_the_song(analysis):
    n = len(analysis.loudness.momentary_lufs)
    assert analysis.duration_s - 1 < n * analysis.loudness.hop_s < analysis.duration_s
    assert len(analysis.peaks.highest_percent) * analysis.peaks.hop_s == pytest.approx(analysis.duration_s, rel=0.01)
    assert max(analysis.peaks.highest_percent) <= 100
    assert len(analysis.style_vector) == 32


def test_tuning_is_told_in_cents(analyze, write):
    song = make_song(beat_times(100, 32))
    slower = np.interp(np.arange(int(len(song) * 1.0116)) / 1.0116, np.arange(len(song)), song)
    assert analyze(write("flat", slower)).tuning_cents == pytest.approx(-20, abs=6)


def noise(seconds: float) -> np.ndarray:
    return 0.2 * np.random.default_rng(1).normal(size=int(seconds * RATE))


def babble() -> np.ndarray:
    """Return syllables of a buzzing voice with pauses, as irregular as speech."""
    rng = np.random.default_rng(5)
    sound, time = np.zeros(25 * RATE), 0.3
    while time < 24:
        n = int(rng.uniform(0.08, 0.3) * RATE)
        pitch = np.cumsum(rng.uniform(90, 160) * np.exp(np.cumsum(rng.normal(0, 2e-5, n)))) / RATE
        syllable = ((pitch % 1) < 0.1) - 0.1 + 0.1 * rng.normal(size=n)
        sound[int(time * RATE) : int(time * RATE) + n] += 0.3 * syllable * np.hanning(n)
        time += n / RATE + rng.choice([0.02, 0.05, 0.1, 0.4, 0.9])
    return sound


@pytest.mark.parametrize(
    ("kind", "sound"),
    [
        ("silence", lambda: np.zeros(6 * RATE)),
        ("noise", lambda: noise(12)),
        ("4 s of noise", lambda: noise(4)),
        ("6 s of noise", lambda: noise(6)),
        ("speech", babble),
        ("hum", lambda: 0.3 * np.sin(2 * np.pi * 220 * np.arange(8 * RATE) / RATE)),
        ("second", lambda: 0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)),
    ],
)
def test_what_has_no_beat_is_told_to_have_none(analyze, write, kind, sound):
    found = analyze(write(kind, sound()))
    assert found.tempo is None
    assert found.metre is None
    assert found.beats_s == found.downbeats == found.tempo_map == ()
    assert found.warnings
    if kind != "hum":
        assert found.key is None
        assert found.chords == ()
    assert found.sections[0].start_s == 0.0


def test_minutes_of_silence_are_one_stretch_without_loudness(analyze, write):
    minutes = 3
    found = analyze(write("silence", np.zeros(minutes * 60 * RATE)))
    assert found.duration_s == minutes * 60
    assert len(found.sections) == 1
    assert found.sections[0].end_s == found.phrases[-1].end_s == minutes * 60
    assert found.loudness.momentary_lufs == (None,) * (minutes * 600 - 3)
    assert set(found.peaks.highest_percent) == {0.0}
    assert found.peaks.hop_s * len(found.peaks.highest_percent) == pytest.approx(minutes * 60)
    assert found.warnings == ("It is silent: there is nothing to analyse.",)


def test_drums_alone_have_a_beat_but_no_key(analyze, write):
    rng, sound = np.random.default_rng(2), np.zeros(24 * RATE)
    t = np.arange(int(0.12 * RATE)) / RATE
    for number, time in enumerate(beat_times(110, 42)):
        hit = (
            np.sin(2 * np.pi * 60 * t) * np.exp(-25 * t)
            if number % 2 == 0
            else rng.normal(size=len(t)) * np.exp(-40 * t)
        )
        sound[int(time * RATE) : int(time * RATE) + len(t)] += 0.5 * hit
    found = analyze(write("drums", sound))
    assert found.tempo.tempo_bpm % 55 == pytest.approx(0, abs=0.2) or found.tempo.tempo_bpm % 55 > 54.8
    assert found.key is None
    assert any("No key" in warning for warning in found.warnings)


def test_opposite_channels_do_not_cancel(analyze, write):
    song = make_song(beat_times(BPM, 96))
    found = analyze(write("opposite", np.stack([song, -song])))
    assert found.tempo.tempo_bpm == pytest.approx(BPM, rel=0.0005)
    assert found.key is not None or any("No key" in warning for warning in found.warnings)


def test_a_real_recording(analyze, shared_audio):
    found = analyze(shared_audio / "synth" / "d1_rock_peatfire" / "mix.ogg")
    assert found.tempo.tempo_bpm == pytest.approx(132, rel=0.0002)
    rows = (shared_audio / "synth" / "d1_rock_peatfire" / "beats.csv").read_text().split()[1:]
    truth = [float(row.split(",")[0]) for row in rows]
    downbeats = [float(row.split(",")[0]) for row in rows if row.endswith(",1")]
    assert near(found.beats_s, truth, 0.07) > 0.95
    assert near([found.beats_s[at] for at in found.downbeats], downbeats, 0.07) > 0.9
    assert found.key.name == "E minor"
