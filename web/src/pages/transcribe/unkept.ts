/** Changes that are not in the library yet, kept in the browser, so that a reload loses nothing. */
import type { Wish } from "./history.svelte";
import { type Kept, onAnyNeck } from "./result";

const nameOf = (assetId: string): string => `transcribe:${assetId}`;

interface Stored {
  /** What the library had when they were made. */
  on: Wish;
  wish: Wish;
}

const anyNeck = (wish: Wish, result: Kept): Wish => ({ ...wish, edits: onAnyNeck(wish.edits, result) });
const isSame = (one: Wish, other: Wish): boolean => JSON.stringify([sorted(one.params), one.edits]) === JSON.stringify([sorted(other.params), other.edits]);

function sorted(params: Wish["params"]): [string, unknown][] {
  return Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
}

export function retain(assetId: string, on: Wish, wish: Wish): void {
  try {
    localStorage.setItem(nameOf(assetId), JSON.stringify({ on, wish } satisfies Stored));
  } catch {
    // without storage, or with a full one, they last as long as the page
  }
}

export function forget(assetId: string): void {
  try {
    localStorage.removeItem(nameOf(assetId));
  } catch {
    // as above
  }
}

/** What was left unkept, if the library still has what it was made on, with the result that was kept. */
export function recall(assetId: string, kept: Wish, result: Kept): Wish | null {
  try {
    const { on, wish } = JSON.parse(localStorage.getItem(nameOf(assetId)) ?? "null") as Stored;
    return isSame(anyNeck(on, result), kept) ? anyNeck(wish, result) : null;
  } catch {
    return null;
  }
}
