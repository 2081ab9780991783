"""The recipe of planning: gather, score, plan; or take up a plan that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.gathering import Gathering, gather, separation_of
from tonmeister.capabilities.mashing.match import best_pairs, rate_songs
from tonmeister.capabilities.mashing.params import MashPlanParams, MashPlanResult, Planning, SongMatch
from tonmeister.capabilities.mashing.planning.costs import Board
from tonmeister.capabilities.mashing.planning.make import make_plans, slot_bars
from tonmeister.capabilities.mashing.planning.resume import resume_plan
from tonmeister.core.held import Held

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
    kept = (wishes, targets and (targets[0], targets[1].style, targets[1].n_slot_bars))
    desk = held.take("desk", kept, lambda: Desk(params, params.plan, ctx, ctx.part(0.0, 0.9)))
    ctx.progress(0.92, "plan")
    plans = list(held.take("plans", kept, lambda: make_plans(desk.board, desk.params, desk.matches)))
    if params.plan is not None:
        plans = [resume_plan(params.plan, desk.board, params.max_shift_semitones), *plans]
    found = held.take("result", kept, lambda: desk.result(()))
    ctx.progress(1.0, "done")
    return found.model_copy(update={"plans": tuple(plans)})


class Desk:
    """What planning needs: songs gathered, scored and matched, in the slots of a given plan if there is one."""

    def __init__(self, params: Planning, plan: Plan | None, ctx: Context, tell: Callable[[float, str], None]):
        self.params = params
        target_bpm, n_bars = params.target_tempo_bpm, slot_bars(params.style, params.n_phrase_bars)
        if plan is not None:
            target_bpm, n_bars = plan.masterplan.global_.targetBPM, plan.origin.n_slot_bars
            self.params = params.model_copy(
                update={"style": plan.origin.style, "target_tempo_bpm": target_bpm, "n_phrase_bars": n_bars}
            )
        self.gathered: Gathering = gather(params.songs, separation_of(params), n_bars, ctx, tell, target_bpm=target_bpm)
        self.board = Board(self.gathered.materials, self.gathered.scores())
        self.matches: tuple[SongMatch, ...] = rate_songs(self.gathered, self.board.scores, params.max_shift_semitones)

    def result(self, plans: Sequence[Plan]) -> MashPlanResult:
        """Return plans with what they were made from."""
        return MashPlanResult(
            songs=tuple(material.card for material in self.gathered.materials),
            phrases=tuple(row for material in self.gathered.materials for row in material.rows),
            matches=self.matches,
            pairs=best_pairs(self.gathered, self.board.scores, self.matches),
            plans=tuple(plans),
            warnings=self.gathered.warnings,
        )
