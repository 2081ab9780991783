import { describe, expect, it } from "vitest";
import { fragmentOf, wayOf } from "./decode";
import { cutsOf, resampled, stretched } from "./stretch";

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

describe("stretching parts of a whole", () => {
  it("cuts them where the whole is cut, so that they add up at any speed", () => {
    const [low, high] = [sine(110, RATE), sine(733.3, RATE).map((value, i) => (i % 11025 < 2000 ? value : 0))] as [Float32Array, Float32Array];
    const whole = low.map((value, i) => value + high[i]!);
    const n = Math.round(RATE / 0.7);
    const cuts = cutsOf([whole], n, RATE);
    const [sum] = stretched([whole], n, RATE);
    const parts = [low, high].map((part) => stretched([part], n, RATE, cuts)[0]!);
    expect(Math.max(...sum!.map((value, i) => Math.abs(value - parts[0]![i]! - parts[1]![i]!)))).toBeLessThan(1e-6);
    const own = [low, high].map((part) => stretched([part], n, RATE)[0]!);
    expect(Math.max(...sum!.map((value, i) => Math.abs(value - own[0]![i]! - own[1]![i]!)))).toBeGreaterThan(0.1);
  });
});

describe("another pitch", () => {
  it.each([-12, -5, 2, 7])("moves by %d semitones at the same length and level", (semitones) => {
    const n = RATE * 2;
    const [out] = resampled(stretched([sine(440, n)], Math.round(n * 2 ** (semitones / 12)), RATE), n);
    expect(out!.length).toBe(n);
    const hz = (crossings(out!) / n) * RATE;
    expect(Math.abs(1200 * Math.log2(hz / (440 * 2 ** (semitones / 12))))).toBeLessThan(12);
    const level = Math.sqrt(out!.reduce((sum, value) => sum + value * value, 0) / n);
    expect(level).toBeGreaterThan(0.66);
    expect(level).toBeLessThan(0.72);
  });

  it("resamples a tone to a ten-thousandth, up to the very ends", () => {
    const n = 20_000;
    const [out] = resampled([sine(300, n)], 15_000);
    const wrong = out!.map((value, i) => Math.abs(value - Math.sin((2 * Math.PI * 300 * i * n) / 15_000 / RATE)));
    expect(Math.max(...wrong.subarray(40, -40))).toBeLessThan(1e-4);
    expect(Math.max(...wrong)).toBeLessThan(2e-3);
  });

  it("leaves out what would fold back", () => {
    const [out] = resampled([sine(15_000, 40_000)], 20_000);
    expect(Math.max(...out!.subarray(100, -100).map(Math.abs))).toBeLessThan(0.003);
  });

  it("travels in the part of an address that the server never sees", () => {
    const way = { speed: 0.75, semitones: -2, guide_url: "/api/v1/audio/a/seg/3.flac?rate=48000" };
    expect(wayOf(`/seg/3.flac${fragmentOf(way)}`)).toEqual(way);
    expect(fragmentOf({ ...way, speed: 1, semitones: 0 })).toBe("");
    expect(wayOf("/seg/3.flac")).toEqual({ speed: 1, semitones: 0, guide_url: null });
  });
});
