/**
 * Resumable uploads by tus 1.0: two at a time, in pieces, each checked by its SHA-256 where the page may compute it.
 * A cut line is retried; what was begun is kept in IndexedDB, so that it goes on after the page was closed.
 */
import { API, ApiError, call, problemOf, withQuery } from "../api/client";
import type { Asset, Page, Problem } from "../api/types";
import { forgetUpload, keepUpload, keptUploads, type KeptUpload } from "./kept_uploads";

export type UploadState = "waiting" | "sending" | "paused" | "retrying" | "done" | "failed" | "no_file" | "known";

const PIECE_BYTES = 8 * 2 ** 20;
const N_AT_ONCE = 2;
/** Larger files are not compared with the library: their sum would be made of the whole file in memory. */
const COMPARE_BYTES = 512 * 2 ** 20;
const N_RETRIES = 8;
const TUS = { "tus-resumable": "1.0.0" };

/** Stops the present piece without being a failure. */
class Halt extends Error {}

export class Upload {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
  state = $state<UploadState>("waiting");
  offset = $state(0);
  problem = $state.raw<Problem | null>(null);
  assetId = $state<string | null>(null);
  /** What has the same content in the library already. */
  twin = $state.raw<Asset | null>(null);
  /** Send it although the library has it. */
  isWanted = false;
  rate_bps = $state<number | null>(null);
  percent = $derived.by(() => (this.size === 0 ? 100 : (this.offset / this.size) * 100));
  eta_s = $derived.by(() => (this.rate_bps ? (this.size - this.offset) / this.rate_bps : null));
  file: File | null;
  url: string | null;
  #request: XMLHttpRequest | null = null;
  #wake: (() => void) | null = null;
  #marks: { at: number; offset: number }[] = [];

  constructor(given: { key: string; name: string; size: number; lastModified: number; file: File | null; url: string | null }) {
    this.key = given.key;
    this.name = given.name;
    this.size = given.size;
    this.lastModified = given.lastModified;
    this.file = given.file;
    this.url = given.url;
    if (given.file === null) this.state = "no_file";
  }

  get isOver(): boolean {
    return this.state === "done" || this.state === "failed" || this.state === "known";
  }

  pause(): void {
    if (this.isOver) return;
    this.state = this.file === null ? "no_file" : "paused";
    this.halt();
  }

  halt(): void {
    this.#request?.abort();
    this.#wake?.();
    this.rate_bps = null;
    this.#marks = [];
  }

  /** Send until all is there; returns with state "done", "failed" or "paused". */
  async send(): Promise<void> {
    let nFailures = 0;
    this.state = "sending";
    this.problem = null;
    while (this.#isOn()) {
      try {
        if (this.url === null && !this.isWanted && (await this.#isKnown())) return;
        if (!this.#isOn()) return;
        if (this.url === null) await this.#create();
        else this.offset = await this.#ask();
        while (this.assetId === null && this.#isOn()) {
          await this.#piece();
          nFailures = 0;
          this.state = "sending";
        }
        if (this.assetId !== null) this.state = "done";
        return;
      } catch (error) {
        if (error instanceof Halt || !this.#isOn()) return;
        const status = error instanceof ApiError ? error.status : 0;
        // gone or expired on the server: begin anew
        if (status === 404 || status === 410) {
          this.url = null;
          this.offset = 0;
        } else if (status >= 400 && status < 500 && ![408, 409, 423, 429, 460].includes(status)) nFailures = N_RETRIES;
        nFailures += 1;
        this.problem = problemOf(error);
        if (nFailures > N_RETRIES) {
          this.state = "failed";
          return;
        }
        this.state = "retrying";
        await this.#wait(Math.min(20_000, 400 * 2 ** nFailures) * (0.75 + Math.random() / 2));
      }
    }
  }

  #isOn(): boolean {
    return this.state === "sending" || this.state === "retrying";
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const isBack = (): void => this.#wake?.();
      addEventListener("online", isBack, { once: true });
      this.#wake = () => {
        clearTimeout(timer);
        removeEventListener("online", isBack);
        this.#wake = null;
        resolve();
      };
    });
  }

