/** What a key that is not sure may be as well, in words. Pure. */
import type { components } from "../../api/schema";
import { keyName } from "../../notation/names";

type Key = Pick<components["schemas"]["KeyFigures"], "confidence" | "relative" | "alternatives">;

/** A key this likely beside the likeliest one is nearly as likely, as in the words of the theory. */
const NEARLY = 0.75;

export function rivalOf({ confidence, relative, alternatives }: Key): string {
  const { name, weight } = alternatives[0] ?? { name: relative, weight: 0 };
  const isSame = name === relative;
  if (weight >= NEARLY * confidence) return `Ambiguous: ${keyName(name)} is nearly as likely${isSame ? " and has the same notes" : ""}.`;
  return `Ambiguous: or, less likely, ${keyName(name)}${isSame ? ", which has the same notes" : ""}.`;
}
