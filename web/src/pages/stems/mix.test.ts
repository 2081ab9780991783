import { describe, expect, it } from "vitest";
import { deskOf, gainWords, heardOf, isDoubled, isTouched, keyWords, levelOf, panWords, readTime, restored, type Stem, trustOf } from "./mix";

describe("the desk", () => {
  it("hears all stems that make the song, and none twice", () => {
    const desk = deskOf(["drums", "bass", "other", "vocals", "instrumental", "percussive"]);
    expect(heardOf(desk)).toEqual(["drums", "bass", "other", "vocals"]);
    expect(heardOf(deskOf(["vocals", "instrumental"]))).toEqual(["vocals", "instrumental"]);
    expect(heardOf(deskOf(["harmonic", "percussive"]))).toEqual(["harmonic", "percussive"]);
    expect(isDoubled("instrumental", ["bass", "instrumental"])).toBe(true);
  });

  it("hears those that are alone, muted or not", () => {
    const desk = deskOf(["drums", "bass", "vocals"]);
    const alone = { ...desk, bass: { ...desk["bass"]!, isSolo: true, isMuted: true } };
    expect(heardOf(alone)).toEqual(["bass"]);
    expect(heardOf({ ...desk, drums: { ...desk["drums"]!, isMuted: true } })).toEqual(["bass", "vocals"]);
  });

  it("comes back as it was left, with what makes no sense left out", () => {
    const kept = { drums: { gain_db: -6, pan_percent: -40, isMuted: true, isSolo: false }, bass: { gain_db: 900, pan_percent: "left" } };
    const desk = restored(kept, ["drums", "bass", "vocals"]);
    expect(desk["drums"]).toEqual(kept.drums);
    expect(desk["bass"]).toEqual({ gain_db: 12, pan_percent: 0, isMuted: false, isSolo: false });
    expect(desk["vocals"]).toEqual(deskOf(["vocals"])["vocals"]);
    expect(restored("nonsense", ["drums"])).toEqual(deskOf(["drums"]));
    expect(isTouched(desk)).toBe(true);
    expect(isTouched(deskOf(["drums", "instrumental"]))).toBe(false);
  });
});

it("says gains, places and keys in words", () => {
  expect([gainWords(0), gainWords(-6.5), gainWords(3), gainWords(-40)]).toEqual(["0.0 dB", "−6.5 dB", "+3.0 dB", "silent"]);
  expect([levelOf(-40), levelOf(-39.5)]).toEqual([-200, -39.5]);
  expect([panWords(0), panWords(-30), panWords(100)]).toEqual(["middle", "30 % left", "100 % right"]);
  expect([keyWords(0), keyWords(1), keyWords(-3)]).toEqual(["as recorded", "+1 semitone", "−3 semitones"]);
});

it("reads times as they are typed", () => {
  expect(["83", "1:23", "1:23.4", " 0:05,25 ", "soon", "", "1:2:3", "-4"].map(readTime)).toEqual([83, 83, 83.4, 5.25, null, null, null, null]);
});

it("says of an absent voice whether the stem is silent, nearly so, or full of instruments", () => {
  const stem = (name: string, grade: string | null, peak_dbfs: number | null): Stem => ({ name, quality: { grade, estimated_sdr_db: null, confidence: 0.5 }, peak_dbfs, share_percent: 20 }) as Stem;
  expect(trustOf(stem("vocals", "absent", -5.5), "none")!.text).toBe("Does not sound like a voice anywhere that could be heard: it holds instruments, and other and the instrumental lack them");
  expect(trustOf(stem("vocals", "absent", -5.5), "none")!.tone).toBe("warn");
  expect(trustOf(stem("vocals", "absent", null), "none")!.text).toMatch(/^Silent: .* put back to the instruments$/);
  expect(trustOf(stem("vocals", "absent", -60), null)!.text).toBe("Hardly anything is in it");
  expect(trustOf(stem("bass", "absent", -60), "none")!.text).toBe("Hardly anything is in it");
  expect(trustOf(stem("vocals", "poor", -5.5), "in places")!.text).toBe("Poor: full of the others");
  expect(trustOf(stem("vocals", null, -5.5), null)).toBeNull();
});
