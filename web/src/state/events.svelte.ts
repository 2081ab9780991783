/** The event stream: one WebSocket for all subscriptions, resumed by sequence number after a break. */
import { API } from "../api/client";
import type { JobState } from "../api/types";
import { connection } from "./connection.svelte";

export type Topic = "job" | "queue" | "library";

export interface StudioEvent {
  seq: number | null;
  topic: Topic;
  id: string | null;
  /** "progress", "completed", "failed", "cancelled", "created", "started", "asset_ready", ...; "resync": read again; "subscribed": how a job stands as the listening begins. */
  event: string;
  data: {
    state?: JobState;
    progress_percent?: number;
    message?: string | null;
    eta_s?: number | null;
    revision?: number;
    [name: string]: unknown;
  };
}

type Listener = (event: StudioEvent) => void;

interface Subscription {
  topic: Topic;
  id: string | null;
  listeners: Set<Listener>;
  after: number | null;
}

const PING_MS = 25_000;
const SILENCE_MS = 60_000;
/** While there is no connection (some proxies let none through), listeners are told this often to read again. */
const POLL_MS = 3_000;

export class EventStream {
  isOpen = $state(false);
  /** Whether there was a connection before: only then a missing one is worth telling. */
  wasOpen = $state(false);

  #socket: WebSocket | null = null;
  #subscriptions = new Map<string, Subscription>();
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #heard = 0;
  /** The greatest number that was heard of anything. */
  #latest: number | null = null;
  readonly #url: string;

  constructor(url?: string) {
    this.#url = url ?? `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${API}/ws`;
  }

  /** Listen to a job (by id), the queue or the library; the answer ends it. The connection opens with the first listener. */
  subscribe(topic: Topic, id: string | null, listener: Listener): () => void {
    const key = `${topic}:${id ?? ""}`;
    let subscription = this.#subscriptions.get(key);
    if (subscription === undefined) {
      // from what is known so far: what happens until the server listens is told too
      subscription = { topic, id, listeners: new Set(), after: topic === "job" ? null : this.#latest };
      this.#subscriptions.set(key, subscription);
      if (this.isOpen) this.#tell(subscription, "subscribe");
    }
    subscription.listeners.add(listener);
    this.#connect();
    return () => {
      subscription.listeners.delete(listener);
      if (subscription.listeners.size > 0 || this.#subscriptions.get(key) !== subscription) return;
      this.#subscriptions.delete(key);
      if (this.isOpen) this.#tell(subscription, "unsubscribe");
    };
  }

  /** The server is back: connect now instead of in a while. */
  hasten(): void {
    if (this.#subscriptions.size > 0) this.#connect();
  }

  close(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#ping);
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#subscriptions.clear();
    this.#socket?.close();
    this.#socket = null;
    this.isOpen = false;
  }

  #connect(): void {
    if (this.#socket !== null) return;
    clearTimeout(this.#retry);
    this.#poll ??= setInterval(() => {
      if (!this.isOpen && !document.hidden && !connection.isAway) for (const subscription of this.#subscriptions.values()) this.#resync(subscription);
    }, POLL_MS);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      const again = this.wasOpen;
      this.isOpen = this.wasOpen = true;
      this.#attempt = 0;
      this.#heard = Date.now();
      for (const subscription of this.#subscriptions.values()) {
        this.#tell(subscription, "subscribe");
        // topics without numbers may have missed something while the line was cut
        if (again) this.#resync(subscription);
      }
      this.#ping = setInterval(() => this.#beat(), PING_MS);
    };
    socket.onmessage = (message) => {
      this.#heard = Date.now();
      this.#take(JSON.parse(String(message.data)) as Record<string, unknown>);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.isOpen = false;
      clearInterval(this.#ping);
      if (this.#subscriptions.size === 0) return;
      const wait = Math.min(15_000, 500 * 2 ** this.#attempt++) * (0.75 + Math.random() / 2);
      this.#retry = setTimeout(() => this.#connect(), wait);
    };
  }

  #beat(): void {
    if (Date.now() - this.#heard > SILENCE_MS) this.#socket?.close();
    else this.#socket?.send(JSON.stringify({ type: "ping" }));
  }

  #tell(subscription: Subscription, type: "subscribe" | "unsubscribe"): void {
    const { topic, id, after } = subscription;
    this.#socket?.send(JSON.stringify({ type, topic, ...(id === null ? {} : { id }), ...(type === "subscribe" && after !== null ? { after } : {}) }));
  }

  #take(message: Record<string, unknown>): void {
    const topic = message["topic"] as Topic;
    const id = (message["id"] ?? null) as string | null;
    const found = [this.#subscriptions.get(`${topic}:${id ?? ""}`), id === null ? undefined : this.#subscriptions.get(`${topic}:`)];
    for (const subscription of found) {
      if (subscription === undefined) continue;
      const seq = typeof message["seq"] === "number" ? message["seq"] : null;
      if (seq !== null && seq > (this.#latest ?? -1)) this.#latest = seq;
      if (message["type"] === "subscribed") {
        const isFirst = subscription.after === null;
        if (isFirst) subscription.after = seq;
        // what was read before may be older than this answer, and what happened in between is told by no event
        if (topic === "job") this.#hand(subscription, { seq, topic, id, event: "subscribed", data: (message["data"] ?? {}) as StudioEvent["data"] });
        else if (isFirst) this.#resync(subscription);
      } else if (message["type"] === "event") {
        if (seq !== null) {
          if (subscription.after !== null && seq <= subscription.after) continue;
          subscription.after = seq;
        }
        this.#hand(subscription, message as unknown as StudioEvent);
      } else if (message["type"] === "resync_required") {
        this.#resync(subscription);
      }
    }
  }

  #resync(subscription: Subscription): void {
    this.#hand(subscription, { seq: null, topic: subscription.topic, id: subscription.id, event: "resync", data: {} });
  }

  #hand(subscription: Subscription, event: StudioEvent): void {
    for (const listener of [...subscription.listeners]) listener(event);
  }
}

export const events = new EventStream();
connection.onReturn(() => events.hasten());
