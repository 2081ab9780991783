/** One song on the stems page: its sound, its separations, the stems of one of them, and what is heard. */
import { api, ApiError, problemOf } from "../../api/client";
import type { Asset, Job, Params, Problem, SongVersion } from "../../api/types";
import type { Lane } from "../../draw/Lanes.svelte";
import { player, type PlayerTrack, soundOf } from "../../parts/transport/player.svelte";
import { type Song, songOf } from "../../parts/transport/song";
import { activeJobs, isOver, LiveJob } from "../../state/jobs.svelte";
import { toasts } from "../../state/toasts.svelte";
import { COLOURS, type Desk, deskOf, heardOf, keepsPitch, levelOf, restored, type SeparateResult, type Stem, type StemName, type Strip, titleOf } from "./mix";

/** One separation of the song. */
export interface Separation {
  id: string;
  params: Params;
  result: SeparateResult;
  created_at: string;
  /** The job that made it; none once that is cleared from the history. */
  job_id: string | null;
}

export type Side = "stems" | "song";

const N_VERSIONS = 50;
const storageName = (assetId: string): string => `stems:${assetId}`;

function storedDesk(assetId: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(storageName(assetId)) ?? "null");
  } catch {
    return null;
  }
}

export class StemsSession {
  readonly assetId: string = "";
  song = $state.raw<Song | null>(null);
  asset = $state.raw<Asset | null>(null);
  /** The song cannot be opened. */
  problem = $state.raw<Problem | null>(null);
  /** The last separation failed. */
  failure = $state.raw<Problem | null>(null);
  live = $state.raw<LiveJob<SeparateResult> | null>(null);
  separations = $state.raw<Separation[]>([]);
  isRead = $state(false);
  chosen = $state<string | null>(null);
  desk = $state.raw<Desk>({});
  side = $state<Side>("stems");
  #songs = $state.raw<Record<string, Song>>({});
  /** Why a stem cannot be heard, by its file. */
  #unheard = $state.raw<Record<string, Problem>>({});
  #asked = new Set<string>();
  #abort = new AbortController();
  #ends: (() => void)[] = [];

