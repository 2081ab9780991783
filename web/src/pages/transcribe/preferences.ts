/** What the player likes, kept in the browser: instrument, tuning, notation and the like. */
import type { Params } from "../../api/types";

export interface Preferences {
  instrument: string;
  tuning: string;
  capo: number;
  notation: "tab" | "standard" | "both";
  difficulty: string;
  style: string;
  smallest: string;
  triplets: boolean;
  sensitivity_percent: number;
  suggest_setups: boolean;
}

export const DEFAULTS: Preferences = {
  instrument: "guitar",
  tuning: "",
  capo: 0,
  notation: "both",
  difficulty: "full",
  style: "any",
  smallest: "1/16",
  triplets: true,
  sensitivity_percent: 50,
  suggest_setups: false,
};

const KEY = "transcribe";

export const INSTRUMENTS: readonly string[] = ["guitar", "bass", "ukulele", "piano", "voice", "drums", "any"];

export const FRETTED = new Set(["guitar", "bass", "ukulele"]);

export const TUNINGS: Readonly<Record<string, readonly string[]>> = {
  guitar: ["guitar", "guitar drop D", "guitar double drop D", "guitar drop C", "guitar half step down", "guitar whole step down", "guitar DADGAD", "guitar open D", "guitar open E", "guitar open G", "guitar open A", "guitar 7 strings", "guitar 8 strings"],
  bass: ["bass", "bass drop D", "bass 5 strings"],
  ukulele: ["ukulele", "ukulele low G"],
};

export function storedPreferences(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return { ...DEFAULTS };
  }
}

export function keepPreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // without storage they last as long as the page
  }
}

/** What differs from the defaults of `transcribe`. */
export function paramsOf(given: Preferences): Params {
  const params: Params = {};
  for (const key of ["instrument", "difficulty", "style", "smallest", "triplets", "sensitivity_percent", "notation"] as const) if (given[key] !== DEFAULTS[key]) params[key] = given[key];
  if (given.tuning.trim()) params["tuning"] = given.tuning.trim();
  if (given.capo > 0) params["capo"] = given.capo;
  if (given.suggest_setups) params["suggest_setups"] = true;
  return fitting(params);
}

const OF_NECKS = ["tuning", "capo", "n_frets", "style", "difficulty", "suggest_setups"];

/** These parameters without what has no effect without a neck, if the instrument has none: such wishes are refused. */
export function fitting(params: Params): Params {
  if (FRETTED.has((params["instrument"] as string | undefined) ?? DEFAULTS.instrument)) return params;
  return Object.fromEntries(Object.entries(params).filter(([name, value]) => !OF_NECKS.includes(name) && !(name === "notation" && value === "tab")));
}

/** The preferences that a transcription was made with. */
export function preferencesOf(params: Params, fallback: Preferences): Preferences {
  const known = Object.fromEntries(Object.keys(DEFAULTS).flatMap((key) => (key in params && params[key] !== null ? [[key, params[key]]] : [])));
  return { ...DEFAULTS, notation: fallback.notation, ...known } as Preferences;
}

/** What belongs to the player's choice alone, not to how the song is written. */
const APART = new Set<keyof Preferences>(["notation"]);

/** How the settings differ from those that a tab was made with, as a change of its parameters (null: no more); null if they do not. */
export function changeOf(given: Preferences, params: Params): Params | null {
  const wanted = paramsOf(given);
  const before = paramsOf(preferencesOf(params, given));
  const names = (Object.keys(DEFAULTS) as (keyof Preferences)[]).filter((name) => !APART.has(name) && wanted[name] !== before[name]);
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, wanted[name] ?? null])) : null;
}
