import { describe, expect, it } from "vitest";
import { clicksOf } from "../../audio/click";
import { handFreed, handMoved, handWish, isRetuned, locked, neighbour, onFret, onOtherString, onPitch, placeFreed } from "./editing";
import { TabHistory, type Wish } from "./history.svelte";
import { changeOf, DEFAULTS, paramsOf, preferencesOf } from "./preferences";
import { beatsOf, endOf, fraction, heardOtherwise, onAnyNeck, remarks, runParams, shapesOf, sheetNotes, type TabNote } from "./result";

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
  bend_confidence: null,
  is_bend_doubtful: false,
  ...more,
});
const neck = { tuning: [64, 59, 55, 50, 45, 40], capo: 0, n_frets: 22, transpose: 0 };

describe("what is said of the whole", () => {
  it("leaves to the list what the list tells", () => {
    const missing = "2 of 9 notes are not in the tab (out of reach: 2): such as E4 at 1.20 s. MIDI holds them all the same; unfingered, in the json file and in the result (--json), lists each with the reason.";
    const unfingered = [{ name: "64@1200", time_s: 1.2, midi: 64, reason: "out of reach" }];
    expect(remarks({ warnings: ["The key is ambiguous.", missing], unfingered })).toEqual(["The key is ambiguous."]);
    expect(remarks({ warnings: [missing], unfingered: [] })).toEqual([missing]);
  });
});

describe("how a note is shaped", () => {
  it("names techniques, and how sure a bend is", () => {
    expect(shapesOf(note({ techniques: ["hammer_on", "bend"], bend_confidence: 0.624 }))).toEqual(["hammer-on", "bend (62 % sure)"]);
    expect(shapesOf(note({}))).toEqual([]);
  });
});