  separation: Separation | null = $derived(this.separations.find(({ id }) => id === this.chosen) ?? this.separations[0] ?? null);
  result: SeparateResult | null = $derived(this.separation?.result ?? null);
  stems: readonly Stem[] = $derived(this.result?.stems ?? []);
  n_ready = $derived(this.stems.filter(({ file }) => this.#songs[file]).length);
  isReady = $derived(this.stems.length > 0 && this.n_ready === this.stems.length);
  unheard: readonly { name: StemName; problem: Problem }[] = $derived(this.stems.flatMap(({ name, file }) => (this.#unheard[file] ? [{ name, problem: this.#unheard[file] }] : [])));
  isMine = $derived(player.programme?.key === `stems:${this.assetId}`);
  heard: readonly string[] = $derived(heardOf(this.desk));

  lanes: Lane[] = $derived(
    this.stems.flatMap(({ name, file }) => {
      const made = this.#songs[file];
      return made ? [{ id: file, name: titleOf(name), colour: COLOURS[name], files: made.peaks, period_s: null }] : [];
    }),
  );
  /** Files whose lanes are drawn in colour. */
  audible: readonly string[] = $derived(this.side === "song" ? [] : this.stems.filter(({ name }) => this.heard.includes(name)).map(({ file }) => file));

  constructor(assetId: string) {
    this.assetId = assetId;
    void this.open();
    this.#ends.push(
      activeJobs.onFinished((job) => {
        if (job.capability === "separate" && job.id !== this.live?.id) void this.#read();
      }),
    );
  }

  close(): void {
    this.#abort.abort();
    this.live?.stop();
    for (const end of this.#ends) end();
  }

  async open(): Promise<void> {
    this.problem = null;
    try {
      const reading = this.#read();
      this.song = await songOf(this.assetId, this.#abort.signal, (asset) => (this.asset = asset));
      this.asset = this.song.asset;
      await reading;
      await this.#resume();
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem = problemOf(error);
    }
  }

  /** What was made of the song. */
  async #read(): Promise<void> {
    try {
      const page = await api.versions(this.assetId, { results: true, limit: N_VERSIONS }, this.#abort.signal);
      this.separations = page.items.filter(isSeparation).map(({ id, params, result, created_at, job_id }) => ({ id, params, result, created_at, job_id }));
      this.isRead = true;
      this.#takeDesk();
    } catch (error) {
      // the song itself says it when it is not there
      if (!this.#abort.signal.aborted && !(error instanceof ApiError && error.status === 404)) toasts.problem(error);
    }
  }

  /** A separation that is still going when the page opens, or that failed last. */
  async #resume(): Promise<void> {
    const { items } = await api.jobs({ capability: "separate", asset: this.assetId, limit: 1 }, this.#abort.signal);
    const [last] = items as Job<SeparateResult>[];
    if (last?.params["file"] !== this.assetId) return;
    if (!isOver(last)) this.#follow(last);
    else if (last.state === "failed" && this.separations.length === 0) this.failure = last.error;
  }

  async run(params: Params): Promise<Job<SeparateResult> | null> {
    this.failure = null;
    try {
      const job = await api.submit<SeparateResult>("separate", { ...params, file: this.assetId }, { label: this.asset?.title ?? this.asset?.name ?? null });
      activeJobs.follow(job);
      this.#follow(job);
      return job;
    } catch (error) {
      this.failure = problemOf(error);
      return null;
    }
  }

  #follow(job: Job<SeparateResult>): void {
    this.live?.stop();
    const live = new LiveJob<SeparateResult>(job);
    this.live = live;
    void live.finished.then(async (done) => {
      if (this.live !== live) return;
      if (done.state === "failed") this.failure = done.error;
      if (done.state === "completed") {
        await this.#read();
        const first = done.result?.stems[0]?.file;
        this.choose(this.separations.find(({ result }) => result.stems[0]?.file === first)?.id ?? null);
      }
      if (this.live === live) this.live = null;
    });
  }

  cancel(): void {
    this.live?.cancel().catch(toasts.problem);
  }

  choose(id: string | null): void {
    this.chosen = id;
    this.#takeDesk();
  }

  /** Fetch what the chosen separation's stems need to be heard. */
  prepare(): void {
    for (const { file } of this.stems) {
      if (this.#songs[file] || this.#asked.has(file)) continue;
      this.#asked.add(file);
      this.#unheard = Object.fromEntries(Object.entries(this.#unheard).filter(([name]) => name !== file));
      songOf(file, this.#abort.signal)
        .then((made) => (this.#songs = { ...this.#songs, [file]: made }))
        .catch((error: unknown) => {
          if (!this.#abort.signal.aborted) this.#unheard = { ...this.#unheard, [file]: problemOf(error) };
        })
        .finally(() => this.#asked.delete(file));
    }
  }

  // The desk

  #takeDesk(): void {
    const names = this.stems.map(({ name }) => name);
    if (names.join() === Object.keys(this.desk).join()) return;
    this.desk = restored(storedDesk(this.assetId), names);
  }

  set(name: string, change: Partial<Strip>): void {
    const strip = this.desk[name];
    if (!strip) return;
    this.side = "stems";
    this.#put({ ...this.desk, [name]: { ...strip, ...change } });
  }

  /** Only this one, or all again. */
  solo(name: string, isSolo = !this.desk[name]?.isSolo): void {
    this.set(name, { isSolo });
  }

  mute(name: string, isMuted = !this.desk[name]?.isMuted): void {
    this.set(name, { isMuted });
  }

  reset(): void {
    this.#put(deskOf(this.stems.map(({ name }) => name)));
  }

  #put(desk: Desk): void {
    this.desk = desk;
    try {
      localStorage.setItem(storageName(this.assetId), JSON.stringify(desk));
    } catch {
      // without storage the mix lasts as long as the page
    }
  }

  // What is heard

  #tracks(): PlayerTrack[] {
    if (!this.song) return [];
    // one rate and one length for all: those of the song
    const whole = { ...soundOf(this.song.manifest), integrated_lufs: null };
    const tracks: PlayerTrack[] = [{ id: this.assetId, name: "Song", colour: "accent", sound: whole }];
    if (!this.isReady) return tracks;
    for (const { name, file } of this.stems) {
      const sound = { ...soundOf(this.#songs[file]!.manifest), integrated_lufs: null };
      tracks.push({ id: file, name: titleOf(name), colour: COLOURS[name], sound, pan: 0, keepsPitch: keepsPitch(name), guide: whole });
    }
    return tracks;
  }

  /** Hand the tracks to the player, without playing. */
  hand(): void {
    const tracks = this.#tracks();
    if (!this.asset || tracks.length === 0) return;
    const { title, name, artist } = this.asset;
    const isSame = this.isMine && player.tracks.length === tracks.length && tracks.every(({ id }, at) => player.tracks[at]?.id === id);
    if (!isSame) player.open({ key: `stems:${this.assetId}`, title: title ?? name, artist, href: `/stems/${this.assetId}` }, tracks);
    this.apply();
  }

  /** Hear what the desk says. */
  apply(): void {
    if (!this.isMine) return;
    const { engine } = player;
    if (this.side === "song" || !this.isReady) {
      engine.listen([this.assetId]);
      return;
    }
    for (const { name, file } of this.stems) {
      const strip = this.desk[name];
      if (!strip) continue;
      engine.setTrackGain(file, levelOf(strip.gain_db) - (this.result?.gain_db ?? 0));
      engine.setTrackPan(file, strip.pan_percent / 100);
    }
    engine.listen([...this.audible]);
    engine.keepWarm(this.stems.map(({ file }) => file));
  }

  /** What is heard now and sounds otherwise at this speed and key: strokes keep their pitch. */
  changed(speed: number, semitones: number): { file: string; pitch_semitones: number }[] {
    const heard = this.stems.filter(({ name }) => this.heard.includes(name));
    const items = heard.map(({ name, file }) => ({ file, pitch_semitones: keepsPitch(name) ? 0 : semitones }));
    return speed === 1 ? items.filter(({ pitch_semitones }) => pitch_semitones !== 0) : items;
  }

  /** Files of that, made in full quality. */
  stretch(speed: number, semitones: number): Promise<Job> {
    const items = this.changed(speed, semitones);
    return api.submitBatch("stretch", items, { speed_percent: Math.round(speed * 100) }, `${this.asset?.title ?? this.asset?.name ?? "Stems"} (stems)`);
  }

  /** Take the player over, whatever it plays; if it plays, it goes on with this song. */
  take(): void {
    if (this.isMine) return;
    const wasPlaying = player.isPlaying;
    player.engine.pause();
    this.hand();
    if (wasPlaying) void player.engine.play();
  }
}

function isSeparation(version: SongVersion): version is SongVersion & { result: SeparateResult } {
  return version.capability === "separate" && Array.isArray((version.result as Partial<SeparateResult> | null)?.stems);
}
