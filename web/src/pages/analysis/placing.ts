/** Where else the bars of a song may begin, in words. Pure. */
const PARTS: readonly (readonly [number, string])[] = [
  [0.25, "a quarter of a beat"],
  [0.33, "a third of a beat"],
  [0.5, "half a beat"],
  [0.67, "two thirds of a beat"],
  [0.75, "three quarters of a beat"],
  [1, "a beat"],
];

function length(beats: number, seconds: number): string {
  const named = PARTS.find(([size]) => Math.abs(size - beats) < 0.005)?.[1];
  if (named) return named;
  if (beats % 1 === 0) return `${beats} beats`;
  if (beats % 1 === 0.5) return beats === 1.5 ? "a beat and a half" : `${Math.floor(beats)} and a half beats`;
  return `${seconds.toFixed(2)} s`;
}

/** "half a beat later", "2 beats earlier"; where that is no part of a beat that is counted, in seconds. */
export const apart = (n_beats_later: number, later_s: number): string => `${length(Math.abs(n_beats_later), Math.abs(later_s))} ${n_beats_later < 0 ? "earlier" : "later"}`;

/** The time half a beat after one of the beats. */
export function halfAfter(beats_s: readonly number[], at: number): number | undefined {
  const here = beats_s[at];
  const next = beats_s[at + 1];
  if (here === undefined) return undefined;
  const before = beats_s[at - 1];
  const beat_s = next !== undefined ? next - here : before !== undefined ? here - before : undefined;
  return beat_s === undefined ? undefined : here + beat_s / 2;
}
