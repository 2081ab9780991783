/** The list of assets as filtered now, kept fresh by the library's events. */
import { api, problemOf } from "../api/client";
import type { Asset, Problem, Tag } from "../api/types";
import { events } from "./events.svelte";
import { toasts } from "./toasts.svelte";
import { isolate, problemText } from "./words";

export interface Filter {
  q: string;
  tag: string;
  /** "songs": what was uploaded; "made": the sound that jobs made; "unusable": what could not be read; "all"; "bin": what was deleted. */
  show: "songs" | "made" | "unusable" | "all" | "bin";
  sort: string;
}

const N_A_PAGE = 50;

export class Library {
  items = $state.raw<Asset[]>([]);
  n_total = $state<number | null>(null);
  /** Uploads that could not be read. */
  n_unusable = $state(0);
  tags = $state.raw<Tag[]>([]);
  problem = $state.raw<Problem | null>(null);
  isLoading = $state(false);
  #cursor: string | null = null;
  #filter: Filter;
  #abort: AbortController | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(filter: Filter) {
    this.#filter = filter;
  }

  start(): () => void {
    void this.#readTags();
    const stop = events.subscribe("library", null, (event) => {
      if (event.id !== null && this.items.some((asset) => asset.id === event.id)) void this.#readOne(event.id);
      else this.#readSoon();
    });
    return () => {
      stop();
      clearTimeout(this.#soon);
      this.#abort?.abort();
    };
  }

  filter(filter: Filter): Promise<void> {
    this.#filter = filter;
    return this.read();
  }

  /** Read anew, as many as are shown now. */
  async read(): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.isLoading = true;
    try {
      const page = await api.assets({ ...this.#query(), limit: Math.min(200, Math.max(N_A_PAGE, this.items.length)) }, abort.signal);
      this.items = page.items;
      this.n_total = page.n_total;
      this.#cursor = page.next_cursor;
      this.problem = null;
    } catch (error) {
      if (!abort.signal.aborted) this.problem = problemOf(error);
    } finally {
      if (!abort.signal.aborted) this.isLoading = false;
    }
  }

  /** Read the next page, if there is one. */
  async more(): Promise<void> {
    if (this.#cursor === null || this.isLoading) return;
    this.isLoading = true;
    const abort = (this.#abort = new AbortController());
    try {
      const page = await api.assets({ ...this.#query(), limit: N_A_PAGE, cursor: this.#cursor }, abort.signal);
      const known = new Set(this.items.map((asset) => asset.id));
      this.items = [...this.items, ...page.items.filter((asset) => !known.has(asset.id))];
      this.#cursor = page.next_cursor;
    } catch (error) {
      if (!abort.signal.aborted) this.problem = problemOf(error);
    } finally {
      if (!abort.signal.aborted) this.isLoading = false;
    }
  }

  put(asset: Asset): void {
    this.items = this.items.map((one) => (one.id === asset.id ? asset : one));
    void this.#readTags();
  }

  drop(assetId: string): void {
    this.items = this.items.filter((one) => one.id !== assetId);
    if (this.n_total !== null) this.n_total -= 1;
  }

  #query() {
    const { q, tag, show, sort } = this.#filter;
    return {
      q,
      tag,
      sort,
      ...(show === "songs" ? { kind: "upload", state: ["preparing", "ready"] } : show === "unusable" ? { state: "failed" } : show === "made" ? { kind: "product", audio: true } : {}),
      ...(show === "bin" ? { deleted: true } : {}),
    };
  }

  #readSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.read().then(() => this.#readTags()), 200);
  }

  async #readOne(assetId: string): Promise<void> {
    try {
      const asset = await api.asset(assetId);
      if (asset.deleted_at !== null && this.#filter.show !== "bin") this.drop(assetId);
      else if (asset.state === "failed" && this.#filter.show === "songs") {
        this.drop(assetId);
        void this.#readTags();
        toasts.show(`${isolate(asset.name)} cannot be used.`, { tone: "danger", detail: asset.error ? problemText(asset.error) : null });
      }
      else this.put(asset);
    } catch {
      this.#readSoon();
    }
  }

  async #readTags(): Promise<void> {
    try {
      const [tags, unusable] = await Promise.all([api.tags(), api.assets({ state: "failed", limit: 1 })]);
      this.tags = tags;
      this.n_unusable = unusable.n_total;
    } catch {
      // the list itself says when the server is away
    }
  }
}
