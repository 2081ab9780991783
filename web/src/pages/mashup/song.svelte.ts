/** One song of the zone: its sound, and what the analysis found in it. */
import { api, problemOf } from "../../api/client";
import type { components } from "../../api/schema";
import type { Asset, AudioManifest, Problem } from "../../api/types";
import type { PeaksFiles } from "../../audio/peaks";
import { type Corrections, latestCorrections } from "../../notation/corrections";
import { songOf } from "../../parts/transport/song";
import { activeJobs, LiveJob } from "../../state/jobs.svelte";

import { type Told, toldOf } from "./told";

export type Analysis = components["schemas"]["AnalyzeResult"];

export class MashSong {
  readonly id: string;
  asset = $state.raw<Asset | null>(null);
  manifest = $state.raw<AudioManifest | null>(null);
  peaks = $state.raw<PeaksFiles | null>(null);
  analysis = $state.raw<Analysis | null>(null);
  live = $state.raw<LiveJob<Analysis> | null>(null);
  failure = $state.raw<Problem | null>(null);
  #abort = new AbortController();
  /** What the listener knows better of it. */
  #corrections: Promise<Corrections>;
  /** Settles when it is known what song it is, or that it cannot be known. */
  whenRead: Promise<void>;

  constructor(id: string) {
    this.id = id;
    this.#corrections = latestCorrections(id, this.#abort.signal);
    this.whenRead = this.#read();
  }

  read(): void {
    this.#corrections = latestCorrections(this.id, this.#abort.signal);
    this.whenRead = this.#read();
  }

  get name(): string {
    return this.asset ? (this.asset.title ?? this.asset.name) : "…";
  }

  /** What a mashup is told of it, so that it stands on the beats that this page shows; null where nothing was corrected. */
  async told(): Promise<Told | null> {
    const corrections = await this.#corrections;
    if (corrections.tempo_factor !== undefined) await this.whenRead;
    return toldOf(corrections, this.analysis?.tempo?.tempo_bpm ?? null);
  }

  close(): void {
    this.#abort.abort();
    this.live?.stop();
  }

  /** Wait until the song can be read, then analyse it as its listener has corrected it, unless that was done before. */
  async #read(): Promise<void> {
    const { signal } = this.#abort;
    this.failure = null;
    try {
      await this.#corrections; // first of all, so that a refusal is told here
      ({ manifest: this.manifest, peaks: this.peaks } = await songOf(this.id, signal, (asset) => (this.asset = asset)));
      const asked = { file: this.id, ...(await this.#corrections) };
      const found = await api.result<Analysis>("analyze", asked, signal);
      if (found !== null) {
        this.analysis = found;
        return;
      }
      const job = await api.submit<Analysis>("analyze", asked, { label: this.name });
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
