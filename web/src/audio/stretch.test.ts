import { describe, expect, it } from "vitest";
import { stretched } from "./stretch";

const RATE = 44100;
const sine = (hz: number, n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * hz * i) / RATE));

function crossings(sound: Float32Array): number {
  let n = 0;
  for (let i = 1; i < sound.length; i++) if (sound[i - 1]! < 0 && sound[i]! >= 0) n++;
  return n;
}

describe("stretching", () => {
  it.each([0.5, 0.75, 1.25])("keeps pitch and level at speed %d", (speed) => {
    const n = RATE * 2;
    const [out] = stretched([sine(220, n)], Math.round(n / speed), RATE);
    const hz = (crossings(out!) / out!.length) * RATE;
    expect(Math.abs(1200 * Math.log2(hz / 220))).toBeLessThan(10);
    const level = Math.sqrt(out!.reduce((sum, value) => sum + value * value, 0) / out!.length);
    expect(level).toBeGreaterThan(0.66);
    expect(level).toBeLessThan(0.72);
  });

  it("begins and ends with the very samples of the sound, so that segments join", () => {
    const n = RATE;
    const sound = sine(331, n);
    const [out] = stretched([sound], 2 * n, RATE);
    expect([...out!.subarray(0, 100)]).toEqual([...sound.subarray(0, 100)]);
    expect([...out!.subarray(-100)]).toEqual([...sound.subarray(-100)]);
  });

  it("moves a click to where its time is", () => {
    const n = RATE * 2;
    const sound = new Float32Array(n);
    sound.fill(1, RATE, RATE + 40);
    const [out] = stretched([sound], 2 * n, RATE);
    const at = out!.findIndex((value) => value > 0.5) / RATE;
    expect(Math.abs(at - 2)).toBeLessThan(0.04);
  });

  it("cuts all channels at the same places", () => {
    const sound = sine(97, RATE);
    const [left, right] = stretched([sound, sound.map((value) => 0.5 * value)], Math.round(1.4 * RATE), RATE);
    expect(left!.every((value, i) => Math.abs(0.5 * value - right![i]!) < 1e-6)).toBe(true);
  });

  it("leaves the sound alone at its own speed", () => {
    const sound = sine(220, RATE);
    expect([...stretched([sound], RATE, RATE)[0]!]).toEqual([...sound]);
  });
});
