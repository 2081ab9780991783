/** The list of jobs as filtered now; those that are not over are followed live. */
import { api, problemOf } from "../api/client";
import type { Job, JobState, Problem } from "../api/types";
import { events } from "./events.svelte";
import { activeJobs, isOver } from "./jobs.svelte";

export type Show = "all" | "active" | "completed" | "failed" | "cancelled";

export interface JobFilter {
  show: Show;
  q: string;
  capability: string;
  isSystem: boolean;
}

const N_A_PAGE = 50;

export class JobList {
  #items = $state.raw<Job[]>([]);
  /** With the newest known state of each. */
  items = $derived(this.#items.map((job) => activeJobs.byId.get(job.id)?.job ?? job));
  n_total = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  isLoading = $state(false);
  #cursor: string | null = null;
  #filter: JobFilter = { show: "all", q: "", capability: "", isSystem: false };
  #abort: AbortController | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;

  start(): () => void {
    const ends = [
      events.subscribe("queue", null, () => this.#readSoon()),
      activeJobs.onFinished((job) => {
        this.#items = this.#items.map((one) => (one.id === job.id ? job : one));
        this.#readSoon();
      }),
    ];
    return () => {
      ends.forEach((end) => end());
      clearTimeout(this.#soon);
      this.#abort?.abort();
    };
  }

  filter(filter: JobFilter): Promise<void> {
    this.#filter = filter;
    return this.read();
  }

  async read(): Promise<void> {
    await this.#page(null);
  }

  async more(): Promise<void> {
    if (this.#cursor !== null && !this.isLoading) await this.#page(this.#cursor);
  }

  drop(jobId: string): void {
    this.#items = this.#items.filter((job) => job.id !== jobId);
  }

  async #page(cursor: string | null): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.isLoading = true;
    try {
      const { show, q, capability, isSystem } = this.#filter;
      const state: JobState[] = show === "all" ? [] : show === "active" ? ["processing", "queued"] : [show];
      const limit = cursor === null ? Math.min(200, Math.max(N_A_PAGE, this.#items.length)) : N_A_PAGE;
      const page = await api.jobs({ state, q, capability, limit, cursor, ...(isSystem ? { system: true } : {}) }, abort.signal);
      const known = new Set(cursor === null ? [] : this.#items.map((job) => job.id));
      this.#items = [...(cursor === null ? [] : this.#items), ...page.items.filter((job) => !known.has(job.id))];
      this.n_total = page.n_total;
      this.#cursor = page.next_cursor;
      this.problem = null;
      for (const job of page.items) if (!isOver(job)) activeJobs.follow(job);
    } catch (error) {
      if (!abort.signal.aborted) this.problem = problemOf(error);
    } finally {
      if (!abort.signal.aborted) this.isLoading = false;
    }
  }

  #readSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.read(), 300);
  }
}
