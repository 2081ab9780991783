"""What every way of decoding offers to the reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tonmeister.core.errors import AudioUnreadableError, ChannelsUnsupportedError, SampleRateUnsupportedError

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples

SAMPLE_RATES_HZ = (8000, 384000)
CHANNELS = (1, 8)


@dataclass(frozen=True)
class SourceInfo:
    """What a file says about the sound in it.

    ``n_samples`` is exact or None; ``n_samples_guessed`` is good enough for a progress bar. ``layout`` names the
    speaker of each channel, ``("M",)`` for mono.
    """

    path: Path
    container: str
    codec: str
    sample_rate: int
    n_channels: int
    n_samples: int | None
    bit_depth: int | None
    layout: tuple[str, ...]
    is_lossy: bool
    n_samples_guessed: int | None = None

    @property
    def duration_s(self) -> float | None:
        """Length in seconds where the file says it exactly."""
        return None if self.n_samples is None else self.n_samples / self.sample_rate


class Decoder(Protocol):
    """A file being decoded."""

    info: SourceInfo
    repairs: list[str]

    def read(self, n_samples: int) -> Samples:
        """Return the next 1 to ``n_samples`` samples per channel, freshly owned; none at the end."""
        ...

    def close(self) -> None:
        """Let go of file and process."""
        ...


def unreadable(path: Path, reason: str) -> AudioUnreadableError:
    """Return the error for a file that cannot be decoded."""
    return AudioUnreadableError(
        f"{path.name} cannot be decoded: {reason}.",
        field="file",
        value=str(path),
        remedy="Export or download the song again.",
    )


def check_stream(path: Path, sample_rate: float, n_channels: int) -> None:
    """Refuse rates and channel counts outside of what is supported."""
    low, high = SAMPLE_RATES_HZ
    if not low <= sample_rate <= high:
        raise SampleRateUnsupportedError(
            f"{path.name} has a sample rate of {sample_rate:.10g} Hz; supported are {low} to {high} Hz.",
            field="sample_rate",
            value=sample_rate,
            bound=f"{low} to {high} Hz",
            remedy="Export the song at 44100 or 48000 Hz.",
        )
    fewest, most = CHANNELS
    if not fewest <= n_channels <= most:
        raise ChannelsUnsupportedError(
            f"{path.name} has {n_channels} channels; supported are {fewest} to {most}.",
            field="n_channels",
            value=n_channels,
            bound=f"{fewest} to {most}",
            remedy="Export the song as stereo.",
        )
