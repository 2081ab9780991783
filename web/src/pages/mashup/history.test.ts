import { expect, it } from "vitest";
import { begun, presentOf, pushed, redone, replaced, undone } from "./history";
import type { Plan } from "./plan";

const plan = (name: string): Plan => ({ creative_vision: name }) as Plan;
const [a, b, c, d] = ["a", "b", "c", "d"].map(plan) as [Plan, Plan, Plan, Plan];

it("goes back and forth between the very same plans", () => {
  let history = pushed(pushed(begun(a), b), c);
  history = undone(undone(undone(history)));
  expect(presentOf(history)).toBe(a);
  history = redone(redone(redone(history)));
  expect(presentOf(history)).toBe(c);
});

it("forgets what was undone once something else is done", () => {
  const history = pushed(undone(pushed(begun(a), b)), c);
  expect(history.plans).toEqual([a, c]);
  expect(presentOf(redone(history))).toBe(c);
});

it("takes no step for the same plan, and none for its judgement", () => {
  const history = pushed(begun(a), b);
  expect(pushed(history, b).plans).toHaveLength(2);
  const judged = replaced(history, d);
  expect(presentOf(judged)).toBe(d);
  expect(presentOf(undone(judged))).toBe(a);
});

it("keeps a hundred steps", () => {
  let history = begun(a);
  for (let i = 0; i < 150; i++) history = pushed(history, plan(`${i}`));
  expect(history.plans).toHaveLength(100);
  expect(presentOf(history).creative_vision).toBe("149");
});
