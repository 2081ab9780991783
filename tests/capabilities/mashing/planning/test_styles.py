"""Plans are what their style's name promises: bands and drums change hands, voices are heard, energy has a course."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from capabilities.mashing.boards import gathering, song
from capabilities.mashing.planning.test_make import STYLES, planned
from tonmeister.capabilities.mashing.match import rate_songs
from tonmeister.capabilities.mashing.params import MashPlanParams
from tonmeister.capabilities.mashing.planning.bands import wanted_bands
from tonmeister.capabilities.mashing.planning.costs import Board
from tonmeister.capabilities.mashing.planning.make import make_plans
from tonmeister.capabilities.mashing.planning.resume import aims_of, resume_plan

SEEDS = ((1, 2), (3, 4), (7, 8))


def pair(seeds: tuple[int, int], *, key: int = 2, sung: float = 0.7, bpm: float = 126):
    return song(seeds[0], name="First.wav", sung=sung), song(seeds[1], name="Second.mp3", bpm=bpm, key=key, sung=sung)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("sung", [0.7, 0.0])
def test_in_a_trade_bands_are_traded_too(seeds, sung):
    _, plans = planned("trade", *pair(seeds, sung=sung), length_s=150)
    for plan in plans:
        timeline = plan.masterplan.timeline
        assert min(each.backing_share_percent for each in plan.songs) >= 30
        assert {each.backing[0] for each in timeline if each.lead} == {"A", "B"}
        assert not any("band of" in each.problem for each in plan.masterplan.problems_and_solutions)
    led = [each for each in plans[0].masterplan.timeline if each.lead]
    over_the_other = [each for each in led if each.lead[0] != each.backing[0]]
    assert len(over_the_other) >= len(led) - 1


def test_bands_change_where_turns_do():
    _, plans = planned("trade", *pair((3, 4)), length_s=180)
    turns = [aim.turn for aim in plans[0].origin.course]
    timeline = plans[0].masterplan.timeline
    for at, (before, after) in enumerate(itertools.pairwise(timeline), start=1):
        if before.lead and after.lead and turns[at] == turns[at - 1]:
            assert before.backing[0] == after.backing[0]


@pytest.mark.parametrize("n_songs", [2, 3])
@pytest.mark.parametrize("seed", [1, 3, 5])
def test_in_a_megamix_every_band_and_every_kit_is_heard_and_drums_carry_the_next(n_songs, seed):
    songs = [song(seed + n, bpm=118 + 3 * n, key=n) for n in range(n_songs)]
    held, plans = planned("megamix", *songs, length_s=120)
    follower = {
        row.id: after.id for material in held.materials for row, after in itertools.pairwise(material.rows)
    }  # fmt: skip
    for plan in plans:
        timeline = plan.masterplan.timeline
        letters = {each.songId for each in plan.songs}
        kits = {layer.songId for each in timeline for layer in each.layers if layer.stem == "drums"}
        assert kits == letters
        assert min(each.backing_share_percent for each in plan.songs) >= 60 / n_songs - 1e-9
        changes = 0
        for before, after in itertools.pairwise(timeline):
            drums = [layer for layer in after.layers if layer.stem == "drums"]
            if before.backing[0] != after.backing[0]:
                changes += 1
                assert after.drums == follower.get(before.backing, before.backing)
                assert [layer.phrase for layer in drums] == [after.drums]
            else:
                assert after.drums is None
        assert changes >= len(timeline) // 4


def test_two_slots_each_unless_somebody_would_lead_twice_as_often():
    _, plans = planned("trade", *pair((1, 2)), length_s=150)
    turns = [aim.turn for aim in plans[0].origin.course if aim.turn]
    assert len(turns) == 6
    assert turns.count("A") == turns.count("B")


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_in_a_classic_mashup_of_three_all_the_others_back(seed):
    songs = [song(seed + n, name=f"{n}.wav", bpm=120 + 2 * n, key=n) for n in range(3)]
    _, plans = planned("classic", *songs, lead="A")
    for plan in plans:
        assert min(each.backing_share_percent for each in plan.songs if each.songId != "A") >= 20
        assert {section.lead[0] for section in plan.masterplan.timeline if section.lead} == {"A"}


def test_what_is_not_heard_is_no_difficulty_and_who_does_not_lead_does_not_lead_with_its_melody():
    held, plans = planned("classic", *pair((1, 2), sung=0.0, bpm=132), length_s=150, lead="A")
    told = [f"{each.problem} {each.solution}" for each in plans[0].masterplan.problems_and_solutions]
    assert any(text.startswith("First has no voice. Its melody") for text in told)
    assert not any("Second has no voice" in text for text in told)
    assert any(text.startswith("Second has 132.0 BPM") for text in told)
    without = tuple(
        section.model_copy(update={"layers": tuple(layer for layer in section.layers if layer.songId == "A")})
        for section in plans[0].masterplan.timeline
    )
    master = plans[0].masterplan.model_copy(update={"timeline": without})
    again = resume_plan(plans[0].model_copy(update={"masterplan": master}), held, 3).plan
    assert not any("Second has 132.0 BPM" in each.problem for each in again.masterplan.problems_and_solutions)


@pytest.mark.parametrize("bpm", [126, 132, 140, 143])
@pytest.mark.parametrize("key", [0, 2, 6])
@pytest.mark.parametrize("arc", ["arc", "rise"])
def test_tempi_far_apart_do_not_silence_the_voice_of_a_classic_mashup(bpm, key, arc):
    songs = song(1, bpm=100), song(2, bpm=bpm, key=key)
    _, plans = planned("classic", *songs, length_s=150, lead="A", energy_arc=arc)
    for plan in plans:
        course = zip(plan.origin.course, plan.masterplan.timeline, strict=True)
        assert all(section.lead is not None for aim, section in course if aim.wants_lead)


def clashing(style: str, *songs, kept: int = 0, length_s: float = 150):
    """Plan with songs of which the first clashes with the second's band in every key, but for ``kept`` phrases."""
    held = gathering(*songs)
    scores = {
        pair: replace(
            each,
            total=np.where(np.arange(each.total.shape[2]) < kept, 80.0, 25.0) * np.ones_like(each.total),
            parts=each.parts
            | {
                name: np.where(np.arange(each.total.shape[2]) < kept, 0.8, 0.05) * np.ones_like(each.total)
                for name in ("harmony", "consonance")
            },
        )
        if pair == ("A", "B")
        else each
        for pair, each in held.scores().items()
    }
    board = Board(held.materials, scores)
    params = MashPlanParams(songs=["a.wav", "b.wav"], style=style, length_s=length_s, lead="A")
    return make_plans(board, params, rate_songs(held, scores, 3))[0]


