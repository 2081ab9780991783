"""Taking a song in: decoded, folded and resampled where asked, kept for the second pass, and measured on the way."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.moments import MomentMeter, Moments
from tonmeister.capabilities.mastering.pictures import WaveformSketch
from tonmeister.capabilities.mastering.portrait import Portrait
from tonmeister.core.context import Context
from tonmeister.core.errors import AudioSilentError, AudioTooShortError, ChannelsUnsupportedError
from tonmeister.dsp import meter
from tonmeister.dsp.meter import Meter
from tonmeister.media.aside import Aside
from tonmeister.media.fold import fold_to_stereo
from tonmeister.media.reader import SourceInfo, await_sound, open_audio
from tonmeister.media.resample import Quality, resample_blocks
from tonmeister.media.spool import Spool
from tonmeister.media.tags import Tags, read_tags

Block = NDArray[np.float32]
Tell = Callable[[float, str], None]

MASTER_RATES_HZ = (44100, 48000, 88200, 96000, 176400, 192000)
MIN_DURATION_S = 0.4
BLOCK_SAMPLES = 65536
MANY_CLIPPED_SAMPLES = 100
HOT_DBTP = 3.0
SILENT_CHANNEL_DBFS = -80.0
OPPOSED_CORRELATION = -0.3
LONG_S = 30.0
"""From here on the spectrum's frames need not overlap: there are hundreds of them."""


def master_rate(sample_rate: int, asked: int | None) -> int:
    """Return the rate of the master: what was asked, else the song's own, else the nearest that masters come in."""
    if asked is not None:
        return asked
    if sample_rate in MASTER_RATES_HZ:
        return sample_rate
    if sample_rate < 44100:
        return 48000 if sample_rate % 8000 == 0 else 44100
    return max(rate for rate in MASTER_RATES_HZ if rate <= sample_rate)


@dataclass
class Song:
    """A song taken in.

    Attributes
    ----------
    spool
        The sound, stereo (a mono song twice), at the master's rate; becomes the premaster.
    figures
        What was measured of it.
    waveform
        Its outline.
    info, tags, repairs
        What the file said and what was mended.
    n_channels
        1 or 2: what the master will have.
    sample_rate
        Rate of the master in Hz.
    notes
        What was done on the way in, in plain words.
    dc, opening
        Mean of each channel, over the song and over its first 20 ms.
    moments
        Its tonal balance moment by moment (see `Moments`).
    """

    spool: Spool
    figures: meter.Measurement
    waveform: NDArray[np.float32]
    info: SourceInfo
    tags: Tags
    repairs: tuple[str, ...]
    n_channels: int
    sample_rate: int
    notes: tuple[str, ...]
    dc: tuple[float, ...]
    opening: tuple[float, ...]
    moments: Moments

    @property
    def portrait(self) -> Portrait:
        """What decisions are made from."""
        return portrait_of(self.figures, self.dc, self.opening, self.moments)


def portrait_of(
    figures: meter.Measurement,
    dc: tuple[float, ...] = (0.0,),
    opening: tuple[float, ...] = (0.0,),
    moments: Moments | None = None,
) -> Portrait:
    """Turn a measurement into what decisions are made from."""
    centres = np.array([hz for hz, _ in figures.third_octaves_dbfs])
    levels = np.array([max(db, -200.0) for _, db in figures.third_octaves_dbfs])
    stereo = figures.n_channels == 2

    def side_db(percent: float) -> float:
        if not stereo or not math.isfinite(percent) or percent <= 1e-6:
            return -math.inf
        return 10.0 * math.log10(percent / max(1e-6, 100.0 - percent))

    side = side_db(_width_without_offset(figures, dc)) if stereo else -math.inf
    high = figures.width_percent_by_band[-1] if stereo and len(figures.width_percent_by_band) else math.nan
    return Portrait(
        bands_hz=centres,
        # The kernels' detectors add both channels' power.
        bands_db=levels + 10.0 * math.log10(2.0),
        integrated_lufs=figures.integrated_lufs,
        true_peak_dbtp=figures.true_peak_dbtp,
        range_lu=figures.range_lu if math.isfinite(figures.range_lu) else 0.0,
        side_db=side,
        side_high_db=side_db(high),
        dc=dc,
        opening=opening,
        low_correlation=_low_correlation(figures),
        is_mono=not stereo or side < -80.0,
        width_percent_by_band=tuple(figures.width_percent_by_band) if stereo else (),
        moments=moments,
    )


def _width_without_offset(figures: meter.Measurement, dc: tuple[float, ...]) -> float:
    """Return the share of the side in the power in %, without the offset that the chain takes off before any width."""
    both = 2.0 * 10 ** (figures.rms_dbfs / 10)
    side = figures.width_percent / 100.0 * both - (dc[0] - dc[-1]) ** 2 / 2.0
    both -= dc[0] ** 2 + dc[-1] ** 2
    return min(100.0, max(0.0, 100.0 * side / both)) if both > 0 else math.nan


def _low_correlation(figures: meter.Measurement) -> float:
    found = figures.correlation_by_band[0] if figures.n_channels == 2 and len(figures.correlation_by_band) else math.nan
    return found if math.isfinite(found) else 1.0


