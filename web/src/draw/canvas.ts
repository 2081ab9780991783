/** What all pictures share: crisp canvases, the studio's colours, axes. */

export interface Field {
  pen: CanvasRenderingContext2D;
  /** In CSS pixels; the pen is scaled to the screen's. */
  width: number;
  height: number;
}

/** Fit the canvas to its place on the screen and wipe it; null while it has no size. */
export function prepare(canvas: HTMLCanvasElement): Field | null {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const pen = canvas.getContext("2d");
  if (!pen || width === 0 || height === 0) return null;
  const density = Math.min(3, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

/** The colours of the tokens as they are at present. */
export function colours<Name extends string>(...names: Name[]): Record<Name, string> {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Record<Name, string>;
}

export interface Axis {
  low: number;
  high: number;
  isLog?: boolean;
}

/** 0 at the low end, 1 at the high end; beyond for what lies outside. */
export function share(axis: Axis, value: number): number {
  if (axis.isLog) return Math.log(value / axis.low) / Math.log(axis.high / axis.low);
  return (value - axis.low) / (axis.high - axis.low);
}

export interface Inset {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Plot {
  field: Field;
  x: Axis;
  y: Axis;
  inset: Inset;
  xOf(value: number): number;
  yOf(value: number): number;
}

export function plot(field: Field, x: Axis, y: Axis, inset: Inset): Plot {
  const width = field.width - inset.left - inset.right;
  const height = field.height - inset.top - inset.bottom;
  return { field, x, y, inset, xOf: (value) => inset.left + share(x, value) * width, yOf: (value) => inset.top + (1 - share(y, value)) * height };
}

export interface Mark {
  at: number;
  text: string;
}

/** Grid lines with their figures; marks that would touch the one before are left out. */
export function drawGrid({ field: { pen, width, height }, inset, xOf, yOf }: Plot, xMarks: readonly Mark[], yMarks: readonly Mark[]): void {
  const { line, "text-3": text } = colours("line", "text-3");
  pen.lineWidth = 1;
  pen.strokeStyle = line;
  pen.fillStyle = text;
  pen.font = '10.5px "JetBrains Mono Variable", monospace';
  pen.beginPath();
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  for (const { at, text: words } of yMarks) {
    const y = Math.round(yOf(at)) + 0.5;
    pen.moveTo(inset.left, y);
    pen.lineTo(width - inset.right, y);
    pen.fillText(words, inset.left - 6, Math.min(height - 6, Math.max(6, y)));
  }
  pen.textBaseline = "alphabetic";
  let free = -Infinity;
  for (const { at, text: words } of xMarks) {
    const x = Math.round(xOf(at)) + 0.5;
    pen.moveTo(x, inset.top);
    pen.lineTo(x, height - inset.bottom);
    const half = pen.measureText(words).width / 2;
    const middle = Math.min(width - half - 1, Math.max(half + 1, x));
    if (inset.bottom < 12 || middle - half < free) continue;
    pen.textAlign = "center";
    pen.fillText(words, middle, height - 3);
    free = middle + half + 8;
  }
  pen.stroke();
}

/** A curve; it breaks where a value does not exist. Long curves keep the lowest and highest value of each pixel. */
export function drawCurve(view: Plot, points: readonly (readonly [number, number | null])[], how: { colour: string; width?: number; dash?: number[] }): void {
  const { pen } = view.field;
  pen.save();
  clip(view);
  pen.strokeStyle = how.colour;
  pen.lineWidth = how.width ?? 1.6;
  pen.lineJoin = "round";
  pen.setLineDash(how.dash ?? []);
  pen.beginPath();
  for (const run of thinned(view, points)) run.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
  pen.restore();
}

/** The area between a curve and a level. */
export function drawArea(view: Plot, points: readonly (readonly [number, number | null])[], level: number, how: { colour: string; opacity?: number }): void {
  const { pen } = view.field;
  pen.save();
  clip(view);
  pen.fillStyle = how.colour;
  pen.globalAlpha = how.opacity ?? 0.28;
  const base = view.yOf(level);
  for (const run of thinned(view, points)) {
    const first = run[0]!;
    const last = run.at(-1)!;
    pen.beginPath();
    pen.moveTo(first[0], base);
    for (const [x, y] of run) pen.lineTo(x, y);
    pen.lineTo(last[0], base);
    pen.closePath();
    pen.fill();
  }
  pen.restore();
}

export function drawLevel(view: Plot, level: number, how: { colour: string; dash?: number[] }): void {
  const { pen } = view.field;
  const y = Math.round(view.yOf(level)) + 0.5;
  pen.save();
  clip(view);
  pen.strokeStyle = how.colour;
  pen.lineWidth = 1;
  pen.setLineDash(how.dash ?? [5, 4]);
  pen.beginPath();
  pen.moveTo(view.inset.left, y);
  pen.lineTo(view.field.width - view.inset.right, y);
  pen.stroke();
  pen.restore();
}

function clip({ field: { pen, width, height }, inset }: Plot): void {
  pen.beginPath();
  pen.rect(inset.left, inset.top - 1, width - inset.left - inset.right, height - inset.top - inset.bottom + 2);
  pen.clip();
}

/** Runs of pixels of a curve, at most two points a pixel column (its lowest and highest), in order. */
export function thinned(view: Pick<Plot, "xOf" | "yOf">, points: readonly (readonly [number, number | null])[]): [number, number][][] {
  const runs: [number, number][][] = [];
  let run: [number, number][] = [];
  let column = NaN;
  for (const [x, y] of points) {
    if (y === null || !Number.isFinite(y)) {
      if (run.length) runs.push(run);
      run = [];
      column = NaN;
      continue;
    }
    const at = view.xOf(x);
    const height = view.yOf(y);
    if (Math.floor(at) === column && run.length >= 2) {
      const low = run.at(-2)!;
      const high = run.at(-1)!;
      // the pair of this column: first and last stay in order of time only as far as the eye can see
      if (height < Math.min(low[1], high[1])) (low[1] < high[1] ? low : high)[1] = height;
      else if (height > Math.max(low[1], high[1])) (low[1] < high[1] ? high : low)[1] = height;
      continue;
    }
    if (Math.floor(at) !== column) {
      column = Math.floor(at);
      run.push([at, height]);
      continue;
    }
    run.push([at, height]);
  }
  if (run.length) runs.push(run);
  return runs;
}

/** Round steps for the song's time, at most `most` of them. */
export function timeMarks(from_s: number, to_s: number, most = 8): Mark[] {
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const step = steps.find((one) => (to_s - from_s) / one <= most) ?? 7200;
  const marks: Mark[] = [];
  for (let i = Math.ceil(from_s / step - 1e-9); i * step <= to_s + 1e-9; i++) {
    const at = i * step;
    const minutes = Math.floor(at / 60 + 1e-9);
    const seconds = Math.max(0, at - minutes * 60);
    marks.push({ at, text: `${minutes}:${step < 1 ? seconds.toFixed(step < 0.1 ? 2 : 1).padStart(step < 0.1 ? 5 : 4, "0") : String(Math.round(seconds)).padStart(2, "0")}` });
  }
  return marks;
}

export function levelMarks(low: number, high: number, step: number, isSigned = false): Mark[] {
  const marks: Mark[] = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + 1e-9; at += step) {
    const figure = Math.round(at * 100) / 100;
    marks.push({ at, text: (isSigned && figure > 0 ? "+" : "") + String(figure === 0 ? 0 : figure).replace("-", "−") });
  }
  return marks;
}

export const FREQUENCY_MARKS: readonly Mark[] = [
  [20, "20"],
  [50, "50"],
  [100, "100"],
  [200, "200"],
  [500, "500"],
  [1000, "1k"],
  [2000, "2k"],
  [5000, "5k"],
  [10000, "10k"],
  [20000, "20k"],
].map(([at, text]) => ({ at: at as number, text: text as string }));
