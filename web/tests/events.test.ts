import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EventStream, type StudioEvent } from "../src/state/events.svelte";

/** A stand-in for the browser's socket, worked by hand. */
class Socket {
  static all: Socket[] = [];
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    Socket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.onclose?.();
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const last = (): Socket => Socket.all.at(-1)!;
const progress = (seq: number | null, percent: number) => ({ type: "event", seq, topic: "job", id: "j", event: "progress", data: { progress_percent: percent } });
let stream: EventStream;
let heard: StudioEvent[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  Socket.all = [];
  stream = new EventStream("ws://studio/ws");
  heard = [];
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("opens with the first listener, and asks once for each topic", () => {
  expect(Socket.all).toHaveLength(0);
  stream.subscribe("job", "j", (event) => heard.push(event));
  stream.subscribe("job", "j", (event) => heard.push(event));
  last().onopen!();
  expect(last().sent).toEqual([{ type: "subscribe", topic: "job", id: "j" }]);
  last().say(progress(5, 10));
  expect(heard.map((event) => event.data.progress_percent)).toEqual([10, 10]);
});

it("resumes after the last number, and hands out nothing twice", () => {
  stream.subscribe("job", "j", (event) => heard.push(event));
  last().onopen!();
  last().say({ type: "subscribed", topic: "job", id: "j", seq: 4 });
  last().say(progress(7, 10));
  last().onclose!();
  expect(stream.isOpen).toBe(false);
  vi.advanceTimersByTime(1000);
  expect(Socket.all).toHaveLength(2);
  last().onopen!();
  expect(last().sent[0]).toMatchObject({ type: "subscribe", after: 7 });
  last().say(progress(7, 10));
  last().say(progress(8, 20));
  expect(heard.map((event) => event.event)).toEqual(["subscribed", "progress", "resync", "progress"]);
});

it("progress without a number comes through at once", () => {
  stream.subscribe("job", "j", (event) => heard.push(event));
  last().onopen!();
  last().say({ type: "subscribed", topic: "job", id: "j", seq: 4 });
  last().say(progress(null, 33));
  expect(heard.map((event) => event.event)).toEqual(["subscribed", "progress"]);
});

it("how a job stands as the listening begins is handed on, for what was read before may be older", () => {
  stream.subscribe("job", "j", (event) => heard.push(event));
  last().onopen!();
  last().say({ type: "subscribed", topic: "job", id: "j", seq: 4, data: { state: "completed", revision: 3 } });
  expect(heard).toEqual([{ seq: 4, topic: "job", id: "j", event: "subscribed", data: { state: "completed", revision: 3 } }]);
});

it("the first listening reads again; later ones ask for what has happened since", () => {
  stream.subscribe("queue", null, (event) => heard.push(event));
  last().onopen!();
  expect(last().sent).toEqual([{ type: "subscribe", topic: "queue" }]);
  last().say({ type: "subscribed", topic: "queue", id: null, seq: 40 });
  expect(heard.map((event) => event.event)).toEqual(["resync"]);
  last().say({ type: "event", seq: 42, topic: "queue", id: null, event: "created", data: {} });
  stream.subscribe("library", null, (event) => heard.push(event));
  expect(last().sent.at(-1)).toEqual({ type: "subscribe", topic: "library", after: 42 });
  last().say({ type: "subscribed", topic: "library", id: null, seq: 43 });
  last().say({ type: "event", seq: 43, topic: "library", id: "a", event: "asset_ready", data: {} });
  expect(heard.map((event) => event.event)).toEqual(["resync", "created", "asset_ready"]);
  stream.subscribe("job", "j", () => undefined);
  expect(last().sent.at(-1)).toEqual({ type: "subscribe", topic: "job", id: "j" });
});

it("tells listeners to read again when the server dropped something, and while there is no connection", () => {
  stream.subscribe("library", null, (event) => heard.push(event));
  last().onopen!();
  last().say({ type: "resync_required", topic: "library", id: null });
  expect(heard.map((event) => event.event)).toEqual(["resync"]);
  vi.stubGlobal("WebSocket", class extends Socket {});
  last().onclose!();
  vi.advanceTimersByTime(9_100);
  expect(heard.length).toBeGreaterThanOrEqual(4);
});

it("waits longer after each failure", () => {
  stream.subscribe("queue", null, () => undefined);
  for (let n = 0; n < 6; n++) {
    last().onclose!();
    vi.advanceTimersByTime(20_000);
  }
  expect(Socket.all).toHaveLength(7);
  last().onclose!();
  vi.advanceTimersByTime(5_000);
  expect(Socket.all).toHaveLength(7);
});

it("a silent connection is closed and opened anew", () => {
  stream.subscribe("queue", null, () => undefined);
  last().onopen!();
  vi.advanceTimersByTime(25_000);
  expect(last().sent.at(-1)).toEqual({ type: "ping" });
  vi.advanceTimersByTime(60_000);
  expect(Socket.all.length).toBeGreaterThan(1);
});

it("the last listener's end ends the subscription", () => {
  const end = stream.subscribe("queue", null, () => undefined);
  last().onopen!();
  end();
  expect(last().sent.at(-1)).toEqual({ type: "unsubscribe", topic: "queue" });
});