def find_faults(figures: meter.Measurement) -> tuple[str, ...]:
    """Return what is wrong with a mix that no master can mend, in plain words."""
    faults = []
    if figures.n_clipped_samples >= MANY_CLIPPED_SAMPLES:
        faults.append(
            f"The mix is clipped: {figures.n_clipped_samples} samples lie in flat tops. "
            "Export it with headroom if you can."
        )
    if figures.true_peak_dbtp > HOT_DBTP:
        faults.append(f"The mix peaks at {figures.true_peak_dbtp:+.1f} dBTP, above full scale.")
    if figures.n_channels == 2:
        levels = figures.sample_peak_by_channel_dbfs
        if min(levels) < SILENT_CHANNEL_DBFS < max(levels):
            faults.append(f"The {'left' if levels[0] < levels[1] else 'right'} channel of the mix is silent.")
        elif figures.correlation < OPPOSED_CORRELATION:
            faults.append(
                f"The channels of the mix oppose each other (correlation {figures.correlation:.2f}): "
                "much of it vanishes in mono. One channel may be inverted."
            )
        elif _low_correlation(figures) < OPPOSED_CORRELATION:
            faults.append(
                f"The bass of the mix is out of phase (correlation {_low_correlation(figures):.2f}): "
                "it vanishes in mono."
            )
    return tuple(faults)


def take_in(
    path: Path,
    ctx: Context,
    tell: Tell,
    *,
    sample_rate: int | None,
    fold_down: bool,
    quality: Quality,
    name: str,
    keep: bool = True,
    check: Callable[[int, int], object] = lambda _sample_rate, _n_channels: None,
) -> Song:
    """Read a song once; ``check`` may refuse rate and channels of the master before that.

    Raises
    ------
    ChannelsUnsupportedError, AudioTooShortError, AudioSilentError
        And whatever reading raises.
    """
    with contextlib.ExitStack() as stack:
        reader = stack.enter_context(open_audio(path, max_duration_s=ctx.max_duration_s))
        info = reader.info
        notes: list[str] = []
        if info.n_channels > 2:
            if not fold_down:
                raise ChannelsUnsupportedError(
                    f"{name} has {info.n_channels} channels, but mastering takes 1 or 2.",
                    field="fold_down",
                    value=info.n_channels,
                    bound=2,
                    remedy="Fold it down to stereo with --fold-down, or export a stereo mix.",
                )
            notes.append(f"Folded {info.n_channels} channels ({' '.join(info.layout)}) down to stereo by ITU-R BS.775.")
        n_channels = min(2, info.n_channels)
        rate = master_rate(info.sample_rate, sample_rate)
        check(rate, n_channels)
        if rate != info.sample_rate:
            notes.append(f"Converted from {info.sample_rate} Hz to {rate} Hz.")
        n_told = info.n_samples or info.n_samples_guessed or 0
        # What is only listened to needs its peak for decisions, not for a report.
        measure = Meter(rate, n_channels, oversampling=8 if keep else 4, overlapping=n_told < LONG_S * info.sample_rate)
        moments = MomentMeter(rate, n_channels, round(n_told * rate / info.sample_rate))
        sketch = WaveformSketch()
        spool = Spool(2, folder=ctx.folder)
        failed = contextlib.ExitStack()
        failed.callback(spool.close)
        total = np.zeros(n_channels)
        opening = np.zeros(n_channels)
        expected = n_told * rate / info.sample_rate
        n_read = 0
        aside = Aside(measure.push, ctx.n_workers)
        with failed, aside:
            blocks: Iterator[Block] = await_sound(
                reader.blocks(BLOCK_SAMPLES),
                lambda n: _unfit(n / info.sample_rate, name),
                go_on=lambda: tell(0.0, "reading"),
            )
            if info.n_channels > 2:
                blocks = fold_to_stereo(blocks, info.layout)
            if rate != info.sample_rate:
                blocks = resample_blocks(blocks, info.sample_rate, rate, quality=quality, n_samples=BLOCK_SAMPLES)
            for block in blocks:
                if n_read == 0:
                    opening = block[:, : rate // 50].mean(axis=1)
                aside.push(block)
                moments.push(block)
                total += block.sum(axis=1)
                sketch.push(block)
                if keep:
                    spool.append(block if n_channels == 2 else np.repeat(block, 2, axis=0))
                n_read += block.shape[1]
                tell(min(0.99, n_read / expected) if expected else 0.5, "reading")
            aside.finish()
            figures = measure.finish()
            _check(figures, name)
            failed.pop_all()
        return Song(
            spool=spool,
            figures=figures,
            waveform=sketch.finish(),
            info=info,
            tags=read_tags(path),
            repairs=reader.repairs,
            n_channels=n_channels,
            sample_rate=rate,
            notes=tuple(notes),
            dc=tuple(float(v) for v in total / max(1, n_read)),
            opening=tuple(float(v) for v in opening),
            moments=moments.finish(),
        )


def _check(figures: meter.Measurement, name: str) -> None:
    if figures.duration_s < MIN_DURATION_S or not math.isfinite(figures.integrated_lufs):
        raise _unfit(figures.duration_s, name)


def _unfit(duration_s: float, name: str) -> AudioTooShortError | AudioSilentError:
    """Return what is wrong with sound whose loudness is undefined."""
    if duration_s < MIN_DURATION_S:
        return AudioTooShortError(
            f"{name} is {duration_s:.3f} s long, but loudness is defined from {MIN_DURATION_S} s on.",
            field="mix",
            value=duration_s,
            bound=MIN_DURATION_S,
            remedy="Master a longer piece.",
        )
    return AudioSilentError(
        f"{name} holds no sound above -70 LUFS, so there is nothing to bring to a loudness.",
        field="mix",
        value=name,
        bound="-70 LUFS",
        remedy="Check the export: it may be silent or nearly so.",
    )
