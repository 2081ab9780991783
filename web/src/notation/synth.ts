/**
 * What is written, as sound in the recording's time: alphaTab's synthesiser plays the score along the recording's bars,
 * once, ahead of the listener; the studio's player then mixes, loops and slows it like any other track.
 */
import { stretched } from "../audio/stretch";
import { type Api, loadAlphaTab, PLACE } from "./alphatab";

const RATE = 44100;
/** The synthesiser works in blocks of 64 samples, and counts its time by what it was asked for: so whole blocks are. */
const CHUNK_MS = (1378 * 64 * 1000) / RATE - 1e-9;

let soundFont: Promise<Uint8Array> | null = null;

function loadSoundFont(): Promise<Uint8Array> {
  soundFont ??= fetch(`${PLACE}soundfont/sonivox.sf3`).then(async (answer) => {
    if (!answer.ok) throw new Error(`The synthesiser's sounds could not be fetched: the server answered ${answer.status}.`);
    return new Uint8Array(await answer.arrayBuffer());
  });
  soundFont.catch(() => (soundFont = null));
  return soundFont;
}

/** One rendition; it grows while it is made, and whoever asks for more than there is waits. */
export class Rendition {
  /** One channel of 16-bit samples at 44.1 kHz: a song of four minutes takes 21 MB. */
  #samples: Int16Array;
  #n_ready = 0;
  #isDone = false;
  #problem: Error | null = null;
  #waiting: (() => void)[] = [];
  #isStopped = false;
  readonly #first_s: number;

  /** `first_s` is where the first bar begins in the recording: the synthesiser begins with the bar. */
  constructor(duration_s: number, first_s: number) {
    this.#first_s = first_s;
    this.#samples = new Int16Array(Math.ceil((duration_s - Math.min(0, first_s) + 1) * RATE));
  }

  get ready_s(): number {
    return this.#n_ready / RATE + this.#first_s;
  }

  async run(api: Api): Promise<void> {
    try {
      const [library, font] = await Promise.all([loadAlphaTab(), loadSoundFont()]);
      if (this.#isStopped) return;
      const options = new library.synth.AudioExportOptions();
      options.soundFonts = [font];
      options.sampleRate = RATE;
      options.useSyncPoints = true;
      options.masterVolume = 1;
      options.metronomeVolume = 0;
      const exporter = await startingWithTheFirstBar(api, this.#first_s, () => api.exportAudio(options));
      try {
        for (let chunk = await exporter.render(CHUNK_MS); chunk && !this.#isStopped; chunk = await exporter.render(CHUNK_MS)) this.#take(chunk.samples);
      } finally {
        exporter.destroy();
      }
    } catch (error) {
      this.#problem = error instanceof Error ? error : new Error(String(error));
    }
    this.#isDone = true;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Samples for a part of the song, in as many frames as the player's speed asks for. */
  async part(from_s: number, to_s: number, n_frames: number, sample_rate: number): Promise<Float32Array<ArrayBuffer>[]> {
    while (!this.#isDone && this.ready_s < to_s) await new Promise<void>((wake) => this.#waiting.push(wake));
    if (this.#problem) throw this.#problem;
    const n_natural = Math.round((to_s - from_s) * sample_rate);
    const natural = new Float32Array(n_natural);
    for (let i = 0; i < n_natural; i++) {
      const place = (from_s + i / sample_rate - this.#first_s) * RATE;
      const before = Math.floor(place);
      const share = place - before;
      natural[i] = ((1 - share) * (this.#samples[before] ?? 0) + share * (this.#samples[before + 1] ?? 0)) / 32768;
    }
    return stretched([natural], n_frames, sample_rate);
  }

  /** Left and right in turn become one. */
  #take(samples: Float32Array): void {
    const n = Math.min(samples.length / 2, this.#samples.length - this.#n_ready);
    for (let i = 0; i < n; i++) {
      const value = 0.5 * (samples[2 * i]! + samples[2 * i + 1]!);
      this.#samples[this.#n_ready + i] = Math.max(-1, Math.min(1, value)) * 32767;
    }
    this.#n_ready += Math.max(0, n);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/**
 * The synthesiser follows the speed between points, but begins at once: so the recording's time before the first bar
 * is taken away from all points while they are read, which happens before the call returns.
 */
function startingWithTheFirstBar<T>(api: Api, first_s: number, start: () => T): T {
  const points = (api.score?.masterBars ?? []).flatMap((bar) => bar.syncPoints ?? []).flatMap((point) => point.syncPointValue ?? []);
  for (const point of points) point.millisecondOffset -= 1000 * first_s;
  try {
    return start();
  } finally {
    for (const point of points) point.millisecondOffset += 1000 * first_s;
  }
}
