"""The recipe of rendering: make each section, join them, write mix and tracks."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tonmeister.capabilities.mashing.plan import Plan
from tonmeister.capabilities.mashing.rendering.joining import Joiner
from tonmeister.capabilities.mashing.rendering.params import (
    Clip,
    MashRenderParams,
    MashRenderResult,
    MashSectionResult,
    Track,
)
from tonmeister.capabilities.mashing.rendering.placing import COMMON_LUFS, STEM_ORDER, Grid, grid_of, place_section
from tonmeister.core.errors import CombinationError
from tonmeister.media.reader import open_audio, read_audio

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

RATES_HZ = (44100, 48000)


@dataclass(frozen=True)
class Part:
    """A section on the mashup's timeline."""

    number: int
    start: int
    clips: tuple[Clip, ...]
    params: dict[str, Any]


def mash_render(params: MashRenderParams, ctx: Context) -> MashRenderResult:
    """Render a plan, or a part of it."""
    if len(params.stems) != len(STEM_ORDER) * len(params.songs):
        raise CombinationError(
            f"{len(params.stems)} stems for {len(params.songs)} songs: there must be four for each.",
            field="stems", value=len(params.stems), bound=len(STEM_ORDER) * len(params.songs),
            remedy="Give drums, bass, other and vocals of each song.",
        )  # fmt: skip
    ctx.progress(0.0, "place")
    rate = _sample_rate(params, ctx)
    parts = _parts(params, rate)
    first, last = round(params.from_s * rate), _last(params, rate)
    made: list[MashSectionResult] = ctx.run_all(
        [("mash_section", part.params) for part in parts], tell=ctx.part(0.02, 0.9)
    )
    ctx.progress(0.9, "join")
    end = max(part.start + each.n_samples for part, each in zip(parts, made, strict=True))
    with contextlib.ExitStack() as stack:
        mix = stack.enter_context(Joiner(ctx.folder / "mix.wav", rate, n_first=first, n_last=last))
        for part, each in zip(parts, made, strict=True):
            mix.add(part.start - each.n_before_samples, _sound(each.sound, ctx))
        n_samples = mix.finish(end if last is None else last)
    tracks = _join_tracks(params, parts, made, rate, first, first + n_samples, ctx) if params.is_split else ()
    result = MashRenderResult(
        mix=ctx.publish(mix.path, "mix.wav", near=params.stems[0]),
        tracks=tracks,
        duration_s=round(n_samples / rate, 6),
        sample_rate=rate,
        n_samples=n_samples,
        warnings=tuple(
            dict.fromkeys(
                f"{_where(params.plan, part.number)}: {warning}"
                for part, each in zip(parts, made, strict=True)
                for warning in each.warnings
            )
        ),
    )
    ctx.progress(1.0, "done")
    return result


def _where(plan: Plan, number: int) -> str:
    """Return which section of a plan it is: number, name and where in the mashup it begins."""
    section = plan.masterplan.timeline[number]
    minutes, tenths = divmod(round(10 * section.start_bar * plan.bar_s), 600)
    named = "" if section.label == "section" else f"{section.label}, "
    return f"Section {number + 1} ({named}from {minutes}:{tenths // 10:02d}.{tenths % 10})"


def _sample_rate(params: MashRenderParams, ctx: Context) -> int:
    """Return the higher of the usual rates if a song has it."""
    found = []
    for ref in params.stems[:: len(STEM_ORDER)]:
        with open_audio(ctx.fetch(ref), max_duration_s=ctx.max_duration_s) as reader:
            found.append(reader.info.sample_rate)
    return RATES_HZ[1] if max(found) >= RATES_HZ[1] else RATES_HZ[0]


def _parts(params: MashRenderParams, rate: int) -> list[Part]:
    plan = params.plan
    held = plan.masterplan.global_
    grids: dict[str, Grid] = {song.songId: grid_of(song, held.timeSignature[0]) for song in params.songs}
    parts = []
    for number, section in enumerate(plan.masterplan.timeline):
        start_s, stop_s = section.start_bar * plan.bar_s, (section.start_bar + section.n_bars) * plan.bar_s
        if stop_s <= params.from_s or (params.length_s is not None and start_s >= params.from_s + params.length_s):
            continue
        clips = place_section(plan, number, grids, split=params.is_split)
        used = sorted({file for clip in clips for file in clip.n_files})
        clips = tuple(
            clip.model_copy(update={"n_files": tuple(used.index(file) for file in clip.n_files)}) for clip in clips
        )
        given = {
            # A section in which nothing sounds needs a file all the same, to be of something.
            "stems": [params.stems[file] for file in used] or [params.stems[0]],
            "clips": [clip.model_dump(mode="json") for clip in clips],
            "duration_s": round(stop_s - start_s, 6),
            "beat_s": round(60 / held.targetBPM, 9),
            "n_beats_per_bar": held.timeSignature[0],
            "sample_rate": rate,
            "level_lufs": None if section.level_lu is None else round(COMMON_LUFS + section.level_lu, 2),
            "is_split": params.is_split,
        }
        parts.append(Part(number, round(start_s * rate), clips, given))
    if not parts:
        raise CombinationError(
            f"The plan ends at {plan.duration_s:.1f} s; nothing lies behind {params.from_s:g} s.",
            field="from_s", value=params.from_s, bound=round(plan.duration_s, 1), remedy="Begin earlier.",
        )  # fmt: skip
    return parts


def _last(params: MashRenderParams, rate: int) -> int | None:
    """Return where the part asked for ends, if it ends before the plan does."""
    if params.length_s is None or params.from_s + params.length_s >= params.plan.duration_s:
        return None
    return round((params.from_s + params.length_s) * rate)


def _sound(ref: str, ctx: Context) -> Samples:
    return read_audio(ctx.fetch(ref)).samples


def _join_tracks(
    params: MashRenderParams,
    parts: Sequence[Part],
    made: Sequence[MashSectionResult],
    rate: int,
    first: int,
    end: int,
    ctx: Context,
) -> tuple[Track, ...]:
    """Write each stem of each song as a file that begins with the mashup."""
    names = sorted(
        {(clip.songId, clip.stem) for part in parts for clip in part.clips},
        key=lambda name: (name[0], STEM_ORDER.index(name[1])),
    )
    tracks = []
    for number, (song, stem) in enumerate(names):
        ctx.progress(0.93 + 0.06 * number / len(names), f"track {stem} of {song}")
        with Joiner(ctx.folder / f"{song}-{stem}.wav", rate, n_first=first, n_last=end) as joiner:
            for part, each in zip(parts, made, strict=True):
                chosen = [
                    ref
                    for clip, ref in zip(part.clips, each.clips, strict=True)
                    if (clip.songId, clip.stem) == (song, stem)
                ]
                for ref in chosen:
                    joiner.add(part.start - each.n_before_samples, _sound(ref, ctx))
            joiner.finish(end)
        tracks.append(
            Track(songId=song, stem=stem, file=ctx.publish(joiner.path, joiner.path.name, near=params.stems[0]))
        )
    return tuple(tracks)


def excerpt(plan: Plan, length_s: float) -> float:
    """Return where an excerpt that shows a plan at its best begins: a little before its most energetic lead."""
    timeline = plan.masterplan.timeline
    best = max(
        range(len(timeline)),
        key=lambda number: (timeline[number].lead is not None, timeline[number].energy_level, -number),
    )
    start_s = timeline[best].start_bar * plan.bar_s
    return float(np.clip(start_s - 2 * plan.bar_s, 0.0, max(0.0, plan.duration_s - length_s)))