  /** Whether the library has this content already; only files that can be read at once are asked for. */
  async #isKnown(): Promise<boolean> {
    if (this.file === null || this.size === 0 || this.size > COMPARE_BYTES || !globalThis.crypto?.subtle) return false;
    let sum: string;
    try {
      sum = hex(await crypto.subtle.digest("SHA-256", await this.file.arrayBuffer()));
    } catch {
      return false; // sending it says what is wrong with the file
    }
    const { items } = await call<Page<Asset>>(withQuery("/assets", { sha256: sum, limit: 1 }));
    if (items[0] === undefined || !this.#isOn()) return false;
    this.twin = items[0];
    this.state = "known";
    return true;
  }

  async #create(): Promise<void> {
    const metadata = { filename: this.name, filetype: this.file?.type || "application/octet-stream" };
    const text = Object.entries(metadata).map(([name, value]) => `${name} ${base64(new TextEncoder().encode(value))}`);
    const answer = await this.#call("POST", `${API}/uploads`, { "upload-length": String(this.size), "upload-metadata": text.join(",") }, null);
    const place = answer.getResponseHeader("location");
    if (place === null) throw new ApiError(502, { code: "NO_LOCATION", message: "The server did not say where to send the file." });
    this.url = new URL(place, location.href).pathname;
    this.offset = 0;
    this.#ended(answer);
    await keepUpload(this);
  }

  /** Ask how much has arrived. */
  async #ask(): Promise<number> {
    const answer = await this.#call("HEAD", this.url!, {}, null);
    const offset = Number(answer.getResponseHeader("upload-offset"));
    if (!Number.isSafeInteger(offset)) throw new ApiError(502, { code: "NO_OFFSET", message: "The server did not say how much of the file it has." });
    this.#ended(answer);
    if (offset === this.size && this.assetId === null) {
      // all has arrived, but the answer that said so got lost
      this.assetId = (await call<{ asset_id: string | null }>(this.url!)).asset_id;
    }
    return offset;
  }

  async #piece(): Promise<void> {
    const begin = this.offset;
    const piece = this.file!.slice(begin, begin + PIECE_BYTES);
    const headers: Record<string, string> = { "upload-offset": String(begin), "content-type": "application/offset+octet-stream" };
    let bytes: ArrayBuffer;
    try {
      bytes = await piece.arrayBuffer();
    } catch {
      throw new ApiError(400, { code: "FILE_CHANGED", message: `${this.name} cannot be read any more.`, details: { remedy: "It was moved or changed; choose it again." } });
    }
    if (globalThis.crypto?.subtle) headers["upload-checksum"] = `sha256 ${base64(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))}`;
    if (!this.#isOn()) throw new Halt();
    // as a blob: a buffer of this size would be copied from process to process while the page stands still
    const answer = await this.#call("PATCH", this.url!, headers, new Blob([bytes]), (loaded) => this.#progress(begin + loaded));
    this.#progress(Number(answer.getResponseHeader("upload-offset")));
    this.#ended(answer);
  }

  #ended(answer: XMLHttpRequest): void {
    this.assetId = answer.getResponseHeader("tonmeister-asset");
    if (this.assetId !== null) this.offset = this.size;
  }

  #progress(offset: number): void {
    this.offset = offset;
    const now = performance.now();
    this.#marks = [...this.#marks.filter((mark) => now - mark.at < 5000), { at: now, offset }];
    const first = this.#marks[0]!;
    this.rate_bps = now - first.at > 500 ? ((offset - first.offset) / (now - first.at)) * 1000 : null;
  }

  /** XMLHttpRequest, because fetch does not tell how much has been sent. */
  #call(method: string, url: string, headers: Record<string, string>, body: Blob | null, onprogress?: (loaded: number) => void): Promise<XMLHttpRequest> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.#request = request;
      request.open(method, url);
      for (const [name, value] of Object.entries({ ...TUS, ...headers })) request.setRequestHeader(name, value);
      if (onprogress) request.upload.onprogress = (event) => onprogress(event.loaded);
      request.onabort = () => reject(new Halt());
      request.onerror = () => reject(new ApiError(0, { code: "UNREACHABLE", message: "The line to the server is cut; the upload goes on when it is back." }));
      request.onload = () => (request.status < 300 ? resolve(request) : reject(refusal(request)));
      request.send(body);
    });
  }
}

