/** What is heard, for all pages: the engine as runes, what it plays, and the commands of the transport bar. */
import { api, problemOf } from "../../api/client";
import type { Asset, AudioManifest } from "../../api/types";
import { Engine, type Snapshot, type TrackSource } from "../../audio/engine";
import { MediaControls } from "../../audio/media_session";
import { seenAt } from "../../audio/timeline";
import { toasts } from "../../state/toasts.svelte";

export interface PlayerTrack extends TrackSource {
  /** Token of its colour: "accent", "master", "info". */
  colour: string;
}

export interface Programme {
  /** What is open, so that a page knows its own: "master:<asset>". */
  key: string;
  title: string;
  artist: string | null;
  /** The page that it belongs to. */
  href: string;
}

type FrameListener = (position_s: number) => void;

const VOLUME = "volume";
const LEAST_FRAME_MS = 4;
const MOST_FRAME_MS = 1000 / 60;

function storedVolume(): number {
  try {
    const value = Number(localStorage.getItem(VOLUME) ?? NaN);
    return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0.9;
  } catch {
    return 0.9;
  }
}

/** The manifest's sound as the engine takes it. */
export function soundOf(manifest: AudioManifest): TrackSource["sound"] {
  const { sample_rate, n_samples, segment_samples, segment_url, integrated_lufs } = manifest;
  return { sample_rate, n_samples, segment_samples, segment_url, integrated_lufs, gain_db: manifest.gain_db ?? 0 };
}

class Player {
  readonly engine = new Engine();
  readonly #controls = new MediaControls(this.engine);
  snapshot = $state.raw<Snapshot>(this.engine.snapshot);
  programme = $state.raw<Programme | null>(null);
  tracks = $state.raw<PlayerTrack[]>([]);
  /** For figures: at most 20 times a second. Pictures use `onFrame`. */
  time_s = $state(0);
  /** One end of a loop that was set while the other is still missing. */
  loopStart_s = $state<number | null>(null);

  #frames = new Set<FrameListener>();
  #isFrameAsked = false;
  #shown_ms = 0;
  #framed_ms = 0;
  /** How long a frame lasts. */
  #frame_ms = MOST_FRAME_MS;

  isOpen = $derived(this.tracks.length > 0);
  isPlaying = $derived(["playing", "starting", "buffering"].includes(this.snapshot.state));
  heard = $derived(this.tracks.filter((track) => this.snapshot.audible.includes(track.id)));

  constructor() {
    this.engine.setVolume(storedVolume());
    // opening the output takes longer than all else: it is begun when a press begins, Play counts when it ends
    for (const press of ["pointerdown", "keydown"]) addEventListener(press, () => this.engine.warmUp(), { capture: true, passive: true });
    this.engine.subscribe((snapshot) => {
      const before = this.snapshot;
      this.snapshot = snapshot;
      if (snapshot.error && snapshot.error !== before.error) toasts.show(snapshot.error.message, { tone: "danger", detail: snapshot.error.remedy });
      this.#ask();
    });
  }

  /** Take tracks to be heard together, without playing. With the same key, what plays goes on. */
  open(programme: Programme, tracks: PlayerTrack[], audible?: string): void {
    const keep = this.programme?.key === programme.key;
    if (!keep) this.loopStart_s = null;
    this.programme = programme;
    this.tracks = tracks;
    this.engine.load(tracks, { keep, ...(audible === undefined ? {} : { audible }) });
    this.#controls.setTitle(programme.title, programme.artist);
  }

  /** Play one song, or stop it if it plays already. */
  async playAsset(asset: Pick<Asset, "id" | "name" | "title" | "artist">): Promise<void> {
    const key = `asset:${asset.id}`;
    if (this.programme?.key === key) {
      this.engine.toggle();
      return;
    }
    try {
      const manifest = await api.audioManifest(asset.id);
      const name = asset.title ?? asset.name;
      this.open({ key, title: name, artist: asset.artist, href: `/songs/${asset.id}` }, [{ id: asset.id, name, colour: "accent", sound: soundOf(manifest) }]);
      await this.engine.play();
    } catch (error) {
      toasts.problem(problemOf(error).code === "ASSET_PREPARING" ? new Error("This song is still being prepared for listening. Try again in a moment.") : error);
    }
  }

  close(): void {
    this.engine.unload();
    this.tracks = [];
    this.programme = null;
    this.loopStart_s = null;
  }

  /** Called on every frame while it plays, with the song's time when the frame will be seen, and once after each change; the answer ends it. */
  onFrame(listener: FrameListener): () => void {
    this.#frames.add(listener);
    listener(this.engine.position_s);
    return () => this.#frames.delete(listener);
  }

  // Commands of keys and buttons

  setVolume(volume: number): void {
    this.engine.setVolume(volume);
    try {
      localStorage.setItem(VOLUME, String(this.snapshot.volume));
    } catch {
      // without storage the volume lasts as long as the page
    }
  }

  skip(seconds: number): void {
    this.engine.seek(this.engine.position_s + seconds);
  }

  setLoopStart(): void {
    const at = this.engine.position_s;
    const end_s = this.snapshot.loop?.end_s;
    if (end_s !== undefined && end_s > at) this.engine.setLoop({ start_s: at, end_s });
    else {
      this.engine.setLoop(null);
      this.loopStart_s = at;
    }
  }

  setLoopEnd(): void {
    const end_s = this.engine.position_s;
    const start_s = this.snapshot.loop?.start_s ?? this.loopStart_s ?? 0;
    if (end_s <= start_s) return;
    this.engine.setLoop({ start_s, end_s });
    this.loopStart_s = null;
  }

  /** Off if on; else from the set start, or the ten seconds around here. */
  toggleLoop(): void {
    const { loop, duration_s } = this.snapshot;
    if (loop) this.engine.setLoop(null);
    else {
      const at = this.engine.position_s;
      const start_s = this.loopStart_s ?? Math.max(0, Math.min(at - 5, duration_s - 10));
      this.engine.setLoop({ start_s, end_s: Math.min(duration_s, Math.max(at, start_s + 10)) });
    }
    this.loopStart_s = null;
  }

  #ask(): void {
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    requestAnimationFrame((now_ms) => {
      this.#isFrameAsked = false;
      const passed_ms = now_ms - this.#framed_ms;
      this.#framed_ms = now_ms;
      // the screen's own, also where drawing cannot keep up with it
      if (passed_ms >= LEAST_FRAME_MS) this.#frame_ms = Math.min(this.#frame_ms * 1.01, passed_ms, MOST_FRAME_MS);
      const position_s = this.engine.positionAt(seenAt(now_ms, this.#frame_ms, performance.now()));
      for (const listener of this.#frames) listener(position_s);
      if (now_ms - this.#shown_ms >= 50 || !this.engine.isPlaying) {
        this.#shown_ms = now_ms;
        this.time_s = position_s;
      }
      if (this.engine.isPlaying) this.#ask();
    });
  }
}

export const player = new Player();

declare global {
  var tonmeisterPlayer: Engine | undefined;
}
/** For the browser's console and for tests: what is heard can be looked into. */
globalThis.tonmeisterPlayer = player.engine;