describe("a key on a note", () => {
  it("moves it to the next string that has its pitch", () => {
    expect(onOtherString(note({}), -1, neck)).toEqual({ kind: "place", note: "57@1000", string: 4, fret: 7, midi: 57 });
    expect(onOtherString(note({ string: 4, fret: 7 }), 1, neck)).toEqual({ kind: "place", note: "57@1000", string: 3, fret: 2, midi: 57 });
    expect(onOtherString(note({}), 1, neck)).toBeNull(); // the second string is open two semitones higher
  });

  it("passes over strings that cannot have it, as on a re-entrant ukulele", () => {
    const ukulele = { tuning: [69, 64, 60, 67], capo: 0, n_frets: 12, transpose: 0 };
    expect(onOtherString(note({ midi: 66, string: 2, fret: 2 }), -1, ukulele)).toMatchObject({ string: 3, fret: 6 });
    expect(onOtherString(note({ midi: 68, string: 3, fret: 8 }), -1, ukulele)).toMatchObject({ string: 4, fret: 1 });
  });

  it("counts frets from the capo and stays on the neck", () => {
    expect(onOtherString(note({ midi: 59, string: 3, fret: 2 }), -1, { ...neck, capo: 2 })).toMatchObject({ string: 4, fret: 7 });
    expect(onFret(note({}), 23, neck)).toBeNull();
    expect(onFret(note({}), 21, { ...neck, capo: 2 })).toBeNull();
    expect(onFret(note({}), -1, neck)).toBeNull();
    expect(onFret(note({}), 3, neck)).toEqual({ kind: "place", note: "57@1000", string: 3, fret: 3, midi: 58 });
  });

  it("keeps its place, if it has one", () => {
    expect(locked(note({}), neck)).toMatchObject({ string: 3, fret: 2, midi: 57 });
    expect(locked(note({ string: null, fret: null }), neck)).toBeNull();
  });

  it("moves the hand for a stretch, one wish for each", () => {
    const bar = { start_s: 0.5, end_s: 2.5 };
    const added = { kind: "delete", note: "x" } as const;
    const once = handMoved([added], note({ hand_fret: 4 }), 1, bar, neck)!;
    expect(once).toEqual([added, { kind: "hand", start_s: 0.46, end_s: 2.46, fret: 5 }]);
    const twice = handMoved(once, note({ hand_fret: 4 }), 1, bar, neck)!;
    expect(twice).toEqual([added, { kind: "hand", start_s: 0.46, end_s: 2.46, fret: 6 }]);
    const wider = handMoved(twice, note({}), -1, { start_s: 0.5, end_s: 4.5 }, neck)!;
    expect(wider.filter(({ kind }) => kind === "hand")).toHaveLength(2);
    expect(handWish(wider, note({}))!.fret).toBe(5);
    expect(handWish(wider, note({ onset_s: 6 }))).toBeNull();
    expect(handFreed(wider, note({}))).toEqual([added]);
    expect(handMoved([], note({ hand_fret: 1 }), -1, bar, neck)).toBeNull();
    expect(handMoved([], note({ hand_fret: 20 }), 1, bar, { ...neck, capo: 2 })).toBeNull();
    expect(handMoved([], note({ string: null, fret: null, hand_fret: null }), 1, bar, neck)).toBeNull();
  });

  it("speaks of the recording's pitch, whatever is written", () => {
    const higher = { ...neck, transpose: 2 };
    const moved = note({ midi: 59, fret: 4 });
    expect(locked(moved, higher)).toMatchObject({ string: 3, fret: 4, midi: 57 });
    expect(onFret(moved, 5, higher)).toMatchObject({ string: 3, fret: 5, midi: 58 });
    expect(onPitch(moved, 1, 2)).toEqual({ kind: "pitch", note: "57@1000", midi: 58 });
    expect(onPitch(note({ midi: 0 }), -1, 0)).toBeNull();
  });

  it("frees its place at the pitch that was asked for last", () => {
    const name = "62@58";
    const place = (fret: number, midi: number) => ({ kind: "place", note: name, string: 2, fret, midi }) as const;
    const other = { kind: "delete", note: "64@0" } as const;
    expect(placeFreed([place(3, 62), place(4, 63), other, place(3, 62)], name, 62)).toEqual([other]);
    expect(placeFreed([place(4, 63), other, place(5, 64)], name, 64)).toEqual([other, { kind: "pitch", note: name, midi: 64 }]);
    expect(placeFreed([{ kind: "pitch", note: name, midi: 63 }, place(3, 62)], name, 62)).toEqual([]);
    expect(placeFreed([{ kind: "place", note: name, string: 2, fret: 4 }], name, 63)).toEqual([{ kind: "pitch", note: name, midi: 63 }]);
    expect(placeFreed([other], name, 62)).toEqual([other]);
  });

  it("knows whose pitch was chosen by hand, also where all is written higher", () => {
    expect([isRetuned({ name: "62@58", midi: 62 }, 0), isRetuned({ name: "62@58", midi: 64 }, 2)]).toEqual([false, false]);
    expect([isRetuned({ name: "62@58", midi: 45 }, 0), isRetuned({ name: "62@58", midi: 62 }, 2)]).toEqual([true, true]);
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
    const kept = { file: "f", difficulty: "easy", notation: "tab" };
    expect(runParams(kept, [], ["pdf"])).toEqual({ ...kept, format: ["pdf"] });
    expect(runParams({ ...kept, instrument: "piano" }, [], ["pdf"])).toEqual({ file: "f", instrument: "piano", format: ["pdf"] });
  });
});

describe("edits that were kept", () => {
  const add = { kind: "add", midi: 64, start_s: 1, end_s: 2, string: 2 } as const;
  const place = { kind: "place", note: "62@58", string: 1, fret: 3 } as const;

  it("name an added note by its string and pitch, so that it holds on another neck", () => {
    expect(onAnyNeck([{ ...add, fret: 5 }, add], { notes: [], transpose_semitones: 0 })).toEqual([add, add]);
  });

  it("place a note at the pitch that it had, though they were kept without it", () => {
    const result = { notes: [{ name: "62@58", midi: 69 }], transpose_semitones: 2 };
    expect(onAnyNeck([place, { ...place, midi: 60 }], result)).toEqual([{ ...place, midi: 67 }, { ...place, midi: 60 }]);
    expect(onAnyNeck([place], { notes: [], transpose_semitones: 2 }), "it was deleted afterwards").toEqual([{ ...place, midi: 62 }]);
  });
});

