"""The idea of a plan says what its layers hold."""

from __future__ import annotations

import pytest

from capabilities.mashing.boards import song
from capabilities.mashing.planning.test_make import STYLES, planned
from tonmeister.capabilities.mashing.plan import Plan
from tonmeister.capabilities.mashing.planning.check import find_violations
from tonmeister.capabilities.mashing.planning.concept import course_of, vision_of
from tonmeister.capabilities.mashing.planning.resume import aims_of, resume_plan
from tonmeister.capabilities.mashing.planning.words import moved_key

NAMES = {"A": "First", "B": "Second"}


def in_key(described, key: str, camelot: str = "8B"):
    card, heard = described
    return card.model_copy(update={"song": card.song.model_copy(update={"key": key, "camelot": camelot})}), heard


def edited(held, plan: Plan, change) -> str:
    """Return the idea of a plan whose sections somebody has changed."""
    sections = [change(section) for section in plan.masterplan.timeline]
    return vision_of(held, aims_of(plan, held), sections)


def all_by_second(section):
    """Let the second song play all the backing."""
    layers = tuple(
        layer.model_copy(update={"songId": "B"}) if layer.role == "backing" else layer for layer in section.layers
    )
    return section.model_copy(update={"layers": layers})


def moved(shifts: dict[str, int]):
    def change(section):
        layers = tuple(
            layer if layer.stem == "drums" else layer.model_copy(update={"shift_semitones": shifts[layer.songId]})
            for layer in section.layers
        )
        return section.model_copy(update={"layers": layers})

    return change


@pytest.mark.parametrize("style", STYLES)
def test_all_in_one_key_is_said_of_songs_that_play_in_one_key_only(style):
    held, plans = planned(
        style, in_key(song(1, name="First.wav"), "Bb major"), in_key(song(2, name="Second.wav"), "E major")
    )
    two = edited(held, plans[0], moved({"A": -1, "B": 0}))
    assert "BPM, First in A major and Second in E major." in two
    assert "First is moved by -1 semitone." in two
    assert "BPM in A" not in two
    one = edited(held, plans[0], moved({"A": 0, "B": 6}))
    assert "BPM in Bb major." in one


def test_a_song_without_a_key_is_not_given_one():
    held, plans = planned("trade", in_key(song(1, name="First.wav"), "Bb major"), song(2, name="Second.wav"))
    keyless = held.materials[1].card.model_copy(update={"key": None})
    object.__setattr__(held.materials[1], "card", keyless)
    told = edited(held, plans[0], moved({"A": 0, "B": 0}))
    assert "First in Bb major and Second in no clear key." in told


@pytest.mark.parametrize("style", STYLES)
def test_whose_band_plays_is_told(style):
    held, plans = planned(style, song(1, name="First.wav"), song(2, name="Second.wav"), length_s=150)
    assert "Second plays all the backing." in edited(held, plans[0], all_by_second)
    for plan in plans:
        songs = {layer.songId for each in plan.masterplan.timeline for layer in each.layers if layer.role == "backing"}
        assert ("plays all the backing." in plan.creative_vision) == (len(songs) == 1)
        if len(songs) == 2:
            assert "The backing is played by" in plan.creative_vision


def test_drums_under_another_song_are_told_only_where_they_play():
    held, plans = planned("megamix", song(1, name="First.wav"), song(2, name="Second.wav"), length_s=150)
    assert "drums" not in edited(held, plans[0], all_by_second)
    for plan in plans:
        lent = [n for n, section in enumerate(plan.masterplan.timeline, start=1) if section.drums]
        assert ("Under it are drums of" in plan.creative_vision) == bool(lent)
        assert "carrying the next" not in plan.creative_vision


def test_who_leads_where_is_told():
    _, plans = planned("trade", song(1, name="First.wav"), song(2, name="Second.wav"), length_s=150)
    for plan in plans:
        for letter, name in NAMES.items():
            at = [n for n, each in enumerate(plan.masterplan.timeline, start=1) if (each.lead or "?")[0] == letter]
            assert f"{name} " in plan.creative_vision
            assert str(at[0]) in plan.creative_vision
        assert "each sings over the other" not in plan.creative_vision


def test_a_song_that_is_not_heard_is_said_not_to_be():
    held, plans = planned("classic", song(1, name="First.wav"), song(2, name="Second.wav"))

    def alone(section):
        backing = tuple(layer for layer in all_by_second(section).layers if layer.role == "backing")
        return section.model_copy(update={"lead": None, "layers": backing})

    told = edited(held, plans[0], alone)
    assert told.startswith("Instruments alone, nobody leads. Second plays all the backing.")
    assert "Of First nothing is heard." in told


