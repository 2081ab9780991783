import { describe, expect, it } from "vitest";
import { type Fade, fadeAt, fadePoints, gainOf, matchingGains, volumeGain } from "./gains";

describe("matching", () => {
  it("turns the louder ones down to the quietest, never up", () => {
    expect(matchingGains([-20.2, -14])).toEqual([0, expect.closeTo(-6.2, 9)]);
    expect(matchingGains([-9, -14, -12])).toEqual([-5, 0, -2]);
  });

  it("leaves what cannot be matched", () => {
    expect(matchingGains([null, -14])).toEqual([0, 0]);
    expect(matchingGains([-14])).toEqual([0]);
    expect(matchingGains([null, -14, -10])).toEqual([0, 0, -4]);
  });
});

describe("crossfades", () => {
  const out: Fade = { from: 0.8, to: 0, start_s: 2, length_s: 0.01, shape: "linear" };
  const into: Fade = { ...out, from: 0, to: 0.8 };

  it("begin and end where they should", () => {
    for (const shape of ["linear", "equal-power"] as const) {
      expect(fadeAt({ ...out, shape }, 1)).toBe(0.8);
      expect(fadeAt({ ...out, shape }, 3)).toBe(0);
      const points = fadePoints({ ...into, shape });
      expect(points[0]).toEqual([2, 0]);
      expect(points.at(-1)).toEqual([2.01, 0.8]);
    }
  });

  it("keep the amplitude of what is alike", () => {
    for (let at = 2; at < 2.01; at += 0.001) expect(fadeAt(out, at) + fadeAt(into, at)).toBeCloseTo(0.8, 9);
  });

  it("keep the energy of strangers", () => {
    for (let at = 2; at < 2.01; at += 0.001) {
      const a = fadeAt({ ...out, shape: "equal-power" }, at);
      const b = fadeAt({ ...into, shape: "equal-power" }, at);
      expect(a * a + b * b).toBeCloseTo(0.64, 9);
    }
  });

  it("of no length are there at once", () => {
    expect(fadeAt({ ...into, length_s: 0 }, 2)).toBe(0.8);
  });
});

it("gives the volume slider a range for ears", () => {
  expect(volumeGain(0)).toBe(0);
  expect(volumeGain(1)).toBe(1);
  expect(20 * Math.log10(volumeGain(0.5))).toBeCloseTo(-18, 0);
  expect(gainOf(-6)).toBeCloseTo(0.501, 3);
  for (let i = 1; i < 20; i++) expect(volumeGain(i / 20)).toBeGreaterThan(volumeGain((i - 1) / 20));
});
