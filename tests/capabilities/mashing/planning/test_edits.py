"""Changes by hand make new versions that say what changed, and leave the old one as it was."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from capabilities.mashing.planning.test_make import planned
from tonmeister.capabilities.mashing.planning import edits
from tonmeister.core.errors import ChoiceUnknownError, ParameterError


@pytest.fixture(scope="module")
def made():
    held, plans = planned("trade", length_s=120)
    return plans[0], [row for material in held.materials for row in material.rows]


def is_without_gaps(plan) -> bool:
    bar = 0
    for section in plan.masterplan.timeline:
        if section.start_bar != bar:
            return False
        bar += section.n_bars
    return True


def test_a_level_is_set(made):
    plan, _ = made
    done = edits.set_volume_db(plan, 1, 0, -6.0)
    assert done.masterplan.timeline[1].layers[0].volume_db == -6.0
    assert plan.masterplan.timeline[1].layers[0].volume_db != -6.0
    assert done.origin.planner == "hand"
    assert done.origin.version == plan.origin.version + 1
    assert len(done.origin.changes) == 1
    assert "-6 dB" in done.origin.changes[0]
    with pytest.raises(ValidationError):
        edits.set_volume_db(plan, 1, 0, 40.0)


def test_effects_are_set(made):
    plan, _ = made
    done = edits.set_effects(plan, 0, 0, ["delay", "reverb"])
    assert done.masterplan.timeline[0].layers[0].effects == ("delay", "reverb")
    assert any("delay, reverb" in change for change in done.origin.changes)


def test_without_its_layer_a_lead_is_gone(made):
    plan, _ = made
    number = next(n for n, section in enumerate(plan.masterplan.timeline) if section.lead)
    at = next(n for n, layer in enumerate(plan.masterplan.timeline[number].layers) if layer.role == "lead")
    done = edits.remove_layer(plan, number, at)
    assert done.masterplan.timeline[number].lead is None


def test_phrases_are_swapped(made):
    plan, rows = made
    fresh = next(row.id for row in rows if row.id[0] == "B")
    done = edits.choose_backing(plan, rows, 2, fresh)
    section = done.masterplan.timeline[2]
    assert section.backing == fresh
    assert {layer.phrase for layer in section.layers if layer.role == "backing"} == {fresh}
    assert all(layer.shift_semitones == 0 for layer in section.layers if layer.stem == "drums")
    done = edits.choose_lead(plan, rows, 2, fresh)
    assert [layer.phrase for layer in done.masterplan.timeline[2].layers if layer.role == "lead"] == [fresh]
    assert edits.choose_lead(plan, rows, 2, None).masterplan.timeline[2].lead is None
    with pytest.raises(ChoiceUnknownError, match="Z1"):
        edits.choose_backing(plan, rows, 2, "Z1")


def test_a_song_without_a_voice_leads_with_its_other_instruments(made):
    plan, rows = made
    fresh = next(row.id for row in rows if row.id[0] == "B")
    for number, section in enumerate(plan.masterplan.timeline):
        if section.lead is not None and section.lead[0] == "B":
            plan = edits.choose_lead(plan, rows, number, None)
    for share, stem in ((0.8, "vocals"), (0.0, "other")):
        heard = [row.model_copy(update={"vocal_share": share}) if row.id[0] == "B" else row for row in rows]
        layers = edits.choose_lead(plan, heard, 2, fresh).masterplan.timeline[2].layers
        assert [layer.stem for layer in layers if layer.role == "lead"] == [stem]


def test_sections_are_moved_and_removed_without_gaps(made):
    plan, _ = made
    n = len(plan.masterplan.timeline)
    moved = edits.move_section(plan, 0, n + 5)
    assert moved.masterplan.timeline[-1].backing == plan.masterplan.timeline[0].backing
    assert is_without_gaps(moved)
    shorter = edits.remove_section(plan, 1)
    assert len(shorter.masterplan.timeline) == n - 1
    assert is_without_gaps(shorter)
    assert shorter.duration_s == pytest.approx(plan.duration_s - plan.masterplan.timeline[1].duration_sec)


def test_nothing_changed_nothing_to_say(made):
    plan, _ = made
    assert edits.compare_plans(plan, plan) == ()


@pytest.mark.parametrize("number", [-1, 99])
def test_places_that_are_not_there_are_refused(made, number):
    plan, _ = made
    with pytest.raises(ParameterError, match="section"):
        edits.open_section(plan, number)
    with pytest.raises(ParameterError, match="layer"):
        edits.remove_layer(plan, 0, number)
