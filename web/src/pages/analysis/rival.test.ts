import { expect, test } from "vitest";
import { rivalOf } from "./rival";

test("a key is said to be nearly as likely only where it is", () => {
  const key = { confidence: 0.62, relative: "C minor", alternatives: [{ name: "C minor", weight: 0.33 }] };
  expect(rivalOf(key)).toBe("Ambiguous: or, less likely, C minor, which has the same notes.");
  expect(rivalOf({ ...key, alternatives: [{ name: "C minor", weight: 0.5 }] })).toBe("Ambiguous: C minor is nearly as likely and has the same notes.");
  expect(rivalOf({ ...key, alternatives: [{ name: "G major", weight: 0.6 }] })).toBe("Ambiguous: G major is nearly as likely.");
  expect(rivalOf({ ...key, alternatives: [] })).toBe("Ambiguous: or, less likely, C minor, which has the same notes.");
});
