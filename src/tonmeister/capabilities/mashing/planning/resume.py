"""A plan taken up again: judged anew, and those of its sections planned that ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.mashing.planning import words
from tonmeister.capabilities.mashing.planning.aims import Aims, Slot
from tonmeister.capabilities.mashing.planning.costs import Board, Pricing
from tonmeister.capabilities.mashing.planning.edits import compare_plans
from tonmeister.capabilities.mashing.planning.expand import Choice, sections_of
from tonmeister.capabilities.mashing.planning.make import finish_plan, with_violations
from tonmeister.capabilities.mashing.planning.paths import Path, Prices, find_path
from tonmeister.core.errors import ChoiceUnknownError, CombinationError

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.plan import Plan, TimelineSection

OPEN = "?"
"""The backing of a section that is to be planned again."""


def aims_of(plan: Plan, board: Board) -> Aims:
    """Return what a plan aims at.

    Raises
    ------
    CombinationError
        If it is a plan for other songs.
    """
    letters = [material.letter for material in board.materials]
    if [song.songId for song in plan.songs] != letters:
        raise CombinationError(
            f"The plan is for the songs {', '.join(song.songId for song in plan.songs)}, but {len(letters)} are given.",
            field="plan", value=len(plan.songs), bound=len(letters), remedy="Give the plan's own songs.",
        )  # fmt: skip
    leads = [section.lead[0] for section in plan.masterplan.timeline if section.lead]
    slots = tuple(
        Slot(
            label=section.label,
            energy=(section.energy_level - 1) / 9,
            wants_lead=section.lead is not None or section.label not in ("intro", "break", "outro"),
            turn=None,
        )
        for section in plan.masterplan.timeline
    )
    return Aims(
        style=plan.origin.style,
        arc=plan.origin.energy_arc,
        n_bars=plan.origin.n_slot_bars,
        slots=slots,
        tempo_bpm=plan.masterplan.global_.targetBPM,
        shifts=tuple(song.shift_semitones for song in plan.songs),
        lead=letters.index(leads[0]) if leads and leads[0] in letters else 0,
    )


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


def resume_plan(plan: Plan, board: Board, max_shift: int) -> Plan:
    """Return the plan with its cost, the rules that it breaks, and its open sections planned.

    Sections that are not open keep their layers as they are.
    """
    aims = aims_of(plan, board)
    pricing = Pricing(board, aims)
    states = [state_of(section, board) for section in plan.masterplan.timeline]
    path = _fill(pricing, states)
    costs = pricing.term_costs(path)
    choices = [
        Choice(board.leads[lead], board.backings[back], _drums(section, board, is_open=state is None))
        for (lead, back), section, state in zip(path, plan.masterplan.timeline, states, strict=True)
    ]
    made = sections_of(board, aims, choices)
    start_bar, sections = 0, []
    for old, fresh, state in zip(plan.masterplan.timeline, made, states, strict=True):
        kept = fresh if state is None else old
        if state is None and old.n_bars != aims.n_bars:
            raise CombinationError(
                f"A section of {old.n_bars} bars is to be planned, but the plan's slots have {aims.n_bars}.",
                field="plan", value=old.n_bars, bound=aims.n_bars, remedy="Plan sections of whole slots only.",
            )  # fmt: skip
        update = {
            "start_bar": start_bar,
            "time_start_sec": round(start_bar * plan.bar_s, 6),
            "duration_sec": round(kept.n_bars * plan.bar_s, 6),
            "label": old.label,
        }
        sections.append(kept.model_copy(update=update))
        start_bar += kept.n_bars
    whole = finish_plan(board, aims, sections, choices, costs, notes=(), max_shift=max_shift)
    is_open = any(state is None for state in states)
    kept_words = plan.masterplan.model_copy(
        update={
            "timeline": tuple(
                fresh
                if state is None or not old.description
                else fresh.model_copy(update={"description": old.description})
                for fresh, old, state in zip(whole.masterplan.timeline, plan.masterplan.timeline, states, strict=True)
            ),
            "problems_and_solutions": whole.masterplan.problems_and_solutions,
        }
    )
    origin = plan.origin.model_copy(
        update={
            "cost": whole.origin.cost,
            "terms": words.terms_of(costs),
            "version": plan.origin.version + (1 if is_open else 0),
        }
    )
    done = plan.model_copy(update={"masterplan": kept_words, "songs": whole.songs, "origin": origin})
    if is_open:
        done = done.model_copy(update={"origin": origin.model_copy(update={"changes": compare_plans(plan, done)})})
    return with_violations(done, board, max_shift)


def _drums(section: TimelineSection, board: Board, *, is_open: bool) -> tuple[int, int] | None:
    if is_open or section.drums is None:
        return None
    return board.backings[_number(section.drums, board.backing_numbers, "drums")]


def _fill(pricing: Pricing, states: list[tuple[int, int] | None]) -> Path:
    """Return the cheapest way that keeps the given states."""
    prices = pricing.prices
    slots = prices.slots.copy()
    for t, state in enumerate(states):
        if state is not None:
            slots[t] = np.inf
            slots[t][state] = 0.0
    n_open = sum(state is None for state in states)
    if n_open == 0:
        return tuple(state for state in states if state is not None)
    limits = pricing.limits(len(states))
    used = [state for state in states if state is not None]
    leads = np.bincount([lead for lead, _ in used], minlength=len(limits.most_lead))
    backs = np.bincount([back for _, back in used], minlength=len(limits.most_backing))
    # What is kept may break the limits already; what is planned must not add to it.
    eased = type(limits)(
        np.maximum(limits.most_lead, leads),
        np.maximum(limits.most_backing, backs),
        limits.lead_group,
        np.zeros_like(limits.least_slots),
    )
    found = find_path(Prices(slots, prices.lead_steps, prices.backing_steps), eased)
    if found is None:
        raise CombinationError(
            "No phrases are left for the sections that are to be planned.",
            field="plan", remedy="Free more sections, or choose another style.",
        )  # fmt: skip
    return found[0]
