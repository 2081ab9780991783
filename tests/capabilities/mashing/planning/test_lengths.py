"""A plan is as long as was wished for, as far as whole sections allow; else it says why not."""

from __future__ import annotations

import pytest

from capabilities.mashing.boards import gathering, song
from capabilities.mashing.planning.test_make import STYLES
from tonmeister.capabilities.mashing.match import rate_songs
from tonmeister.capabilities.mashing.params import MashPlanParams
from tonmeister.capabilities.mashing.planning.costs import Board
from tonmeister.capabilities.mashing.planning.lengths import fit_slots
from tonmeister.capabilities.mashing.planning.make import make_plans, slot_bars


def made(style: str, length_s: float, *, n_songs: int = 2, bpm: float = 124, **wishes):
    songs = [song(n + 1, bpm=bpm + 2 * n, key=n) for n in range(n_songs)]
    params = MashPlanParams(songs=[f"{n}.wav" for n in range(n_songs)], style=style, length_s=length_s, **wishes)
    params, held = fit_slots(params, gathering(*songs, n_bars=slot_bars(style, params.n_phrase_bars)))
    scores = held.scores()
    return make_plans(Board(held.materials, scores), params, rate_songs(held, scores, 3))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("length_s", [20, 30, 45, 60, 120])
def test_short_and_long_wishes_are_met(style, length_s):
    for plan in made(style, length_s):
        assert plan.duration_s == pytest.approx(length_s, rel=0.2)
        assert not any(warning.startswith("It lasts") for warning in plan.origin.warnings)
        assert plan.origin.n_slot_bars == (4 if length_s < 36 or style == "megamix" else 8)


def test_slow_songs_have_few_short_sections():
    plan = made("classic", 20, bpm=92)[0]
    assert [section.n_bars for section in plan.masterplan.timeline] == [4, 4]


@pytest.mark.parametrize("style", STYLES)
def test_where_phrases_are_too_long_for_the_wish_that_is_told(style):
    plan = made(style, 20, bpm=124, n_phrase_bars=16)[0]
    n_bars = plan.origin.n_slot_bars
    assert len(plan.masterplan.timeline) == 2
    told = [warning for warning in plan.origin.warnings if warning.startswith("It lasts")]
    assert told == [
        f"It lasts {plan.duration_s:.1f} s, not 20 s: a section of {n_bars} bars lasts {plan.duration_s / 2:.1f} s at "
        f"{plan.masterplan.global_.targetBPM:g} BPM, and 2 sections are the least. Shorter phrases (n_phrase_bars 4) "
        "come nearer."
    ]


def test_each_of_many_songs_has_room_for_a_section():
    plan = made("medley", 20, n_songs=4)[0]
    assert {section.backing[0] for section in plan.masterplan.timeline} == {"A", "B", "C", "D"}
    assert any("4 sections are the least" in warning for warning in plan.origin.warnings)
