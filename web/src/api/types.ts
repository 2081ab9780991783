/**
 * The words of the REST interface, from the server's own document (`schema.d.ts` is generated from it).
 * Where the document says "any JSON", the pages say here what they rely on.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];
type With<Base, More> = Omit<Base, keyof More> & More;

/** A value as JSON carries it. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Params = { [name: string]: Json };

export type JobState = Schemas["JobData"]["state"];
export type StepState = Schemas["StepData"]["state"];
export type AssetKind = Schemas["AssetData"]["kind"];
export type AssetState = Schemas["AssetData"]["state"];

export interface ErrorDetails {
  field?: string | null;
  value?: unknown;
  bound?: unknown;
  remedy?: string | null;
  [name: string]: unknown;
}

/** What went wrong. Answers carry field and remedy in `details`; what is kept with jobs and assets carries them beside the message. */
export type Problem = With<Schemas["Fault"], { details?: ErrorDetails | null; remedy?: string | null; field?: string | null }>;

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  n_total: number;
}

export type Asset = With<Schemas["AssetData"], { prepared: Schemas["PrepareResult"] | null; error: Problem | null }>;
export type Tag = Schemas["TagData"];
export type PeaksLevel = Schemas["PeaksLink"];
export type AudioManifest = Schemas["Manifest"];

export type Product = Schemas["ProductData"];
/** What was once made of a song; it outlives the job that made it. */
export type SongVersion = With<Schemas["VersionData"], { params: Params; result: unknown }>;
export type Step = With<Schemas["StepData"], { error: Problem | null; result?: unknown }>;

/** A job; `Result` is the capability's result model. */
export type Job<Result = unknown> = With<
  Schemas["JobData"],
  { params: Params; result: Result | null; error: Problem | null; steps: Step[] }
>;

/** What a capability answered without a job: its files come with it. */
export type Draft<Result = unknown> = With<Schemas["DraftData"], { result: Result }>;

export type Option = With<Schemas["Option"], { default: Json }>;
export type OptionKind = Option["kind"];
export type Capability = With<Schemas["CapabilityData"], { options: Option[] }>;

export type BuiltInPreset = With<Schemas["BuiltInPreset"], { params: Params }>;
export type OwnPreset = With<Schemas["OwnPreset"], { params: Params }>;
export interface Presets {
  built_in: BuiltInPreset[];
  own: OwnPreset[];
}

export type QueueStatus = Schemas["QueueData"];
export type Supervisor = Schemas["SupervisorData"];
export type Analytics = Schemas["AnalyticsData"];
export type KindFigures = Schemas["KindFigures"];
export type ServerSettings = Schemas["SettingsData"];
export type Build = Schemas["BuildData"];
export type Session = Schemas["Session"];
