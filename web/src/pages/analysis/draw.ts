/** Rows of the analysis, drawn over one stretch of the song. */
import { type Axis, colours, drawArea, drawGrid, type Plot, plot, prepare, timeMarks } from "../../draw/canvas";
import type { Peaks } from "../../audio/peaks";
import { drawWaveform } from "../../draw/waveform";
import type { Window } from "../../draw/window";
import type { AnalyzeResult } from "./session.svelte";
import { sungShare } from "./singing";

export interface Block {
  start_s: number;
  end_s: number;
  text: string;
  /** Token of its colour. */
  colour: string;
  confidence: number;
}

const FULL = { left: 0, right: 0, top: 0, bottom: 0 };
const DOUBTFUL = 0.5;
const GROUP_COLOURS = ["track-guitar", "track-drums", "track-bass", "track-piano", "track-vocals", "track-other", "track-reference"] as const;

export const groupColour = (group: string): string => GROUP_COLOURS[(Math.max(0, group.charCodeAt(0) - 65) || 0) % GROUP_COLOURS.length]!;

function field(canvas: HTMLCanvasElement, view: Window, y: Axis = { low: 0, high: 1 }, inset = FULL): Plot | null {
  const made = prepare(canvas);
  return made && view.to_s > view.from_s ? plot(made, { low: view.from_s, high: view.to_s }, y, inset) : null;
}

/** Named stretches side by side; doubtful ones are hatched, names that do not fit are left out. */
export function drawBlocks(canvas: HTMLCanvasElement, view: Window, blocks: readonly Block[]): void {
  const row = field(canvas, view);
  if (!row) return;
  const { pen, height } = row.field;
  const { "text-1": text, "bg-0": ground } = colours("text-1", "bg-0");
  pen.font = '600 12px "Inter Variable", sans-serif';
  pen.textBaseline = "middle";
  for (const { start_s, end_s, text: words, colour, confidence } of blocks) {
    if (end_s <= view.from_s || start_s >= view.to_s) continue;
    const tone = colours(colour)[colour]!;
    const x = row.xOf(start_s);
    const width = Math.max(1, row.xOf(end_s) - x - 1);
    pen.fillStyle = tone;
    pen.globalAlpha = 0.16 + 0.3 * Math.min(1, Math.max(0, confidence));
    pen.fillRect(x, 0, width, height);
    pen.globalAlpha = 1;
    pen.fillRect(x, 0, Math.min(2, width), height);
    if (confidence < DOUBTFUL) {
      pen.save();
      pen.beginPath();
      pen.rect(x, 0, width, height);
      pen.clip();
      pen.strokeStyle = ground;
      pen.globalAlpha = 0.8;
      pen.beginPath();
      for (let at = x - height; at < x + width; at += 7) {
        pen.moveTo(at, height);
        pen.lineTo(at + height, 0);
      }
      pen.stroke();
      pen.restore();
    }
    const left = Math.max(x, 0) + 6;
    if (pen.measureText(words).width > x + width - left) continue;
    pen.fillStyle = text;
    pen.fillText(words, left, height / 2 + 0.5);
  }
}

/** The waveform under its beats; first beats of bars are taller and carry the bar's number where there is room. */
export function drawBeats(canvas: HTMLCanvasElement, view: Window, peaks: Peaks | null, result: AnalyzeResult | null): void {
  const tone = colours("edge", "accent", "text-2", "text-1", "bg-0");
  drawWaveform(canvas, peaks, { ...view, colour: tone.edge, bar_px: 0, scale: 0.86 });
  const made = canvas.getContext("2d");
  if (!made || !result || canvas.clientWidth === 0) return;
  const row = plot({ pen: made, width: canvas.clientWidth, height: canvas.clientHeight }, { low: view.from_s, high: view.to_s }, { low: 0, high: 1 }, FULL);
  const { pen, width, height } = row.field;
  const first = new Map(result.downbeats.map((beat, bar) => [beat, bar]));
  const per_s = width / (view.to_s - view.from_s);
  const tempo = result.tempo?.tempo_bpm ?? 120;
  const showsBeats = (60 / tempo) * per_s >= 5;
  const every = Math.max(1, 2 ** Math.ceil(Math.log2(34 / Math.max(0.01, ((result.metre?.n_beats_per_bar ?? 4) * 60 * per_s) / tempo))));
  pen.font = '10.5px "JetBrains Mono Variable", monospace';
  pen.textBaseline = "top";
  result.downbeats.forEach((beat, bar) => {
    const at_s = result.beats_s[beat];
    if (at_s === undefined || at_s < view.from_s || at_s > view.to_s || bar % every !== 0) return;
    const x = row.xOf(at_s);
    const words = String(bar + 1);
    pen.fillStyle = tone["bg-0"];
    pen.globalAlpha = 0.75;
    pen.fillRect(x + 2, 1, pen.measureText(words).width + 4, 13);
    pen.globalAlpha = 1;
    pen.fillStyle = tone["text-2"];
    pen.fillText(words, x + 4, 2);
  });
  result.beats_s.forEach((at_s, beat) => {
    if (at_s < view.from_s || at_s > view.to_s) return;
    const bar = first.get(beat);
    const x = row.xOf(at_s);
    if (bar !== undefined) {
      // where bars stand close, those with a number go all the way up
      const top = bar % every === 0 ? 0 : height - 16;
      pen.fillStyle = tone.accent;
      pen.globalAlpha = 0.95;
      pen.fillRect(x - 0.75, top, 1.5, height - top);
    } else if (showsBeats) {
      pen.fillStyle = tone["text-2"];
      pen.globalAlpha = 0.55;
      pen.fillRect(x - 0.5, height * 0.3, 1, height * 0.4);
    }
  });
  pen.globalAlpha = 1;
}

