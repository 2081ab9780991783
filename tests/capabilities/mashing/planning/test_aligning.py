"""A plan that was changed by hand is judged anew, and says of itself what plays."""

from __future__ import annotations

from typing import Any

import pytest

from capabilities.mashing.boards import song
from capabilities.mashing.planning.test_make import planned
from tonmeister.capabilities.mashing.plan import Plan
from tonmeister.capabilities.mashing.planning.resume import resume_plan
from tonmeister.capabilities.mashing.planning.words import listed_numbers
from tonmeister.core.errors import ChoiceUnknownError, CombinationError


@pytest.fixture(scope="module")
def made():
    held, plans = planned("trade", song(1, name="First.wav"), song(2, name="Second.mp3", bpm=126), length_s=120)
    return held, plans[0]


def taken(made, change):
    """Return what becomes of the plan when a change is made to it as JSON."""
    held, plan = made
    given: dict[str, Any] = plan.model_dump(mode="json")
    change(given)
    return resume_plan(Plan.model_validate(given), held, 3)


def timeline(given):
    return given["masterplan"]["timeline"]


def test_a_plan_that_nobody_changed_stays_as_it_is(made):
    done = taken(made, lambda given: None)
    assert done.plan.masterplan == made[1].masterplan.model_copy(
        update={"problems_and_solutions": done.plan.masterplan.problems_and_solutions}
    )
    assert done.plan.songs == made[1].songs
    assert done.plan.creative_vision == made[1].creative_vision
    assert done.notes == ()


def test_many_sections_that_are_placed_anew_are_told_as_a_range(made):
    def stretch(given):
        first, *_ = timeline(given)
        given["masterplan"]["timeline"] = [{**first, "start_bar": 0, "time_start_sec": 0.0} for _ in range(256)]

    assert any("sections 2 to 256 were placed anew" in note for note in taken(made, stretch).notes)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [([3], "3"), ([1, 2], "1 and 2"), ([2, 4, 5, 6, 9], "2, 4 to 6 and 9"), (range(1, 257), "1 to 256")],
)
def test_numbers_in_a_row_are_told_as_a_range(numbers, told):
    assert listed_numbers(numbers) == told


def test_another_tempo_changes_times_rates_and_words(made):
    bpm = made[1].masterplan.global_.targetBPM
    done = taken(made, lambda given: given["masterplan"]["global"].update(targetBPM=bpm * 0.95)).plan
    assert done.masterplan.timeline[1].duration_sec == pytest.approx(
        made[1].masterplan.timeline[1].duration_sec / 0.95, abs=1e-4
    )
    before = made[1].masterplan.timeline[1].layers[0].rate_percent
    assert done.masterplan.timeline[1].layers[0].rate_percent == pytest.approx(0.95 * before, abs=0.01)
    assert done.songs[0].rate_percent == pytest.approx(0.95 * made[1].songs[0].rate_percent, abs=0.01)
    assert f"All at {bpm * 0.95:g} BPM" in done.creative_vision
    assert done.origin.cost != made[1].origin.cost


def test_a_tempo_out_of_reach_is_refused(made):
    with pytest.raises(CombinationError, match="239 BPM") as caught:
        taken(made, lambda given: given["masterplan"]["global"].update(targetBPM=239))
    assert caught.value.field == "plan.masterplan.global.targetBPM"
    assert caught.value.remedy


def test_a_rule_that_is_broken_costs(made):
    def two_basses(given):
        section = timeline(given)[2]
        bass = next(layer for layer in section["layers"] if layer["stem"] == "bass")
        other = {"A": "B", "B": "A"}[bass["songId"]]
        section["layers"].append({**bass, "songId": other, "phrase": None})

    clean, done = taken(made, lambda given: None).plan, taken(made, two_basses).plan
    assert any("two basses" in fault for fault in done.origin.violations)
    assert done.origin.cost > clean.origin.cost + 1
    assert any(term.name == "broken rules" for term in done.origin.terms)


def test_sections_follow_the_order_of_the_list(made):
    done = taken(made, lambda given: timeline(given).reverse())
    starts = [section.start_bar for section in done.plan.masterplan.timeline]
    assert starts == sorted(starts)
    assert starts[0] == 0
    assert "placed anew" in done.notes[0]
    done = taken(made, lambda given: timeline(given)[3].update(start_bar=0))
    assert done.plan.masterplan.timeline[3].start_bar > 0
    assert "section 4 was placed anew" in done.notes[0]


def test_what_is_left_is_all_that_is_told_of(made):
    def one(given):
        del timeline(given)[1:]

    done = taken(made, one).plan
    end = f"{int(done.duration_s // 60)}:{int(done.duration_s % 60):02d}"
    said = " ".join(remedy.problem for remedy in done.masterplan.problems_and_solutions)
    assert "At " not in said
    assert end == "0:15"
    assert done.songs[0].lead_share_percent in (0.0, 100.0)


