import { describe, expect, it } from "vitest";
import { pictureOf } from "./alphatab";
import { firstChangedBar } from "./changes";
import { chordName, isFlatKey, keyName, pitchName } from "./names";
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

describe("two texts of one song", () => {
  const text = (bars: string[], more = ""): string => `\\title "x"\n\\tempo 120\n.\n\\track "Guitar"\n\\instrument 25\n\\staff {score tabs}\n${more}\\tuning (E4 B3)\n${bars.join(" |\n")}\n\\sync 0 0 500\n`;
  const bars = ["\\ts 4 4 \\ks C (0.1).4", "(1.1).4", "r.1", "(2.2).1"];

  it.each([
    [text(bars), undefined],
    [text(bars.with(0, "\\ts 4 4 \\ks C (5.2).4")), 0],
    [text(bars.with(2, "(7.1).1")), 2],
    [text(bars.with(3, "(7.1).1")), 3],
    [text([...bars, "(3.1).1"]), 3],
    [text(bars.slice(0, 2)), 1],
    [text(bars, "\\capo 2\n"), undefined],
  ])("differ from a bar on", (other, bar) => {
    const found = firstChangedBar(text(bars), other);
    expect(found).toBe(other === text(bars) ? undefined : bar);
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
    ["A:min", "Am"],
    ["C:maj/3", "C/E"],
    ["Bb:7", "B♭7"],
    ["A:min7/b3", "Am7/C"],
    ["F#:hdim7", "F♯m7♭5"],
    ["B:dim7", "Bdim7"],
    ["C:dim", "Cdim"],
    ["E:aug", "Eaug"],
    ["D:sus4(b7)", "Dsus4"],
    ["N", "–"],
    ["A:maj/5", "A/E"],
  ])("%s is %s", (label, name) => expect(chordName(label)).toBe(name));

  it.each([
    ["C major", "C major"],
    ["Eb minor", "E♭ minor"],
  ])("%s is %s", (key, name) => expect(keyName(key)).toBe(name));

  it("knows keys of flats", () => {
    expect(["F major", "Bb major", "D minor", "Eb minor"].map(isFlatKey)).toEqual([true, true, true, true]);
    expect(["C major", "A minor", "F# minor", "B major", null].map(isFlatKey)).toEqual([false, false, false, false, false]);
  });

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
