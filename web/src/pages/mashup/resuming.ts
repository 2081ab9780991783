/** What goes on when the page is left: which jobs are taken up again, and what they show of the songs meanwhile. */
import type { Job } from "../../api/types";

/** What is known of a song once it is taken apart. */
export interface TakenApart {
  songId: string;
  stems_grade: string | null;
  vocal_share: number;
}

type Begun = Pick<Job, "id" | "state" | "capability" | "params">;

/** Whether a job makes plans, and not only judges one. */
export const isPlanning = (job: Pick<Begun, "capability" | "params">): boolean => job.capability === "mash_plan" && !job.params["plan"];

/** Whether the page waits for jobs of this kind. */
export const isResumed = (job: Pick<Begun, "capability" | "params">): boolean => isPlanning(job) || ["match", "mash_talk", "mashup"].includes(job.capability ?? "");

/** The job to go on with, of those of these songs with the latest first: what runs, else what was waited for and has ended. */
export function takenUp<One extends Begun>(jobs: readonly One[], awaited: string | null): One | null {
  const open = jobs.filter((job) => (job.state === "queued" || job.state === "processing") && isResumed(job));
  return open.find(({ id }) => id === awaited) ?? open[0] ?? jobs.find((job) => job.id === awaited && isResumed(job) && job.state !== "cancelled") ?? null;
}

/** The latest job of each set of songs, the latest first. */
export function latestOfEach<One extends Pick<Job, "params" | "created_at">>(jobs: readonly One[]): One[] {
  const found = new Map<string, One>();
  for (const job of [...jobs].sort((a, b) => b.created_at.localeCompare(a.created_at))) {
    const songs = job.params["songs"];
    if (Array.isArray(songs) && songs.length > 1 && !found.has(songs.join())) found.set(songs.join(), job);
  }
  return [...found.values()];
}

/** What is known of the stems by the letters of the songs; what comes from the work that goes on is newer. */
export function bySong(now: readonly TakenApart[], before: readonly TakenApart[]): Record<string, TakenApart> {
  return Object.fromEntries([...before, ...now].map((one) => [one.songId, one]));
}

const GRADES: Record<string, string> = { good: "good", fair: "fair", poor: "poor: much of one is in the others", absent: "empty" };

/** What the stems of a song are like, in words. */
export function wordsOf({ stems_grade, vocal_share }: TakenApart): string {
  const grade = stems_grade === null ? "of a network that does not tell how sure it is" : (GRADES[stems_grade] ?? stems_grade);
  const sung = vocal_share < 0.005 ? "no voice heard" : `sung in ${Math.round(100 * vocal_share)} % of the bars`;
  return `Stems ${grade}; ${sung}`;
}
