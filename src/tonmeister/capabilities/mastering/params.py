"""The public contract of mastering: parameters and results."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Measurement

Mode = Literal["adaptive", "reference", "hybrid"]
Tier = Literal["draft", "standard", "fine"]
Format = Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]
CodecName = Literal["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"]


class Stage(BaseModel):
    """Base of the overrides of one stage: what is left out is decided by preset and song."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EqParams(Stage):
    """Tonal balance."""

    enabled: bool = True
    """Shape the tonal balance at all."""
    phase: Literal["minimum", "linear"] | None = None
    """Minimum phase (no pre-echo) or linear phase (no phase shift); by default the tier decides."""
    max_gain_db: float | None = Field(None, ge=0, le=12)
    """The most that the equaliser may raise or lower any band."""
    tilt_db: float | None = Field(None, ge=-6, le=6)
    """Extra tilt from 100 Hz to 10 kHz: positive is brighter."""
    rumble_hz: float | None = Field(None, ge=0, le=60)
    """Corner of the high-pass that removes DC and rumble; 0 removes DC alone."""


class DynamicEqParams(Stage):
    """Dynamic equaliser and de-esser."""

    enabled: bool = True
    """Tame bands only while they stick out."""
    deess_range_db: float | None = Field(None, ge=0, le=12)
    """The most that the de-esser may take away; 0 switches it off."""
    deess_hz: float | None = Field(None, ge=3000, le=12000)
    """Centre of the de-esser."""
    resonance_range_db: float | None = Field(None, ge=0, le=9)
    """The most that a band which sticks out may be lowered; 0 switches these bands off."""


class CompressorParams(Stage):
    """Multiband compressor."""

    enabled: bool = True
    """Compress in bands."""
    n_bands: Literal[3, 4] | None = None
    """Number of Linkwitz-Riley bands."""
    crossovers_hz: tuple[float, float, float] | None = None
    """The three frequencies where the bands meet; with three bands the lowest two share one detector."""
    ratio: float | None = Field(None, ge=1, le=8)
    """Compression ratio of all bands."""
    threshold_db: float | None = Field(None, ge=-24, le=24)
    """Threshold against each band's own mean level."""
    range_db: float | None = Field(None, ge=0, le=18)
    """The most gain reduction of any band."""
    attack_ms: float | None = Field(None, ge=0.5, le=200)
    """Attack of the middle bands; the lows take twice, the highs half of it."""
    release_ms: float | None = Field(None, ge=20, le=2000)
    """Release of the middle bands; the lows take one and a half times, the highs two thirds of it."""


class GlueParams(Stage):
    """Glue: a slow compressor over everything."""

    enabled: bool = True
    """Let the mix breathe together."""
    ratio: float | None = Field(None, ge=1, le=4)
    """Compression ratio."""
    threshold_db: float | None = Field(None, ge=-24, le=24)
    """Threshold against the song's loudness."""
    range_db: float | None = Field(None, ge=0, le=9)
    """The most gain reduction."""
    attack_ms: float | None = Field(None, ge=1, le=200)
    """Attack."""
    release_ms: float | None = Field(None, ge=20, le=2000)
    """Release."""


class WidthParams(Stage):
    """Stereo image."""

    enabled: bool = True
    """Change the stereo width."""
    width_percent: float | None = Field(None, ge=0, le=200)
    """Level of the side signal: 100 leaves it, 0 is mono."""
    mono_below_hz: float | None = Field(None, ge=0, le=300)
    """Below this frequency the image narrows to mono; 0 leaves the bass alone."""
    min_correlation: float = Field(0.1, ge=-1, le=1)
    """Correlation guard: widening stops before the whole song's correlation falls below this."""


class SaturationParams(Stage):
    """Saturation, four times oversampled."""

    drive_db: float | None = Field(None, ge=0, le=18)
    """Level into the curve; 0 switches it off."""


class LimiterParams(Stage):
    """True-peak limiter."""

    lookahead_ms: float | None = Field(None, ge=0.7, le=20)
    """The gain begins to fall this long before a peak."""
    hold_ms: float | None = Field(None, ge=0.4, le=50)
    """It stays down this long after a peak."""
    release_ms: float | None = Field(None, ge=5, le=1000)
    """Time constant of the way back from a short peak."""
    sustain_ms: float | None = Field(None, ge=50, le=3000)
    """Time constant under dense limiting."""


class DitherParams(Stage):
    """Dither."""

    kind: Literal["tpdf", "shaped", "none"] | None = None
    """Triangular, triangular with noise shaping (16 bit at 44.1 or 48 kHz), or none; never applied to float output."""


