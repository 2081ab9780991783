"""Where beats and bars lie: how sure that is, where else they may lie, and how to have them there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from capabilities.analyzing.conftest import beat_times, make_song
from tonmeister.capabilities.analyzing import placing
from tonmeister.capabilities.analyzing.doubts import find_doubts
from tonmeister.capabilities.analyzing.params import Placing, PlacingAlternative
from tonmeister.dsp.bars import Bars

N_BEATS, PERIOD_S, FIRST_S = 32, 0.5, 0.2
BEATS_S = FIRST_S + PERIOD_S * np.arange(N_BEATS)


def counted(beats_s=BEATS_S, score=0.0):
    return SimpleNamespace(beats_s=beats_s + placing.DELAY_S, score=score)


def besides_scatter(tempo) -> dict:
    """Return a tempo without how far onsets lie from the beats, which depends on where these lie."""
    return tempo.model_dump(exclude={"scatter_ms"})


def bars(first: int) -> Bars:
    return Bars(4, (np.arange(N_BEATS) - first) % 4, {}, 1.0, 1.0, {4: 1.0})


def place(monkeypatch, rivals, first: int, scores) -> Placing:
    """Judge the placing of even beats; a rival's bars begin on the first of its beats."""
    monkeypatch.setattr(placing, "_bars_s", lambda rival, n, *_: rival.beats_s[::n] - placing.DELAY_S)
    return placing.tell_placing(counted(), rivals, bars(first), np.array(scores), None, None, None)


def test_beats_that_come_near_are_named_with_the_bar_that_lies_nearest(monkeypatch):
    rival = counted(BEATS_S - PERIOD_S / 2, score=-1.0)
    found = place(monkeypatch, [counted(score=-9.0), rival], 1, [-9.0, 0.0, -9.0, -9.0])
    (other,) = found.alternatives
    assert found.first_beat_s == pytest.approx(FIRST_S + PERIOD_S)
    assert (other.moves, other.n_beats_later) == ("beats", -1.5)
    assert other.first_beat_s == pytest.approx(FIRST_S - PERIOD_S / 2, abs=1e-3)
    assert other.weight == pytest.approx(1 - found.beat_confidence, abs=2e-3)
    assert found.bar_confidence > 0.95


def test_another_beat_of_the_bar_is_named_forwards_or_back(monkeypatch):
    ahead = place(monkeypatch, [], 0, [0.0, -9.0, -9.0, -1.0]).alternatives
    assert [(other.moves, other.n_beats_later) for other in ahead] == [("bars", 3.0)], (
        "there is no beat before the first"
    )
    back = place(monkeypatch, [], 1, [-1.0, 0.0, -9.0, -9.0]).alternatives
    assert [(other.moves, other.n_beats_later, other.first_beat_s) for other in back] == [("bars", -1.0, FIRST_S)]


def test_what_is_far_off_is_not_told_but_counts(monkeypatch):
    margins = [(place(monkeypatch, [counted(score=-apart)], 0, [0.0, -apart, -20, -20])) for apart in (3.0, 6.0)]
    assert [each.alternatives for each in margins] == [(), ()]
    assert margins[0].beat_confidence < margins[1].beat_confidence < 1
    assert margins[0].bar_confidence < margins[1].bar_confidence < 1


def test_beats_that_wander_are_counted_not_measured():
    beats_s = np.cumsum([0.2, 0.5, 0.5, 0.6, 0.7, 0.8, 0.8, 0.8])
    bars = placing._alternative("bars", beats_s[4:5], beats_s, 1, 0.2)
    between = placing._alternative("beats", np.array([-0.05]), beats_s, 0, 0.2)
    assert (bars.n_beats_later, between.n_beats_later) == (3.0, pytest.approx(-0.25 / 0.7, abs=0.04))


def test_without_a_whole_bar_there_is_no_placing():
    none = Bars(4, np.array([1, 2, 3]), {}, 1.0, 1.0, {4: 1.0})
    assert placing.tell_placing(counted(BEATS_S[:3]), [], none, np.zeros(4), None, None, None) is None


