/**
 * The player: tracks of 5-second segments on one clock.
 *
 * Every segment is an `AudioBufferSourceNode` started at an exact frame of the context, which runs at the song's own
 * rate, so that joints are exact to the sample and all tracks stay together. Needs no AudioWorklet and no secure
 * context. Tracks that are not heard run silently along, so that switching is a crossfade and nothing else.
 */
import { click } from "./click";
import { decoder, fragmentOf } from "./decode";
import { type Fade, FADE_S, fadeAt, fadePoints, type FadeShape, gainOf, matchingGains, volumeGain } from "./gains";
import { SegmentError, Segments } from "./segments";
import { converted, endFrame, heardAt, type Loop, pieceAt, positionAt, type Run, segmentsAhead, type TrackShape } from "./timeline";

/** What the server says of a sound that can be played; see `GET /audio/{id}/manifest`. */
export interface Sound {
  sample_rate: number;
  n_samples: number;
  segment_samples: number;
  /** Address of a segment, with `{n}` for its number. */
  segment_url: string;
  integrated_lufs: number | null;
  /** What is added to hear the original's level. */
  gain_db?: number | null;
  /** Makes the sound instead of fetching it: `n_frames` that stand for a part of the song. `segment_url` names it. */
  make?: (from_s: number, to_s: number, n_frames: number, sample_rate: number) => Promise<Float32Array<ArrayBuffer>[]>;
}

/** Clicks before the song begins. */
export interface CountIn {
  n: number;
  interval_s: number;
}

export interface TrackSource {
  id: string;
  name: string;
  sound: Sound;
  /** Another song than the first: it begins anew at its end, and fades keep energy instead of amplitude. */
  isStranger?: boolean;
  /** A track's own gain, on top of matching. */
  gain_db?: number;
  /** -1 left to 1 right; a track without it cannot be moved. */
  pan?: number;
  /** Drums have no key: they keep their pitch when all else changes it. */
  keepsPitch?: boolean;
  /** The sound of which this is a part: at another speed parts are cut where the whole is, so that they still add up. */
  guide?: Sound;
}

export type PlayerState = "empty" | "paused" | "starting" | "playing" | "buffering" | "ended" | "error";

export interface PlayerError {
  code: "SOUND_UNREACHABLE" | "SOUND_BLOCKED" | "SOUND_UNAVAILABLE";
  message: string;
  remedy: string;
}

export interface Snapshot {
  state: PlayerState;
  audible: readonly string[];
  /** Asked for, but still on its way: the former is heard until then. */
  pending: readonly string[] | null;
  duration_s: number;
  loop: { start_s: number; end_s: number } | null;
  isMatched: boolean;
  volume: number;
  /** 1 is the song's own; the pitch stays. */
  speed: number;
  /** How far the pitch is moved; the speed stays. */
  semitones: number;
  error: PlayerError | null;
}

/** Measured while playing; for tests and the curious. */
export interface EngineFigures {
  first_sound_ms: number | null;
  last_switch_ms: number | null;
  n_stalls: number;
  n_pieces: number;
  n_late_pieces: number;
}

interface Scheduled {
  node: AudioBufferSourceNode;
  from: number;
  to: number;
}

class Track {
  readonly source: TrackSource;
  shape: TrackShape;
  readonly #rate: number;
  #speed = 1;
  #semitones = 0;
  gain: GainNode | null = null;
  panner: StereoPannerNode | null = null;
  fade: Fade = { from: 0, to: 0, start_s: 0, length_s: 0, shape: "linear" };
  /** The next frame that is not scheduled yet. */
  cursor = 0;
  scheduled: Scheduled[] = [];
  /** Fetched and scheduled, heard or not. */
  isWarm = true;
  own_gain_db: number;
  pan: number;

  constructor(source: TrackSource, rate: number, speed: number, semitones: number) {
    this.source = source;
    this.#rate = rate;
    this.own_gain_db = source.gain_db ?? 0;
    this.pan = source.pan ?? 0;
    this.#speed = speed;
    this.#semitones = source.keepsPitch ? 0 : semitones;
    this.shape = this.#shapeAt(speed, source.isStranger ?? false);
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
    this.shape = this.#shapeAt(speed, this.shape.wraps);
  }

  setSemitones(semitones: number): void {
    this.#semitones = this.source.keepsPitch ? 0 : semitones;
  }