class MasteringParams(Params):
    """What one song and a whole album have in common."""

    mode: Mode | None = None
    """Where the targets come from: the song itself, a reference, or a blend; by default reference if one is given."""
    reference: AssetRef | None = None
    """A finished song whose spectrum, loudness, width and dynamics the master follows."""
    preset: str = "adaptive"
    """Character of the master (see `tonmeister presets`)."""
    genre: str | None = None
    """Genre whose tonal balance, loudness and dynamics are the target; by default the song decides."""
    platform: str | None = None
    """Delivery platform whose loudness and ceiling are the target."""
    target_lufs: float | None = Field(None, ge=-36, le=-4)
    """Integrated loudness of the master; overrides platform, genre and reference."""
    ceiling_dbtp: float | None = Field(None, ge=-12, le=0)
    """True peak that is never exceeded; overrides the platform."""
    amount_percent: float | None = Field(None, ge=0, le=100)
    """How far tone, dynamics and width move towards their targets; 0 changes loudness alone."""
    max_gain_reduction_db: float | None = Field(None, ge=0, le=24)
    """The most limiting: 95 % of the loud passages (400 ms means) stay below it; a target that needs more is missed."""
    tier: Tier = "standard"
    """Quality tier: draft, standard or fine trade time for filter length and oversampling."""
    format: tuple[Format, ...] = ("wav",)
    """File formats to write."""
    bit_depth: Literal[16, 24, 32] | None = None
    """Bits per sample of lossless formats (32 is float); by default 24."""
    sample_rate: Literal[44100, 48000, 88200, 96000, 176400, 192000] | None = None
    """Sample rate of the master in Hz; by default the song's own."""
    bitrate_kbps: int | None = Field(None, ge=32, le=510)
    """Bit rate of lossy formats; by default the best that each takes well."""
    check_codec: tuple[CodecName, ...] = ()
    """Encode the master as a trial, decode it, and lower the ceiling until that does not clip."""
    fold_down: bool = False
    """Fold more than two channels down to stereo instead of refusing them."""
    report: bool = True
    """Write a report (HTML with pictures, and JSON) beside the master."""
    eq: EqParams = EqParams()
    """Tonal balance."""
    dynamic_eq: DynamicEqParams = DynamicEqParams()
    """Dynamic equaliser and de-esser."""
    compressor: CompressorParams = CompressorParams()
    """Multiband compressor."""
    glue: GlueParams = GlueParams()
    """Glue compressor."""
    width: WidthParams = WidthParams()
    """Stereo image."""
    saturation: SaturationParams = SaturationParams()
    """Saturation."""
    limiter: LimiterParams = LimiterParams()
    """True-peak limiter."""
    dither: DitherParams = DitherParams()
    """Dither."""


class _Song(Params):
    mix: AssetRef | None = None
    """The song to master."""


class _Songs(Params):
    mixes: tuple[AssetRef, ...] = Field(min_length=1)
    """The songs, in the order of the record."""


class MasterParams(MasteringParams, _Song):
    """Master a song.

    Makes a mix sound finished, brings it to a loudness, keeps its peaks under a ceiling, and proves both from the
    written file. Without a file, the demo song is composed and mastered.
    """

    isrc: str | None = None
    """ISRC to write into the master's tags."""


class AlbumParams(MasteringParams, _Songs):
    """Master several songs as one record.

    The songs share one tonal target and one loudness anchor, so that quiet songs stay quieter than loud ones; a CUE
    sheet lists them.
    """

    title: str | None = None
    """Title of the album."""
    artist: str | None = None
    """Artist of the album."""
    gap_s: float = Field(2.0, ge=0, le=30)
    """Silence between two songs in the CUE sheet."""
    spread_percent: float = Field(100, ge=0, le=100)
    """How much of the loudness differences between the songs is kept; 0 makes all equally loud."""
    isrcs: tuple[str, ...] = ()
    """ISRC of each song, in order."""
    barcode: str | None = None
    """UPC or EAN of the record (CATALOG in the CUE sheet)."""
    join: bool = False
    """Also write the whole record as one file with its CUE sheet."""


class PresetsParams(Params):
    """List presets, genres, platforms and tiers."""

    kind: Literal["all", "preset", "genre", "platform", "tier"] = "all"
    """Which of them."""


class StageNote(BaseModel):
    """What one stage did, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    stage: str
    """Name of the stage."""
    text: str
    """What it did and why, in plain words."""


class Band(BaseModel):
    """One point of a curve over frequency."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    frequency_hz: float
    """Centre of the third-octave band."""
    gain_db: float
    """Level or gain there."""


class GainReduction(BaseModel):
    """How hard a stage worked."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    stage: str
    """Name of the stage or band."""
    max_db: float
    """Deepest gain reduction at any moment."""
    mean_db: float
    """Mean gain reduction over the song."""
    active_percent: float
    """Share of the time with more than 0.5 dB of reduction."""


class PlatformOutcome(BaseModel):
    """What a platform's loudness normalisation will do to the master."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    platform: str
    """Name of the platform."""
    gain_db: float
    """Gain that it will apply in playback."""
    text: str
    """The same in plain words."""


