import { inOrder, isolate, pageWords, piecesOf, problemText, titled } from "../src/state/words";
import { describe, expect, it } from "vitest";
import { ago, duration, number, size, span } from "../src/state/format";
import { nameAndUnit } from "../src/state/units";
import { score } from "../src/shell/search";

describe("figures", () => {
  it.each([
    [0, "0:00"],
    [59.6, "1:00"],
    [165.2, "2:45"],
    [3725, "1:02:05"],
    [null, "–"],
  ])("length %s is %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([
    [0.44, "0.4 s"],
    [9.96, "10 s"],
    [98, "98 s"],
    [100, "2 min"],
    [7500, "2 h 5 min"],
    [7200, "2 h"],
    [undefined, "–"],
  ])("span %s is %s", (seconds, text) => expect(span(seconds)).toBe(text));

  it("minus is a minus, and zero has none", () => {
    expect(number(-14.04)).toBe("−14.0");
    expect(number(-0.01)).toBe("0.0");
    expect(number(Infinity)).toBe("–");
  });

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [999_999, "1.0 MB"],
    [43_700_000, "43.7 MB"],
    [2 ** 31, "2.1 GB"],
  ])("size %s is %s", (bytes, text) => expect(size(bytes)).toBe(text));

  it("ages", () => {
    const now = Date.parse("2026-11-21T12:00:00Z");
    expect(ago("2026-11-21T11:59:40Z", now)).toBe("just now");
    expect(ago("2026-11-21T11:30:00Z", now)).toBe("30 minutes ago");
    expect(ago("2026-11-20T12:00:00Z", now)).toBe("yesterday");
    expect(ago("2026-10-01T12:00:00Z", now)).toMatch(/1 Oct 2026/);
    expect(ago(null, now)).toBe("–");
  });
});

it.each([
  ["integrated_lufs", "Integrated", "LUFS"],
  ["true_peak_dbtp", "True peak", "dBTP"],
  ["range_lu", "Range", "LU"],
  ["duration_s", "Duration", "s"],
  ["n_samples", "Number of samples", null],
  ["is_lossy", "Lossy", null],
  ["eq_curve", "EQ curve", null],
  ["isrcs", "ISRCs", null],
  ["s", "S", null],
])("%s is %s in %s", (field, name, unit) => expect(nameAndUnit(field)).toEqual([name, unit]));

it("search wants every word, and likes beginnings", () => {
  expect(score("Go to library", "lib go")).toBeGreaterThan(0);
  expect(score("Go to library", "jobs")).toBe(0);
  expect(score("Library", "lib")).toBeGreaterThan(score("The calibre", "lib"));
});

describe("words of other doors", () => {
  it("become those of the page", () => {
    expect(pageWords("choose --mode hybrid, or less with --amount-percent.")).toBe("choose “Targets from: Both”, or less with “Amount”.");
    expect(pageWords("Allow more with --max-gain-reduction-db, or less.")).toBe("Allow more with “Max gain reduction”, or less.");
    expect(pageWords("Character of the master (see `tonmeister presets`).")).toBe("Character of the master (see the page Presets).");
    expect(pageWords("out of the bin; `GET /api/v1/assets` lists what is there.")).toBe("out of the bin; the library lists what is there.");
    expect(pageWords("give `first` and (--sample-rate)")).toBe("give “first” and (“Sample rate”)");
    expect(pageWords(`120.0 BPM, or 90.0 BPM (--corrections '{"songId": "B", "tempo_bpm": 90.0}').`)).toBe("120.0 BPM, or 90.0 BPM (say so in the song’s analysis).");
  });

  it("leave all else alone", () => {
    for (const text of ["−14.0 LUFS -- loud", "a-b", "well--known", "It's here."]) expect(pageWords(text)).toBe(text);
  });

  it("say what went wrong and what to do in one text", () => {
    expect(problemText({ code: "X", message: "It is mono.", details: { remedy: "Use --fold-down." } })).toBe("It is mono. Use “Fold down”.");
    expect(problemText({ code: "X", message: "No.", remedy: "Try." })).toBe("No. Try.");
    expect(problemText({ code: "X", message: "No." })).toBe("No.");
  });

  it("name keys", () => {
    expect(titled("apple-music")).toBe("Apple music");
  });
});

describe("names within sentences", () => {
  const nasty = "song\u202egpj\u2069.wav";

  it("a name keeps its direction to itself, whatever signs it carries", () => {
    expect(isolate(nasty)).toBe("\u2068songgpj.wav\u2069");
    expect(inOrder(`${nasty} is here`)).toBe("songgpj\u2069.wav is here");
  });

  it("a sentence falls into words and names", () => {
    expect(piecesOf(`The preset ${isolate("\u05e9\u05dc\u05d5\u05dd")} is kept.`)).toEqual([
      { words: "The preset ", isName: false },
      { words: "\u05e9\u05dc\u05d5\u05dd", isName: true },
      { words: " is kept.", isName: false },
    ]);
    expect(piecesOf("Done.")).toEqual([{ words: "Done.", isName: false }]);
  });
});
