/**
 * Slower or faster at the same pitch: pieces of the waveform are laid side by side where they fit best (WSOLA).
 *
 * First and last piece stand exactly at the sound's beginning and end, so that segments that are stretched one by one
 * still join without a seam. Source of the idea: Verhelst and Roelands, "An overlap-add technique based on waveform
 * similarity (WSOLA)", ICASSP 1993.
 */

const PIECE_S = 0.046;
const SEARCH_S = 0.012;
const COARSE = 4;

/** The same sound in `n_out` samples; all channels are cut at the same places. */
export function stretched(channels: readonly Float32Array[], n_out: number, sample_rate: number): Float32Array<ArrayBuffer>[] {
  const n_in = channels[0]?.length ?? 0;
  const piece = 2 * Math.round((PIECE_S * sample_rate) / 2);
  const out = channels.map(() => new Float32Array(n_out));
  if (n_out === n_in || n_in < 2 * piece || n_out < 2 * piece) {
    channels.forEach((channel, at) => out[at]!.set(channel.subarray(0, Math.min(n_in, n_out))));
    return out;
  }
  const hop = piece / 2;
  const reach = Math.round(SEARCH_S * sample_rate);
  const mono = mixed(channels);
  const coarse = thinned(mono);
  const n_pieces = Math.ceil((n_out - piece) / hop) + 1;
  const scale = (n_in - piece) / (n_out - piece);
  let before = { in: 0, out: 0 };
  for (let k = 0; k < n_pieces; k++) {
    const place = Math.min(k * hop, n_out - piece);
    let from = Math.round(place * scale);
    const isEdge = k === 0 || k === n_pieces - 1;
    const expected = before.in + place - before.out;
    if (!isEdge && expected !== from && expected + hop <= n_in) from = bestFit(mono, coarse, expected, from, reach, hop, n_in - piece);
    lay(channels, out, from, place, piece, k === 0 ? 0 : before.out + piece - place);
    before = { in: from, out: place };
  }
  return out;
}

function mixed(channels: readonly Float32Array[]): Float32Array {
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
function lay(channels: readonly Float32Array[], out: Float32Array[], from: number, place: number, piece: number, overlap: number): void {
  channels.forEach((channel, at) => {
    const target = out[at]!;
    for (let i = 0; i < overlap; i++) {
      const share = 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / overlap);
      target[place + i] = (1 - share) * target[place + i]! + share * channel[from + i]!;
    }
    target.set(channel.subarray(from + overlap, from + piece), place + overlap);
  });
}