@pytest.mark.parametrize(
    ("moves", "later", "words"),
    [
        ("beats", 0.5, "or half a beat later, at 1.983 s"),
        ("beats", -1.5, "or a beat and a half earlier, at"),
        ("beats", 3.5, "or 3 and a half beats later, at"),
        ("beats", -0.83, "or 0.25 s earlier, at"),
        ("bars", -1.0, "or a beat earlier, at"),
        ("bars", 2.0, "or 2 beats later, at"),
    ],
)
def test_a_doubt_names_the_option_that_settles_it(moves, later, words):
    other = PlacingAlternative(moves=moves, n_beats_later=later, first_beat_s=1.983, weight=0.3)
    place = Placing(first_beat_s=1.733, beat_confidence=0.7, bar_confidence=1, alternatives=(other,))
    (told,) = find_doubts(SimpleNamespace(tempo=None, metre=None, placing=place), SimpleNamespace(key=None))
    assert (told.about, told.first_beat_s, told.tempo_bpm, told.metre) == (moves, 1.983, None, None)
    assert words in told.text
    assert told.warning == f"{told.text.removesuffix('.')} (--first-beat-s 1.983)."
    assert told.text.startswith("Where the beats lie" if moves == "beats" else "Which beat begins the bar")


def test_a_clear_band_has_no_rival_and_a_told_beat_no_doubt(analyze, write):
    song = write("placed", make_song(beat_times(117.3, 64)))
    found = analyze(song)
    assert found.placing.alternatives == ()
    assert min(found.placing.beat_confidence, found.placing.bar_confidence) > 0.9
    assert found.placing.first_beat_s == pytest.approx(found.beats_s[found.downbeats[0]], abs=1e-3)
    half_s = found.placing.first_beat_s + 30 / 117.3
    moved = analyze(song, first_beat_s=half_s)
    assert moved.placing.first_beat_s == pytest.approx(half_s, abs=0.01)
    assert besides_scatter(moved.tempo) == besides_scatter(found.tempo)
    assert (moved.placing.beat_confidence, moved.placing.bar_confidence) == (1, 1)
    assert analyze(song, tempo_bpm=333.0).placing is None, "counted evenly as told"
    doubled = analyze(song, tempo_factor="double")
    assert doubled.placing.beat_confidence > 0.9


def test_drums_alone_that_are_cut_to_whole_bars_begin_with_one(analyze, shared_audio):
    loop = shared_audio / "annotated" / "loops" / "loop_amen_full.flac"  # four bars, cut on the first beat
    found = analyze(loop)
    assert [round(found.beats_s[at] / (240 / 140), 1) for at in found.downbeats] == [0, 1, 2, 3]


def test_drums_alone_tell_that_the_snare_may_not_begin_the_bar(analyze, write, shared_audio):
    sound, rate = soundfile.read(shared_audio / "annotated" / "loops" / "loop_compus.flac", dtype="float32")
    assert rate == 44_100
    # with silence after it lasts no whole bars any more, so that the drums alone must tell
    loop = write("compus", np.pad(sound.T, [(0, 0)] * (sound.ndim - 1) + [(0, round(0.2 * rate))]))
    found = analyze(loop)
    firsts = {other.moves: other.first_beat_s for other in found.placing.alternatives}
    if found.beats_s[found.downbeats[0]] > 0.05:
        assert firsts["bars"] == pytest.approx(0, abs=0.02)
    assert any("--first-beat-s 0.00" in warning for warning in found.warnings)
    right = analyze(loop, first_beat_s=firsts["bars"])
    assert right.tempo.tempo_bpm == pytest.approx(found.tempo.tempo_bpm, rel=1e-3)
    assert [round(right.beats_s[at] / (240 / 148), 1) for at in right.downbeats][:4] == [0, 1, 2, 3]
    assert right.placing.alternatives == ()
    assert not any("doubtful" in warning for warning in right.warnings)


def test_beats_that_are_put_elsewhere_keep_their_tempo(analyze, shared_audio):
    (stem,) = shared_audio.glob("stems/lmms_capdan_twilightarea*/drums.ogg")
    found = analyze(stem)
    (other,) = [other for other in found.placing.alternatives if other.moves == "beats"]
    moved = analyze(stem, first_beat_s=other.first_beat_s)
    assert besides_scatter(moved.tempo) == besides_scatter(found.tempo)
    assert np.abs(np.array(moved.beats_s)[list(moved.downbeats)] - other.first_beat_s).min() < 0.01
