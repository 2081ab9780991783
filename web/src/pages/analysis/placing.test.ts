import { expect, test } from "vitest";
import { apart, halfAfter } from "./placing";

test("a shift is told as a musician would", () => {
  expect(apart(0.5, 0.25)).toBe("half a beat later");
  expect(apart(-1, -0.5)).toBe("a beat earlier");
  expect(apart(2, 1)).toBe("2 beats later");
  expect(apart(-1.5, -0.75)).toBe("a beat and a half earlier");
  expect(apart(3.5, 1.75)).toBe("3 and a half beats later");
  expect(apart(0.67, 0.33)).toBe("two thirds of a beat later");
  expect(apart(-0.83, -0.4149)).toBe("0.41 s earlier");
});

test("half a beat after a beat lies between it and the next, or as far on as before", () => {
  expect(halfAfter([1, 1.5, 2.1], 1)).toBeCloseTo(1.8);
  expect(halfAfter([1, 1.5, 2.1], 2)).toBeCloseTo(2.4);
  expect(halfAfter([1], 0)).toBeUndefined();
  expect(halfAfter([], 0)).toBeUndefined();
});
