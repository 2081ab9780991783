import { describe, expect, it } from "vitest";
import type { Option, SongVersion } from "../../api/types";
import { figure, hasFile, masterParams, type MasterResult, type Measurement, rowsOf, verdict, versionsOf, widthByBand, widthWords } from "./result";
import { flattened, groupsOf, MasterSettings, optionTitle } from "./settings.svelte";

describe("settings", () => {
  it("send only what was set", () => {
    expect(new MasterSettings().params()).toEqual({ preset: "adaptive", tier: "standard", format: ["wav"] });
  });

  it("come back from what they sent", () => {
    const settings = new MasterSettings();
    Object.assign(settings, { preset: "warm", genre: "jazz", platform: "spotify", reference: "r1", mode: "hybrid", amount_percent: 0, target_lufs: -9.5, ceiling_dbtp: -2, tier: "fine", format: ["flac", "mp3"], bit_depth: 24, sample_rate: 48000, check_codec: ["aac-128"] });
    settings.setAdvanced("limiter.release_ms", 80);
    settings.setAdvanced("limiter.hold_ms", 5);
    settings.setAdvanced("eq.enabled", false);
    settings.setAdvanced("max_gain_reduction_db", 4);
    const params = settings.params();
    expect(params).toMatchObject({ amount_percent: 0, limiter: { release_ms: 80, hold_ms: 5 }, eq: { enabled: false }, max_gain_reduction_db: 4 });
    const again = new MasterSettings();
    again.take(params);
    expect(again.params()).toEqual(params);
    again.setAdvanced("limiter.release_ms", undefined);
    expect(again.params()["limiter"]).toEqual({ hold_ms: 5 });
  });

  it("name no mode without a reference", () => {
    const settings = new MasterSettings();
    settings.mode = "hybrid";
    expect(settings.params()).not.toHaveProperty("mode");
  });

  it("flatten what is nested", () => {
    expect(flattened({ a: 1, b: { c: null, d: { e: [1] } } })).toEqual([["a", 1], ["b.d.e", [1]]]);
  });
});

describe("advanced options", () => {
  const option = (name: string, kind: Option["kind"] = "number"): Option => ({ name, path: name.split("."), kind, is_many: false, is_required: false, default: null, choices: [], unit: null, bounds: null, text: "" });

  it("are grouped by stage, without what the panel shows", () => {
    const groups = groupsOf([option("mix", "asset"), option("preset"), option("max_gain_reduction_db"), option("limiter.release_ms"), option("eq.tilt_db"), option("limiter.hold_ms")]);
    expect(groups.map(({ title, options }) => [title, options.length])).toEqual([["True-peak limiter", 2], ["Tonal balance", 1], ["Song and files", 1]]);
  });

  it("have names for people", () => {
    expect(optionTitle(option("limiter.release_ms"))).toBe("Release");
    expect(optionTitle(option("max_gain_reduction_db"))).toBe("Max gain reduction");
  });
});

