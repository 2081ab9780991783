import { describe, expect, it } from "vitest";
import { tapTempo } from "./taps";

describe("a tempo from taps", () => {
  it("is the line through them", () => {
    const found = tapTempo([1, 1.5, 2, 2.5, 3]);
    expect(found!.tempo_bpm).toBeCloseTo(120, 6);
    expect(found!.first_s).toBeCloseTo(1, 6);
  });

  it("evens out an unsteady hand", () => {
    const hand = [0.02, -0.03, 0.01, 0.025, -0.02, -0.01, 0.03, -0.025];
    const found = tapTempo(hand.map((off, at) => 0.3 + at * 0.6 + off));
    expect(Math.abs(found!.tempo_bpm - 100)).toBeLessThan(1.5);
    expect(found!.scatter_ms).toBeGreaterThan(10);
  });

  it("takes a missed beat for a missed beat", () => {
    expect(tapTempo([0, 0.5, 1, 2, 2.5, 3])!.tempo_bpm).toBeCloseTo(120, 6);
  });

  it("needs four", () => {
    expect(tapTempo([0, 0.5, 1])).toBeNull();
    expect(tapTempo([1, 1, 1, 1])).toBeNull();
  });
});
