"""The recipe: read the file block by block, measure, tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.capabilities.measuring.params import FileFacts, MeasureParams, MeasureResult
from tonmeister.core.measurement import Measurement
from tonmeister.dsp.meter import Meter
from tonmeister.media.reader import AudioReader, open_audio
from tonmeister.media.tags import read_tags

if TYPE_CHECKING:
    from pathlib import Path

    from tonmeister.core.context import Context


def measure(params: MeasureParams, ctx: Context) -> MeasureResult:
    """Measure one file in one pass; memory does not grow with its length."""
    path = ctx.fetch(params.file)
    ctx.progress(0.0, "measure")
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        info = reader.info
        meter = Meter(
            info.sample_rate,
            info.n_channels,
            layout=info.layout,
            oversampling=params.true_peak_oversampling,
            dual_mono=params.dual_mono,
        )
        n_expected = info.n_samples or info.n_samples_guessed or 0
        n_read = 0
        for block in reader.blocks(65536):
            meter.push(block)
            n_read += block.shape[1]
            ctx.progress(min(0.99, n_read / n_expected) if n_expected else 0.5, "measure")
        result = MeasureResult(
            name=ctx.label(params.file),
            file=_facts(reader, path),
            measurement=Measurement.from_meter(meter.finish()),
            repairs=reader.repairs,
        )
    ctx.progress(1.0, "measure")
    return result


def _facts(reader: AudioReader, path: Path) -> FileFacts:
    info, tags = reader.info, read_tags(path)
    return FileFacts(
        container=info.container,
        codec=info.codec,
        sample_rate=info.sample_rate,
        n_channels=info.n_channels,
        layout=info.layout,
        bit_depth=info.bit_depth,
        is_lossy=info.is_lossy,
        title=tags.first("TITLE"),
        artist=tags.first("ARTIST"),
    )
