"""What a mashup leaves besides its master: the mix, its tracks as stems, and a session for a workstation."""

from __future__ import annotations

import importlib.metadata
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from tonmeister.capabilities.mashing.rendering.effects import tail_s
from tonmeister.dsp.dither import Quantiser
from tonmeister.media.dawproject import ProjectClip, ProjectTrack, Session, add_to_zip, write_dawproject
from tonmeister.media.reader import open_audio
from tonmeister.media.writer import AudioWriter, OutputFormat

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.plan import Plan
    from tonmeister.capabilities.mashing.rendering.params import MashRenderResult, SongGrid, Track
    from tonmeister.core.context import Context

FULL_SCALE = 1 - 2.0**-22
_BLOCK_SAMPLES = 1 << 17


@dataclass(frozen=True)
class Stem:
    """A track as it is delivered."""

    track: Track
    name: str
    file: Path


def deliver_wave(
    file: Path, title: str, kind: Literal["wav", "flac"], ctx: Context, near: str, *, beside: Sequence[Path] = ()
) -> tuple[str, tuple[str, ...]]:
    """Deliver the mix; return its reference, and what had to be done to it.

    As FLAC it has one gain with the tracks ``beside`` it.
    """
    if kind == "wav":
        copy = ctx.folder / "mix.wav"
        shutil.copyfile(file, copy)
        return ctx.publish(copy, f"{title}.wav", near=near), ()
    gain = _common_gain([file, *beside])
    copy = _as_flac(file, ctx.folder / "mix.flac", gain, seed=0)
    return ctx.publish(copy, f"{title}.flac", near=near), _turned_down(gain, "The mix was")


def encode_stems(
    rendered: MashRenderResult, songs: Sequence[SongGrid], ctx: Context
) -> tuple[list[Stem], tuple[str, ...]]:
    """Write the tracks as FLAC files of 24 bits, all with the gain of the mix, so that they still add up to it."""
    names = {song.songId: Path(song.name).stem for song in songs}
    files = [ctx.fetch(track.file) for track in rendered.tracks]
    gain = _common_gain([ctx.fetch(rendered.mix), *files])
    folder = ctx.folder / "stems"
    folder.mkdir()
    made = []
    for number, (track, file) in enumerate(zip(rendered.tracks, files, strict=True)):
        ctx.progress(0.95 + 0.03 * number / len(files), f"write {track.stem} of {track.songId}")
        target = folder / f"{number + 1:02d} {track.songId} {track.stem}.flac"
        _as_flac(file, target, gain, seed=number)
        made.append(Stem(track, f"{track.songId} {track.stem} – {names.get(track.songId, '')}", target))
    return made, _turned_down(gain, "The stems were, all alike,")


def deliver_stems(stems: Sequence[Stem], title: str, ctx: Context, near: str) -> str:
    """Deliver the tracks as one ZIP."""
    path = ctx.folder / "stems.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for stem in stems:
            add_to_zip(archive, stem.file, stem.file.name)
    return ctx.publish(path, f"{title} (stems).zip", near=near)


def deliver_project(
    rendered: MashRenderResult, stems: Sequence[Stem], plan: Plan, title: str, ctx: Context, near: str
) -> str:
    """Deliver a DAWproject: the tracks, cut where the plan's sections meet."""
    held = plan.masterplan.global_
    session = Session(
        title=plan.masterplan.title,
        artist=plan.masterplan.artistCredits,
        comment=plan.creative_vision,
        tempo_bpm=held.targetBPM,
        time_signature=held.timeSignature,
        tracks=[
            ProjectTrack(
                name=stem.name,
                file=stem.file,
                duration_s=rendered.duration_s,
                sample_rate=rendered.sample_rate,
                n_channels=2,
                clips=tuple(project_clips(plan, stem.track, rendered.duration_s)),
                group=ord(stem.track.songId) - ord("A"),
            )
            for stem in stems
        ],
        markers=[
            (float(section.start_bar * held.timeSignature[0]), section.label) for section in plan.masterplan.timeline
        ],
        version=importlib.metadata.version("tonmeister"),
    )
    path = ctx.folder / "project.dawproject"
    write_dawproject(path, session)
    return ctx.publish(path, f"{title}.dawproject", near=near)


def project_clips(plan: Plan, track: Track, duration_s: float) -> list[ProjectClip]:
    """Return a track's clips: one for each section in which it plays, with what sounds before and rings on after."""
    n_beats = plan.masterplan.global_.timeSignature[0]
    beat_s = plan.bar_s / n_beats
    spans: list[tuple[float, float, str, float]] = []
    for section in plan.masterplan.timeline:
        layers = [layer for layer in section.layers if (layer.songId, layer.stem) == (track.songId, track.stem)]
        if not layers:
            continue
        first = section.start_bar + min(layer.n_offset_bars for layer in layers)
        last = section.start_bar + max(layer.n_offset_bars + layer.n_bars for layer in layers)
        rings = max(1.0, max(tail_s(layer.effects, beat_s) for layer in layers) / beat_s)
        name = f"{layers[0].phrase or track.songId} {track.stem}"
        spans.append((float(first * n_beats), float(last * n_beats), name, rings))
    clips = []
    for number, (start, end, name, rings) in enumerate(spans):
        before = spans[number - 1][1] if number else -np.inf
        after = spans[number + 1][0] if number + 1 < len(spans) else np.inf
        start = start if start <= before else max(before, start - 1.0, 0.0)
        end = end if end >= after else min(after - 1.0 if after - 1.0 > end else after, end + rings)
        clips.append(ProjectClip(start, min(end, duration_s / beat_s), name))
    return clips


def _common_gain(files: Sequence[Path]) -> float:
    peak = 0.0
    for file in files:
        with open_audio(file) as reader:
            for block in reader.blocks(_BLOCK_SAMPLES):
                peak = max(peak, float(np.abs(block).max(initial=0.0)))
    return min(1.0, FULL_SCALE / peak) if peak else 1.0


def _as_flac(source: Path, target: Path, gain: float, *, seed: int) -> Path:
    with open_audio(source) as reader:
        info = reader.info
        quantiser = Quantiser(24, info.n_channels, seed=seed)
        with AudioWriter(target, OutputFormat("flac", info.sample_rate, info.n_channels, 24)) as writer:
            for block in reader.blocks(_BLOCK_SAMPLES):
                writer.write(quantiser.process(block * np.float32(gain)))
    return target


def _turned_down(gain: float, what: str) -> tuple[str, ...]:
    if gain == 1.0:
        return ()
    return (f"{what} turned down by {-20 * np.log10(gain):.1f} dB: whole numbers hold no peaks above full scale.",)
