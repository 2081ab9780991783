/** What a listener knows better of a song than its analysis; transcription follows it too. */
import { api } from "../api/client";
import type { Params } from "../api/types";

/** What can be corrected by hand; the rest follows. */
export interface Corrections {
  tempo_bpm?: number;
  first_beat_s?: number;
  metre?: "2/4" | "3/4" | "4/4" | "6/8";
  tempo_factor?: "half" | "double";
}

const NAMES = ["tempo_bpm", "first_beat_s", "metre", "tempo_factor"] as const;

export function correctionsOf(params: Params): Corrections {
  return Object.fromEntries(NAMES.flatMap((name) => (params[name] === undefined || params[name] === null || params[name] === "same" ? [] : [[name, params[name]]]))) as Corrections;
}

/** What the listener corrected in the latest analysis of a song, for other pages too. */
export async function latestCorrections(assetId: string, signal?: AbortSignal): Promise<Corrections> {
  const page = await api.jobs({ asset: assetId, capability: "analyze", state: "completed", limit: 1 }, signal);
  return page.items[0] ? correctionsOf(page.items[0].params) : {};
}
