"""The formats that can be written: what goes together, and what is taken where nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tonmeister.core.errors import CombinationError

Container = Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]
CONTAINERS: tuple[Container, ...] = get_args(Container)

_MP3_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_LOW_RATE_KBPS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MP3_LOWEST_RATE_KBPS = _MP3_LOW_RATE_KBPS[:8]


@dataclass(frozen=True)
class Allowed:
    """What one container takes. Lossy ones have no bit depth; lossless ones no bitrate."""

    name: str
    suffix: str
    bit_depths: tuple[int, ...]
    sample_rates: Sequence[int]
    n_channels: range
    bitrates_kbps: Sequence[int] = ()
    default_kbps: int = 0


ALLOWED: dict[Container, Allowed] = {
    "wav": Allowed("WAV", ".wav", (16, 24, 32), range(8000, 384001), range(1, 9)),
    "flac": Allowed("FLAC", ".flac", (16, 24), range(8000, 192001), range(1, 9)),
    "mp3": Allowed(
        "MP3", ".mp3", (), (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000), range(1, 3), _MP3_KBPS, 320
    ),
    "ogg": Allowed("Ogg Vorbis", ".ogg", (), range(8000, 192001), range(1, 3), range(48, 501), 256),
    "opus": Allowed("Opus", ".opus", (), (48000,), range(1, 3), range(12, 513), 192),
    "m4a": Allowed(
        "M4A (AAC)",
        ".m4a",
        (),
        (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
        range(1, 3),
        range(16, 513),
        256,
    ),
}
"""The only table of what each container takes."""


@dataclass(frozen=True)
class OutputFormat:
    """How sound is written. 32 bits are floating point; ``bitrate_kbps`` None takes the format's default."""

    container: Container
    sample_rate: int
    n_channels: int
    bit_depth: int | None = None
    bitrate_kbps: int | None = None

    @property
    def is_lossy(self) -> bool:
        """Whether the format loses something."""
        return not ALLOWED[self.container].bit_depths

    @property
    def is_quantised(self) -> bool:
        """Whether the writer wants integers that are dithered already."""
        return self.bit_depth in (16, 24)

    @property
    def kbps(self) -> int:
        """The bitrate that will be used, 0 where the format has none. One channel takes half of the default of two."""
        if not self.is_lossy:
            return 0
        if self.bitrate_kbps is not None:
            return self.bitrate_kbps
        wanted = ALLOWED[self.container].default_kbps // (1 if self.n_channels == 2 else 2)
        allowed = allowed_bitrates_kbps(self)
        return max((kbps for kbps in allowed if kbps <= wanted), default=min(allowed))


def allowed_bitrates_kbps(fmt: OutputFormat) -> Sequence[int]:
    """Return the bitrates that the format takes at its sample rate and number of channels."""
    allowed = ALLOWED[fmt.container].bitrates_kbps
    if fmt.container == "mp3" and fmt.sample_rate < 32000:
        # MPEG-2 and, below 16 kHz, MPEG-2.5, which LAME writes with up to 64 kbit/s.
        return _MP3_LOW_RATE_KBPS if fmt.sample_rate >= 16000 else _MP3_LOWEST_RATE_KBPS
    if fmt.container == "m4a":
        # A frame of 1024 samples holds at most 6144 bits per channel (ISO/IEC 14496-3, 4.5.3.1).
        return range(allowed[0], min(allowed[-1], 6 * fmt.sample_rate * fmt.n_channels // 1000) + 1)
    if fmt.container == "opus":
        return range(6 * fmt.n_channels, 256 * fmt.n_channels + 1)
    return allowed


def check_format(fmt: OutputFormat) -> None:
    """Refuse what does not go together, naming what does."""
    allowed = ALLOWED.get(fmt.container)
    if allowed is None:
        raise CombinationError(
            f"There is no output format {fmt.container!r}.",
            field="format",
            value=fmt.container,
            bound=list(CONTAINERS),
            remedy=f"Choose one of {', '.join(CONTAINERS)}.",
        )
    if not allowed.bit_depths and fmt.bit_depth is not None:
        raise _refuse(
            allowed, "bit_depth", fmt.bit_depth, "bits", (), f"Leave the bit depth out: {allowed.name} has none."
        )
    if allowed.bit_depths and fmt.bit_depth not in allowed.bit_depths:
        raise _refuse(allowed, "bit_depth", fmt.bit_depth, "bits", allowed.bit_depths)
    if fmt.sample_rate not in allowed.sample_rates:
        raise _refuse(allowed, "sample_rate", fmt.sample_rate, "Hz", allowed.sample_rates)
    if fmt.n_channels not in allowed.n_channels:
        raise _refuse(allowed, "n_channels", fmt.n_channels, "channels", allowed.n_channels)
    if allowed.bit_depths and fmt.bitrate_kbps is not None:
        remedy = f"Leave the bitrate out: {allowed.name} loses nothing and has none."
        raise _refuse(allowed, "bitrate_kbps", fmt.bitrate_kbps, "kbps", (), remedy)
    if not allowed.bit_depths and fmt.kbps not in allowed_bitrates_kbps(fmt):
        raise _refuse(allowed, "bitrate_kbps", fmt.kbps, "kbps", allowed_bitrates_kbps(fmt))


def _refuse(
    allowed: Allowed, field: str, value: int | None, unit: str, choices: Sequence[int], remedy: str | None = None
) -> CombinationError:
    spoken = (
        f"{choices[0]} to {choices[-1]}"
        if isinstance(choices, range) and len(choices) > 1
        else ", ".join(str(choice) for choice in choices)
    )
    return CombinationError(
        f"{allowed.name} cannot have {'no given number of' if value is None else value} {unit} ({field}).",
        field=field,
        value=value,
        bound=spoken or None,
        remedy=remedy or f"{allowed.name} takes {spoken} {unit}.",
    )
