"""What goes over the wire, as models: the OpenAPI document is made from these, and requests are checked by them.

Answers are encoded by `answers`, without these models, because that is several times cheaper; a test holds the two
together.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tonmeister.core.moments import EARLIEST, EARLIEST_S, LATEST, LATEST_S

EXAMPLE_JOB = "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10"
EXAMPLE_ASSET = "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"

State = Literal["queued", "processing", "completed", "failed", "cancelled"]
StepState = Literal["waiting", "queued", "processing", "completed", "failed", "cancelled", "skipped"]
AssetState = Literal["preparing", "ready", "failed"]

Json = Annotated[Any, WithJsonSchema({})]
"""Any JSON value."""
Time = Annotated[datetime, WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339 in UTC: ``2026-11-21T14:03:07.125Z``."""


def _within_reason(given: datetime) -> datetime:
    """Return a time in UTC, which one without an offset is meant in; refuse what no answer could repeat."""
    time_s = (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
    if time_s < EARLIEST_S:
        raise PydanticCustomError("greater_than_equal", "too early", {"ge": EARLIEST})
    if time_s > LATEST_S:
        raise PydanticCustomError("less_than_equal", "too late", {"le": LATEST})
    return datetime.fromtimestamp(time_s, UTC)


Moment = Annotated[datetime, AfterValidator(_within_reason), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A time that clients send: RFC 3339, from 1970 to 2200; without an offset it is in UTC."""


class Wire(BaseModel):
    """Base of all models of this door."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Ask(Wire):
    """Base of what clients send: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)


# errors


class Fault(Wire):
    """One error."""

    code: str
    """Stable name of the kind of error; the page on errors lists all."""
    message: str
    """What is wrong, in a sentence."""
    details: dict[str, Json]
    """What is known beside: field, value, bound, remedy."""


class ErrorEnvelope(Wire):
    """What every error looks like."""

    success: Literal[False]
    error: Fault
    timestamp: Time


# capabilities


class Bounds(Wire):
    """Between which values a number must lie."""

    low: float | None
    """The least value."""
    high: float | None
    """The greatest value."""
    excludes_low: bool
    """Whether the least value itself is out of bounds."""
    excludes_high: bool
    """Whether the greatest value itself is out of bounds."""


class Option(Wire):
    """One parameter, ready to be shown in a form."""

    name: str
    """The dotted name: ``limiter.release_ms``."""
    path: list[str]
    """The field's name, after the names of the models it is nested in."""
    kind: Literal["asset", "flag", "choice", "whole", "number", "text", "json"]
    """What kind of value it takes."""
    is_many: bool
    """Whether it takes a list."""
    is_required: bool
    """Whether it must be given."""
    default: Json
    """Its value when left out."""
    choices: list[str | int]
    """The values to choose from; empty where it takes anything of its kind."""
    unit: str | None
    """What the number is measured in."""
    bounds: Bounds | None
    """Between which values the number must lie."""
    text: str
    """What it means."""


class CapabilityData(Wire):
    """One thing that the studio can do."""

    name: str
    """The verb in every door."""
    summary: str
    """What it does, in one line."""
    description: str
    """What it does."""
    version: str
    """Raised whenever the same input gives another result."""
    batch_field: str | None
    """The parameter that a batch has many of."""
    is_inner: bool
    """Whether it is a step of others, and hardly of use by itself."""
    asset_fields: list[str]
    """The parameters that take material."""
    params_schema: dict[str, Json]
    """JSON Schema of the parameters."""
    result_schema: dict[str, Json]
    """JSON Schema of the result."""
    options: list[Option]
    """The parameters one by one, in the order of a form."""


class CapabilityList(Wire):
    """All that the studio can do."""

    items: list[CapabilityData]


# jobs


class JobAsk(Ask):
    """What a job shall do."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"params": {"file": EXAMPLE_ASSET}, "label": "Harbour"}]})

    params: dict[str, Json] = Field(default_factory=dict)
    """The parameters of the capability; material is named by the ids of assets."""
    priority: int = Field(default=0, ge=-100, le=100)
    """Larger goes first."""
    run_at: Moment | None = None
    """Not before this time, at most ten years ahead."""
    label: str | None = Field(default=None, max_length=255)
    """What people shall read; by default the name of the first material."""
    base_version: str | None = Field(default=None, min_length=1, max_length=36)
    """The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
    capability has made a newer one by now, or when the job is done. What comes out becomes the newest version."""


class RestoreAsk(Ask):
    """How a version shall be brought back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"base_version": EXAMPLE_ASSET}]})

    base_version: str | None = Field(default=None, min_length=1, max_length=36)
    """What the client takes for the newest version: refused (`REVISION_OUTDATED`) if there is a newer one by now."""


