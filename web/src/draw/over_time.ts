/** Loudness and gain reduction over the song's time. */
import { type Axis, drawArea, drawCurve, drawGrid, drawLevel, levelMarks, plot, prepare, timeMarks } from "./canvas";

export const TIME_INSET = { left: 34, right: 8, top: 8, bottom: 18 };
const SPAN_LU = 30;
const WINDOW_S = 3;

export interface LoudnessCurve {
  /** Short-term loudness; the first value belongs to the 3 s that end at 3 s. */
  values_lufs: readonly (number | null)[];
  hop_s: number;
  colour: string;
  width?: number;
}

export function loudnessAxis(curves: readonly LoudnessCurve[], target_lufs: number | null): Axis {
  const heard = curves.flatMap(({ values_lufs }) => values_lufs.filter((value): value is number => value !== null));
  const reference = target_lufs ?? -14;
  let [low, high] = [reference - 5, reference];
  for (const value of heard) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  high = 5 * Math.ceil((high + 0.5) / 5);
  return { low: Math.max(5 * Math.floor(low / 5), high - SPAN_LU), high };
}

/** Each value stands in the middle of its three seconds. */
export function drawLoudness(canvas: HTMLCanvasElement, curves: readonly LoudnessCurve[], options: { duration_s: number; target_lufs: number | null; target_colour: string }): void {
  const field = prepare(canvas);
  if (!field) return;
  const y = loudnessAxis(curves, options.target_lufs);
  const view = plot(field, { low: 0, high: Math.max(0.01, options.duration_s) }, y, TIME_INSET);
  drawGrid(view, timeMarks(0, options.duration_s), levelMarks(y.low, y.high, y.high - y.low > 20 ? 10 : 5));
  for (const { values_lufs, hop_s, colour, width } of curves) {
    const points = values_lufs.map((value, i) => [Math.min(i * hop_s + WINDOW_S / 2, options.duration_s), value] as const);
    drawCurve(view, points, { colour, ...(width ? { width } : {}) });
  }
  if (options.target_lufs !== null) drawLevel(view, options.target_lufs, { colour: options.target_colour });
}

/** Deepest reduction of each part of the song, drawn downwards. */
export function drawReduction(canvas: HTMLCanvasElement, depth_db: readonly number[], options: { duration_s: number; colour: string }): void {
  const field = prepare(canvas);
  if (!field) return;
  const deepest = depth_db.reduce((most, value) => Math.max(most, value), 0);
  const reach = 3 * Math.max(1, Math.ceil(deepest / 3 - 1e-9));
  const view = plot(field, { low: 0, high: Math.max(0.01, options.duration_s) }, { low: -reach, high: 0 }, TIME_INSET);
  drawGrid(view, timeMarks(0, options.duration_s), levelMarks(-reach, 0, reach <= 3 ? 1 : reach <= 12 ? 3 : 6));
  const part_s = options.duration_s / Math.max(1, depth_db.length);
  const points = depth_db.map((value, i) => [(i + 0.5) * part_s, -value] as const);
  drawArea(view, points, 0, { colour: options.colour, opacity: 0.35 });
  drawCurve(view, points, { colour: options.colour, width: 1.2 });
}
