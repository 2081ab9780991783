"""The recipe: read, find the tempo where it is needed, stretch, write."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tonmeister.capabilities.stretching.doubts import tell_doubts
from tonmeister.capabilities.stretching.params import StretchParams, StretchResult
from tonmeister.capabilities.stretching.wishes import check_stretch
from tonmeister.core.errors import BeatMissingError, ChannelsUnsupportedError, CombinationError
from tonmeister.dsp.dither import Quantiser
from tonmeister.dsp.warp import Anchor
from tonmeister.engines import stretching
from tonmeister.media.reader import open_audio
from tonmeister.media.writer import AudioWriter, OutputFormat

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

HEARD_PERCENT = 12.0
"""Beyond this change of tempo a full mix audibly suffers."""
HEARD_SEMITONES = 4.0
_BLOCK_SAMPLES = 1 << 18
_HEADROOM_DB = 0.1


@dataclass(frozen=True)
class Aim:
    """What is to be done: a rate, or anchors."""

    rate: float
    anchors: tuple[Anchor, ...] = ()
    before_bpm: float | None = None
    after_bpm: float | None = None
    n_moved: int = 0
    largest_move_ms: float = 0.0


def stretch(params: StretchParams, ctx: Context) -> StretchResult:
    """Stretch one file."""
    check_stretch(params)
    path = ctx.fetch(params.file)
    ctx.progress(0.0, "read")
    audio, sample_rate, repairs = _read(path, ctx)
    aim = Aim(params.speed_percent / 100)
    doubts: tuple[str, ...] = ()
    if params.target_tempo_bpm is not None or params.onto_grid:
        heard, times, doubts = _hear(params, ctx)
        aim = _aim(params, heard, times, audio.shape[1], sample_rate, ctx.label(params.file))
        doubts += tell_doubts(heard, onto_grid=params.onto_grid)
    tell = ctx.part(0.4, 0.9)
    if aim.anchors:
        made = stretching.warp(
            audio,
            sample_rate,
            aim.anchors,
            semitones=params.pitch_semitones,
            engine=params.engine,
            folder=ctx.folder,
            tell=tell,
        )
    else:
        made = stretching.stretch(
            audio,
            sample_rate,
            rate=aim.rate,
            semitones=params.pitch_semitones,
            engine=params.engine,
            folder=ctx.folder,
            tell=tell,
        )
    ctx.progress(0.9, "write")
    file, gain_db = _write(made, sample_rate, params.format, ctx.folder)
    name = f"{Path(ctx.label(params.file)).stem}{_change(aim.rate, params.pitch_semitones)}.{params.format}"
    ref = ctx.publish(file, name, near=params.file)
    ctx.progress(1.0, "write")
    return StretchResult(
        file=ref,
        rate_percent=round(100 * aim.rate, 4),
        pitch_semitones=params.pitch_semitones,
        tempo_before_bpm=aim.before_bpm,
        tempo_after_bpm=aim.after_bpm,
        n_beats_moved=aim.n_moved,
        largest_move_ms=round(aim.largest_move_ms, 2),
        duration_s=made.shape[1] / sample_rate,
        engine=params.engine,
        gain_db=gain_db,
        warnings=(
            *repairs,
            *doubts,
            *_warnings(aim.rate, params.pitch_semitones, gain_db),
        ),
    )


def _read(path: Path, ctx: Context) -> tuple[Samples, int, tuple[str, ...]]:
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        info = reader.info
        if info.n_channels > 2:
            raise ChannelsUnsupportedError(
                f"{path.name} has {info.n_channels} channels; stretching keeps the image of one or two.",
                field="file",
                value=info.n_channels,
                bound=2,
                remedy="Fold it to stereo first.",
            )
        parts = []
        n_read, n_due = 0, info.n_samples or info.n_samples_guessed or 0
        for block in reader.blocks(_BLOCK_SAMPLES):
            parts.append(block)
            n_read += block.shape[1]
            ctx.progress(0.1 * min(1.0, n_read / n_due) if n_due else 0.05, "read")
        return np.concatenate(parts, axis=1), info.sample_rate, reader.repairs


def _hear(params: StretchParams, ctx: Context) -> tuple[Any, float, tuple[str, ...]]:
    """Return the analysis, how many times faster its beats are counted than it says, and a word on that.

    Nobody asks for a song at twice its speed by naming a tempo: how often one taps to it is a matter of taste.
    """
    heard = ctx.run("analyze", {"file": params.file})
    if params.target_tempo_bpm is None or heard.tempo is None:
        return heard, 1.0, ()
    heard_bpm = heard.tempo.tempo_bpm
    times = 2.0 ** round(math.log2(params.target_tempo_bpm / heard_bpm))
    if times == 1.0:
        return heard, 1.0, ()
    said = (
        f"Counted at {heard_bpm * times:.1f} BPM, {times:g} times the {heard_bpm:.1f} that was heard, "
        f"which is nearer to {params.target_tempo_bpm:g}. speed_percent sets a speed whatever the count.",
    )
    if params.onto_grid and times in (0.5, 2.0):  # beats are needed, not their tempo alone
        return ctx.run("analyze", {"file": params.file, "tempo_factor": "double" if times > 1 else "half"}), 1.0, said
    return heard, times, said


def _aim(params: StretchParams, heard: Any, times: float, n_samples: int, sample_rate: int, name: str) -> Aim:
    """Return what brings the song to the tempo, or its beats onto the grid."""
    if heard.tempo is None or len(heard.beats_s) < 4:
        raise BeatMissingError(
            f"No beat that could be counted was found in {name}.",
            field="onto_grid" if params.onto_grid else "target_tempo_bpm",
            value=name,
            remedy="Name a speed instead: speed_percent.",
        )
    before_bpm = float(heard.tempo.tempo_bpm) * (1.0 if params.onto_grid else times)
    wanted_bpm = params.target_tempo_bpm or before_bpm * params.speed_percent / 100
    rate = wanted_bpm / before_bpm
    if not params.onto_grid:
        _check_rate(rate, before_bpm, wanted_bpm)
        return Aim(rate, before_bpm=before_bpm, after_bpm=wanted_bpm)
    beats = np.asarray(heard.beats_s)
    beats = beats[(beats > 0) & (beats * sample_rate < n_samples)]
    lead_s = beats[0] / rate  # what comes before the first beat keeps its share
    grid = lead_s + np.arange(beats.size) * 60 / wanted_bpm
    even = np.polyval(np.polyfit(np.arange(beats.size), beats, 1), np.arange(beats.size))
    source = [0, *(round(at * sample_rate) for at in beats), n_samples]
    end_s = grid[-1] + (n_samples / sample_rate - beats[-1]) / rate
    target = [0, *(round(at * sample_rate) for at in grid), round(end_s * sample_rate)]
    anchors = [Anchor(*pair) for pair in zip(source, target, strict=True)]
    if anchors[-1].source_samples <= anchors[-2].source_samples:
        anchors.pop(-2)
    local = np.diff(source[1:-1]) / np.diff(target[1:-1])
    _check_rate(float(local.min()), before_bpm, wanted_bpm)
    _check_rate(float(local.max()), before_bpm, wanted_bpm)
    return Aim(
        (source[-2] - source[1]) / (target[-2] - target[1]),
        tuple(anchors),
        before_bpm,
        wanted_bpm,
        int(beats.size),
        float(np.abs(beats - even).max() * 1000),
    )


def _check_rate(rate: float, before_bpm: float, wanted_bpm: float) -> None:
    low, high = stretching.RATES
    if not low <= rate <= high:
        raise CombinationError(
            f"From {before_bpm:.2f} to {wanted_bpm:.2f} BPM somewhere asks for {rate:.2f} times the speed.",
            field="target_tempo_bpm",
            value=wanted_bpm,
            bound=f"{low:g} to {high:g} times the speed",
            remedy="Choose a tempo nearer to the song's own.",
        )


def _write(made: Samples, sample_rate: int, kind: str, folder: Path) -> tuple[Path, float]:
    file = folder / f"stretched.{kind}"
    bit_depth = 32 if kind == "wav" else 24
    peak = float(np.abs(made).max(initial=0.0))
    highest = 10 ** (-_HEADROOM_DB / 20)
    gain = highest / peak if bit_depth == 24 and peak > highest else 1.0
    n_channels = made.shape[0]
    quantiser = Quantiser(24, n_channels, seed=0) if bit_depth == 24 else None
    with AudioWriter(
        file, OutputFormat("flac" if kind == "flac" else "wav", sample_rate, n_channels, bit_depth)
    ) as writer:
        for start in range(0, made.shape[1], _BLOCK_SAMPLES):
            block = made[:, start : start + _BLOCK_SAMPLES] * np.float32(gain)
            writer.write(block if quantiser is None else quantiser.process(block))
    return file, round(20 * float(np.log10(gain)), 3) + 0.0


def _change(rate: float, semitones: float) -> str:
    parts = [f"{100 * rate:.4g}%"] if abs(rate - 1) > 5e-5 else []
    parts += [f"{semitones:+g} st"] if semitones else []
    return " (" + ", ".join(parts) + ")" if parts else " (stretched)"


def _warnings(rate: float, semitones: float, gain_db: float) -> list[str]:
    told = []
    if abs(rate - 1) * 100 > HEARD_PERCENT:
        told.append(f"A change of tempo by {abs(rate - 1) * 100:.0f} % will be heard on drums and voices.")
    if abs(semitones) > HEARD_SEMITONES:
        told.append(f"A change of pitch by {abs(semitones):g} semitones will be heard: voices sound of another size.")
    if gain_db:
        told.append(f"It was turned down by {-gain_db:.1f} dB, for whole numbers hold no peaks above full scale.")
    return told
