import { describe, expect, it } from "vitest";
import { deskOf, gainWords, gistOf, heardOf, isDoubled, isTouched, keyWords, levelOf, panWords, readTime, restored, type Stem, trustOf } from "./mix";

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

describe("what matters before stems are used", () => {
  const stem = (name: Stem["name"], grade: Stem["quality"]["grade"], share_percent = 25, peak_dbfs: number | null = -6): Stem =>
    ({ name, share_percent, peak_dbfs, quality: { grade, estimated_sdr_db: null, confidence: 0.5 } }) as Stem;
  const POOR = "Not to be used alone, for the network could not tell them from the rest: bass, other.";
  const NOBODY = "Nobody sings: the 10 % of the sound that went to the vocals stem does not sound like a voice anywhere. It was put back.";

  it("is a sentence, whatever there is to know", () => {
    const stems = [stem("drums", "good"), stem("bass", "poor"), stem("other", "poor")];
    expect(gistOf({ stems, warnings: [NOBODY, POOR] })).toBe("Nobody sings. Poor: bass, other.");
    expect(gistOf({ stems, warnings: [POOR] })).toBe("Poor: bass, other.");
    expect(gistOf({ stems: [stem("drums", "good")], warnings: [] })).toBe("");
    expect(gistOf({ stems: [stem("drums", "poor")], warnings: ["No music was found: it is noise."] })).toBe("No music was found. Every stem is poor.");
    expect(gistOf({ stems: [], warnings: ["What the vocals stem holds may be a voice or an instrument: it cannot be told. Listen."] })).toBe("What the vocals stem holds may be a voice or an instrument.");
  });

  it("tells an empty stem of a voice from one that holds instruments", () => {
    expect(trustOf(stem("vocals", "absent", 0.1), "none")?.text).toBe("Hardly anything is in it");
    expect(trustOf(stem("vocals", "absent", 12), "none")?.text).toMatch(/it holds instruments/);
    expect(trustOf(stem("vocals", "absent", 0, null), "none")?.text).toMatch(/put back/);
  });
});
