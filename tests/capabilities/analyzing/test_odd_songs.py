"""Songs that are recorded or corrected in odd ways, and what is told of them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from capabilities.analyzing.conftest import beat_times, make_song
from tonmeister import app
from tonmeister.capabilities.analyzing.params import AnalyzeParams
from tonmeister.capabilities.analyzing.timing import _check_doubled
from tonmeister.core.errors import ParameterError

BPM = 117.3


def test_opposite_channels_are_heard_like_equal_ones(analyze, write):
    song = make_song(beat_times(BPM, 32))
    found, plain = (analyze(write(name, np.stack([song, right]))) for name, right in (("x", -song), ("y", song)))
    assert plain.key is not None
    assert (found.key, found.chords) == (plain.key, plain.chords)
    assert found.tempo == plain.tempo
    assert sum("cancel each other" in warning for warning in found.warnings) == 1
    assert not any("cancel each other" in warning for warning in plain.warnings)


def test_how_surround_was_folded_is_told(analyze, write):
    found = analyze(write("six", np.random.default_rng(1).normal(0, 0.05, (6, 6 * 44_100))))
    assert any("LFE left out" in text for text in found.warnings)


@pytest.fixture(scope="module")
def song(write):
    return write("told", make_song(beat_times(BPM, 32)))


@pytest.mark.parametrize("tempo_bpm", [20, 31, 90, 250, 400])
def test_a_tempo_that_is_told_is_what_comes_out(analyze, song, tempo_bpm):
    found = analyze(song, tempo_bpm=tempo_bpm)
    assert found.tempo.tempo_bpm == pytest.approx(tempo_bpm, rel=0.041)
    assert 60 / np.median(np.diff(found.beats_s)) == pytest.approx(tempo_bpm, rel=0.041)
    assert found.downbeats
    is_even = any("counted evenly" in warning for warning in found.warnings)
    assert found.beat_engine == ("told" if is_even else "own")
    assert found.tempo.is_told
    if is_even:
        assert found.tempo.tempo_bpm == tempo_bpm
        assert (found.tempo.confidence, found.tempo.scatter_ms, found.tempo.error_percent) == (0.0, None, None)
        [why] = [warning for warning in found.warnings if "counted evenly" in warning]
        assert re.search(r"Without that tempo 117\.3\d BPM was found: steady", why)
        np.testing.assert_allclose(np.diff(found.beats_s), 60 / tempo_bpm, atol=0.001)
    assert is_even or tempo_bpm not in (20, 400)


def test_beats_that_wander_near_a_told_tempo_are_no_beat_where_the_song_is_steady_at_another(analyze, shared_audio):
    found = analyze(shared_audio / "synth" / "d7_guitar_carcassi_op60_2" / "guitar.ogg", tempo_bpm=30)
    assert (found.beat_engine, found.tempo.tempo_bpm) == ("told", 30)
    assert any(
        text.startswith("No steady beat was found near 30 BPM") and "88.00 BPM was found" in text
        for text in found.warnings
    )
    assert not any("not steady" in text for text in found.warnings)


def test_an_even_count_keeps_the_first_beat_the_metre_and_the_factor(analyze, song):
    found = analyze(song, tempo_bpm=20, first_beat_s=4.0, metre="3/4")
    assert found.tempo.tempo_bpm == 20
    assert [round(found.beats_s[at], 3) for at in found.downbeats] == [4.0, 13.0]
    assert (found.metre.numerator, found.metre.denominator) == (3, 4)
    assert analyze(song, tempo_bpm=20, tempo_factor="half").tempo.tempo_bpm == 10


def test_no_beats_are_counted_faster_than_a_tempo_may_be_told(analyze, song):
    with pytest.raises(ParameterError) as caught:
        analyze(song, tempo_bpm=300, tempo_factor="double")
    assert (caught.value.field, caught.value.value) == ("tempo_bpm", 300)
    assert "600 BPM is more than 400" in str(caught.value)
    assert app.capability("analyze").check is not None
    with pytest.raises(ParameterError):
        app.capability("analyze").check_early(AnalyzeParams(file="any", tempo_bpm=201, tempo_factor="double"))
    app.capability("analyze").check_early(AnalyzeParams(file="any", tempo_bpm=200, tempo_factor="double"))


def test_beats_found_too_fast_are_not_counted_twice_as_fast():
    asked = AnalyzeParams(file="any", tempo_factor="double")
    _check_doubled(200.0, asked)
    with pytest.raises(ParameterError, match="twice as fast is more than 400 BPM"):
        _check_doubled(200.1, asked)


def test_a_steady_song_is_steady_counted_twice_as_fast(analyze, shared_audio):
    file = shared_audio / "synth" / "d5_guitar_bn1_129_eb" / "guitar.ogg"
    found, told = analyze(file, tempo_factor="double"), analyze(file, tempo_bpm=129, tempo_factor="double")
    for each in (found, told):
        assert (each.beat_engine, each.tempo.is_steady) == ("own", True)
        assert each.tempo.tempo_bpm == pytest.approx(258, rel=0.0005)
        assert max(abs(step - 60 / 258) for step in np.diff(each.beats_s)) < 0.001
    assert (told.tempo.confidence, any("No steady beat" in text for text in told.warnings)) == (1.0, False)
    assert any("The tempo is doubtful" in text for text in found.warnings)


def test_half_the_tempo_told_by_hand_is_the_beats_counted_half_as_fast(analyze, shared_audio):
    """What lies between the beats goes at that tempo too, and was taken for them."""
    file = shared_audio / "synth" / "d5_guitar_bn1_129_eb" / "guitar.ogg"
    halved = analyze(file, tempo_factor="half")
    for told in (
        analyze(file, tempo_bpm=64.5),
        analyze(file, tempo_bpm=65.1),
        analyze(file, tempo_bpm=129, tempo_factor="half"),
    ):
        assert told.beats_s == halved.beats_s
        assert (told.tempo.is_told, told.tempo.confidence, told.tempo.is_steady) == (True, 1.0, True)
    assert not any("You told" in text for text in analyze(file, tempo_bpm=64.5).warnings)
    assert "You told 66.5 BPM; the beats found near it go at 64.50." in analyze(file, tempo_bpm=66.5).warnings
    assert analyze(file, tempo_bpm=129).beats_s == analyze(file).beats_s


def test_beats_at_the_edge_of_what_was_looked_for_are_none(analyze, shared_audio):
    found = analyze(shared_audio / "synth" / "d5_guitar_bn1_129_eb" / "guitar.ogg", tempo_bpm=100)
    assert (found.beat_engine, found.tempo.tempo_bpm, found.tempo.confidence) == ("told", 100, 0.0)
    assert any("near 100 BPM" in text and "129.00 BPM was found: steady" in text for text in found.warnings)


def test_a_tempo_too_slow_for_the_song_is_said_not_to_be_used(analyze, write):
    found = analyze(write("short", make_song(beat_times(BPM, 8))), tempo_bpm=20)
    assert any("20 BPM was not used" in warning for warning in found.warnings)


def test_a_first_beat_beyond_the_song_is_refused(analyze, song):
    with pytest.raises(ParameterError, match="first_beat_s is 9999, but must be at most 17"):
        analyze(song, first_beat_s=9999)
