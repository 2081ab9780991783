"""The recipe: read and measure the original while the listening copy is written and drawn."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.preparing.params import (
    ListeningCopy,
    PreparedFacts,
    PrepareParams,
    PrepareResult,
    WaveformLevel,
)
from tonmeister.core.errors import AudioTooShortError
from tonmeister.core.measurement import Measurement
from tonmeister.dsp.dither import Quantiser
from tonmeister.dsp.meter import Meter
from tonmeister.dsp.pictures import MelSpectrogram, WaveformExtremes
from tonmeister.media.aside import Aside
from tonmeister.media.fold import fold_to_stereo
from tonmeister.media.formats import OutputFormat
from tonmeister.media.media_types import media_type_of
from tonmeister.media.reader import AudioReader, open_audio
from tonmeister.media.resample import resample_blocks
from tonmeister.media.segments import SEGMENT_S
from tonmeister.media.tags import read_tags
from tonmeister.media.waveform_file import write_waveform
from tonmeister.media.writer import AudioWriter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

BLOCK_SAMPLES = 65536
DARKEST_DB = -90.0
_LONG_S = 20 * 60


@dataclass
class _Copy:
    """A listening copy as it was written."""

    file: Path
    sample_rate: int
    n_channels: int
    n_samples: int
    bit_depth: int
    gain_db: float
    extremes: WaveformExtremes
    spectrogram: MelSpectrogram


def listening_rate(sample_rate: int) -> int:
    """Return 44100 Hz for that rate and its multiples and parts, else 48000 Hz."""
    return 44_100 if sample_rate % 11_025 == 0 else 48_000


def prepare(params: PrepareParams, ctx: Context) -> PrepareResult:
    """Read the file, write the listening copy, the waveform and the spectrogram."""
    path, name = ctx.fetch(params.file), ctx.label(params.file)
    ctx.progress(0.0, "read")
    meter: Meter | None = None
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        info = reader.info
        n_told = info.n_samples or info.n_samples_guessed or 0
        meter = Meter(
            info.sample_rate, info.n_channels, layout=info.layout, overlapping=n_told < _LONG_S * info.sample_rate
        )
        copy, peak = _write_copy(reader, ctx, meter, gain=1.0)
        repairs = reader.repairs
    if copy.n_samples == 0:
        raise AudioTooShortError(
            f"{name} is too short to listen to.", field="file", value=name, remedy="Choose a longer sound."
        )
    if peak > 1.0:
        # FLAC ends at full scale, and decoded lossy files often do not: once more, with room for the peaks.
        with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
            copy, _ = _write_copy(reader, ctx, None, gain=1.0 / (peak * 1.0001))
    waveform, picture = _draw(copy, ctx)
    ctx.progress(0.95, "measure")
    tags = read_tags(path)
    stem = Path(name).stem
    result = PrepareResult(
        name=name,
        title=tags.first("TITLE"),
        artist=tags.first("ARTIST"),
        album=tags.first("ALBUM"),
        isrc=tags.first("ISRC"),
        duration_s=copy.n_samples / copy.sample_rate,
        facts=PreparedFacts(
            container=info.container,
            media_type=media_type_of(info.container),
            codec=info.codec,
            sample_rate=info.sample_rate,
            n_channels=info.n_channels,
            layout=info.layout,
            bit_depth=info.bit_depth,
            is_lossy=info.is_lossy,
        ),
        measurement=Measurement.from_meter(meter.finish()),
        listening=ListeningCopy(
            file=ctx.publish(copy.file, f"{stem}-listening.flac", near=params.file),
            sample_rate=copy.sample_rate,
            n_channels=copy.n_channels,
            n_samples=copy.n_samples,
            segment_samples=SEGMENT_S * copy.sample_rate,
            bit_depth=copy.bit_depth,
            gain_db=round(copy.gain_db, 6),
        ),
        peaks=tuple(
            WaveformLevel(
                file=ctx.publish(file, f"{stem}-waveform-{samples_per_point}.dat", near=params.file),
                samples_per_pixel=samples_per_point,
                n_points=n_points,
            )
            for file, samples_per_point, n_points in waveform
        ),
        spectrogram=ctx.publish(picture, f"{stem}-spectrogram.webp", near=params.file),
        repairs=repairs,
    )
    ctx.progress(1.0, "done")
    return result


def _write_copy(reader: AudioReader, ctx: Context, meter: Meter | None, *, gain: float) -> tuple[_Copy, float]:
    """Write and draw the listening copy at ``gain``; return it with the sound's highest sample before the gain."""
    info = reader.info
    rate, n_channels = listening_rate(info.sample_rate), min(2, info.n_channels)
    # Sixteen bits stay as they are, to the bit, where nothing else happens to them. What a lossy codec left is no finer
    # than sixteen bits with dither; all else gets twenty-four.
    is_whole = (info.bit_depth or 32) <= 16 and not info.is_lossy
    is_exact = is_whole and rate == info.sample_rate and gain == 1.0 and info.n_channels <= 2
    bit_depth = 16 if is_exact or info.is_lossy else 24
    quantiser = Quantiser(bit_depth, n_channels, dither=not is_exact)
    gain_db = -20 * math.log10(gain)
    extremes, spectrogram = WaveformExtremes(n_channels), MelSpectrogram(rate)
    step, back = np.float32(2.0 ** (1 - bit_depth)), np.float32(10 ** (gain_db / 20))

    def draw(whole: NDArray[np.int32]) -> None:
        sound = whole.astype(np.float32) * step  # what the copy decodes to, exactly
        extremes.push(sound if gain == 1.0 else sound * back)
        spectrogram.push(sound)

    file = ctx.folder / "listening.flac"
    file.unlink(missing_ok=True)
    peak = 0.0
    with contextlib.ExitStack() as stack:
        measuring = None if meter is None else stack.enter_context(Aside(meter.push, ctx.n_workers))
        drawing = stack.enter_context(Aside(draw, ctx.n_workers))
        writer = stack.enter_context(AudioWriter(file, OutputFormat("flac", rate, n_channels, bit_depth)))
        blocks = _watched(reader, ctx, measuring)
        if info.n_channels > 2:
            blocks = fold_to_stereo(blocks, info.layout)
        for block in resample_blocks(blocks, info.sample_rate, rate, n_samples=BLOCK_SAMPLES):
            peak = max(peak, float(np.abs(block).max(initial=0.0)))
            whole = quantiser.process(block if gain == 1.0 else block * np.float32(gain))
            if peak <= 1.0 or gain != 1.0:  # else all is done once more
                drawing.push(whole)
            writer.write(whole)
        drawing.finish()
        n_samples = writer.n_samples
    return _Copy(file, rate, n_channels, n_samples, bit_depth, gain_db, extremes, spectrogram), peak


