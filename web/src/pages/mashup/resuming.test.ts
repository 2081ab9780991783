import { describe, expect, it } from "vitest";
import type { JobState } from "../../api/types";
import { bySong, isPlanning, isResumed, latestOfEach, takenUp, wordsOf } from "./resuming";

const job = (id: string, state: JobState, capability = "mash_plan", params = {}) => ({ id, state, capability, params });

describe("what is taken up again", () => {
  it("is what runs, before what has ended", () => {
    const jobs = [job("new", "completed"), job("runs", "processing", "mashup"), job("old", "completed")];
    expect(takenUp(jobs, "old")?.id).toBe("runs");
    expect(takenUp(jobs, null)?.id).toBe("runs");
    expect(takenUp([job("other", "queued"), job("mine", "queued")], "mine")?.id).toBe("mine");
  });

  it("is what was waited for, however it has ended, unless it was cancelled", () => {
    for (const state of ["completed", "failed"] as const) expect(takenUp([job("a", state)], "a")?.id).toBe("a");
    expect(takenUp([job("a", "cancelled")], "a")).toBeNull();
    expect(takenUp([job("a", "completed")], null)).toBeNull();
    expect(takenUp([], "gone")).toBeNull();
  });

  it("is nothing that only judges or previews", () => {
    expect(isPlanning(job("a", "queued", "mash_plan", { plan: {} }))).toBe(false);
    expect(["match", "mash_talk", "mashup", "mash_plan"].map((name) => isResumed(job("a", "queued", name)))).toEqual([true, true, true, true]);
    expect(["analyze", "mash_preview"].some((name) => isResumed(job("a", "queued", name)))).toBe(false);
    expect(takenUp([job("a", "processing", "mash_preview")], null)).toBeNull();
  });
});

describe("what was begun lately", () => {
  it("is one of each set of songs, the latest first", () => {
    const at = (created_at: string, songs: unknown) => ({ created_at, params: { songs } as never });
    const [a, b, c] = [at("2026-11-01", ["x", "y"]), at("2026-11-03", ["x", "y"]), at("2026-11-02", ["x", "z"])];
    expect(latestOfEach([a!, b!, c!, at("2026-11-04", ["x"]), at("2026-11-05", undefined)])).toEqual([b, c]);
  });
});

describe("stems while they are made", () => {
  it("are told of each song, the newest word last", () => {
    const before = { songId: "A", stems_grade: "poor", vocal_share: 0 };
    const now = { songId: "A", stems_grade: "fair", vocal_share: 0.461 };
    expect(bySong([now], [before])).toEqual({ A: now });
    expect(wordsOf(now)).toBe("Stems fair; sung in 46 % of the bars");
    expect(wordsOf(before)).toBe("Stems poor: much of one is in the others; no voice heard");
    expect(wordsOf({ ...now, stems_grade: null })).toMatch(/does not tell/);
  });
});
