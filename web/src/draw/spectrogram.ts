/**
 * The server's spectrogram: a grey picture, 128 bands of the mel scale upwards and time to the right, black at −90 dB
 * and white at 0 dB. Here it gets colours, axes, and words for those who do not see it.
 */
import type { Mark } from "./canvas";

export const LOWEST_HZ = 30;
const HIGHEST_HZ = 20_000;
const FLOOR_DB = -90;

/** A picture's grey values, the top row first. */
export interface Grey {
  width: number;
  height: number;
  values: Uint8Array;
}

/** Parts of the spectrum as engineers name them. */
export const BANDS = [
  { name: "Lows", to_hz: 120 },
  { name: "Low mids", to_hz: 500 },
  { name: "Mids", to_hz: 2000 },
  { name: "Presence", to_hz: 6000 },
  { name: "Highs", to_hz: Infinity },
] as const;

const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const hertz = (value: number): number => 700 * (10 ** (value / 2595) - 1);

/** The upper edge of the highest band. */
export const topOf = (sample_rate: number): number => Math.min(HIGHEST_HZ, sample_rate / 2);

/** The centre of a row of the picture, counted from the top. */
export function centreOf(row: number, n_rows: number, top_hz: number): number {
  const [low, high] = [mel(LOWEST_HZ), mel(top_hz)];
  return hertz(low + ((n_rows - row) / (n_rows + 1)) * (high - low));
}

/** Where a frequency lies: 0 at the lower edge of the picture, 1 at the upper. */
export function shareOf(frequency_hz: number, n_rows: number, top_hz: number): number {
  const [low, high] = [mel(LOWEST_HZ), mel(top_hz)];
  return (((mel(frequency_hz) - low) / (high - low)) * (n_rows + 1) - 0.5) / n_rows;
}

export const MARKS: readonly Mark[] = [100, 500, 1000, 2000, 5000, 10_000].map((at) => ({ at, text: at < 1000 ? String(at) : `${at / 1000}k` }));

/** The colours from silence to full scale: each brighter than the one before, so that they read without hue as well. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [10, 12, 18],
  [38, 34, 92],
  [112, 44, 122],
  [190, 62, 92],
  [240, 128, 50],
  [250, 202, 96],
  [255, 248, 222],
];

/** Red, green and blue of each grey value. */
export function palette(): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 3);
  for (let value = 0; value < 256; value++) {
    const at = (value / 255) * (STOPS.length - 1);
    const step = Math.min(STOPS.length - 2, Math.floor(at));
    for (let i = 0; i < 3; i++) table[3 * value + i] = STOPS[step]![i]! + (at - step) * (STOPS[step + 1]![i]! - STOPS[step]![i]!);
  }
  return table;
}

export const colourScale = `linear-gradient(to right, ${STOPS.map((one) => `rgb(${one.join(" ")})`).join(", ")})`;

const decibels = (grey: number): number => FLOOR_DB * (1 - grey / 255);

export interface Part {
  from_s: number;
  to_s: number;
  /** Mean level of each of `BANDS`, from its power. */
  levels_db: number[];
}

/** The picture in figures: equal parts of the song, each with the mean level of each band. */
export function partsOf({ width, height, values }: Grey, duration_s: number, top_hz: number, n_parts = 8): Part[] {
  const n = Math.min(n_parts, width);
  const bandOf = Array.from({ length: height }, (_, row) => BANDS.findIndex(({ to_hz }) => centreOf(row, height, top_hz) < to_hz));
  const power = Float64Array.from({ length: 256 }, (_, grey) => 10 ** (decibels(grey) / 10));
  return Array.from({ length: n }, (_, part) => {
    const [from, to] = [Math.floor((part * width) / n), Math.floor(((part + 1) * width) / n)];
    const sums = BANDS.map(() => 0);
    const counts = BANDS.map(() => 0);
    for (let row = 0; row < height; row++) {
      const band = bandOf[row]!;
      for (let x = from; x < to; x++) sums[band]! += power[values[row * width + x]!]!;
      counts[band]! += to - from;
    }
    return { from_s: (from / width) * duration_s, to_s: (to / width) * duration_s, levels_db: sums.map((sum, i) => (counts[i]! > 0 ? Math.max(FLOOR_DB, 10 * Math.log10(sum / counts[i]!)) : FLOOR_DB)) };
  });
}

/** What the picture shows, in a sentence. */
export function spectrogramWords(name: string, parts: readonly Part[], top_hz: number, time: (seconds: number) => string): string {
  if (parts.length === 0) return `Spectrogram of ${name}`;
  const loudest = (levels: readonly number[]): number => levels.indexOf(Math.max(...levels));
  const means = BANDS.map((_, i) => parts.reduce((sum, { levels_db }) => sum + levels_db[i]!, 0) / parts.length);
  const whole = (part: Part): number => part.levels_db.reduce((sum, level) => sum + 10 ** (level / 10), 0);
  const fullest = parts.reduce((most, part) => (whole(part) > whole(most) ? part : most));
  const thinnest = parts.reduce((least, part) => (whole(part) < whole(least) ? part : least));
  return (
    `Spectrogram of ${name}: frequency from ${LOWEST_HZ} Hz to ${Math.round(top_hz / 100) / 10} kHz over time. Strongest on the whole are the ${BANDS[loudest(means)]!.name.toLowerCase()};` +
    ` fullest from ${time(fullest.from_s)} to ${time(fullest.to_s)}, thinnest from ${time(thinnest.from_s)} to ${time(thinnest.to_s)}.`
  );
}
