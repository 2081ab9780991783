"""Written by tools/build_stub.py; a test compares."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, overload

from tonmeister.capabilities.analyzing.params import AnalyzeResult, ObserveResult
from tonmeister.capabilities.demo.params import DemoResult
from tonmeister.capabilities.fetching.params import FetchResult
from tonmeister.capabilities.listening.params import FollowResult, ListenResult
from tonmeister.capabilities.mashing.params import (
    MashPlanResult,
    MashPreviewResult,
    MashupResult,
    MatchResult,
    PhrasesResult,
)
from tonmeister.capabilities.mashing.plan import Correction, Plan
from tonmeister.capabilities.mashing.rendering.params import Clip, MashRenderResult, MashSectionResult, SongGrid
from tonmeister.capabilities.mastering.params import (
    AlbumResult,
    CompressorParams,
    DitherParams,
    DynamicEqParams,
    EqParams,
    GlueParams,
    LimiterParams,
    MasterResult,
    PresetsResult,
    SaturationParams,
    WidthParams,
)
from tonmeister.capabilities.measuring.params import MeasureResult
from tonmeister.capabilities.preparing.params import PrepareResult
from tonmeister.capabilities.separating.params import SeparateResult
from tonmeister.capabilities.stretching.params import StretchResult
from tonmeister.capabilities.transcribing.params import TabEdit, TranscribeResult
from tonmeister.core.errors import TonmeisterError

_Asset = str | PathLike[str]

__version__: str

def album(
    mixes: _Asset | Sequence[_Asset],
    *,
    mode: Literal["adaptive", "reference", "hybrid"] | None = ...,
    reference: _Asset | None = ...,
    preset: str = ...,
    genre: str | None = ...,
    platform: str | None = ...,
    target_lufs: float | None = ...,
    ceiling_dbtp: float | None = ...,
    amount_percent: float | None = ...,
    max_gain_reduction_db: float | None = ...,
    tier: Literal["draft", "standard", "fine"] = ...,
    format: Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]
    | Sequence[Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]] = ...,
    bit_depth: Literal[16, 24, 32] | None = ...,
    sample_rate: Literal[44100, 48000, 88200, 96000, 176400, 192000] | None = ...,
    bitrate_kbps: int | None = ...,
    check_codec: Literal["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"]
    | Sequence[
        Literal["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"]
    ] = ...,
    fold_down: bool = ...,
    report: bool = ...,
    eq: EqParams | Mapping[str, Any] = ...,
    dynamic_eq: DynamicEqParams | Mapping[str, Any] = ...,
    compressor: CompressorParams | Mapping[str, Any] = ...,
    glue: GlueParams | Mapping[str, Any] = ...,
    width: WidthParams | Mapping[str, Any] = ...,
    saturation: SaturationParams | Mapping[str, Any] = ...,
    limiter: LimiterParams | Mapping[str, Any] = ...,
    dither: DitherParams | Mapping[str, Any] = ...,
    title: str | None = ...,
    artist: str | None = ...,
    gap_s: float = ...,
    spread_percent: float = ...,
    isrcs: str | Sequence[str] = ...,
    barcode: str | None = ...,
    join: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> AlbumResult: ...
@overload
def analyze(
    file: _Asset,
    *,
    tempo_bpm: float | None = ...,
    first_beat_s: float | None = ...,
    metre: Literal["2/4", "3/4", "4/4", "6/8"] | None = ...,
    tempo_factor: Literal["half", "same", "double"] = ...,
    beat_model: _Asset | None = ...,
    beat_model_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> AnalyzeResult: ...
@overload
def analyze(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    tempo_bpm: float | None = ...,
    first_beat_s: float | None = ...,
    metre: Literal["2/4", "3/4", "4/4", "6/8"] | None = ...,
    tempo_factor: Literal["half", "same", "double"] = ...,
    beat_model: _Asset | None = ...,
    beat_model_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[AnalyzeResult | TonmeisterError]: ...
def demo(
    *,
    seed: int = ...,
    tempo_bpm: float | None = ...,
    key: Literal[
        "C major",
        "Db major",
        "D major",
        "Eb major",
        "E major",
        "F major",
        "Gb major",
        "G major",
        "Ab major",
        "A major",
        "Bb major",
        "B major",
        "C minor",
        "C# minor",
        "D minor",
        "Eb minor",
        "E minor",
        "F minor",
        "F# minor",
        "G minor",
        "G# minor",
        "A minor",
        "Bb minor",
        "B minor",
    ]
    | None = ...,
    duration_s: float = ...,
    stems: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> DemoResult: ...
def fetch(
    url: str,
    *,
    i_hold_the_rights: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> FetchResult: ...
@overload
def follow(
    file: _Asset,
    *,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> FollowResult: ...
@overload
def follow(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[FollowResult | TonmeisterError]: ...
@overload
def listen(
    file: _Asset,
    *,
    tuning_cents: float = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> ListenResult: ...
@overload
def listen(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    tuning_cents: float = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[ListenResult | TonmeisterError]: ...
@overload
def mash_phrases(
    file: _Asset,
    *,
    tier: Literal["draft", "model"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    tempo_bpm: float | None = ...,
    first_beat_s: float | None = ...,
    metre: Literal["2/4", "3/4", "4/4", "6/8"] | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> PhrasesResult: ...
@overload
def mash_phrases(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    tier: Literal["draft", "model"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    tempo_bpm: float | None = ...,
    first_beat_s: float | None = ...,
    metre: Literal["2/4", "3/4", "4/4", "6/8"] | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[PhrasesResult | TonmeisterError]: ...
def mash_plan(
    songs: _Asset | Sequence[_Asset],
    *,
    tier: Literal["draft", "model"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    corrections: Correction | Mapping[str, Any] | Sequence[Correction | Mapping[str, Any]] = ...,
    style: Literal["classic", "trade", "medley", "megamix"] = ...,
    length_s: float = ...,
    lead: Literal["A", "B", "C", "D", "E", "F"] | None = ...,
    energy_arc: Literal["arc", "rise", "wave", "steady", "fall"] = ...,
    n_phrase_bars: Literal[4, 8, 16] = ...,
    max_shift_semitones: int = ...,
    target_tempo_bpm: float | None = ...,
    seed: int = ...,
    plan: Plan | Mapping[str, Any] | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MashPlanResult: ...
def mash_preview(
    songs: _Asset | Sequence[_Asset],
    *,
    tier: Literal["draft", "model"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    plan: Plan | Mapping[str, Any],
    from_s: float | None = ...,
    length_s: float = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MashPreviewResult: ...
def mash_render(
    stems: _Asset | Sequence[_Asset],
    *,
    songs: SongGrid | Mapping[str, Any] | Sequence[SongGrid | Mapping[str, Any]],
    plan: Plan | Mapping[str, Any],
    from_s: float = ...,
    length_s: float | None = ...,
    is_split: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MashRenderResult: ...
def mash_section(
    stems: _Asset | Sequence[_Asset],
    *,
    clips: Clip | Mapping[str, Any] | Sequence[Clip | Mapping[str, Any]],
    duration_s: float,
    beat_s: float,
    n_beats_per_bar: int = ...,
    sample_rate: int = ...,
    level_lufs: float | None = ...,
    is_split: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MashSectionResult: ...
def mash_talk(
    songs: _Asset | Sequence[_Asset],
    *,
    tier: Literal["draft", "model"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    corrections: Correction | Mapping[str, Any] | Sequence[Correction | Mapping[str, Any]] = ...,
    style: Literal["classic", "trade", "medley", "megamix"] = ...,
    length_s: float = ...,
    lead: Literal["A", "B", "C", "D", "E", "F"] | None = ...,
    energy_arc: Literal["arc", "rise", "wave", "steady", "fall"] = ...,
    n_phrase_bars: Literal[4, 8, 16] = ...,
    max_shift_semitones: int = ...,
    target_tempo_bpm: float | None = ...,
    seed: int = ...,
    brief: str = ...,
    plan: Plan | Mapping[str, Any] | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MashPlanResult: ...
def mashup(
    songs: _Asset | Sequence[_Asset],
    *,
    tier: Literal["draft", "model"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    corrections: Correction | Mapping[str, Any] | Sequence[Correction | Mapping[str, Any]] = ...,
    style: Literal["classic", "trade", "medley", "megamix"] = ...,
    length_s: float = ...,
    lead: Literal["A", "B", "C", "D", "E", "F"] | None = ...,
    energy_arc: Literal["arc", "rise", "wave", "steady", "fall"] = ...,
    n_phrase_bars: Literal[4, 8, 16] = ...,
    max_shift_semitones: int = ...,
    target_tempo_bpm: float | None = ...,
    seed: int = ...,
    planner: Literal["rules", "model"] = ...,
    brief: str = ...,
    plan: Plan | Mapping[str, Any] | None = ...,
    choice: Literal[1, 2, 3] = ...,
    previews: bool = ...,
    stems: bool = ...,
    project: bool = ...,
    master: bool = ...,
    target_lufs: float | None = ...,
    format: Literal["wav", "flac"] = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MashupResult: ...
@overload
def master(
    mix: _Asset | None = ...,
    *,
    mode: Literal["adaptive", "reference", "hybrid"] | None = ...,
    reference: _Asset | None = ...,
    preset: str = ...,
    genre: str | None = ...,
    platform: str | None = ...,
    target_lufs: float | None = ...,
    ceiling_dbtp: float | None = ...,
    amount_percent: float | None = ...,
    max_gain_reduction_db: float | None = ...,
    tier: Literal["draft", "standard", "fine"] = ...,
    format: Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]
    | Sequence[Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]] = ...,
    bit_depth: Literal[16, 24, 32] | None = ...,
    sample_rate: Literal[44100, 48000, 88200, 96000, 176400, 192000] | None = ...,
    bitrate_kbps: int | None = ...,
    check_codec: Literal["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"]
    | Sequence[
        Literal["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"]
    ] = ...,
    fold_down: bool = ...,
    report: bool = ...,
    eq: EqParams | Mapping[str, Any] = ...,
    dynamic_eq: DynamicEqParams | Mapping[str, Any] = ...,
    compressor: CompressorParams | Mapping[str, Any] = ...,
    glue: GlueParams | Mapping[str, Any] = ...,
    width: WidthParams | Mapping[str, Any] = ...,
    saturation: SaturationParams | Mapping[str, Any] = ...,
    limiter: LimiterParams | Mapping[str, Any] = ...,
    dither: DitherParams | Mapping[str, Any] = ...,
    isrc: str | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MasterResult: ...
@overload
def master(
    mix: list[_Asset] | tuple[_Asset, ...],
    *,
    mode: Literal["adaptive", "reference", "hybrid"] | None = ...,
    reference: _Asset | None = ...,
    preset: str = ...,
    genre: str | None = ...,
    platform: str | None = ...,
    target_lufs: float | None = ...,
    ceiling_dbtp: float | None = ...,
    amount_percent: float | None = ...,
    max_gain_reduction_db: float | None = ...,
    tier: Literal["draft", "standard", "fine"] = ...,
    format: Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]
    | Sequence[Literal["wav", "flac", "mp3", "ogg", "opus", "m4a"]] = ...,
    bit_depth: Literal[16, 24, 32] | None = ...,
    sample_rate: Literal[44100, 48000, 88200, 96000, 176400, 192000] | None = ...,
    bitrate_kbps: int | None = ...,
    check_codec: Literal["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"]
    | Sequence[
        Literal["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"]
    ] = ...,
    fold_down: bool = ...,
    report: bool = ...,
    eq: EqParams | Mapping[str, Any] = ...,
    dynamic_eq: DynamicEqParams | Mapping[str, Any] = ...,
    compressor: CompressorParams | Mapping[str, Any] = ...,
    glue: GlueParams | Mapping[str, Any] = ...,
    width: WidthParams | Mapping[str, Any] = ...,
    saturation: SaturationParams | Mapping[str, Any] = ...,
    limiter: LimiterParams | Mapping[str, Any] = ...,
    dither: DitherParams | Mapping[str, Any] = ...,
    isrc: str | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[MasterResult | TonmeisterError]: ...
def match(
    songs: _Asset | Sequence[_Asset],
    *,
    tier: Literal["draft", "model"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    corrections: Correction | Mapping[str, Any] | Sequence[Correction | Mapping[str, Any]] = ...,
    max_shift_semitones: int = ...,
    n_phrase_bars: Literal[4, 8, 16] = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MatchResult: ...
@overload
def measure(
    file: _Asset,
    *,
    true_peak_oversampling: Literal[4, 8, 16] = ...,
    dual_mono: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> MeasureResult: ...
@overload
def measure(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    true_peak_oversampling: Literal[4, 8, 16] = ...,
    dual_mono: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[MeasureResult | TonmeisterError]: ...
@overload
def observe(
    file: _Asset,
    *,
    beat_model: _Asset | None = ...,
    beat_model_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> ObserveResult: ...
@overload
def observe(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    beat_model: _Asset | None = ...,
    beat_model_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[ObserveResult | TonmeisterError]: ...
@overload
def prepare(
    file: _Asset,
    *,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> PrepareResult: ...
@overload
def prepare(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[PrepareResult | TonmeisterError]: ...
def presets(
    *,
    kind: Literal["all", "preset", "genre", "platform", "tier"] = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> PresetsResult: ...
@overload
def separate(
    file: _Asset,
    *,
    stems: Literal["drums", "bass", "other", "vocals", "instrumental", "harmonic", "percussive"]
    | Sequence[Literal["drums", "bass", "other", "vocals", "instrumental", "harmonic", "percussive"]] = ...,
    tier: Literal["draft", "model"] = ...,
    format: Literal["wav", "flac"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> SeparateResult: ...
@overload
def separate(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    stems: Literal["drums", "bass", "other", "vocals", "instrumental", "harmonic", "percussive"]
    | Sequence[Literal["drums", "bass", "other", "vocals", "instrumental", "harmonic", "percussive"]] = ...,
    tier: Literal["draft", "model"] = ...,
    format: Literal["wav", "flac"] = ...,
    weights: _Asset | None = ...,
    weights_sha256: str | None = ...,
    accept_weights_licence: bool = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[SeparateResult | TonmeisterError]: ...
@overload
def stretch(
    file: _Asset,
    *,
    speed_percent: float = ...,
    target_tempo_bpm: float | None = ...,
    pitch_semitones: float = ...,
    onto_grid: bool = ...,
    engine: Literal["signalsmith", "rubberband"] = ...,
    format: Literal["wav", "flac"] = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> StretchResult: ...
@overload
def stretch(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    speed_percent: float = ...,
    target_tempo_bpm: float | None = ...,
    pitch_semitones: float = ...,
    onto_grid: bool = ...,
    engine: Literal["signalsmith", "rubberband"] = ...,
    format: Literal["wav", "flac"] = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[StretchResult | TonmeisterError]: ...
@overload
def transcribe(
    file: _Asset,
    *,
    instrument: Literal["guitar", "bass", "ukulele", "piano", "voice", "drums", "any"] = ...,
    voices: Literal["auto", "one", "many"] = ...,
    sensitivity_percent: float = ...,
    tuning: str | None = ...,
    capo: int = ...,
    n_frets: int = ...,
    style: Literal["any", "open", "position", "power-chord"] = ...,
    transpose_semitones: int = ...,
    difficulty: Literal["easy", "medium", "full"] = ...,
    suggest_setups: bool = ...,
    smallest: Literal["1/4", "1/8", "1/16", "1/32"] = ...,
    triplets: bool = ...,
    notation: Literal["tab", "standard", "both"] = ...,
    tempo_bpm: float | None = ...,
    first_beat_s: float | None = ...,
    metre: Literal["2/4", "3/4", "4/4", "6/8"] | None = ...,
    tempo_factor: Literal["half", "same", "double"] = ...,
    edits: TabEdit | Mapping[str, Any] | Sequence[TabEdit | Mapping[str, Any]] = ...,
    format: Literal["midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json", "svg", "pdf"]
    | Sequence[Literal["midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json", "svg", "pdf"]] = ...,
    title: str | None = ...,
    artist: str | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[float, str], None] | bool | None = None,
) -> TranscribeResult: ...
@overload
def transcribe(
    file: list[_Asset] | tuple[_Asset, ...],
    *,
    instrument: Literal["guitar", "bass", "ukulele", "piano", "voice", "drums", "any"] = ...,
    voices: Literal["auto", "one", "many"] = ...,
    sensitivity_percent: float = ...,
    tuning: str | None = ...,
    capo: int = ...,
    n_frets: int = ...,
    style: Literal["any", "open", "position", "power-chord"] = ...,
    transpose_semitones: int = ...,
    difficulty: Literal["easy", "medium", "full"] = ...,
    suggest_setups: bool = ...,
    smallest: Literal["1/4", "1/8", "1/16", "1/32"] = ...,
    triplets: bool = ...,
    notation: Literal["tab", "standard", "both"] = ...,
    tempo_bpm: float | None = ...,
    first_beat_s: float | None = ...,
    metre: Literal["2/4", "3/4", "4/4", "6/8"] | None = ...,
    tempo_factor: Literal["half", "same", "double"] = ...,
    edits: TabEdit | Mapping[str, Any] | Sequence[TabEdit | Mapping[str, Any]] = ...,
    format: Literal["midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json", "svg", "pdf"]
    | Sequence[Literal["midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json", "svg", "pdf"]] = ...,
    title: str | None = ...,
    artist: str | None = ...,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Callable[[int, float, str], None] | bool | None = None,
) -> list[TranscribeResult | TonmeisterError]: ...
