import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/tokens.css", "utf-8");

function tokens(theme: "dark" | "light"): Map<string, string> {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? "";
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1]!, found[2]!]));
}

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * parts[0]! + 0.7152 * parts[1]! + 0.0722 * parts[2]!;
}

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

it("measures as WCAG does", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

describe.each(["dark", "light"] as const)("%s", (theme) => {
  const of = tokens(theme);
  const grounds = ["bg-0", "bg-1", "bg-2", "bg-3"];
  const value = (name: string): string => {
    const found = of.get(name);
    if (found === undefined) throw new Error(`no token ${name}`);
    return found;
  };

  it.each(["text-1", "text-2", "text-3", "accent", "master", "info", "ok", "warn", "danger"])("%s is readable on every ground", (name) => {
    for (const ground of grounds) expect(contrast(value(name), value(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });

  it("edges of controls are visible", () => {
    for (const ground of grounds) expect(contrast(value("edge"), value(ground)), ground).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ["on-accent", "accent"],
    ["on-master", "master"],
    ["on-danger", "danger"],
  ])("%s is readable on %s", (text, ground) => {
    expect(contrast(value(text), value(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["vocals", "drums", "bass", "guitar", "piano", "other", "mix", "reference"])("track %s is readable on a panel", (name) => {
    expect(contrast(value(`track-${name}`), value("bg-1"))).toBeGreaterThanOrEqual(4.5);
  });
});