const hex = (bytes: ArrayBuffer): string => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function refusal(request: XMLHttpRequest): ApiError {
  let problem: Problem = { code: `HTTP_${request.status}`, message: `The server answered ${request.status}.` };
  try {
    problem = (JSON.parse(request.responseText) as { error: Problem }).error ?? problem;
  } catch {
    // an answer without the envelope: the status must do
  }
  return new ApiError(request.status, problem);
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Have the server throw an upload away; while it still holds the piece that was broken off, it asks for patience (423). */
async function terminate(url: string): Promise<void> {
  for (let n = 0; n < 6; n++) {
    await new Promise((resolve) => setTimeout(resolve, 150 * 2 ** n));
    try {
      const answer = await fetch(url, { method: "DELETE", headers: TUS });
      if (answer.status !== 423) return;
    } catch {
      return; // the server is away; the upload expires by itself
    }
  }
}

class Uploads {
  list = $state.raw<Upload[]>([]);
  n = $derived(this.list.filter((upload) => !upload.isOver).length);
  #listeners = new Set<(upload: Upload) => void>();
  #isRestored = false;

  /** Hear of every upload that has become an asset; the answer ends it. */
  onDone(listener: (upload: Upload) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(files: readonly File[]): void {
    for (const file of files) {
      const same = this.list.find((upload) => upload.file === null && upload.name === file.name && upload.size === file.size);
      if (same) {
        same.file = file;
        this.resume(same);
        continue;
      }
      this.list = [...this.list, new Upload({ key: newKey(), name: file.name, size: file.size, lastModified: file.lastModified, file, url: null })];
    }
    this.#fill();
  }

  /** Take up what was begun before the page was left. */
  async restore(): Promise<void> {
    if (this.#isRestored) return;
    this.#isRestored = true;
    const kept = await keptUploads();
    this.list = [...kept.map((one: KeptUpload) => new Upload(one)), ...this.list];
    this.#fill();
  }

  resume(upload: Upload): void {
    if (upload.file === null) return;
    upload.state = "waiting";
    upload.problem = null;
    this.#fill();
  }

  /** Send a file that the library has already. */
  sendTwin(upload: Upload): void {
    upload.isWanted = true;
    upload.twin = null;
    this.resume(upload);
  }

  pause(upload: Upload): void {
    upload.pause();
    this.#fill();
  }

  /** Stop, and let the server throw away what has arrived. */
  cancel(upload: Upload): void {
    upload.state = "failed";
    upload.halt();
    this.list = this.list.filter((one) => one !== upload);
    void forgetUpload(upload.key);
    if (upload.url !== null) void terminate(upload.url);
    this.#fill();
  }

  dismiss(upload: Upload): void {
    this.list = this.list.filter((one) => one !== upload);
    void forgetUpload(upload.key);
  }

  #fill(): void {
    let nSending = this.list.filter((upload) => upload.state === "sending" || upload.state === "retrying").length;
    for (const upload of this.list) {
      if (nSending >= N_AT_ONCE) return;
      if (upload.state !== "waiting") continue;
      nSending += 1;
      void upload.send().then(() => this.#over(upload));
    }
  }

  #over(upload: Upload): void {
    if (upload.state === "done") {
      void forgetUpload(upload.key);
      for (const listener of this.#listeners) listener(upload);
      setTimeout(() => (this.list = this.list.filter((one) => one !== upload)), 4000);
    }
    this.#fill();
  }
}

/** `crypto.randomUUID` is missing on plain HTTP in a network. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const uploads = new Uploads();
