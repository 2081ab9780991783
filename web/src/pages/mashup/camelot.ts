/** Keys on the Camelot wheel, as DJs read them: for display, harmony itself is judged by the planner. */
import { pitchClass } from "../../notation/names";

export interface Camelot {
  /** 1 to 12: neighbours share all notes but one. */
  number: number;
  /** A minor, B major. */
  letter: "A" | "B";
}

/** The place of a key such as "Eb major"; null where the mode is neither. */
export function camelotOf(key: string | null | undefined): Camelot | null {
  const [tonic, mode] = key?.split(" ") ?? [];
  if (!tonic || (mode !== "major" && mode !== "minor")) return null;
  const relative = mode === "major" ? pitchClass(tonic) : pitchClass(tonic) + 3;
  return { number: ((7 + 7 * relative) % 12) + 1, letter: mode === "major" ? "B" : "A" };
}

export const camelotText = ({ number, letter }: Camelot): string => `${number}${letter}`;

/** How two places lie to each other, in words. */
export function camelotRelation(a: Camelot, b: Camelot): string {
  const steps = Math.min((a.number - b.number + 12) % 12, (b.number - a.number + 12) % 12);
  if (steps === 0) return a.letter === b.letter ? "the same key" : "relative keys, the same notes";
  if (steps === 1 && a.letter === b.letter) return "neighbours on the wheel, all notes but one in common";
  return steps === 1 ? "one step and the mode apart on the wheel" : `${steps} steps apart on the wheel`;
}
