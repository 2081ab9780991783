/** What may be entered for a tempo, and where the tempo that is shown comes from. Pure. */
import type { AnalyzeResult } from "./session.svelte";

export const LOWEST_BPM = 20;
export const HIGHEST_BPM = 400;

export type Entry = { tempo_bpm: number | undefined } | { error: string };

/** Reads what was typed; nothing is the tempo as found, and what is out of bounds is refused, not moved into them. */
export function readTempo(text: string): Entry {
  if (text.trim() === "") return { tempo_bpm: undefined };
  const tempo_bpm = Number(text);
  if (!Number.isFinite(tempo_bpm)) return { error: `Enter a number from ${LOWEST_BPM} to ${HIGHEST_BPM}.` };
  if (tempo_bpm < LOWEST_BPM || tempo_bpm > HIGHEST_BPM) return { error: `${Number(tempo_bpm.toFixed(3))} BPM was not used: enter ${LOWEST_BPM} to ${HIGHEST_BPM}.` };
  return { tempo_bpm };
}

/** "told by you", or how sure it is. */
export function tempoSource(tempo: Pick<NonNullable<AnalyzeResult["tempo"]>, "confidence" | "is_told">): string {
  return tempo.is_told ? "told by you" : `${Math.round(100 * tempo.confidence)} % sure`;
}
