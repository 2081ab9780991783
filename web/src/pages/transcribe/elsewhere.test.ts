import { describe, expect, it } from "vitest";
import { Standing } from "./elsewhere";

describe("a version of the library", () => {
  it("is another's if the page neither shows it nor asked for it", () => {
    const standing = new Standing();
    standing.take({ id: "v1", job_id: "j1" });
    standing.own("j2");
    expect(standing.isOther({ id: "v1", job_id: "j1" })).toBe(false);
    expect(standing.isOther({ id: "v2", job_id: "j2" })).toBe(false);
    expect(standing.isOther({ id: "v3", job_id: "j3" })).toBe(true);
    expect(standing.isOther({ id: "v4", job_id: null })).toBe(true);
    expect(standing.isOther(undefined)).toBe(false);
    standing.take({ id: "v3", job_id: "j3" });
    expect(standing.isOther({ id: "v3", job_id: "j3" })).toBe(false);
  });
});
