import { describe, expect, it } from "vitest";
import { chooseLevel, columnsOf, PeaksError, readPeaks } from "./peaks";

function file(points: number[][], { version = 2, flags = 1, channels = 1, rate = 44100, spp = 256 } = {}): ArrayBuffer {
  const n_points = points.length;
  const values = points.flat();
  const head = version === 2 ? 24 : 20;
  const data = new DataView(new ArrayBuffer(head + values.length * (flags & 1 ? 1 : 2)));
  [version, flags, rate, spp, n_points, channels].slice(0, head / 4).forEach((value, i) => data.setInt32(i * 4, value, true));
  values.forEach((value, i) => (flags & 1 ? data.setInt8(head + i, value) : data.setInt16(head + i * 2, value, true)));
  return data.buffer;
}

describe("reading", () => {
  it("takes version 2 with two channels of 8 bits", () => {
    const peaks = readPeaks(file([[-1, 2, -3, 4], [-128, 127, 0, 0]], { channels: 2, rate: 48000, spp: 1024 }));
    expect(peaks).toMatchObject({ sample_rate: 48000, samples_per_point: 1024, n_points: 2, n_channels: 2, full_scale: 127 });
    expect([...peaks.values]).toEqual([-1, 2, -3, 4, -128, 127, 0, 0]);
  });

  it("takes version 1, and 16 bits", () => {
    expect([...readPeaks(file([[-5, 6]], { version: 1 })).values]).toEqual([-5, 6]);
    expect(readPeaks(file([[-500, 600]], { flags: 0 }))).toMatchObject({ full_scale: 32767 });
  });

  it("refuses what it cannot read", () => {
    expect(() => readPeaks(new ArrayBuffer(10))).toThrow(PeaksError);
    expect(() => readPeaks(file([[0, 1]], { version: 3 }))).toThrow(/version 3/);
    expect(() => readPeaks(file([[0, 1], [0, 1]]).slice(0, 26))).toThrow(/26 of 28/);
    expect(() => readPeaks(file([[0, 1]], { rate: 0 }))).toThrow(/no sense/);
  });
});

describe("levels", () => {
  const levels = [256, 1024, 4096, 16384].map((samples_per_pixel) => ({ samples_per_pixel }));

  it("leave one to four points on a pixel", () => {
    for (let wanted = 256; wanted < 60_000; wanted *= 1.13) {
      const found = chooseLevel(levels, wanted)!.samples_per_pixel;
      expect(wanted / found).toBeGreaterThanOrEqual(1);
      expect(wanted / found).toBeLessThan(4.0001);
    }
  });

  it("are the finest when zoomed in further than the file goes", () => {
    expect(chooseLevel(levels, 10)).toEqual({ samples_per_pixel: 256 });
    expect(chooseLevel([...levels].reverse(), 2000)).toEqual({ samples_per_pixel: 1024 });
    expect(chooseLevel([], 10)).toBeNull();
  });
});

describe("columns", () => {
  // one point a tenth of a second
  const peaks = readPeaks(file(Array.from({ length: 100 }, (_, i) => [-i, i]), { rate: 1000, spp: 100 }));

  it("hold the extremes of their points", () => {
    const columns = columnsOf(peaks, 0, 10, 10);
    expect(columns[1]).toBeCloseTo(9 / 127);
    expect(columns[18]).toBeCloseTo(-99 / 127);
    expect(columns[19]).toBeCloseTo(99 / 127);
  });

  it("lose no peak whatever the width", () => {
    for (const n of [1, 3, 7, 64, 99, 100]) {
      const columns = columnsOf(peaks, 0, 10, n);
      expect(Math.max(...columns)).toBeCloseTo(99 / 127);
    }
  });

  it("are silent outside the sound, and defined when finer than the file", () => {
    expect([...columnsOf(peaks, 12, 13, 2)]).toEqual([0, 0, 0, 0]);
    expect([...columnsOf(peaks, -2, -1, 1)]).toEqual([0, 0]);
    const fine = columnsOf(peaks, 5, 5.1, 8);
    expect(fine.every((value) => Math.abs(value) > 0)).toBe(true);
  });
});
