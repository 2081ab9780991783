"""Three plans, the cheapest first: aims, prices, the cheapest way, layers, words."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.mashing.plan import Masterplan, Plan, PlanGlobals, PlanOrigin, PlanSong, SlotAim
from tonmeister.capabilities.mashing.planning import words
from tonmeister.capabilities.mashing.planning.aims import (
    Aims,
    check_tempo,
    choose_shifts,
    choose_tempo_bpm,
    lay_out,
    target_key,
)
from tonmeister.capabilities.mashing.planning.check import find_violations
from tonmeister.capabilities.mashing.planning.concept import difference, vision_of
from tonmeister.capabilities.mashing.planning.costs import Board, Pricing
from tonmeister.capabilities.mashing.planning.exceptions import exceptions_of
from tonmeister.capabilities.mashing.planning.expand import beats_of, choices_of, follows, lend_drums, sections_of
from tonmeister.capabilities.mashing.planning.lengths import count_slots, slot_length_s, tell_length
from tonmeister.capabilities.mashing.planning.paths import Path, Prices, find_cheapest, find_path
from tonmeister.capabilities.mashing.planning.sounding import silences_of
from tonmeister.core.errors import CombinationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tonmeister.capabilities.mashing.params import Planning, SongMatch
    from tonmeister.capabilities.mashing.plan import Remedy, TimelineSection
    from tonmeister.capabilities.mashing.planning.expand import Choice

N_PLANS = 3
LARGEST_SHARED = 0.5
"""Two plans have fewer than this part of their slots in common."""
NUDGES = (0.3, 0.6, 1.2, 2.4, 4.8)
SEED_SPREAD = 0.25
RULE_COST = 2.0
"""What a broken rule costs."""


@dataclass(frozen=True)
class Solution:
    """A way, what it costs, and what to know of how it was found."""

    path: Path
    cost: float
    notes: tuple[str, ...]


def slot_bars(style: str, n_phrase_bars: int) -> int:
    """Return the length of a slot: a megamix halves it."""
    return max(4, n_phrase_bars // 2) if style == "megamix" else n_phrase_bars


def lead_order(board: Board, matches: Sequence[SongMatch], wish: str | None) -> list[int]:
    """Return the numbers of the songs that can lead, the one to lead first at the front, voices before melodies.

    Raises
    ------
    CombinationError
        If the song that was asked for cannot lead, or there is no such song.
    """
    letters = [material.letter for material in board.materials]
    able = [n for n, material in enumerate(board.materials) if material.can_lead.any()]
    if wish is not None:
        if wish not in letters:
            raise CombinationError(
                f"lead is {wish}, but there are only the songs {', '.join(letters)}.",
                field="lead", value=wish, bound=letters, remedy="Name one of the songs.",
            )  # fmt: skip
        if letters.index(wish) not in able:
            raise CombinationError(
                f"{board.materials[letters.index(wish)].card.name} has no phrase in which its voice could lead.",
                field="lead", value=wish, remedy="Let another song lead, or choose shorter phrases.",
            )  # fmt: skip
        first = [letters.index(wish)]
    else:
        first = []
    ranked = list(dict.fromkeys([*first, *(letters.index(match.lead) for match in matches), *able]))
    return sorted(ranked, key=lambda n: n not in first and board.materials[n].lead_stem != "vocals")


def make_aims(board: Board, params: Planning, leads: Sequence[int], lead: int) -> Aims:
    """Return tempo, shifts and slots for a song to lead."""
    if params.target_tempo_bpm is not None:
        check_tempo(board.materials, params.target_tempo_bpm)
        tempo = params.target_tempo_bpm
    else:
        tempo = choose_tempo_bpm(board.materials, lead, params.style)
    n_bars = slot_bars(params.style, params.n_phrase_bars)
    slot_s = slot_length_s(board.materials[0].card.metre, n_bars, tempo)
    n_slots = count_slots(params.length_s, slot_s, len(board.materials))
    shifts = choose_shifts(board.materials, board.scores, params.style, lead, params.max_shift_semitones)
    slots = lay_out(params.style, params.energy_arc, n_slots, lead, leads)
    return Aims(params.style, params.energy_arc, n_bars, tuple(slots), tempo, shifts, lead)


def solve(pricing: Pricing, *, extra: np.ndarray | None = None) -> Solution:
    """Find the cheapest way that keeps the limits; where none does, say which limit was given up."""
    prices = pricing.prices
    if extra is not None:
        prices = Prices(prices.slots + extra, prices.lead_steps, prices.backing_steps)
    limits = pricing.limits(sum(slot.wants_lead for slot in pricing.aims.slots))
    found = find_path(prices, limits)
    if found is not None:
        path, cost, bound = found
        over = 100 * (cost / bound - 1) if bound > 0 else 0.0
        note = f"Phrases may not be used again and again: that costs {over:.0f} % beside the freest plan."
        return Solution(path, pricing.prices.of(path), (note,) if over >= 1 else ())
    free = np.zeros_like(limits.least_backing)
    for kept, note in (
        (dataclasses.replace(limits, least_backing=free), "The songs' bands could not be given equal time."),
        (
            dataclasses.replace(limits, least_slots=np.zeros_like(limits.least_slots), least_backing=free),
            "The songs could not be given equal time.",
        ),
    ):
        found = find_path(prices, kept)
        if found is not None:
            return Solution(found[0], pricing.prices.of(found[0]), (note,))
    path, cost = find_cheapest(prices)
    if not np.isfinite(cost):
        raise CombinationError(
            "No plan keeps the rules with these songs.",
            field="style", value=pricing.aims.style, remedy="Choose another style, or shorter phrases.",
        )  # fmt: skip
    return Solution(path, pricing.prices.of(path), ("There are too few phrases: some are used again and again.",))


def shared_part(one: Path, other: Path) -> float:
    """Return the part of slots that two ways have in common."""
    n = min(len(one), len(other))
    return sum(a == b for a, b in zip(one, other, strict=False)) / max(1, n)


def _nudged(pricing: Pricing, known: Sequence[Path], nudge: float) -> np.ndarray:
    """Return a surcharge on what other plans use, slot by slot."""
    extra = np.zeros(pricing.prices.slots.shape)
    for path in known:
        for t, (lead, back) in enumerate(path[: len(extra)]):
            extra[t, lead, :] += nudge / 2
            extra[t, :, back] += nudge / 2
            extra[t, lead, back] += nudge
    return extra


def make_plans(board: Board, params: Planning, matches: Sequence[SongMatch]) -> list[Plan]:
    """Return up to three plans, the cheapest first; no two of a lead have half of their slots in common.

    In a classic mashup, where nobody has said who is to lead, those in which somebody sings come before the others.
    """
    leads = lead_order(board, matches, params.lead)
    first = leads[0] if leads else 0
    found: list[tuple[Pricing, Solution]] = []
    known: list[tuple[int, Path]] = []
    for number in range(N_PLANS):
        # In a classic mashup, where nobody has said who is to sing, the second plan lets the next best voice.
        lead = (
            leads[1] if number == 1 and params.style == "classic" and params.lead is None and len(leads) > 1 else first
        )
        pricing = Pricing(board, make_aims(board, params, leads, lead))
        before = [path for other, path in known if other == lead]
        noise = None
        if params.seed:
            rng = np.random.default_rng((params.seed, number))
            noise = rng.uniform(0, SEED_SPREAD, pricing.prices.slots.shape)
        for nudge in NUDGES if before else (0.0,):
            extra = _nudged(pricing, before, nudge)
            solution = solve(pricing, extra=extra if noise is None else extra + noise)
            if all(shared_part(solution.path, path) < LARGEST_SHARED for path in before):
                known.append((lead, solution.path))
                found.append((pricing, solution))
                break
    plans = [build_plan(pricing, solution, params) for pricing, solution in found]
    is_free = params.style == "classic" and params.lead is None

    def rank(number: int) -> tuple[bool, float]:
        return is_free and not _is_sung(plans[number]), plans[number].origin.cost

    ranked = sorted(range(len(plans)), key=rank)
    best = plans[ranked[0]]
    return [
        _placed(plans[number], best, found[number][0], place) if place else best for place, number in enumerate(ranked)
    ]


def _is_sung(plan: Plan) -> bool:
    layers = (layer for section in plan.masterplan.timeline for layer in section.layers)
    return any((layer.role, layer.stem) == ("lead", "vocals") for layer in layers)


def _placed(plan: Plan, first: Plan, pricing: Pricing, place: int) -> Plan:
    """Return the plan with the title of its place, and what tells it from the first."""
    title = words.title_of(pricing.board, pricing.aims, place, words.heard_in(plan.masterplan.timeline))
    vision = f"{plan.creative_vision} {difference(plan, first)}"[:2000]
    masterplan = plan.masterplan.model_copy(update={"title": title})
    return plan.model_copy(update={"masterplan": masterplan, "creative_vision": vision})


def build_plan(pricing: Pricing, solution: Solution, params: Planning) -> Plan:
    """Make a plan of a way through the slots."""
    board, aims = pricing.board, pricing.aims
    choices = lend_drums(board, aims, choices_of(board, solution.path))
    sections = sections_of(board, aims, choices)
    costs = pricing.term_costs(solution.path)
    plan = finish_plan(
        board, aims, sections, choices, costs, notes=solution.notes, max_shift=params.max_shift_semitones,
        exceptions=exceptions_of(pricing, solution.path),
    )  # fmt: skip
    told = tell_length(params, aims, board.materials[0].card.metre, len(board.materials))
    if told is None:
        return plan
    origin = plan.origin.model_copy(update={"warnings": (told, *plan.origin.warnings)})
    return plan.model_copy(update={"origin": origin})


def finish_plan(
    board: Board,
    aims: Aims,
    sections: Sequence[TimelineSection],
    choices: Sequence[Choice],
    costs: dict[str, float],
    *,
    notes: tuple[str, ...],
    max_shift: int,
    number: int = 0,
    exceptions: Sequence[Remedy] = (),
) -> Plan:
    """Put title, credits, descriptions and reasons to sections."""
    names = {material.letter: name for material, name in zip(board.materials, words.names_of(board), strict=True)}
    told = tuple(
        section.model_copy(
            update={"description": words.describe(section, names, continues=_continues(board, choices, n))}
        )
        for n, section in enumerate(sections)
    )
    silences = silences_of(board, aims, told)[:12]
    key = target_key(board.materials, aims.shifts, aims.lead)
    plan = Plan(
        creative_vision=vision_of(board, aims, told),
        masterplan=Masterplan(
            title=words.title_of(board, aims, number, words.heard_in(told)),
            artistCredits=words.credits_of(board, words.heard_in(told)),
            global_=PlanGlobals(
                targetBPM=aims.tempo_bpm, targetKey=key, timeSignature=(beats_of(board.materials[0].card.metre), 4)
            ),
            timeline=told,
            problems_and_solutions=(*silences, *exceptions, *words.remedies_of(board, aims, costs, told))[:24],
        ),
        songs=tuple(_song(board, aims, number, told) for number in range(len(board.materials))),
        origin=PlanOrigin(
            planner="rules",
            style=aims.style,
            energy_arc=aims.arc,
            n_slot_bars=aims.n_bars,
            course=tuple(
                SlotAim(
                    energy_share=slot.energy,
                    wants_lead=slot.wants_lead,
                    turn=None if slot.turn is None else board.materials[slot.turn].letter,
                )
                for slot in aims.slots
            ),
            cost=0.0,
            warnings=tuple(f"{each.problem} {each.solution}" for each in silences),
            notes=notes,
        ),
    )
    return _judged(plan, board, costs, max_shift)


def _judged(plan: Plan, board: Board, costs: dict[str, float], max_shift: int) -> Plan:
    """Return the plan with the rules that it breaks, and what it costs with them."""
    found = find_violations(plan, [material.card for material in board.materials], max_shift)
    if found:
        costs = {**costs, "broken rules": RULE_COST * len(found)}
    update = {"violations": found, "cost": round(sum(costs.values()), 3), "terms": words.terms_of(costs)}
    return plan.model_copy(update={"origin": plan.origin.model_copy(update=update)})


def _continues(board: Board, choices: Sequence[Choice], n: int) -> bool:
    return n > 0 and follows(board, choices[n - 1].backing, choices[n].backing)


def _song(board: Board, aims: Aims, number: int, sections: Sequence[TimelineSection]) -> PlanSong:
    material = board.materials[number]
    leads = [section.lead[0] for section in sections if section.lead]
    backings = [section.backing[0] for section in sections]
    return PlanSong(
        songId=material.letter,
        name=material.card.name[:200],
        tempo_bpm=material.card.tempo_bpm,
        key=material.card.key,
        tempo_factor=material.factor,
        rate_percent=round(100 * aims.tempo_bpm / material.counted_bpm, 3),
        shift_semitones=aims.shifts[number],
        lead_share_percent=round(100 * leads.count(material.letter) / max(1, len(leads)), 1),
        backing_share_percent=round(100 * backings.count(material.letter) / max(1, len(backings)), 1),
    )
