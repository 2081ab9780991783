/**
 * Whether the studio server answers. What is to be read while it does not waits here and is read as soon as it answers
 * again, so that every page recovers by itself and none has to ask twice.
 */
const PROBE = "/api/health";
const FIRST_MS = 1000;
const MOST_MS = 15_000;
/** A request that fails so often while the server answers is hindered by something else: waiting does not help. */
const TRIES = 4;
/** What a proxy says when the studio behind it is away. */
const BAD_GATEWAY = 502;

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Connection {
  isAway = $state(false);
  isTrying = $state(false);
  #until: Promise<boolean> | null = null;
  #hasten: () => void = () => {};
  #listeners = new Set<() => void>();

  constructor() {
    addEventListener("online", () => this.tryNow());
  }

  /** Fetch what is only read; while the server is away this waits, until it is back or the signal ends it. */
  async read(address: string, init: RequestInit = {}): Promise<Response> {
    const signal = init.signal ?? null;
    for (let n = 1; ; n++) {
      let failure: unknown = null;
      try {
        const answer = await fetch(address, init);
        if (answer.status !== BAD_GATEWAY || n >= TRIES) return answer;
      } catch (error) {
        if (signal?.aborted) throw error;
        failure = error;
      }
      if (await unlessAborted(this.answers(), signal)) n = 0;
      else if (n >= TRIES) throw failure;
      else await unlessAborted(delay(150 * 2 ** n), signal);
    }
  }

  /** Settles when the server answers: true if it was away before. */
  answers(): Promise<boolean> {
    this.#until ??= this.#probe().finally(() => (this.#until = null));
    return this.#until;
  }

  /** Ask at once instead of in a while. */
  tryNow(): void {
    this.#hasten();
  }

  /** Hear that the server is back; the answer ends it. */
  onReturn(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #probe(): Promise<boolean> {
    for (let attempt = 0; !(await this.#isThere()); attempt++) {
      this.isAway = true;
      await Promise.race([delay(Math.min(MOST_MS, FIRST_MS * 1.5 ** attempt)), new Promise<void>((resolve) => (this.#hasten = resolve))]);
    }
    const wasAway = this.isAway;
    this.isAway = false;
    if (wasAway) for (const listener of [...this.#listeners]) listener();
    return wasAway;
  }

  async #isThere(): Promise<boolean> {
    this.isTrying = true;
    try {
      return (await fetch(PROBE, { cache: "no-store" })).status !== BAD_GATEWAY;
    } catch {
      return false;
    } finally {
      this.isTrying = false;
    }
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | null): Promise<T> {
  if (signal === null) return promise;
  return new Promise((resolve, reject) => {
    const drop = (): void => reject(new DOMException("No longer needed.", "AbortError"));
    if (signal.aborted) drop();
    signal.addEventListener("abort", drop, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", drop));
  });
}

export const connection = new Connection();
