import type { Snippet } from "svelte";

/** What stands at the foot of the page at present, below what scrolls, and for what must keep clear of it. */
class Edges {
  /** The page's action bar; the shell shows it. */
  bar = $state.raw<Snippet | null>(null);
  /** Height of the page's action bar. */
  bar_px = $state(0);
  /** Height of the playback and the navigation below it. */
  foot_px = $state(0);
}

export const edges = new Edges();
