import { describe, expect, it } from "vitest";
import type { Job, Option } from "../../api/types";
import { advice, figure, type MasterResult, type Measurement, rowsOf, titled, verdict, versionsOf } from "./result";
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

  it("say when a promise is missed", () => {
    expect(verdict(result)).toMatchObject({ isKept: true });
    expect(verdict({ ...result, target_reached: false }).text).toMatch(/not reached: −14.0 LUFS/);
    expect(verdict({ ...result, deliverables: [{ ...result.deliverables[0]!, within_promise: false }] }).text).toMatch(/1 of 1 files outside the promise: WAV 24 bit/);
  });

  it("are versions of their song alone, numbered from the oldest", () => {
    const job = (id: string, mix: string, more: Partial<Job> = {}): Job => ({ id, capability: "master", state: "completed", params: { mix, amount_percent: Number(id), genre: null }, result, created_at: `2026-01-01T00:00:0${id}Z`, ...more }) as Job;
    const found = versionsOf([job("1", "a"), job("3", "a"), job("2", "b"), job("4", "a", { state: "failed", result: null }), job("5", "a")], "a");
    expect(found.map(({ job: { id }, number }) => [id, number])).toEqual([["5", 3], ["3", 2], ["1", 1]]);
    const again = versionsOf([job("1", "a"), job("3", "a"), job("6", "a", { params: { mix: "a", amount_percent: 1, format: ["mp3"] } })], "a");
    expect(again.map(({ job: { id }, jobs }) => [id, jobs.map((one) => one.id)])).toEqual([["3", ["3"]], ["1", ["1", "6"]]]);
  });
});

it("writes figures", () => {
  expect(figure(-0.04, 1, true)).toBe("0.0");
  expect(figure(3, 1, true)).toBe("+3.0");
  expect(figure(null)).toBe("–");
  expect(titled("apple-music")).toBe("Apple music");
});

it("gives advice in the names of the page", () => {
  expect(advice("choose --mode hybrid, or less with --amount-percent.")).toBe("choose “Targets from: Both”, or less with “Amount”.");
  expect(advice("Allow more with --max-gain-reduction-db, or less.")).toBe("Allow more with “Max gain reduction”, or less.");
});
