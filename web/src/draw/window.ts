/** The part of a song that is shown. */

export interface Window {
  from_s: number;
  to_s: number;
}

const SHORTEST_S = 0.05;

/** Show more (factor over 1) or less around a moment, which keeps its place on the screen if it is in sight. */
export function zoomed(view: Window, factor: number, around_s: number, duration_s: number): Window {
  const length = view.to_s - view.from_s;
  const wanted = Math.min(duration_s, Math.max(Math.min(SHORTEST_S, duration_s), length * factor));
  const isInSight = around_s >= view.from_s && around_s <= view.to_s;
  const share = isInSight && length > 0 ? (around_s - view.from_s) / length : 0.5;
  return shifted({ from_s: around_s - share * wanted, to_s: around_s + (1 - share) * wanted }, 0, duration_s);
}

/** Move by some seconds, never out of the song. */
export function shifted(view: Window, by_s: number, duration_s: number): Window {
  const length = Math.min(duration_s, view.to_s - view.from_s);
  const from_s = Math.min(Math.max(0, view.from_s + by_s), Math.max(0, duration_s - length));
  return { from_s, to_s: from_s + length };
}
