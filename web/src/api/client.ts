/** The REST client: one function a route, errors as `ApiError` with the server's message and remedy. */
import type {
  Analytics,
  Asset,
  AudioManifest,
  Build,
  Capability,
  Draft,
  Job,
  JobState,
  Page,
  Params,
  Presets,
  OwnPreset,
  Problem,
  QueueStatus,
  ServerSettings,
  Session,
  SongVersion,
  Tag,
} from "./types";
import { connection } from "../state/connection.svelte";
import { inPageWords } from "../state/words";

export const API = "/api/v1";

/** What the server refused, or that it could not be reached (code `UNREACHABLE`). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.message);
    this.name = "ApiError";
    this.status = status;
    this.problem = inPageWords(problem);
  }

  get code(): string {
    return this.problem.code;
  }

  get remedy(): string | null {
    return this.problem.details?.remedy ?? null;
  }
}

/** Turn whatever was thrown into code, message and remedy. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { code: "UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}

type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) value.forEach((one) => search.append(name, one));
    else search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

interface Call {
  method?: string;
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** Read the error envelope of an answer that is not a success. */
export async function errorOf(answer: Response): Promise<ApiError> {
  const fallback = { code: `HTTP_${answer.status}`, message: `The server answered ${answer.status} ${answer.statusText}.` };
  const body: unknown = await answer.json().catch(() => null);
  const problem = (body as { error?: Problem } | null)?.error;
  return new ApiError(answer.status, problem?.message ? problem : fallback);
}

const unauthorised = new Set<() => void>();

/** Hear that the server asks for its token; the answer ends it. */
export function onUnauthorised(listener: () => void): () => void {
  unauthorised.add(listener);
  return () => unauthorised.delete(listener);
}

const UNREACHABLE: Problem = {
  code: "UNREACHABLE",
  message: "The studio server does not answer.",
  details: { remedy: "Check that the studio is running on its machine, then try again." },
};
/** The server answers, this one request does not come through. */
const BLOCKED: Problem = {
  code: "UNREACHABLE",
  message: "This could not be fetched, although the studio server answers.",
  details: { remedy: "Something between this page and the studio, such as a proxy or an extension of the browser, may stop it. Try again." },
};

export async function send(path: string, call: Call = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...call.headers };
  const init: RequestInit = { method: call.method ?? "GET", headers, credentials: "same-origin" };
  if (call.signal) init.signal = call.signal;
  if (call.body instanceof FormData) init.body = call.body;
  else if (call.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(call.body);
  }
  const address = withQuery(path.startsWith("/api/") ? path : API + path, call.query);
  const isRead = init.method === "GET";
  let answer: Response;
  try {
    answer = await (isRead ? connection.read(address, init) : fetch(address, init));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (!isRead) void connection.answers();
    throw new ApiError(0, isRead ? BLOCKED : UNREACHABLE);
  }
  if (!answer.ok) {
    const error = await errorOf(answer);
    if (answer.status === 401) for (const listener of unauthorised) listener();
    throw error;
  }
  return answer;
}

export async function call<T>(path: string, how: Call = {}): Promise<T> {
  const answer = await send(path, how);
  if (answer.status === 204) return undefined as T;
  return (await answer.json()) as T;
}

const id = encodeURIComponent;

