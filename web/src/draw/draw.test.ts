import { describe, expect, it } from "vitest";
import { BANDS, centreOf, palette, partsOf, shareOf, spectrogramWords, topOf } from "./spectrogram";
import type { Peaks } from "../audio/peaks";
import { levelMarks, plot, share, thinned, timeMarks } from "./canvas";
import { follow, meterState } from "./meter";
import { loudnessAxis } from "./over_time";
import { levelAxis, levelled } from "./spectrum";
import { viewColumns } from "./waveform";
import { shifted, zoomed } from "./window";

describe("axes", () => {
  it("place values from 0 to 1, by their logarithm where asked", () => {
    expect(share({ low: -10, high: 10 }, 0)).toBe(0.5);
    expect(share({ low: 20, high: 20_000, isLog: true }, 632.456)).toBeCloseTo(0.5, 4);
  });

  it("mark time in round steps, few enough to be read", () => {
    expect(timeMarks(0, 222).map(({ text }) => text)).toEqual(["0:00", "0:30", "1:00", "1:30", "2:00", "2:30", "3:00", "3:30"]);
    expect(timeMarks(61.2, 62).map(({ text }) => text)).toEqual(["1:01.2", "1:01.3", "1:01.4", "1:01.5", "1:01.6", "1:01.7", "1:01.8", "1:01.9", "1:02.0"]);
    expect(timeMarks(0, 3600).length).toBeLessThanOrEqual(9);
  });

  it("mark levels with a true minus sign", () => {
    expect(levelMarks(-13, 6, 6, true).map(({ text }) => text)).toEqual(["−12", "−6", "0", "+6"]);
  });

  it("of loudness hold the target and leave what is far below outside", () => {
    const axis = loudnessAxis([{ values_lufs: [null, -70, -16.2, -13], hop_s: 0.1, colour: "" }], -14);
    expect(axis).toEqual({ low: -40, high: -10 });
    expect(loudnessAxis([], -9)).toEqual({ low: -15, high: -5 });
  });
});

describe("curves", () => {
  const field = { pen: null as never, width: 100, height: 100 };
  const view = plot(field, { low: 0, high: 1 }, { low: 0, high: 1 }, { left: 0, right: 0, top: 0, bottom: 0 });

  it("keep the lowest and the highest of each pixel", () => {
    const points = Array.from({ length: 10_000 }, (_, i) => [i / 10_000, i === 5037 ? 1 : i === 5041 ? 0 : 0.5] as const);
    const [run] = thinned(view, points);
    expect(run!.length).toBeLessThanOrEqual(200);
    const heights = run!.map(([, y]) => y);
    expect(Math.min(...heights)).toBe(0);
    expect(Math.max(...heights)).toBe(100);
  });

  it("break where there is no value", () => {
    expect(thinned(view, [[0, 0.1], [0.1, null], [0.2, 0.3], [0.4, 0.5]]).map((run) => run.length)).toEqual([1, 2]);
  });
});

describe("spectra", () => {
  it("are compared by balance, not by level", () => {
    const points = [100, 400, 1000, 12_000].map((frequency_hz, i) => ({ frequency_hz, level_db: -20 - i * 3 }));
    const louder = points.map(({ frequency_hz, level_db }) => ({ frequency_hz, level_db: level_db + 9 }));
    expect(levelled(points)).toEqual(levelled(louder));
    expect(levelled(points)[1]!.level_db).toBe(1.5);
    expect(levelled([{ frequency_hz: 30, level_db: null }])).toEqual([{ frequency_hz: 30, level_db: null }]);
  });

  it("share an axis that shows the loudest band", () => {
    const axis = levelAxis([{ colour: "", points: [{ frequency_hz: 50, level_db: 11 }, { frequency_hz: 16_000, level_db: -90 }] }]);
    expect(axis).toEqual({ low: -42, high: 12 });
  });
});

it("meters rise at once, fall slowly and hold their peak", () => {
  const state = meterState();
  follow(state, [1, 0.5], 1000);
  expect(state.level_dbfs[0]).toBeCloseTo(0);
  follow(state, [0, 0], 1500);
  expect(state.level_dbfs[0]).toBeCloseTo(-12);
  expect(state.held_dbfs[1]).toBeCloseTo(-6.02, 1);
  follow(state, [0, 0], 2500);
  expect(state.held_dbfs[0]).toBeLessThan(-100);
});

