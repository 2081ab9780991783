/** A tempo from taps. Pure. */

export interface TapTempo {
  tempo_bpm: number;
  /** Where the beat falls: the line through the taps, at the first of them. */
  first_s: number;
  /** How far the taps lie from it. */
  scatter_ms: number;
}

/** The straight line through taps that are a beat apart, where a few may be missed; null of fewer than four. */
export function tapTempo(taps_s: readonly number[]): TapTempo | null {
  if (taps_s.length < 4) return null;
  const gaps = taps_s.slice(1).map((tap, at) => tap - taps_s[at]!);
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
  if (!(usual > 0.05)) return null;
  let beat = 0;
  const beats = [0, ...gaps.map((gap) => (beat += Math.max(1, Math.round(gap / usual))))];
  const n = taps_s.length;
  const middle = beats.reduce((sum, value) => sum + value, 0) / n;
  const mean_s = taps_s.reduce((sum, value) => sum + value, 0) / n;
  const spread = beats.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const beat_s = beats.reduce((sum, value, at) => sum + (value - middle) * (taps_s[at]! - mean_s), 0) / spread;
  const first_s = mean_s - middle * beat_s;
  const scatter = Math.sqrt(beats.reduce((sum, value, at) => sum + (taps_s[at]! - first_s - value * beat_s) ** 2, 0) / n);
  return { tempo_bpm: 60 / beat_s, first_s, scatter_ms: 1000 * scatter };
}
