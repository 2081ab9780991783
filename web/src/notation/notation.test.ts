import { describe, expect, it } from "vitest";
import { pictureOf } from "./alphatab";
import { chordName, keyName, pitchName } from "./names";
import { type Anchor, barEdges, cursorAt, timeAt, timeIn } from "./times";

describe("times of bars", () => {
  it("are those given, with the end", () => {
    expect(barEdges([0.5, 2.5, 4.5], 6.5)).toEqual([0.5, 2.5, 4.5, 6.5]);
  });

  it("lie evenly where none is given", () => {
    expect(barEdges([null, 2, null, 6], 8)).toEqual([0, 2, 4, 6, 8]);
    expect(barEdges([null, null, 4], 6)).toEqual([0, 2, 4, 6]);
  });

  it("hold shares of bars of any length", () => {
    expect(timeIn([0, 2, 5], 1, 0.5)).toBe(3.5);
  });
});

describe("the cursor", () => {
  const anchors: Anchor[] = [
    { time_s: 1, x: 10, y: 0, height: 50, isEnd: false },
    { time_s: 2, x: 30, y: 0, height: 50, isEnd: false },
    { time_s: 3, x: 90, y: 0, height: 50, isEnd: true },
    { time_s: 3, x: 10, y: 100, height: 50, isEnd: false },
    { time_s: 4, x: 60, y: 100, height: 50, isEnd: true },
  ];

  it("goes evenly from note to note and jumps at the end of a system", () => {
    expect(cursorAt(anchors, 1.5)).toEqual({ x: 20, y: 0, height: 50 });
    expect(cursorAt(anchors, 2.999)!.x).toBeCloseTo(89.94, 2);
    expect(cursorAt(anchors, 3)).toEqual({ x: 10, y: 100, height: 50 });
    expect(cursorAt(anchors, 3.5)).toEqual({ x: 35, y: 100, height: 50 });
  });

  it("waits at the first note and rests at the end", () => {
    expect(cursorAt(anchors, 0)!.x).toBe(10);
    expect(cursorAt(anchors, 99)).toEqual({ x: 60, y: 100, height: 50 });
    expect(cursorAt([], 1)).toBeNull();
  });

  it("tells the time of its place", () => {
    for (const time_s of [1, 1.25, 2.5, 3, 3.75]) expect(timeAt(anchors, cursorAt(anchors, time_s)!)).toBeCloseTo(time_s, 9);
    expect(timeAt(anchors, { x: 5, y: 999 })).toBeNull();
  });
});

describe("names", () => {
  it.each([
    ["A:min", 0, "Am"],
    ["C:maj/3", 0, "C/E"],
    ["Bb:7", 0, "B♭7"],
    ["A:min7/b3", 0, "Am7/C"],
    ["F#:hdim7", 0, "F♯ø7"],
    ["D:sus4(b7)", 0, "Dsus4"],
    ["N", 0, "–"],
    ["A:min", 3, "Cm"],
    ["G:maj/5", 2, "A/E"],
    ["Eb:maj", -1, "D"],
  ])("%s, %d higher, is %s", (label, semitones, name) => expect(chordName(label, semitones)).toBe(name));

  it.each([
    ["C major", 0, "C major"],
    ["Eb minor", 0, "E♭ minor"],
    ["A minor", 3, "C minor"],
    ["G major", -2, "F major"],
    ["C major", 1, "D♭ major"],
  ])("%s, %d higher, is %s", (key, semitones, name) => expect(keyName(key, semitones)).toBe(name));

  it("writes pitches with their octave", () => {
    expect(pitchName(64)).toBe("E4");
    expect(pitchName(61)).toBe("C♯4");
  });
});

describe("pictures under the studio's policy", () => {
  it("have their styles set by the object model, and texts left alone", () => {
    const picture = pictureOf(`<svg><path d="M0,0" style="stroke: none"/><text style='font:12px serif; fill: red' x="1">a style=&quot;b&quot; c</text></svg>`);
    expect(picture.querySelector("path")!.style.stroke).toBe("none");
    expect(picture.querySelector("text")!.style.fill).toBe("red");
    expect(picture.querySelector("text")!.textContent).toBe('a style="b" c');
    expect(picture.querySelector("[data-style]")).toBeNull();
  });
});
