"""All tables. The database is the truth; every other copy of a state (pipes, buses, brokers) may be lost.

Identities are UUIDs of version 7 as text, so that they sort by age and mean the same in SQLite and PostgreSQL. Times
are seconds since 1970 (UTC) as floating-point numbers, taken from the clock of the database (`Database.now`).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID = String(36)
_HASH = String(64)
_LONG = BigInteger().with_variant(Integer, "sqlite")

JOBS = Table(
    "job",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("capability", String(64), nullable=False),
    Column("form", String(8), nullable=False, default="single", server_default="single"),  # single, batch, steps
    Column("params", JSON, nullable=False),
    Column("label", String(255), nullable=False, default="", server_default=""),  # what people read: the song's name
    Column("is_system", Boolean, nullable=False, default=False),  # the studio's own work, shown when asked for
    Column("state", String(12), nullable=False),  # queued, processing, completed, failed, cancelled
    Column("priority", Integer, nullable=False, default=0),  # larger goes first
    Column("progress_percent", Float, nullable=False, default=0.0),
    Column("message", String(255), nullable=False, default="", server_default=""),  # the stage that it is in
    Column("result", JSON),
    Column("error", JSON),  # TonmeisterError.details()
    Column("is_cached", Boolean, nullable=False, default=False),  # answered by an earlier result
    Column("is_cancel_asked", Boolean, nullable=False, default=False),
    Column("owner", String(64)),
    Column("parent_id", _ID),  # the batch that it belongs to
    Column("base_version", _ID),  # the version of the song that it continues; "none" before the first
    Column("schedule_id", _ID),
    Column("request_id", String(64)),
    Column("trace", JSON),  # W3C trace context of the request that made it
    Column("created_at", Float, nullable=False),
    Column("run_at", Float, nullable=False),  # not before
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("revision", Integer, nullable=False, default=0),  # rises with each change: ETag
    Index(None, "state", "created_at"),
    Index(None, "capability", "created_at"),
    Index(None, "parent_id"),
    Index(None, "owner", "created_at"),
)
"""One piece of work as its user sees it; done when its steps are."""

STEPS = Table(
    "job_step",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("job_id", _ID, ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("position", Integer, nullable=False, default=0),
    Column("capability", String(64), nullable=False),
    Column("params", JSON, nullable=False),  # {"$step": name, "path": "output"} stands for an earlier step's result
    Column("after", JSON, nullable=False),  # names of the steps that come before
    Column("n_waiting_for", Integer, nullable=False, default=0),
    Column("state", String(12), nullable=False),  # waiting, queued, processing, completed, failed, cancelled, skipped
    Column("priority", Integer, nullable=False, default=0),
    Column("run_at", Float, nullable=False),
    Column("cache_key", _HASH),
    Column("is_cached", Boolean, nullable=False, default=False),
    Column("progress_percent", Float, nullable=False, default=0.0),
    Column("message", String(255), nullable=False, default="", server_default=""),
    Column("result", JSON),
    Column("products", JSON),  # assets that it made: asset_id, name, media_type, size_bytes, is_audio
    Column("error", JSON),
    Column("n_attempts", Integer, nullable=False, default=0),
    Column("n_crashes", Integer, nullable=False, default=0),
    Column("min_version", String(32)),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("cpu_s", Float),
    Column("peak_memory_bytes", _LONG),
    Index(None, "job_id", "position"),
    Index(None, "state", "priority", "run_at"),
)
"""The unit of durability: run by one process under one lease, its result a checkpoint."""

LEASES = Table(
    "lease",
    METADATA,
    Column("step_id", _ID, ForeignKey("job_step.id", ondelete="CASCADE"), primary_key=True),
    Column("token", _ID, nullable=False, unique=True),  # fencing: who finishes must still hold it
    Column("holder", _ID, nullable=False),  # the supervisor
    Column("host", String(128), nullable=False),
    Column("boot_id", String(64), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("until", Float, nullable=False),
    Index(None, "until"),
)
"""Who works on which step; renewed by the supervisor, never by the work itself. Narrow, for it is written often."""

EVENTS = Table(
    "job_event",
    METADATA,
    Column("seq", _LONG, primary_key=True, autoincrement=True),
    Column("job_id", _ID, nullable=False),
    Column("type", String(32), nullable=False),  # created, started, progress, completed, failed, cancelled, retried
    Column("data", JSON, nullable=False),
    Column("at", Float, nullable=False),
    Index(None, "job_id", "seq"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""What happened, in order; clients resume after the last number that they saw."""

SCHEDULES = Table(
    "schedule",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("cron", String(128)),  # five fields, in UTC; none: runs once
    Column("capability", String(64), nullable=False),  # or a task of the studio: "studio:clean-up"
    Column("params", JSON, nullable=False),
    Column("priority", Integer, nullable=False, default=0),
    Column("is_enabled", Boolean, nullable=False, default=True),
    Column("owner", String(64)),
    Column("next_at", Float),
    Column("last_at", Float),
    Column("last_job_id", _ID),
    Column("created_at", Float, nullable=False),
    Index(None, "next_at"),
)

