/**
 * Slower or faster at the same pitch, higher or lower at the same speed: pieces of the waveform are laid side by side
 * where they fit best (WSOLA), and read faster or slower for another pitch.
 *
 * First and last piece stand exactly at the sound's beginning and end, so that segments that are stretched one by one
 * still join without a seam. Sounds that are cut at the same places still add up to the whole. Source of the idea:
 * Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA)", ICASSP 1993.
 */

const PIECE_S = 0.046;
const SEARCH_S = 0.012;
const COARSE = 4;

type Sound = readonly Float32Array[];

/** Where each piece is taken from; the places at which they are laid follow from the lengths. */
export type Cuts = Int32Array;

interface Lengths {
  n_in: number;
  n_out: number;
  piece: number;
}

function lengthsOf(n_in: number, n_out: number, sample_rate: number): Lengths | null {
  const piece = 2 * Math.round((PIECE_S * sample_rate) / 2);
  return n_out === n_in || n_in < 2 * piece || n_out < 2 * piece ? null : { n_in, n_out, piece };
}

const countOf = ({ n_out, piece }: Lengths): number => Math.ceil((n_out - piece) / (piece / 2)) + 1;
const placeOf = ({ n_out, piece }: Lengths, k: number): number => Math.min((k * piece) / 2, n_out - piece);

/** The same sound in `n_out` samples; all channels are cut at the same places, those that `cuts` says if it is given. */
export function stretched(channels: Sound, n_out: number, sample_rate: number, cuts?: Cuts): Float32Array<ArrayBuffer>[] {
  const n_in = channels[0]?.length ?? 0;
  const out = channels.map(() => new Float32Array(n_out));
  const lengths = lengthsOf(n_in, n_out, sample_rate);
  if (lengths === null) {
    channels.forEach((channel, at) => out[at]!.set(channel.subarray(0, Math.min(n_in, n_out))));
    return out;
  }
  const from = cuts ?? cutsOf(channels, n_out, sample_rate);
  let end = 0;
  for (let k = 0; k < countOf(lengths); k++) {
    const place = placeOf(lengths, k);
    lay(channels, out, from[k]!, place, lengths.piece, k === 0 ? 0 : end - place);
    end = place + lengths.piece;
  }
  return out;
}

/** Where to cut a sound so that it takes `n_out` samples; none where it is only copied. */
export function cutsOf(channels: Sound, n_out: number, sample_rate: number): Cuts {
  const n_in = channels[0]?.length ?? 0;
  const lengths = lengthsOf(n_in, n_out, sample_rate);
  if (lengths === null) return new Int32Array();
  const { piece } = lengths;
  const hop = piece / 2;
  const reach = Math.round(SEARCH_S * sample_rate);
  const mono = mixed(channels);
  const coarse = thinned(mono);
  const cuts = new Int32Array(countOf(lengths));
  const scale = (n_in - piece) / (n_out - piece);
  let before = { in: 0, out: 0 };
  for (let k = 0; k < cuts.length; k++) {
    const place = placeOf(lengths, k);
    let from = Math.round(place * scale);
    const isEdge = k === 0 || k === cuts.length - 1;
    const expected = before.in + place - before.out;
    if (!isEdge && expected !== from && expected + hop <= n_in) from = bestFit(mono, coarse, expected, from, reach, hop, n_in - piece);
    cuts[k] = from;
    before = { in: from, out: place };
  }
  return cuts;
}

function mixed(channels: Sound): Float32Array {
  if (channels.length === 1) return channels[0]!;
  const mono = new Float32Array(channels[0]!.length);
  for (const channel of channels) for (let i = 0; i < mono.length; i++) mono[i]! += channel[i]!;
  return mono;
}

function thinned(mono: Float32Array): Float32Array {
  const out = new Float32Array(Math.floor(mono.length / COARSE));
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < COARSE; j++) sum += mono[i * COARSE + j]!;
    out[i] = sum;
  }
  return out;
}

