/** Where the music on the page is in the recording, and back. Pure. */

/** A place on the page with its time: the head of a beat, or the end of a system's last bar. */
export interface Anchor {
  time_s: number;
  x: number;
  /** Top and height of the system. */
  y: number;
  height: number;
  /** Nothing follows it in its system: the cursor jumps from here. */
  isEnd: boolean;
}

export interface CursorPlace {
  x: number;
  y: number;
  height: number;
}

/** Beginnings of all bars and the end of the last; bars without a time of their own lie evenly between the others. */
export function barEdges(starts_s: readonly (number | null)[], end_s: number): number[] {
  const edges = [...starts_s, end_s];
  const first = edges.findIndex((edge) => edge !== null);
  const known = edges.flatMap((edge, at) => (edge === null ? [] : [[at, edge] as const]));
  const next = known[1] ?? known[0]!;
  const step = next[0] > known[0]![0] ? (next[1] - known[0]![1]) / (next[0] - known[0]![0]) : 0;
  return edges.map((edge, at) => {
    if (edge !== null) return edge;
    if (at < first) return known[0]![1] - (first - at) * step;
    const after = known.find(([place]) => place > at)!;
    const before = known.findLast(([place]) => place < at)!;
    return before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0]);
  });
}

/** The time of a place within a bar, given as a share of it. */
export function timeIn(edges_s: readonly number[], bar: number, share: number): number {
  const from_s = edges_s[bar] ?? 0;
  return from_s + share * ((edges_s[bar + 1] ?? from_s) - from_s);
}

/** The last index whose value is not above; -1 before the first. */
export function lastAtOrBefore<T>(list: readonly T[], value: number, of: (item: T) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(list[middle]!) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where the cursor stands at a time: evenly from anchor to anchor, at the first before it. */
export function cursorAt(anchors: readonly Anchor[], time_s: number): CursorPlace | null {
  const first = anchors[0];
  if (!first) return null;
  const at = lastAtOrBefore(anchors, time_s, (anchor) => anchor.time_s);
  const from = anchors[Math.max(0, at)]!;
  const to = anchors[at + 1];
  if (at < 0 || !to || from.isEnd || to.time_s <= from.time_s) return { x: from.x, y: from.y, height: from.height };
  const share = (time_s - from.time_s) / (to.time_s - from.time_s);
  return { x: from.x + share * (to.x - from.x), y: from.y, height: from.height };
}

/** The time that belongs to a place of the cursor: what `cursorAt` would answer it for. */
export function timeAt(anchors: readonly Anchor[], place: { x: number; y: number }): number | null {
  const row = anchors.filter((anchor) => Math.abs(anchor.y - place.y) < 1);
  if (row.length === 0) return null;
  const at = row.findLastIndex((anchor) => anchor.x <= place.x + 1e-6);
  const from = row[Math.max(0, at)]!;
  const to = row[at + 1];
  if (at < 0 || !to || to.x <= from.x) return from.time_s;
  return from.time_s + ((place.x - from.x) / (to.x - from.x)) * (to.time_s - from.time_s);
}
