import { describe, expect, it } from "vitest";
import { clicksOf } from "../../audio/click";
import { locked, neighbour, onFret, onOtherString } from "./editing";
import { DEFAULTS, paramsOf, preferencesOf } from "./preferences";
import { beatsOf, endOf, fraction, runParams, sheetNotes, type TabNote } from "./result";

const note = (more: Partial<TabNote>): TabNote => ({
  name: "57@1000",
  onset_s: 1,
  offset_s: 1.5,
  midi: 57,
  velocity: 90,
  confidence: 0.9,
  is_doubtful: false,
  onset_quarters: "0",
  duration_quarters: "1",
  string: 3,
  fret: 2,
  hand_fret: 1,
  is_locked: false,
  techniques: [],
  ...more,
});
const neck = { tuning: [64, 59, 55, 50, 45, 40], capo: 0, n_frets: 22 };

describe("a key on a note", () => {
  it("moves it to the next string that has its pitch", () => {
    expect(onOtherString(note({}), -1, neck)).toEqual({ kind: "place", note: "57@1000", string: 4, fret: 7 });
    expect(onOtherString(note({ string: 4, fret: 7 }), 1, neck)).toEqual({ kind: "place", note: "57@1000", string: 3, fret: 2 });
    expect(onOtherString(note({}), 1, neck)).toBeNull(); // the second string is open two semitones higher
  });

  it("passes over strings that cannot have it, as on a re-entrant ukulele", () => {
    const ukulele = { tuning: [69, 64, 60, 67], capo: 0, n_frets: 12 };
    expect(onOtherString(note({ midi: 66, string: 2, fret: 2 }), -1, ukulele)).toMatchObject({ string: 3, fret: 6 });
    expect(onOtherString(note({ midi: 68, string: 3, fret: 8 }), -1, ukulele)).toMatchObject({ string: 4, fret: 1 });
  });

  it("counts frets from the capo and stays on the neck", () => {
    expect(onOtherString(note({ midi: 59, string: 3, fret: 2 }), -1, { ...neck, capo: 2 })).toMatchObject({ string: 4, fret: 7 });
    expect(onFret(note({}), 23, neck)).toBeNull();
    expect(onFret(note({}), 21, { ...neck, capo: 2 })).toBeNull();
    expect(onFret(note({}), -1, neck)).toBeNull();
    expect(onFret(note({}), 3, neck)).toMatchObject({ kind: "place", string: 3, fret: 3 });
  });

  it("keeps its place, if it has one", () => {
    expect(locked(note({}))).toMatchObject({ string: 3, fret: 2 });
    expect(locked(note({ string: null, fret: null }))).toBeNull();
  });

  it("goes to its neighbour in time, chords from the lowest up", () => {
    const notes = [note({ name: "b", onset_s: 1, midi: 60 }), note({ name: "a", onset_s: 1, midi: 50 }), note({ name: "c", onset_s: 2 })];
    expect(neighbour(notes, "a", 1, 0)!.name).toBe("b");
    expect(neighbour(notes, "b", 1, 0)!.name).toBe("c");
    expect(neighbour(notes, "c", 1, 0)).toBeNull();
    expect(neighbour(notes, null, 1, 1.5)!.name).toBe("c");
    expect(neighbour(notes, null, -1, 1.5)!.name).toBe("b");
    expect(neighbour(notes, null, 1, 99)!.name).toBe("c");
  });
});

describe("what transcribe answers", () => {
  const bar = (start_s: number): { start_s: number; tempo_bpm: number; section: string; chords: [] } => ({ start_s, tempo_bpm: 120, section: "", chords: [] });

  it("has an end and beats", () => {
    const result = { bars: [bar(0.5), bar(2.5)], time_signature: "4/4", duration_s: 9 };
    expect(endOf(result)).toBe(4.5);
    expect(beatsOf(result).map(({ time_s }) => time_s)).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
    expect(beatsOf(result).filter(({ isFirst }) => isFirst)).toHaveLength(2);
    expect(beatsOf({ ...result, time_signature: "6/8" })).toHaveLength(4);
  });

  it("places notes by fractions", () => {
    expect(fraction("7/2")).toBe(3.5);
    expect(sheetNotes([note({ onset_quarters: "-1/4", string: null })])[0]).toMatchObject({ quarters: -0.25, string: null });
  });

  it("is asked for again with the same parameters", () => {
    const edit = { kind: "delete", note: "a" } as const;
    expect(runParams({ file: "f", edits: [], format: ["gp5"], capo: 2 }, [edit], ["pdf"])).toEqual({ file: "f", capo: 2, edits: [edit], format: ["pdf"] });
    expect(runParams({ file: "f", edits: [{ kind: "delete" }] }, [], ["pdf"])).toEqual({ file: "f", format: ["pdf"] });
  });
});

describe("preferences", () => {
  it("leave out what is usual, and what the instrument has not", () => {
    expect(paramsOf(DEFAULTS)).toEqual({});
    expect(paramsOf({ ...DEFAULTS, tuning: "guitar drop D", capo: 3 })).toEqual({ tuning: "guitar drop D", capo: 3 });
    expect(paramsOf({ ...DEFAULTS, instrument: "piano", tuning: "x", capo: 3 })).toEqual({ instrument: "piano" });
  });

  it("come back from a transcription; the view stays", () => {
    const view = { ...DEFAULTS, notation: "tab" as const };
    expect(preferencesOf({ instrument: "bass", capo: 1 }, view)).toEqual({ ...DEFAULTS, instrument: "bass", capo: 1, notation: "tab" });
  });
});

describe("the metronome", () => {
  it("knocks on the beats, and goes on over a joint", () => {
    const beats = [
      { time_s: 0.99, isFirst: true },
      { time_s: 1.5, isFirst: false },
    ];
    const sound = clicksOf(beats, 1, 2, 8000, 8000);
    const level = (from: number, to: number): number => Math.max(...sound.subarray(from, to).map(Math.abs));
    expect(level(0, 80)).toBeGreaterThan(0.05);
    expect(level(1000, 3990)).toBe(0);
    expect(level(4000, 4100)).toBeGreaterThan(0.2);
  });

  it("keeps the beat at another speed", () => {
    const sound = clicksOf([{ time_s: 1.5, isFirst: false }], 1, 2, 16000, 8000);
    expect(sound.findIndex((value) => Math.abs(value) > 0.02)).toBeGreaterThan(7990);
    expect(sound.subarray(8000, 8100).some((value) => Math.abs(value) > 0.2)).toBe(true);
  });
});
