/** Level of what is heard, left over right: peak with a hold line. */
import { colours, prepare } from "./canvas";

const LOW_DBFS = -48;
const HOLD_MS = 1200;
const FALL_DB_PER_S = 24;

export interface MeterState {
  level_dbfs: [number, number];
  held_dbfs: [number, number];
  held_ms: [number, number];
  at_ms: number;
}

export function meterState(): MeterState {
  return { level_dbfs: [-Infinity, -Infinity], held_dbfs: [-Infinity, -Infinity], held_ms: [0, 0], at_ms: 0 };
}

/** Up at once, down at 24 dB a second. */
export function follow(state: MeterState, peaks: readonly [number, number], now_ms: number): void {
  const fallen = Math.max(0, now_ms - state.at_ms) * (FALL_DB_PER_S / 1000);
  for (const side of [0, 1] as const) {
    const peak = 20 * Math.log10(Math.max(1e-9, peaks[side]));
    state.level_dbfs[side] = Math.max(peak, state.level_dbfs[side] - fallen);
    if (peak >= state.held_dbfs[side] || now_ms - state.held_ms[side] > HOLD_MS) {
      state.held_dbfs[side] = peak;
      state.held_ms[side] = now_ms;
    }
  }
  state.at_ms = now_ms;
}

export function drawMeter(canvas: HTMLCanvasElement, state: MeterState): void {
  const field = prepare(canvas);
  if (!field) return;
  const { pen, width, height } = field;
  const tone = colours("bg-3", "ok", "warn", "danger", "text-1");
  const x = (level: number): number => Math.min(1, Math.max(0, (level - LOW_DBFS) / -LOW_DBFS)) * width;
  const tall = (height - 2) / 2;
  for (const side of [0, 1] as const) {
    const y = side * (tall + 2);
    pen.fillStyle = tone["bg-3"];
    pen.fillRect(0, y, width, tall);
    const level = state.level_dbfs[side];
    for (const [from, to, colour] of [
      [LOW_DBFS, -12, tone.ok],
      [-12, -1, tone.warn],
      [-1, 1, tone.danger],
    ] as const) {
      if (level <= from) break;
      pen.fillStyle = colour;
      pen.fillRect(x(from), y, x(Math.min(level, to)) - x(from), tall);
    }
    if (state.held_dbfs[side] > LOW_DBFS) {
      pen.fillStyle = tone["text-1"];
      pen.fillRect(Math.max(0, x(state.held_dbfs[side]) - 1.5), y, 1.5, tall);
    }
  }
}
