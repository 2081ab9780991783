/** The mixing desk over the stems: what is heard of each, and how loud. Pure. */
import type { components } from "../../api/schema";

export type SeparateResult = components["schemas"]["SeparateResult"];
export type Stem = components["schemas"]["Stem"];
export type StemName = Stem["name"];
export type Grade = NonNullable<Stem["quality"]["grade"]>;

/** One stem's strip on the desk. */
export interface Strip {
  gain_db: number;
  /** -100 left to 100 right. */
  pan_percent: number;
  isMuted: boolean;
  isSolo: boolean;
}

export type Desk = Readonly<Record<string, Strip>>;

export const LOWEST_DB = -40;
export const HIGHEST_DB = 12;

const WHOLE: readonly StemName[] = ["drums", "bass", "other", "vocals"];
const REST: readonly StemName[] = ["drums", "bass", "other"];

/** Stems that another stem of the same song holds already: heard as well, they would sound twice. */
export function isDoubled(name: StemName, names: readonly StemName[]): boolean {
  if (name === "instrumental") return REST.some((one) => names.includes(one));
  if (name === "harmonic" || name === "percussive") return names.some((one) => WHOLE.includes(one) || one === "instrumental");
  return false;
}

/** Strokes have no key. */
export const keepsPitch = (name: StemName): boolean => name === "drums" || name === "percussive";

export function deskOf(names: readonly StemName[]): Desk {
  return Object.fromEntries(names.map((name) => [name, { gain_db: 0, pan_percent: 0, isMuted: isDoubled(name, names), isSolo: false }]));
}

/** The desk as it was left, for the stems that there are. */
export function restored(kept: unknown, names: readonly StemName[]): Desk {
  const fresh = deskOf(names);
  if (kept === null || typeof kept !== "object") return fresh;
  const number = (value: unknown, low: number, high: number, otherwise: number): number => (typeof value === "number" && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise);
  return Object.fromEntries(
    names.map((name) => {
      const strip = (kept as Record<string, Partial<Strip> | undefined>)[name];
      const own = fresh[name]!;
      if (!strip) return [name, own];
      return [name, { gain_db: number(strip.gain_db, LOWEST_DB, HIGHEST_DB, 0), pan_percent: number(strip.pan_percent, -100, 100, 0), isMuted: strip.isMuted ?? own.isMuted, isSolo: strip.isSolo ?? false }];
    }),
  );
}

/** The stems that are heard: those that are alone if any is, else all that are not muted. */
export function heardOf(desk: Desk): string[] {
  const names = Object.keys(desk);
  const alone = names.filter((name) => desk[name]!.isSolo);
  return alone.length > 0 ? alone : names.filter((name) => !desk[name]!.isMuted);
}

/** Whether anything differs from how the desk is at first. */
export function isTouched(desk: Desk): boolean {
  const fresh = deskOf(Object.keys(desk) as StemName[]);
  return Object.entries(desk).some(([name, strip]) => JSON.stringify(strip) !== JSON.stringify(fresh[name]));
}

/** The lowest position of a gain slider is silence. */
export const levelOf = (gain_db: number): number => (gain_db <= LOWEST_DB ? -200 : gain_db);

export function gainWords(gain_db: number): string {
  if (gain_db <= LOWEST_DB) return "silent";
  return `${gain_db > 0 ? "+" : ""}${gain_db.toFixed(1).replace("-", "−")} dB`;
}

export function panWords(pan_percent: number): string {
  return pan_percent === 0 ? "middle" : `${Math.abs(pan_percent)} % ${pan_percent < 0 ? "left" : "right"}`;
}

export function keyWords(semitones: number): string {
  if (semitones === 0) return "as recorded";
  return `${semitones > 0 ? "+" : "−"}${Math.abs(semitones)} ${Math.abs(semitones) === 1 ? "semitone" : "semitones"}`;
}

export const GRADES: Record<Grade, { text: string; tone: "ok" | "warn" | "danger" | "plain" }> = {
  good: { text: "Good: fit to be heard alone", tone: "ok" },
  fair: { text: "Fair: fit in a mix", tone: "warn" },
  poor: { text: "Poor: full of the others", tone: "danger" },
  absent: { text: "Hardly anything is in it", tone: "plain" },
};

/** A stem with less of the sound was not listened to: there is nothing in it. */
const EMPTY_PERCENT = 0.5;

/** What a stem's grade means for this very stem: an absent voice may be silent, or full of instruments. */
export function trustOf(stem: Stem, voice: SeparateResult["voice"]): (typeof GRADES)[Grade] | null {
  const { grade } = stem.quality;
  if (grade === null) return null;
  if (grade !== "absent" || stem.name !== "vocals" || voice !== "none") return GRADES[grade];
  if (stem.peak_dbfs === null) return { ...GRADES.absent, text: "Silent: what went to it does not sound like a voice anywhere that could be heard, and was put back to the instruments" };
  if (stem.share_percent < EMPTY_PERCENT) return GRADES.absent;
  return { tone: "warn", text: "Does not sound like a voice anywhere that could be heard: it holds instruments, and other and the instrumental lack them" };
}

/** What matters most before the stems are used, in a few words: how the first warning begins, and which are poor. */
export function gistOf({ stems, warnings }: Pick<SeparateResult, "stems" | "warnings">): string {
  const poor = stems.filter(({ quality }) => quality.grade === "poor").map(({ name }) => name);
  const list = poor.join(", ");
  const told = warnings.filter((warning) => !list || !warning.endsWith(`: ${list}.`));
  const first = told[0]?.split(/[:;] |\. /)[0]?.replace(/\.$/, "");
  const parts = [first, poor.length > 0 && (poor.length === stems.length ? "Every stem is poor" : `Poor: ${list}`)];
  return parts.filter(Boolean).map((part) => `${part}.`).join(" ");
}

export const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** What a stem is written down as. */
export const INSTRUMENTS: Record<StemName, string> = {
  drums: "drums",
  percussive: "drums",
  bass: "bass",
  vocals: "voice",
  other: "any",
  instrumental: "any",
  harmonic: "any",
};

/** Tokens of colour that the design has; the rest share. */
export const COLOURS: Record<StemName, string> = {
  drums: "track-drums",
  bass: "track-bass",
  vocals: "track-vocals",
  other: "track-guitar",
  instrumental: "track-piano",
  harmonic: "track-other",
  percussive: "track-reference",
};

/** A time as it is typed: "83", "1:23", "1:23.4"; null if it is none. */
export function readTime(text: string): number | null {
  const found = /^\s*(?:(\d+):)?(\d+(?:[.,]\d+)?)\s*$/.exec(text);
  if (!found) return null;
  return 60 * Number(found[1] ?? 0) + Number(found[2]!.replace(",", "."));
}
