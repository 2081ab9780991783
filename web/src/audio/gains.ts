/** Gains: matched loudness and crossfades. */

export const FADE_S = 0.01;

export function gainOf(level_db: number): number {
  return 10 ** (level_db / 20);
}

/** Position of the volume slider (0 to 1) as a gain: the cube, so that half-way is 18 dB less and the bottom is silent. */
export function volumeGain(slider: number): number {
  return Math.min(1, Math.max(0, slider)) ** 3;
}

/** How far each track is turned down (0 or less) so that all sound as loud as the quietest. Unknown loudness stays. */
export function matchingGains(loudness_lufs: readonly (number | null)[]): number[] {
  const known = loudness_lufs.filter((value): value is number => value !== null && Number.isFinite(value));
  const quietest = Math.min(...known);
  return loudness_lufs.map((value) => (value === null || !Number.isFinite(value) || known.length < 2 ? 0 : quietest - value));
}

/**
 * `linear` keeps the level between versions of one song (their waveforms are alike, so amplitudes add); `equal-power`
 * keeps it between strangers (their energies add).
 */
export type FadeShape = "linear" | "equal-power";

export interface Fade {
  from: number;
  to: number;
  start_s: number;
  length_s: number;
  shape: FadeShape;
}

/** The gain of a fade at a moment. */
export function fadeAt(fade: Fade, at_s: number): number {
  const share = fade.length_s <= 0 ? 1 : Math.min(1, Math.max(0, (at_s - fade.start_s) / fade.length_s));
  if (share === 1) return fade.to;
  if (fade.shape === "equal-power") {
    if (fade.from === 0) return fade.to * Math.sin((share * Math.PI) / 2);
    if (fade.to === 0) return fade.from * Math.cos((share * Math.PI) / 2);
  }
  return fade.from + (fade.to - fade.from) * share;
}

export const FADE_STEPS = 8;

/** The corners of the fade for a ramp of straight lines: time and gain, the start first. */
export function fadePoints(fade: Fade): [at_s: number, gain: number][] {
  const n = fade.shape === "linear" || fade.length_s <= 0 ? 1 : FADE_STEPS;
  return Array.from({ length: n + 1 }, (_, i) => {
    const at_s = fade.start_s + (fade.length_s * i) / n;
    return [at_s, fadeAt(fade, i === n ? Infinity : at_s)];
  });
}
