/** What the user has set, as the parameters of `master`: only what was set by hand is sent, all else is decided by preset and song. */
import type { Json, Option, Params } from "../../api/types";
import { titled } from "../../state/words";

export type Mode = "adaptive" | "reference" | "hybrid";
export type Tier = "draft" | "standard" | "fine";

export const FORMATS = [
  { value: "wav", text: "WAV" },
  { value: "flac", text: "FLAC" },
  { value: "mp3", text: "MP3" },
  { value: "m4a", text: "M4A (AAC)" },
  { value: "ogg", text: "Ogg Vorbis" },
  { value: "opus", text: "Opus" },
] as const;
export type Format = (typeof FORMATS)[number]["value"];

export const LOSSY: readonly string[] = ["mp3", "m4a", "ogg", "opus"];

export const CODECS = ["aac-128", "aac-256", "mp3-128", "mp3-320", "vorbis-96", "vorbis-320", "opus-96", "opus-160"] as const;

/** Parameters that the panel shows itself, all others stand among the advanced ones. */
const BASIC = ["mix", "mixes", "reference", "preset", "genre", "platform", "mode", "amount_percent", "target_lufs", "ceiling_dbtp", "tier", "format", "bit_depth", "sample_rate", "check_codec"];

export class MasterSettings {
  preset = $state("adaptive");
  genre = $state<string | null>(null);
  platform = $state<string | null>(null);
  reference = $state<string | null>(null);
  mode = $state<Mode | null>(null);
  amount_percent = $state<number | null>(null);
  target_lufs = $state<number | null>(null);
  ceiling_dbtp = $state<number | null>(null);
  tier = $state<Tier>("standard");
  format = $state<Format[]>(["wav"]);
  bit_depth = $state<number | null>(null);
  sample_rate = $state<number | null>(null);
  check_codec = $state<string[]>([]);
  /** Everything else by its dotted name; a name that is missing is left to the preset. */
  advanced = $state<Record<string, Json>>({});

  /** The parameters, without the song. */
  params(): Params {
    const params: Params = { preset: this.preset, tier: this.tier, format: [...this.format] };
    const single = { genre: this.genre, platform: this.platform, reference: this.reference, amount_percent: this.amount_percent, target_lufs: this.target_lufs, ceiling_dbtp: this.ceiling_dbtp, bit_depth: this.bit_depth, sample_rate: this.sample_rate };
    for (const [name, value] of Object.entries(single)) if (value !== null) params[name] = value;
    // without a reference there is nothing to choose between
    if (this.reference !== null && this.mode !== null) params["mode"] = this.mode;
    if (this.check_codec.length) params["check_codec"] = [...this.check_codec];
    for (const [name, value] of Object.entries(this.advanced)) setPath(params, name.split("."), value);
    return params;
  }

  /**
   * Take over parameters, of a version or a preset of one's own; what they leave out goes back to its default. With the
   * options known, a value that is the default is not counted as set.
   */
  take(params: Params, options: readonly Option[] = []): void {
    const defaults = new Map(options.map((option) => [option.name, JSON.stringify(option.default)]));
    const text = (name: string): string | null => (typeof params[name] === "string" ? params[name] : null);
    const number = (name: string): number | null => (typeof params[name] === "number" ? params[name] : null);
    const list = (name: string): string[] => (Array.isArray(params[name]) ? params[name].map(String) : typeof params[name] === "string" ? [params[name]] : []);
    this.preset = text("preset") ?? "adaptive";
    this.genre = text("genre");
    this.platform = text("platform");
    this.reference = text("reference");
    this.mode = text("mode") as Mode | null;
    this.amount_percent = number("amount_percent");
    this.target_lufs = number("target_lufs");
    this.ceiling_dbtp = number("ceiling_dbtp");
    this.tier = (text("tier") as Tier | null) ?? "standard";
    const formats = list("format") as Format[];
    this.format = formats.length ? formats : ["wav"];
    this.bit_depth = number("bit_depth");
    this.sample_rate = number("sample_rate");
    this.check_codec = list("check_codec");
    this.advanced = Object.fromEntries(flattened(params).filter(([name, value]) => !BASIC.includes(name.split(".")[0]!) && defaults.get(name) !== JSON.stringify(value)));
  }

