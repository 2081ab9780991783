/** The lock screen and the keyboard's media keys. */
import type { Engine } from "./engine";

const SILENCE_S = 10;

/** Ten silent seconds: browsers show media controls only for a page with a media element that plays. */
function silence(): string {
  const rate = 8000;
  const n = rate * SILENCE_S;
  const file = new DataView(new ArrayBuffer(44 + n));
  const text = (at: number, value: string): void => [...value].forEach((letter, i) => file.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  file.setUint32(4, 36 + n, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, rate, true);
  file.setUint16(32, 1, true);
  file.setUint16(34, 8, true);
  text(36, "data");
  file.setUint32(40, n, true);
  for (let i = 44; i < 44 + n; i++) file.setUint8(i, 128);
  return URL.createObjectURL(new Blob([file], { type: "audio/wav" }));
}

export class MediaControls {
  readonly #engine: Engine;
  #element: HTMLAudioElement | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
    if (!("mediaSession" in navigator)) return;
    const session = navigator.mediaSession;
    session.setActionHandler("play", () => void engine.play());
    session.setActionHandler("pause", () => engine.pause());
    session.setActionHandler("seekto", (details) => details.seekTime !== undefined && engine.seek(details.seekTime));
    session.setActionHandler("seekbackward", (details) => engine.seek(engine.position_s - (details.seekOffset ?? 10)));
    session.setActionHandler("seekforward", (details) => engine.seek(engine.position_s + (details.seekOffset ?? 10)));
    session.setActionHandler("previoustrack", () => engine.seek(0));
    let wasPlaying = false;
    engine.subscribe(({ state }) => {
      const isPlaying = engine.isPlaying;
      session.playbackState = state === "empty" ? "none" : isPlaying ? "playing" : "paused";
      if (isPlaying !== wasPlaying) this.#follow(isPlaying);
      wasPlaying = isPlaying;
      this.#place();
    });
  }

  setTitle(title: string, artist: string | null): void {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist: artist ?? "Tonmeister", artwork: [{ src: "/icons/icon.svg", type: "image/svg+xml" }] });
  }

  #follow(isPlaying: boolean): void {
    if (isPlaying) {
      if (!this.#element) {
        this.#element = new Audio(silence());
        this.#element.loop = true;
      }
      this.#element.play().catch(() => undefined); // without it only the lock screen's controls are missing
      this.#timer ??= setInterval(() => this.#place(), 1000);
    } else {
      this.#element?.pause();
      if (this.#timer !== null) clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  #place(): void {
    const { duration_s } = this.#engine.snapshot;
    if (duration_s <= 0) return;
    navigator.mediaSession.setPositionState({ duration: duration_s, position: Math.min(duration_s, Math.max(0, this.#engine.position_s)), playbackRate: 1 });
  }
}
