import { expect, test } from "vitest";
import { rhythmApart, rhythmChange, rhythmWords } from "./rhythm";

test("a tab is up to date with the analysis whose corrections it was written with", () => {
  expect(rhythmApart({ file: "a", instrument: "bass" }, {})).toEqual([]);
  expect(rhythmApart({ file: "a", tempo_bpm: 90, tempo_factor: "same", metre: null }, { tempo_bpm: 90 })).toEqual([]);
});

test("what was corrected since is told, and what was taken back", () => {
  expect(rhythmApart({ file: "a" }, { tempo_bpm: 59.9999, first_beat_s: 1.9834, metre: "3/4", tempo_factor: "half" })).toEqual(["60 BPM", "beats half as fast", "the first beat at 1.983 s", "3/4"]);
  expect(rhythmApart({ file: "a", first_beat_s: 0, metre: "6/8" }, { metre: "3/4" })).toEqual(["the first beat as found", "3/4"]);
});

test("taking the rhythm over takes away what is not corrected any more", () => {
  expect(rhythmChange({ first_beat_s: 0 })).toEqual({ tempo_bpm: null, tempo_factor: null, first_beat_s: 0, metre: null });
});

test("before the first run it is told which rhythm will be written", () => {
  expect(rhythmWords(null)).toContain("if you correct them in the song's analysis first");
  expect(rhythmWords({})).toBe(rhythmWords(null));
  expect(rhythmWords({ tempo_bpm: 90, metre: "3/4" })).toContain("corrected to: 90 BPM, 3/4.");
});
