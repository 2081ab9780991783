"""Presets, genres, platforms and tiers: read from ``presets.toml``, their only home, and checked by these models."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from tonmeister.capabilities.mastering.params import PresetEntry, PresetsParams, PresetsResult
from tonmeister.core.errors import ChoiceUnknownError

if TYPE_CHECKING:
    from tonmeister.core.context import Context

ANCHORS_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
"""Where a tonal balance is given; between them it is straight over log frequency."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    title: str
    """Name for people."""
    description: str = Field(min_length=10)
    """What it does, in one sentence."""


class Genre(_Entry):
    """What finished records of a genre measure like."""

    tonal_balance_db: tuple[float, float, float, float, float, float, float, float, float, float]
    """Third-octave band levels at `ANCHORS_HZ` against the 1 kHz band."""
    target_lufs: float = Field(ge=-24, le=-5)
    """Integrated loudness."""
    ceiling_dbtp: float = Field(-1.0, ge=-3, le=0)
    """True-peak ceiling."""
    plr_db: float = Field(ge=4, le=25)
    """Typical true peak to loudness ratio."""
    range_lu: float = Field(ge=1, le=25)
    """Typical loudness range."""
    side_db: float = Field(ge=-40, le=0)
    """Typical level of the side against the mid signal."""
    compression_percent: float = Field(ge=0, le=100)
    """How much multiband and glue compression the genre takes."""
    mono_below_hz: float = Field(ge=0, le=200)
    """Where its bass becomes mono."""
    saturation_db: float = Field(0.0, ge=0, le=12)
    """Drive of the saturator."""
    source: str
    """Where the figures come from."""


class Preset(_Entry):
    """A character, on top of whatever genre or song decides."""

    amount_percent: float = Field(ge=0, le=100)
    """How far tone, dynamics and width move towards their targets."""
    tilt_db: float = Field(0.0, ge=-6, le=6)
    """Extra tilt from 100 Hz to 10 kHz."""
    low_db: float = Field(0.0, ge=-6, le=6)
    """Extra level of the lows (below about 120 Hz)."""
    presence_db: float = Field(0.0, ge=-6, le=6)
    """Extra level around 3 kHz."""
    air_db: float = Field(0.0, ge=-6, le=6)
    """Extra level above about 10 kHz."""
    max_eq_db: float = Field(4.0, ge=0, le=12)
    """The most that the equaliser may raise or lower any band."""
    tolerance_db: float = Field(1.5, ge=0, le=6)
    """Deviations from the target smaller than this are taste and stay."""
    compression_percent: float = Field(100.0, ge=0, le=200)
    """Multiband and glue compression against what the genre takes."""
    attack_ms: float = Field(20.0, ge=0.5, le=200)
    """Attack of the middle bands: longer lets drums through."""
    release_ms: float = Field(160.0, ge=20, le=2000)
    """Release of the middle bands."""
    width_percent: float = Field(100.0, ge=0, le=200)
    """Level of the side signal on top of what the genre decides."""
    saturation_db: float = Field(0.0, ge=0, le=12)
    """Extra drive of the saturator."""
    deess_range_db: float = Field(4.0, ge=0, le=12)
    """The most that the de-esser may take away."""
    resonance_range_db: float = Field(3.0, ge=0, le=9)
    """The most that a band which sticks out may be lowered."""
    limiter_release_ms: float = Field(50.0, ge=5, le=1000)
    """Time constant of the limiter's way back from a short peak."""
    max_gain_reduction_db: float = Field(8.0, ge=0, le=24)
    """The most limiting: averaged over 400 ms, 95 % of the loud passages stay below it."""
    target_lufs: float | None = Field(None, ge=-24, le=-5)
    """Loudness, where neither user nor platform, reference or genre asks for one; -14 if absent."""


class Platform(_Entry):
    """What a delivery platform does to loudness."""

    target_lufs: float = Field(ge=-36, le=-4)
    """Its reference loudness in normal playback."""
    ceiling_dbtp: float = Field(ge=-6, le=0)
    """The true peak that it asks for."""
    loud_ceiling_dbtp: float | None = Field(None, ge=-6, le=0)
    """The true peak that it asks for when the master is louder than its reference."""
    turns_down: bool
    """It lowers masters that are louder."""
    turns_up: Literal["no", "yes", "to peak"]
    """Whether it raises masters that are softer: not, without regard to peaks, or as far as the peaks allow."""
    untouched: str | None = None
    """What is done with files where nothing normalises them, in words; absent where loudness is changed."""
    modes_lufs: dict[str, float] = {}
    """Other playback modes."""
    by_album: bool = False
    """It applies one gain to all songs of an album."""
    mono_target_lufs: float | None = Field(None, ge=-36, le=-4)
    """Reference loudness of mono programme, where it differs."""
    source: str
    """Where the figures come from."""
    checked: date
    """When the source was read."""


class TierSettings(_Entry):
    """What a quality tier spends."""

    eq_phase: Literal["minimum", "linear"]
    """Phase of the tonal balance."""
    n_fir_taps: int = Field(ge=511, le=32767)
    """Length of the linear-phase filter at 44.1/48 kHz."""
    n_saturation_taps: int = Field(ge=8, le=128)
    """Taps per phase of the saturator's filters."""
    resampling: Literal["HQ", "VHQ"]
    """Quality of the sample-rate converter."""
    n_passes: int = Field(ge=1, le=8)
    """How many times loudness may be refined on the real output."""
    tolerance_lu: float = Field(gt=0, le=0.1)
    """Refinement stops when loudness is this near to its target."""


class Catalogue(BaseModel):
    """All of ``presets.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: dict[str, Preset]
    genre: dict[str, Genre]
    platform: dict[str, Platform]
    tier: dict[str, TierSettings]


E = TypeVar("E", bound=_Entry)


@functools.cache
def catalogue() -> Catalogue:
    """Read and check ``presets.toml``."""
    text = resources.files(__package__).joinpath("presets.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))


def choose(kind: str, entries: Mapping[str, E], name: str) -> E:
    """Return the entry of that name; raise `ChoiceUnknownError` naming those that exist."""
    key = name.strip().lower().replace(" ", "-").replace("_", "-")
    if key not in entries:
        raise ChoiceUnknownError(
            f"There is no {kind} {name!r}.",
            field=kind,
            value=name,
            bound=list(entries),
            remedy=f"Choose one of: {', '.join(entries)}.",
        )
    return entries[key]


def presets(params: PresetsParams, ctx: Context) -> PresetsResult:
    """List the catalogue."""
    everything: dict[str, Mapping[str, Any]] = {
        name: getattr(catalogue(), name) for name in ("preset", "genre", "platform", "tier")
    }
    entries = []
    for kind, members in everything.items():
        if params.kind in ("all", kind):
            entries += [_as_entry(kind, name, member) for name, member in members.items()]
    ctx.progress(1.0, "listed")
    return PresetsResult(entries=tuple(entries))


def _as_entry(kind: Any, name: str, member: Any) -> PresetEntry:
    source = getattr(member, "source", None)
    if source and isinstance(member, Platform):
        source = f"{source} (read {member.checked.isoformat()})"
    return PresetEntry(
        kind=kind,
        name=name,
        title=member.title,
        description=member.description,
        target_lufs=getattr(member, "target_lufs", None),
        ceiling_dbtp=getattr(member, "ceiling_dbtp", None),
        source=source,
    )
