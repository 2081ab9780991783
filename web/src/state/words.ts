/** Advice is written for every door of the studio; here the command line's and the interface's words become the page's. */
import type { Problem } from "../api/types";

/** A key as words ("apple-music" as "Apple music"), where no better name is known. */
export function titled(name: string): string {
  const words = name.replaceAll(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const OVERRIDES = /[\u202a-\u202e\u2066\u2067]/g;
const [ISOLATE, END] = ["\u2068", "\u2069"];

/** A name that somebody gave, for use within a sentence: whatever its direction, the words around it keep theirs. */
export const isolate = (name: string): string => ISOLATE + name.replaceAll(END, "").replace(OVERRIDES, "") + END;

/** The sentence in pieces: plain words, and the names that were isolated in it. */
export function piecesOf(text: string): { words: string; isName: boolean }[] {
  return text
    .split(/(\u2068[^\u2069]*\u2069)/)
    .filter(Boolean)
    .map((words) => (words.startsWith(ISOLATE) ? { words: words.slice(1, -1), isName: true } : { words, isName: false }));
}

/** A sentence in which a name may stand: signs that turn the order of all that follows are left out. */
export const inOrder = (text: string): string => text.replace(OVERRIDES, "");

const CONTROLS: Record<string, string> = {
  "--mode hybrid": "“Targets from: Both”",
  "--mode reference": "“Targets from: Reference”",
  "--mode adaptive": "“Targets from: Adaptive”",
  "--amount-percent": "“Amount”",
  "--target-lufs": "“Loudness target”",
  "--ceiling-dbtp": "“True-peak ceiling”",
  "--spread-percent": "“Loudness differences kept”",
  " (see `tonmeister presets`)": " (see the page Presets)",
  "`tonmeister presets`": "the page Presets",
  "`GET /api/v1/assets`": "the library",
};

const UNITS = /-(lufs|lu|dbtp|dbfs|db|hz|bpm|ms|s|percent|kbps)$/;

/** The text with options, commands and code in it named as on the page. */
export function pageWords(text: string): string {
  let words = inOrder(text);
  for (const [given, shown] of Object.entries(CONTROLS)) words = words.replaceAll(given, shown);
  return words
    .replace(/--corrections '[^']*'/g, "say so in the song’s analysis")
    .replace(/(^|[\s(`'"])--([a-z][a-z0-9-]*[a-z0-9])/g, (_all, before: string, name: string) => `${before}“${titled(name.replace(UNITS, ""))}”`)
    .replace(/`([^`\n]+)`/g, "“$1”")
    .replaceAll("““", "“")
    .replaceAll("””", "”");
}

/** The same problem in the page's words, with field and remedy in `details` wherever they were. */
export function inPageWords({ code, message, details, remedy, field }: Problem): Problem {
  const advice = details?.remedy ?? remedy;
  return { code, message: pageWords(message), details: { ...details, field: details?.field ?? field ?? null, remedy: advice ? pageWords(advice) : null } };
}

/** What went wrong and what to do about it, in one text. */
export function problemText(problem: Problem): string {
  const { message, details } = inPageWords(problem);
  return [message, details?.remedy].filter(Boolean).join(" ");
}