@pytest.mark.parametrize("style", STYLES)
def test_no_two_plans_are_told_alike_and_each_says_how_it_differs(style):
    _, plans = planned(style, song(1, name="First.wav"), song(2, name="Second.wav"), length_s=150)
    assert len({plan.creative_vision for plan in plans}) == len(plans) > 1
    first = plans[0].masterplan.timeline
    for plan in plans[1:]:
        assert "It differs from the first plan in " in plan.creative_vision
        costs = f"it costs {plan.origin.cost:.2f}, that {plans[0].origin.cost:.2f}."
        assert plan.creative_vision.endswith(costs)
        mine = plan.masterplan.timeline
        if len(mine) == len(first):
            differs = any(a.lead != b.lead for a, b in zip(mine, first, strict=True))
            assert ("the leads of" in plan.creative_vision) == differs


def test_keys_are_moved_by_name():
    assert [moved_key("Bb major", -1), moved_key("A minor", 2), moved_key("C major", 12)] == [
        "A major", "B minor", "C major",
    ]  # fmt: skip


def test_a_plan_in_which_one_song_only_is_heard_breaks_a_rule():
    held, plans = planned("classic", song(1, name="First.wav"), song(2, name="Second.wav"))
    cards = [material.card for material in held.materials]
    timeline = tuple(
        each.model_copy(update={"layers": tuple(layer for layer in each.layers if layer.songId == "B")})
        for each in plans[0].masterplan.timeline
    )
    alone = plans[0].model_copy(update={"masterplan": plans[0].masterplan.model_copy(update={"timeline": timeline})})
    assert "only B is heard: of the other songs nothing" in find_violations(alone, cards, 3)
    assert not any("only" in fault for fault in find_violations(plans[0], cards, 3))


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ((4, 4, 4), "Energy stays at 4."),
        ((4, 5, 4), "Energy stays between 4 and 5."),
        ((2, 4, 5, 7, 9), "Energy rises from 2 to 9 in section 5."),
        ((9, 8, 8, 4), "Energy falls from 9 to 4 in section 4."),
        ((3, 6, 9, 8, 5), "Energy rises from 3 to 9 in section 3 and falls to 5 in section 5."),
        ((3, 7, 6, 7, 8, 4), "Energy rises from 3 to 8 in section 5 and falls to 4 in section 6."),
        ((5, 4, 8, 3), "Energy rises from 5 to 8 in section 3 and falls to 3 in section 4."),
        ((2, 8) * 5, "Energy goes up and down between 2 and 8."),
        ((7,), "Energy stays at 7."),
    ],
)
def test_the_course_is_told_as_it_is_reached(levels, told):
    assert course_of(levels) == told


@pytest.mark.parametrize("arc", ["arc", "rise", "wave", "steady", "fall"])
def test_the_course_in_the_idea_is_that_of_the_sections_and_follows_when_they_change(arc):
    held, plans = planned("trade", song(1, name="First.wav"), song(2, name="Second.wav"), energy_arc=arc, length_s=150)
    for plan in plans:
        assert course_of([section.energy_level for section in plan.masterplan.timeline]) in plan.creative_vision
    flat = edited(held, plans[0], lambda section: section.model_copy(update={"energy_level": 6}))
    assert flat.endswith("Energy stays at 6.")


@pytest.mark.parametrize("style", STYLES)
def test_a_title_names_whom_one_hears_and_nobody_else(style):
    songs = [song(n + 1, name=f"{name}.wav") for n, name in enumerate(("First", "Second", "Third"))]
    held, plans = planned(style, *songs, length_s=60)
    for plan in plans:
        heard = {layer.songId for section in plan.masterplan.timeline for layer in section.layers}
        for letter, name in {**NAMES, "C": "Third"}.items():
            assert (name in plan.masterplan.title) == (letter in heard)
            assert (name in plan.masterplan.artistCredits) == (letter in heard)
    # whoever is heard no more is named no more, and a title of one's own stays
    gone = next(iter(sorted({section.backing[0] for section in plans[0].masterplan.timeline})))
    name = {**NAMES, "C": "Third"}[gone]
    timeline = tuple(
        section.model_copy(
            update={
                "layers": tuple(layer for layer in section.layers if layer.songId != gone),
                "lead": None if (section.lead or "?")[0] == gone else section.lead,
            }
        )
        for section in plans[0].masterplan.timeline
    )
    assert name in plans[0].masterplan.title
    for title, is_named in ((plans[0].masterplan.title, False), (f"For {name}", True)):
        master = plans[0].masterplan.model_copy(update={"timeline": timeline, "title": title})
        again = resume_plan(plans[0].model_copy(update={"masterplan": master}), held, 3).plan
        assert (name in again.masterplan.title) == is_named
