/** Versions of a transcription: which one a page builds on, and how a list of them reads. Pure. */
import type { Params, SongVersion } from "../../api/types";

type Known = Pick<SongVersion, "id" | "created_at">;

/** Named by work on a song without a version. */
export const NO_VERSION = "none";

export class Standing {
  #at: Known | null = null;

  /** What new work continues. */
  get base(): string {
    return this.#at?.id ?? NO_VERSION;
  }

  take(version: Known | undefined): void {
    this.#at = version ?? null;
  }

  /** Whether somebody put another version above; one that lies below comes up when those above it are deleted. */
  isOverlaid(newest: Known | undefined): boolean {
    return newest !== undefined && newest.id !== this.base && (this.#at === null || newest.created_at >= this.#at.created_at);
  }
}

/** Parameters that make no other music, only other files of it. */
const OF_FILES = new Set(["format", "notation"]);

/** What the music was asked for, as a text to compare. */
export const wishOf = (params: Params): string =>
  JSON.stringify(
    Object.entries(params)
      .filter(([name, value]) => !OF_FILES.has(name) && value !== null && !(Array.isArray(value) && value.length === 0))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** The versions, latest first, without those that only wrote more files of the one before. */
export function distinct(versions: readonly SongVersion[]): SongVersion[] {
  return versions.filter((version, at) => {
    const later = versions[at - 1];
    return later === undefined || later.restored_from !== null || wishOf(later.params) !== wishOf(version.params);
  });
}

export const n_edits = (params: Params): number => (params["edits"] as unknown[] | undefined)?.length ?? 0;

export const changesByHand = (params: Params): string => {
  const n = n_edits(params);
  return n === 0 ? "nothing changed by hand" : n === 1 ? "1 change by hand" : `${n} changes by hand`;
};

/** What sets a version apart from others: changes, instrument, stringing, transposition. */
export function wordsOf(params: Params): string {
  const { instrument = "guitar", tuning, capo, transpose_semitones: by, difficulty } = params as Record<string, string | number | undefined>;
  return [
    changesByHand(params),
    instrument,
    tuning,
    capo ? `capo ${capo}` : "",
    by ? `${Number(by) > 0 ? "+" : "−"}${Math.abs(Number(by))} ${Math.abs(Number(by)) === 1 ? "semitone" : "semitones"}` : "",
    difficulty && difficulty !== "full" ? difficulty : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
