import { describe, expect, it } from "vitest";
import type { Option } from "../src/api/types";
import { boundsText, defaultsOf, groupsOf, numbersOf, paramsOf, problemWith, stepOf, valuesOf } from "../src/pages/tools/form";

function option(name: string, more: Partial<Option> = {}): Option {
  return { name, path: name.split("."), kind: "number", is_many: false, is_required: false, default: null, choices: [], unit: null, bounds: null, text: "", ...more };
}

const between = (low: number | null, high: number | null, excludes_low = false) => ({ low, high, excludes_low, excludes_high: false });
const options = [
  option("mix", { kind: "asset", is_required: true }),
  option("target_lufs", { unit: "LUFS", bounds: between(-36, -4) }),
  option("format", { kind: "choice", is_many: true, choices: ["wav", "mp3"], default: ["wav"] }),
  option("report", { kind: "flag", default: true }),
  option("eq.tilt_db", { unit: "dB", bounds: between(-6, 6) }),
  option("eq.enabled", { kind: "flag", default: true }),
];

it("groups by the models in which options are nested", () => {
  expect(groupsOf(options).map((group) => [group.title, group.options.length])).toEqual([
    ["", 4],
    ["EQ", 2],
  ]);
});

describe("parameters", () => {
  it("are only what differs from the defaults, nested", () => {
    const values = { ...defaultsOf(options), mix: "a", "eq.tilt_db": 1.5, "eq.enabled": true, target_lufs: "" };
    expect(paramsOf(options, values)).toEqual({ mix: "a", eq: { tilt_db: 1.5 } });
  });

  it("keep what is off, and a list that was emptied", () => {
    const values = { ...defaultsOf(options), report: false, format: [] };
    expect(paramsOf(options, values)).toEqual({ report: false, format: [] });
  });

  it("come back as they went", () => {
    const params = { mix: "a", target_lufs: -14, format: ["wav", "mp3"], eq: { tilt_db: -2, enabled: false } };
    expect(paramsOf(options, valuesOf(options, params))).toEqual(params);
  });
});

describe("checks", () => {
  it.each([
    [null, null],
    [-14, null],
    [-4, null],
    [-3.9, "Must be −36 to −4 LUFS."],
    ["loud", "This is no number."],
  ])("target %s: %s", (value, problem) => expect(problemWith(options[1]!, value)).toBe(problem));

  it("asks for what is needed", () => expect(problemWith(options[0]!, null)).toBe("Mix is needed."));

  it("keeps open bounds open", () => {
    const above = option("ratio", { bounds: between(0, null, true) });
    expect(problemWith(above, 0)).toBe("Must be above 0.");
    expect(problemWith(above, 0.1)).toBeNull();
  });

  it("checks each of several, and whole numbers", () => {
    const many = option("crossovers_hz", { is_many: true, bounds: between(20, 20000) });
    expect(problemWith(many, numbersOf("100, 1000 30000"))).toMatch(/^Must be/);
    expect(problemWith(many, numbersOf("100; x"))).toBe("This is no number.");
    expect(problemWith(option("seed", { kind: "whole" }), 1.5)).toBe("A whole number is needed.");
  });
});

it("writes bounds as people do", () => {
  expect(boundsText(options[1]!)).toBe("−36 to −4 LUFS");
  expect(boundsText(option("n", { bounds: between(1, null) }))).toBe("at least 1");
  expect(boundsText(option("n"))).toBe("");
});

it.each([
  [0, 100, 0.5],
  [-36, -4, 0.2],
  [0, 2, 0.01],
])("a slider from %s to %s steps by %s", (low, high, step) => expect(stepOf(option("x", { bounds: between(low, high) }))).toBe(step));