class BatchAsk(Ask):
    """Many pieces of work by the same capability, as one job."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"file": EXAMPLE_ASSET}], "params": {"preset": "warm"}}]}
    )

    items: list[dict[str, Json]] = Field(min_length=1, max_length=1000)
    """The parameters in which the pieces differ."""
    params: dict[str, Json] = Field(default_factory=dict)
    """The parameters common to all."""
    priority: int = Field(default=0, ge=-100, le=100)
    """Larger goes first."""
    run_at: Moment | None = None
    """Not before this time, at most ten years ahead."""
    label: str | None = Field(default=None, max_length=255)
    """What people shall read."""


class DraftAsk(Ask):
    """What a draft shall be made of."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"params": {"file": EXAMPLE_ASSET}}]})

    params: dict[str, Json] = Field(default_factory=dict)
    """The parameters of the capability, as for a job."""


class DraftFileData(Wire):
    """A text that a job would have made an asset."""

    ref: str
    """What the result names it by."""
    name: str
    """Its name."""
    media_type: str
    """What it is."""
    text: str
    """Its content."""


class DraftData(Wire):
    """What a capability answered at once."""

    capability: str
    """Who answered."""
    result: Json
    """Its result; files in it are named as in `files`."""
    files: list[DraftFileData]
    """The files, with their content."""
    run_s: float
    """How long it took."""


class FoundData(Wire):
    """What earlier work has left, if it is done."""

    capability: str
    """Whose work it is."""
    result: Json | None
    """The result that a job would have; null if none is kept."""


class StepData(Wire):
    """One step of a job."""

    name: str
    capability: str
    state: StepState
    progress_percent: float
    message: str
    """The stage that it is in."""
    error: dict[str, Json] | None
    result: Json
    """Of a step in a batch or graph."""
    n_attempts: int
    """How many times it was begun."""


class ProductData(Wire):
    """One file that a job made."""

    asset_id: str
    name: str
    media_type: str
    size_bytes: int
    is_audio: bool


class JobLinks(Wire):
    """Where to go from a job."""

    model_config = ConfigDict(populate_by_name=True, use_attribute_docstrings=True)

    self_: str = Field(alias="self")
    """The job itself."""
    events: str
    """What happened to it."""
    cancel: str
    """POST here to stop it."""
    retry: str
    """POST here to run it again."""
    products: str
    """All its products in one ZIP file."""


class JobData(Wire):
    """One piece of work."""

    id: str
    capability: str
    form: Literal["single", "batch", "steps"]
    """One piece of work, a step for each item, or a graph of steps."""
    label: str
    """What people read: the name of the song."""
    state: State
    progress_percent: float
    message: str
    """The stage that it is in."""
    params: dict[str, Json]
    result: Json
    """The capability's result, once completed; in lists only when asked for."""
    partials: dict[str, Json]
    """Intermediate results by name while it is being done, such as analyses and plans of a mashup; not in lists."""
    error: dict[str, Json] | None
    """Why it failed: code, message, field, value, bound, remedy."""
    is_cached: bool
    """Whether an earlier result answered."""
    is_system: bool
    """Whether it is the studio's own work."""
    priority: int
    parent_id: str | None
    created_at: Time
    run_at: Time
    """Not begun before."""
    started_at: Time | None
    finished_at: Time | None
    wait_s: float | None
    """How long it waited for its turn."""
    run_s: float | None
    """How long it ran."""
    revision: int
    """Rises with each change."""
    steps: list[StepData]
    products: list[ProductData]
    links: JobLinks


class JobPage(Wire):
    """Some jobs, the latest first."""

    items: list[JobData]
    next_cursor: str | None
    """Give it as ``cursor`` to read on; none at the end."""
    n_total: int
    """How many there are on all pages."""


class VersionLinks(Wire):
    """Where to go from a version."""

    model_config = ConfigDict(populate_by_name=True, use_attribute_docstrings=True)

    self_: str = Field(alias="self")
    """The version itself, with its result."""
    asset: str
    """The song that it was made of."""
    job: str | None
    """The job that made it; none once that is cleared from the history."""


class VersionData(Wire):
    """What was once made of a song: it stays when the job is cleared from the history."""

    id: str
    asset_id: str
    """The song."""
    capability: str
    params: dict[str, Json]
    """What was asked for."""
    result: Json
    """The capability's result, of an album the part about this song; in lists only when asked for."""
    products: list[ProductData]
    """Its files, without those in the bin."""
    job_id: str | None
    """The job that made it; none once that is cleared from the history."""
    restored_from: str | None
    """The earlier version that it brings back, if it does."""
    created_at: Time
    links: VersionLinks


