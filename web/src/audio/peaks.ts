/** Waveform files in the layout of BBC audiowaveform (.dat, version 2, also version 1; 8 or 16 bits). */
import { connection } from "../state/connection.svelte";

export interface Peaks {
  sample_rate: number;
  samples_per_point: number;
  n_points: number;
  n_channels: number;
  /** Lowest and highest of each point and channel: point 0 channel 0 low, high, channel 1 low, high, point 1 … */
  values: Int8Array | Int16Array;
  /** The value of full scale. */
  full_scale: number;
}

export class PeaksError extends Error {
  override name = "PeaksError";
}

export function readPeaks(file: ArrayBuffer): Peaks {
  if (file.byteLength < 20) throw new PeaksError("The waveform file is shorter than its header.");
  const head = new DataView(file);
  const version = head.getInt32(0, true);
  if (version !== 1 && version !== 2) throw new PeaksError(`The waveform file has version ${version}; 1 and 2 can be read.`);
  const isEightBit = (head.getUint32(4, true) & 1) === 1;
  const sample_rate = head.getInt32(8, true);
  const samples_per_point = head.getInt32(12, true);
  const n_points = head.getUint32(16, true);
  const n_channels = version === 2 && file.byteLength >= 24 ? head.getInt32(20, true) : 1;
  const start = version === 2 ? 24 : 20;
  if (sample_rate <= 0 || samples_per_point <= 0 || n_channels <= 0) throw new PeaksError("The waveform file's header makes no sense.");
  const n_values = n_points * n_channels * 2;
  const n_bytes = n_values * (isEightBit ? 1 : 2);
  if (file.byteLength < start + n_bytes) throw new PeaksError(`The waveform file ends after ${file.byteLength} of ${start + n_bytes} bytes.`);
  const values = isEightBit ? new Int8Array(file, start, n_values) : new Int16Array(file.slice(start, start + n_bytes));
  return { sample_rate, samples_per_point, n_points, n_channels, values, full_scale: isEightBit ? 127 : 32767 };
}

/** The level to draw with: the coarsest that still has a point for each pixel (1 to 4, as levels are 4 apart), else the finest. */
export function chooseLevel<Level extends { samples_per_pixel: number }>(levels: readonly Level[], samples_per_pixel: number): Level | null {
  const byFineness = [...levels].sort((a, b) => a.samples_per_pixel - b.samples_per_pixel);
  return byFineness.findLast((level) => level.samples_per_pixel <= samples_per_pixel) ?? byFineness[0] ?? null;
}

/**
 * Lowest and highest value of each column over all channels, -1 to 1, from song time `from_s` to `to_s`.
 * Between two points (finer than the file) the neighbours' extremes are taken; outside the sound there is silence.
 */
export function columnsOf(peaks: Peaks, from_s: number, to_s: number, n_columns: number): Float32Array {
  const out = new Float32Array(n_columns * 2);
  const per_s = peaks.sample_rate / peaks.samples_per_point;
  const first = from_s * per_s;
  const step = ((to_s - from_s) * per_s) / n_columns;
  const { values, n_channels, n_points, full_scale } = peaks;
  const width = n_channels * 2;
  for (let column = 0; column < n_columns; column++) {
    const begin = Math.max(0, Math.floor(first + column * step));
    const end = Math.min(n_points, Math.max(begin + 1, Math.floor(first + (column + 1) * step)));
    let low = full_scale;
    let high = -full_scale;
    for (let i = begin * width; i < end * width; i += 2) {
      const down = values[i]!;
      const up = values[i + 1]!;
      if (down < low) low = down;
      if (up > high) high = up;
    }
    if (low > high) continue;
    out[column * 2] = low / full_scale;
    out[column * 2 + 1] = high / full_scale;
  }
  return out;
}

/** The levels of one waveform, each fetched once, when it is first drawn with. */
export class PeaksFiles {
  readonly #levels: readonly { samples_per_pixel: number; url: string }[];
  readonly #sample_rate: number;
  readonly #loading = new Map<string, Promise<Peaks>>();
  readonly #loaded = new Map<string, Peaks>();

  constructor(levels: readonly { samples_per_pixel: number; url: string }[], sample_rate: number) {
    this.#levels = levels;
    this.#sample_rate = sample_rate;
  }

  #levelFor(seconds_per_pixel: number): { samples_per_pixel: number; url: string } | null {
    return chooseLevel(this.#levels, seconds_per_pixel * this.#sample_rate);
  }

  /** The level that fits, if it is here, else the nearest that is. */
  at(seconds_per_pixel: number): Peaks | null {
    const level = this.#levelFor(seconds_per_pixel);
    const right = level && this.#loaded.get(level.url);
    if (right) return right;
    const wanted = seconds_per_pixel * this.#sample_rate;
    return [...this.#loaded.values()].sort((a, b) => Math.abs(Math.log(a.samples_per_point / wanted)) - Math.abs(Math.log(b.samples_per_point / wanted)))[0] ?? null;
  }

  /** Fetch the level that fits. */
  async load(seconds_per_pixel: number): Promise<Peaks> {
    const level = this.#levelFor(seconds_per_pixel);
    if (level === null) throw new PeaksError("This sound has no waveform.");
    const known = this.#loading.get(level.url);
    if (known) return known;
    const loading = connection
      .read(level.url, { credentials: "same-origin" })
      .then((answer) => {
        if (!answer.ok) throw new PeaksError(`The waveform could not be read: the server answered ${answer.status}.`);
        return answer.arrayBuffer();
      })
      .then((file) => {
        const peaks = readPeaks(file);
        this.#loaded.set(level.url, peaks);
        return peaks;
      });
    this.#loading.set(level.url, loading);
    loading.catch(() => this.#loading.delete(level.url));
    return loading;
  }
}
