/** Spectra in thirds of an octave, laid over each other: balance, not level. */
import { type Axis, drawArea, drawCurve, drawGrid, FREQUENCY_MARKS, levelMarks, plot, prepare } from "./canvas";

export interface Spectrum {
  points: readonly { frequency_hz: number; level_db: number | null }[];
  colour: string;
  dash?: number[];
  width?: number;
  isFilled?: boolean;
}

/** Level against the mean from 200 Hz to 5 kHz, so that what is compared is the balance of lows, mids and highs. */
export function levelled(points: Spectrum["points"]): Spectrum["points"] {
  const middle = points.filter(({ frequency_hz, level_db }) => level_db !== null && frequency_hz >= 200 && frequency_hz <= 5000);
  if (middle.length === 0) return points;
  const mean = middle.reduce((sum, { level_db }) => sum + level_db!, 0) / middle.length;
  return points.map(({ frequency_hz, level_db }) => ({ frequency_hz, level_db: level_db === null ? null : level_db - mean }));
}

const SPAN_DB = 54;

export function levelAxis(spectra: readonly Spectrum[]): Axis {
  const levels = spectra.flatMap(({ points }) => points.flatMap(({ level_db }) => level_db ?? []));
  if (levels.length === 0) return { low: -30, high: 12 };
  const high = 6 * Math.ceil((Math.max(...levels) + 1) / 6);
  return { low: Math.max(6 * Math.floor((Math.min(...levels) - 1) / 6), high - SPAN_DB), high };
}

export function drawSpectra(canvas: HTMLCanvasElement, spectra: readonly Spectrum[]): void {
  const field = prepare(canvas);
  if (!field) return;
  const y = levelAxis(spectra);
  const view = plot(field, { low: 20, high: 20_000, isLog: true }, y, { left: 34, right: 8, top: 8, bottom: 18 });
  drawGrid(view, FREQUENCY_MARKS, levelMarks(y.low, y.high, 12, true));
  for (const { points, colour, dash, width, isFilled } of spectra) {
    const curve = points.map(({ frequency_hz, level_db }) => [frequency_hz, level_db] as const);
    if (isFilled) drawArea(view, curve, y.low, { colour, opacity: 0.12 });
    drawCurve(view, curve, { colour, ...(dash ? { dash } : {}), ...(width ? { width } : {}) });
  }
}

/** What the equaliser did, around zero. */
export function drawEq(canvas: HTMLCanvasElement, points: readonly { frequency_hz: number; gain_db: number }[], colour: string): void {
  const field = prepare(canvas);
  if (!field) return;
  const reach = 3 * Math.max(1, Math.ceil(Math.max(0, ...points.map(({ gain_db }) => Math.abs(gain_db))) / 3 - 1e-9));
  const view = plot(field, { low: 20, high: 20_000, isLog: true }, { low: -reach, high: reach }, { left: 34, right: 8, top: 8, bottom: 18 });
  drawGrid(view, FREQUENCY_MARKS, levelMarks(-reach, reach, reach <= 3 ? 1 : 3, true));
  const curve = points.map(({ frequency_hz, gain_db }) => [frequency_hz, gain_db] as const);
  drawArea(view, curve, 0, { colour });
  drawCurve(view, curve, { colour });
}
