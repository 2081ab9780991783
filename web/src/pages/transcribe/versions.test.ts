import { describe, expect, it } from "vitest";
import type { Params, SongVersion } from "../../api/types";
import { distinct, Standing, wordsOf } from "./versions";

const at = (minute: number): string => `2026-01-01T10:0${minute}:00Z`;
const version = (id: string, minute: number, params: Params = {}, restored_from: string | null = null): SongVersion => ({ id, created_at: at(minute), params, restored_from }) as SongVersion;

describe("what a page builds on", () => {
  it("is overlaid by what came later, not by what comes up when it is deleted", () => {
    const standing = new Standing();
    expect(standing.base).toBe("none");
    expect(standing.isOverlaid(undefined)).toBe(false);
    expect(standing.isOverlaid(version("v1", 1))).toBe(true);
    standing.take(version("v2", 2));
    expect(standing.base).toBe("v2");
    expect(standing.isOverlaid(version("v2", 2))).toBe(false);
    expect(standing.isOverlaid(version("v3", 3))).toBe(true);
    expect(standing.isOverlaid(version("v1", 1))).toBe(false);
    standing.take(undefined);
    expect(standing.base).toBe("none");
  });
});

describe("a list of versions", () => {
  const edits = [{ kind: "delete", note: "64@1250" }];

  it("leaves out what only wrote other files of the same music", () => {
    const all = [
      version("v5", 5, { file: "a", edits, format: ["pdf"], notation: "tab" }),
      version("v4", 4, { file: "a", edits, format: ["alphatex"] }),
      version("v3", 3, { file: "a" }, "v1"),
      version("v2", 2, { file: "a", edits: [], capo: null }),
      version("v1", 1, { file: "a" }),
    ];
    expect(distinct(all).map(({ id }) => id)).toEqual(["v5", "v3", "v2"]);
  });

  it("tells them apart", () => {
    expect(wordsOf({ file: "a" })).toBe("nothing changed by hand · guitar");
    expect(wordsOf({ instrument: "bass", tuning: "drop D", capo: 2, transpose_semitones: -1, difficulty: "easy", edits })).toBe("1 change by hand · bass · drop D · capo 2 · −1 semitone · easy");
    expect(wordsOf({ edits: [...edits, ...edits], transpose_semitones: 2 })).toBe("2 changes by hand · guitar · +2 semitones");
  });
});
