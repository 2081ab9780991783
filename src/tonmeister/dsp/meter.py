"""One pass over a sound, all figures of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.loudness import (
    CELLS_PER_HOP,
    KWeightedPower,
    channel_weights,
    measure_integrated_lufs,
    measure_momentary_lufs,
    measure_power,
    measure_range_lu,
    measure_short_term_lufs,
)
from tonmeister.dsp.native import FLOAT, LONG, POINTER, address, bind, planar
from tonmeister.dsp.spectrum import (
    Welch,
    estimate_noise_floor_dbfs,
    measure_third_octaves_dbfs,
    measure_tilt_db_per_octave,
)
from tonmeister.dsp.stereo import measure_correlation, measure_mono_loss_lu, measure_width_percent
from tonmeister.dsp.true_peak import TruePeakCells

SILENCE_DBFS = -70.0
"""Sound begins and ends where a sample exceeds this."""
CLIPPING_DBFS = -1.0
"""A channel whose extreme lies below this is not taken to be clipped."""
_BLOCK = 32768


@dataclass(frozen=True)
class Measurement:
    """Figures of a sound. Silence is -inf; nan stands where a figure does not exist.

    Attributes
    ----------
    integrated_lufs, momentary_max_lufs, short_term_max_lufs, range_lu
        Loudness by ITU-R BS.1770-5 and EBU Tech 3341 and 3342; the maxima are of windows that begin every 10 ms.
    true_peak_dbtp, true_peak_by_channel_dbtp
        Highest true peak, of all and of each channel.
    true_peak_at_s
        Where it lies, to 0.1 s.
    sample_peak_dbfs, sample_peak_by_channel_dbfs
        Highest sample.
    rms_dbfs
        Root mean square over all channels and samples; a full-scale sine has -3.01 dBFS.
    crest_factor_db
        Sample peak over RMS.
    plr_db
        Peak-to-loudness ratio: true peak minus integrated loudness.
    psr_db
        Least peak-to-short-term ratio: true peak within a window of 3 s minus the window's loudness, over all windows
        (ten in a second) that pass the gates of the loudness range.
    dc_offset_by_channel_dbfs
        Level of the mean of each channel.
    n_clipped_samples
        Samples in runs of three or more that stay at exactly the highest (or lowest) value of their channel, where that
        lies above -1 dBFS.
    correlation, width_percent, correlation_by_band, width_percent_by_band
        Of stereo sound, whole and in `tonmeister.dsp.spectrum.BANDS_HZ` (empty for other sound).
    mono_loss_lu
        How much quieter the mono fold-down is.
    third_octaves_dbfs
        Pairs of centre frequency in Hz and level, mean of the channels.
    tilt_db_per_octave
        Slope of the spectral density between 100 Hz and 10 kHz.
    noise_floor_dbfs, noise_floor_confidence
        Level of the quietest 5 % of the frames, and how sure it is to be noise (0 to 1).
    leading_silence_s, trailing_silence_s
        Before the first and after the last sample above -70 dBFS; each is the whole duration where there is none.
    duration_s, sample_rate, n_channels
        The sound's shape.
    short_term_curve_lufs
        Short-term loudness, ten values in a second; the first belongs to the window that ends at 3 s.
    """

    integrated_lufs: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    range_lu: float
    true_peak_dbtp: float
    true_peak_by_channel_dbtp: tuple[float, ...]
    true_peak_at_s: float
    sample_peak_dbfs: float
    sample_peak_by_channel_dbfs: tuple[float, ...]
    rms_dbfs: float
    crest_factor_db: float
    plr_db: float
    psr_db: float
    dc_offset_by_channel_dbfs: tuple[float, ...]
    n_clipped_samples: int
    correlation: float
    width_percent: float
    correlation_by_band: tuple[float, ...]
    width_percent_by_band: tuple[float, ...]
    mono_loss_lu: float
    third_octaves_dbfs: tuple[tuple[float, float], ...]
    tilt_db_per_octave: float
    noise_floor_dbfs: float
    noise_floor_confidence: float
    leading_silence_s: float
    trailing_silence_s: float
    duration_s: float
    sample_rate: int
    n_channels: int
    short_term_curve_lufs: NDArray[np.float64] = field(repr=False, compare=False)


class Meter:
    """Measures sound of any length in one pass; any split into blocks gives the same figures bit for bit.

    Parameters
    ----------
    sample_rate
        In Hz.
    n_channels
        1 to 8.
    layout
        The loudspeaker of each channel, see `tonmeister.dsp.loudness.channel_weights`.
    oversampling
        Of the true-peak detector: 2, 4, 8 or 16.
    dual_mono
        Take mono for what both loudspeakers play, 3 LU louder than the standard's single channel.
    overlapping
        Let the frames of the spectrum overlap; without it long sound is measured a sixth faster.

    Raises
    ------
    ValueError
        If rate, channels, layout or oversampling are not among those allowed.

    Examples
    --------
    >>> meter = Meter(48000, 2)
    >>> tone = 0.5 * np.sin(2 * np.pi * 1000 / 48000 * np.arange(48000))
    >>> meter.push(np.stack([tone, tone]).astype(np.float32))
    >>> round(meter.finish().integrated_lufs, 1)
    -6.0
    """

    def __init__(
        self,
        sample_rate: int,
        n_channels: int,
        *,
        layout: tuple[str, ...] | None = None,
        oversampling: int = 8,
        dual_mono: bool = False,
        overlapping: bool = True,
    ) -> None:
        self.sample_rate = sample_rate
        self.n_channels = n_channels
        self._weights = channel_weights(n_channels, layout=layout)
        if dual_mono and n_channels == 1:
            self._weights = self._weights * 2
        self._power = KWeightedPower(sample_rate, n_channels)
        cell = round(sample_rate / 10)
        self._detectors = [TruePeakCells(1, cell, oversampling=oversampling) for _ in range(n_channels)]
        self._peaks: list[list[NDArray[np.float32]]] = [[] for _ in range(n_channels)]
        self._welch = Welch(sample_rate, n_channels, overlapping=overlapping)
        self._sums = np.zeros((n_channels, 3))
        self._levels = np.zeros((n_channels, 2), np.float32)
        self._counts = np.zeros((n_channels, 6), np.int64)
        self._counts[:, 4:] = -1
        self._addresses = [
            (address(self._sums[c]), address(self._levels[c]), address(self._counts[c])) for c in range(n_channels)
        ]
        self._waiting = np.empty((n_channels, _BLOCK), np.float32)
        self._n_waiting = 0
        self._n_samples = 0

    def push(self, block: NDArray[np.float32]) -> None:
        """Add sound.

        Parameters
        ----------
        block
            float32, shape (n_channels, any number of samples).

        Raises
        ------
        ValueError
            If the block has another shape or type, or a sample is not a finite number.
        """
        planar(block)
        if block.shape[0] != self.n_channels:
            raise ValueError(f"the block has {block.shape[0]} channels, expected {self.n_channels}")
        # All parts see blocks of one length, beginning at multiples of it, so that every sum runs in one order.
        start, n = 0, block.shape[1]
        while start < n:
            if self._n_waiting == 0 and n - start >= _BLOCK:
                self._add(block[:, start : start + _BLOCK])
                start += _BLOCK
                continue
            taken = min(n - start, _BLOCK - self._n_waiting)
            self._waiting[:, self._n_waiting : self._n_waiting + taken] = block[:, start : start + taken]
            self._n_waiting += taken
            start += taken
            if self._n_waiting == _BLOCK:
                self._add(self._waiting)
                self._n_waiting = 0

    def finish(self) -> Measurement:
        """Close the sound and return its figures."""
        if self._n_waiting:
            self._add(self._waiting[:, : self._n_waiting])
            self._n_waiting = 0
        for detector, peaks in zip(self._detectors, self._peaks, strict=True):
            peaks.append(detector.finish())
        energies, products = self._power.energies(), self._power.products()
        power = measure_power(energies, self._weights)
        momentary, short_term = measure_momentary_lufs(power), measure_short_term_lufs(power)
        integrated = measure_integrated_lufs(power)
        peak_rows = np.stack([np.concatenate(rows) for rows in self._peaks])
        peak_curve = peak_rows.max(axis=0) if peak_rows.size else np.zeros(1, np.float32)
        peak = float(peak_curve.max())
        true_peaks = peak_rows.max(axis=1, initial=0.0)
        sample_peak = float(self._levels.max())
        mean_square = float(self._sums[:, 1].sum()) / max(1, self._n_samples * self.n_channels)
        stereo = self.n_channels == 2
        pair = (float(self._sums[0, 1]), float(self._sums[-1, 1]), float(self._sums[0, 2]))
        spectrum = self._welch.finish()
        mean = spectrum.mean()
        floor, confidence = estimate_noise_floor_dbfs(spectrum.frame_power)
        leading, trailing = self._silence()
        rms = _level(math.sqrt(mean_square))
        curve = short_term[::CELLS_PER_HOP]
        return Measurement(
            integrated_lufs=integrated,
            momentary_max_lufs=float(momentary.max(initial=-math.inf)),
            short_term_max_lufs=float(short_term.max(initial=-math.inf)),
            range_lu=measure_range_lu(power),
            true_peak_dbtp=_level(peak),
            true_peak_by_channel_dbtp=tuple(_level(float(value)) for value in true_peaks),
            true_peak_at_s=int(peak_curve.argmax()) / 10 if peak else math.nan,
            sample_peak_dbfs=_level(sample_peak),
            sample_peak_by_channel_dbfs=tuple(_level(float(value)) for value in self._levels.max(axis=1)),
            rms_dbfs=rms,
            crest_factor_db=_level(sample_peak) - rms if mean_square else math.nan,
            plr_db=_level(peak) - integrated if math.isfinite(integrated) else math.nan,
            psr_db=measure_least_psr_db(peak_curve, curve),
            dc_offset_by_channel_dbfs=tuple(
                _level(abs(float(value)) / max(1, self._n_samples)) for value in self._sums[:, 0]
            ),
            n_clipped_samples=self._n_clipped(),
            correlation=measure_correlation(*pair) if stereo else math.nan,
            width_percent=measure_width_percent(*pair) if stereo else math.nan,
            correlation_by_band=spectrum.correlation_by_band() if stereo else (),
            width_percent_by_band=spectrum.width_percent_by_band() if stereo else (),
            mono_loss_lu=measure_mono_loss_lu(energies, products[0]) if stereo else math.nan,
            third_octaves_dbfs=measure_third_octaves_dbfs(mean, spectrum.resolution_hz),
            tilt_db_per_octave=measure_tilt_db_per_octave(mean, spectrum.resolution_hz),
            noise_floor_dbfs=floor,
            noise_floor_confidence=confidence,
            leading_silence_s=leading,
            trailing_silence_s=trailing,
            duration_s=self._n_samples / self.sample_rate,
            sample_rate=self.sample_rate,
            n_channels=self.n_channels,
            short_term_curve_lufs=curve,
        )

    def _add(self, block: NDArray[np.float32]) -> None:
        data, stride = planar(block)
        n = block.shape[1]
        silence = 10 ** (SILENCE_DBFS / 20)
        for channel in range(self.n_channels):
            other = data + 4 * stride if self.n_channels == 2 and channel == 0 else None
            _tally()(
                data + 4 * channel * stride, other, n, self._n_samples, silence, *self._addresses[channel],
            )  # fmt: skip
        if not np.isfinite(self._sums).all():
            raise ValueError(f"sound must be finite; there is nan or inf among samples {self._n_samples} and following")
        self._power.push(block)
        for channel, (detector, peaks) in enumerate(zip(self._detectors, self._peaks, strict=True)):
            peaks.append(detector.push(block[channel : channel + 1]))
        self._welch.push(block)
        self._n_samples += n

    def _silence(self) -> tuple[float, float]:
        first, last = self._counts[:, 4], self._counts[:, 5]
        duration = self._n_samples / self.sample_rate
        if last.max() < 0:
            return duration, duration
        return int(first[first >= 0].min()) / self.sample_rate, (
            self._n_samples - 1 - int(last.max())
        ) / self.sample_rate

    def _n_clipped(self) -> int:
        clipped = self._levels >= 10 ** (CLIPPING_DBFS / 20)
        return int(self._counts[:, [1, 3]][clipped].sum())


def measure_least_psr_db(peak_curve: NDArray[np.float32], short_term_curve_lufs: NDArray[np.float64]) -> float:
    """Measure the least distance between true peak and short-term loudness.

    Parameters
    ----------
    peak_curve
        Linear true peak of each tenth of a second.
    short_term_curve_lufs
        Loudness of the windows of 3 s that begin at each tenth of a second.

    Returns
    -------
    float
        dB; nan for sound shorter than 3 s or silent.

    Notes
    -----
    The AES Convention e-Brief 373 (Stronger peak-to-loudness measures) takes the true peak and the loudness of the same
    window of 3 s; as for the loudness range, windows quieter than -70 LUFS or 20 LU below the mean do not count.

    Examples
    --------
    >>> round(measure_least_psr_db(np.ones(40, np.float32), np.full(11, -10.0)), 6)
    10.0
    """
    n = len(short_term_curve_lufs)
    if not n or len(peak_curve) < n + 29:
        return math.nan
    tops = np.lib.stride_tricks.sliding_window_view(peak_curve, 30)[:n].max(axis=1)
    power = 10 ** (short_term_curve_lufs / 10)
    heard = short_term_curve_lufs >= -70
    if not heard.any():
        return math.nan
    heard &= power >= power[heard].mean() / 100
    return float((20 * np.log10(tops[heard]) - short_term_curve_lufs[heard]).min())


def _level(linear: float) -> float:
    return 20 * math.log10(linear) if linear > 0 else -math.inf


@functools.cache
def _tally() -> Callable[..., Any]:
    return bind("tally", POINTER, POINTER, LONG, LONG, FLOAT, POINTER, POINTER, POINTER)
