import { expect, it } from "vitest";
import { camelotOf, camelotRelation, camelotText } from "./camelot";

it.each([
  ["C major", "8B"],
  ["A minor", "8A"],
  ["G major", "9B"],
  ["E minor", "9A"],
  ["F# major", "2B"],
  ["Eb minor", "2A"],
  ["B major", "1B"],
  ["Ab minor", "1A"],
  ["E major", "12B"],
  ["Db minor", "12A"],
  ["F major", "7B"],
  ["D minor", "7A"],
])("%s is %s", (key, code) => {
  expect(camelotText(camelotOf(key)!)).toBe(code);
});

it("knows no place for what is no key", () => {
  expect(camelotOf(null)).toBeNull();
  expect(camelotOf("D dorian")).toBeNull();
});

it("says how keys lie to each other", () => {
  const of = (key: string) => camelotOf(key)!;
  expect(camelotRelation(of("A minor"), of("A minor"))).toBe("the same key");
  expect(camelotRelation(of("A minor"), of("C major"))).toContain("relative");
  expect(camelotRelation(of("A minor"), of("E minor"))).toContain("neighbours");
  expect(camelotRelation(of("B major"), of("E major"))).toContain("neighbours");
  expect(camelotRelation(of("C major"), of("F# major"))).toBe("6 steps apart on the wheel");
});
