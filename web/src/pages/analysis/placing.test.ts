import { expect, test } from "vitest";
import { apart, halfAfter } from "./placing";

test("a shift is told as a musician would", () => {
  expect(apart(0.5)).toBe("half a beat later");
  expect(apart(-1)).toBe("a beat earlier");
  expect(apart(2)).toBe("2 beats later");
  expect(apart(-1.5)).toBe("1.5 beats earlier");
  expect(apart(0.67)).toBe("two thirds of a beat later");
});

test("half a beat after a beat lies between it and the next, or as far on as before", () => {
  expect(halfAfter([1, 1.5, 2.1], 1)).toBeCloseTo(1.8);
  expect(halfAfter([1, 1.5, 2.1], 2)).toBeCloseTo(2.4);
  expect(halfAfter([1], 0)).toBeUndefined();
  expect(halfAfter([], 0)).toBeUndefined();
});
