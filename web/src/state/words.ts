/** Advice is written for every door of the studio; here the command line's and the interface's words become the page's. */
import type { Problem } from "../api/types";

/** A key as words ("apple-music" as "Apple music"), where no better name is known. */
export function titled(name: string): string {
  const words = name.replaceAll(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

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
  let words = text;
  for (const [given, shown] of Object.entries(CONTROLS)) words = words.replaceAll(given, shown);
  return words
    .replace(/(^|[\s(`'"])--([a-z][a-z0-9-]*[a-z0-9])/g, (_all, before: string, name: string) => `${before}“${titled(name.replace(UNITS, ""))}”`)
    .replace(/`([^`\n]+)`/g, "“$1”")
    .replaceAll("““", "“")
    .replaceAll("””", "”");
}

/** What went wrong and what to do about it, in one text. */
export const problemText = (problem: Problem): string => pageWords([problem.message, problem.details?.remedy].filter(Boolean).join(" "));

/** The same problem in the page's words. */
export function inPageWords(problem: Problem): Problem {
  const { details, message } = problem;
  return { ...problem, message: pageWords(message), ...(details?.remedy ? { details: { ...details, remedy: pageWords(details.remedy) } } : {}) };
}
