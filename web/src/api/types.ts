/** The words of the REST interface as the pages use them. */

export type JobState = "queued" | "processing" | "completed" | "failed" | "cancelled";
export type AssetKind = "upload" | "product" | "part";
export type AssetState = "preparing" | "ready" | "failed";

/** A value as JSON carries it. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Params = { [name: string]: Json };

export interface ErrorDetails {
  field?: string | null;
  value?: unknown;
  bound?: unknown;
  remedy?: string | null;
  [name: string]: unknown;
}

export interface Problem {
  code: string;
  message: string;
  details?: ErrorDetails | null;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  n_total: number;
}

export interface PeaksLevel {
  samples_per_pixel: number;
  url: string;
}

export interface Asset {
  id: string;
  name: string;
  kind: AssetKind;
  state: AssetState;
  sha256: string;
  size_bytes: number;
  media_type: string;
  is_audio: boolean;
  duration_s: number | null;
  integrated_lufs: number | null;
  title: string | null;
  artist: string | null;
  tags: string[];
  prepared: Record<string, unknown> | null;
  error: Problem | null;
  source_id: string | null;
  job_id: string | null;
  created_at: string;
  deleted_at: string | null;
  revision: number;
}

export interface Product {
  asset_id: string;
  name: string;
  media_type: string;
  size_bytes: number;
  is_audio: boolean;
}

export interface Step {
  name: string;
  capability: string;
  state: JobState | "waiting";
  progress_percent: number;
  message: string | null;
  error: Problem | null;
  result?: unknown;
  n_attempts: number;
}

/** A job; `Result` is the capability's result model. */
export interface Job<Result = unknown> {
  id: string;
  capability: string;
  label: string | null;
  state: JobState;
  progress_percent: number;
  message: string | null;
  params: Params;
  result: Result | null;
  error: Problem | null;
  is_cached: boolean;
  is_system: boolean;
  priority: number;
  parent_id: string | null;
  created_at: string;
  run_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  wait_s: number | null;
  run_s: number | null;
  revision: number;
  steps: Step[];
  products: Product[];
  links: Record<string, string>;
}

export type OptionKind = "asset" | "flag" | "choice" | "whole" | "number" | "text" | "json";

export interface Option {
  /** The dotted name: "limiter.release_ms". */
  name: string;
  path: string[];
  kind: OptionKind;
  is_many: boolean;
  is_required: boolean;
  default: Json;
  choices: (string | number)[];
  unit: string | null;
  bounds: { low: number | null; high: number | null; excludes_low: boolean; excludes_high: boolean } | null;
  text: string;
}

export interface CapabilitySummary {
  name: string;
  summary: string;
  version: string;
}

export interface Capability extends CapabilitySummary {
  description: string;
  batch_field: string | null;
  /** The parameters that take material, each with whether it takes several. */
  asset_fields: Record<string, boolean>;
  params_schema: Record<string, unknown>;
  result_schema: Record<string, unknown>;
  options: Option[];
}

export interface AudioManifest {
  asset_id: string;
  name: string;
  sample_rate: number;
  n_channels: number;
  n_samples: number;
  duration_s: number;
  segment_samples: number;
  n_segments: number;
  segment_url: string;
  peaks: PeaksLevel[];
  spectrogram_url: string | null;
  integrated_lufs: number | null;
  true_peak_dbtp: number | null;
  /** What is added to the listening copy to hear the original's level. */
  gain_db?: number;
  loudness: { hop_s: number; momentary_lufs: (number | null)[]; short_term_lufs: (number | null)[] } | null;
}

export interface BuiltInPreset {
  name: string;
  kind: string;
  summary: string;
  params: Params;
}

export interface OwnPreset {
  id: string;
  capability: string;
  name: string;
  summary?: string | null;
  params: Params;
  created_at: string;
}

export interface Presets {
  built_in: BuiltInPreset[];
  own: OwnPreset[];
}

export interface Supervisor {
  id: string;
  host: string;
  version: string;
  executor: string;
  n_slots: number;
  n_busy: number;
  beat_at: string;
}

export interface QueueStatus {
  n_queued: number;
  n_processing: number;
  n_waiting: number;
  oldest_wait_s: number;
  by_kind: Record<string, Record<string, number>>;
  supervisors: Supervisor[];
}

export interface KindFigures {
  n_jobs: number;
  by_state: Record<string, number>;
  n_cached: number;
  wait_p50_s: number | null;
  wait_p95_s: number | null;
  run_p50_s: number | null;
  run_p95_s: number | null;
  cpu_s: number;
  peak_memory_bytes: number | null;
}

export interface Analytics {
  since: string;
  until: string;
  n_jobs: number;
  by_state: Record<string, number>;
  by_kind: Record<string, KindFigures>;
  failures_by_code: Record<string, number>;
  n_cached: number;
  cache_hit_percent: number | null;
  n_crashes: number;
  n_retries: number;
  per_day: { day: string; n_jobs: number; n_completed: number; n_failed: number }[];
}

export interface ServerSettings {
  limits: { max_upload_mb: number; max_duration_s: number; rate_limit_per_minute: number | null; n_job_slots: number };
  executor: string;
  storage: "disk" | "s3";
  database: "sqlite" | "postgresql";
  is_open_to_network: boolean;
  keep_bin_days: number | null;
  options: Record<string, unknown>;
}

export interface Build {
  name: string;
  version: string;
  api_versions: string[];
  python: string;
  schema_revision: string | null;
}

export interface Tag {
  tag: string;
  n_assets: number;
}
