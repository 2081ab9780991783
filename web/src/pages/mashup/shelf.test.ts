import { describe, expect, it } from "vitest";
import type { Plan } from "./plan";
import { lastOf, ShelfStore } from "./shelf";

class Drawer {
  held = new Map<string, string>();
  constructor(readonly most = Infinity) {}
  getItem = (key: string): string | null => this.held.get(key) ?? null;
  setItem = (key: string, text: string): void => {
    if (text.length > this.most) throw new Error("full");
    this.held.set(key, text);
  };
}

describe("two tabs", () => {
  it("do not write over each other", () => {
    const drawer = new Drawer();
    const [one, two] = [new ShelfStore<{ layers: string }>(drawer), new ShelfStore<{ layers: string }>(drawer)];
    expect(one.keep("m", [{ layers: "all" }])).toBeNull();
    expect(two.take("m")?.layers).toBe("all");
    expect(two.keep("m", [{ layers: "without bass" }])).toBeNull();
    expect(one.keep("m", [{ layers: "without drums" }])?.layers).toBe("without bass");
    expect(JSON.parse(drawer.getItem("m")!).layers).toBe("without bass");
    expect(one.keep("m", [{ layers: "without both" }])).toBeNull();
    expect(two.keep("m", [{ layers: "other" }])?.layers).toBe("without both");
  });

  it("keep less where there is little room, and nothing where there is none", () => {
    const store = new ShelfStore<{ text: string }>(new Drawer(80));
    expect(store.keep("m", [{ text: "x".repeat(200) }, { text: "short" }])).toBeNull();
    expect(store.take("m")?.text).toBe("short");
    const full = new ShelfStore<{ text: string }>(new Drawer(1));
    expect(full.keep("m", [{ text: "short" }])).toBeNull();
    expect(full.take("m")).toBeNull();
  });

  it("begin anew where what is there is no state", () => {
    const drawer = new Drawer();
    drawer.setItem("m", "{");
    expect(new ShelfStore(drawer).take("m")).toBeNull();
  });
});

describe("the last steps", () => {
  const plans = Array.from({ length: 20 }, (_, n) => ({ n }) as unknown as Plan);
  it.each([19, 10, 0])("hold the present one, %i", (at) => {
    const kept = lastOf({ plans, at }, 5);
    expect(kept.plans).toHaveLength(5);
    expect(kept.plans[kept.at]).toBe(plans[at]);
  });
});
