/** A capability's options as a form: values by dotted name in, parameters out. Pure. */
import type { Json, Option, Params } from "../../api/types";
import { nameAndUnit } from "../../state/units";

/** What a control holds; `null` and `""`: left to the default. */
export type Value = Json | undefined;
export type Values = Record<string, Value>;

export interface Group {
  /** "" for the options outside of any group. */
  name: string;
  title: string;
  options: Option[];
}

/** Options in their order: first those that stand alone, then one group for each nested model. */
export function groupsOf(options: readonly Option[]): Group[] {
  const groups = new Map<string, Group>([["", { name: "", title: "", options: [] }]]);
  for (const option of options) {
    const name = option.path.slice(0, -1).join(".");
    const group = groups.get(name) ?? { name, title: name.split(".").map((part) => nameAndUnit(part)[0]).join(", "), options: [] };
    group.options.push(option);
    groups.set(name, group);
  }
  return [...groups.values()].filter((group) => group.options.length > 0);
}

export const titleOf = (option: Option): string => nameAndUnit(option.path.at(-1) ?? option.name)[0];

/** The values at which the form starts. */
export function defaultsOf(options: readonly Option[]): Values {
  return Object.fromEntries(options.map((option) => [option.name, option.is_many ? (Array.isArray(option.default) ? option.default : []) : option.default]));
}

/** Fill the form from parameters, as of an earlier job or a preset. */
export function valuesOf(options: readonly Option[], params: Params): Values {
  const values = defaultsOf(options);
  for (const option of options) {
    let at: Json | undefined = params;
    for (const part of option.path) at = at !== null && typeof at === "object" && !Array.isArray(at) ? at[part] : undefined;
    if (at !== undefined) values[option.name] = at;
  }
  return values;
}

export const isEmpty = (value: Value): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

const isSame = (a: Value, b: Value): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The parameters that differ from the defaults, nested as the models are. */
export function paramsOf(options: readonly Option[], values: Values): Params {
  const params: Params = {};
  for (const option of options) {
    const value = values[option.name];
    const isAsDefault = isSame(value, option.default) || (isEmpty(value) && isEmpty(option.default));
    // an emptied value goes back to the default, except a list, which can be meant empty
    if (value === undefined || isAsDefault || (isEmpty(value) && !(option.is_many && !isEmpty(option.default)))) continue;
    let at = params;
    for (const part of option.path.slice(0, -1)) at = (at[part] ??= {}) as Params;
    at[option.path.at(-1)!] = value;
  }
  return params;
}

/** How the bounds read: "0 to 12 dB", "at least 1". */
export function boundsText(option: Option): string {
  const { low, high, excludes_low = false, excludes_high = false } = option.bounds ?? { low: null, high: null };
  const show = (value: number): string => value.toLocaleString("en-GB", { maximumFractionDigits: 6, useGrouping: Math.abs(value) >= 1e5 }).replace("-", "−");
  const unit = option.unit ? ` ${option.unit}` : "";
  if (low !== null && high !== null) return `${excludes_low ? "above " : ""}${show(low)} to ${excludes_high ? "below " : ""}${show(high)}${unit}`;
  if (low !== null) return `${excludes_low ? "above" : "at least"} ${show(low)}${unit}`;
  if (high !== null) return `${excludes_high ? "below" : "at most"} ${show(high)}${unit}`;
  return "";
}

/** What is wrong with a value, in words; null if nothing. The server checks again. */
export function problemWith(option: Option, value: Value): string | null {
  if (isEmpty(value)) return option.is_required ? `${titleOf(option)} is needed.` : null;
  const all = option.is_many && Array.isArray(value) ? value : [value];
  for (const one of all) {
    if (option.kind !== "number" && option.kind !== "whole") continue;
    if (typeof one !== "number" || !Number.isFinite(one)) return "This is no number.";
    if (option.kind === "whole" && !Number.isInteger(one)) return "A whole number is needed.";
    const { low, high, excludes_low = false, excludes_high = false } = option.bounds ?? { low: null, high: null };
    const isLow = low !== null && (excludes_low ? one <= low : one < low);
    const isHigh = high !== null && (excludes_high ? one >= high : one > high);
    if (isLow || isHigh) return `Must be ${boundsText(option)}.`;
  }
  return null;
}

/** "200, 2000 8000" -> [200, 2000, 8000]; words that are no number stay words, so that the check finds them. */
export function numbersOf(text: string): Json[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((word) => (Number.isFinite(Number(word.replace("−", "-"))) ? Number(word.replace("−", "-")) : word));
}

/** A slider's step that gives about two hundred positions on a round number. */
export function stepOf(option: Option): number {
  if (option.kind === "whole") return 1;
  const { low, high } = option.bounds ?? { low: null, high: null };
  if (low === null || high === null) return 0.1;
  const rough = (high - low) / 200;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  return Number(step.toPrecision(1));
}