def _watched(reader: AudioReader, ctx: Context, measuring: Aside[Samples] | None) -> Iterator[Samples]:
    n_expected = reader.info.n_samples or reader.info.n_samples_guessed or 0
    n_read = 0
    for block in reader.blocks(BLOCK_SAMPLES):
        if measuring is not None:
            measuring.push(block)
        n_read += block.shape[1]
        ctx.progress(0.9 * min(0.99, n_read / n_expected) if n_expected else 0.45, "read")
        yield block
    if measuring is not None:
        measuring.finish()


def _draw(copy: _Copy, ctx: Context) -> tuple[list[tuple[Path, int, int]], Path]:
    """Return the waveform's files with their resolutions and lengths, and the spectrogram."""
    ctx.progress(0.9, "draw")
    files = []
    for samples_per_point, points in copy.extremes.finish():
        file = ctx.folder / f"waveform-{samples_per_point}.dat"
        write_waveform(file, points, sample_rate=copy.sample_rate, samples_per_point=samples_per_point)
        files.append((file, samples_per_point, len(points)))
    levels_db = copy.spectrogram.finish() + np.float32(copy.gain_db)
    return files, _write_picture(ctx.folder / "spectrogram.webp", levels_db)


def _write_picture(file: Path, levels_db: NDArray[np.float32]) -> Path:
    from PIL import Image

    grey = np.clip((levels_db - DARKEST_DB) / -DARKEST_DB, 0.0, 1.0)[::-1]
    if grey.shape[1] == 0:
        grey = np.zeros((levels_db.shape[0], 1), np.float32)
    Image.fromarray((grey * 255).astype(np.uint8)).save(file, "WEBP", quality=70)
    return file