describe("the window", () => {
  it("zooms around a moment and stays in the song", () => {
    expect(zoomed({ from_s: 0, to_s: 100 }, 0.5, 25, 100)).toEqual({ from_s: 12.5, to_s: 62.5 });
    expect(zoomed({ from_s: 80, to_s: 100 }, 2, 100, 100)).toEqual({ from_s: 60, to_s: 100 });
    expect(zoomed({ from_s: 10, to_s: 20 }, 100, 15, 60)).toEqual({ from_s: 0, to_s: 60 });
    const nearest = zoomed({ from_s: 1, to_s: 1.06 }, 0.01, 1.03, 60);
    expect(nearest.to_s - nearest.from_s).toBeCloseTo(0.05);
  });

  it("moves only as far as the song goes", () => {
    expect(shifted({ from_s: 10, to_s: 20 }, 1000, 60)).toEqual({ from_s: 50, to_s: 60 });
    expect(shifted({ from_s: 10, to_s: 20 }, -1000, 60)).toEqual({ from_s: 0, to_s: 10 });
  });
});

it("draws a shorter stranger again and again", () => {
  const values = new Int8Array(40);
  for (let i = 0; i < 10; i++) values.set([-12 * i, 12 * i], i * 2);
  const peaks: Peaks = { sample_rate: 10, samples_per_point: 1, n_points: 10, n_channels: 1, values, full_scale: 127 };
  const columns = viewColumns(peaks, { from_s: 0, to_s: 2.5, period_s: 1 }, 25);
  const highs = Array.from({ length: 25 }, (_, i) => Math.round(columns[i * 2 + 1]! * 127));
  expect(highs).toEqual(Array.from({ length: 25 }, (_, i) => 12 * (i % 10)));
});

describe("a spectrogram", () => {
  const rows = 128;

  it("has each frequency in the row of its band", () => {
    for (const row of [0, 40, 100, 127]) {
      const share = shareOf(centreOf(row, rows, 20_000), rows, 20_000);
      expect((1 - share) * rows).toBeCloseTo(row + 0.5, 6);
    }
    expect(centreOf(127, rows, 20_000)).toBeGreaterThan(30);
    expect(centreOf(0, rows, 20_000)).toBeLessThan(20_000);
    expect(topOf(22_050)).toBe(11_025);
  });

  it("is put into figures: where it sounds, and when", () => {
    const values = new Uint8Array(rows * 16);
    // a tone of full scale at about 1 kHz in the second half
    const row = Array.from({ length: rows }, (_, i) => i).reduce((best, i) => (Math.abs(centreOf(i, rows, 20_000) - 1000) < Math.abs(centreOf(best, rows, 20_000) - 1000) ? i : best));
    values.fill(255, row * 16 + 8, row * 16 + 16);
    const parts = partsOf({ width: 16, height: rows, values }, 32, 20_000, 4);
    expect(parts.map(({ from_s, to_s }) => [from_s, to_s])).toEqual([[0, 8], [8, 16], [16, 24], [24, 32]]);
    expect(parts[0]!.levels_db).toEqual([-90, -90, -90, -90, -90].map((level) => expect.closeTo(level, 6)));
    const loudest = parts[3]!.levels_db.indexOf(Math.max(...parts[3]!.levels_db));
    expect(BANDS[loudest]!.name).toBe("Mids");
    const words = spectrogramWords("a tone", parts, 20_000, (at) => `${at} s`);
    expect(words).toMatch(/a tone: frequency from 30 Hz to 20 kHz/);
    expect(words).toMatch(/Strongest on the whole are the mids; fullest from 16 s to 24 s, thinnest from 0 s to 8 s/);
  });

  it("has colours that grow brighter with the level", () => {
    const table = palette();
    const light = Array.from({ length: 256 }, (_, i) => 0.2126 * table[3 * i]! + 0.7152 * table[3 * i + 1]! + 0.0722 * table[3 * i + 2]!);
    for (let i = 1; i < 256; i++) expect(light[i]!).toBeGreaterThanOrEqual(light[i - 1]! - 1);
    expect(light[255]! - light[0]!).toBeGreaterThan(200);
  });
});