def test_where_tones_clash_nothing_leads_and_that_is_told():
    plan = clashing("classic", *pair((1, 2)))
    assert not any(section.lead for section in plan.masterplan.timeline)
    told = [each.problem for each in plan.masterplan.problems_and_solutions]
    assert any(problem.startswith("In sections ") and "nothing leads" in problem for problem in told)
    plan = clashing("classic", *pair((1, 2)), kept=6)
    led = [section for section in plan.masterplan.timeline if section.lead]
    assert len(led) >= 5
    assert {section.backing for section in led} <= {f"B{n}" for n in range(1, 7)}


def test_a_band_that_clashes_with_all_leads_is_spared_and_that_is_told():
    plan = clashing("trade", *pair((1, 2)), length_s=260)
    first, second = plan.songs
    assert second.backing_share_percent < 30 < first.backing_share_percent
    [told] = [
        each.problem for each in plan.masterplan.problems_and_solutions if each.problem.startswith("The band of ")
    ]
    assert told.startswith("The band of Second plays in ")
    assert told.endswith("in these keys the leads of the others clash with it.")


def test_where_one_song_only_can_lead_a_trade_says_why_bands_are_not_traded():
    described, heard = song(2, name="Second.wav")
    heard.voice[:] = (np.arange(heard.voice.size).reshape(heard.voice.shape) % 7 == 0).astype(np.float32)
    _, plans = planned("trade", song(1, name="First.wav"), (described, heard), length_s=150)
    for plan in plans:
        share = next(each.backing_share_percent for each in plan.songs if each.songId == "A")
        told = [each.problem for each in plan.masterplan.problems_and_solutions]
        assert (share < 30) == any("band of First" in text and "no other song can lead" in text for text in told)
        over = [section.backing[0] for section in plan.masterplan.timeline if section.lead]
        assert over.count("B") > len(over) / 2


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("arc", ["arc", "rise", "wave", "steady", "fall"])
def test_sections_are_as_loud_as_the_course_asks(style, arc):
    _, plans = planned(style, *pair((1, 2)), length_s=150, energy_arc=arc)
    for plan in plans:
        for aim, section in zip(plan.origin.course, plan.masterplan.timeline, strict=True):
            assert section.level_lu == pytest.approx(9 * (aim.energy_share - 1), abs=0.051)
    levels = [section.energy_level for section in plans[0].masterplan.timeline if section.lead]
    if arc == "rise":
        assert levels[-1] - levels[0] >= 4
        assert all(after >= before - 1 for before, after in itertools.pairwise(levels))
    if arc == "fall":
        assert levels[0] - levels[-1] >= 4


def test_less_plays_where_little_energy_is_asked_for():
    for sung, thin, full in ((0.7, ["bass", "drums"], ["bass", "drums", "other"]), (0.0, ["bass"], ["bass", "drums"])):
        _, plans = planned("classic", *pair((1, 2), sung=sung), length_s=150, energy_arc="rise", lead="A")
        found = {True: set(), False: set()}
        for aim, section in zip(plans[0].origin.course, plans[0].masterplan.timeline, strict=True):
            if section.lead:
                stems = sorted(layer.stem for layer in section.layers if layer.role == "backing")
                found[aim.energy_share < 0.3].add(tuple(stems))
        assert found == {True: {tuple(thin)}, False: {tuple(full)}}


