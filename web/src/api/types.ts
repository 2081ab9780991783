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
  bounds: { low: number | null; high: number | null } | null;
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
  asset_fields: string[];
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

export interface QueueStatus {
  n_queued: number;
  n_processing: number;
  oldest_wait_s: number | null;
  by_kind: Record<string, { n_queued: number; n_processing: number } | number>;
  supervisors: Record<string, unknown>[];
}
