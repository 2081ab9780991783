"""The recipe: read, fold to mono, resample, follow the pitch, keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.listening.ear import Ear
from tonmeister.capabilities.listening.params import FollowParams, FollowResult
from tonmeister.dsp.strokes import RiseCurve
from tonmeister.engines.pitch_tracker import SAMPLE_RATE, PitchTrack, save_track, track_pitch
from tonmeister.media.reader import open_audio
from tonmeister.media.resample import resample_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context


def follow(params: FollowParams, ctx: Context) -> FollowResult:
    """Follow the voice of one file; memory does not grow with its length but for the track."""
    path, name = ctx.fetch(params.file), ctx.label(params.file)
    ctx.progress(0.0, "read")
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        info = reader.info
        n_expected = (info.n_samples or info.n_samples_guessed or 0) * SAMPLE_RATE / info.sample_rate
        ear = Ear(reader, path, max_duration_s=ctx.max_duration_s, go_on=lambda: ctx.progress(0.0, "read"))
        curve = RiseCurve(SAMPLE_RATE)

        def watched() -> Iterator[Samples]:
            for block in resample_blocks(ear.blocks(), info.sample_rate, SAMPLE_RATE, quality="HQ"):
                curve.push(block[0])
                yield block

        track = (
            track_pitch(
                watched(),
                progress=lambda n: ctx.progress(0.95 * min(0.99, n / n_expected) if n_expected else 0.5, "follow"),
            )
            if ear.silence_s is None
            else PitchTrack(np.zeros(0), np.zeros(0), np.zeros(0))
        )
    track = replace(track, rises=curve.finish())
    file = ctx.folder / "pitch.npz"
    save_track(track, file)
    result = FollowResult(
        name=name,
        pitch=ctx.publish(file, f"{Path(name).stem}-pitch.npz", near=params.file),
        n_frames=len(track.pitch_hz),
        voiced_share=float((track.confidence >= 0.5).mean()) if len(track.confidence) else 0.0,
    )
    ctx.progress(1.0, "done")
    return result
