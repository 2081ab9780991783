"""From seconds to note values."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.tab import PlayedNote


def steady(tempo_bpm: float, n_beats: int, start_s: float = 0.0) -> TimeMap:
    return TimeMap(tuple(start_s + 60.0 / tempo_bpm * beat for beat in range(n_beats + 1)))


def play(places: list[Fraction], time_map: TimeMap, scatter_s: float = 0.0, seed: int = 0) -> list[PlayedNote]:
    draw = random.Random(seed)
    return [
        PlayedNote(onset_s, onset_s + 0.1, 60)
        for onset_s in (time_map.time_s(place) + draw.gauss(0.0, scatter_s) for place in places)
    ]


grids = st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 6, 8]), st.integers(1, 255)), min_size=1, max_size=16).map(
    lambda beats: [
        beat + Fraction(slot, parts)
        for beat, (parts, struck) in enumerate(beats)
        for slot in range(parts)
        if struck >> slot & 1
    ]
)
maps = st.lists(st.floats(0.25, 1.2), min_size=17, max_size=17).map(
    lambda lengths: TimeMap(tuple(1.0 + sum(lengths[:at]) for at in range(len(lengths) + 1)))
)


@settings(max_examples=80, deadline=None)
@given(grids.filter(len), maps)
def test_an_exact_grid_comes_out_exactly_at_any_tempo(places, time_map):
    notes = play(places, time_map)
    found = quantise(notes, time_map, smallest="1/32", detect_swing=False)
    assert list(found.onsets) == places
    assert all(offset > onset for onset, offset in zip(found.onsets, found.offsets, strict=True))


@pytest.mark.parametrize("kinds", [(1, 2), (1, 2, 4), (1, 2, 3, 4)])
def test_a_scatter_of_15_ms_at_120_bpm_is_put_right(kinds):
    right = total = 0
    time_map = steady(120, 60)
    for seed in range(6):
        draw = random.Random(seed)
        places: list[Fraction] = []
        parts = draw.choice(kinds)
        for beat in range(60):
            if draw.random() < 0.2:
                parts = draw.choice(kinds)
            places += [beat + Fraction(slot, parts) for slot in range(parts) if draw.random() < 0.75 or parts == 1]
        found = quantise(play(places, time_map, 0.015, seed), time_map, detect_swing=False)
        right += sum(one == other for one, other in zip(found.onsets, places, strict=True))
        total += len(places)
    assert right / total >= 0.98


def test_swing_is_heard_and_written_straight():
    time_map = steady(110, 32)
    places = [beat + part for beat in range(32) for part in (Fraction(0), Fraction(66, 100))]
    found = quantise(play(places, time_map, 0.008), time_map)
    assert found.swing_percent == pytest.approx(66, abs=2)
    assert list(found.onsets) == [Fraction(half, 2) for half in range(64)]
    straight = quantise(play([Fraction(half, 2) for half in range(64)], time_map, 0.008), time_map)
    assert straight.swing_percent is None
    triplets = [beat + Fraction(third, 3) for beat in range(32) for third in range(3)]
    assert quantise(play(triplets, time_map, 0.008), time_map).swing_percent is None


def test_the_smallest_value_is_kept_to():
    time_map = steady(120, 8)
    places = [Fraction(slot, 8) for slot in range(64)]
    for smallest, parts in (("1/4", 1), ("1/8", 2), ("1/16", 4), ("1/32", 8)):
        found = quantise(play(places, time_map), time_map, smallest=smallest, triplets=False)
        assert all(parts % place.denominator == 0 for place in (*found.onsets, *found.offsets))
    with pytest.raises(ValueError, match="smallest must be one of"):
        quantise([], time_map, smallest="1/64")


def test_beats_of_six_eight_are_divided_by_three():
    time_map = steady(60, 8)
    places = [Fraction(third, 3) for third in range(24)]
    found = quantise(play(places, time_map, 0.015), time_map, metre=Metre(6, 8))
    assert list(found.onsets) == places


def test_notes_before_the_first_beat_and_after_the_last():
    time_map = steady(120, 4, start_s=1.0)
    found = quantise(play([Fraction(-1, 2), Fraction(6)], time_map), time_map)
    assert found.onsets == (Fraction(-1, 2), Fraction(6))


@settings(max_examples=40, deadline=None)
@given(maps, st.floats(-3.0, 25.0))
def test_a_time_map_goes_there_and_back(time_map, beat):
    assert time_map.beats([time_map.time_s(beat)])[0] == pytest.approx(beat, abs=1e-6)


def test_what_is_no_time_map_is_refused():
    with pytest.raises(ValueError, match="at least 2 beats"):
        TimeMap((1.0,))
    with pytest.raises(ValueError, match="must rise"):
        TimeMap((1.0, 1.0))
