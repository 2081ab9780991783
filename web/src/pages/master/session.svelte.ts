/** One song on the mastering page: its mix, its masters, a reference, and what is heard of them. */
import { api, ApiError, problemOf } from "../../api/client";
import type { Asset, Job, Problem, SongVersion } from "../../api/types";
import type { Lane } from "../../draw/Lanes.svelte";
import { player, type PlayerTrack, soundOf } from "../../parts/transport/player.svelte";
import { type Song, songOf } from "../../parts/transport/song";
import { isOver, LiveJob, activeJobs } from "../../state/jobs.svelte";
import { toasts } from "../../state/toasts.svelte";
import { hasFile, type MasterResult, type Version, versionsOf } from "./result";

function without<T>(all: Record<string, T>, name: string): Record<string, T> {
  const { [name]: _gone, ...rest } = all;
  return rest;
}

export type Side = "mix" | "master" | "reference";

const N_A_PAGE = 50;
const MOST_VERSIONS = 200;

export class Session {
  readonly assetId: string = ""; // set at once by the constructor, read by what is derived
  mix = $state.raw<Song | null>(null);
  asset = $state.raw<Asset | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Whether the problem lies with the connection or the server and not with the song. */
  isPassing = $state(false);
  made = $state.raw<SongVersion[]>([]);
  /** Versions that lie too far back to be shown. */
  n_older = $state(0);
  jobs = $state.raw<Job[]>([]);
  live = $state.raw<LiveJob<MasterResult> | null>(null);
  /** A file of the version that is shown. */
  chosenFile = $state<string | null>(null);
  /** A file of the master that this page has just made. */
  freshFile = $state<string | null>(null);
  reference = $state.raw<Song | null>(null);
  referenceProblem = $state.raw<Problem | null>(null);
  /** Listening copies that are being made, by their file: the job at it, null while that is not known. */
  #making = $state.raw<Record<string, string | null>>({});
  /** Why a version cannot be heard, by its file. */
  #unheard = $state.raw<Record<string, Problem>>({});
  #songs = $state.raw<Record<string, Song>>({});
  #loading = new Map<string, Promise<Song>>();
  #abort = new AbortController();
  #referenceId: string | null = null;
  #ends: (() => void)[] = [];

