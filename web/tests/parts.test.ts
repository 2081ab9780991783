import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import DataView from "../src/parts/DataView.svelte";
import Progress from "../src/parts/Progress.svelte";
import Range from "../src/parts/Range.svelte";
import Segmented from "../src/parts/Segmented.svelte";

let made: Record<string, unknown> | undefined;

beforeEach(() => {
  document.body.innerHTML = "";
});

afterEach(async () => {
  if (made) await unmount(made);
  made = undefined;
});

const text = (): string => document.body.textContent.replace(/\s+/g, " ").trim();

it("segments are one stop for the Tab key, and the arrows pass over what cannot be chosen", () => {
  const onchange = vi.fn();
  const options = [
    { value: "mix", text: "Mix" },
    { value: "master", text: "Master", disabled: true },
    { value: "reference", text: "Reference" },
  ];
  made = mount(Segmented, { target: document.body, props: { label: "Listen to", value: "mix", options, onchange } });
  flushSync();
  const buttons = [...document.querySelectorAll("button")];
  expect(buttons.map((button) => button.tabIndex)).toEqual([0, -1, -1]);
  const press = (key: string) => {
    document.querySelector("[role=radiogroup]")!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    flushSync();
  };
  press("ArrowRight");
  expect(onchange).toHaveBeenLastCalledWith("reference");
  expect(document.activeElement).toBe(buttons[2]);
  expect(buttons.map((button) => button.getAttribute("aria-checked"))).toEqual(["false", "false", "true"]);
  press("ArrowRight");
  expect(onchange).toHaveBeenLastCalledWith("mix");
});

it("a slider says its value with its unit", () => {
  made = mount(Range, { target: document.body, props: { label: "Ceiling", value: -1, low: -12, high: 0, step: 0.1, unit: "dBTP" } });
  expect(document.querySelector("input")!.getAttribute("aria-valuetext")).toBe("−1.0 dBTP");
  expect(document.querySelector("output")!.textContent).toBe("−1.0 dBTP");
});

it("progress that nobody knows has no value", () => {
  made = mount(Progress, { target: document.body, props: { label: "Upload", percent: null } });
  expect(document.querySelector("[role=progressbar]")!.hasAttribute("aria-valuenow")).toBe(false);
});

it("a result reads as figures with units, lists as tables, and the rest is folded", () => {
  const value = {
    integrated_lufs: -14.04,
    is_lossy: false,
    formats: ["wav", "mp3"],
    after: { true_peak_dbtp: -1 },
    platforms: [{ platform: "any", gain_db: -0.25 }],
    nothing: [],
  };
  made = mount(DataView, { target: document.body, props: { value } });
  expect(text()).toContain("Integrated −14.04 LUFS");
  expect(text()).toContain("Lossy no");
  expect(text()).toContain("Formats wav, mp3");
  expect(text()).toContain("True peak −1 dBTP");
  expect([...document.querySelectorAll("th")].map((cell) => cell.textContent)).toEqual(["Platform", "Gain, dB"]);
  expect([...document.querySelectorAll("td")].map((cell) => cell.textContent)).toEqual(["any", "−0.250"]);
});