describe("preferences", () => {
  it("leave out what is usual, and what the instrument has not", () => {
    expect(paramsOf(DEFAULTS)).toEqual({});
    expect(paramsOf({ ...DEFAULTS, tuning: "guitar drop D", capo: 3 })).toEqual({ tuning: "guitar drop D", capo: 3 });
    expect(paramsOf({ ...DEFAULTS, instrument: "piano", tuning: "x", capo: 3, style: "open", difficulty: "easy", notation: "tab", suggest_setups: true })).toEqual({ instrument: "piano" });
    expect(paramsOf({ ...DEFAULTS, instrument: "voice", notation: "standard" })).toEqual({ instrument: "voice", notation: "standard" });
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

describe("settings that are changed", () => {
  it("are told as a change of parameters", () => {
    expect(changeOf(DEFAULTS, { file: "x" })).toBeNull();
    expect(changeOf({ ...DEFAULTS, capo: 2, notation: "tab" }, { file: "x" })).toEqual({ capo: 2 });
    expect(changeOf({ ...DEFAULTS, difficulty: "easy" }, { capo: 2, difficulty: "easy" })).toEqual({ capo: null });
    expect(changeOf({ ...DEFAULTS, instrument: "piano", capo: 2 }, { capo: 2 })).toEqual({ instrument: "piano", capo: null });
  });
});

describe("steps", () => {
  const tabOf = (wish: Wish) => ({ wish, result: { n_notes: wish.edits.length } as never, music: { text: `${wish.edits.length}` } as never });
  const edits = (n: number) => Array.from({ length: n }, (_, at) => ({ kind: "delete" as const, note: `${at}` }));
  const settle = () => new Promise((done) => setTimeout(done, 5));

  function open(refuse: (wish: Wish) => boolean = () => false) {
    const solved: number[] = [];
    const problems: number[] = [];
    const history = new TabHistory({
      solve: async (wish) => {
        solved.push(wish.edits.length);
        await Promise.resolve();
        if (refuse(wish)) throw new Error("no");
        return tabOf(wish);
      },
      onshown: () => {},
      onproblem: (_error, wish) => problems.push(wish.edits.length),
      onchange: () => {},
    });
    history.put(tabOf({ params: {}, edits: [] }));
    return { history, solved, problems, shown: () => history.shown!.wish.edits.length };
  }

  it("that follow quickly are answered together and taken back one by one", async () => {
    const { history, solved, shown } = open();
    for (const n of [1, 2, 3]) history.want({ params: {}, edits: edits(n) });
    expect(history.isSolving).toBe(true);
    await settle();
    expect(solved).toEqual([1, 3]);
    expect(shown()).toBe(3);
    history.undo();
    await settle();
    expect([shown(), solved.at(-1)]).toEqual([2, 2]);
    history.undo();
    history.undo();
    expect(history.canUndo).toBe(false);
    await settle();
    expect(shown()).toBe(0);
    history.redo();
    history.redo();
    history.redo();
    await settle();
    expect([shown(), history.canRedo, solved]).toEqual([3, false, [1, 3, 2]]); // all are known by now
  });

  it("know what the library has", async () => {
    const { history } = open();
    expect(history.isKept).toBe(true);
    history.want({ params: {}, edits: edits(1) });
    expect(history.isKept).toBe(false);
    history.undo();
    expect(history.isKept).toBe(true);
    await settle();
    expect(history.canRedo).toBe(true);
    history.want({ params: {}, edits: edits(5) });
    expect(history.canRedo).toBe(false);
  });

  it("that cannot be done are taken back, with what was built on them", async () => {
    const { history, problems, shown } = open((wish) => wish.edits.length === 2);
    history.want({ params: {}, edits: edits(1) });
    await settle();
    history.want({ params: {}, edits: edits(2) });
    history.want({ params: {}, edits: edits(3) });
    await settle();
    expect(problems).toEqual([2]);
    expect([shown(), history.isSolving, history.canRedo]).toEqual([1, false, false]);
    history.undo();
    await settle();
    expect(shown()).toBe(0);
  });
});

describe("a song that was heard anew", () => {
  it("tells how its notes differ, and nothing where they do not", () => {
    const before = { notes: [note({}), note({ name: "60@1500", midi: 60 }), note({ name: "62@1700", midi: 62 })] };
    expect(heardOtherwise(before, { notes: [...before.notes] })).toBe("");
    const now = { notes: [note({}), note({ name: "60@1500", midi: 60, string: 4, fret: 10 }), note({ name: "64@1900" }), note({ name: "65@1950" })] };
    expect(heardOtherwise(before, now)).toBe("The song was heard anew, and not all is as before. Notes: 2 more, 1 fewer, 1 in other places. Undo shows what it was.");
  });
});
