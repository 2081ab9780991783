import { expect, it } from "vitest";
import { clock, spokenTime } from "./clock";

it("writes times", () => {
  expect(clock(78.24, 3)).toBe("1:18.240");
  expect(clock(59.9996, 3)).toBe("1:00.000");
  expect(clock(3725)).toBe("1:02:05");
  expect(clock(-1)).toBe("0:00");
  expect(clock(9.5, 1)).toBe("0:09.5");
});

it("speaks times", () => {
  expect(spokenTime(0)).toBe("0 seconds");
  expect(spokenTime(61)).toBe("1 minute 1 second");
  expect(spokenTime(7200)).toBe("2 hours");
});
