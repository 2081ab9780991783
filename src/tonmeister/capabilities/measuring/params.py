"""The public contract of measuring: parameters and results."""

from __future__ import annotations

from typing import Literal

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Figures, Measurement


class MeasureParams(Params):
    """Measure loudness, peaks, dynamics, spectrum and stereo image of a sound file."""

    file: AssetRef
    """The sound file."""
    true_peak_oversampling: Literal[4, 8, 16] = 8
    """Positions per sample at which the true peak is looked for; 16 reads up to 0.13 dB more than 8 near the top."""
    dual_mono: bool = False
    """Take a mono file for what two loudspeakers will play: 3 LU louder than the standard's single channel."""


class FileFacts(Figures):
    """What kind of file was read."""

    container: str
    """Kind of file."""
    codec: str
    """How the samples are coded."""
    sample_rate: int
    """Sample rate in Hz."""
    n_channels: int
    """Number of channels."""
    layout: tuple[str, ...]
    """The loudspeaker that each channel is for; the weights of loudness go by it."""
    bit_depth: int | None
    """Bits of a sample, where the codec stores samples."""
    is_lossy: bool
    """Whether the codec changes the sound."""
    title: str | None
    """Title in the file's tags."""
    artist: str | None
    """Artist in the file's tags."""


class MeasureResult(Result):
    """Figures of one sound file."""

    name: str
    """Name of the file."""
    file: FileFacts
    """What kind of file it is."""
    measurement: Measurement
    """The figures."""
    repairs: tuple[str, ...]
    """What was wrong with the file and what was done about it; empty for a sound file."""

    def digest(self) -> Digest:
        """Return one row of figures, and what deserves a sentence."""
        m = self.measurement
        figures = {
            "I LUFS": _number(m.integrated_lufs, 2),
            "S max": _number(m.short_term_max_lufs),
            "M max": _number(m.momentary_max_lufs),
            "LRA LU": _number(m.range_lu),
            "TP dBTP": _number(m.true_peak_dbtp, 2),
            "PLR dB": _number(m.plr_db),
            "PSR dB": _number(m.psr_db),
            "crest dB": _number(m.crest_factor_db),
            "corr": _number(m.correlation, 2),
            "mono loss LU": _number(m.mono_loss_lu),
            "tilt dB/oct": _number(m.tilt_db_per_octave),
            "length": f"{int(m.duration_s // 60)}:{m.duration_s % 60:04.1f}",
        }
        sentences = [f"{self.name}: {repair}" for repair in self.repairs]
        if m.n_clipped_samples:
            sentences.append(f"{self.name}: {m.n_clipped_samples} samples are clipped.")
        if m.integrated_lufs is None:
            sentences.append(f"{self.name}: nothing in it is louder than -70 LUFS for 0.4 s, so it has no loudness.")
        return Digest(
            columns=("file", *figures),
            rows=((self.name, *figures.values()),),
            sentences=tuple(sentences),
            title="Measured",
        )


def _number(value: float | None, n_digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{n_digits}f}"