def test_a_plan_that_is_given_back_keeps_its_levels():
    held, plans = planned("trade", *pair((1, 2)), length_s=150, energy_arc="wave")
    again = resume_plan(plans[0], held, 3).plan
    assert [each.level_lu for each in again.masterplan.timeline] == [
        each.level_lu for each in plans[0].masterplan.timeline
    ]


def is_sung(plan) -> bool:
    layers = [layer for section in plan.masterplan.timeline for layer in section.layers]
    return any((layer.role, layer.stem) == ("lead", "vocals") for layer in layers)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("n_singer", [0, 1])
def test_in_a_classic_mashup_the_only_voice_sings_and_a_plan_without_it_says_so(seeds, n_singer):
    songs = [song(seed, name=f"{'First' if n == 0 else 'Second'}.wav", sung=0.7 if n == n_singer else 0.0, key=2 * n)
             for n, seed in enumerate(seeds)]  # fmt: skip
    singer, other = ("First", "Second") if n_singer == 0 else ("Second", "First")
    _, plans = planned("classic", *songs)
    assert plans[0].masterplan.title == f"{singer} over {other}"
    assert [is_sung(plan) for plan in plans] == sorted((is_sung(plan) for plan in plans), reverse=True)
    for plan in plans:
        told = [each for each in plan.masterplan.problems_and_solutions if f"{singer} has a voice" in each.problem]
        assert [each.solution for each in told] == (
            [] if is_sung(plan) else [f"The melody of {other} leads in its place."]
        )
    asked = planned("classic", *songs, lead="B" if n_singer == 0 else "A")[1]
    assert not any(is_sung(plan) for plan in asked)


@pytest.mark.parametrize("style", ["trade", "medley", "megamix"])
def test_the_only_voice_leads_first_where_songs_take_turns(style):
    _, plans = planned(style, song(1, sung=0.0), song(2, key=2), length_s=150)
    for plan in plans:
        assert next(section.lead for section in plan.masterplan.timeline if section.lead).startswith("B")


@pytest.mark.parametrize("style", ["trade", "megamix", "medley"])
@pytest.mark.parametrize("n_bars", [16, 24])
def test_who_leads_or_plays_out_of_turn_is_told_with_the_section_and_the_reason(style, n_bars):
    held, plans = planned(style, song(1, name="First.wav", n_bars=n_bars), song(2, name="Second.mp3", key=2, n_bars=56))
    n_told = 0
    for plan in plans:
        aims = aims_of(plan, held)
        bands = wanted_bands(held, aims)
        numbered = list(enumerate(zip(plan.masterplan.timeline, aims.slots, bands, strict=True), start=1))
        off = {n for n, (each, slot, _) in numbered if each.lead and slot.turn not in (None, "AB".index(each.lead[0]))}
        off |= {n for n, (each, _, band) in numbered if band and "AB".index(each.backing[0]) not in band}
        told = [each for each in plan.masterplan.problems_and_solutions if " due." in each.problem
                or "it is the turn of" in each.problem]  # fmt: skip
        assert {n for each in told for n in numbers_in(each.problem)} == off
        reasons = r"costs \d+\.\d\d more, most of it for|is used elsewhere|costs no more|forbid"
        assert all(re.search(reasons, each.solution) for each in told)
        n_told += len(told)
        again = resume_plan(plan, held, 3).plan
        assert [each for each in again.masterplan.problems_and_solutions if each in told] == told
    assert n_told or style == "medley"


def numbers_in(problem: str) -> set[int]:
    runs = re.match(r"In sections? (\d+(?:(?:, | and | to )\d+)*)", problem)[1]
    found = set()
    for run in re.split(", | and ", runs):
        first, _, last = run.partition(" to ")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seeds", SEEDS)
def test_no_bars_are_heard_again_at_once_and_a_medley_goes_forwards_first(style, seeds):
    songs = song(seeds[0], n_bars=96), song(seeds[1], n_bars=96, key=2)
    held, plans = planned(style, *songs, length_s=120)
    for plan in plans:
        for before, after in itertools.pairwise(plan.masterplan.timeline):
            for one, other in ((before.lead, after.lead), (before.backing, after.backing)):
                if one is None or other is None or one[0] != other[0] or one == other:
                    continue
                first, second = (held.row(held.place_of(name)) for name in (one, other))
                assert not (second.start_bar < first.start_bar + first.n_bars
                            and first.start_bar < second.start_bar + second.n_bars)  # fmt: skip
                assert style != "medley" or plan is not plans[0] or second.start_bar > first.start_bar