describe("results", () => {
  const measured = { integrated_lufs: -20.17, true_peak_dbtp: -1.15, correlation: null, n_clipped_samples: 0 } as unknown as Measurement;
  const after = { ...measured, integrated_lufs: -14, true_peak_dbtp: -1.04 };
  const result = { deliverables: [{ file: "m", format: "WAV 24 bit", within_promise: true }], before: measured, after, target_lufs: -14, target_reached: true } as unknown as MasterResult;

  it("are set side by side", () => {
    const rows = rowsOf(measured, after);
    expect(rows[0]).toEqual({ name: "Integrated loudness", unit: "LUFS", before: "−20.2", after: "−14.0", change: "+6.2" });
    expect(rows.find((row) => row.name === "Stereo correlation")).toMatchObject({ before: "–", change: "–" });
  });

  it("say in which band the width changed, from figures that add up alone", () => {
    const stereo = (lows_percent: number, mids_percent: number): Measurement =>
      ({
        ...measured,
        width_percent: (lows_percent + mids_percent) / 2, // both bands are equally loud
        bands: [
          { name: "low", low_hz: 20, high_hz: 120, correlation: 1, width_percent: lows_percent },
          { name: "low mid", low_hz: 120, high_hz: 20_000, correlation: 1, width_percent: mids_percent },
        ],
        third_octaves: [{ centre_hz: 50, level_dbfs: -20 }, { centre_hz: 1000, level_dbfs: -20 }],
      }) as Measurement;
    expect(widthByBand(stereo(20, 40))).toEqual([{ name: "low", high_hz: 120, share_percent: 10 }, { name: "low mid", high_hz: 20_000, share_percent: 20 }]);
    expect(widthWords(stereo(20, 40), stereo(0, 36))).toBe("Of the change in stereo width (30.0 % to 18.0 %), about 83 % lies below 120 Hz.");
    expect(widthWords(stereo(20, 40), stereo(20, 60))).toBe("Of the change in stereo width (30.0 % to 40.0 %), practically all lies in the low mid band.");
    expect(widthWords(stereo(20, 40), stereo(20, 40.5))).toBeNull();
    expect(widthWords({ ...stereo(20, 40), width_percent: 50 }, stereo(0, 36))).toBeNull();
  });

  it("say when a promise is missed", () => {
    expect(verdict(result)).toMatchObject({ isKept: true });
    expect(verdict({ ...result, target_reached: false }).text).toMatch(/not reached: −14.0 LUFS/);
    expect(verdict({ ...result, deliverables: [{ ...result.deliverables[0]!, within_promise: false }] }).text).toMatch(/1 of 1 files outside the promise: WAV 24 bit/);
  });

  const made = (id: string, more: Partial<SongVersion> = {}): SongVersion =>
    ({ id, capability: "master", params: { mix: "a", amount_percent: Number(id), genre: null }, result: { ...result, deliverables: [{ file: `f${id}` }] }, products: [{ asset_id: `f${id}` }], job_id: id, created_at: `2026-01-01T00:00:0${id}Z`, ...more }) as SongVersion;

  it("are versions of their song, numbered from the oldest", () => {
    const found = versionsOf([made("5"), made("3"), made("4", { capability: "coach", result: { text: "no master" } }), made("1")]);
    expect(found.map(({ id, number, file }) => [id, number, file])).toEqual([["5", 3, "f5"], ["3", 2, "f3"], ["1", 1, "f1"]]);
  });

  it("are one version with their exports in other formats", () => {
    const found = versionsOf([made("6", { params: { mix: "a", amount_percent: 1, format: ["mp3"] }, job_id: null }), made("3"), made("1")]);
    expect(found.map(({ id, makings }) => [id, makings.map((one) => [one.id, one.job_id])])).toEqual([["3", [["3", "3"]]], ["1", [["1", "1"], ["6", null]]]]);
    expect(found.map((version) => hasFile(version, "f6"))).toEqual([false, true]);
  });

  it("are heard from a file that is still there", () => {
    const { file } = versionsOf([made("1", { result: { ...result, deliverables: [{ file: "gone" }, { file: "kept" }] }, products: [{ asset_id: "kept" }] as SongVersion["products"] })])[0]!;
    expect(file).toBe("kept");
  });

  it("of a record are another version, and give single masters what is the song's", () => {
    const params = { mixes: ["a", "b"], title: "Songs", gap_s: 2, amount_percent: 1, genre: "jazz" };
    const [latest] = versionsOf([made("1"), made("2", { capability: "album", params })]);
    expect(latest!.number).toBe(2);
    expect(masterParams(latest!)).toEqual({ amount_percent: 1, genre: "jazz" });
  });
});

it("writes figures", () => {
  expect(figure(-0.04, 1, true)).toBe("0.0");
  expect(figure(3, 1, true)).toBe("+3.0");
  expect(figure(null)).toBe("–");
});
