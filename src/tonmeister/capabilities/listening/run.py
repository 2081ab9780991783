"""The recipe: read, fold to mono, resample, hear, keep."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.listening.ear import Ear
from tonmeister.capabilities.listening.params import ListenParams, ListenResult
from tonmeister.engines.note_network import N_PITCHES, NotePosteriors, hear_notes, rate_in_tune, save_posteriors
from tonmeister.media.reader import open_audio
from tonmeister.media.resample import resample_blocks

if TYPE_CHECKING:
    from tonmeister.core.context import Context


def listen(params: ListenParams, ctx: Context) -> ListenResult:
    """Hear one file; of a long one only the posteriors are held in memory."""
    path, name = ctx.fetch(params.file), ctx.label(params.file)
    ctx.progress(0.0, "read")
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        info = reader.info
        ear = Ear(reader, path, max_duration_s=ctx.max_duration_s, go_on=lambda: ctx.progress(0.0, "read"))
        rate = rate_in_tune(params.tuning_cents)
        n_expected = (info.n_samples or info.n_samples_guessed or 0) * rate / info.sample_rate
        posteriors = (
            hear_notes(
                resample_blocks(ear.blocks(), info.sample_rate, rate, quality="HQ"),
                sample_rate=rate,
                n_workers=ctx.n_workers,
                progress=lambda n: ctx.progress(0.9 * min(0.99, n / n_expected) if n_expected else 0.5, "hear"),
            )
            if ear.silence_s is None
            else NotePosteriors(
                np.zeros((0, N_PITCHES), np.float32), np.zeros((0, N_PITCHES), np.float32), ear.silence_s
            )
        )
        repairs = ear.repairs
    ctx.progress(0.92, "write")
    files = ctx.folder / "notes.npz", ctx.folder / "contour.npz"
    save_posteriors(posteriors, *files)
    stem = Path(name).stem
    result = ListenResult(
        name=name,
        duration_s=posteriors.duration_s,
        posteriors=ctx.publish(files[0], f"{stem}-posteriors.npz", near=params.file),
        contour=ctx.publish(files[1], f"{stem}-contour.npz", near=params.file),
        n_frames=posteriors.n_frames,
        n_onsets=_count_onsets(posteriors),
        peak_dbfs=None if ear.peak == 0.0 else 20.0 * math.log10(ear.peak),
        repairs=repairs,
    )
    ctx.progress(1.0, "done")
    return result


def _count_onsets(posteriors: NotePosteriors) -> int:
    onset = posteriors.onset
    peaks = (onset[1:-1] >= 0.5) & (onset[1:-1] > onset[:-2]) & (onset[1:-1] >= onset[2:])
    return int(peaks.sum())