export const api = {
  capabilities: () => call<{ items: Capability[] }>("/capabilities").then((found) => found.items),
  capability: (name: string) => call<Capability>(`/capabilities/${id(name)}`),

  submit: <R = unknown>(capability: string, params: Params, more: { label?: string | null; priority?: number; run_at?: string | null } = {}) =>
    call<Job<R>>(`/jobs/${id(capability)}`, { method: "POST", body: { params, ...more } }),
  /** An answer without a job, out of what an earlier one has kept; nothing of it stays. */
  draft: <R = unknown>(capability: string, params: Params, signal?: AbortSignal) =>
    call<Draft<R>>(`/drafts/${id(capability)}`, { method: "POST", body: { params }, signal }),
  /** What a job with these parameters has found already, on the same content; null where one is needed. */
  result: <R = unknown>(capability: string, params: Params, signal?: AbortSignal) =>
    call<{ capability: string; result: R | null }>(`/results/${id(capability)}`, { method: "POST", body: { params }, signal }).then((found) => found.result),
  submitBatch: <R = unknown>(capability: string, items: Params[], params: Params = {}, label: string | null = null) =>
    call<Job<R>>(`/batches/${id(capability)}`, { method: "POST", body: { items, params, label } }),
  job: <R = unknown>(jobId: string, signal?: AbortSignal) => call<Job<R>>(`/jobs/${id(jobId)}`, { signal }),
  jobs: (
    query: { state?: JobState | readonly JobState[]; capability?: string; q?: string; parent_id?: string; asset?: string; system?: boolean; since?: string; results?: boolean; limit?: number; cursor?: string | null } = {},
    signal?: AbortSignal,
  ) => call<Page<Job>>("/jobs", { query, signal }),
  cancel: (jobId: string) => call<Job>(`/jobs/${id(jobId)}/cancel`, { method: "POST" }),
  retry: (jobId: string) => call<Job>(`/jobs/${id(jobId)}/retry`, { method: "POST" }),
  deleteJob: (jobId: string) => call<void>(`/jobs/${id(jobId)}`, { method: "DELETE" }),
  productsZip: (jobId: string) => `${API}/jobs/${id(jobId)}/products.zip`,
  queue: () => call<QueueStatus>("/queue"),

  assets: (
    query: { q?: string; tag?: string | readonly string[]; kind?: string; state?: string | readonly string[]; audio?: boolean; deleted?: boolean; sha256?: string; sort?: string; limit?: number; cursor?: string | null } = {},
    signal?: AbortSignal,
  ) => call<Page<Asset>>("/assets", { query, signal }),
  asset: (assetId: string, signal?: AbortSignal) => call<Asset>(`/assets/${id(assetId)}`, { signal }),
  changeAsset: (assetId: string, change: { name?: string; tags?: string[] }) => call<Asset>(`/assets/${id(assetId)}`, { method: "PATCH", body: change }),
  deleteAsset: (assetId: string) => call<void>(`/assets/${id(assetId)}`, { method: "DELETE" }),
  restoreAsset: (assetId: string) => call<Asset>(`/assets/${id(assetId)}/restore`, { method: "POST" }),
  assetFile: (assetId: string, download = false) => `${API}/assets/${id(assetId)}/file${download ? "?download=true" : ""}`,
  audioManifest: (assetId: string, signal?: AbortSignal) => call<AudioManifest>(`/audio/${id(assetId)}/manifest`, { signal }),

  versions: (assetId: string, query: { results?: boolean; limit?: number; cursor?: string | null } = {}, signal?: AbortSignal) =>
    call<Page<SongVersion>>(`/assets/${id(assetId)}/versions`, { query, signal }),

  tags: () => call<{ items: Tag[] }>("/tags").then((found) => found.items),
  analytics: (days: number, isSystem: boolean) => call<Analytics>("/analytics", { query: { days, system: isSystem } }),
  cleanUp: (olderThanDays: number, states: JobState[]) =>
    call<{ n_removed: number }>("/jobs/clean-up", { method: "POST", body: { older_than_days: olderThanDays, states } }),
  session: () => call<Session>("/session"),
  signIn: (token: string) => call<Session>("/session", { method: "POST", body: { token } }),
  signOut: () => call<void>("/session", { method: "DELETE" }),
  settings: () => call<ServerSettings>("/settings"),
  build: () => call<Build>("/build"),

  presets: (capability: string) => call<Presets>("/presets", { query: { capability } }),
  addPreset: (preset: { capability: string; name: string; params: Params }) => call<OwnPreset>("/presets", { method: "POST", body: preset }),
  deletePreset: (presetId: string) => call<void>(`/presets/${id(presetId)}`, { method: "DELETE" }),
};
