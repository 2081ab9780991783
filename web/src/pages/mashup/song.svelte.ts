/** One song of the zone: its sound, and what the analysis found in it. */
import { api, ApiError, problemOf } from "../../api/client";
import type { components } from "../../api/schema";
import type { Asset, AudioManifest, Problem } from "../../api/types";
import { PeaksFiles } from "../../audio/peaks";
import { activeJobs, LiveJob } from "../../state/jobs.svelte";

export type Analysis = components["schemas"]["AnalyzeResult"];

const WAIT_MS = 1200;

/** Wait until an asset can be heard. */
export async function whenReady(id: string, signal: AbortSignal, onasset: (asset: Asset) => void = () => {}): Promise<void> {
  for (;;) {
    const asset = await api.asset(id, signal);
    onasset(asset);
    if (asset.state === "failed") throw new ApiError(422, asset.error ?? { code: "ASSET_FAILED", message: `${asset.name} could not be read.` });
    if (asset.state === "ready" && !asset.is_audio) throw new ApiError(422, { code: "NOT_AUDIO", message: `${asset.name} is not a sound file.` });
    if (asset.state === "ready") return;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    signal.throwIfAborted();
  }
}

export class MashSong {
  readonly id: string;
  asset = $state.raw<Asset | null>(null);
  manifest = $state.raw<AudioManifest | null>(null);
  peaks = $state.raw<PeaksFiles | null>(null);
  analysis = $state.raw<Analysis | null>(null);
  live = $state.raw<LiveJob<Analysis> | null>(null);
  failure = $state.raw<Problem | null>(null);
  #abort = new AbortController();
  /** Settles when it is known what song it is, or that it cannot be known. */
  whenRead: Promise<void>;

  constructor(id: string) {
    this.id = id;
    this.whenRead = this.#read();
  }

  read(): void {
    this.whenRead = this.#read();
  }

  get name(): string {
    return this.asset ? (this.asset.title ?? this.asset.name) : "…";
  }

  close(): void {
    this.#abort.abort();
    this.live?.stop();
  }

  /** Wait until the song can be read, then analyse it: what was analysed before comes back at once. */
  async #read(): Promise<void> {
    const { signal } = this.#abort;
    this.failure = null;
    try {
      await whenReady(this.id, signal, (asset) => (this.asset = asset));
      this.manifest = await api.audioManifest(this.id, signal);
      this.peaks = new PeaksFiles(this.manifest.peaks, this.manifest.sample_rate);
      const job = await api.submit<Analysis>("analyze", { file: this.id }, { label: this.name });
      activeJobs.follow(job);
      const live = new LiveJob<Analysis>(job);
      this.live = live;
      const ended = await live.finished;
      if (signal.aborted || this.live !== live) return;
      this.live = null;
      if (ended.state === "completed") this.analysis = ended.result;
      else if (ended.state === "failed") this.failure = ended.error;
      else this.failure = { code: "CANCELLED", message: "The analysis was cancelled." };
    } catch (error) {
      if (!signal.aborted) this.failure = problemOf(error);
    }
  }
}