  versions: Version[] = $derived(versionsOf(this.made));
  version: Version | null = $derived(this.versions.find((version) => hasFile(version, this.chosenFile)) ?? this.versions[0] ?? null);
  /** How far the listening copy of the version shown is; undefined when it is here, or will not come. */
  making_percent: number | null | undefined = $derived.by(() => {
    const job = this.version ? this.#making[this.version.file] : undefined;
    return typeof job === "string" ? (activeJobs.byId.get(job)?.job?.progress_percent ?? null) : job;
  });
  unheard: Problem | null = $derived(this.version ? (this.#unheard[this.version.file] ?? null) : null);
  master: Song | null = $derived(this.version ? (this.#songs[this.version.file] ?? null) : null);
  failed: Job | null = $derived.by(() => {
    const [last] = this.jobs;
    const [latest] = this.made;
    return last?.state === "failed" && (latest === undefined || latest.created_at < last.created_at) ? last : null;
  });

  lanes: Lane[] = $derived.by(() => {
    const lanes: Lane[] = [];
    if (this.mix) lanes.push({ id: this.mix.asset.id, name: "Mix", colour: "accent", files: this.mix.peaks, period_s: null });
    if (this.master && this.version) lanes.push({ id: this.master.asset.id, name: `Master ${this.version.number}`, colour: "master", files: this.master.peaks, period_s: null });
    if (this.reference) lanes.push({ id: this.reference.asset.id, name: "Reference", colour: "info", files: this.reference.peaks, period_s: this.reference.manifest.duration_s });
    return lanes;
  });

  tracks: PlayerTrack[] = $derived.by(() => {
    if (!this.mix) return [];
    const tracks: PlayerTrack[] = [{ id: this.mix.asset.id, name: "Mix", colour: "accent", sound: soundOf(this.mix.manifest) }];
    for (const version of this.versions) {
      const song = this.#songs[version.file];
      if (song) tracks.push({ id: song.asset.id, name: `Master ${version.number}`, colour: "master", sound: soundOf(song.manifest) });
    }
    if (this.reference) tracks.push({ id: this.reference.asset.id, name: "Reference", colour: "info", sound: soundOf(this.reference.manifest), isStranger: true });
    return tracks;
  });

  isMine = $derived(player.programme?.key === `master:${this.assetId}`);
  side: Side = $derived.by(() => {
    const heard = this.isMine ? player.snapshot.audible[0] : undefined;
    if (heard !== undefined && heard === this.reference?.asset.id) return "reference";
    return heard !== undefined && heard !== this.mix?.asset.id ? "master" : "mix";
  });

  /** The master that is heard: until a new one is ready, this is still the one before. */
  heard: Version | null = $derived.by(() => {
    const id = this.isMine ? player.snapshot.audible[0] : undefined;
    return this.versions.find(({ file }) => file === id) ?? null;
  });

  constructor(assetId: string) {
    this.assetId = assetId;
    void this.open();
    void this.read();
    this.#ends.push(
      activeJobs.onFinished((job) => {
        // in a batch or on an album this song may be among others
        if (["master", "album"].includes(job.capability) && job.id !== this.live?.id) void this.read();
      }),
    );
  }

  close(): void {
    this.#abort.abort();
    this.live?.stop();
    for (const end of this.#ends) end();
  }

  /** Read the song and wait until it can be heard. */
  async open(): Promise<void> {
    this.problem = null;
    try {
      this.asset = await api.asset(this.assetId, this.#abort.signal);
      this.mix = await this.#song(this.assetId, (asset) => (this.asset = asset));
      this.asset = this.mix.asset;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.isPassing = !(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500;
      this.problem = problemOf(error);
    }
  }

  /** A song ready to be heard; waits while it is being prepared. */
  #song(assetId: string, onasset: (asset: Asset) => void = () => {}): Promise<Song> {
    const known = this.#loading.get(assetId);
    if (known) return known;
    const loading = songOf(assetId, this.#abort.signal, onasset);
    this.#loading.set(assetId, loading);
    loading.catch(() => this.#loading.delete(assetId));
    return loading;
  }

  /** What was made of the song, and what is being made of it. */
  async read(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const found: SongVersion[] = [];
      let cursor: string | null = null;
      let n_total = 0;
      do {
        const page = await api.versions(this.assetId, { results: true, limit: N_A_PAGE, cursor }, signal);
        found.push(...page.items);
        ({ next_cursor: cursor, n_total } = page);
      } while (cursor !== null && found.length < MOST_VERSIONS);
      this.made = found;
      this.n_older = n_total - found.length;
      const { items } = await api.jobs({ capability: "master", asset: this.assetId, limit: 20 }, signal);
      this.jobs = items.filter((job) => job.params["mix"] === this.assetId);
      const running = this.jobs.find((job) => !isOver(job));
      if (running && this.live?.id !== running.id) this.follow(running as Job<MasterResult>);
    } catch (error) {
      // the song itself says it when it is not there
      if (!signal.aborted && !(error instanceof ApiError && error.status === 404)) toasts.problem(error);
    }
  }

  follow(job: Job<MasterResult>): void {
    this.live?.stop();
    const live = new LiveJob<MasterResult>(job);
    this.live = live;
    void live.finished.then(async (done) => {
      if (this.live !== live) return;
      await this.read();
      if (done.state === "completed" && done.result) this.chosenFile = this.freshFile = done.result.deliverables[0]?.file ?? null;
    });
  }

  /** Make the sound of the chosen version, and of those at hand already, ready to be heard. */
  async prepareVersion(version: Version): Promise<void> {
    const { file, number } = version;
    if (this.#songs[file]) return;
    this.#making = { [file]: null, ...this.#making };
    this.#unheard = without(this.#unheard, file);
    try {
      const song = await this.#song(file, (asset) => {
        if (asset.state === "preparing") void this.#watch(file);
      });
      if (!this.#songs[file]) this.#songs = { ...this.#songs, [file]: song };
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#unheard = { ...this.#unheard, [file]: problemOf(error) };
      toasts.problem(error, `Master ${number} cannot be heard.`);
    } finally {
      this.#making = without(this.#making, file);
    }
  }

  /** Follow the job that makes the listening copy, for its progress. */
  async #watch(file: string): Promise<void> {
    if (this.#making[file] !== null) return;
    try {
      const { items } = await api.jobs({ capability: "prepare", asset: file, system: true, limit: 1 }, this.#abort.signal);
      const [job] = items;
      if (!job || isOver(job) || this.#making[file] !== null) return;
      activeJobs.follow(job);
      this.#making = { ...this.#making, [file]: job.id };
    } catch {
      // without its job there is no figure; the copy itself is waited for by its asset
    }
  }

  isAtHand(version: Version): boolean {
    return this.#songs[version.file] !== undefined;
  }

  async setReference(assetId: string | null): Promise<void> {
    if (assetId === this.#referenceId) return;
    this.#referenceId = assetId;
    this.reference = null;
    this.referenceProblem = null;
    if (assetId === null || assetId === this.assetId) return;
    try {
      const song = await this.#song(assetId);
      if (this.#referenceId === assetId) this.reference = song;
    } catch (error) {
      if (!this.#abort.signal.aborted && this.#referenceId === assetId) this.referenceProblem = problemOf(error);
    }
  }

  /** Hand the tracks to the player; what plays goes on. */
  hand(): void {
    if (!this.mix || this.tracks.length === 0) return;
    const { asset } = this.mix;
    const others = player.engine.isPlaying && player.programme !== null && !this.isMine;
    if (others) return; // another song is heard: this one is taken when Play is asked for here
    player.open({ key: `master:${this.assetId}`, title: asset.title ?? asset.name, artist: asset.artist, href: `/master/${asset.id}` }, this.tracks);
    player.engine.keepWarm(this.lanes.map(({ id }) => id));
  }

  /** Take the player over, whatever it plays; if it plays, it goes on with this song. */
  take(): void {
    if (this.isMine) return;
    const wasPlaying = player.isPlaying;
    player.engine.pause();
    this.hand();
    if (wasPlaying) void player.engine.play();
  }

  hear(side: Side): void {
    this.take();
    const song = { mix: this.mix, master: this.master, reference: this.reference }[side];
    if (song) player.engine.listen(song.asset.id);
  }

  /** Hear a version, the first time as soon as it is here. */
  async hearVersion(version: Version): Promise<void> {
    this.chosenFile = version.file;
    await this.prepareVersion(version);
    this.take();
    this.hand();
    player.engine.listen(version.file);
    player.engine.keepWarm(this.lanes.map(({ id }) => id));
  }
}
