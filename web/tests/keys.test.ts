import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { commands, nameOf } from "../src/state/commands.svelte";

const run = vi.fn();
let end: () => void;

function press(key: string, more: KeyboardEventInit = {}, target: Element = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  Object.defineProperty(event, "target", { value: target });
  commands.press(event);
  return event;
}

beforeEach(() => {
  run.mockReset();
  document.body.innerHTML = "<input id=text><input id=slider type=range><button id=b>b</button>";
  end = commands.add([
    { id: "t.palette", title: "p", group: "T", keys: "Ctrl+K", run: () => run("palette") },
    { id: "t.go", title: "g", group: "T", keys: "g j", run: () => run("go") },
    { id: "t.play", title: "s", group: "T", keys: "Space or k", run: () => run("play") },
    { id: "t.help", title: "h", group: "T", keys: "?", run: () => run("help") },
    { id: "t.bar", title: "b", group: "T", keys: "Shift+ArrowLeft", run: () => run("bar") },
  ]);
});

afterEach(() => end());

it("names key presses as they are written", () => {
  expect(nameOf({ key: "K", ctrlKey: true, metaKey: false, altKey: false, shiftKey: false })).toBe("Ctrl+k");
  expect(nameOf({ key: "?", ctrlKey: false, metaKey: false, altKey: false, shiftKey: true })).toBe("?");
});

it("single keys, either of two, and one after the other", () => {
  press(" ");
  press("k");
  press("?", { shiftKey: true });
  press("g");
  press("j");
  press("ArrowLeft", { shiftKey: true });
  expect(run.mock.calls.flat()).toEqual(["play", "play", "help", "go", "bar"]);
});

it("rests in text fields, except for Ctrl", () => {
  const field = document.getElementById("text")!;
  press("k", {}, field);
  expect(run).not.toHaveBeenCalled();
  expect(press("k", { ctrlKey: true }, field).defaultPrevented).toBe(true);
  expect(run).toHaveBeenCalledExactlyOnceWith("palette");
});

it("leaves Space to buttons and arrows to sliders", () => {
  press(" ", {}, document.getElementById("b")!);
  press("ArrowLeft", { shiftKey: true }, document.getElementById("slider")!);
  expect(run).not.toHaveBeenCalled();
});

it("forgets the first of two keys after a while", () => {
  vi.useFakeTimers();
  press("g");
  vi.advanceTimersByTime(2000);
  press("j");
  vi.useRealTimers();
  expect(run).not.toHaveBeenCalled();
});
