import { describe, expect, it } from "vitest";
import { type ClockReading, converted, endFrame, heardAt, pieceAt, positionAt, type Run, seenAt, segmentsAhead } from "./timeline";

const straight: Run = { frame: 1000, position: 500, length: 10_000, loop: null };
const looped: Run = { frame: 1000, position: 500, length: 10_000, loop: { start: 200, end: 700 } };
const track = { n_samples: 10_000, segment_samples: 3000, wraps: false };

/** Play everything through and write down which sample of the song each frame holds. */
function played(run: Run, shape: typeof track, n_frames: number): number[] {
  const out: number[] = [];
  while (out.length < n_frames) {
    const piece = pieceAt(run, run.frame + out.length, shape);
    if (piece === null) break;
    expect(piece.n_frames).toBeGreaterThan(0);
    const from = piece.segment === null ? NaN : piece.segment * shape.segment_samples + piece.offset;
    for (let i = 0; i < piece.n_frames; i++) out.push(from + i);
  }
  return out.slice(0, n_frames);
}

describe("position", () => {
  it("runs with the clock and stops at the end", () => {
    expect(positionAt(straight, 1000)).toBe(500);
    expect(positionAt(straight, 900)).toBe(500);
    expect(positionAt(straight, 1250)).toBe(750);
    expect(positionAt(straight, 99_999)).toBe(10_000);
    expect(endFrame(straight)).toBe(10_500);
  });

  it("goes round in a loop, and never ends", () => {
    expect(positionAt(looped, 1199)).toBe(699);
    expect(positionAt(looped, 1200)).toBe(200);
    expect(positionAt(looped, 1200 + 500 * 7 + 13)).toBe(213);
    expect(endFrame(looped)).toBe(Infinity);
  });

  it("plays on to the end from behind a loop", () => {
    const behind = { ...looped, position: 800 };
    expect(positionAt(behind, 1900)).toBe(1700);
    expect(endFrame(behind)).toBe(1000 + 9200);
  });
});

describe("pieces", () => {
  it("hold every sample once, in order, across joints", () => {
    const found = played(straight, track, 20_000);
    expect(found).toEqual(Array.from({ length: 9500 }, (_, i) => 500 + i));
  });

  it("hold the loop's samples, and nothing else, without a gap", () => {
    const found = played({ ...looped, loop: { start: 2900, end: 3300 } }, track, 4000);
    const expected = Array.from({ length: 4000 }, (_, i) => (i < 2800 ? 500 + i : 2900 + ((i - 2800) % 400)));
    expect(found).toEqual(expected);
  });

  it("of a shorter stranger begin anew", () => {
    const found = played({ ...straight, position: 0 }, { n_samples: 3500, segment_samples: 3000, wraps: true }, 10_000);
    expect(found).toEqual(Array.from({ length: 10_000 }, (_, i) => i % 3500));
  });

  it("of a shorter track are silent after its end", () => {
    const piece = pieceAt(straight, 1000 + 4000, { ...track, n_samples: 4000 });
    expect(piece).toMatchObject({ segment: null, n_frames: 5500 });
  });

  it("say whether they reach the end of their segment", () => {
    expect(pieceAt(straight, 1000, track)).toEqual({ segment: 0, offset: 500, n_frames: 2500, isToEnd: true });
    expect(pieceAt(looped, 1000, track)).toEqual({ segment: 0, offset: 500, n_frames: 200, isToEnd: false });
    expect(pieceAt(straight, 10_500, track)).toBeNull();
  });
});

describe("segments ahead", () => {
  it("are each named once, soonest first", () => {
    expect(segmentsAhead(straight, 1000, 6000, track)).toEqual([0, 1, 2]);
    expect(segmentsAhead({ ...looped, loop: { start: 200, end: 3100 } }, 1000, 9000, track)).toEqual([0, 1]);
  });
});

it("converts lengths between rates", () => {
  expect(converted(44_100 * 5, 44_100, 48_000)).toBe(240_000);
  expect(converted(7, 48_000, 48_000)).toBe(7);
});

describe("what is heard", () => {
  /** 4 s were heard at 10,000 ms; rendering is 30 to 50 ms ahead of that, in blocks. */
  const reading = (now_ms: number, more: Partial<ClockReading> = {}): ClockReading => ({
    current_s: 4 + Math.floor((now_ms - 10_000) / 20) * 0.02 + 0.05,
    latency_s: 0.04,
    stamped_s: 4,
    stamp_ms: 10_000,
    now_ms,
    ...more,
  });

  it("goes evenly although the context's clock moves in blocks", () => {
    for (const now_ms of [10_000, 10_007, 10_019, 10_033]) {
      expect(heardAt(reading(now_ms), now_ms)).toBeCloseTo(4 + (now_ms - 10_000) / 1000, 9);
      expect(heardAt(reading(now_ms), now_ms + 16)).toBeCloseTo(4.016 + (now_ms - 10_000) / 1000, 9);
    }
  });

  it("is counted from what is rendered where no stamp is known, or it is stale", () => {
    const now_ms = 10_010;
    const counted_s = 4.05 - 0.04;
    expect(heardAt(reading(now_ms, { stamped_s: 0, stamp_ms: 0 }), now_ms)).toBeCloseTo(counted_s, 9);
    expect(heardAt(reading(now_ms, { stamp_ms: 9000 }), now_ms)).toBeCloseTo(counted_s, 9); // ahead of what is rendered
    expect(heardAt(reading(now_ms, { stamped_s: 3.5 }), now_ms)).toBeCloseTo(counted_s, 9);
  });
});

describe("what is drawn", () => {
  it("is seen at the end of its frame, or of the frame in which it is late", () => {
    expect(seenAt(1000, 16, 1000)).toBe(1016);
    expect(seenAt(1000, 16, 1012)).toBe(1016);
    expect(seenAt(1000, 16, 1020)).toBe(1032);
  });
});