class VersionPage(Wire):
    """Some versions of a song, the latest first."""

    items: list[VersionData]
    next_cursor: str | None
    """Give it as ``cursor`` to read on; none at the end."""
    n_total: int
    """How many there are on all pages."""


class EventData(Wire):
    """One thing that happened to a job."""

    seq: int
    """Its number; give the last one as ``after`` to read on."""
    job_id: str
    type: str
    data: dict[str, Json]
    at: Time


class EventList(Wire):
    """What happened, in order."""

    items: list[EventData]


class CleanUpAsk(Ask):
    """Which finished jobs to remove."""

    older_than_days: float = Field(default=7.0, ge=0, le=36500)
    """Finished longer ago than this."""
    states: tuple[Literal["completed", "failed", "cancelled"], ...] = Field(
        default=("completed", "failed", "cancelled"), min_length=1
    )
    """How they ended."""


class CleanUpAnswer(Wire):
    """What was removed."""

    n_removed: int


class SupervisorData(Wire):
    """One supervisor of job processes that is alive."""

    id: str
    host: str
    version: str
    executor: str
    n_slots: int
    n_busy: int
    beat_at: Time


class QueueData(Wire):
    """How much work there is."""

    n_queued: int
    n_processing: int
    n_waiting: int
    """Steps that wait for others, for a moment in the future or for another attempt."""
    oldest_wait_s: float
    """How long the job has waited that waits longest."""
    by_kind: dict[str, dict[str, int]]
    """Numbers by capability and state."""
    supervisors: list[SupervisorData]


class KindFigures(Wire):
    """Figures of the jobs of one capability."""

    n_jobs: int
    by_state: dict[str, int]
    n_cached: int
    """How many were answered by an earlier result."""
    wait_p50_s: float | None
    wait_p95_s: float | None
    run_p50_s: float | None
    run_p95_s: float | None
    cpu_s: float
    """Processor time of all together."""
    peak_memory_bytes: int | None
    """The most memory that one needed."""


class DayCount(Wire):
    """How many jobs were made on one day."""

    day: str
    """The date in UTC."""
    n_jobs: int
    n_completed: int
    n_failed: int


class AnalyticsData(Wire):
    """What became of the jobs of some days."""

    since: Time
    until: Time
    n_jobs: int
    by_state: dict[str, int]
    by_kind: dict[str, KindFigures]
    failures_by_code: dict[str, int]
    n_cached: int
    cache_hit_percent: float | None
    """Share of jobs that an earlier result answered."""
    n_crashes: int
    n_retries: int
    per_day: list[DayCount]


# assets


class AssetData(Wire):
    """One file of the library: an upload, or the product of a job."""

    id: str
    name: str
    kind: Literal["upload", "product", "part"]
    state: AssetState
    sha256: str
    size_bytes: int
    media_type: str
    is_audio: bool
    duration_s: float | None
    integrated_lufs: float | None
    title: str | None
    artist: str | None
    tags: list[str]
    prepared: Json
    """What was found when it was prepared: facts of the file, figures, waveform, listening copy."""
    error: dict[str, Json] | None
    """Why it could not be prepared."""
    source_id: str | None
    """The asset that it was made from."""
    job_id: str | None
    """The job that made it."""
    created_at: Time
    deleted_at: Time | None
    """When it was put into the bin."""
    revision: int
    """Rises with each change."""
    links: dict[str, str]
    """Where to go from here: self, file, link, and for sound audio (its manifest)."""


class AssetPage(Wire):
    """Some assets."""

    items: list[AssetData]
    next_cursor: str | None
    """Give it as ``cursor`` to read on; none at the end."""
    n_total: int
    """How many there are on all pages."""


