/** How the rhythm that a tab is written in differs from the song's analysis as it stands. Pure. */
import type { Params } from "../../api/types";
import { type Corrections, correctionsOf } from "../../notation/corrections";

const NAMES = ["tempo_bpm", "tempo_factor", "first_beat_s", "metre"] as const;

const WORDS: { [Name in (typeof NAMES)[number]]: (value: Corrections[Name]) => string } = {
  tempo_bpm: (tempo) => (tempo === undefined ? "the tempo as found" : `${Number(tempo.toFixed(2))} BPM`),
  tempo_factor: (factor) => (factor === undefined ? "beats neither halved nor doubled" : `beats ${factor === "half" ? "half" : "twice"} as fast`),
  first_beat_s: (at_s) => (at_s === undefined ? "the first beat as found" : `the first beat at ${at_s.toFixed(3)} s`),
  metre: (metre) => (metre === undefined ? "the metre as found" : metre),
};

/** What the analysis has otherwise than the tab with these parameters, told; none where both agree. */
export function rhythmApart(params: Params, known: Corrections): string[] {
  const made = correctionsOf(params);
  const told = <Name extends (typeof NAMES)[number]>(name: Name): string[] => (made[name] === known[name] ? [] : [WORDS[name](known[name])]);
  return NAMES.flatMap((name) => told(name));
}

/** The change of a tab's parameters that gives it this rhythm; null takes one away. */
export const rhythmChange = (known: Corrections): Params => Object.fromEntries(NAMES.map((name) => [name, known[name] ?? null]));

/** What a first transcription does with the rhythm of the song's analysis. */
export function rhythmWords(known: Corrections | null): string {
  const corrected = rhythmApart({}, known ?? {});
  return corrected.length
    ? `It is written in the rhythm that its analysis was corrected to: ${corrected.join(", ")}.`
    : "Tempo, first beat and metre are found; if you correct them in the song's analysis first, the music is written in what you said.";
}
