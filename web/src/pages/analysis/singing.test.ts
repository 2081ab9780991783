import { describe, expect, it } from "vitest";
import { sungShare } from "./singing";

describe("how much is sung", () => {
  it("is told only where the guess is worth something", () => {
    expect(sungShare({ vocal_share: 0.68, vocal_confidence: 0.09 })).toBeNull();
    expect(sungShare({ vocal_share: 0.68, vocal_confidence: 0.35 })).toBe(0.68);
    expect(sungShare({ vocal_share: null, vocal_confidence: 0.35 })).toBeNull();
  });
});