class AssetChange(Ask):
    """What to change in an asset."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Harbour.wav", "tags": ["live", "2026"]}]})

    name: str | None = Field(default=None, min_length=1, max_length=255)
    """Its new name."""
    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(default=None, max_length=64)
    """All its tags from now on."""


class TagData(Wire):
    """One tag."""

    tag: str
    n_assets: int
    """How many assets carry it."""


class TagList(Wire):
    """All tags in use."""

    items: list[TagData]


class LinkData(Wire):
    """An address that gives the file to whoever knows it, for a while."""

    url: str
    expires_at: Time


class UploadData(Wire):
    """How far a resumable upload has come."""

    id: str
    name: str
    offset: int
    """How many bytes have arrived."""
    length: int | None
    """How many there will be, if known yet."""
    state: Literal["open", "finished", "terminated"]
    asset_id: str | None
    """The asset that it became."""
    expires_at: Time


class PeaksLink(Wire):
    """One resolution of the waveform."""

    samples_per_pixel: int
    url: str


class LoudnessCurves(Wire):
    """Loudness over time."""

    start_s: float
    """When the window of the first value ends."""
    hop_s: float
    """Time from value to value."""
    momentary_lufs: list[float | None]
    """Windows of 0.4 s; empty where they were not kept."""
    short_term_lufs: list[float | None]
    """Windows of 3 s."""


class Manifest(Wire):
    """All that a player needs to play a sound: segments of the listening copy, waveform, loudness."""

    asset_id: str
    name: str
    sample_rate: int
    n_channels: int
    n_samples: int
    duration_s: float
    gain_db: float
    """What a player adds to hear the original's level: above 0 where peaks over full scale needed room."""
    segment_samples: int
    n_segments: int
    segment_url: str
    """Replace ``{n}`` with the number of the segment, from 0."""
    peaks: list[PeaksLink]
    """The waveform, the finest resolution first."""
    spectrogram_url: str | None
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    loudness: LoudnessCurves | None


# presets, schedules, settings


class BuiltInPreset(Wire):
    """A preset that comes with the studio."""

    name: str
    kind: str
    """Of what kind: preset, genre, platform, tier."""
    title: str
    """Its name for people."""
    summary: str
    params: dict[str, Json]
    """The parameters that it stands for."""


class OwnPreset(Wire):
    """A named set of parameters of the user's own."""

    id: str
    capability: str
    name: str
    params: dict[str, Json]
    created_at: Time


class PresetList(Wire):
    """The presets of a capability."""

    built_in: list[BuiltInPreset]
    own: list[OwnPreset]


class PresetAsk(Ask):
    """A set of parameters to keep under a name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"capability": "master", "name": "My vinyl", "params": {"preset": "warm"}}]}
    )

    capability: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=128)
    params: dict[str, Json]


class ScheduleData(Wire):
    """Work that is begun at certain times."""

    id: str
    name: str
    cron: str | None
    """Five fields, in UTC; none: it runs once."""
    capability: str
    params: dict[str, Json]
    priority: int
    is_enabled: bool
    next_at: Time | None
    last_at: Time | None
    last_job_id: str | None
    created_at: Time


class ScheduleList(Wire):
    """All schedules."""

    items: list[ScheduleData]


class ScheduleAsk(Ask):
    """When to begin which work."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "nightly figures",
                    "cron": "0 3 * * *",
                    "capability": "measure",
                    "params": {"file": EXAMPLE_ASSET},
                }
            ]
        }
    )

    name: str = Field(min_length=1, max_length=128)
    capability: str = Field(min_length=1, max_length=64)
    params: dict[str, Json] = Field(default_factory=dict)
    cron: str | None = Field(default=None, max_length=128)
    """Five fields, in UTC."""
    run_at: Moment | None = None
    """For work that is done once, at most ten years ahead."""
    priority: int = Field(default=0, ge=-100, le=100)
    """Larger goes first."""
    is_enabled: bool = True


class ScheduleChange(Ask):
    """What to change in a schedule."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_enabled": False}]})

    name: str | None = Field(default=None, min_length=1, max_length=128)
    params: dict[str, Json] | None = None
    cron: str | None = Field(default=None, max_length=128)
    """Five fields, in UTC."""
    run_at: Moment | None = None
    """For work that is done once, at most ten years ahead."""
    priority: int | None = Field(default=None, ge=-100, le=100)
    is_enabled: bool | None = None


class Limits(Wire):
    """What the server takes."""

    max_upload_mb: float
    max_duration_s: float
    rate_limit_per_minute: int | None
    """Requests a minute from one address; none: not limited."""
    n_job_slots: int


class SettingsData(Wire):
    """The settings that a client may know."""

    limits: Limits
    executor: str
    storage: Literal["disk", "s3"]
    database: Literal["sqlite", "postgresql"]
    is_open_to_network: bool
    keep_bin_days: float | None
    """How long what was deleted can be taken back."""
    options: dict[str, Json]
    """All settings by name; secrets are masked."""


class BuildData(Wire):
    """Which program this is."""

    name: Literal["tonmeister"]
    version: str
    api_versions: list[str]
    python: str
    schema_revision: str | None
    """Revision of the database."""
