/** What a key does to a note: the edit that asks the server for it. Pure. */
import { heardMidi, type TabEdit, type TabNote } from "./result";

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

/** A stretch of time. */
export interface Stretch {
  start_s: number;
  end_s: number;
}

/** Notes of a bar may be played a little before its line. */
const EARLY_S = 0.04;
const isIn = (at_s: number, { start_s = 0, end_s = 0 }: Partial<Stretch>): boolean => at_s >= start_s && at_s < end_s;

/** What the player asked of the hand where this note is; the latest wish counts. */
export const handWish = (edits: readonly TabEdit[], note: TabNote): TabEdit | null => edits.findLast((edit) => edit.kind === "hand" && isIn(note.onset_s, edit)) ?? null;

/** The edits with the hand moved a fret up or down the neck for a stretch with this note in it; null where the neck ends. */
export function handMoved(edits: readonly TabEdit[], note: TabNote, step: 1 | -1, stretch: Stretch, neck: Neck): TabEdit[] | null {
  const [start_s, end_s] = [Math.max(0, stretch.start_s - EARLY_S), stretch.end_s - EARLY_S];
  const before = handWish(edits, note);
  const fret = (before?.fret ?? note.hand_fret ?? note.fret ?? 0) + step;
  if (!hasPlace(note) || fret < 1 || fret + neck.capo > neck.n_frets) return null;
  // one wish for one stretch: the next press moves it on
  return [...edits.filter((edit) => edit.kind !== "hand" || edit.start_s !== start_s || edit.end_s !== end_s), { kind: "hand", start_s, end_s, fret }];
}

/** The edits with the hand free again where this note is. */
export const handFreed = (edits: readonly TabEdit[], note: TabNote): TabEdit[] => edits.filter((edit) => edit.kind !== "hand" || !isIn(note.onset_s, edit));

/** The edits with the place of a note left to the solver again; its pitch stays as it was last asked for. `midi` is the pitch now, where no edit tells it. */
export function placeFreed(edits: readonly TabEdit[], name: string, midi: number): TabEdit[] {
  const isOfPitch = (edit: TabEdit): boolean => (edit.kind === "place" || edit.kind === "pitch") && edit.note === name;
  const last = edits.findLast(isOfPitch);
  if (!last) return [...edits];
  const pitch = last.midi ?? midi;
  return edits.flatMap((edit): TabEdit[] => {
    if (!isOfPitch(edit)) return [edit];
    return edit === last && pitch !== heardMidi(name) ? [{ kind: "pitch", note: name, midi: pitch }] : [];
  });
}

export const isAdded = (edits: readonly TabEdit[], note: TabNote): boolean =>
  edits.some((edit) => edit.kind === "add" && edit.midi === heardMidi(note.name) && Math.abs((edit.start_s ?? -1) - note.onset_s) < 0.001);

/** Whether the player chose its pitch: it was heard with another. */
export const isRetuned = (note: Pick<TabNote, "name" | "midi">, transpose: number): boolean => note.midi - transpose !== heardMidi(note.name);

/** The note before or after in time; of those that begin together, from the lowest pitch up. */
export function neighbour(notes: readonly TabNote[], name: string | null, step: 1 | -1, at_s: number): TabNote | null {
  const order = [...notes].sort((a, b) => a.onset_s - b.onset_s || a.midi - b.midi);
  const here = order.findIndex((note) => note.name === name);
  if (here >= 0) return order[here + step] ?? null;
  const next = order.findIndex(({ onset_s }) => onset_s >= at_s - 0.05);
  return (step > 0 ? order[next < 0 ? order.length - 1 : next] : order[(next < 0 ? order.length : next) - 1]) ?? null;
}
