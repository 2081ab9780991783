"""Necks: what can be taken where, and with which grips."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.music.fretboard import MAX_VOICINGS, TUNINGS, Fretboard, find_voicings, is_reachable
from tonmeister.music.tab import Place

necks = st.builds(
    Fretboard,
    tuning=st.one_of(
        st.sampled_from(list(TUNINGS.values())), st.lists(st.integers(25, 70), min_size=1, max_size=8).map(tuple)
    ),
    n_frets=st.integers(12, 24),
    capo=st.integers(0, 7),
)


@settings(max_examples=50, deadline=None)
@given(necks, st.integers(20, 100))
def test_a_place_sounds_the_pitch_and_none_is_missed(neck, midi):
    found = neck.places(midi)
    assert all(neck.midi(place) == midi for place in found)
    everywhere = {
        Place(string, fret)
        for string in range(1, neck.n_strings + 1)
        for fret in range(neck.last_fret + 1)
        if neck.tuning[-string] + neck.capo + fret == midi
    }
    assert set(found) == everywhere


@settings(max_examples=40, deadline=None)
@given(necks, st.lists(st.integers(30, 80), min_size=1, max_size=4))
def test_voicings_are_those_that_a_hand_can_hold(neck, pitches):
    found = find_voicings(neck, tuple(pitches))
    tried = itertools.product(*(neck.places(pitch) for pitch in pitches))
    assert set(found) == {voicing for voicing in tried if is_reachable(voicing)}


def test_a_string_taken_twice_or_a_wide_stretch_is_out_of_reach():
    assert not is_reachable([Place(1, 0), Place(1, 3)])
    assert not is_reachable([Place(6, 1), Place(1, 7)])
    assert is_reachable([Place(6, 12), Place(1, 19)])  # frets are narrow up there
    assert is_reachable([Place(6, 0), Place(1, 19)])


def test_the_open_chords_of_a_guitar():
    e_major = tuple(Place(string, fret) for string, fret in ((6, 0), (5, 2), (4, 2), (3, 1), (2, 0), (1, 0)))
    assert find_voicings(Fretboard(), (40, 47, 52, 56, 59, 64)) == (e_major,)


def test_a_re_entrant_ukulele():
    neck = Fretboard(TUNINGS["ukulele"], n_frets=12)
    assert neck.places(67) == (Place(2, 3), Place(3, 7), Place(4, 0))
    assert neck.places(59) == ()


def test_a_capo_counts_frets_from_itself():
    neck = Fretboard(capo=2)
    assert neck.open_midi(6) == 42
    assert neck.last_fret == 20
    assert neck.midi(Place(1, 3)) == 69


def test_what_is_no_neck_is_refused():
    for wrong in ({"tuning": ()}, {"n_frets": 0}, {"capo": 22}, {"capo": -1}, {"tuning": (40, 200)}):
        with pytest.raises(ValueError, match="must"):
            Fretboard(**wrong)
    with pytest.raises(ValueError, match="fret must be"):
        Fretboard().midi(Place(1, 23))
    with pytest.raises(ValueError, match="string must be"):
        Fretboard().midi(Place(7, 0))


def test_strings_tuned_alike_do_not_search_for_ever():
    neck = Fretboard((40,) * 12, n_frets=36)
    began = time.process_time()
    assert len(find_voicings(neck, tuple(range(40, 46)) * 2)) == MAX_VOICINGS
    assert not find_voicings(neck, (*range(40, 46), *range(40, 45), 77))
    assert time.process_time() - began < 2
