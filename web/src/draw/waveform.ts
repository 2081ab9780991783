/** Waveforms: the whole song as bars, a part of it as an outline. */
import { columnsOf, type Peaks } from "../audio/peaks";
import { prepare } from "./canvas";

export interface WaveformView {
  from_s: number;
  to_s: number;
  colour: string;
  /** Bars of this width with gaps, or 0 for an outline without. */
  bar_px: number;
  /** Drawn height of full scale; above 1 cuts. */
  scale?: number;
  /** A shorter stranger begins anew after this time, as it does in the player. */
  period_s?: number | null;
}

/** The columns of a view, repeated where the sound begins anew. */
export function viewColumns(peaks: Peaks, view: Pick<WaveformView, "from_s" | "to_s" | "period_s">, n_columns: number): Float32Array {
  const { from_s, to_s, period_s } = view;
  if (!period_s || to_s <= period_s) return columnsOf(peaks, from_s, to_s, n_columns);
  const out = new Float32Array(n_columns * 2);
  const per_s = n_columns / (to_s - from_s);
  for (let turn = Math.floor(from_s / period_s); turn * period_s < to_s; turn++) {
    const first = Math.max(0, Math.round((turn * period_s - from_s) * per_s));
    const last = Math.min(n_columns, Math.round(((turn + 1) * period_s - from_s) * per_s));
    if (last <= first) continue;
    const begin_s = from_s + first / per_s - turn * period_s;
    out.set(columnsOf(peaks, begin_s, begin_s + (last - first) / per_s, last - first), first * 2);
  }
  return out;
}

/** Draw; answers how long it took, or null if the canvas has no size yet. */
export function drawWaveform(canvas: HTMLCanvasElement, peaks: Peaks | null, view: WaveformView): number | null {
  const begun = performance.now();
  const field = prepare(canvas);
  if (!field) return null;
  if (!peaks || view.to_s <= view.from_s) return 0;
  const { pen, width, height } = field;
  const middle = height / 2;
  const reach = middle * 0.94 * (view.scale ?? 1);
  pen.fillStyle = view.colour;
  pen.beginPath();
  if (view.bar_px > 0) {
    const pitch = view.bar_px * 1.5;
    const n = Math.max(1, Math.floor(width / pitch));
    const columns = viewColumns(peaks, view, n);
    const step = width / n;
    for (let i = 0; i < n; i++) {
      const half = Math.min(1, Math.max(-columns[i * 2]!, columns[i * 2 + 1]!)) * reach;
      const tall = Math.max(1, half * 2);
      pen.rect(i * step, middle - tall / 2, view.bar_px, tall);
    }
  } else {
    // two columns a pixel on fine screens
    const density = Math.min(2, Math.max(1, Math.round(window.devicePixelRatio || 1)));
    const n = Math.round(width * density);
    const columns = viewColumns(peaks, view, n);
    for (let i = 0; i < n; i++) {
      const low = Math.max(-1, columns[i * 2]!) * reach;
      const high = Math.min(1, columns[i * 2 + 1]!) * reach;
      pen.rect(i / density, middle - high, 1 / density, Math.max(0.75, high - low));
    }
  }
  pen.fill();
  return performance.now() - begun;
}
