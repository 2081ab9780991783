/**
 * What the player asked for, step by step, and the tab that is shown: the answer to where the steps stand, as soon as
 * it is there. Steps that follow each other quickly are answered together, and taken back one by one.
 */
import { problemOf } from "../../api/client";
import type { Params } from "../../api/types";
import type { Music } from "../../notation/sheet.svelte";
import type { TabEdit, TranscribeResult } from "./result";

/** Settings (without edits and formats) and changes by hand. */
export interface Wish {
  params: Params;
  edits: readonly TabEdit[];
}

export interface Tab {
  wish: Wish;
  result: TranscribeResult;
  music: Music;
}

/** As many tabs are remembered; those further back are made anew, which takes a moment. */
const MOST_TABS = 24;
const RETRY_MS = 2000;

interface Owner {
  solve: (wish: Wish) => Promise<Tab>;
  /** Nothing is foreseen any more: what is shown is what was asked for. */
  onshown: () => void;
  /** A step could not be done and was taken back. */
  onproblem: (error: unknown, wish: Wish) => void;
  onchange: () => void;
}

export class TabHistory {
  #wishes = $state.raw<readonly Wish[]>([]);
  #at = $state(-1);
  shown = $state.raw<Tab | null>(null);
  /** What the library has. */
  kept = $state.raw<Wish | null>(null);
  #tabs = new Map<Wish, Tab>();
  #owner: Owner;
  #isBusy = false;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  wish: Wish | null = $derived(this.#wishes[this.#at] ?? null);
  isSolving = $derived(this.wish !== null && this.shown?.wish !== this.wish);
  isKept = $derived(this.wish === null || this.wish === this.kept);
  canUndo = $derived(this.#at > 0);
  canRedo = $derived(this.#at < this.#wishes.length - 1);

  /** A tab that is there already: the first, another run's, or an earlier version's, which is not what the library has. */
  put(tab: Tab, isKept = true): void {
    this.#push(tab.wish);
    this.#remember(tab);
    if (isKept) this.kept = tab.wish;
    this.#show(tab);
  }

  want(wish: Wish): void {
    this.#push(wish);
    this.#owner.onchange();
    void this.#sync();
  }

  undo(): void {
    if (this.canUndo) this.#go(this.#at - 1);
  }

  redo(): void {
    if (this.canRedo) this.#go(this.#at + 1);
  }

  #go(at: number): void {
    const wasAhead = this.isSolving;
    this.#at = at;
    this.#owner.onchange();
    const { shown } = this;
    if (wasAhead && shown && shown.wish === this.wish) this.#show(shown);
    else void this.#sync();
  }

  #push(wish: Wish): void {
    this.#wishes = [...this.#wishes.slice(0, this.#at + 1), wish];
    this.#at = this.#wishes.length - 1;
  }

  #remember(tab: Tab): void {
    this.#tabs.delete(tab.wish);
    this.#tabs.set(tab.wish, tab);
    const [oldest] = this.#tabs.keys();
    if (this.#tabs.size > MOST_TABS && oldest) this.#tabs.delete(oldest);
  }

  #show(tab: Tab): void {
    this.shown = tab;
    this.#owner.onshown();
  }

  async #sync(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.wish && this.shown?.wish !== this.wish) {
        const { wish } = this;
        const known = this.#tabs.get(wish);
        const tab = known ?? (await this.#solved(wish));
        if (!tab) continue;
        this.#remember(tab);
        if (this.wish === wish) this.#show(tab);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** The answer; null where the step was taken back because there is none, or another is wanted by now. */
  async #solved(wish: Wish): Promise<Tab | null> {
    try {
      return await this.#owner.solve(wish);
    } catch (error) {
      if (problemOf(error).code === "RATE_LIMITED") {
        await new Promise((wake) => setTimeout(wake, RETRY_MS));
        return null;
      }
      const at = this.#wishes.indexOf(wish);
      if (at > 0) {
        // what came after it was built on it
        this.#wishes = this.#wishes.slice(0, at);
        this.#at = Math.min(this.#at, at - 1);
      }
      this.#owner.onproblem(error, wish);
      const { shown } = this;
      if (shown && (shown.wish === this.wish || at <= 0)) this.#show({ ...shown, wish: this.wish ?? shown.wish });
      this.#owner.onchange();
      return null;
    }
  }
}
