import { expect, it } from "vitest";
import { isIsrc, moved, placesOf } from "./order";

it("moves a song to another place", () => {
  expect(moved(["a", "b", "c", "d"], 0, 2)).toEqual(["b", "c", "a", "d"]);
  expect(moved(["a", "b", "c", "d"], 3, 0)).toEqual(["d", "a", "b", "c"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], 1, 5)).toEqual(["a", "b"]);
});

it("places songs on the record with gaps between them", () => {
  expect(placesOf([100, 50, 10], 2)).toEqual({ starts_s: [0, 102, 154], length_s: 164 });
  expect(placesOf([], 2)).toEqual({ starts_s: [], length_s: 0 });
});

it("knows an ISRC", () => {
  expect(isIsrc("AT-XYZ-26-00001")).toBe(true);
  expect(isIsrc("atxyz2600001")).toBe(true);
  expect(isIsrc("AT-XYZ-26-1")).toBe(false);
});
