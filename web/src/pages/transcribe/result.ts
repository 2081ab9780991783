/** What `transcribe` answers, as the page works with it. Pure. */
import type { components } from "../../api/schema";
import type { Json, Params } from "../../api/types";
import type { Beat } from "../../audio/click";
import type { SheetNote } from "../../notation/sheet.svelte";
import { fitting } from "./preferences";

export type TranscribeResult = components["schemas"]["TranscribeResult"];
export type TabNote = TranscribeResult["notes"][number];
export type FileFormat = TranscribeResult["files"][number]["format"];

/** What tells the pitches of notes in the recording. */
export interface Kept {
  notes: readonly Pick<TabNote, "name" | "midi">[];
  transpose_semitones: number;
}

/** The pitch that a note was heard with: names of notes begin with it. */
export const heardMidi = (name: string): number => Number(name.split("@")[0]);

export interface TabEdit {
  kind: "place" | "pitch" | "delete" | "add" | "hand";
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

/** What was said of the whole; that notes are not written is said where they are listed. */
export const remarks = ({ warnings, unfingered }: Pick<TranscribeResult, "warnings" | "unfingered">): string[] => warnings.filter((warning) => unfingered.length === 0 || !/ not in the (tab|score) \(.* unfingered, in the json file/.test(warning));

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

/** What is drawn: alphaTex holds no drums, MusicXML no points in time. */
export const drawnFormats = (params: Params): readonly FileFormat[] => (params["instrument"] === "drums" ? ["musicxml"] : ["alphatex"]);

/** Parameters without what belongs to one run alone. */
export function runParams(params: Params, edits: readonly TabEdit[], format: readonly FileFormat[]): Params {
  const { edits: _edits, format: _format, ...rest } = params;
  return { ...fitting(rest), ...(edits.length > 0 ? { edits: edits.map((edit) => ({ ...edit }) as Json) } : {}), format: [...format] };
}

/**
 * Edits that hold on any neck: the pitch of an added note tells its fret, and a place comes with its pitch. A place that
 * was kept without it took the one that the note has in the result which was kept.
 */
export function onAnyNeck(edits: readonly TabEdit[], { notes, transpose_semitones }: Kept): TabEdit[] {
  const pitches = new Map(notes.map(({ name, midi }) => [name, midi - transpose_semitones]));
  return edits.map((edit) => {
    if (edit.kind === "add" && edit.fret !== undefined) {
      const { fret: _fret, ...rest } = edit;
      return rest;
    }
    if (edit.kind !== "place" || edit.midi != null || edit.note === undefined) return edit;
    return { ...edit, midi: pitches.get(edit.note) ?? heardMidi(edit.note) };
  });
}

/** How the notes of a second hearing differ from those of the first, told; "" where they do not. */
export function heardOtherwise(before: Pick<TranscribeResult, "notes">, now: Pick<TranscribeResult, "notes">): string {
  const [old, fresh] = [before, now].map(({ notes }) => new Map(notes.map((note) => [note.name, note])));
  const n_more = now.notes.filter(({ name }) => !old!.has(name)).length;
  const n_fewer = before.notes.filter(({ name }) => !fresh!.has(name)).length;
  const n_elsewhere = now.notes.filter(({ name, string, fret }) => old!.has(name) && (old!.get(name)!.string !== string || old!.get(name)!.fret !== fret)).length;
  const told = [n_more && `${n_more} more`, n_fewer && `${n_fewer} fewer`, n_elsewhere && `${n_elsewhere} in other places`].filter(Boolean);
  return told.length > 0 ? `The song was heard anew, and not all is as before. Notes: ${told.join(", ")}. Undo shows what it was.` : "";
}

/** How a note is shaped, in words; a bend with how sure it is. */
export const shapesOf = ({ techniques, bend_confidence }: Pick<TabNote, "techniques" | "bend_confidence">): string[] =>
  techniques.map((name) => (name === "bend" && bend_confidence != null ? `bend (${Math.round(bend_confidence * 100)} % sure)` : name.replaceAll("_", "-")));
