"""A plan taken up again: judged anew, and those of its sections planned that ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.mashing.planning import words
from tonmeister.capabilities.mashing.planning.aims import Aims, Slot
from tonmeister.capabilities.mashing.planning.aligning import (
    OPEN,
    Aligned,
    align,
    check_songs,
    describe_anew,
    is_own_vision,
    lead_of,
    placed_in_order,
)
from tonmeister.capabilities.mashing.planning.costs import Board, Pricing
from tonmeister.capabilities.mashing.planning.edits import compare_plans
from tonmeister.capabilities.mashing.planning.exceptions import exceptions_of
from tonmeister.capabilities.mashing.planning.expand import Choice, energy_of, sections_of
from tonmeister.capabilities.mashing.planning.make import finish_plan
from tonmeister.capabilities.mashing.planning.paths import Path, Prices, find_path
from tonmeister.core.errors import ChoiceUnknownError, CombinationError
from tonmeister.core.units import whole

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.plan import Plan, Remedy, TimelineSection


def aims_of(plan: Plan, board: Board) -> Aims:
    """Return what a plan aims at.

    Raises
    ------
    CombinationError
        If it is a plan for other songs.
    """
    check_songs(plan, board)
    letters = [material.letter for material in board.materials]
    ranked = sorted(plan.masterplan.timeline, key=lambda section: section.backing == OPEN)  # what is fixed counts first
    leads = [section.lead[0] for section in ranked if section.lead]
    n = len(plan.masterplan.timeline)
    slots = tuple(_slot(plan, at, n, board) for at in range(n))
    return Aims(
        style=plan.origin.style,
        arc=plan.origin.energy_arc,
        n_bars=plan.origin.n_slot_bars,
        slots=slots,
        tempo_bpm=plan.masterplan.global_.targetBPM,
        shifts=tuple(song.shift_semitones for song in plan.songs),
        lead=letters.index(leads[0]) if leads and leads[0] in letters else 0,
    )


def _slot(plan: Plan, at: int, n: int, board: Board) -> Slot:
    """Return what is aimed at in a section: the plan's own course, or the section's energy where somebody set that."""
    section, course = plan.masterplan.timeline[at], plan.origin.course
    letters = [material.letter for material in board.materials]
    if not course:
        wants_lead = section.lead is not None or section.label not in ("intro", "break", "outro")
        return Slot(section.label, (section.energy_level - 1) / 9, wants_lead=wants_lead, turn=None)
    # where sections have come or gone, the course runs from the first to the last all the same
    aim = course[at if len(course) == n else whole(at * (len(course) - 1) / max(1, n - 1))]
    turn = letters.index(aim.turn) if aim.turn in letters else None
    state = state_of(section, board)
    reached = None if state is None else _energy_of(section, state, board)
    energy = aim.energy_share if section.energy_level == reached or state is None else (section.energy_level - 1) / 9
    return Slot(section.label, energy, wants_lead=aim.wants_lead, turn=turn)


def _energy_of(section: TimelineSection, state: tuple[int, int], board: Board) -> int:
    """Return what a section reaches by its phrases and its level."""
    return energy_of(board, Choice(board.leads[state[0]], board.backings[state[1]]), section.level_lu)


def state_of(section: TimelineSection, board: Board) -> tuple[int, int] | None:
    """Return a section's lead and backing by number; None where it is to be planned.

    Raises
    ------
    ChoiceUnknownError
        If it names a phrase that there is not.
    """
    if section.backing == OPEN:
        return None
    lead = 0
    if section.lead is not None:
        lead = _number(section.lead, board.lead_numbers, "lead")
    return lead, _number(section.backing, board.backing_numbers, "backing")


def _number(name: str, numbers: dict[str, int], field: str) -> int:
    if name not in numbers:
        raise ChoiceUnknownError(
            f"{field} is {name!r}: there is no such phrase.",
            field=f"plan.{field}", value=name, bound=list(numbers), remedy=f"Choose one of: {', '.join(numbers)}.",
        )  # fmt: skip
    return numbers[name]


def resume_plan(plan: Plan, board: Board, max_shift: int) -> Aligned:
    """Return the plan in line with itself, with its cost, the rules that it breaks, and its open sections planned.

    Layers of sections that are not open stay as they are but for their speed, and for what their song says of them all.
    What had to be brought in line is told beside it.
    """
    aligned = align(plan, board)
    given = aligned.plan
    aims = aims_of(given, board)
    pricing = Pricing(board, aims)
    states = [state_of(section, board) for section in given.masterplan.timeline]
    wishes, dropped = _wishes(given, pricing)
    path = _fill(pricing, states, wishes)
    if path is None:
        path = _fill(pricing, states, {})
        dropped += [_dropped(given, at, "no way through the open sections keeps it") for at in wishes]
    if path is None:
        raise CombinationError(
            "No phrases are left for the sections that are to be planned.",
            field="plan", remedy="Free more sections, or choose another style.",
        )  # fmt: skip
    choices = [
        Choice(board.leads[lead], board.backings[back], _drums(section, board, is_open=state is None))
        for (lead, back), section, state in zip(path, given.masterplan.timeline, states, strict=True)
    ]
    sections = _sections(given, sections_of(board, aims, choices), states, aims)
    given = placed_in_order(
        given.model_copy(update={"masterplan": given.masterplan.model_copy(update={"timeline": sections})})
    )
    costs = pricing.term_costs(path)
    exceptions = exceptions_of(pricing, path)
    done = _in_words(given, plan, board, aims, choices, costs, max_shift, exceptions)
    changes = plan.origin.changes
    if any(state is None for state in states):
        changes = compare_plans(plan, done)
    origin = plan.origin.model_copy(
        update={
            "cost": done.origin.cost,
            "terms": done.origin.terms,
            "version": plan.origin.version + (1 if changes is not plan.origin.changes else 0),
            "changes": changes,
            "violations": done.origin.violations,
            "warnings": done.origin.warnings,
        }
    )
    return Aligned(done.model_copy(update={"origin": origin}), (*aligned.notes, *dropped))


def _wishes(plan: Plan, pricing: Pricing) -> tuple[dict[int, int], list[str]]:
    """Return the leads by number that open sections keep, and which cannot be kept and why."""
    board, aims = pricing.board, pricing.aims
    kept: dict[int, int] = {}
    dropped = []
    for at, section in enumerate(plan.masterplan.timeline):
        if section.backing != OPEN or section.lead is None:
            continue
        lead = board.lead_numbers.get(section.lead)
        if lead is None:
            dropped.append(_dropped(plan, at, "too little of its voice is heard in that phrase to lead"))
        elif np.isfinite(pricing.prices.slots[at, lead]).any():
            kept[at] = lead
        elif aims.style == "classic" and section.lead[0] != board.materials[aims.lead].letter:
            dropped.append(_dropped(plan, at, f"in a classic mashup only {board.materials[aims.lead].letter} leads"))
        else:
            dropped.append(_dropped(plan, at, "the rules of the style forbid it over every backing"))
    return kept, dropped


def _dropped(plan: Plan, at: int, why: str) -> str:
    return f"Section {at + 1} was planned without its lead {plan.masterplan.timeline[at].lead}: {why}."


def _sections(
    plan: Plan, made: list[TimelineSection], states: list[tuple[int, int] | None], aims: Aims
) -> tuple[TimelineSection, ...]:
    """Return the given sections with their scores, and the planned ones in place of the open."""
    found = []
    for old, fresh, state in zip(plan.masterplan.timeline, made, states, strict=True):
        if state is None:
            if old.n_bars != aims.n_bars:
                raise CombinationError(
                    f"A section of {old.n_bars} bars is to be planned, but the plan's slots have {aims.n_bars}.",
                    field="plan", value=old.n_bars, bound=aims.n_bars, remedy="Plan sections of whole slots only.",
                )  # fmt: skip
            found.append(fresh.model_copy(update={"label": old.label}))
            continue
        is_backed = any(layer.role == "backing" for layer in old.layers)
        found.append(old.model_copy(update={"score_percent": fresh.score_percent if is_backed else None}))
    return tuple(found)


def _in_words(
    plan: Plan,
    before: Plan,
    board: Board,
    aims: Aims,
    choices: list[Choice],
    costs: dict[str, float],
    max_shift: int,
    exceptions: list[Remedy],
) -> Plan:
    """Return the plan with key, shares, broken rules and the planner's own words as they follow from what plays.

    Words that a person or a language model chose stay.
    """
    lead, number = lead_of(plan, board, aims)
    aims = replace(aims, lead=lead)
    timeline = plan.masterplan.timeline
    plain = [section.model_copy(update={"description": ""}) for section in timeline]
    judged = finish_plan(
        board, aims, plain, choices, costs, notes=(), max_shift=max_shift, number=number or 0, exceptions=exceptions
    )
    names = {material.letter: name for material, name in zip(board.materials, words.names_of(board), strict=True)}
    told = tuple(
        fresh.model_copy(update={"description": describe_anew(fresh, old.description, fresh.description, names)})
        for fresh, old in zip(judged.masterplan.timeline, timeline, strict=True)
    )
    masterplan = judged.masterplan.model_copy(
        update={
            "timeline": told,
            "title": before.masterplan.title if number is None else judged.masterplan.title,
            "artistCredits": before.masterplan.artistCredits,
        }
    )
    vision = judged.creative_vision if is_own_vision(before.creative_vision) else before.creative_vision
    return judged.model_copy(update={"masterplan": masterplan, "creative_vision": vision})


def _drums(section: TimelineSection, board: Board, *, is_open: bool) -> tuple[int, int] | None:
    if is_open or section.drums is None:
        return None
    return board.backings[_number(section.drums, board.backing_numbers, "drums")]


def _fill(pricing: Pricing, states: list[tuple[int, int] | None], wishes: dict[int, int]) -> Path | None:
    """Return the cheapest way that keeps the given states and the leads wished for; None where none does."""
    prices = pricing.prices
    slots = prices.slots.copy()
    for t, state in enumerate(states):
        if state is not None:
            slots[t] = np.inf
            slots[t][state] = 0.0
    for t, lead in wishes.items():
        slots[t, np.arange(slots.shape[1]) != lead] = np.inf
    n_open = sum(state is None for state in states)
    if n_open == 0:
        return tuple(state for state in states if state is not None)
    limits = pricing.limits(len(states))
    used = [state for state in states if state is not None]
    leads = np.bincount([*(lead for lead, _ in used), *wishes.values()], minlength=len(limits.most_lead))
    backs = np.bincount([back for _, back in used], minlength=len(limits.most_backing))
    # What is kept may break the limits already; what is planned must not add to it.
    eased = type(limits)(
        np.maximum(limits.most_lead, leads),
        np.maximum(limits.most_backing, backs),
        limits.lead_group,
        np.zeros_like(limits.least_slots),
    )
    found = find_path(Prices(slots, prices.lead_steps, prices.backing_steps), eased)
    return None if found is None else found[0]
