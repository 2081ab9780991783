import { describe, expect, it, vi } from "vitest";
import { type Decoded, SegmentError, Segments } from "./segments";

const decode = (file: ArrayBuffer): Promise<Decoded> => Promise.resolve({ length: file.byteLength, numberOfChannels: 1 });
const answering = (status = 200): typeof fetch => vi.fn(() => Promise.resolve(new Response(status === 200 ? new Uint8Array(100) : null, { status })));

describe("segments", () => {
  it("are fetched once, even when asked for twice", async () => {
    const fetcher = answering();
    const segments = new Segments(decode, 1e6, fetcher);
    const [a, b] = await Promise.all([segments.load("/a"), segments.load("/a")]);
    expect(a).toBe(b);
    expect(segments.peek("/a")).toBe(a);
    expect(fetcher).toHaveBeenCalledTimes(1);
  });

  it("leave, least recently used first, but never while wanted", async () => {
    const segments = new Segments(decode, 1200, answering()); // room for three
    for (const url of ["/a", "/b", "/c"]) await segments.load(url);
    segments.peek("/a");
    await segments.load("/d");
    expect(segments.peek("/b")).toBeNull();
    expect(segments.peek("/a")).not.toBeNull();
    segments.want(["/a", "/c", "/d", "/e", "/f"]);
    await vi.waitFor(() => expect(segments.n_ready).toBe(5));
    expect(segments.n_bytes).toBe(2000);
    segments.want([]);
    expect(segments.n_ready).toBe(3);
  });

  it("no longer wanted are not waited for", async () => {
    const fetcher = vi.fn(
      (_url: unknown, init?: RequestInit) =>
        new Promise<Response>((_, reject) => init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")))),
    );
    const segments = new Segments(decode, 1e6, fetcher as unknown as typeof fetch);
    segments.want(["/a"]);
    const loading = segments.load("/a");
    await vi.waitFor(() => expect(fetcher).toHaveBeenCalled());
    segments.want([]);
    await expect(loading).rejects.toThrow(DOMException);
    expect(segments.errorOf("/a")).toBeNull();
  });

  it("say why they do not come", async () => {
    const gone = new Segments(decode, 1e6, answering(404));
    await expect(gone.load("/a")).rejects.toThrow(/answered 404/);
    expect(gone.errorOf("/a")).toBeInstanceOf(SegmentError);
    const broken = new Segments(() => Promise.reject(new Error("no")), 1e6, answering());
    await expect(broken.load("/a")).rejects.toThrow(/decode/);
  });

  it("are tried again when the server stumbles", async () => {
    const answers = [503, 200];
    const fetcher = vi.fn(() => Promise.resolve(new Response(new Uint8Array(4), { status: answers.shift()! })));
    const segments = new Segments(decode, 1e6, fetcher as unknown as typeof fetch);
    expect((await segments.load("/a")).length).toBe(4);
    expect(fetcher).toHaveBeenCalledTimes(2);
  });

  it("are never fetched more than six at once", async () => {
    let running = 0;
    let most = 0;
    const fetcher = vi.fn(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return new Response(new Uint8Array(4));
    });
    const segments = new Segments(decode, 1e6, fetcher as unknown as typeof fetch);
    segments.want(Array.from({ length: 20 }, (_, i) => `/${i}`));
    await vi.waitFor(() => expect(segments.n_ready).toBe(20));
    expect(most).toBe(6);
  });
});
