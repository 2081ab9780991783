"""Listening copies cut into segments, each a file of its own, that a player joins to the sample."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from tonmeister.core.errors import ParameterError

SEGMENT_S = 5
_MARGIN_SAMPLES = 8192
"""Sound on both sides that conversion of the rate takes along, so that no joint differs from the whole."""


def count_segments(n_samples: int, sample_rate: int) -> int:
    """Return how many segments of `SEGMENT_S` there are; the last may be shorter."""
    return max(1, -(-n_samples // (SEGMENT_S * sample_rate)))


def cut_segment(file: Path, index: int, *, sample_rate: int | None = None) -> bytes:
    """Return segment ``index`` of a FLAC file as a FLAC file of the same bit depth.

    At another ``sample_rate`` each segment is cut from the sound as converted whole: neighbours fit to the last bit of
    the conversion's arithmetic. Raises `ParameterError` for an index that does not exist.
    """
    with soundfile.SoundFile(file) as source:
        rate = sample_rate or source.samplerate
        n_total = source.frames if rate == source.samplerate else round(source.frames * rate / source.samplerate)
        n_segments = count_segments(n_total, rate)
        if not 0 <= index < n_segments:
            raise ParameterError(
                f"There is no segment {index}; there are {n_segments}.",
                field="segment",
                value=index,
                bound=f"0 to {n_segments - 1}",
                remedy="Ask for the manifest again.",
            )
        start, stop = index * SEGMENT_S * rate, min(n_total, (index + 1) * SEGMENT_S * rate)
        if rate == source.samplerate:
            source.seek(start)
            frames = source.read(stop - start, dtype="int32", always_2d=True)
        else:
            frames = _converted(source, start, stop, rate)
        target = io.BytesIO()
        soundfile.write(target, frames, rate, subtype=source.subtype, format="FLAC")
    return target.getvalue()


def _converted(source: soundfile.SoundFile, start: int, stop: int, rate: int) -> NDArray[np.int32]:
    import soxr

    # Both grids meet every `unit_in` input samples, that is every `unit_out` output samples.
    common = math.gcd(source.samplerate, rate)
    unit_in, unit_out = source.samplerate // common, rate // common
    n_margin_units = -(-_MARGIN_SAMPLES // unit_in)
    first = max(0, start // unit_out - n_margin_units)
    last = -(-stop // unit_out) + n_margin_units
    source.seek(first * unit_in)
    sound = source.read(min(source.frames, last * unit_in) - first * unit_in, dtype="float64", always_2d=True)
    whole = soxr.resample(sound, source.samplerate, rate, quality="VHQ")
    part = whole[start - first * unit_out : stop - first * unit_out]
    if len(part) < stop - start:
        part = np.concatenate([part, np.zeros((stop - start - len(part), part.shape[1]))])
    step = 2.0 ** (15 if source.subtype == "PCM_16" else 23)
    whole_steps = np.clip(np.round(part * step), -step, step - 1).astype(np.int64)
    integers: NDArray[np.int32] = (whole_steps * int(2**31 / step)).astype(np.int32)
    return integers
