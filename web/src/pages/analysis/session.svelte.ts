/** One song on the analysis page: its sound, what was found in it, and what its listener knows better. */
import { api, ApiError, problemOf } from "../../api/client";
import type { components } from "../../api/schema";
import type { Asset, AudioManifest, Job, Problem } from "../../api/types";
import { PeaksFiles } from "../../audio/peaks";
import { type Corrections, latestCorrections } from "../../notation/corrections";
import { player, soundOf } from "../../parts/transport/player.svelte";
import { activeJobs, LiveJob } from "../../state/jobs.svelte";
import { toasts } from "../../state/toasts.svelte";

export type AnalyzeResult = components["schemas"]["AnalyzeResult"];

const WAIT_MS = 1200;

export class AnalysisSession {
  readonly assetId: string = "";
  asset = $state.raw<Asset | null>(null);
  manifest = $state.raw<AudioManifest | null>(null);
  peaks = $state.raw<PeaksFiles | null>(null);
  result = $state.raw<AnalyzeResult | null>(null);
  problem = $state.raw<Problem | null>(null);
  failure = $state.raw<Problem | null>(null);
  live = $state.raw<LiveJob<AnalyzeResult> | null>(null);
  corrections = $state.raw<Corrections>({});
  #abort = new AbortController();

  constructor(assetId: string) {
    this.assetId = assetId;
    void this.#open();
  }

  get key(): string {
    return `analysis:${this.assetId}`;
  }

  get isMine(): boolean {
    return player.programme?.key === this.key;
  }

  close(): void {
    this.#abort.abort();
    this.live?.stop();
  }

  async #open(): Promise<void> {
    const { signal } = this.#abort;
    try {
      for (;;) {
        const asset = await api.asset(this.assetId, signal);
        this.asset = asset;
        if (asset.state === "failed" && asset.error) throw new ApiError(409, asset.error);
        if (asset.state !== "preparing") break;
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
        if (signal.aborted) return;
      }
      const [manifest, corrections] = await Promise.all([api.audioManifest(this.assetId, signal), latestCorrections(this.assetId, signal)]);
      this.manifest = manifest;
      this.peaks = new PeaksFiles(manifest.peaks, manifest.sample_rate);
      this.corrections = corrections;
      if (!player.isPlaying) this.hand();
      // what was analysed before comes back at once
      await this.run();
    } catch (error) {
      if (!signal.aborted) this.problem = problemOf(error);
    }
  }

  hand(): void {
    if (!this.manifest || !this.asset || this.isMine) return;
    const { title, name, artist } = this.asset;
    player.open({ key: this.key, title: title ?? name, artist, href: `/analysis/${this.assetId}` }, [{ id: this.assetId, name: title ?? name, colour: "accent", sound: soundOf(this.manifest) }]);
  }

  correct(change: { [Name in keyof Corrections]: Corrections[Name] | undefined }): Promise<void> {
    const next = { ...this.corrections, ...change };
    this.corrections = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as Corrections;
    return this.run();
  }

  reset(): Promise<void> {
    this.corrections = {};
    return this.run();
  }

  cancel(): void {
    this.live?.cancel().catch(toasts.problem);
  }

  async run(): Promise<void> {
    this.failure = null;
    try {
      const job = await api.submit<AnalyzeResult>("analyze", { file: this.assetId, ...this.corrections }, { label: this.asset?.title ?? this.asset?.name ?? null });
      activeJobs.follow(job);
      this.live?.stop();
      const live = new LiveJob<AnalyzeResult>(job);
      this.live = live;
      void live.finished.then((ended) => this.#take(live, ended));
    } catch (error) {
      this.failure = problemOf(error);
    }
  }

  #take(live: LiveJob<AnalyzeResult>, job: Job<AnalyzeResult>): void {
    if (this.live !== live) return;
    this.live = null;
    if (job.state === "completed" && job.result) this.result = job.result;
    else if (job.state === "failed") this.failure = job.error;
  }
}
