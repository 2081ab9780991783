import { expect, test } from "vitest";
import { toldOf } from "./told";

test("a song that nobody corrected tells a mashup nothing", () => {
  expect(toldOf({}, 120)).toBeNull();
});

test("what was corrected is told as it is", () => {
  expect(toldOf({ first_beat_s: 0.8, metre: "3/4" }, 120)).toEqual({ first_beat_s: 0.8, metre: "3/4" });
  expect(toldOf({ tempo_bpm: 90 }, 90.02)).toEqual({ tempo_bpm: 90 });
});

test("a song counted half or twice as fast is told by the tempo that it then has", () => {
  expect(toldOf({ tempo_factor: "half" }, 64.5)).toEqual({ tempo_bpm: 64.5 });
  expect(toldOf({ tempo_bpm: 129, tempo_factor: "double", metre: "4/4" }, 258)).toEqual({ tempo_bpm: 258, metre: "4/4" });
  expect(toldOf({ tempo_factor: "half" }, null)).toBeNull();
});
