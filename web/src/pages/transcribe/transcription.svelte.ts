/** One song on the transcription page: its sound, its latest tab, what is changed by hand, and what is heard. */
import { api, ApiError, call, problemOf } from "../../api/client";
import type { Asset, AudioManifest, Job, Params, Problem, SongVersion } from "../../api/types";
import { clicksOf } from "../../audio/click";
import { PeaksFiles } from "../../audio/peaks";
import { latestCorrections } from "../../notation/corrections";
import type { Foreseen } from "../../notation/SheetView.svelte";
import type { Music, Sheet } from "../../notation/sheet.svelte";
import { Rendition } from "../../notation/synth";
import { player, type PlayerTrack, soundOf } from "../../parts/transport/player.svelte";
import { activeJobs, isOver, LiveJob } from "../../state/jobs.svelte";
import { toasts } from "../../state/toasts.svelte";
import { type Tab, TabHistory, type Wish } from "./history.svelte";
import { SongLibrary } from "./library.svelte";
import { RhythmWatch } from "./rhythm.svelte";
import { rhythmChange } from "./rhythm";
import { forget, recall, retain } from "./unkept";
import { wishOf } from "./versions";
import { placeFreed } from "./editing";
import { beatsOf, drawnFormats, endOf, type FileFormat, heardOtherwise, onAnyNeck, runParams, sheetNotes, type TabEdit, type TabNote, type TranscribeResult } from "./result";

const WAIT_MS = 1200;
const isDrawn = (format: FileFormat): format is Music["format"] => format === "alphatex" || format === "musicxml";

/** Where only a job can answer. */
export const UNDRAFTED = new Set(["DRAFT_UNPREPARED", "AUDIO_TOO_LONG"]);

/** What earlier runs have heard is not at hand any more: it was tidied away, or is of an earlier studio. */
const isStepMissing = ({ code, details }: Problem): boolean => code === "DRAFT_UNPREPARED" && details?.field === "params";

/** A run that writes nothing, so that it makes no version: it only hears. */
const isHearing = (params: Params): boolean => Array.isArray(params["format"]) && params["format"].length === 0;

class Cancelled extends Error {}

/** A change that was taken back on purpose. */
class TakenBack extends Error {}

/** The file that the page draws; none if other formats alone were asked for. */
function drawnFile(result: TranscribeResult): { file: string; format: Music["format"] } | null {
  const found = result.files.find(({ format }) => format === "alphatex") ?? result.files.find(({ format }) => isDrawn(format));
  return found && isDrawn(found.format) ? { file: found.file, format: found.format } : null;
}

const noMusic = (result: TranscribeResult): Error => new Error(result.warnings.at(-1) ?? "This transcription holds no music to draw. Transcribe the song again.");

const wishFor = (params: Params, result: TranscribeResult): Wish => ({ params: runParams(params, [], []), edits: onAnyNeck((params["edits"] ?? []) as unknown as TabEdit[], result) });

const musicOf = (result: TranscribeResult, text: string, format: Music["format"]): Music => ({ text, format, bars_s: result.bars.map(({ start_s }) => start_s), end_s: endOf(result), notes: sheetNotes(result.notes) });

