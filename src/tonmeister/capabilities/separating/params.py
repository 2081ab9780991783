"""The public contract of separating: parameters and result."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Figures
from tonmeister.core.units import whole

StemName = Literal["drums", "bass", "other", "vocals", "instrumental", "harmonic", "percussive"]
Tier = Literal["draft", "model"]
Grade = Literal["good", "fair", "poor", "absent"]


class SeparateParams(Params):
    """Take a finished song apart into its stems.

    The draft tier is always there: a small network of our own, quick, and honest about what it cannot do. The model
    tier runs a network of your own, such as HTDemucs, from a file of weights that you have.
    """

    file: AssetRef
    """The song."""
    stems: tuple[StemName, ...] = Field(("drums", "bass", "other", "vocals"), min_length=1)
    """Which stems to write; instrumental is all but the vocals, harmonic and percussive are tones and strokes."""
    tier: Tier = "draft"
    """The bundled network, or the network whose weights are given."""
    format: Literal["wav", "flac"] = "wav"
    """WAV with 32-bit floating point, in which the stems add up to the song, or FLAC with 24 bits."""
    weights: AssetRef | None = None
    """The model tier's network: an ONNX file, or weights of Demucs (.th, .safetensors). Nothing is downloaded."""
    weights_sha256: str | None = Field(None, pattern="^[0-9a-fA-F]{64}$")
    """The sha256 that the file of weights must have, as its publisher states it."""
    accept_weights_licence: bool = False
    """Say that you have read the licence of the weights; without it the work ends by showing what is known of it."""

    @model_validator(mode="after")
    def _fits(self) -> SeparateParams:
        if self.tier == "draft" and self.weights is not None:
            raise ValueError("weights belong to the model tier: set tier to model, or leave them out")
        if self.tier == "model" and (self.weights is None or self.weights_sha256 is None):
            raise ValueError("the model tier needs weights and weights_sha256")
        if len(set(self.stems)) != len(self.stems):
            raise ValueError("stems names a stem twice")
        return self


class StemQuality(Figures):
    """How far a stem can be trusted."""

    grade: Grade | None
    """Good: fit to be heard alone. Fair: fit in a mix. Poor: full of the others. Absent: hardly anything is in it, or
    nothing that sounds like a voice in the vocals."""
    estimated_sdr_db: float | None
    """Estimated signal-to-distortion ratio against the true stem; none where the network says nothing about it."""
    confidence: float
    """0 to 1: how far the estimate itself can be trusted."""


class Stem(Figures):
    """One stem."""

    name: StemName
    """Which."""
    file: AssetRef
    """The sound file."""
    tier: Tier
    """The tier that made it."""
    model: str
    """Name of the network, or of the method."""
    model_sha256: str | None
    """Hash of the network's weights; none where there is no network."""
    quality: StemQuality
    """How far it can be trusted."""
    share_percent: float
    """Its energy as a part of that of all four stems."""
    integrated_lufs: float | None
    """Loudness; absent if nothing is louder than -70 LUFS for 0.4 s."""
    peak_dbfs: float | None
    """Highest sample; absent in silence."""


class SeparateResult(Result):
    """The stems, and what they are worth."""

    name: str
    """Name of the song."""
    stems: tuple[Stem, ...]
    """The stems in the order in which they were asked for."""
    tier: Tier
    """The tier that made them."""
    model: str
    """Name of the network."""
    model_sha256: str
    """Hash of its weights."""
    weights_licence: str
    """What is known of the licence of the weights."""
    quality: Grade | None
    """The middle of the grades of those stems that are there; none where the network does not tell how sure it is."""
    voice: Literal["heard", "doubtful", "in places", "none"] | None
    """Whether what went to the vocals stem sounds like a voice: nowhere, perhaps in places, perhaps as a whole, or
    yes. "none" too where hardly anything went to it. In songs shorter than 12 s a voice is never denied, only doubted.
    Absent where nobody has listened: with networks of your own, without the stem, or with less than 1 s of it."""
    is_mono: bool
    """Whether the song has no stereo image that could help to tell voices from instruments."""
    duration_s: float
    """Length."""
    sample_rate: int
    """Of the stems, in Hz; that of the song."""
    n_channels: int
    """Of the stems: 1 or 2. Surround is folded down to stereo."""
    gain_db: float
    """What all stems were changed by: below 0 where the format would have clipped one of them."""
    residual_dbfs: float | None
    """Level of what drums, bass, other and vocals lack to the song; absent where nothing is missing."""
    warnings: tuple[str, ...]
    """What to know before using the stems."""
    repairs: tuple[str, ...]
    """What was wrong with the file and what was done about it."""

    def digest(self) -> Digest:
        """Return a row for each stem."""
        rows = tuple(
            (
                stem.name,
                stem.quality.grade or "–",
                _number(stem.quality.estimated_sdr_db),
                f"{whole(stem.share_percent)} %",
                _number(stem.integrated_lufs),
                stem.file,
            )
            for stem in self.stems
        )
        return Digest(
            title=f"{self.name}: {self.tier} stems by {self.model}",
            columns=("stem", "quality", "SDR dB (estimate)", "share", "I LUFS", "file"),
            rows=rows,
            sentences=(*self.repairs, *self.warnings),
        )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
