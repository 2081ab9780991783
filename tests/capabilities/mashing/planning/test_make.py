"""Plans keep their rules, differ from each other, and say what they are."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from capabilities.mashing.boards import board, gathering, song
from tonmeister.capabilities.mashing.match import rate_songs
from tonmeister.capabilities.mashing.params import MashPlanParams, PhraseRow
from tonmeister.capabilities.mashing.plan import Plan
from tonmeister.capabilities.mashing.planning.check import find_violations
from tonmeister.capabilities.mashing.planning.costs import Board, Pricing
from tonmeister.capabilities.mashing.planning.edits import open_section, remove_section, set_volume_db
from tonmeister.capabilities.mashing.planning.make import make_plans, shared_part, slot_bars
from tonmeister.capabilities.mashing.planning.resume import aims_of, resume_plan, state_of
from tonmeister.capabilities.mashing.planning.words import describe
from tonmeister.core.errors import ChoiceUnknownError, CombinationError
from tonmeister.core.units import whole

STYLES = ("classic", "trade", "medley", "megamix")


def planned(style: str = "trade", *songs, **wishes) -> tuple[Board, list[Plan]]:
    songs = songs or (song(1, name="First.wav"), song(2, name="Second.mp3", bpm=126, key=2))
    params = MashPlanParams(songs=[f"{n}.wav" for n in range(len(songs))], style=style, **wishes)
    held = gathering(*songs, n_bars=slot_bars(style, params.n_phrase_bars))
    scores = held.scores()
    made = Board(held.materials, scores)
    return made, make_plans(made, params, rate_songs(held, scores, params.max_shift_semitones))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("n_songs", [2, 3])
def test_three_plans_keep_all_rules_and_differ(style, n_songs):
    songs = [song(n + 1, bpm=118 + 3 * n, key=n) for n in range(n_songs)]
    held, plans = planned(style, *songs)
    assert len(plans) == 3
    for plan in plans:
        assert plan.origin.violations == ()
        assert not find_violations(plan, [material.card for material in held.materials])
        assert plan.origin.cost == pytest.approx(sum(term.cost for term in plan.origin.terms), abs=0.01)
    slots = [[(section.lead, section.backing) for section in plan.masterplan.timeline] for plan in plans]
    assert shared_part(slots[0], slots[1]) < 0.5
    assert shared_part(slots[0], slots[2]) < 0.5


@pytest.mark.parametrize("style", STYLES)
def test_a_plan_is_about_as_long_as_asked_and_has_no_gaps(style):
    _, plans = planned(style, length_s=100)
    plan = plans[0]
    slot_s = plan.origin.n_slot_bars * plan.bar_s
    assert abs(plan.duration_s - 100) <= slot_s / 2 + 1e-6
    bar = 0
    for section in plan.masterplan.timeline:
        assert section.start_bar == bar
        assert section.time_start_sec == pytest.approx(bar * plan.bar_s, abs=1e-5)
        bar += section.n_bars


def test_classic_has_one_voice_over_the_other_song():
    _, plans = planned("classic", lead="B")
    for plan in plans:
        sections = plan.masterplan.timeline
        assert {section.lead[0] for section in sections if section.lead} == {"B"}
        assert {section.backing[0] for section in sections if section.lead} == {"A"}


def test_in_a_trade_both_voices_lead_a_fair_part():
    _, plans = planned("trade", length_s=180)
    for plan in plans:
        assert min(song.lead_share_percent for song in plan.songs) >= 30


def test_in_a_medley_voices_stay_with_their_own_song():
    _, plans = planned("medley", length_s=180)
    sections = plans[0].masterplan.timeline
    assert all(section.lead == section.backing for section in sections if section.lead)
    assert {section.backing[0] for section in sections} == {"A", "B"}


def test_drums_are_never_moved_and_others_all_alike():
    _, plans = planned("trade", song(1), song(2, key=2))
    shifts = {song.songId: song.shift_semitones for song in plans[0].songs}
    assert any(shifts.values())
    for section in plans[0].masterplan.timeline:
        for layer in section.layers:
            assert layer.shift_semitones == (0 if layer.stem == "drums" else shifts[layer.songId])


def test_keys_meet():
    _, plans = planned("trade", song(1), song(2, key=2))
    by_letter = {song.songId: song.shift_semitones for song in plans[0].songs}
    assert by_letter["A"] - by_letter["B"] == 2


def test_the_tempo_lies_between_the_songs_or_where_it_was_asked_for():
    _, plans = planned("trade")
    assert 120 <= plans[0].masterplan.global_.targetBPM <= 126
    _, plans = planned("trade", target_tempo_bpm=130)
    assert plans[0].masterplan.global_.targetBPM == 130
    with pytest.raises(CombinationError, match="target_tempo_bpm"):
        planned("trade", target_tempo_bpm=160)


def test_songs_too_far_apart_are_refused():
    with pytest.raises(CombinationError, match="too far apart"):
        planned("trade", song(1, bpm=100), song(2, bpm=125), song(3, bpm=152))


def test_a_song_that_is_not_there_cannot_lead():
    with pytest.raises(CombinationError, match="lead is C"):
        planned("trade", lead="C")


def test_the_energy_follows_its_course():
    _, rising = planned("classic", energy_arc="rise", lead="A")
    _, falling = planned("classic", energy_arc="fall", lead="A")

    def slope(plan: Plan) -> float:
        inner = [section.energy_level for section in plan.masterplan.timeline if section.lead]
        half = len(inner) // 2
        return sum(inner[-half:]) - sum(inner[:half])

    assert slope(rising[0]) > slope(falling[0])


def test_six_eighths_are_counted_in_two():
    songs = [song(n, metre="6/8", beats=2, bpm=80) for n in (1, 2)]
    plan = planned("trade", *songs)[1][0]
    assert plan.masterplan.global_.timeSignature == (2, 4)
    assert plan.masterplan.timeline[1].time_start_sec == pytest.approx(8 * 2 * 60 / plan.masterplan.global_.targetBPM)
    assert plan.origin.violations == ()


def test_another_seed_another_plan_and_the_same_seed_the_same():
    _, first = planned("trade", seed=5)
    _, again = planned("trade", seed=5)
    _, other = planned("trade", seed=6)
    assert first == again
    assert first[0].masterplan.timeline != other[0].masterplan.timeline


def test_instrumental_songs_make_a_mashup_too():
    _, plans = planned("trade", song(1, sung=0.0), song(2, sung=0.0))
    stems = {layer.stem for section in plans[0].masterplan.timeline for layer in section.layers if layer.role == "lead"}
    assert stems == {"other"}
    for section in plans[0].masterplan.timeline:
        if section.lead and section.lead != section.backing:
            assert "other" not in {layer.stem for layer in section.layers if layer.role == "backing"}


def test_a_melody_that_leads_over_its_own_song_plays_once():
    _, plans = planned("medley", song(1, sung=0.0), song(2, sung=0.0))
    own = [each for each in plans[0].masterplan.timeline if each.lead is not None and each.lead == each.backing]
    assert own
    for section in own:
        assert sorted(layer.stem for layer in section.layers) == ["bass", "drums", "other"]


def test_the_masterplan_has_the_names_that_others_exchange():
    _, plans = planned("trade")
    data = json.loads(plans[0].model_dump_json())
    assert set(data) >= {"creative_vision", "masterplan"}
    master = data["masterplan"]
    assert set(master) >= {"title", "artistCredits", "global", "timeline", "problems_and_solutions"}
    assert set(master["global"]) == {"targetBPM", "targetKey", "timeSignature"}
    section = master["timeline"][1]
    assert set(section) >= {"time_start_sec", "duration_sec", "description", "energy_level", "layers"}
    assert set(section["layers"][0]) >= {"songId", "stem", "volume_db", "effects"}
    assert all(set(each) == {"problem", "solution"} for each in master["problems_and_solutions"])
    assert Plan.model_validate(data) == plans[0]


def test_names_of_strangers_are_cleaned():
    _, plans = planned("trade", song(1, name="A\x00\u202egpm\n.wav"), song(2, name="x" * 300))
    title = plans[0].masterplan.title
    assert not {"\x00", "\u202e", "\n"} & set(title)
    assert len(title) <= 160


def test_what_is_opened_is_planned_again_and_the_rest_stays():
    held, plans = planned("trade", length_s=150)
    changed = open_section(set_volume_db(plans[0], 1, 0, -4.5), 4)
    done = resume_plan(changed, held, 3).plan
    assert done.origin.violations == ()
    before, after = changed.masterplan.timeline, done.masterplan.timeline
    assert after[4].backing != "?"
    assert after[4].layers
    for number in (0, 1, 2, 3, 5):
        assert after[number].layers == before[number].layers
    assert after[1].layers[0].volume_db == -4.5
    assert done.origin.version == changed.origin.version + 1
    assert any("section 5" in change for change in done.origin.changes)


def test_a_plan_that_is_taken_up_costs_what_it_did():
    held, plans = planned("classic", lead="A", length_s=90)
    aims = aims_of(plans[0], held)
    states = [state_of(section, held) for section in plans[0].masterplan.timeline]
    assert resume_plan(plans[0], held, 3).plan.origin.cost == pytest.approx(
        sum(Pricing(held, aims).term_costs(tuple(states)).values()), abs=1e-3
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("n_songs", [2, 3])
def test_the_same_plan_given_back_costs_the_same(style, n_songs):
    songs = [song(n + 1, bpm=118 + 3 * n, key=n) for n in range(n_songs)]
    held, plans = planned(style, *songs, length_s=150)
    for plan in plans:
        again = resume_plan(Plan.model_validate_json(plan.model_dump_json()), held, 3).plan
        assert again.origin.cost == plan.origin.cost
        assert again.origin.terms == plan.origin.terms


def test_the_energy_that_somebody_gave_a_section_is_what_it_is_judged_by():
    held, plans = planned("trade", length_s=150)
    timeline = list(plans[0].masterplan.timeline)
    timeline[2] = timeline[2].model_copy(update={"energy_level": 1 if timeline[2].energy_level > 5 else 10})
    master = plans[0].masterplan.model_copy(update={"timeline": tuple(timeline)})
    changed = plans[0].model_copy(update={"masterplan": master})
    assert aims_of(changed, held).slots[2].energy == (timeline[2].energy_level - 1) / 9
    assert resume_plan(changed, held, 3).plan.origin.cost > plans[0].origin.cost


def test_a_plan_with_a_section_less_is_judged_by_its_course():
    held, plans = planned("trade", length_s=150)
    shorter = remove_section(plans[0], 2)
    aims = aims_of(shorter, held)
    course = plans[0].origin.course
    assert len(aims.slots) == len(course) - 1
    assert aims.slots[0].energy == course[0].energy_share
    assert aims.slots[-1].energy == course[-1].energy_share
    assert resume_plan(shorter, held, 3).plan.origin.course == course


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", [0, 3, 4])
def test_the_cheapest_plan_is_the_first(style, seed):
    for songs in ((), (song(4), song(5, key=5), song(6, bpm=124, key=2))):
        _, plans = planned(style, *songs, seed=seed)
        costs = [plan.origin.cost for plan in plans]
        assert costs == sorted(costs)
        titles = [plan.masterplan.title for plan in plans]
        marks = (" (second way)", " (third way)")
        assert all(title.endswith(mark) for title, mark in zip(titles[1:], marks, strict=False))
        assert not titles[0].endswith("way)")


@pytest.mark.parametrize("style", STYLES)
def test_songs_without_a_voice_do_not_sing(style):
    _, plans = planned(style, song(1, sung=0.0, name="First.wav"), song(2, sung=0.0, name="Second.wav"))
    for plan in plans:
        words = [plan.creative_vision, *(section.description for section in plan.masterplan.timeline)]
        words += [term.words for term in plan.origin.terms]
        assert not [text for text in words if re.search(r"\bsings?\b|\bvoices?\b", text)]
    if style == "classic":
        assert {plan.creative_vision.split(".")[0] for plan in plans} <= {
            "The melody of First over Second", "The melody of Second over First",
        }  # fmt: skip


def test_who_sings_and_whose_melody_leads_is_told():
    _, plans = planned("trade", song(1, name="First.wav"), song(2, sung=0.0, name="Second.wav"))
    assert "First sings, of Second the melody leads." in plans[0].creative_vision


def test_a_half_is_shown_as_the_next_whole_everywhere():
    assert [whole(score) for score in (64.5, 65.5, 64.4, 64.6, 0.0, 100.0)] == [65, 66, 64, 65, 0, 100]
    _, plans = planned("trade")
    section = next(each for each in plans[0].masterplan.timeline if each.score_percent is not None)
    names = {"A": "First", "B": "Second"}
    for score, shown in ((64.5, "65 of 100"), (65.5, "66 of 100")):
        told = describe(section.model_copy(update={"score_percent": score}), names, continues=False)
        assert shown in told


def test_what_rings_on_after_the_end_is_told():
    _, plans = planned("classic", length_s=60)
    for section in plans[0].masterplan.timeline:
        has_echo = any("echo_out" in layer.effects for layer in section.layers)
        assert ("an echo rings on after its end" in section.description) == has_echo
    assert any("echo rings on" in section.description for section in plans[0].masterplan.timeline)


def test_phrases_that_are_not_there_are_named():
    held, plans = planned("trade")
    timeline = list(plans[0].masterplan.timeline)
    timeline[1] = timeline[1].model_copy(update={"backing": "B99"})
    master = plans[0].masterplan.model_copy(update={"timeline": tuple(timeline)})
    with pytest.raises(ChoiceUnknownError, match="B99"):
        resume_plan(plans[0].model_copy(update={"masterplan": master}), held, 3)


def test_a_plan_for_other_songs_is_refused():
    _, plans = planned("trade")
    with pytest.raises(CombinationError, match="The plan is for the songs"):
        resume_plan(plans[0], board(song(1), song(2), song(3)), 3)


def test_violations_are_found():
    held, plans = planned("trade")
    cards = [material.card for material in held.materials]
    section = next(
        section for section in plans[0].masterplan.timeline if section.lead and section.lead != section.backing
    )
    number = plans[0].masterplan.timeline.index(section)
    lead = next(layer for layer in section.layers if layer.role == "lead")
    bass = next(layer for layer in section.layers if layer.stem == "bass")
    drums = next(layer for layer in section.layers if layer.stem == "drums")
    other_song = {"A": "B", "B": "A"}

    def broken(layer) -> tuple[str, ...]:
        changed = section.model_copy(update={"layers": (*section.layers, layer)})
        timeline = list(plans[0].masterplan.timeline)
        timeline[number] = changed
        master = plans[0].masterplan.model_copy(update={"timeline": tuple(timeline)})
        return find_violations(plans[0].model_copy(update={"masterplan": master}), cards)

    def one(layer, **update):
        return broken(layer.model_copy(update=update))

    assert any("two basses" in fault for fault in one(bass, songId=other_song[bass.songId]))
    assert any("drums of one song play twice" in fault for fault in one(drums))
    assert not any("play twice" in fault for fault in one(drums, source_bar=drums.source_bar + 1))
    assert any("sing at once" in fault for fault in one(lead, songId=other_song[lead.songId]))
    assert any("drums are moved" in fault for fault in one(drums, shift_semitones=1))
    assert any("a voice is moved by +4 semitones, more than 3" in fault for fault in one(lead, shift_semitones=4))
    moved = one(lead, stem="other", shift_semitones=4)
    assert any("a lead is moved by +4 semitones, more than 3" in fault for fault in moved)
    assert any("needs bars up to" in fault for fault in one(drums, source_bar=39))
    assert any("beyond its section" in fault for fault in one(drums, n_offset_bars=4))
    assert any("of its speed" in fault for fault in one(drums, rate_percent=130.0))
    assert any("no song F" in fault for fault in one(drums, songId="F"))
    assert not any("none is heard" in fault for fault in one(lead))
    cards = [card.model_copy(update={"vocal_share": 0.0}) if card.songId == lead.songId else card for card in cards]
    assert any(f"{lead.songId} leads with its voice, but none is heard" in fault for fault in one(lead))


def test_rows_are_of_the_phrase_table():
    held, plans = planned("trade")
    rows: dict[str, PhraseRow] = {row.id: row for material in held.materials for row in material.rows}
    for section in plans[0].masterplan.timeline:
        for layer in section.layers:
            assert layer.phrase is not None
            assert layer.source_bar == rows[layer.phrase].start_bar


def test_a_song_without_a_phrase_to_lead_with_is_not_said_to_take_turns():
    described, heard = song(1, name="Second.wav", key=2)
    heard.voice[:] = (np.arange(heard.voice.size).reshape(heard.voice.shape) % 7 == 0).astype(np.float32)
    described = described.model_copy(
        update={"song": described.song.model_copy(update={"vocal_share": float(heard.voice.mean())})}
    )
    _, plans = planned("trade", song(1, name="First.wav"), (described, heard))
    for plan in plans:
        assert {section.lead[0] for section in plan.masterplan.timeline if section.lead} == {"A"}
        assert plan.creative_vision.startswith("First sings over Second.")
        assert [each.shift_semitones for each in plan.songs] == [0, -2], "what only backs is moved"
        told = [remedy.problem for remedy in plan.masterplan.problems_and_solutions]
        assert any("voice of Second sounds too seldom" in problem for problem in told)
