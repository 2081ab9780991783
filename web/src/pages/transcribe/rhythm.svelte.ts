/** The rhythm of a song as its analysis stands, whoever corrects it and in whichever window. */
import { api } from "../../api/client";
import type { Params } from "../../api/types";
import { type Corrections, correctionsOf } from "../../notation/corrections";
import { activeJobs } from "../../state/jobs.svelte";
import { toasts } from "../../state/toasts.svelte";
import { rhythmApart } from "./rhythm";

export class RhythmWatch {
  /** What was corrected in the latest analysis; null where there is none. */
  known = $state.raw<Corrections | null>(null);
  /** The rhythm that the player does not want. */
  #left = $state.raw<Corrections | null>(null);
  #assetId = "";
  #signal: AbortSignal;
  #nAsked = 0;
  #ends: (() => void)[] = [];

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  follow(assetId: string): void {
    this.#assetId = assetId;
    const look = (): void => void this.read();
    const shown = (): void => void (document.visibilityState === "visible" && look());
    document.addEventListener("visibilitychange", shown);
    this.#ends.push(
      () => document.removeEventListener("visibilitychange", shown),
      activeJobs.onFinished(({ capability, state, params }) => capability === "analyze" && state === "completed" && params["file"] === assetId && look()),
    );
    look();
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  async read(): Promise<void> {
    const asked = ++this.#nAsked;
    try {
      const { items } = await api.jobs({ asset: this.#assetId, capability: "analyze", state: "completed", limit: 1 }, this.#signal);
      if (asked !== this.#nAsked) return; // asked again since: that answer is newer
      const known = items[0] ? correctionsOf(items[0].params) : null;
      if (JSON.stringify(known) !== JSON.stringify(this.known)) this.known = known;
    } catch (error) {
      if (!this.#signal.aborted) toasts.problem(error);
    }
  }

  /** Where a tab with these parameters is outdated, in words; none where it is not, or may stay as it is. */
  apart(params: Params): string[] {
    return this.known === null || this.known === this.#left ? [] : rhythmApart(params, this.known);
  }

  /** Until it is corrected again. */
  leave(): void {
    this.#left = this.known;
  }
}
