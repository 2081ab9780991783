/** Whether the library got another version of a transcription meanwhile: from another window, or another person. */
import type { SongVersion } from "../../api/types";

type Known = Pick<SongVersion, "id" | "job_id">;

export class Standing {
  #id: string | null = null;
  #jobs = new Set<string>();

  /** What the page shows now. */
  take(version: Known): void {
    this.#id = version.id;
  }

  /** What this page asks for itself is nobody else's. */
  own(jobId: string): void {
    this.#jobs.add(jobId);
  }

  isOther(newest: Known | undefined): boolean {
    return newest !== undefined && newest.id !== this.#id && !(newest.job_id !== null && this.#jobs.has(newest.job_id));
  }
}