RESULTS = Table(
    "result",
    METADATA,
    Column("key", _HASH, primary_key=True),  # capability, version, parameters and the contents of the inputs
    Column("capability", String(64), nullable=False),
    Column("result", JSON, nullable=False),
    Column("products", JSON, nullable=False),  # assets that it made
    Column("created_at", Float, nullable=False),
    Column("used_at", Float, nullable=False),
    Column("n_uses", Integer, nullable=False, default=0),
    Index(None, "used_at"),
)
"""Results by content: the same request twice costs nothing, a retry resumes after what is done."""

BLOBS = Table(
    "blob",
    METADATA,
    Column("sha256", _HASH, primary_key=True),
    Column("size_bytes", _LONG, nullable=False),
    Column("created_at", Float, nullable=False),
)
"""Files in storage, named by their content. One without a reference is removed by the clean-up after a day."""

ASSETS = Table(
    "asset",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("kind", String(16), nullable=False),  # upload, product
    Column("state", String(12), nullable=False),  # preparing, ready, failed
    Column("sha256", _HASH, ForeignKey("blob.sha256"), nullable=False),
    Column("size_bytes", _LONG, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("is_audio", Boolean, nullable=False, default=False),
    Column("duration_s", Float),
    Column("integrated_lufs", Float),
    Column("title", String(255)),
    Column("artist", String(255)),
    Column("prepared", JSON),  # the preparer's result: facts, measurement, listening copy, peaks
    Column("error", JSON),
    Column("source_id", _ID),  # the asset that it was made from
    Column("job_id", _ID),  # the job that made it
    Column("owner", String(64)),
    Column("created_at", Float, nullable=False),
    Column("deleted_at", Float),  # in the bin: can be taken out again until the clean-up
    Column("revision", Integer, nullable=False, default=0),
    Index(None, "created_at"),
    Index(None, "job_id"),
    Index(None, "source_id"),
    Index(None, "sha256"),
)

VERSIONS = Table(
    "version",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("asset_id", _ID, ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),  # the song
    Column("capability", String(64), nullable=False),
    Column("params", JSON, nullable=False),
    Column("result", JSON, nullable=False),  # of an album: the part that is about this song
    Column("job_id", _ID, nullable=False),  # the job that made it; its row may be gone
    Column("restored_from", _ID),  # the earlier version that it brings back
    Column("created_at", Float, nullable=False),
    Index(None, "asset_id", "created_at"),
)
"""What was made of a song, with what it was asked for and what came out: outlives the jobs that made it."""

VERSION_FILES = Table(
    "version_file",
    METADATA,
    Column("version_id", _ID, ForeignKey("version.id", ondelete="CASCADE"), primary_key=True),
    Column("asset_id", _ID, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False, default=0),
    Index(None, "asset_id"),
)
"""The files of a version. Two songs of the same content may share them; a version without any is forgotten."""

JOB_ASSETS = Table(
    "job_asset",
    METADATA,
    Column("asset_id", _ID, primary_key=True),
    Column("job_id", _ID, ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "job_id"),
)
"""Which jobs take which material."""

ASSET_TAGS = Table(
    "asset_tag",
    METADATA,
    Column("asset_id", _ID, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Index(None, "tag"),
)

UPLOADS = Table(
    "upload",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("length_bytes", _LONG),  # none: deferred
    Column("offset_bytes", _LONG, nullable=False, default=0),
    Column("parts", JSON, nullable=False),  # in object storage: the parts that arrived
    Column("state", String(12), nullable=False),  # open, finished
    Column("sha256", _HASH),  # once it is finished
    Column("asset_id", _ID),
    Column("owner", String(64)),
    Column("lock_token", _ID),
    Column("lock_until", Float),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Index(None, "expires_at"),
    Index(None, "owner", "state"),
)
"""Resumable uploads (tus)."""

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("key", String(160), primary_key=True),  # owner and the client's key
    Column("request_hash", _HASH, nullable=False),
    Column("status", Integer),
    Column("body", Text),
    Column("created_at", Float, nullable=False),
    Index(None, "created_at"),
)
"""Answers to POST requests that carry a key: the same key again gets the same answer."""

PRESETS = Table(
    "preset",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("capability", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("params", JSON, nullable=False),
    Column("owner", String(64)),
    Column("created_at", Float, nullable=False),
    Index(None, "capability", "name", unique=True),
)
"""A user's own named sets of parameters."""

HEARTBEATS = Table(
    "supervisor",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("host", String(128), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("boot_id", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("executor", String(16), nullable=False),
    Column("n_slots", Integer, nullable=False),
    Column("n_busy", Integer, nullable=False, default=0),
    Column("started_at", Float, nullable=False),
    Column("beat_at", Float, nullable=False),
)
"""Supervisors that are alive."""