/** Energy of the phrases as steps, the share of singing as a dashed line, loudness behind. */
export function drawEnergy(canvas: HTMLCanvasElement, view: Window, result: AnalyzeResult): void {
  const row = field(canvas, view, { low: 0, high: 10.5 }, { left: 0, right: 0, top: 4, bottom: 2 });
  if (!row) return;
  const tone = colours("accent", "track-vocals", "edge");
  const { hop_s, momentary_lufs } = result.loudness;
  const heard = momentary_lufs.map((value, at) => [at * hop_s + 0.2, value == null ? null : Math.max(0, (value + 50) / 4.5)] as const);
  drawArea(row, heard, 0, { colour: tone.edge, opacity: 0.22 });
  drawSteps(row, result.phrases.map(({ start_s, end_s, energy_1_10 }) => ({ start_s, end_s, value: energy_1_10 })), { colour: tone.accent, width: 2, dash: [] });
  const sung = result.phrases.map((phrase) => ({ start_s: phrase.start_s, end_s: phrase.end_s, value: tenfold(sungShare(phrase)) }));
  drawSteps(row, sung, { colour: tone["track-vocals"], width: 1.5, dash: [4, 3] });
}

const tenfold = (share: number | null): number | null => (share === null ? null : 10 * share);

/** A value that holds for a while, then jumps. */
function drawSteps({ field: { pen }, xOf, yOf }: Plot, steps: readonly { start_s: number; end_s: number; value: number | null }[], how: { colour: string; width: number; dash: number[] }): void {
  pen.save();
  pen.strokeStyle = how.colour;
  pen.lineWidth = how.width;
  pen.setLineDash(how.dash);
  pen.beginPath();
  let isOn = false;
  for (const { start_s, end_s, value } of steps) {
    if (value === null) {
      isOn = false;
      continue;
    }
    if (isOn) pen.lineTo(xOf(start_s), yOf(value));
    else pen.moveTo(xOf(start_s), yOf(value));
    pen.lineTo(xOf(end_s), yOf(value));
    isOn = true;
  }
  pen.stroke();
  pen.restore();
}

export function tempoAxis(result: AnalyzeResult): Axis {
  const all = result.tempo_map.map(({ tempo_bpm }) => tempo_bpm);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max(2, (high - low) * 0.15);
  return { low: Math.floor(low - room), high: Math.ceil(high + room) };
}

export function drawTempo(canvas: HTMLCanvasElement, view: Window, result: AnalyzeResult): void {
  if (result.tempo_map.length === 0) return;
  const y = tempoAxis(result);
  const row = field(canvas, view, y, { left: 0, right: 0, top: 4, bottom: 4 });
  if (!row) return;
  const { info } = colours("info");
  drawSteps(row, result.tempo_map.map(({ time_s, tempo_bpm }, at) => ({ start_s: time_s, end_s: result.tempo_map[at + 1]?.time_s ?? result.duration_s, value: tempo_bpm })), { colour: info, width: 1.6, dash: [] });
}

export function drawRuler(canvas: HTMLCanvasElement, view: Window): void {
  const row = field(canvas, view, { low: 0, high: 1 }, { left: 0, right: 0, top: 0, bottom: 14 });
  if (row) drawGrid(row, timeMarks(view.from_s, view.to_s, Math.max(2, Math.floor(row.field.width / 80))), []);
}