  disconnect(): void {
    this.gain?.disconnect();
    this.panner?.disconnect();
  }

  /** Every segment is stretched by itself, so that a whole segment has a whole number of samples. */
  #shapeAt(speed: number, wraps: boolean): TrackShape {
    const { sound } = this.source;
    const n_samples = converted(sound.n_samples, sound.sample_rate, this.#rate);
    const segment = converted(sound.segment_samples, sound.sample_rate, this.#rate);
    const segment_samples = Math.round(segment / speed);
    return { n_samples: Math.floor(n_samples / segment) * segment_samples + Math.round((n_samples % segment) / speed), segment_samples, wraps };
  }

  urlOf(segment: number): string {
    const { sound, guide } = this.source;
    const guide_url = guide ? this.#addressOf(guide, segment) : null;
    return this.#addressOf(sound, segment) + fragmentOf({ speed: this.#speed, semitones: this.#semitones, guide_url });
  }

  #addressOf(sound: Sound, segment: number): string {
    const url = sound.segment_url.replace("{n}", String(segment));
    const isOther = this.#rate !== sound.sample_rate && !sound.make;
    return `${url}${isOther ? `${url.includes("?") ? "&" : "?"}rate=${this.#rate}` : ""}`;
  }

  /** The segment, where this track makes its own sound and the address is one of its. */
  make(url: string): Promise<AudioBuffer> | null {
    const { sound } = this.source;
    if (!sound.make) return null;
    const [head, tail] = sound.segment_url.split("{n}") as [string, string];
    const segment = url.startsWith(head) ? parseInt(url.slice(head.length), 10) : NaN;
    if (this.urlOf(segment) !== url || tail === undefined) return null;
    const segment_s = sound.segment_samples / sound.sample_rate;
    const from_s = segment * segment_s;
    const to_s = Math.min(from_s + segment_s, sound.n_samples / sound.sample_rate);
    const n_frames = Math.min(this.shape.segment_samples, this.shape.n_samples - segment * this.shape.segment_samples);
    return sound.make(from_s, to_s, n_frames, this.#rate).then((channels) => {
      const buffer = new AudioBuffer({ length: n_frames, numberOfChannels: channels.length, sampleRate: this.#rate });
      channels.forEach((channel, at) => buffer.copyToChannel(channel, at));
      return buffer;
    });
  }
}

const HORIZON_S = 3; // scheduled ahead
const PREFETCH_S = 12; // decoded ahead
const SWITCH_AHEAD_S = 0.8; // of what is switched to, so that it does not stall at its next joint
const LEAD_S = 0.02; // from now to the first sample, so that all tracks can be started in time
const MARGIN_S = 0.01; // nothing is started nearer than this
const DECLICK_S = 0.005;
const VOLUME_GLIDE_S = 0.03;
const PAN_GLIDE_S = 0.01;
const TICK_MS = 120;
const SUSPEND_AFTER_MS = 60_000;
const CACHE_BYTES = 128 * 1024 * 1024;
const RESUME_WAIT_MS = 3000;

type Step = { context: AudioContext; out: GainNode; dip: GainNode; volume: GainNode; meters: [AnalyserNode, AnalyserNode] };

export class Engine {
  readonly figures: EngineFigures = { first_sound_ms: null, last_switch_ms: null, n_stalls: 0, n_pieces: 0, n_late_pieces: 0 };
  #tracks: Track[] = [];
  #rate = 0;
  #length = 0;
  #state: PlayerState = "empty";
  #error: PlayerError | null = null;
  #audible: string[] = [];
  #pending: string[] | null = null;
  #asked_ms = 0;
  #loop: Loop | null = null;
  #isMatched = true;
  #volume = 1;
  #speed = 1;
  #semitones = 0;
  #countIn: CountIn | null = null;
  #counting: AudioBufferSourceNode[] = [];
  #position = 0; // samples as played (stretched by the speed), while nothing runs
  #run: Run | null = null;
  #step: Step | null = null;
  #segments: Segments<AudioBuffer> | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #suspendTimer: ReturnType<typeof setTimeout> | null = null;
  #attempt = 0; // a start that was overtaken by another command gives up
  #listeners = new Set<(snapshot: Snapshot) => void>();

  // What is known of it

  get snapshot(): Snapshot {
    const loop = this.#loop;
    return {
      state: this.#state,
      audible: this.#audible,
      pending: this.#pending,
      duration_s: this.#rate ? this.#length / this.#frames_per_s : 0,
      loop: loop && { start_s: loop.start / this.#frames_per_s, end_s: loop.end / this.#frames_per_s },
      isMatched: this.#isMatched,
      volume: this.#volume,
      speed: this.#speed,
      semitones: this.#semitones,
      error: this.#error,
    };
  }

  get sample_rate(): number {
    return this.#rate;
  }

  get isPlaying(): boolean {
    return this.#state === "playing" || this.#state === "starting" || this.#state === "buffering";
  }

  /** The context and the last node before the loudspeakers, once Play was pressed; for meters and tests. */
  get output(): { context: AudioContext; node: GainNode } | null {
    return this.#step && { context: this.#step.context, node: this.#step.volume };
  }

  /** Left and right after the volume. */
  get meters(): [AnalyserNode, AnalyserNode] | null {
    return this.#step?.meters ?? null;
  }

  /** The frame of the context's clock and the sample of the song that began there; for tests. */
  get anchor(): { frame: number; position: number } | null {
    return this.#run && { frame: this.#run.frame, position: this.#run.position };
  }

  /** Where the song is, as heard: the way to the loudspeakers is counted. */
  get position_s(): number {
    return this.positionAt(performance.now());
  }

  /** Where the song is, as heard, at a moment of `performance.now()`: soon, for what is seen only then. */
  positionAt(at_ms: number): number {
    if (!this.#rate) return 0;
    const { context } = this.#step ?? {};
    if (!this.#run || !context || this.#state !== "playing") return this.#position / this.#frames_per_s;
    const latency_s = Number.isFinite(context.outputLatency) ? context.outputLatency : 0;
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {};
    const reading = { current_s: context.currentTime, latency_s, stamped_s: contextTime, stamp_ms: performanceTime, now_ms: performance.now() };
    const frame = Math.max(this.#run.frame, heardAt(reading, at_ms) * this.#rate);
    return positionAt(this.#run, frame) / this.#frames_per_s;
  }

  /** How many samples are played for a second of the song. */
  get #frames_per_s(): number {
    const first = this.#tracks[0];
    if (!first || this.#speed === 1) return this.#rate;
    const { sound } = first.source;
    return this.#rate * (first.shape.segment_samples / converted(sound.segment_samples, sound.sample_rate, this.#rate));
  }

  /** How much a track is turned down at present so that all are equally loud (0 or less). */
  matchingGain(id: string): number {
    const at = this.#tracks.findIndex((track) => track.source.id === id);
    return matchingGains(this.#tracks.map((track) => track.source.sound.integrated_lufs))[at] ?? 0;
  }

  /** The gain of a track at this moment, fades included; 0 when it is not heard. */
  gainNow(id: string): number {
    const track = this.#tracks.find((one) => one.source.id === id);
    return track ? fadeAt(track.fade, this.#step?.context.currentTime ?? Infinity) : 0;
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    listener(this.snapshot);
    return () => this.#listeners.delete(listener);
  }

  // Commands

  /**
   * Take these tracks; the first is the song and sets length and rate. Tracks known already keep on playing, and with
   * them the position: adding a version does not interrupt.
   */
  load(sources: readonly TrackSource[], { audible, keep = false }: { audible?: string; keep?: boolean } = {}): void {
    const first = sources[0];
    if (!first) {
      this.unload();
      return;
    }
    const rate = first.sound.sample_rate;
    const keeps = keep && this.#rate === rate && this.#tracks.length > 0;
    if (!keeps) this.unload();
    if (!this.#segments || this.#rate !== rate) {
      this.#segments?.clear();
      this.#segments = new Segments(decoder(rate), CACHE_BYTES, undefined, (url) => this.#make(url));
    }
    this.#rate = rate;
    const before = new Map(this.#tracks.map((track) => [track.source.id, track]));
    this.#tracks = sources.map((source) => {
      const known = before.get(source.id);
      if (known && known.source.sound.segment_url === source.sound.segment_url) {
        before.delete(source.id);
        return known;
      }
      const track = new Track(source, rate, this.#speed, this.#semitones);
      track.cursor = this.#now();
      return track;
    });
    for (const gone of before.values()) this.#silence(gone);
    this.#length = this.#tracks[0]!.shape.n_samples;
    if (this.#state === "empty") this.#state = "paused";
    if (this.#step) for (const track of this.#tracks) this.#connect(track, this.#step);
    const wanted = [audible, ...this.#audible].filter((id) => id !== undefined && sources.some((one) => one.id === id)) as string[];
    this.#audible = this.#audible.filter((id) => sources.some((one) => one.id === id));
    if (this.#audible.length === 0) this.#audible = [wanted[0] ?? first.id];
    this.#applyGains(0.02);
    this.#want();
    if (this.#run) this.#pump();
    this.#tell();
    if (audible && !this.#audible.includes(audible)) this.listen(audible);
  }

  /** Stop and forget all tracks; the position goes back to the start. */
  unload(): void {
    this.#attempt++;
    this.#stopSources(this.#now());
    this.#stopClock();
    for (const track of this.#tracks) track.disconnect();
    this.#tracks = [];
    this.#segments?.clear();
    this.#audible = [];
    this.#pending = null;
    this.#loop = null;
    this.#stopCounting();
    this.#countIn = null;
    this.#speed = 1;
    this.#semitones = 0;
    this.#position = 0;
    this.#length = 0;
    this.#run = null;
    this.#error = null;
    this.#state = "empty";
    this.#tell();
  }

  /** Only these tracks are fetched and run along silently; others are fetched when they are chosen. */
  keepWarm(ids: readonly string[]): void {
    for (const track of this.#tracks) {
      const isWarm = ids.includes(track.source.id) || this.#audible.includes(track.source.id);
      if (track.isWarm && !isWarm) this.#silence(track);
      if (!track.isWarm && isWarm) track.cursor = this.#now();
      track.isWarm = isWarm;
    }
    this.#want();
    if (this.#run) this.#pump();
  }

  /** Open the audio output ahead of Play; only works while the browser counts a press of the user's. */
  warmUp(): void {
    if (this.#tracks.length === 0 || this.#run) return;
    try {
      const { context } = this.#ensureStep();
      if (context.state !== "running") context.resume().catch(() => undefined); // Play says what is wrong
    } catch {
      return; // no audio output: Play says so
    }
    this.#suspendLater();
  }

  async play(): Promise<void> {
    if (this.#tracks.length === 0 || this.isPlaying) return;
    const pressed_ms = performance.now();
    if (this.#position >= this.#length) this.#position = this.#loop?.start ?? 0;
    this.#error = null;
    this.#segments?.forgetFailures();
    await this.#begin("starting", pressed_ms);
  }

  pause(): void {
    if (!this.isPlaying) return;
    this.#attempt++;
    this.#position = Math.round(this.position_s * this.#frames_per_s);
    this.#halt();
    this.#state = "paused";
    this.#settlePending();
    this.#want();
    this.#tell();
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else void this.play();
  }

  seek(at_s: number): void {
    if (!this.#rate) return;
    this.#position = Math.min(this.#length, Math.max(0, Math.round(at_s * this.#frames_per_s)));
    if (this.isPlaying) {
      const sought = this.#position;
      this.#halt();
      this.#position = sought;
      void this.#begin("buffering");
    } else {
      if (this.#state === "ended") this.#state = "paused";
      this.#want();
      this.#tell();
    }
  }

  /** Repeat a part; takes effect without a gap. Parts under 20 ms are refused. */
  setLoop(loop: { start_s: number; end_s: number } | null): void {
    const start = loop ? Math.max(0, Math.round(loop.start_s * this.#frames_per_s)) : 0;
    const end = loop ? Math.min(this.#length, Math.round(loop.end_s * this.#frames_per_s)) : 0;
    this.#loop = loop && end - start >= 0.02 * this.#rate ? { start, end } : null;
    if (this.#run && this.#state === "playing" && this.#step) {
      // everything after a moment from now is planned anew from the very sample that would have sounded there
      const frame = Math.ceil((this.#step.context.currentTime + LEAD_S) * this.#rate);
      const position = positionAt(this.#run, frame);
      this.#stopSources(frame);
      const outside = this.#loop !== null && position >= this.#loop.end;
      this.#run = { frame, position: outside ? this.#loop!.start : position, length: this.#length, loop: this.#loop };
      for (const track of this.#tracks) track.cursor = frame;
      this.#pump();
    }
    this.#tell();
  }

  /** Hear this track, or several at once, or with an empty list none. */
  listen(ids: string | readonly string[]): void {
    const asked = (typeof ids === "string" ? [ids] : [...ids]).filter((id) => this.#tracks.some((track) => track.source.id === id));
    if (asked.length === 0 && ids.length > 0) return;
    const cold = this.#tracks.filter((track) => asked.includes(track.source.id) && !track.isWarm);
    for (const track of cold) {
      track.isWarm = true;
      track.cursor = this.#now();
    }
    this.#pending = asked;
    this.#asked_ms = performance.now();
    if (this.#run) this.#pump();
    else this.#want();
    this.#settlePending();
    this.#tell();
  }

  setMatched(isMatched: boolean): void {
    this.#isMatched = isMatched;
    this.#applyGains();
    this.#tell();
  }

  setVolume(volume: number): void {
    this.#volume = Math.min(1, Math.max(0, volume));
    const step = this.#step;
    if (step) {
      const gain = step.volume.gain;
      const now_s = step.context.currentTime;
      gain.cancelScheduledValues(0);
      gain.setValueAtTime(gain.value, now_s);
      gain.linearRampToValueAtTime(volumeGain(this.#volume), now_s + VOLUME_GLIDE_S);
    }
    this.#tell();
  }

  /** Play slower or faster at the same pitch; the next moments are made anew, which takes a moment while it plays. */
  setSpeed(speed: number): void {
    const wanted = Math.min(2, Math.max(0.25, speed));
    if (wanted === this.#speed || this.#tracks.length === 0) return;
    this.#remake(() => {
      this.#speed = wanted;
      for (const track of this.#tracks) track.setSpeed(wanted);
    });
  }

  /** Move the pitch at the same speed, except of tracks that keep theirs. */
  setSemitones(semitones: number): void {
    const wanted = Math.min(12, Math.max(-12, Math.round(semitones)));
    if (wanted === this.#semitones || this.#tracks.length === 0) return;
    this.#remake(() => {
      this.#semitones = wanted;
      for (const track of this.#tracks) track.setSemitones(wanted);
    });
  }

  /** Change what is played of each segment; place and loop stay where they are in the song. */
  #remake(change: () => void): void {
    const { position_s } = this;
    const { loop } = this.snapshot;
    const wasPlaying = this.isPlaying;
    if (wasPlaying) this.#halt();
    change();
    this.#length = this.#tracks[0]!.shape.n_samples;
    this.#loop = loop && { start: Math.round(loop.start_s * this.#frames_per_s), end: Math.min(this.#length, Math.round(loop.end_s * this.#frames_per_s)) };
    this.#position = Math.min(this.#length, Math.round(position_s * this.#frames_per_s));
    if (wasPlaying) void this.#begin("buffering");
    else {
      this.#want();
      this.#tell();
    }
  }

  /** Count before Play; null does not. The interval is what is heard, whatever the speed. */
  setCountIn(countIn: CountIn | null): void {
    this.#countIn = countIn && countIn.n > 0 ? countIn : null;
  }

  setTrackGain(id: string, gain_db: number): void {
    const track = this.#tracks.find((one) => one.source.id === id);
    if (!track) return;
    track.own_gain_db = gain_db;
    this.#applyGains();
  }

  /** Move a track between left (-1) and right (1). */
  setTrackPan(id: string, pan: number): void {
    const track = this.#tracks.find((one) => one.source.id === id);
    if (!track) return;
    track.pan = Math.min(1, Math.max(-1, pan));
    track.panner?.pan.setTargetAtTime(track.pan, track.panner.context.currentTime, PAN_GLIDE_S);
  }

  /** Let go of the audio device. */
  close(): void {
    this.unload();
    this.#listeners.clear();
    void this.#step?.context.close();
    this.#step = null;
  }

  // Gains

  #levelOf(track: Track): number {
    if (!this.#audible.includes(track.source.id)) return 0;
    const matching_db = this.#isMatched ? this.matchingGain(track.source.id) : 0;
    return gainOf(matching_db + track.own_gain_db + (track.source.sound.gain_db ?? 0));
  }

  #applyGains(length_s = FADE_S): void {
    const step = this.#step;
    const now_s = step?.context.currentTime ?? 0;
    const changed = this.#tracks.filter((track) => Math.abs(track.fade.to - this.#levelOf(track)) > 1e-9);
    const shape: FadeShape = changed.some((track) => track.source.isStranger) ? "equal-power" : "linear";
    for (const track of changed) {
      track.fade = { from: fadeAt(track.fade, now_s), to: this.#levelOf(track), start_s: now_s, length_s: step ? length_s : 0, shape };
      if (track.gain) this.#draw(track);
    }
  }

  #draw(track: Track): void {
    const gain = track.gain!.gain;
    const points = fadePoints(track.fade);
    gain.cancelScheduledValues(0);
    gain.setValueAtTime(points[0]![1], points[0]![0]);
    for (const [at_s, value] of points.slice(1)) gain.linearRampToValueAtTime(value, at_s);
  }

  #settlePending(): void {
    if (!this.#pending) return;
    const isReady = (id: string): boolean => {
      const track = this.#tracks.find((one) => one.source.id === id);
      return track === undefined || !this.#run || this.#state !== "playing" || this.#reachesAhead(track, this.#run);
    };
    if (!this.#pending.every(isReady)) return;
    this.#audible = this.#pending;
    this.#pending = null;
    this.#applyGains();
    if (this.#step) this.figures.last_switch_ms = performance.now() - this.#asked_ms + FADE_S * 1000;
    if (!this.#run) this.#want();
  }

  /** Whether a track is scheduled so far ahead that what follows can be fetched meanwhile: just before a joint it is not. */
  #reachesAhead(track: Track, run: Run): boolean {
    const now = this.#now();
    if (track.cursor <= now + MARGIN_S * this.#rate) return false;
    if (track.cursor > now + SWITCH_AHEAD_S * this.#rate) return true;
    const next = pieceAt(run, track.cursor, track.shape);
    return !next || next.segment === null || this.#segments!.errorOf(track.urlOf(next.segment)) !== null;
  }

  // The stage

  #ensureStep(): Step {
    if (this.#step && this.#step.context.sampleRate === this.#rate) return this.#step;
    void this.#step?.context.close();
    const context = new AudioContext({ sampleRate: this.#rate, latencyHint: "interactive" });
    const out = new GainNode(context);
    const dip = new GainNode(context, { gain: 0 });
    const volume = new GainNode(context, { gain: volumeGain(this.#volume) });
    const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    const meters: [AnalyserNode, AnalyserNode] = [new AnalyserNode(context, { fftSize: 2048 }), new AnalyserNode(context, { fftSize: 2048 })];
    // a single channel is spread to both before it is split
    volume.channelCount = 2;
    volume.channelCountMode = "explicit";
    out.connect(dip).connect(volume).connect(context.destination);
    volume.connect(splitter);
    splitter.connect(meters[0], 0);
    splitter.connect(meters[1], 1);
    this.#step = { context, out, dip, volume, meters };
    for (const track of this.#tracks) {
      track.gain = null;
      this.#connect(track, this.#step);
    }
    return this.#step;
  }

  #connect(track: Track, step: Step): void {
    if (track.gain?.context === step.context) return;
    track.gain = new GainNode(step.context, { gain: fadeAt(track.fade, step.context.currentTime) });
    track.panner = null;
    if (track.source.pan === undefined) {
      track.gain.connect(step.out);
      return;
    }
    // a single channel is spread to both first, so that in the middle nothing is turned down
    track.panner = new StereoPannerNode(step.context, { pan: track.pan, channelCount: 2, channelCountMode: "explicit" });
    track.gain.connect(track.panner).connect(step.out);
  }

  #now(): number {
    return this.#step ? Math.ceil(this.#step.context.currentTime * this.#rate) : 0;
  }

  // Starting and stopping

  async #begin(state: "starting" | "buffering", pressed_ms: number | null = null): Promise<void> {
    const attempt = ++this.#attempt;
    const isMine = (): boolean => attempt === this.#attempt;
    this.#state = state;
    this.#tell();
    if (this.#suspendTimer !== null) clearTimeout(this.#suspendTimer);
    try {
      const step = this.#ensureStep();
      this.#applyGains(0);
      this.#want();
      const segments = this.#segments!;
      const needed = this.#tracks.filter((track) => this.#audible.includes(track.source.id)).flatMap((track) => this.#ahead(track, 1).slice(0, 1));
      await Promise.all([resumed(step.context), ...needed.map((url) => segments.load(url))]);
      if (!isMine()) return;
      const count = state === "starting" ? this.#countIn : null;
      const lead_s = LEAD_S + (count ? count.n * count.interval_s : 0);
      const frame = Math.ceil(((step.context.currentTime + lead_s) * this.#rate) / 128) * 128;
      if (count) this.#startCounting(step, count, frame / this.#rate);
      this.#run = { frame, position: this.#position, length: this.#length, loop: this.#loop };
      for (const track of this.#tracks) track.cursor = frame;
      const start_s = frame / this.#rate;
      const dip = step.dip.gain;
      dip.cancelScheduledValues(0);
      dip.setValueAtTime(0, step.context.currentTime);
      dip.setValueAtTime(this.#position === 0 ? 1 : 0, start_s);
      dip.linearRampToValueAtTime(1, start_s + DECLICK_S);
      this.#state = "playing";
      this.#pump();
      this.#timer ??= setInterval(() => this.#pump(), TICK_MS);
      if (pressed_ms !== null) {
        const latency_s = Number.isFinite(step.context.outputLatency) ? step.context.outputLatency : 0;
        this.figures.first_sound_ms = performance.now() - pressed_ms + (start_s - step.context.currentTime + latency_s) * 1000;
      }
      this.#tell();
    } catch (error) {
      if (!isMine()) return;
      // a segment that was given up and is needed after all
      if (error instanceof DOMException && error.name === "AbortError") return this.#begin(state, pressed_ms);
      this.#fail(error);
    }
  }

  #startCounting(step: Step, { n, interval_s }: CountIn, start_s: number): void {
    this.#stopCounting();
    this.#counting = Array.from({ length: n }, (_, at) => {
      const sound = click(this.#rate, at === 0);
      const buffer = new AudioBuffer({ length: sound.length, sampleRate: this.#rate });
      buffer.copyToChannel(sound, 0);
      const node = new AudioBufferSourceNode(step.context, { buffer });
      node.connect(step.volume); // past the fade that begins with the song
      node.start(start_s - (n - at) * interval_s);
      return node;
    });
  }

  #stopCounting(): void {
    for (const node of this.#counting) {
      node.stop();
      node.disconnect();
    }
    this.#counting = [];
  }

  #make(url: string): Promise<AudioBuffer> | null {
    for (const track of this.#tracks) {
      const made = track.make(url);
      if (made) return made;
    }
    return null;
  }

  #fail(error: unknown): void {
    this.#attempt++;
    this.#halt();
    this.#state = "error";
    if (error instanceof SegmentError) {
      this.#error = { code: "SOUND_UNREACHABLE", message: error.message, remedy: "Check that the studio server is running, then press Play again." };
    } else if (error instanceof BlockedError) {
      this.#error = { code: "SOUND_BLOCKED", message: "The browser does not let this page play sound yet.", remedy: "Press Play once more, or allow sound for this page." };
    } else {
      const reason = error instanceof Error ? error.message : String(error);
      this.#error = { code: "SOUND_UNAVAILABLE", message: `This browser could not open an audio output: ${reason}`, remedy: "Check the system's sound output, then press Play again." };
    }
    this.#tell();
  }

  /** Fade out, then stop everything that is scheduled; the position stays in `#position`. */
  #halt(): void {
    this.#stopCounting();
    const step = this.#step;
    if (step && this.#run) {
      const now_s = step.context.currentTime;
      const dip = step.dip.gain;
      dip.cancelScheduledValues(0);
      dip.setValueAtTime(1, now_s);
      dip.linearRampToValueAtTime(0, now_s + DECLICK_S);
      this.#stopSources(Math.ceil((now_s + DECLICK_S) * this.#rate));
    }
    this.#run = null;
    this.#stopClock();
    this.#suspendLater();
  }

  /** An output that is open costs power. */
  #suspendLater(): void {
    if (this.#suspendTimer !== null) clearTimeout(this.#suspendTimer);
    this.#suspendTimer = setTimeout(() => {
      if (!this.isPlaying) void this.#step?.context.suspend();
    }, SUSPEND_AFTER_MS);
  }

  #stopClock(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #stopSources(frame: number): void {
    for (const track of this.#tracks) {
      for (const one of track.scheduled) {
        if (one.to <= frame) continue;
        one.node.stop(Math.max(0, frame) / this.#rate);
        if (one.from >= frame) one.node.disconnect();
      }
      track.scheduled = track.scheduled.filter((one) => one.from < frame);
    }
  }

  #silence(track: Track): void {
    for (const one of track.scheduled) {
      one.node.stop();
      one.node.disconnect();
    }
    track.scheduled = [];
    if (!this.#tracks.includes(track)) track.disconnect();
  }

  // Scheduling

  #ahead(track: Track, seconds: number): string[] {
    const run = this.#run ?? { frame: 0, position: Math.min(this.#position, Math.max(0, this.#length - 1)), length: this.#length, loop: this.#loop };
    const from = this.#run ? Math.max(this.#run.frame, this.#now()) : 0;
    return segmentsAhead(run, from, seconds * this.#rate, track.shape).map((segment) => track.urlOf(segment));
  }

  /** Say which segments are needed: first the one that sounds, of what is heard; then of all; then what follows. */
  #want(): void {
    if (!this.#segments) return;
    const heard = (track: Track): number => ((this.#pending ?? this.#audible).includes(track.source.id) ? 0 : 1);
    const warm = this.#tracks.filter((track) => track.isWarm).sort((a, b) => heard(a) - heard(b));
    const lists = warm.map((track) => this.#ahead(track, this.#run ? PREFETCH_S : 6));
    const n = Math.max(0, ...lists.map((list) => list.length));
    this.#segments.want(Array.from({ length: n }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat());
  }

  #pump(): void {
    const run = this.#run;
    const step = this.#step;
    if (!run || !step || this.#state !== "playing") return;
    const now = this.#now();
    if (now >= endFrame(run)) {
      this.#position = this.#length;
      this.#run = null;
      this.#halt();
      this.#state = "ended";
      this.#settlePending();
      this.#want();
      this.#tell();
      return;
    }
    this.#want();
    const segments = this.#segments!;
    for (const track of this.#tracks) {
      if (!track.isWarm) continue;
      track.scheduled = track.scheduled.filter((one) => one.to > now);
      while (track.cursor < now + HORIZON_S * this.#rate) {
        const earliest = now + Math.ceil(MARGIN_S * this.#rate);
        const isLate = track.cursor < earliest && track.cursor !== run.frame;
        if (isLate) track.cursor = earliest;
        const piece = pieceAt(run, track.cursor, track.shape);
        if (piece === null) break;
        if (piece.segment !== null) {
          const url = track.urlOf(piece.segment);
          const buffer = segments.peek(url);
          if (!buffer) {
            if (this.#audible.includes(track.source.id) && track.cursor < now + 2 * MARGIN_S * this.#rate) {
              this.#stall(segments.errorOf(url));
              return;
            }
            void segments.load(url).then(() => this.#pump(), () => undefined);
            break;
          }
          const node = new AudioBufferSourceNode(step.context, { buffer });
          node.connect(track.gain!);
          const from = track.cursor;
          node.start(from / this.#rate, piece.offset / this.#rate);
          if (!piece.isToEnd) node.stop((from + piece.n_frames) / this.#rate);
          track.scheduled.push({ node, from, to: from + piece.n_frames });
          this.figures.n_pieces++;
          if (isLate) this.figures.n_late_pieces++;
        }
        track.cursor += piece.n_frames;
      }
    }
    if (this.#pending) {
      this.#settlePending();
      if (!this.#pending) this.#tell();
    }
  }

  /** What should sound is not here: wait for it, or say why it does not come. */
  #stall(error: SegmentError | null): void {
    this.figures.n_stalls++;
    this.#position = Math.round(this.position_s * this.#frames_per_s);
    this.#halt();
    if (error) this.#fail(error);
    else void this.#begin("buffering");
  }

  #tell(): void {
    const snapshot = this.snapshot;
    for (const listener of this.#listeners) listener(snapshot);
  }
}

class BlockedError extends Error {}

/** Wait until the context runs: a browser holds it back until the user has pressed something. */
async function resumed(context: AudioContext): Promise<void> {
  if (context.state === "running") return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BlockedError()), RESUME_WAIT_MS);
  });
  try {
    await Promise.race([context.resume(), late]);
  } finally {
    clearTimeout(timer);
  }
}
