"""The recipe of planning: gather, score, plan; or take up a plan that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.belonging import signed
from tonmeister.capabilities.mashing.gathering import Gathering, gather
from tonmeister.capabilities.mashing.match import best_pairs, rate_songs
from tonmeister.capabilities.mashing.params import (
    MashPlanParams,
    MashPlanResult,
    MashTalkParams,
    Planning,
    SongMatch,
)
from tonmeister.capabilities.mashing.phrases import separation_of
from tonmeister.capabilities.mashing.planning.costs import Board
from tonmeister.capabilities.mashing.planning.lengths import fit_slots
from tonmeister.capabilities.mashing.planning.make import make_plans, slot_bars
from tonmeister.capabilities.mashing.planning.resume import resume_plan
from tonmeister.capabilities.mashing.planning.speaker import find_speaker
from tonmeister.capabilities.mashing.planning.talk import Talk, talk
from tonmeister.core.errors import MissingPartError
from tonmeister.core.held import Held
from tonmeister.engines.language import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tonmeister.capabilities.mashing.plan import Plan
    from tonmeister.core.context import Context


def plan_mashup(params: MashPlanParams, ctx: Context) -> MashPlanResult:
    """Plan mashups of songs."""
    return draft(params, ctx, Held())


def draft(params: MashPlanParams, ctx: Context, held: Held) -> MashPlanResult:
    """Plan mashups of songs; what a change by hand leaves as it is is taken from ``held``."""
    ctx.progress(0.0, "listen")
    wishes = params.model_dump_json(exclude={"plan"})
    targets = None if params.plan is None else (params.plan.masterplan.global_.targetBPM, params.plan.origin)
    counted = params.plan and tuple(song.tempo_factor for song in params.plan.songs)
    kept = (wishes, counted, targets and (targets[0], targets[1].style, targets[1].n_slot_bars))
    desk = held.take("desk", kept, lambda: Desk(params, params.plan, ctx, ctx.part(0.0, 0.9)))
    ctx.progress(0.92, "plan")
    # The plan that was given comes first: what is wrong with it is told in its own words.
    taken = resume_plan(params.plan, desk.board, params.max_shift_semitones) if params.plan is not None else None
    plans = list(held.take("plans", kept, lambda: make_plans(desk.board, desk.params, desk.matches)))
    notes: tuple[str, ...] = ()
    if taken is not None:
        plans, notes = [taken.plan, *plans], taken.notes
    found = held.take("result", kept, lambda: desk.result(()))
    plans = [signed(plan, desk.gathered.songs) for plan in plans]
    ctx.progress(1.0, "done")
    return found.model_copy(update={"plans": tuple(plans), "warnings": (*found.warnings, *notes)})


def talk_mashup(params: MashTalkParams, ctx: Context) -> MashPlanResult:
    """Let a language model plan, or change a plan; where it cannot, the plan by rules, or as it was, stands."""
    ctx.progress(0.0, "listen")
    try:
        find_speaker(ctx.language)
    except MissingPartError as error:
        ctx.show("notes", [_sentence(str(error))])  # who only came to talk need not wait for the plan by rules
    desk = Desk(params, params.plan, ctx, ctx.part(0.0, 0.6))
    ctx.progress(0.62, "plan")
    taken = resume_plan(params.plan, desk.board, params.max_shift_semitones) if params.plan is not None else None
    by_rules = make_plans(desk.board, desk.params, desk.matches)
    notes = taken.notes if taken is not None else ()
    given = taken.plan if taken is not None else None
    base = given or by_rules[0]
    ctx.progress(0.7, "ask the language model")
    subject = Talk(
        board=desk.board,
        base=base,
        is_change=given is not None,
        pairs=best_pairs(desk.gathered, desk.board.scores, desk.matches),
        brief=params.brief,
        max_shift=params.max_shift_semitones,
    )
    try:
        first = talk(subject, find_speaker(ctx.language), lambda: ctx.progress(0.75, "ask the language model"))
    except (NoAnswerError, MissingPartError) as error:
        stands = "The plan stays as it was." if given is not None else "The plan by rules stands."
        unheard = f"{_sentence(str(error))} {stands}"
        first, notes = with_notes(base, (unheard,)), (*notes, unheard)
    plans = [first, *(plan for plan in (given, *by_rules) if plan is not None and plan.masterplan != first.masterplan)]
    result = desk.result(plans, notes)
    ctx.progress(1.0, "done")
    return result


def with_notes(plan: Plan, notes: tuple[str, ...]) -> Plan:
    """Return the plan with more to know of how it came about."""
    origin = plan.origin.model_copy(update={"notes": (*plan.origin.notes, *notes)})
    return plan.model_copy(update={"origin": origin})


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


class Desk:
    """What planning needs: songs gathered, scored and matched, in the slots of a given plan if there is one."""

    def __init__(self, params: Planning, plan: Plan | None, ctx: Context, tell: Callable[[float, str], None]):
        self.params = params
        target_bpm, n_bars = params.target_tempo_bpm, slot_bars(params.style, params.n_phrase_bars)
        if plan is not None:
            target_bpm, n_bars = plan.masterplan.global_.targetBPM, plan.origin.n_slot_bars
            n_phrase_bars = 2 * n_bars if plan.origin.style == "megamix" else n_bars
            self.params = params.model_copy(
                update={"style": plan.origin.style, "target_tempo_bpm": target_bpm, "n_phrase_bars": n_phrase_bars}
            )
        self.gathered: Gathering = gather(
            params.songs, separation_of(params), n_bars, ctx, tell,
            corrections=params.corrections, target_bpm=target_bpm, plan=plan,
        )  # fmt: skip
        if plan is None:
            self.params, self.gathered = fit_slots(params, self.gathered)
        self.board = Board(self.gathered.materials, self.gathered.scores())
        self.matches: tuple[SongMatch, ...] = rate_songs(self.gathered, self.board.scores, params.max_shift_semitones)

    def result(self, plans: Sequence[Plan], notes: tuple[str, ...] = ()) -> MashPlanResult:
        """Return plans with what they were made from."""
        return MashPlanResult(
            songs=tuple(material.card for material in self.gathered.materials),
            phrases=tuple(row for material in self.gathered.materials for row in material.rows),
            matches=self.matches,
            pairs=best_pairs(self.gathered, self.board.scores, self.matches),
            plans=tuple(signed(plan, self.gathered.songs) for plan in plans),
            warnings=(*self.gathered.warnings, *notes),
        )