class CodecCheck(BaseModel):
    """The master after a trip through a lossy codec."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    codec: str
    """Codec and bit rate."""
    integrated_lufs: float
    """Loudness after decoding."""
    true_peak_dbtp: float
    """True peak after decoding, 16 times oversampled."""
    lowered_db: float
    """How far the ceiling was lowered for it."""


class Deliverable(BaseModel):
    """One written file with what was measured from it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    file: str
    """Reference of the file."""
    format: str
    """Container, codec and depth or bit rate."""
    sample_rate: int
    """In Hz."""
    n_samples: int
    """Length in samples."""
    integrated_lufs: float
    """Loudness measured from the written file."""
    true_peak_dbtp: float
    """True peak measured from the written file, 16 times oversampled."""
    within_promise: bool
    """Whether loudness (0.1 LU), true peak and length are as promised."""


class Speed(BaseModel):
    """How long it took."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    wall_s: float
    """Time from start to the written files."""
    cpu_s: float
    """Processor time of this process."""
    real_time_ratio: float
    """Length of the song by processor time."""


class MasterResult(Result):
    """A master, and the proof."""

    title: str
    """Name of the song."""
    deliverables: tuple[Deliverable, ...]
    """The written files."""
    report_html: str | None
    """Reference of the report with pictures."""
    report_json: str | None
    """Reference of the report as data."""
    mode: Mode
    """Where the targets came from."""
    preset: str
    """Preset."""
    genre: str | None
    """Genre asked for."""
    resembles: dict[str, float]
    """Genres whose tonal balance and dynamics the mix is nearest to, with their share."""
    target_lufs: float
    """Loudness asked for."""
    ceiling_dbtp: float
    """True-peak ceiling asked for."""
    target_reached: bool
    """Whether the loudness lies within 0.1 LU of the target."""
    before: Measurement
    """The mix."""
    after: Measurement
    """The master, measured from the written file."""
    eq_curve: tuple[Band, ...]
    """Gain of the tonal balance stage."""
    target_curve: tuple[Band, ...] = ()
    """Tonal balance aimed at, against the mean from 200 Hz to 5 kHz."""
    reduction_curve_db: tuple[float, ...] = ()
    """Deepest gain reduction of the limiter in equal parts of the song."""
    notes: tuple[StageNote, ...]
    """What each stage did and why."""
    gain_reduction: tuple[GainReduction, ...]
    """How hard each dynamics stage worked."""
    platforms: tuple[PlatformOutcome, ...]
    """What each platform will do to the song."""
    codec_checks: tuple[CodecCheck, ...]
    """The master after lossy codecs."""
    warnings: tuple[str, ...]
    """Repairs of the input, missed targets, and whatever else the user should know."""
    speed: Speed
    """How long it took."""

    def digest(self) -> Digest:
        """Return the figures before and after, and what was done."""
        from tonmeister.capabilities.mastering.words import master_digest

        return master_digest(self)

    def _repr_html_(self) -> str:
        """Show the report in a notebook."""
        from tonmeister.capabilities.mastering.report import notebook_html

        return notebook_html(self)


class AlbumResult(Result):
    """A record: its songs and its CUE sheet."""

    title: str | None
    """Title of the album."""
    songs: tuple[MasterResult, ...]
    """The masters in order."""
    cue_sheet: str
    """Reference of the CUE sheet."""
    joined: str | None
    """Reference of the whole record as one file."""
    anchor_lufs: float
    """Loudness of the loudest song, to which the record is anchored."""
    integrated_lufs: float
    """Loudness of the record as a whole."""
    warnings: tuple[str, ...] = ()
    """What the user should know of the record; each song has its own."""

    def digest(self) -> Digest:
        """Return a row for each song."""
        from tonmeister.capabilities.mastering.words import album_digest

        return album_digest(self)


class PresetEntry(BaseModel):
    """One preset, genre, platform or tier."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["preset", "genre", "platform", "tier"]
    """What it is."""
    name: str
    """The word to use."""
    title: str
    """Its name for people."""
    description: str
    """What it does."""
    target_lufs: float | None
    """Its loudness target."""
    ceiling_dbtp: float | None
    """Its true-peak ceiling."""
    source: str | None
    """Where the figures come from, with date."""


class PresetsResult(Result):
    """Presets, genres, platforms and tiers."""

    entries: tuple[PresetEntry, ...]
    """All of them."""

    def digest(self) -> Digest:
        """Return a row for each."""

        def number(value: float | None) -> str:
            return "" if value is None else f"{value:g}"

        return Digest(
            columns=("kind", "name", "LUFS", "dBTP", "what it does"),
            rows=tuple(
                (e.kind, e.name, number(e.target_lufs), number(e.ceiling_dbtp), e.description) for e in self.entries
            ),
        )
