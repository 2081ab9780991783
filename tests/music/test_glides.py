"""A glide that is held, and what only looks like one."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.music.glides import find_rise

TIMES = np.arange(60) * 0.0116


@pytest.mark.parametrize("depth", [100.0, 200.0, 300.0])
@pytest.mark.parametrize("takes_s", [0.06, 0.15, 0.3])
def test_a_glide_tells_its_depth_and_times(depth, takes_s):
    found = find_rise(TIMES, depth * np.clip((TIMES - 0.1) / takes_s, 0.0, 1.0))
    assert found is not None
    assert found.depth_cents == pytest.approx(depth, abs=1.0)
    assert 0.08 < found.start_s < found.arrival_s < 0.1 + takes_s + 0.02


@pytest.mark.parametrize(
    "cents",
    [
        np.where(TIMES < 0.2, 0.0, 100.0),  # the next note of a run
        np.where(TIMES < 0.2, 0.0, 133.0),
        np.select([TIMES < 0.2, TIMES < 0.35], [0.0, 100.0], 200.0),
        np.interp(TIMES, [0.1, 0.14, 0.29, 0.33], [0.0, 100.0, 100.0, 200.0]),  # a stand at a fret between
        700.0 * np.clip((TIMES - 0.1) / 0.2, 0.0, 1.0),  # farther than a finger bends
        150.0 * np.clip((TIMES - 0.1) / 0.2, 0.0, 1.0) * (TIMES < 0.31),  # not held
        np.full(60, 100.0),
        50.0 * np.sin(2 * np.pi * 5.5 * TIMES),
        60.0 * (1.0 - np.cos(2 * np.pi * 5.0 * np.clip(TIMES - 0.1, 0.0, 1.0))),  # a wide vibrato of a pushed string
        np.interp(TIMES, [0.1, 0.115, 0.17, 0.185], [0.0, 100.0, 100.0, 200.0]),  # over a fret
    ],
)
def test_a_jump_a_stand_between_and_a_sway_are_no_glide(cents):
    assert find_rise(TIMES, cents) is None


def test_a_gap_on_the_way_is_no_glide():
    cents = 100.0 * np.clip((TIMES - 0.1) / 0.1, 0.0, 1.0)
    known = (TIMES < 0.12) | (TIMES > 0.18)
    assert find_rise(TIMES, cents) is not None
    assert find_rise(TIMES[known], cents[known]) is None


def test_a_bend_that_overshoots_or_rests_on_its_way_is_as_deep_as_it_stays():
    past = np.interp(TIMES, [0.1, 0.26, 0.3, 0.36], [0.0, 225.0, 225.0, 200.0])
    rests = np.interp(TIMES, [0.1, 0.25, 0.32, 0.45], [0.0, 100.0, 100.0, 200.0])
    for cents in (past, rests):
        found = find_rise(TIMES, cents)
        assert found is not None
        assert found.depth_cents == pytest.approx(200.0, abs=15.0)


def test_a_pitch_of_the_next_note_is_no_deeper_bend():
    cents = np.interp(TIMES, [0.1, 0.25, 0.5, 0.511], [0.0, 100.0, 100.0, 300.0])
    found = find_rise(TIMES, cents)
    assert found is not None
    assert found.depth_cents == pytest.approx(100.0, abs=1.0)


def test_what_glides_longer_is_surer_to_be_a_bend():
    likely = [
        find_rise(TIMES, 200.0 * np.clip((TIMES - 0.1) / takes_s, 0.0, 1.0)).likelihood
        for takes_s in (0.06, 0.12, 0.24)
    ]
    assert likely == sorted(likely)
    assert 0.5 <= likely[0] < likely[-1] <= 1.0


def test_a_bend_let_go_tells_when():
    let_go = np.interp(TIMES, [0.1, 0.25, 0.4, 0.5], [0.0, 200.0, 200.0, 0.0])
    found = find_rise(TIMES, let_go)
    assert found is not None
    assert found.released_s == pytest.approx(0.5, abs=0.03)
    struck = np.where(TIMES < 0.4, np.interp(TIMES, [0.1, 0.25], [0.0, 200.0]), 0.0)
    assert find_rise(TIMES, struck).released_s is None
