/** What a mashup is told of a song whose analysis was corrected. */
import type { Corrections } from "../../notation/corrections";

/** A correction as mashups take it, without the song's letter. */
export type Told = Pick<Corrections, "tempo_bpm" | "first_beat_s" | "metre">;

/** The corrections in a mashup's words: it knows no factor, but the tempo that the song was counted at with it. */
export function toldOf(corrections: Corrections, tempo_bpm: number | null): Told | null {
  const { tempo_factor, ...told } = corrections;
  if (tempo_factor && tempo_bpm) Object.assign(told, { tempo_bpm });
  return Object.keys(told).length > 0 ? told : null;
}