@pytest.mark.parametrize(
    ("update", "error", "field"),
    [
        ({"phrase": "Z9"}, ChoiceUnknownError, "phrase"),
        ({"songId": "F", "phrase": None}, ChoiceUnknownError, "songId"),
        ({"source_bar": 3}, CombinationError, "source_bar"),
        ({"source_bar": 500, "phrase": None}, CombinationError, "source_bar"),
        (
            {"automation": [{"time_s": 9.0, "gain_db": -60.0}, {"time_s": 1.0, "gain_db": 12.0}]},
            CombinationError,
            "automation",
        ),
    ],
)
def test_names_that_there_are_not_are_refused(made, update, error, field):
    with pytest.raises(error) as caught:
        taken(made, lambda given: timeline(given)[1]["layers"][0].update(update))
    assert caught.value.field == f"plan.masterplan.timeline.1.layers.0.{field}"
    assert caught.value.remedy


def test_a_name_that_does_not_play_is_refused(made):
    given = next(n for n, section in enumerate(made[1].masterplan.timeline) if section.lead)
    wrong = next(name for name in made[0].lead_numbers if name != made[1].masterplan.timeline[given].lead)
    with pytest.raises(CombinationError, match=f"names {wrong} as its lead"):
        taken(made, lambda plan: timeline(plan)[given].update(lead=wrong))


def test_a_song_that_is_moved_moves_its_layers(made):
    done = taken(made, lambda given: given["songs"][1].update(shift_semitones=-2))
    layers = [layer for section in done.plan.masterplan.timeline for layer in section.layers if layer.songId == "B"]
    assert {layer.shift_semitones for layer in layers if layer.stem != "drums"} == {-2}
    assert {layer.shift_semitones for layer in layers if layer.stem == "drums"} <= {0}
    assert "-2 semitones" in done.plan.creative_vision
    assert any("moved by -2" in note for note in done.notes)


def test_layers_that_were_moved_one_by_one_stay(made):
    def move(given):
        next(layer for layer in timeline(given)[1]["layers"] if layer["stem"] == "other")["shift_semitones"] = 1

    done = taken(made, move).plan
    shifts = {layer.shift_semitones for layer in done.masterplan.timeline[1].layers if layer.stem == "other"}
    assert shifts == {1}


def test_words_of_a_person_stay_and_those_of_the_planner_follow(made):
    def change(given):
        given["masterplan"]["title"] = "Mine"
        timeline(given)[0]["description"] = "Here it begins."
        number = next(n for n, section in enumerate(timeline(given)) if section["lead"])
        section = timeline(given)[number]
        section["layers"] = [layer for layer in section["layers"] if layer["role"] == "lead"]
        timeline(given)[-1]["layers"] = []

    done = taken(made, change).plan.masterplan
    assert done.title == "Mine"
    assert done.timeline[0].description == "Here it begins."
    alone = next(section for section in done.timeline if section.lead)
    assert alone.description.endswith("leads alone.")
    assert alone.score_percent is None
    assert done.timeline[-1].description == "Nothing sounds."


def test_another_metre_is_refused(made):
    with pytest.raises(CombinationError, match="3 beats"):
        taken(made, lambda given: given["masterplan"]["global"].update(timeSignature=[3, 4]))


def opened(*numbers, **update):
    def change(given):
        for number in numbers:
            timeline(given)[number].update(backing="?", **update)

    return change


def test_a_section_that_is_opened_keeps_the_lead_that_is_given(made):
    sung = [n for n, section in enumerate(made[1].masterplan.timeline) if section.lead]
    done = taken(made, opened(*sung))
    for before, after in zip(made[1].masterplan.timeline, done.plan.masterplan.timeline, strict=True):
        assert after.lead == before.lead
        assert after.backing != "?"
        assert bool(after.lead) == any(layer.role == "lead" and layer.phrase == after.lead for layer in after.layers)
    assert not any("without its lead" in note for note in done.notes)


def test_a_lead_that_is_free_in_an_open_section_may_be_chosen_anew(made):
    held, plan = made
    number = next(n for n, section in enumerate(plan.masterplan.timeline) if section.lead)
    taken_by = {section.lead for section in plan.masterplan.timeline}
    other = next(name for name in held.lead_numbers if name not in taken_by)
    assert taken(made, opened(number, lead=other)).plan.masterplan.timeline[number].lead == other
    done = taken(made, opened(number, lead=None))
    assert done.plan.masterplan.timeline[number].backing != "?"
    assert done.notes == ()


def test_a_lead_that_no_backing_allows_is_dropped_and_that_is_told():
    held, plans = planned("classic", song(1, name="First.wav"), song(2, name="Second.wav"), lead="A", length_s=120)
    other = next(name for name in held.lead_numbers if name.startswith("B"))
    number = next(n for n, section in enumerate(plans[0].masterplan.timeline) if section.lead)
    done = taken((held, plans[0]), opened(number, lead=other))
    section = done.plan.masterplan.timeline[number]
    assert section.lead != other
    assert done.notes == (
        f"Section {number + 1} was planned without its lead {other}: in a classic mashup only A leads.",
    )


def test_a_phrase_that_cannot_lead_is_dropped_and_that_is_told():
    held, plans = planned("trade", song(1, name="First.wav"), song(2, name="Second.wav", sung=0.5), length_s=120)
    mute = next(name for name in held.backing_numbers if name not in held.lead_numbers)
    done = taken((held, plans[0]), opened(1, lead=mute))
    assert [note for note in done.notes if f"without its lead {mute}: too little of its voice" in note]