/** The place near `wanted` whose sound is most like what would have come at `expected`. */
function bestFit(mono: Float32Array, coarse: Float32Array, expected: number, wanted: number, reach: number, length: number, most: number): number {
  const low = Math.max(0, wanted - reach);
  const high = Math.min(most, wanted + reach);
  const near = COARSE * best(coarse, Math.floor(expected / COARSE), Math.ceil(low / COARSE), Math.floor(high / COARSE), Math.floor(length / COARSE));
  return best(mono, expected, Math.max(low, near - COARSE), Math.min(high, near + COARSE), length);
}

function best(sound: Float32Array, model: number, low: number, high: number, length: number): number {
  let found = low;
  let most = -Infinity;
  for (let at = low; at <= high; at++) {
    let product = 0;
    let energy = 1e-12;
    for (let i = 0; i < length; i++) {
      const value = sound[at + i]!;
      product += value * sound[model + i]!;
      energy += value * value;
    }
    const likeness = product / Math.sqrt(energy);
    if (likeness > most) [most, found] = [likeness, at];
  }
  return found;
}

/** Copy a piece; it fades in over what it overlaps with. */
function lay(channels: Sound, out: Float32Array[], from: number, place: number, piece: number, overlap: number): void {
  channels.forEach((channel, at) => {
    const target = out[at]!;
    for (let i = 0; i < overlap; i++) {
      const share = 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / overlap);
      target[place + i] = (1 - share) * target[place + i]! + share * channel[from + i]!;
    }
    target.set(channel.subarray(from + overlap, from + piece), place + overlap);
  });
}

const LOBES = 12;
/** Places between two samples that have a kernel of their own: the nearest is at most 1/4096 of a sample off. */
const N_PLACES = 2048;

/** The same sound in `n_out` samples, read faster or slower: its pitch moves with it. Windowed sinc, 12 lobes a side. */
export function resampled(channels: Sound, n_out: number): Float32Array<ArrayBuffer>[] {
  const n_in = channels[0]?.length ?? 0;
  if (n_out === n_in) return channels.map((channel) => new Float32Array(channel));
  const ratio = n_in / n_out;
  const { table, reach } = kernels(ratio);
  const n_taps = 2 * reach;
  return channels.map((channel) => {
    const out = new Float32Array(n_out);
    for (let i = 0; i < n_out; i++) {
      const place = Math.round(i * ratio * N_PLACES);
      const whole = Math.floor(place / N_PLACES);
      const first = whole - reach + 1;
      const row = (place - whole * N_PLACES) * n_taps;
      let sum = 0;
      if (first >= 0 && first + n_taps <= n_in) for (let j = 0; j < n_taps; j++) sum += table[row + j]! * channel[first + j]!;
      else for (let j = 0; j < n_taps; j++) sum += table[row + j]! * beyond(channel, first + j);
      out[i] = sum;
    }
    return out;
  });
}

/** Beyond its ends a sound goes on as its mirror image, turned about the last sample. */
function beyond(channel: Float32Array, at: number): number {
  const last = channel.length - 1;
  if (at < 0) return 2 * channel[0]! - channel[Math.min(last, -at)]!;
  if (at > last) return 2 * channel[last]! - channel[Math.max(0, 2 * last - at)]!;
  return channel[at]!;
}

interface Kernels {
  table: Float32Array;
  reach: number;
}

let latest: { ratio: number; kernels: Kernels } | null = null;

/** A kernel of `2 * reach` taps for each place between two samples. */
function kernels(ratio: number): Kernels {
  if (latest?.ratio === ratio) return latest.kernels;
  // read faster, what lies above the new half of the rate would fold back: it is left out
  const cutoff = Math.min(1, 0.97 / ratio);
  const reach = Math.ceil(LOBES / cutoff);
  const table = new Float32Array(N_PLACES * 2 * reach);
  for (let place = 0; place < N_PLACES; place++) {
    for (let j = 0; j < 2 * reach; j++) {
      const x = Math.abs(reach - 1 - j + place / N_PLACES);
      const angle = Math.PI * x * cutoff;
      table[place * 2 * reach + j] = x >= reach ? 0 : cutoff * (x === 0 ? 1 : Math.sin(angle) / angle) * (0.5 + 0.5 * Math.cos((Math.PI * x) / reach));
    }
  }
  latest = { ratio, kernels: { table, reach } };
  return latest.kernels;
}
