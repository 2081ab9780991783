/** Jobs as they are now: one reactive record a job, kept fresh by events and read again when an event says more than it carries. */
import { SvelteMap } from "svelte/reactivity";
import { api, problemOf } from "../api/client";
import type { Job, Problem } from "../api/types";
import { events, type StudioEvent } from "./events.svelte";

export const isOver = (job: Pick<Job, "state">): boolean => job.state === "completed" || job.state === "failed" || job.state === "cancelled";

const AGAIN_MS = 250;

/** One job that follows the server until it is over. Call `stop()` when the page goes. */
export class LiveJob<Result = unknown> {
  job = $state.raw<Job<Result> | null>(null);
  eta_s = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  readonly id: string;
  #stop: () => void;
  #abort = new AbortController();
  #done: (job: Job<Result>) => void = () => {};
  /** The server has told of this revision: an answer with an older one was read too early, or kept somewhere on the way. */
  #least = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** Settles with the job when it is over. */
  readonly finished: Promise<Job<Result>>;

  constructor(given: string | Job<Result>) {
    this.id = typeof given === "string" ? given : given.id;
    this.finished = new Promise((resolve) => (this.#done = resolve));
    this.#stop = () => {};
    if (typeof given !== "string") this.#set(given);
    if (this.job === null || !isOver(this.job)) {
      this.#stop = events.subscribe("job", this.id, (event) => this.#take(event));
      void this.read();
    }
  }

  get isOver(): boolean {
    return this.job !== null && isOver(this.job);
  }

  async read(): Promise<void> {
    try {
      this.#set(await api.job<Result>(this.id, this.#abort.signal));
      this.problem = null;
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem = problemOf(error);
    }
  }

  cancel = (): Promise<unknown> => api.cancel(this.id).then((job) => this.#set(job as Job<Result>));

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#again);
    this.#stop();
  }

  #set(job: Job<Result>): void {
    if (this.job !== null && job.revision < this.job.revision) return;
    this.job = job;
    clearTimeout(this.#again);
    if (!isOver(job)) {
      if (job.revision < this.#least) this.#again = setTimeout(() => void this.read(), AGAIN_MS);
      return;
    }
    this.eta_s = null;
    this.#stop();
    this.#done(job);
  }

  #take(event: StudioEvent): void {
    this.#least = Math.max(this.#least, event.data.revision ?? 0);
    if (event.event === "subscribed") {
      // it may have gone on after it was read and before the server began to tell
      if (this.job !== null && this.job.revision < this.#least) void this.read();
    } else if (event.event === "progress" && this.job !== null) {
      const { progress_percent, message, eta_s } = event.data;
      this.eta_s = eta_s ?? null;
      this.job = { ...this.job, state: "processing", progress_percent: progress_percent ?? this.job.progress_percent, message: message ?? this.job.message };
    } else void this.read();
  }
}

/** All jobs that are queued or running, for the badge in the shell and the pages that show progress. */
class ActiveJobs {
  readonly byId = new SvelteMap<string, LiveJob>();
  list = $derived([...this.byId.values()].map((live) => live.job).filter((job): job is Job => job !== null && !job.is_system && !isOver(job)));
  n = $derived(this.list.length);
  #listeners = new Set<(job: Job) => void>();

  start(): () => void {
    void this.#read();
    return events.subscribe("queue", null, (event) => {
      const job = event.data["job_id"] ?? event.id;
      if (event.event === "deleted") this.#forget(job);
      else if (event.event === "resync" || typeof job !== "string") void this.#read();
      else this.follow(job);
    });
  }

  /** Follow a job until it is over. */
  follow(given: string | Job): LiveJob {
    const jobId = typeof given === "string" ? given : given.id;
    const known = this.byId.get(jobId);
    if (known) return known;
    const live = new LiveJob(given);
    this.byId.set(jobId, live);
    void live.finished.then((job) => {
      this.byId.delete(jobId);
      for (const listener of this.#listeners) listener(job);
    });
    return live;
  }

  /** It was taken out of the history: there is nothing to read any more. */
  #forget(job: unknown): void {
    if (typeof job !== "string") return;
    this.byId.get(job)?.stop();
    this.byId.delete(job);
  }

  /** Hear of every followed job that ends; the answer ends it. */
  onFinished(listener: (job: Job) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #read(): Promise<void> {
    try {
      for (const state of ["processing", "queued"] as const) {
        const page = await api.jobs({ state, limit: 100 });
        page.items.forEach((job) => this.follow(job));
      }
    } catch {
      // the shell shows that the server is away; the stream's resync reads again
    }
  }
}

export const activeJobs = new ActiveJobs();
