/** Segments fetched, decoded and kept while they are needed or there is room. */

export interface Decoded {
  length: number;
  numberOfChannels: number;
}

export class SegmentError extends Error {
  override name = "SegmentError";
  readonly url: string;

  constructor(url: string, message: string) {
    super(message);
    this.url = url;
  }
}

interface Waiting<Buffer> {
  promise: Promise<Buffer>;
  abort: AbortController;
}

const TRIES = 3;
const N_AT_ONCE = 6;

export function bytesOf(buffer: Decoded): number {
  return buffer.length * buffer.numberOfChannels * 4;
}

/** Least recently used segments leave when there is no more room; those in `wanted` never do. */
export class Segments<Buffer extends Decoded> {
  readonly #decode: (file: ArrayBuffer, url: string, signal: AbortSignal) => Promise<Buffer>;
  readonly #fetch: typeof fetch;
  readonly #make: (url: string) => Promise<Buffer> | null;
  readonly #max_bytes: number;
  readonly #ready = new Map<string, Buffer>();
  readonly #loading = new Map<string, Waiting<Buffer>>();
  readonly #failed = new Map<string, { error: SegmentError; until_ms: number }>();
  #queue: { url: string; start: () => void; drop: (reason: Error) => void }[] = [];
  #n_running = 0;
  #wanted = new Set<string>();
  n_bytes = 0;

  /** What `make` knows to make is not fetched. */
  constructor(
    decode: (file: ArrayBuffer, url: string, signal: AbortSignal) => Promise<Buffer>,
    max_bytes: number,
    fetcher: typeof fetch = (...args) => fetch(...args),
    make: (url: string) => Promise<Buffer> | null = () => null,
  ) {
    this.#make = make;
    this.#decode = decode;
    this.#max_bytes = max_bytes;
    this.#fetch = fetcher;
  }

  get n_ready(): number {
    return this.#ready.size;
  }

  /** The segment, if it is here. */
  peek(url: string): Buffer | null {
    const buffer = this.#ready.get(url);
    if (!buffer) return null;
    this.#ready.delete(url); // to the end of the map: used just now
    this.#ready.set(url, buffer);
    return buffer;
  }

  /** The last failure to load it, until it is tried again. */
  errorOf(url: string): SegmentError | null {
    return this.#failed.get(url)?.error ?? null;
  }

  /** Say what is needed, most urgent first: the rest is neither fetched any longer nor protected. */
  want(urls: readonly string[]): void {
    this.#wanted = new Set(urls);
    for (const [url, waiting] of this.#loading) if (!this.#wanted.has(url)) waiting.abort.abort();
    for (const url of urls) {
      const failed = this.#failed.get(url);
      if (this.#ready.has(url) || this.#loading.has(url) || (failed && failed.until_ms > Date.now())) continue;
      this.load(url).catch(() => undefined); // kept in `errorOf`
    }
    this.#makeRoom();
  }

  load(url: string): Promise<Buffer> {
    const ready = this.peek(url);
    if (ready) return Promise.resolve(ready);
    const known = this.#loading.get(url);
    if (known && !known.abort.signal.aborted) return known.promise;
    const abort = new AbortController();
    const promise = this.#turn(url, abort.signal)
      .then(() => this.#bring(url, abort.signal).finally(() => this.#next()))
      .then(
        (buffer) => {
          this.#failed.delete(url);
          this.#ready.set(url, buffer);
          this.n_bytes += bytesOf(buffer);
          this.#makeRoom();
          return buffer;
        },
        (error: unknown) => {
          if (error instanceof SegmentError) this.#failed.set(url, { error, until_ms: Date.now() + 3000 });
          throw error;
        },
      )
      .finally(() => {
        if (this.#loading.get(url)?.abort === abort) this.#loading.delete(url);
      });
    this.#loading.set(url, { promise, abort });
    return promise;
  }

  forgetFailures(): void {
    this.#failed.clear();
  }

  clear(): void {
    for (const waiting of this.#loading.values()) waiting.abort.abort();
    this.#ready.clear();
    this.#failed.clear();
    this.#wanted.clear();
    this.n_bytes = 0;
  }

  async #turn(url: string, signal: AbortSignal): Promise<void> {
    if (this.#n_running >= N_AT_ONCE) {
      await new Promise<void>((start, drop) => {
        this.#queue.push({ url, start, drop });
        signal.addEventListener("abort", () => {
          this.#queue = this.#queue.filter((one) => one.start !== start);
          drop(new DOMException("No longer needed.", "AbortError"));
        });
      });
    } else this.#n_running++;
  }

  #next(): void {
    const next = this.#queue.shift();
    if (next) next.start();
    else this.#n_running--;
  }

  async #bring(url: string, signal: AbortSignal): Promise<Buffer> {
    const made = this.#make(url);
    if (made) {
      return made.catch((error: unknown) => {
        throw new SegmentError(url, error instanceof Error ? error.message : String(error));
      });
    }
    let file: ArrayBuffer | null = null;
    for (let attempt = 1; file === null; attempt++) {
      try {
        const answer = await this.#fetch(url, { credentials: "same-origin", signal });
        if (answer.ok) file = await answer.arrayBuffer();
        else if (answer.status < 500 || attempt >= TRIES) throw new SegmentError(url, `The sound could not be read: the server answered ${answer.status}.`);
      } catch (error) {
        if (signal.aborted || error instanceof SegmentError) throw error;
        if (attempt >= TRIES) throw new SegmentError(url, "The sound could not be fetched: the studio server does not answer.");
      }
      if (file === null) await new Promise((resolve) => setTimeout(resolve, 150 * 2 ** attempt));
    }
    try {
      return await this.#decode(file, url, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof SegmentError) throw new SegmentError(url, error.message);
      throw new SegmentError(url, "This browser could not decode the sound (FLAC).");
    }
  }

  #makeRoom(): void {
    for (const [url, buffer] of this.#ready) {
      if (this.n_bytes <= this.#max_bytes) return;
      if (this.#wanted.has(url)) continue;
      this.#ready.delete(url);
      this.n_bytes -= bytesOf(buffer);
    }
  }
}
