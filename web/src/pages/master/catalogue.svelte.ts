/** What the studio offers: presets, genres, platforms and the options of a capability; read once. */
import { api, problemOf } from "../../api/client";
import type { BuiltInPreset, Option, OwnPreset, Problem } from "../../api/types";
import { titled } from "../../state/words";

export interface Entry {
  name: string;
  title: string;
  summary: string;
  target_lufs: number | null;
  ceiling_dbtp: number | null;
}

type Described = BuiltInPreset & Partial<Pick<Entry, "title" | "target_lufs" | "ceiling_dbtp">>;

function entryOf(preset: Described): Entry {
  return { name: preset.name, title: preset.title ?? titled(preset.name), summary: preset.summary, target_lufs: preset.target_lufs ?? null, ceiling_dbtp: preset.ceiling_dbtp ?? null };
}

class Catalogue {
  presets = $state.raw<Entry[]>([]);
  genres = $state.raw<Entry[]>([]);
  platforms = $state.raw<Entry[]>([]);
  tiers = $state.raw<Entry[]>([]);
  own = $state.raw<OwnPreset[]>([]);
  problem = $state.raw<Problem | null>(null);
  #options = $state.raw<Record<string, Option[]>>({});
  #loading: Promise<void> | null = null;
  #asked = new Set<string>();

  /** Read the presets, the first time only unless asked again. */
  load(again = false): Promise<void> {
    if (again) this.#loading = null;
    this.#loading ??= this.#read();
    return this.#loading;
  }

  async #read(): Promise<void> {
    try {
      const { built_in, own } = await api.presets("master");
      const of = (kind: string): Entry[] => built_in.filter((preset) => preset.kind === kind).map(entryOf);
      [this.presets, this.genres, this.platforms, this.tiers, this.own] = [of("preset"), of("genre"), of("platform"), of("tier"), own];
      this.problem = null;
    } catch (error) {
      this.#loading = null;
      this.problem = problemOf(error);
    }
  }

  /** The options of a capability; empty until they are here. */
  options(capability: string): Option[] {
    if (!this.#asked.has(capability)) {
      this.#asked.add(capability);
      api.capability(capability).then(
        ({ options }) => (this.#options = { ...this.#options, [capability]: options }),
        (error: unknown) => {
          this.#asked.delete(capability);
          this.problem = problemOf(error);
        },
      );
    }
    return this.#options[capability] ?? [];
  }
}

export const catalogue = new Catalogue();