  setAdvanced(name: string, value: Json | undefined): void {
    const { [name]: _gone, ...rest } = this.advanced;
    this.advanced = value === undefined || value === null ? rest : { ...rest, [name]: value };
  }
}

function setPath(params: Params, path: string[], value: Json): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    params[head] = value;
    return;
  }
  const inner = params[head];
  const nested: Params = inner !== null && typeof inner === "object" && !Array.isArray(inner) ? { ...inner } : {};
  setPath(nested, rest, value);
  params[head] = nested;
}

/** Nested parameters by dotted name; nulls say "not set" and are left out. */
export function flattened(params: Params, before = ""): [string, Json][] {
  return Object.entries(params).flatMap(([name, value]): [string, Json][] => {
    if (value === null) return [];
    if (typeof value === "object" && !Array.isArray(value)) return flattened(value, `${before}${name}.`);
    return [[before + name, value]];
  });
}

export interface OptionGroup {
  name: string;
  title: string;
  text: string;
  options: Option[];
}

const GROUP_TITLES: Record<string, string> = {
  "": "Song and files",
  eq: "Tonal balance",
  dynamic_eq: "Dynamic equaliser and de-esser",
  compressor: "Multiband compressor",
  glue: "Glue compressor",
  width: "Stereo image",
  saturation: "Saturation",
  limiter: "True-peak limiter",
  dither: "Dither",
};

/** The advanced options of a capability, by stage and in its order. `without` names what the page sets itself. */
export function groupsOf(options: readonly Option[], without: readonly string[] = []): OptionGroup[] {
  const groups = new Map<string, OptionGroup>();
  for (const option of options) {
    if (BASIC.includes(option.path[0] ?? option.name) || without.includes(option.name) || option.kind === "asset") continue;
    const name = option.path.length > 1 ? option.path[0]! : "";
    const title = GROUP_TITLES[name] ?? name.replaceAll("_", " ");
    const group = groups.get(name) ?? { name, title: title.charAt(0).toUpperCase() + title.slice(1), text: "", options: [] };
    group.options.push(option);
    groups.set(name, group);
  }
  // what belongs to no stage comes last
  return [...groups.values()].sort((a, b) => Number(a.name === "") - Number(b.name === ""));
}

/** The name of an option for people: "Look-ahead" of "limiter.lookahead_ms". */
export function optionTitle(option: Option): string {
  const last = option.path.at(-1) ?? option.name;
  const words = last.replace(/_(lufs|lu|dbtp|dbfs|db|hz|ms|s|percent|kbps)$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface Names {
  presets: readonly { name: string; title: string }[];
  genres: readonly { name: string; title: string }[];
  platforms: readonly { name: string; title: string }[];
}

/** The settings in a few words: "Warm, Jazz, Spotify, standard quality as WAV and MP3". */
export function settingsWords(settings: MasterSettings, names: Names): string {
  const title = (list: Names["presets"], name: string): string => list.find((entry) => entry.name === name)?.title ?? titled(name);
  const files = settings.format.map((format) => FORMATS.find(({ value }) => value === format)?.text ?? format);
  const parts = [
    title(names.presets, settings.preset),
    settings.genre ? title(names.genres, settings.genre) : "",
    settings.platform ? title(names.platforms, settings.platform) : "",
    settings.reference ? "a reference" : "",
    settings.amount_percent === null ? "" : `${settings.amount_percent} %`,
    `${settings.tier} quality`,
  ].filter(Boolean);
  return `${parts.join(", ")} as ${files.length > 1 ? `${files.slice(0, -1).join(", ")} and ${files.at(-1)}` : files[0]}`;
}
