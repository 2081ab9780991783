/** What `transcribe` answers, as the page works with it. Pure. */
import type { components } from "../../api/schema";
import type { Json, Params } from "../../api/types";
import type { Beat } from "../../audio/click";
import type { SheetNote } from "../../notation/sheet.svelte";

export type TranscribeResult = components["schemas"]["TranscribeResult"];
export type TabNote = TranscribeResult["notes"][number];
export type FileFormat = TranscribeResult["files"][number]["format"];

export interface TabEdit {
  kind: "place" | "delete" | "add" | "hand";
  note?: string;
  string?: number;
  fret?: number;
  start_s?: number;
  end_s?: number;
  midi?: number;
}

export const EXPORTS: readonly { format: FileFormat; text: string; hint: string }[] = [
  { format: "pdf", text: "PDF", hint: "to print" },
  { format: "gp5", text: "Guitar Pro", hint: ".gp5" },
  { format: "musicxml", text: "MusicXML", hint: "for notation programs" },
  { format: "midi", text: "MIDI", hint: ".mid" },
  { format: "ascii", text: "Text tab", hint: ".txt" },
  { format: "chordpro", text: "Lead sheet", hint: "ChordPro" },
  { format: "alphatex", text: "alphaTex", hint: "with sync points" },
  { format: "svg", text: "SVG", hint: "pictures" },
  { format: "json", text: "JSON", hint: "all that is known" },
];

/** "7/2" as a number. */
export function fraction(text: string): number {
  const [over, under = "1"] = text.split("/");
  return Number(over) / Number(under);
}

export const sheetNotes = (notes: readonly TabNote[]): SheetNote[] =>
  notes.map(({ name, midi, onset_quarters, string }) => ({ name, midi, quarters: fraction(onset_quarters), string: string ?? null }));

/** The end of the last bar: bars have no end of their own. */
export function endOf(result: Pick<TranscribeResult, "bars" | "time_signature" | "duration_s">): number {
  const last = result.bars.at(-1);
  if (!last) return result.duration_s;
  return last.start_s + barQuarters(result.time_signature) * (60 / last.tempo_bpm);
}

export function barQuarters(signature: string): number {
  const [n, unit] = signature.split("/").map(Number) as [number, number];
  return (4 * n) / unit;
}

/** Beats of the written bars, for metronome and counting in: two in 6/8, else as the signature says. */
export function beatsOf(result: Pick<TranscribeResult, "bars" | "time_signature" | "duration_s">): Beat[] {
  const [n, unit] = result.time_signature.split("/").map(Number) as [number, number];
  const per_bar = unit === 8 && n % 3 === 0 ? n / 3 : n;
  const end_s = endOf(result);
  return result.bars.flatMap(({ start_s }, at) => {
    const next_s = result.bars[at + 1]?.start_s ?? end_s;
    return Array.from({ length: per_bar }, (_, k) => ({ time_s: start_s + (k * (next_s - start_s)) / per_bar, isFirst: k === 0 }));
  });
}

const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const FLAT_NAMES = ["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"];

export const pitchName = (midi: number, isFlat = false): string => `${(isFlat ? FLAT_NAMES : NAMES)[((midi % 12) + 12) % 12]}${Math.floor(midi / 12) - 1}`;

const LETTERS: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** Pitch class of a note name such as Bb. */
export function pitchClass(name: string): number {
  let found = LETTERS[name.charAt(0).toUpperCase()] ?? 0;
  for (const sign of name.slice(1)) found += sign === "#" || sign === "♯" ? 1 : sign === "b" || sign === "♭" ? -1 : 0;
  return ((found % 12) + 12) % 12;
}

const QUALITIES: Record<string, string> = {
  maj: "",
  min: "m",
  "7": "7",
  maj7: "maj7",
  min7: "m7",
  dim: "°",
  dim7: "°7",
  hdim7: "ø7",
  aug: "+",
  sus2: "sus2",
  sus4: "sus4",
  maj6: "6",
  min6: "m6",
  minmaj7: "m(maj7)",
  "9": "9",
  maj9: "maj9",
  min9: "m9",
  "1": "",
  "5": "5",
};

const DEGREES: Record<string, number> = { "1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11 };

/** A chord in Harte's syntax as players write it, some semitones higher: A:min7/b3 is Am7/C. */
export function chordName(label: string, semitones = 0): string {
  const found = /^([A-G][b#]*)(?::([^/]+))?(?:\/(.+))?$/.exec(label);
  if (!found) return label === "N" || label === "X" ? "–" : label;
  const [, root = "C", quality = "maj", degree] = found;
  const isFlat = root.includes("b") || ["F", "Bb", "Eb", "Ab", "Db"].includes(root);
  const shown = (pitch: number): string => (isFlat ? FLAT_NAMES : NAMES)[((pitch % 12) + 12) % 12]!;
  const named = semitones === 0 ? root.replaceAll("b", "♭").replaceAll("#", "♯") : shown(pitchClass(root) + semitones);
  let bass = "";
  if (degree) {
    const steps = [...degree].reduce((sum, sign) => sum + (sign === "b" ? -1 : sign === "#" ? 1 : 0), 0);
    const tone = DEGREES[degree.replace(/[b#]/g, "")];
    if (tone !== undefined && tone + steps !== 0) bass = `/${shown(pitchClass(root) + tone + steps + semitones)}`;
  }
  return `${named}${QUALITIES[quality.replace(/\(.*\)$/, "")] ?? quality.replace("(", " (")}${bass}`;
}

/** A key such as "Eb major", some semitones higher. */
export function keyName(name: string, semitones = 0): string {
  const [tonic = "C", mode = ""] = name.split(" ");
  if (semitones === 0) return `${tonic.replace("b", "♭").replace("#", "♯")} ${mode}`;
  const pitch = (pitchClass(tonic) + semitones + 120) % 12;
  const isFlat = mode === "minor" ? [0, 2, 3, 5, 7, 10].includes(pitch) : [1, 3, 5, 8, 10].includes(pitch);
  return `${(isFlat ? FLAT_NAMES : NAMES)[pitch]} ${mode}`;
}

/** Open strings as MIDI numbers from how fingered notes sound, string 1 first; absent where a string is never used. */
export function openStrings(notes: readonly TabNote[], capo: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const { midi, string, fret } of notes) if (string != null && fret != null) found.set(string, midi - fret - capo);
  return found;
}

/** Parameters without what belongs to one run alone. */
export function runParams(params: Params, edits: readonly TabEdit[], format: readonly FileFormat[]): Params {
  const { edits: _edits, format: _format, ...rest } = params;
  return { ...rest, ...(edits.length > 0 ? { edits: edits.map((edit) => ({ ...edit }) as Json) } : {}), format: [...format] };
}
