"""The recipe of a mashup: describe the songs, plan, render, master, deliver."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.capabilities.mashing.belonging import Known, check_own_songs
from tonmeister.capabilities.mashing.correcting import analyse, told_of
from tonmeister.capabilities.mashing.gathering import check_different
from tonmeister.capabilities.mashing.params import (
    LETTERS,
    MashPreviewParams,
    MashPreviewResult,
    MashupParams,
    MashupResult,
    Planning,
)
from tonmeister.capabilities.mashing.phrases import check_song, check_sounding, separation_of
from tonmeister.capabilities.mashing.planning.aims import check_spread
from tonmeister.capabilities.mashing.planning.aligning import OPEN, placed_in_order
from tonmeister.capabilities.mashing.planning.speaker import find_speaker
from tonmeister.capabilities.mashing.planning.words import listed, listed_numbers
from tonmeister.capabilities.mashing.rendering.delivering import (
    deliver_project,
    deliver_stems,
    deliver_wave,
    encode_stems,
)
from tonmeister.capabilities.mashing.rendering.params import SongGrid
from tonmeister.capabilities.mashing.rendering.render import excerpt
from tonmeister.capabilities.mashing.scores import choose_folds
from tonmeister.capabilities.mashing.showing import Shown
from tonmeister.core.errors import CombinationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tonmeister.capabilities.mashing.params import MashPlanResult, PhrasesResult
    from tonmeister.capabilities.mashing.plan import Plan
    from tonmeister.core.context import Context
    from tonmeister.core.language import LanguageRules

PREVIEW_S = 20.0
_NO_NAME = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


def mashup(params: MashupParams, ctx: Context) -> MashupResult:
    """Make a mashup of songs."""
    hashes = check_different(params.songs, ctx)
    check_language(params, ctx.language)  # who is not there is told of before minutes of work
    described = _describe(params, hashes, ctx, ctx.part(0.0, 0.5))
    planned = _plan(params, ctx)
    ctx.show("scores", [match.model_dump(mode="json") for match in planned.matches])
    ctx.show("plans", [plan.model_dump(mode="json") for plan in planned.plans])
    plan = _chosen(params, planned)
    check_sound(plan)
    songs, sound = _material(described)
    rendered = ctx.run(
        "mash_render",
        sound | {"plan": plan.model_dump(mode="json"), "is_split": params.stems or params.project},
        tell=ctx.part(0.6, 0.84),
    )
    mastered = _master(params, rendered.mix, ctx) if params.master else None
    previews = _previews(params, planned, sound, ctx)
    ctx.progress(0.94, "deliver")
    # mastering has measured the file that it wrote, its true peak 16 times oversampled
    heard = mastered.deliverables[0] if mastered is not None else ctx.run("measure", {"file": rendered.mix}).measurement
    title, near = _file_name(plan), params.songs[0]
    master_ref = None
    if mastered is not None:
        file = ctx.fetch(mastered.deliverables[0].file)
        master_ref = ctx.publish(file, f"{title} (master){file.suffix}", near=near)
    tracks = [ctx.fetch(track.file) for track in rendered.tracks]
    mix, notes = deliver_wave(ctx.fetch(rendered.mix), f"{title} (mix)", params.format, ctx, near, beside=tracks)
    stems, more = encode_stems(rendered, songs, ctx) if rendered.tracks else ([], ())
    result = MashupResult(
        songs=planned.songs,
        phrases=planned.phrases,
        matches=planned.matches,
        pairs=planned.pairs,
        plans=planned.plans,
        plan=plan,
        mix=mix,
        master=master_ref,
        stems=deliver_stems(stems, title, ctx, near) if params.stems else None,
        plan_file=_deliver_plan(plan, title, ctx, near),
        project=deliver_project(rendered, stems, plan, title, ctx, near) if params.project else None,
        previews=tuple(
            ctx.publish(ctx.fetch(ref), f"{_file_name(each)} (preview {number}).wav", near=near)
            for number, (each, ref) in enumerate(zip(planned.plans, previews, strict=False), 1)
        ),
        duration_s=rendered.duration_s,
        sample_rate=rendered.sample_rate,
        integrated_lufs=heard.integrated_lufs,
        true_peak_dbtp=heard.true_peak_dbtp,
        warnings=(
            *planned.warnings, *plan.origin.warnings,
            *(f"The plan breaks a rule: {fault}." for fault in plan.origin.violations),
            *rendered.warnings, *notes, *more, *(mastered.warnings if mastered is not None else ()),
        ),
    )  # fmt: skip
    ctx.progress(1.0, "done")
    return result


def check_sound(plan: Plan) -> None:
    """Raise `CombinationError` if nothing sounds in any section, nor is to be planned."""
    timeline = plan.masterplan.timeline
    if not any(section.layers or section.backing == OPEN for section in timeline):
        numbers = listed_numbers(range(1, len(timeline) + 1))
        raise CombinationError(
            f"Nothing sounds in this plan: section{'s' if len(timeline) > 1 else ''} {numbers} "
            f"{'have' if len(timeline) > 1 else 'has'} no layers.",
            field="plan.masterplan.timeline", value=0, bound="at least one layer",
            remedy="Add a layer, or undo its removal; a section with the backing \"?\" is planned anew.",
        )  # fmt: skip


OF_PLANS = ("style", "length_s", "lead", "energy_arc", "n_phrase_bars", "target_tempo_bpm", "choice")
"""Wishes for plans that are made; one that is given has them in itself."""


def _check_given(params: MashupParams) -> None:
    """Raise `CombinationError` where wishes for a new plan stand beside a plan that is given."""
    idle = [name for name in OF_PLANS if name in params.model_fields_set and _is_wish(params, name)]
    if params.plan is not None and idle:
        raise CombinationError(
            f"{listed(idle)} {'belong' if len(idle) > 1 else 'belongs'} to plans that are made, but a plan is given.",
            field=idle[0], value=getattr(params, idle[0]),
            remedy="Leave them out and change the plan itself; or leave the plan out.",
        )  # fmt: skip


def _is_wish(params: MashupParams, name: str) -> bool:
    """Tell whether a value is another than the one that the plan given has, or than the default."""
    value, plan = getattr(params, name), params.plan
    if plan is None or value is None:
        return False
    own = {"style": plan.origin.style, "energy_arc": plan.origin.energy_arc,
           "target_tempo_bpm": plan.masterplan.global_.targetBPM}  # fmt: skip
    return bool(value != own.get(name, type(params).model_fields[name].default))


def check_mashup(params: MashupParams) -> None:
    """Raise what the parameters alone make impossible."""
    _check_given(params)
    if params.brief.strip() and params.planner == "rules":
        raise CombinationError(
            "brief is a wish for the language model, but the rules plan this mashup: they read no words.",
            field="brief", value=params.brief, bound="planner model",
            remedy="Let the language model plan (--planner model), or leave the brief out.",
        )  # fmt: skip
    if params.target_lufs is not None and not params.master:
        raise CombinationError(
            f"target_lufs is {params.target_lufs:g}, but nothing is mastered: it is the loudness of the master.",
            field="target_lufs", value=params.target_lufs, remedy="Leave it out, or let the mix be mastered.",
        )  # fmt: skip
    told_of(len(params.songs), params.corrections, params.plan)
    letters = LETTERS[: len(params.songs)]
    if params.lead is not None and params.lead not in letters:
        raise CombinationError(
            f"lead is {params.lead}, but there are only the songs {', '.join(letters)}.",
            field="lead", value=params.lead, bound=list(letters), remedy="Name one of the songs.",
        )  # fmt: skip
    if len(set(params.songs)) < len(params.songs):
        raise CombinationError(
            "A song is given twice.",
            field="songs", value=list(params.songs), remedy="Give different songs.",
        )  # fmt: skip
    if params.plan is not None:
        check_sound(params.plan)
        strangers = sorted(
            {layer.songId for each in params.plan.masterplan.timeline for layer in each.layers} - {*letters}
        )
        if strangers:
            raise CombinationError(
                f"The plan plays {', '.join(strangers)}, but there are only the songs {', '.join(letters)}.",
                field="plan", value=strangers, bound=list(letters), remedy="Give all songs of the plan, in its order.",
            )  # fmt: skip


def check_language(params: MashupParams, rules: LanguageRules) -> None:
    """Raise `MissingPartError` if a language model is to be asked and none is set up."""
    if _is_talk(params):
        find_speaker(rules)


def preview(params: MashPreviewParams, ctx: Context) -> MashPreviewResult:
    """Render a stretch of a plan, without mastering."""
    check_sound(params.plan)
    described = _describe(params, check_different(params.songs, ctx), ctx, ctx.part(0.0, 0.5))
    _, sound = _material(described)
    plan = placed_in_order(params.plan)
    length_s = min(params.length_s, plan.duration_s)
    start_s = excerpt(plan, length_s) if params.from_s is None else min(params.from_s, plan.duration_s - length_s)
    wishes = {"plan": plan.model_dump(mode="json"), "from_s": round(start_s, 3), "length_s": length_s}
    rendered = ctx.run("mash_render", sound | wishes, tell=ctx.part(0.5, 0.95))
    title = f"{_file_name(plan)} (preview)"
    file, notes = deliver_wave(ctx.fetch(rendered.mix), title, "flac", ctx, params.songs[0])
    ctx.progress(1.0, "done")
    return MashPreviewResult(
        sound=file, start_s=round(start_s, 3), duration_s=rendered.duration_s, warnings=(*rendered.warnings, *notes)
    )


def _describe(
    params: MashupParams | MashPreviewParams, hashes: list[str], ctx: Context, tell: Callable[[float, str], None]
) -> list[PhrasesResult]:
    """Analyse and separate all songs, side by side."""
    tell(0.0, "analyse")
    if params.plan is None:  # what has been planned with does sound
        check_sounding(params.songs, ctx, lambda fraction, stage: tell(0.02 * fraction, stage))
    shown = Shown(ctx)
    # Whether a song can be used is known before any is taken apart.
    corrections = params.corrections if isinstance(params, MashupParams) else ()
    heard, told, _ = analyse(
        params.songs,
        told_of(len(params.songs), corrections, params.plan),
        ctx,
        lambda fraction, stage: tell(0.02 + 0.18 * fraction, stage),
        check_song,
        lambda number, found: shown.analysed(number, found, ctx.label(params.songs[number])),
    )
    names = [ctx.label(song) for song in params.songs]
    if params.plan is not None:
        check_own_songs(params.plan, [*map(Known.of_analysis, heard, names, hashes)])
    if isinstance(params, MashupParams) and params.plan is None and params.target_tempo_bpm is None:
        tempi = [found.tempo.tempo_bpm for found in heard]
        check_spread([tempo * 2.0**fold for tempo, fold in zip(tempi, choose_folds(tempi), strict=True)])
    tell(0.2, "separate")
    # in the very words of planning: then each is done once
    given = separation_of(params)
    steps = [("mash_phrases", {"file": song} | given | each) for song, each in zip(params.songs, told, strict=True)]
    return ctx.run_all(steps, tell=lambda fraction, stage: tell(0.2 + 0.8 * fraction, stage), each=shown.taken_apart)


def _material(described: list[PhrasesResult]) -> tuple[list[SongGrid], dict[str, Any]]:
    """Return the songs as rendering sees them, and the parameters that stand for their sound."""
    songs = [_grid(letter, song) for letter, song in zip(LETTERS, described, strict=False)]
    files = [ref for song in described for ref in (song.drums, song.bass, song.other, song.vocals)]
    return songs, {"stems": files, "songs": [song.model_dump(mode="json") for song in songs]}


def _plan(params: MashupParams, ctx: Context) -> MashPlanResult:
    ctx.progress(0.5, "plan")
    wishes = params.model_dump(mode="json", include=set(Planning.model_fields), exclude_unset=True)
    if params.plan is not None:
        wishes["plan"] = params.plan.model_dump(mode="json")
    name = "mash_talk" if _is_talk(params) else "mash_plan"
    if name == "mash_talk":
        wishes["brief"] = params.brief
    planned: MashPlanResult = ctx.run(name, wishes, tell=ctx.part(0.5, 0.6))
    return planned


def _deliver_plan(plan: Plan, title: str, ctx: Context, near: str) -> str:
    """Deliver the plan as JSON, to be changed and given back."""
    file = ctx.folder / "plan.json"
    file.write_text(plan.model_dump_json(indent=2), encoding="utf-8")
    return ctx.publish(file, f"{title} (plan).json", near=near)


def _is_talk(params: MashupParams) -> bool:
    """Tell whether the language model is asked: for a plan, or for a change of the one that is given."""
    return params.planner == "model" and (params.plan is None or bool(params.brief.strip()))


def _chosen(params: MashupParams, planned: MashPlanResult) -> Plan:
    """Return the plan to render: the given one, judged and in line with itself, else the one chosen."""
    if params.plan is not None:
        return planned.plans[0]
    if len(planned.plans) < params.choice:
        raise CombinationError(
            f"There are {len(planned.plans)} plans to choose from; there is no plan {params.choice}.",
            field="choice", value=params.choice, bound=len(planned.plans),
            remedy="Choose one of those, or make room for more: another style, or a greater length.",
        )  # fmt: skip
    return planned.plans[params.choice - 1]


def _grid(letter: str, song: PhrasesResult) -> SongGrid:
    levels = [phrase.loudness_lufs for phrase in song.phrases if phrase.loudness_lufs is not None]
    return SongGrid(
        songId=letter,
        name=song.song.name,
        duration_s=song.song.duration_s,
        beats_s=song.beats_s,
        downbeats=song.downbeats,
        is_steady=song.song.is_steady,
        loudness_lufs=_gated_mean(levels),
    )


def _gated_mean(levels_lufs: list[float]) -> float | None:
    """Return the mean power of the phrases that are not 10 LU below it, in LUFS."""
    import math

    if not levels_lufs:
        return None
    powers = [10 ** (level / 10) for level in levels_lufs]
    gate = 0.1 * sum(powers) / len(powers)
    kept = [power for power in powers if power > gate]
    return round(10 * math.log10(sum(kept) / len(kept)), 2)


def _master(params: MashupParams, mix: str, ctx: Context) -> Any:
    wishes: dict[str, Any] = {"mix": mix, "format": [params.format], "report": False}
    if params.target_lufs is not None:
        wishes["target_lufs"] = params.target_lufs
    return ctx.run("master", wishes, tell=ctx.part(0.84, 0.92))


def _previews(params: MashupParams, planned: MashPlanResult, sound: dict[str, Any], ctx: Context) -> list[str]:
    if not params.previews:
        return []
    made = []
    for number, plan in enumerate(planned.plans):
        ctx.progress(0.92, f"preview {number + 1} of {len(planned.plans)}")
        wishes = {
            "plan": plan.model_dump(mode="json"),
            "from_s": round(excerpt(plan, PREVIEW_S), 3),
            "length_s": min(PREVIEW_S, plan.duration_s),
        }
        made.append(ctx.run("mash_render", sound | wishes).mix)
    return made


def _file_name(plan: Plan) -> str:
    """Return the plan's title as a file may be called."""
    return Path(_NO_NAME.sub(" ", plan.masterplan.title).strip(" .")[:80]).name or "mashup"
