"""A part of a sound file, without the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tonmeister.core.audio import Audio, Samples
from tonmeister.media.reader import AudioReader, open_audio
from tonmeister.media.resample import resample

_MARGIN_SAMPLES = 4096
"""Sound on both sides that a change of the rate takes along, so that it is not heard at the ends."""


def read_span(
    path: Path, start_s: float, stop_s: float, *, sample_rate: int | None = None, max_duration_s: float = 6 * 3600
) -> Audio:
    """Read from ``start_s`` to ``stop_s``, which may lie outside of the sound: there it is silent.

    Files of PCM (WAV, AIFF) are read where the part lies; of others all that comes before is decoded and dropped.
    With ``sample_rate`` (Hz) the part comes at that rate, true to the nearest sample.
    """
    with open_audio(path, max_duration_s=max_duration_s) as reader:
        own = reader.info.sample_rate
        rate = own if sample_rate is None else sample_rate
        first, last = round(start_s * rate), round(stop_s * rate)
        if rate == own:
            return Audio(_cut(reader, first, last), rate)
        margin = _MARGIN_SAMPLES * max(1, -(-own // rate))
        own_first = round(start_s * own) - margin
        around = resample(_cut(reader, own_first, round(stop_s * own) + margin), own, rate)
    n_before = first - round(own_first * rate / own)
    return Audio(np.ascontiguousarray(around[:, n_before : n_before + last - first]), rate)


def _cut(reader: AudioReader, first: int, last: int) -> Samples:
    made = np.zeros((reader.info.n_channels, max(0, last - first)), np.float32)
    at = max(0, first)
    if last <= at or reader.skip(at) < at:
        return made
    for block in reader.blocks(min(1 << 18, last - at)):
        n = min(block.shape[1], last - at)
        made[:, at - first : at - first + n] = block[:, :n]
        at += n
        if at >= last:
            break
    return made