export class Transcription {
  readonly assetId: string = "";
  asset = $state.raw<Asset | null>(null);
  manifest = $state.raw<AudioManifest | null>(null);
  peaks = $state.raw<PeaksFiles | null>(null);
  /** The song cannot be opened. */
  problem = $state.raw<Problem | null>(null);
  /** The last run failed. */
  failure = $state.raw<Problem | null>(null);
  live = $state.raw<LiveJob<TranscribeResult> | null>(null);
  isLoaded = $state(false);
  chosen = $state<string | null>(null);
  /** Whether the recording sounds as high as the transposed tab. */
  movesRecording = $state(true);
  /** Settings that no draft can be made with: the song must be heard anew for them. */
  unprepared = $state.raw<Params | null>(null);
  keeping = $state.raw<LiveJob<TranscribeResult> | null>(null);
  /** The run that a change by hand waits for. */
  hearing = $state.raw<LiveJob<TranscribeResult> | null>(null);
  /** The next change by hand needs such a run first. */
  isUnheard = $state(false);
  /** No draft could be made: the change by hand is a run, and kept. */
  isByRun = $state(false);
  mix = $state({ recording: 1, synth: 0, click: 0 });
  synthProblem = $state("");
  /** For hearing the tab. */
  sheet = $state.raw<Sheet | null>(null);
  #rendition: { of: Music; made: Rendition; n: number } | null = null;
  #n_renditions = 0;
  #isWarm = false;
  #abort = new AbortController();
  readonly rhythm = new RhythmWatch(this.#abort.signal);
  readonly library: SongLibrary;
  /** An earlier version that was opened, and the step that shows it. */
  #opened = $state.raw<{ version: SongVersion; wish: Wish } | null>(null);
  /** The newest version, where it holds no music to draw and none can be had without a run. */
  sheetless = $state.raw<{ version: SongVersion; wish: Wish; problem: Problem } | null>(null);

  history = new TabHistory({
    solve: (wish) => this.#solve(wish),
    onshown: () => (this.#places = new Map()),
    onproblem: (error, wish) => this.#refused(error, wish),
    onchange: () => this.#retain(),
  });
  /** The earlier version that is looked at. */
  opened: SongVersion | null = $derived(this.#opened && this.#opened.wish === this.history.wish ? this.#opened.version : null);
  result: TranscribeResult | null = $derived(this.history.shown?.result ?? null);
  music: Music | null = $derived(this.history.shown?.music ?? null);
  /** Parameters of what was asked for, without edits and formats. */
  params: Params = $derived((this.history.wish ?? this.sheetless?.wish)?.params ?? {});
  edits: readonly TabEdit[] = $derived((this.history.wish ?? this.sheetless?.wish)?.edits ?? []);
  isSolving = $derived(this.history.isSolving);
  /** How much higher than the recording everything is written. */
  transpose = $derived(Number(this.params["transpose_semitones"] ?? 0));
  /** What the picture does not show yet. */
  foreseen = $state.raw<Foreseen>(new Map());
  /** Places that are asked for but not solved yet. */
  #places = $state.raw<ReadonlyMap<string, { string: number; fret: number; midi: number; is_locked: boolean }>>(new Map());
  byName: ReadonlyMap<string, TabNote> = $derived(new Map(this.result?.notes.map((note) => [note.name, { ...note, ...this.#places.get(note.name) }])));
  /** What the song's analysis has otherwise by now. */
  outdated: readonly string[] = $derived(this.result ? this.rhythm.apart(this.params) : []);
  beats = $derived(this.result ? beatsOf(this.result) : []);
  /** The notes in the tab, in order of time. */
  written: readonly TabNote[] = $derived.by(() => {
    const out = new Set(this.result?.unfingered.map(({ name }) => name));
    return this.result?.notes.filter(({ name }) => !out.has(name)) ?? [];
  });

  constructor(assetId: string) {
    this.assetId = assetId;
    this.library = new SongLibrary(assetId, this.#abort.signal);
    this.rhythm.follow(assetId);
    void this.#open();
  }

  get key(): string {
    return `transcribe:${this.assetId}`;
  }

  close(): void {
    this.#abort.abort();
    this.live?.stop();
    this.rhythm.close();
    this.#rendition?.made.stop();
    // the written music cannot be heard without its page: the recording goes on alone
    if (player.programme?.key === this.key) {
      player.engine.setSpeed(1);
      player.engine.setSemitones(0);
      player.engine.setCountIn(null);
      this.#hand(true);
    }
  }

  async #open(): Promise<void> {
    try {
      this.asset = await this.#prepared();
      const [manifest] = await Promise.all([api.audioManifest(this.assetId, this.#abort.signal), this.#latest()]);
      this.manifest = manifest;
      this.peaks = new PeaksFiles(manifest.peaks, manifest.sample_rate);
      this.isLoaded = true;
      await this.#resume();
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem = problemOf(error);
    }
  }

  async #prepared(): Promise<Asset> {
    for (;;) {
      const asset = await api.asset(this.assetId, this.#abort.signal);
      this.asset = asset;
      if (asset.state === "failed" && asset.error) throw new ApiError(409, asset.error);
      if (asset.state !== "preparing") return asset;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      if (this.#abort.signal.aborted) throw new DOMException("The page is gone.", "AbortError");
    }
  }

  /** What was last made of this song. */
  async #latest(): Promise<void> {
    const { items } = await this.library.list({ results: true, limit: 1 });
    const [latest] = items;
    this.library.take(latest);
    if (!latest) return;
    const result = latest.result as TranscribeResult;
    try {
      await this.#take(latest.params, result);
    } catch (error) {
      if (this.#abort.signal.aborted || drawnFile(result)) throw error;
      this.sheetless = { version: latest, wish: wishFor(latest.params, result), problem: problemOf(error) };
      return;
    }
    const kept = this.history.wish!;
    const unkept = recall(this.assetId, kept, latest.result as TranscribeResult);
    if (unkept) this.history.want(wishOf(unkept.params) === wishOf(kept.params) ? { ...unkept, params: kept.params } : unkept);
  }

  // Versions

  /** Show what somebody else kept; what was shown is one step back. */
  async takeElsewhere(): Promise<void> {
    const { elsewhere } = this.library;
    if (!elsewhere) return;
    await this.#take(elsewhere.params, elsewhere.result as TranscribeResult);
    this.library.take(elsewhere);
    this.#retain();
  }

  /** Look at a version; what was shown is one step back. */
  async openVersion(versionId: string): Promise<void> {
    const version = await this.library.read(versionId);
    const isNewest = version.id === this.library.base;
    const wish = await this.#take(version.params, version.result as TranscribeResult, isNewest);
    if (!isNewest) this.#opened = { version, wish };
  }

  /** Bring a version back as the newest, as it was kept; false where somebody else was quicker. */
  async restoreVersion(versionId: string): Promise<boolean> {
    const restored = await this.library.restore(versionId);
    if (!restored) return false;
    if (this.opened?.id === versionId) this.history.kept = this.history.wish;
    else await this.#take(restored.params, restored.result as TranscribeResult);
    this.#opened = null;
    forget(this.assetId);
    return true;
  }

  /** A run that is still going when the page opens. */
  async #resume(): Promise<void> {
    const page = await api.jobs({ asset: this.assetId, capability: "transcribe", limit: 5 }, this.#abort.signal);
    const job = page.items.find(({ params }) => !isHearing(params));
    if (job && !isOver(job)) this.#follow(job as Job<TranscribeResult>, job.params);
    else if (job?.state === "failed" && !this.result) this.failure = job.error;
  }

  /** Transcribe anew, with or without what was changed by hand: notes keep their names from one run to the next. */
  async start(params: Params, keepsEdits: boolean): Promise<void> {
    this.failure = null;
    try {
      const known = await latestCorrections(this.assetId, this.#abort.signal);
      const wanted = runParams({ ...params, ...known, file: this.assetId }, keepsEdits ? this.edits : [], drawnFormats(params));
      const job = await this.library.above((base) => this.#submit(wanted, base));
      if (!job) return;
      activeJobs.follow(job);
      this.#follow(job, wanted);
    } catch (error) {
      this.failure = problemOf(error);
    }
  }

  #follow(given: Job<TranscribeResult>, params: Params): void {
    this.live?.stop();
    const live = new LiveJob<TranscribeResult>(given);
    this.live = live;
    void live.finished.then(async (job) => {
      if (this.live !== live) return;
      try {
        if (job.state === "failed" && job.error?.code === "REVISION_OUTDATED" && (await this.library.isOverlaid())) return;
        if (job.state === "failed") this.failure = job.error;
        else if (job.state === "completed" && job.result) {
          await this.#take(params, job.result);
          await this.library.stand(job.id);
          forget(this.assetId);
        }
      } catch (error) {
        this.failure = problemOf(error);
      } finally {
        if (this.live === live) this.live = null;
      }
    });
  }

  cancel(): void {
    (this.live ?? this.hearing)?.cancel().catch(toasts.problem);
  }

  async #take(params: Params, result: TranscribeResult, isKept = true): Promise<Wish> {
    const wish = wishFor(params, result);
    const drawn = drawnFile(result);
    const tab = drawn ? { wish, result, music: await this.#musicOf(result, drawn) } : await this.#draft(wish);
    this.history.put(tab, isKept);
    const told = drawn ? "" : heardOtherwise(result, tab.result);
    if (told) toasts.show(told);
    this.unprepared = null;
    this.sheetless = null;
    this.chosen = null;
    return wish;
  }

  async #musicOf(result: TranscribeResult, drawn = drawnFile(result)): Promise<Music> {
    if (!drawn) throw noMusic(result);
    const { file, format } = drawn;
    const answer = await fetch(api.assetFile(file), { credentials: "same-origin", signal: this.#abort.signal });
    if (!answer.ok) throw new Error(`The music could not be read: the server answered ${answer.status}.`);
    return musicOf(result, await answer.text(), format);
  }

  // By hand

  /** Change the tab; the server solves the rest around it. */
  edit(...more: TabEdit[]): void {
    for (const { kind, note, string, fret } of more) this.#foresee(kind, note, string, fret);
    this.history.want({ params: this.params, edits: [...this.edits, ...more] });
  }

  /** Other edits instead of those there are. */
  revise(edits: readonly TabEdit[]): void {
    this.history.want({ params: this.params, edits });
  }

  /** What can be shown at once is. */
  #foresee(kind: TabEdit["kind"], name?: string, string?: number, fret?: number): void {
    const before = name === undefined ? undefined : this.byName.get(name);
    if (!before) return;
    if (kind === "place" && string !== undefined && fret !== undefined) {
      const midi = (this.sheet?.tuning[string - 1] ?? 0) + (this.result?.capo ?? 0) + fret;
      this.#places = new Map(this.#places).set(before.name, { string, fret, midi, is_locked: true });
      if (before.string !== string || before.fret !== fret) this.foreseen = new Map(this.foreseen).set(before.name, { string, fret });
    } else if (kind === "delete") this.foreseen = new Map(this.foreseen).set(before.name, null);
  }

  /** All that was asked for is drawn. */
  settle(): void {
    if (this.foreseen.size > 0) this.foreseen = new Map();
  }

  /** Leave the place of a note to the solver again. */
  free(name: string): void {
    this.revise(placeFreed(this.edits, name, (this.byName.get(name)?.midi ?? 0) - this.transpose));
  }

  remove(name: string): void {
    this.edit({ kind: "delete", note: name });
  }

  /** Other settings for the same song: strung, transposed, fingered or written otherwise. */
  change(more: Params): void {
    const params: Params = { ...this.params, ...more };
    for (const [name, value] of Object.entries(more)) if (value === null) delete params[name];
    this.unprepared = null;
    this.history.want({ params, edits: this.edits });
  }

  /** Write the tab in the rhythm that the song's analysis has by now. */
  followRhythm(): void {
    if (this.rhythm.known) this.change(rhythmChange(this.rhythm.known));
  }

  /** Have the server read what the first change will need, as soon as one is likely. */
  warm(): void {
    if (this.#isWarm || !this.history.wish) return;
    this.#isWarm = true;
    const { params, edits } = this.history.wish;
    api.draft("transcribe", runParams(params, edits, []), this.#abort.signal).catch((error: unknown) => {
      this.isUnheard = isStepMissing(problemOf(error)); // of all else the change itself tells
    });
  }

  async #solve(wish: Wish): Promise<Tab> {
    try {
      return await this.#drafted(wish);
    } catch (error) {
      const problem = problemOf(error);
      const shown = this.history.shown;
      if (!UNDRAFTED.has(problem.code) || wish.params !== shown?.wish.params) throw error;
      if (!isStepMissing(problem)) return this.#keptAtOnce(wish);
      await this.#hearAnew(wish.params);
      const before = shown.result;
      const now = wish.edits === shown.wish.edits ? null : await this.#drafted(shown.wish);
      const told = now && heardOtherwise(before, now.result);
      if (told) toasts.show(told);
      return this.#drafted(wish);
    }
  }

  async #drafted(wish: Wish): Promise<Tab> {
    const tab = await this.#draft(wish);
    this.isByRun = false;
    this.#tellUnfollowed(tab.result, wish);
    return tab;
  }

  async #draft(wish: Wish): Promise<Tab> {
    const { result, files } = await api.draft<TranscribeResult>("transcribe", runParams(wish.params, wish.edits, drawnFormats(wish.params)), this.#abort.signal);
    const drawn = drawnFile(result);
    if (!drawn) throw noMusic(result);
    return { wish, result, music: musicOf(result, files.find(({ ref }) => ref === drawn.file)?.text ?? "", drawn.format) };
  }

  /** Have the song heard by a run that makes no version, so that drafts can be made; one that is under way already is waited for. */
  async #hearAnew(params: Params): Promise<void> {
    this.isUnheard = true;
    const { items } = await api.jobs({ asset: this.assetId, capability: "transcribe", limit: 5 }, this.#abort.signal);
    const underWay = items.find((job) => !isOver(job) && isHearing(job.params));
    await this.#waitedFor((underWay as Job<TranscribeResult> | undefined) ?? (await this.#submit(runParams(params, [], []), null)));
    this.isUnheard = false;
  }

  /** Where the song is too long for a draft, or it took too long: a run does it, and puts it into the library. */
  async #keptAtOnce(wish: Wish): Promise<Tab> {
    this.isByRun = true;
    const asked = runParams(wish.params, wish.edits, drawnFormats(wish.params));
    const job = await this.library.above(async (base) => this.#waitedFor(await this.#submit(asked, base)));
    if (!job) throw new TakenBack("Somebody else kept this song meanwhile, so the change was taken back.");
    await this.library.stand(job.id);
    this.#tellUnfollowed(job.result!, wish);
    const music = await this.#musicOf(job.result!);
    this.history.kept = wish;
    this.#retain();
    return { wish, result: job.result!, music };
  }

  async #waitedFor(job: Job<TranscribeResult>): Promise<Job<TranscribeResult>> {
    try {
      return await this.#ended(job, (live) => (this.hearing = live));
    } catch (error) {
      throw error instanceof Cancelled ? new TakenBack("The run was cancelled, so the change was taken back.") : error;
    } finally {
      this.hearing = null;
    }
  }

  /** A change that could not be followed is told at once, not only among what is doubtful. */
  #tellUnfollowed(result: TranscribeResult, wish: Wish): void {
    const n_before = this.history.shown?.wish.edits.length ?? 0;
    for (let number = n_before + 1; number <= wish.edits.length; number++) {
      const told = result.warnings.find((warning) => warning.startsWith(`Edit ${number} (`));
      if (told) toasts.show(told, { tone: "danger" });
    }
  }

  #refused(error: unknown, wish: Wish): void {
    if (this.#abort.signal.aborted) return;
    const { kept } = this.history;
    if (error instanceof TakenBack) {
      toasts.show(error.message);
      if (kept) queueMicrotask(() => retain(this.assetId, kept, wish)); // not lost: a reload asks for it again
    }
    else if (UNDRAFTED.has(problemOf(error).code)) this.unprepared = wish.params;
    else toasts.problem(error);
  }

  #retain(): void {
    const { wish, kept, isKept } = this.history;
    if (isKept || !wish || !kept) forget(this.assetId);
    else retain(this.assetId, kept, wish);
  }

  /** A job that puts a version above the one of that name, or none. */
  #submit(params: Params, base_version: string | null): Promise<Job<TranscribeResult>> {
    const label = this.asset?.title ?? this.asset?.name ?? null;
    return call<Job<TranscribeResult>>("/jobs/transcribe", { method: "POST", body: { params, label, base_version } });
  }

  async #ended(job: Job<TranscribeResult>, follow: (live: LiveJob<TranscribeResult>) => void): Promise<Job<TranscribeResult>> {
    const live = new LiveJob<TranscribeResult>(job);
    follow(live);
    const ended = await live.finished;
    if (ended.state === "failed" && ended.error) throw new ApiError(422, ended.error);
    if (ended.state !== "completed" || !ended.result) throw new Cancelled("The run was cancelled.");
    return ended;
  }

  /** Put what is shown into the library, as the newest version of the song; with a file of it, if one is asked for: its address. Null where somebody else kept one meanwhile: `library.elsewhere` is theirs. */
  async keep(format?: FileFormat, notation?: string): Promise<string | null> {
    const { wish } = this.history;
    if (!wish) return null;
    const formats = new Set([...drawnFormats(wish.params), ...(format ? [format] : [])]);
    const params = runParams({ ...wish.params, ...(notation ? { notation } : {}) }, wish.edits, [...formats]);
    try {
      const job = await this.library.above(async (base) => this.#ended(await this.#submit(params, base), (live) => (this.keeping = live)));
      if (!job) return null;
      await this.library.stand(job.id);
      this.history.kept = wish;
      this.#retain();
      if (!format) return null;
      const files = job.result!.files.filter((one) => one.format === format).map(({ file }) => file);
      if (files[0] === undefined) throw new Error(job.result!.warnings.at(-1) ?? `This music cannot be written as ${format}.`);
      // pictures are one a page
      return files.length > 1 ? api.productsZip(job.id) : api.assetFile(files[0], true);
    } finally {
      this.keeping = null;
    }
  }

  // What is heard

  get #tracks(): PlayerTrack[] {
    const { manifest, music } = this;
    if (!manifest) return [];
    const recording = soundOf(manifest);
    const tracks: PlayerTrack[] = [{ id: this.assetId, name: "Recording", colour: "accent", sound: recording }];
    if (!music) return tracks;
    const shape = { sample_rate: recording.sample_rate, n_samples: recording.n_samples, segment_samples: recording.segment_samples, integrated_lufs: null };
    if (this.mix.synth > 0) {
      const { made, n } = this.#rendered(music);
      tracks.push({ id: "synth", name: "Tab", colour: "master", keepsPitch: true, sound: { ...shape, segment_url: `made:synth-${n}/{n}`, make: (...part) => this.#heard(made, ...part) } });
    }
    if (this.mix.click > 0) {
      const { beats } = this;
      const sum = beats.reduce((value, beat) => (value * 31 + Math.round(beat.time_s * 1000)) % 1e9, beats.length);
      tracks.push({
        id: "click",
        name: "Metronome",
        colour: "info",
        keepsPitch: true,
        sound: { ...shape, segment_url: `made:click-${sum}/{n}`, make: (from_s, to_s, n_frames, rate) => Promise.resolve([clicksOf(beats, from_s, to_s, n_frames, rate)]) },
      });
    }
    return tracks;
  }

  #rendered(music: Music): { made: Rendition; n: number } {
    const known = this.#rendition;
    if (known?.of === music) return known;
    known?.made.stop();
    const made = new Rendition(this.manifest!.duration_s, music.bars_s[0] ?? 0);
    this.#rendition = { of: music, made, n: ++this.#n_renditions };
    this.synthProblem = "";
    const { sheet } = this;
    if (sheet) void sheet.ready(music).then((drawn) => made.run(drawn));
    return this.#rendition;
  }

  async #heard(made: Rendition, ...part: Parameters<Rendition["part"]>): ReturnType<Rendition["part"]> {
    try {
      return await made.part(...part);
    } catch (error) {
      this.synthProblem = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  get isMine(): boolean {
    return player.programme?.key === this.key;
  }

  /** Hand the tracks to the player; without the page only the recording. */
  hand(): void {
    this.#hand(false);
  }

  #hand(isAlone: boolean): void {
    const tracks = isAlone ? this.#tracks.slice(0, 1) : this.#tracks;
    if (!this.asset || tracks.length === 0) return;
    const { title, name, artist } = this.asset;
    player.open({ key: this.key, title: title ?? name, artist, href: `/transcribe/${this.assetId}` }, tracks);
    player.engine.setSemitones(!isAlone && this.movesRecording ? this.transpose : 0);
    const level = { [this.assetId]: isAlone ? 1 : this.mix.recording, synth: this.mix.synth, click: this.mix.click };
    for (const { id } of tracks) player.engine.setTrackGain(id, level[id] ? 20 * Math.log10(level[id]) : -200);
    player.engine.listen(tracks.filter(({ id }) => (level[id] ?? 0) > 0).map(({ id }) => id));
  }
}
