/** What a key does to a note: the edit that asks the server for it. Pure. */
import type { TabEdit, TabNote } from "./result";

export interface Neck {
  /** Open strings as MIDI numbers, string 1 first. */
  tuning: readonly number[];
  capo: number;
  n_frets: number;
  /** How much higher than the recording everything is written. */
  transpose: number;
}

const hasPlace = (note: TabNote): note is TabNote & { string: number; fret: number } => note.string != null && note.fret != null;

/** The same pitch on the next string up (towards string 1) or down that has it; null if none has. */
export function onOtherString(note: TabNote, step: 1 | -1, neck: Neck): TabEdit | null {
  if (!hasPlace(note)) return null;
  for (let string = note.string - step; string >= 1 && string <= neck.tuning.length; string -= step) {
    const fret = note.midi - neck.tuning[string - 1]! - neck.capo;
    if (fret >= 0 && fret + neck.capo <= neck.n_frets) return { kind: "place", note: note.name, string, fret, midi: note.midi - neck.transpose };
  }
  return null;
}

/** Another fret of the same string: another pitch. */
export function onFret(note: TabNote, fret: number, neck: Neck): TabEdit | null {
  if (!hasPlace(note) || fret < 0 || fret + neck.capo > neck.n_frets || fret === note.fret) return null;
  return { kind: "place", note: note.name, string: note.string, fret, midi: note.midi - (note.fret - fret) - neck.transpose };
}

/** Where there is no neck: a semitone up or down. */
export function onPitch(note: TabNote, step: 1 | -1, transpose: number): TabEdit | null {
  const midi = note.midi + step - transpose;
  return midi < 0 || midi > 127 ? null : { kind: "pitch", note: note.name, midi };
}

export const locked = (note: TabNote, neck: Neck): TabEdit | null =>
  hasPlace(note) ? { kind: "place", note: note.name, string: note.string, fret: note.fret, midi: note.midi - neck.transpose } : null;

/** The pitch that a note was heard with: names of notes begin with it. */
export const heardMidi = (name: string): number => Number(name.split("@")[0]);

export const isAdded = (edits: readonly TabEdit[], note: TabNote): boolean =>
  edits.some((edit) => edit.kind === "add" && edit.midi === heardMidi(note.name) && Math.abs((edit.start_s ?? -1) - note.onset_s) < 0.001);

/** The note before or after in time; of those that begin together, from the lowest pitch up. */
export function neighbour(notes: readonly TabNote[], name: string | null, step: 1 | -1, at_s: number): TabNote | null {
  const order = [...notes].sort((a, b) => a.onset_s - b.onset_s || a.midi - b.midi);
  const here = order.findIndex((note) => note.name === name);
  if (here >= 0) return order[here + step] ?? null;
  const next = order.findIndex(({ onset_s }) => onset_s >= at_s - 0.05);
  return (step > 0 ? order[next < 0 ? order.length - 1 : next] : order[(next < 0 ? order.length : next) - 1]) ?? null;
}
