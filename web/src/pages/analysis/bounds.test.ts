import { describe, expect, it } from "vitest";
import { readTempo, tempoSource } from "./bounds";

describe("a tempo that is typed", () => {
  it("is taken within the bounds, at them, and not at all where the field is empty", () => {
    for (const tempo_bpm of [20, 88.5, 400]) expect(readTempo(String(tempo_bpm))).toEqual({ tempo_bpm });
    expect(readTempo("  ")).toEqual({ tempo_bpm: undefined });
  });

  it("is refused beyond them, by name of the bounds, rather than moved", () => {
    expect(readTempo("5")).toEqual({ error: "5 BPM was not used: enter 20 to 400." });
    expect(readTempo("401")).toEqual({ error: "401 BPM was not used: enter 20 to 400." });
    expect(readTempo("-3")).toHaveProperty("error");
    expect(readTempo("fast")).toEqual({ error: "Enter a number from 20 to 400." });
  });
});

describe("where the tempo comes from", () => {
  it("is the player where told, however sure it is", () => {
    expect(tempoSource({ is_told: true, confidence: 1 })).toBe("told by you");
    expect(tempoSource({ is_told: true, confidence: 0 })).toBe("told by you");
    expect(tempoSource({ is_told: false, confidence: 0.876 })).toBe("88 % sure");
  });
});
