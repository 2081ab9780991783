/** Files into sound at the session's rate, at the speed and pitch that the address asks for. */
import { SegmentError } from "./segments";
import type { Cuts } from "./stretch";
import type { Answer, Task } from "./stretch.worker";

/** How a segment shall sound. */
export interface Way {
  speed: number;
  semitones: number;
  /** Address of the segment by which it is cut: sounds that are cut alike still add up. */
  guide_url: string | null;
}

/** The part of an address that the server never sees. */
export function fragmentOf({ speed, semitones, guide_url }: Way): string {
  if (speed === 1 && semitones === 0) return "";
  const words = new URLSearchParams({ speed: String(speed) });
  if (semitones !== 0) words.set("pitch", String(semitones));
  if (guide_url) words.set("by", guide_url);
  return `#${words.toString()}`;
}

export function wayOf(url: string): Way {
  const words = new URLSearchParams(url.split("#")[1] ?? "");
  return { speed: Number(words.get("speed") ?? 1), semitones: Number(words.get("pitch") ?? 0), guide_url: words.get("by") };
}

const N_GUIDES = 24;

/**
 * Decodes before any AudioContext exists, since that may only be made when the user presses Play. What is asked of a
 * guide is kept for the next sound that is cut by it.
 */
export function decoder(rate: number): (file: ArrayBuffer, url: string, signal: AbortSignal) => Promise<AudioBuffer> {
  let offline: OfflineAudioContext | null = null;
  const guides = new Map<string, Promise<Cuts>>();
  let n = 0;

  function decode(file: ArrayBuffer): Promise<AudioBuffer> {
    offline ??= new OfflineAudioContext({ numberOfChannels: 2, length: 1, sampleRate: rate });
    return offline.decodeAudioData(file);
  }

  function cutsBy(url: string, n_in: number, n_out: number, rank: number): Promise<Cuts> {
    const name = `${url} ${n_in} ${n_out}`;
    const known = guides.get(name);
    if (known) return known;
    const cuts = bring(url)
      .then(decode)
      .then((buffer) => workshop.ask({ kind: "cut", channels: channelsOf(buffer, n_in), n_laid: n_out, sample_rate: rate }, rank))
      .then((answer) => (answer as { cuts: Cuts }).cuts);
    guides.set(name, cuts);
    cuts.catch(() => guides.delete(name));
    for (const oldest of guides.keys()) if (guides.size > N_GUIDES) guides.delete(oldest);
    return cuts;
  }

  return async (file, url, signal) => {
    const rank = ++n; // what comes first is needed first
    const buffer = await decode(file);
    const { speed, semitones, guide_url } = wayOf(url);
    if (speed === 1 && semitones === 0) return buffer;
    const n_frames = Math.max(1, Math.round(buffer.length / speed));
    const n_laid = Math.max(1, Math.round(n_frames * 2 ** (semitones / 12)));
    const cuts = guide_url === null ? undefined : await cutsBy(guide_url, buffer.length, n_laid, rank);
    const answer = await workshop.ask({ kind: "stretch", channels: channelsOf(buffer, buffer.length), n_laid, n_frames, sample_rate: rate, cuts }, rank, signal);
    const { channels } = answer as { channels: Float32Array<ArrayBuffer>[] };
    const out = new AudioBuffer({ length: n_frames, numberOfChannels: channels.length, sampleRate: rate });
    channels.forEach((channel, at) => out.copyToChannel(channel, at));
    return out;
  };
}

/** Copies of exactly `n` samples each, with silence at the end if there are fewer. */
function channelsOf(buffer: AudioBuffer, n: number): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: buffer.numberOfChannels }, (_, at) => {
    const channel = new Float32Array(n);
    channel.set(buffer.getChannelData(at).subarray(0, n));
    return channel;
  });
}

type Asked = Task extends infer One ? (One extends Task ? Omit<One, "id"> : never) : never;

interface Waiting {
  id: number;
  rank: number;
  task: Asked;
  isSent: boolean;
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

/** Work that would hold up the page, done beside it: one task at a time, the lowest rank first. */
class Workshop {
  #worker: Worker | null = null;
  #waiting: Waiting[] = [];
  #n = 0;

  ask(task: Asked, rank: number, signal?: AbortSignal): Promise<Answer> {
    const id = ++this.#n;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new DOMException("No longer needed.", "AbortError"));
      this.#waiting.push({ id, rank, task, isSent: false, resolve, reject });
      signal?.addEventListener("abort", () => {
        this.#waiting = this.#waiting.filter((one) => one.id !== id || one.isSent);
        reject(new DOMException("No longer needed.", "AbortError"));
      });
      this.#send();
    });
  }

  #send(): void {
    if (this.#waiting.some(({ isSent }) => isSent)) return;
    const first = this.#waiting.reduce<Waiting | null>((best, one) => (best === null || one.rank < best.rank ? one : best), null);
    if (!first) return;
    first.isSent = true;
    this.#open().postMessage({ ...first.task, id: first.id }, first.task.channels.map(({ buffer }) => buffer));
  }

  #open(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./stretch.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const at = this.#waiting.findIndex(({ id }) => id === data.id);
      const [done] = at < 0 ? [] : this.#waiting.splice(at, 1);
      done?.resolve(data);
      setTimeout(() => this.#send()); // what waited for these cuts asks first
    });
    worker.addEventListener("error", (event) => {
      this.#worker = null;
      for (const { reject } of this.#waiting) reject(new SegmentError("", `The sound could not be stretched: ${event.message || "the browser gave no reason"}.`));
      this.#waiting = [];
      worker.terminate();
    });
    this.#worker = worker;
    return worker;
  }
}

const workshop = new Workshop();

async function bring(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (!answer) throw new SegmentError(url, "The sound could not be fetched: the studio server does not answer.");
  if (!answer.ok) throw new SegmentError(url, `The sound could not be read: the server answered ${answer.status}.`);
  return answer.arrayBuffer();
}
