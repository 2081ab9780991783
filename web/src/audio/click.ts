/** The metronome: a short high knock, the first of a bar higher. */

const LENGTH_S = 0.06;

/** One click at full level, as samples. */
export function click(sample_rate: number, isFirst: boolean): Float32Array<ArrayBuffer> {
  const hz = isFirst ? 1760 : 1320;
  return Float32Array.from({ length: Math.round(LENGTH_S * sample_rate) }, (_, i) => {
    const time_s = i / sample_rate;
    return 0.5 * Math.sin(2 * Math.PI * hz * time_s) * Math.exp(-time_s / 0.012) * Math.min(1, i / 20);
  });
}

export interface Beat {
  time_s: number;
  isFirst: boolean;
}

/** The clicks of a part of the song; one that began before it goes on. */
export function clicksOf(beats: readonly Beat[], from_s: number, to_s: number, n_frames: number, sample_rate: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(n_frames);
  const per_s = n_frames / (to_s - from_s);
  for (const { time_s, isFirst } of beats) {
    const at = Math.round((time_s - from_s) * per_s);
    if (at >= n_frames || at < -LENGTH_S * sample_rate) continue;
    const sound = click(sample_rate, isFirst);
    for (let i = Math.max(0, -at); i < sound.length && at + i < n_frames; i++) out[at + i]! += sound[i]!;
  }
  return out;
}
