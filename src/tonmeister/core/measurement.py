"""What was measured of a sound, as data that every door can show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tonmeister.dsp import meter

BAND_NAMES = ("low", "low mid", "high mid", "high")


class Figures(BaseModel):
    """Base of models that hold figures."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class BandImage(Figures):
    """Stereo image of one band."""

    name: str
    """Name of the band."""
    low_hz: float
    """Lower edge."""
    high_hz: float
    """Upper edge."""
    correlation: float | None
    """1 for equal channels, 0 for unrelated ones, -1 for opposite ones; absent where a channel is silent there."""
    width_percent: float | None
    """Share of the side signal in the band's energy: 0 is mono, 100 opposite channels; absent in silence."""


class BandLevel(Figures):
    """Level of one third of an octave."""

    centre_hz: float
    """Nominal centre frequency (IEC 61260-1)."""
    level_dbfs: float | None
    """RMS level, mean of the channels; a full-scale sine has -3.01 dBFS. Absent in silence."""


class Measurement(Figures):
    """Figures of a sound; a figure that does not exist, such as the loudness of silence, is absent (null)."""

    integrated_lufs: float | None
    """Loudness of the whole by ITU-R BS.1770-5, gated; absent if nothing is louder than -70 LUFS for 0.4 s."""
    momentary_max_lufs: float | None
    """Loudest 0.4 s."""
    short_term_max_lufs: float | None
    """Loudest 3 s; absent in shorter sound."""
    range_lu: float | None
    """Loudness range (LRA) by EBU Tech 3342; absent in sound shorter than 3 s."""
    true_peak_dbtp: float | None
    """Highest point of the waveform, between the samples too."""
    true_peak_by_channel_dbtp: tuple[float | None, ...]
    """Highest true peak of each channel."""
    true_peak_at_s: float | None
    """Where the highest true peak lies, to 0.1 s."""
    sample_peak_dbfs: float | None
    """Highest sample."""
    sample_peak_by_channel_dbfs: tuple[float | None, ...]
    """Highest sample of each channel."""
    rms_dbfs: float | None
    """Root mean square over all channels and samples; a full-scale sine has -3.01 dBFS."""
    crest_factor_db: float | None
    """Sample peak over RMS."""
    plr_db: float | None
    """Peak-to-loudness ratio: true peak minus integrated loudness."""
    psr_db: float | None
    """Least peak-to-short-term ratio: true peak minus loudness of the same 3 s, in the passages that LRA looks at."""
    dc_offset_by_channel_dbfs: tuple[float | None, ...]
    """Level of each channel's mean; absent where it is exactly zero."""
    n_clipped_samples: int
    """Samples in runs of three or more at exactly the channel's highest or lowest value, if that is above -1 dBFS."""
    correlation: float | None
    """Of left and right: 1 equal, 0 unrelated, -1 opposite; absent if not stereo or if a channel is silent."""
    width_percent: float | None
    """Share of the side signal in the energy of mid and side: 0 is mono, 50 unrelated channels, 100 opposite ones."""
    bands: tuple[BandImage, ...]
    """Stereo image in four bands; empty if not stereo."""
    mono_loss_lu: float | None
    """How much quieter the mono fold-down is: 0 equal channels, 3 unrelated ones; absent if nothing remains of it."""
    third_octaves: tuple[BandLevel, ...]
    """Long-term spectrum in thirds of an octave."""
    tilt_db_per_octave: float | None
    """Slope of the spectral density from 100 Hz to 10 kHz: 0 is white noise, -3 pink noise."""
    noise_floor_dbfs: float | None
    """Estimated level of the noise: RMS of the quietest 5 % of the frames that are not digital silence."""
    noise_floor_confidence: float
    """0 to 1: how far the noise floor lies below the median frame; 1 from 30 dB on."""
    leading_silence_s: float
    """Time before the first sample above -70 dBFS; the whole duration where there is none."""
    trailing_silence_s: float
    """Time after the last sample above -70 dBFS; the whole duration where there is none."""
    duration_s: float
    """Length of the sound."""
    sample_rate: int
    """Sample rate in Hz."""
    n_channels: int
    """Number of channels."""
    short_term_curve_lufs: tuple[float | None, ...]
    """Short-term loudness to 0.01 LU, ten values in a second; the first belongs to the window that ends at 3 s."""

    @classmethod
    def from_meter(cls, measured: meter.Measurement) -> Measurement:
        """Take over what the meter found; silence (-inf) and figures that do not exist (nan) become absent."""
        from tonmeister.dsp.spectrum import BANDS_HZ

        images = zip(BAND_NAMES, BANDS_HZ, measured.correlation_by_band, measured.width_percent_by_band, strict=False)
        return cls(
            integrated_lufs=_finite(measured.integrated_lufs),
            momentary_max_lufs=_finite(measured.momentary_max_lufs),
            short_term_max_lufs=_finite(measured.short_term_max_lufs),
            range_lu=_finite(measured.range_lu),
            true_peak_dbtp=_finite(measured.true_peak_dbtp),
            true_peak_by_channel_dbtp=_each_finite(measured.true_peak_by_channel_dbtp),
            true_peak_at_s=_finite(measured.true_peak_at_s),
            sample_peak_dbfs=_finite(measured.sample_peak_dbfs),
            sample_peak_by_channel_dbfs=_each_finite(measured.sample_peak_by_channel_dbfs),
            rms_dbfs=_finite(measured.rms_dbfs),
            crest_factor_db=_finite(measured.crest_factor_db),
            plr_db=_finite(measured.plr_db),
            psr_db=_finite(measured.psr_db),
            dc_offset_by_channel_dbfs=_each_finite(measured.dc_offset_by_channel_dbfs),
            n_clipped_samples=measured.n_clipped_samples,
            correlation=_finite(measured.correlation),
            width_percent=_finite(measured.width_percent),
            bands=tuple(
                BandImage(
                    name=name,
                    low_hz=low_hz,
                    high_hz=high_hz,
                    correlation=_finite(correlation),
                    width_percent=_finite(width_percent),
                )
                for name, (low_hz, high_hz), correlation, width_percent in images
            ),
            mono_loss_lu=_finite(measured.mono_loss_lu),
            third_octaves=tuple(
                BandLevel(centre_hz=centre_hz, level_dbfs=_finite(level_dbfs))
                for centre_hz, level_dbfs in measured.third_octaves_dbfs
            ),
            tilt_db_per_octave=_finite(measured.tilt_db_per_octave),
            noise_floor_dbfs=_finite(measured.noise_floor_dbfs),
            noise_floor_confidence=measured.noise_floor_confidence,
            leading_silence_s=measured.leading_silence_s,
            trailing_silence_s=measured.trailing_silence_s,
            duration_s=measured.duration_s,
            sample_rate=measured.sample_rate,
            n_channels=measured.n_channels,
            short_term_curve_lufs=_each_finite(measured.short_term_curve_lufs.round(2).tolist()),
        )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _each_finite(values: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(_finite(value) for value in values)
