/** Notices of the system when a job ends while the page is in the background; off until asked for. */
import type { Job } from "../api/types";
import { activeJobs } from "./jobs.svelte";
import { problemText } from "./words";
import { router } from "./router.svelte";

const KEPT = "notices";

function isKept(): boolean {
  try {
    return localStorage.getItem(KEPT) === "1";
  } catch {
    return false;
  }
}

class Notices {
  state = $state<NotificationPermission | "unavailable">("Notification" in globalThis && globalThis.isSecureContext ? Notification.permission : "unavailable");
  isOn = $state(isKept());

  start(): () => void {
    return activeJobs.onFinished((job) => this.#tell(job));
  }

  async set(isOn: boolean): Promise<void> {
    if (isOn && this.state === "default") this.state = await Notification.requestPermission();
    this.isOn = isOn && this.state === "granted";
    try {
      if (this.isOn) localStorage.setItem(KEPT, "1");
      else localStorage.removeItem(KEPT);
    } catch {
      // without storage the choice lasts as long as the page
    }
  }

  #tell(job: Job): void {
    if (!this.isOn || this.state !== "granted" || !document.hidden || job.state === "cancelled" || job.is_system) return;
    const notice = new Notification(job.label || job.capability, {
      body: job.state === "completed" ? "Done." : (job.error ? problemText(job.error) : "Failed."),
      tag: job.id,
      icon: "/icons/icon-192.png",
    });
    notice.onclick = () => {
      focus();
      router.go(`/jobs/${job.id}`);
      notice.close();
    };
  }
}

export const notices = new Notices();
