"""What a plan names is there: stems that are silent in their bars do not play, and that is told."""

from __future__ import annotations

import numpy as np
import pytest

from capabilities.mashing.boards import curves, song
from capabilities.mashing.planning.test_make import STYLES, planned
from tonmeister.capabilities.mashing.planning.aims import Slot
from tonmeister.capabilities.mashing.planning.resume import resume_plan
from tonmeister.capabilities.mashing.planning.sounding import wanted_stems

DRUMS, BASS, OTHER = 0, 1, 2
ALL = slice(None)


def backing_layers(plan):
    return [
        (number, section, layer)
        for number, section in enumerate(plan.masterplan.timeline, start=1)
        for layer in section.layers
        if layer.role == "backing" and section.lead != section.backing
    ]


def test_a_stem_sounds_in_bars_that_are_near_its_loud_ones_and_near_the_song():
    heard = curves(1, n_bars=20, silent={DRUMS: slice(0, 8), BASS: slice(0, 20)})
    assert heard.sounds[:, DRUMS].tolist() == [False] * 8 + [True] * 12
    assert not heard.sounds[:, BASS].any()
    assert heard.sounds[:, OTHER].all()
    faint = heard.level_db.copy()
    faint[:8, :, DRUMS] = -38.0
    assert type(heard)(**{**vars(heard), "level_db": faint}).sounds[:, DRUMS].all()


def test_beats_in_which_the_whole_band_is_silent_are_hollow():
    heard = curves(1, n_bars=20, silent=dict.fromkeys((DRUMS, BASS, OTHER), slice(2, 3)))
    assert np.argwhere(heard.is_hollow).tolist() == [[2, beat] for beat in range(4)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("sung", [0.7, 0.0])
@pytest.mark.parametrize("stem", [DRUMS, BASS])
def test_a_band_plays_from_phrases_in_which_it_sounds(style, sung, stem):
    half = {stem: slice(0, 16)}
    held, plans = planned(style, song(1, sung=sung, silent=half), song(2, key=2, sung=sung, silent=half), length_s=90)
    silent = [
        (number, layer.phrase)
        for plan in plans
        for number, _, layer in backing_layers(plan)
        if layer.stem not in held.sounds(held.place_of(layer.phrase))
    ]
    assert silent == []


@pytest.mark.parametrize("style", ["classic", "trade"])
def test_where_there_is_no_other_the_sections_are_told_by_number(style):
    songs = song(1, name="First.wav"), song(2, name="Second.wav", silent={DRUMS: ALL, BASS: ALL})
    held, plans = planned(style, *songs, lead="A")
    plan = plans[0]
    over = [number for number, section in enumerate(plan.masterplan.timeline, start=1)
            if section.backing[0] == "B" and section.lead != section.backing]  # fmt: skip
    assert over
    told = [warning for warning in plan.origin.warnings if "of Second the drums are silent" in warning]
    assert len(told) == 1
    assert told[0].startswith(f"Section{'s' if len(over) > 1 else ''} ")
    assert not any(layer.songId == "B" and layer.stem != "other" for _, _, layer in backing_layers(plan))
    problems = {f"{each.problem} {each.solution}" for each in plan.masterplan.problems_and_solutions}
    assert set(plan.origin.warnings) <= problems
    again = resume_plan(plan, held, 3).plan
    assert again.origin.warnings == plan.origin.warnings
    assert again.origin.cost == pytest.approx(plan.origin.cost, abs=1e-3)


def test_drums_that_cannot_carry_the_next_song_leave_it_its_own():
    songs = song(1, name="First.wav", silent={DRUMS: ALL}), song(2, name="Second.wav", key=2)
    _, plans = planned("megamix", *songs, length_s=120)
    for plan in plans:
        assert not any(section.drums and section.drums[0] == "A" for section in plan.masterplan.timeline)
        assert any(
            "of First the drums are silent" in warning and "The drums of Second play in their place." in warning
            for warning in plan.origin.warnings
        )


def test_instruments_play_alone_where_there_is_no_hole():
    holes = dict.fromkeys((DRUMS, BASS, OTHER), slice(1, 2))
    held, plans = planned("classic", song(1), song(2, key=2, silent=holes), lead="A", length_s=120)
    for plan in plans:
        alone = [section for section in plan.masterplan.timeline if section.lead is None]
        assert alone
        assert not any(held.materials[1].n_hollow[held.place_of(section.backing)[1]] for section in alone
                       if section.backing[0] == "B")  # fmt: skip
        assert plan.origin.warnings == ()
    everywhere = dict.fromkeys((DRUMS, BASS, OTHER), slice(3, None, 8))
    both = song(1, silent=everywhere), song(2, key=2, silent=everywhere)
    _, plans = planned("classic", *both, lead="A", length_s=120)
    assert any("all instruments are for 4 beats silent" in warning for warning in plans[0].origin.warnings)


def test_silent_stems_cost_and_the_cost_has_words():
    _, plans = planned("classic", song(1), song(2, silent={DRUMS: ALL}), lead="A")
    assert next(term for term in plans[0].origin.terms if term.name == "silent stems").cost > 0


def test_a_melody_that_is_silent_does_not_lead():
    held, _ = planned("classic", song(1, sung=0.0, silent={OTHER: slice(0, 16)}), song(2))
    assert held.materials[0].can_lead.tolist()[:3] == [False, False, False]
    assert held.materials[0].can_lead.any()


def test_little_energy_asks_for_less():
    slot = Slot("verse", 0.2, wants_lead=True, turn=None)
    assert wanted_stems("megamix", slot, is_guest=True, is_melody=True) == ("drums",)
    assert wanted_stems("classic", slot, is_guest=True, is_melody=True) == ("bass",)
    assert wanted_stems("classic", slot, is_guest=True, is_melody=False) == ("drums", "bass")
    assert wanted_stems("classic", slot, is_guest=False, is_melody=False) == ("drums", "bass", "other")
