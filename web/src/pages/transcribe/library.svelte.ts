/** The library's side of a song's transcription: its versions, and what may be put above them. */
import { call, problemOf } from "../../api/client";
import type { Page, SongVersion } from "../../api/types";
import { Standing } from "./versions";

const OUTDATED = "REVISION_OUTDATED";
const MOST_TRIES = 3;

export class SongLibrary {
  /** What somebody else kept, while this page was changed. */
  elsewhere = $state.raw<SongVersion | null>(null);
  /** The version that the page builds on; "none" before the first. */
  base = $state("none");
  #standing = new Standing();
  #place: string;
  #signal: AbortSignal;

  constructor(assetId: string, signal: AbortSignal) {
    this.#place = `/assets/${encodeURIComponent(assetId)}/versions`;
    this.#signal = signal;
  }

  list(query: { results?: boolean; limit?: number; cursor?: string | null } = {}): Promise<Page<SongVersion>> {
    return call<Page<SongVersion>>(this.#place, { query: { capability: "transcribe", ...query }, signal: this.#signal });
  }

  /** With its result. */
  read(versionId: string): Promise<SongVersion> {
    return call<SongVersion>(`${this.#place}/${encodeURIComponent(versionId)}`, { signal: this.#signal });
  }

  take(version: SongVersion | undefined): void {
    this.#standing.take(version);
    this.base = this.#standing.base;
    this.elsewhere = null;
  }

  /** Build on what somebody else kept: it stays, below. */
  overtake(): void {
    if (this.elsewhere) this.take(this.elsewhere);
  }

  /** Bring a version back as the newest; null where somebody else was quicker. */
  async restore(versionId: string): Promise<SongVersion | null> {
    const path = `${this.#place}/${encodeURIComponent(versionId)}/restore`;
    const restored = await this.above((base_version) => call<SongVersion>(path, { method: "POST", body: { base_version } }));
    if (restored) this.take(restored);
    return restored;
  }

  /** Do what puts a version above the one that the page builds on; null where somebody else's lies there by now. */
  async above<T>(work: (base: string) => Promise<T>): Promise<T | null> {
    for (let n_left = MOST_TRIES; ; n_left--) {
      try {
        return await work(this.base);
      } catch (error) {
        if (problemOf(error).code !== OUTDATED || n_left <= 1) throw error;
        if (await this.isOverlaid()) return null;
      }
    }
  }

  /** Whether somebody else's version lies above; what lies below, where those above were deleted, is built on instead. */
  async isOverlaid(): Promise<boolean> {
    const newest = await this.#newest(true);
    if (!this.#standing.isOverlaid(newest)) this.take(newest);
    else this.elsewhere = newest!;
    return this.elsewhere !== null;
  }

  /** What a job of this page has put there is built on from now on. */
  async stand(jobId: string): Promise<void> {
    const newest = await this.#newest(false);
    if (newest?.job_id === jobId) this.take(newest);
  }

  async #newest(results: boolean): Promise<SongVersion | undefined> {
    return (await this.list({ results, limit: 1 })).items[0];
  }
}
