/** What was done to a plan, step by step, to be undone and done again. Pure. */
import type { Plan } from "./plan";

const MOST = 100;

export interface History {
  plans: readonly Plan[];
  at: number;
}

export const begun = (plan: Plan): History => ({ plans: [plan], at: 0 });

export const presentOf = ({ plans, at }: History): Plan => plans[at]!;

/** The next step; what was undone before is forgotten. */
export function pushed({ plans, at }: History, plan: Plan): History {
  if (plans[at] === plan) return { plans, at };
  const next = [...plans.slice(0, at + 1), plan].slice(-MOST);
  return { plans: next, at: next.length - 1 };
}

/** The same step in other words, as when a plan has been judged. */
export const replaced = ({ plans, at }: History, plan: Plan): History => ({ plans: plans.with(at, plan), at });

export const undone = ({ plans, at }: History): History => ({ plans, at: Math.max(0, at - 1) });

export const redone = ({ plans, at }: History): History => ({ plans, at: Math.min(plans.length - 1, at + 1) });
