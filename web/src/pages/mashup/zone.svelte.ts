/** The mashup zone: its songs, how they go together, the plans, the changes by hand and by words, and what was rendered. */
import { api, ApiError, problemOf } from "../../api/client";
import type { Job, Json, Params, Problem, SongVersion } from "../../api/types";
import { player, soundOf } from "../../parts/transport/player.svelte";
import { songOf } from "../../parts/transport/song";
import { activeJobs, LiveJob } from "../../state/jobs.svelte";
import { router } from "../../state/router.svelte";
import { toasts } from "../../state/toasts.svelte";
import { begun, type History, presentOf, pushed, redone, replaced, undone } from "./history";
import { answerOf, type MashupResult, type MatchResult, type Plan, type PlansResult, soundsAlike } from "./plan";
import { bySong, isPlanning, isResumed, takenUp, type TakenApart } from "./resuming";
import { lastOf, ShelfStore } from "./shelf";
import { MashSong } from "./song.svelte";

export const MOST_SONGS = 6;

/** A wish in words, and what became of it. */
export interface Said {
  wish: string;
  /** What changed, or what there is to know; empty while it is being thought about. */
  answer: string[];
  isDone: boolean;
  /** Whether a language model has answered. */
  isModel: boolean;
}

export interface Version {
  number: number;
  id: string;
  result: MashupResult;
  created_at: string;
  jobId: string | null;
  /** What is heard: the master, or the mix where there is none. */
  file: string;
}

/** Some seconds of a plan, being made or made. */
export interface Preview {
  plan: Plan;
  from_s: number | null;
  live: LiveJob<PreviewResult> | null;
  file: string | null;
  start_s: number;
}

interface PreviewResult {
  sound: string;
  start_s: number;
  duration_s: number;
  warnings: string[];
}

export const previewKey = (file: string): string => `preview:${file}`;

/** What the studio is doing for this page at present. */
export interface Doing {
  what: "match" | "plan" | "judge" | "talk" | "render";
  words: string;
  live: LiveJob | null;
}

const without = (values: Params, ...names: string[]): Params => Object.fromEntries(Object.entries(values).filter(([name, value]) => !names.includes(name) && value !== null && value !== undefined && value !== ""));
const THINKING = "Thinking about it";
const RENDERING = "Rendering";
const TAKING_APART = "Taking the songs apart and comparing them";
/** Options that only the whole mashup has. */
const OF_RENDERING = ["stems", "project", "master", "target_lufs", "format"];
/** Where a draft is not to be had, a job does the work. */
const NO_DRAFT = ["DRAFT_UNPREPARED", "NOT_READY"];
const JUDGE_AFTER_MS = 500;
const OF_SEPARATION = ["tier", "weights", "weights_sha256", "accept_weights_licence"];
export const PREVIEW_S = 20;
const OF_PLANNING = ["style", "length_s", "energy_arc", "target_tempo_bpm", "seed"];
/** What a plan at hand has in itself: a mashup is not asked for it again. */
const OF_PLANS = [...OF_PLANNING, "n_phrase_bars"];

/** What stays when the page is left. */
interface Kept {
  /** The plan at hand; its steps stand in `history`, where there was room for them. */
  plan: Plan | null;
  history?: History;
  /** Which of the steps have not been judged. */
  unjudged?: number[];
  isJudged: boolean;
  choice: number;
  values: Params;
  lead: string | null;
  said: Said[];
  /** The job that the page was waiting for when this was kept. */
  awaited?: string | null;
  /** The job whose plans were shown. */
  made?: string | null;
}

export class Zone {
  songs = $state.raw<MashSong[]>([]);
  /** The song that leads; null leaves it to the planner. */
  lead = $state<string | null>(null);
  /** What was chosen of the options of `mashup`; the rest is as it stands there. */
  values = $state<Params>({});
  match = $state.raw<MatchResult | null>(null);
  found = $state.raw<PlansResult | null>(null);
  /** Which of the plans is being worked at. */
  choice = $state(0);
  #history = $state.raw<History | null>(null);
  #unjudged = new WeakSet<Plan>();
  said = $state.raw<Said[]>([]);
  doing = $state.raw<Doing | null>(null);
  problem = $state.raw<Problem | null>(null);
  preview = $state.raw<Preview | null>(null);
  made = $state.raw<SongVersion[]>([]);
  #abort = new AbortController();
  #kept = new ShelfStore<Kept>(localStorage);
  #isStopped = false;
  #awaited: string | null = null;
  #made: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why a change by hand could not be judged. */
  judgement = $state.raw<Problem | null>(null);

  ids = $derived(this.songs.map(({ id }) => id));
  isAnalysed = $derived(this.songs.length >= 2 && this.songs.every(({ analysis }) => analysis !== null));
  plan: Plan | null = $derived(this.#history ? presentOf(this.#history) : null);
  /** What is known of each song's stems by its letter, while they are being made too. */
  stems: Record<string, TakenApart> = $derived(bySong((this.doing?.live?.job?.partials?.["stems"] as TakenApart[] | undefined) ?? [], this.match?.songs ?? []));
  /** Changed by hand since it was judged: its cost says nothing. */
  isJudged = $derived(this.plan !== null && !this.#unjudged.has(this.plan));
  /** Another than the one that was chosen: what is told of that one is as it was before. */
  isChanged = $derived.by(() => {
    const chosen = this.found?.plans[this.choice];
    return this.plan !== null && chosen !== undefined && !soundsAlike(this.plan, chosen);
  });
  canUndo = $derived(this.#history !== null && this.#history.at > 0);
  canRedo = $derived(this.#history !== null && this.#history.at < this.#history.plans.length - 1);

  versions: Version[] = $derived.by(() => {
    const mine = this.made.filter(({ capability, params, result }) => capability === "mashup" && (params["songs"] as string[] | undefined)?.join() === this.ids.join() && (result as MashupResult | null)?.mix);
    mine.sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id));
    const all = mine.map((version, at) => {
      const result = version.result as MashupResult;
      return { number: at + 1, id: version.id, result, created_at: version.created_at, jobId: version.job_id, file: result.master ?? result.mix };
    });
    return all.reverse();
  });

  constructor(ids: readonly string[]) {
    this.songs = [...new Set(ids)].slice(0, MOST_SONGS).map((id) => new MashSong(id));
    addEventListener("storage", (event) => event.key === this.#shelf && this.#adopt(this.#kept.take(this.#shelf)), { signal: this.#abort.signal });
    void this.#restore();
  }

  close(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.doing?.live?.stop();
    for (const song of this.songs) song.close();
  }

  letter(id: string): string {
    return String.fromCharCode(65 + this.ids.indexOf(id));
  }

  add(ids: readonly string[]): void {
    const fresh = ids.filter((id) => !this.ids.includes(id));
    this.songs = [...this.songs, ...fresh.slice(0, MOST_SONGS - this.songs.length).map((id) => new MashSong(id))];
    this.#forget();
  }

  remove(id: string): void {
    this.songs.find((song) => song.id === id)?.close();
    this.songs = this.songs.filter((song) => song.id !== id);
    if (this.lead === id) this.lead = null;
    this.#forget();
  }

  set(name: string, value: Json | undefined): void {
    this.values = value === undefined ? without(this.values, name) : { ...this.values, [name]: value };
  }

  /** Other songs: what was found of the former says nothing of them. */
  #forget(): void {
    this.match = this.found = this.#history = this.#made = null;
    this.said = [];
    this.made = [];
    this.#kept.take(this.#shelf);
    router.setQuery({ songs: this.ids.join(",") || null, plans: null });
    void this.readVersions();
  }

  get #planning(): Params {
    const lead: Params = this.lead === null ? {} : { lead: this.letter(this.lead) };
    return { ...without(this.values, ...OF_RENDERING, "corrections"), ...lead, songs: this.ids };
  }

  /** What a plan is made of: the beats of its songs as they were corrected. A plan that is there has its own. */
  async #fresh(): Promise<Params> {
    const told = await Promise.all(this.songs.map((song) => song.told()));
    const corrections = told.flatMap((each, at) => (each === null ? [] : [{ songId: String.fromCharCode(65 + at), ...each }]));
    return { ...this.#planning, ...(corrections.length > 0 && { corrections: corrections as unknown as Json }) };
  }

  // What the studio is asked for

  cancel(): void {
    this.#isStopped = true;
    this.doing?.live?.cancel().catch(toasts.problem);
  }

  /** Do one thing after the other; the first that fails ends it. */
  async #during(work: () => Promise<void>): Promise<void> {
    if (this.doing) return;
    this.problem = null;
    this.#isStopped = false;
    try {
      await work();
    } catch (error) {
      if (!this.#abort.signal.aborted && !this.#isStopped) this.problem = problemOf(error);
    } finally {
      this.doing = null;
    }
  }

  async #job<Result>(what: Doing["what"], words: string, capability: string, params: Params, isEnough?: (partials: Record<string, unknown>) => boolean): Promise<{ id: string; result: Result }> {
    if (this.#isStopped) throw new ApiError(0, { code: "CANCELLED", message: "Cancelled." });
    // from here on, not from the answer on: nothing else may be begun meanwhile
    this.doing = { what, words, live: null };
    const job = await api.submit<Result>(capability, params, { label: this.songs.map(({ name }) => name).join(" × ").slice(0, 120) });
    return this.#follow(what, words, job, isEnough);
  }

  /** Wait for a job that was begun, on this page or when it was open before. */
  async #follow<Result>(what: Doing["what"], words: string, job: Job<Result>, isEnough?: (partials: Record<string, unknown>) => boolean): Promise<{ id: string; result: Result }> {
    activeJobs.follow(job);
    this.#await(job.id);
    if (this.#abort.signal.aborted) throw new ApiError(0, { code: "LEFT", message: "The page was left; the work goes on." });
    const live = new LiveJob<Result>(job);
    this.doing = { what, words, live: live as unknown as LiveJob };
    if (this.#isStopped && !live.isOver) live.cancel().catch(toasts.problem);
    const watch = isEnough && setInterval(() => live.job && !live.isOver && isEnough(live.job.partials ?? {}) && void live.cancel().catch(toasts.problem), 200);
    const ended = await live.finished.finally(() => clearInterval(watch));
    this.#await(null);
    if (ended.state !== "completed" || ended.result === null) throw new ApiError(422, ended.error ?? { code: "CANCELLED", message: "Cancelled." });
    return { id: ended.id, result: ended.result };
  }

  findMatches = (): Promise<void> =>
    this.#during(async () => {
      const { result } = await this.#job<MatchResult>("match", TAKING_APART, "match", without(await this.#fresh(), ...OF_PLANNING, "lead"));
      this.match = result;
    });

  /** One job does it all, from the analysis on: it goes on when the page is left. */
  makePlans = (): Promise<void> => this.#during(async () => this.#takePlans(await this.#job<PlansResult>("plan", TAKING_APART, "mash_plan", await this.#fresh())));

  #takePlans({ id, result }: { id: string; result: PlansResult }): void {
    this.found = this.match = result;
    this.#made = id;
    router.setQuery({ plans: id });
    this.choose(0);
  }

  /** Have the plan judged as it stands now. */
  judge = (): Promise<void> =>
    this.#during(async () => {
      const { plan } = this;
      if (plan) this.#judge(plan, await this.#planned("judge", "Judging the plan", plan));
    });

  #judge(plan: Plan, judged: Plan): void {
    if (!this.#history || this.plan !== plan) return; // it has been changed since
    this.#history = replaced(this.#history, judged);
    this.judgement = null;
    this.#keep();
  }

  /** Changes by hand are judged as soon as there are no more for a moment. */
  #judgeSoon(plan: Plan): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.plan !== plan || this.doing) return;
      api.draft<PlansResult>("mash_plan", { ...this.#planning, plan: plan as unknown as Json }, this.#abort.signal).then(
        ({ result }) => result.plans[0] && this.#judge(plan, result.plans[0]),
        (error: unknown) => {
          if (!this.#abort.signal.aborted && this.plan === plan) this.judgement = problemOf(error);
        },
      );
    }, JUDGE_AFTER_MS);
  }

  /** Have what is open in a plan planned anew. */
  replan = (open: Plan): Promise<void> => this.#during(async () => this.#push(await this.#planned("plan", "Planning the section anew", open), true));

  /** The plan as the planner gives it back: at once where it can, else by a job. */
  async #planned(what: Doing["what"], words: string, plan: Plan): Promise<Plan> {
    const params: Params = { ...this.#planning, plan: plan as unknown as Json };
    this.doing = { what, words, live: null };
    try {
      const { result } = await api.draft<PlansResult>("mash_plan", params, this.#abort.signal);
      return result.plans[0] ?? plan;
    } catch (error) {
      if (!NO_DRAFT.includes(problemOf(error).code)) throw error;
      const { result } = await this.#job<PlansResult>(what, words, "mash_plan", params);
      return result.plans[0] ?? plan;
    }
  }

  talk = (wish: string): Promise<void> => {
    const { plan } = this;
    const begin = async (isEnough: (partials: Record<string, unknown>) => boolean): Promise<{ result: PlansResult }> => {
      const params: Params = plan ? { ...without(this.#planning, ...OF_PLANS), plan: plan as unknown as Json } : await this.#fresh();
      return this.#job<PlansResult>("talk", THINKING, "mash_talk", { ...params, brief: wish }, isEnough);
    };
    return this.#during(() => this.#talked(wish, begin));
  };

  /** Wait for the answer to a wish. */
  async #talked(wish: string, answered: (isEnough: (partials: Record<string, unknown>) => boolean) => Promise<{ result: PlansResult }>): Promise<void> {
    const before = this.said;
    let notes: string[] = [];
    this.said = [...before, { wish, answer: [], isDone: false, isModel: false }];
    try {
      // whether anybody can be talked to is said at once; taking songs apart, if need be, is part of the talk
      const { result } = await answered((partials) => {
        notes = (partials["notes"] as string[] | undefined) ?? notes;
        return notes.length > 0;
      });
      this.match ??= result;
      const [plan] = result.plans;
      if (!plan) throw new ApiError(422, { code: "NO_PLAN", message: "There is no plan in the answer." });
      const given = this.plan;
      this.said = [...before, { wish, ...answerOf(given, plan), isDone: true }];
      this.found ??= result;
      if (!given) this.#history = begun(plan);
      else if (answerOf(given, plan).isModel) this.#push(plan, true);
      this.#keep();
    } catch (error) {
      if (notes.length > 0) {
        this.said = [...before, { wish, answer: [...notes, this.plan ? "The plan stays as it was." : "Plans by rules are made without it."], isDone: true, isModel: false }];
        this.#keep();
        return;
      }
      this.said = [...before, { wish, answer: [this.#isStopped ? "Cancelled." : problemOf(error).message], isDone: true, isModel: false }];
      throw error;
    }
  }

  render = (plan: Plan | null = this.plan, wanted: Params = {}): Promise<void> =>
    this.#during(async () => {
      if (!plan) return;
      await this.#job<MashupResult>("render", RENDERING, "mashup", { ...without(this.values, ...OF_PLANS, "corrections"), ...wanted, songs: this.ids, plan: plan as unknown as Json });
      await this.readVersions();
    });

  /** Render some seconds of a plan and play them; from the section given, or where it is at its best. */
  async hear(plan: Plan, from_s: number | null = null): Promise<void> {
    const known = this.preview;
    if (known && known.file !== null && known.from_s === from_s && soundsAlike(known.plan, plan)) {
      if (player.programme?.key === previewKey(known.file)) player.engine.toggle();
      else await this.#play(known);
      return;
    }
    this.stopPreview();
    const separation = Object.fromEntries(Object.entries(without(this.values)).filter(([name]) => OF_SEPARATION.includes(name)));
    let preview: Preview = { plan, from_s, live: null, file: null, start_s: 0 };
    this.preview = preview;
    const isMine = (): boolean => this.preview?.plan === plan && this.preview.from_s === from_s;
    try {
      const job = await api.submit<PreviewResult>("mash_preview", { ...separation, songs: this.ids, plan: plan as unknown as Json, length_s: PREVIEW_S, ...(from_s === null ? {} : { from_s }) }, { label: `${plan.masterplan.title}, ${PREVIEW_S} s` });
      activeJobs.follow(job);
      const live = new LiveJob<PreviewResult>(job);
      if (!isMine()) return;
      this.preview = preview = { ...preview, live };
      const ended = await live.finished;
      if (!isMine()) return;
      if (ended.state !== "completed" || !ended.result) throw new ApiError(422, ended.error ?? { code: "CANCELLED", message: "Cancelled." });
      this.preview = preview = { ...preview, live: null, file: ended.result.sound, start_s: ended.result.start_s };
      await this.#play(preview);
    } catch (error) {
      if (!isMine()) return;
      this.preview = null;
      if (!this.#abort.signal.aborted && problemOf(error).code !== "CANCELLED") toasts.problem(error);
    }
  }

  stopPreview(): void {
    const { live } = this.preview ?? {};
    this.preview = null;
    if (live && !live.isOver) live.cancel().catch(toasts.problem);
  }

  async #play({ file, plan }: Preview): Promise<void> {
    if (file === null) return;
    const { manifest } = await songOf(file, this.#abort.signal);
    if (this.preview?.file !== file) return;
    const name = `${plan.masterplan.title}, ${PREVIEW_S} s`;
    player.engine.pause();
    player.open({ key: previewKey(file), title: name, artist: null, href: `/mashup${location.search}` }, [{ id: file, name: "Preview", colour: "accent", sound: soundOf(manifest) }]);
    player.engine.seek(0);
    await player.engine.play();
  }

  async readVersions(): Promise<void> {
    const [first] = this.ids;
    if (first === undefined) return;
    try {
      const { items } = await api.versions(first, { results: true, limit: 100 }, this.#abort.signal);
      if (first === this.ids[0]) this.made = items;
    } catch (error) {
      if (!this.#abort.signal.aborted && !(error instanceof ApiError && error.status === 404)) toasts.problem(error);
    }
  }

  // The plan at hand

  choose(choice: number): void {
    const plan = this.found?.plans[choice];
    if (!plan) return;
    this.choice = choice;
    this.#history = begun(plan);
    this.#keep();
  }

  /** Go on with a plan from elsewhere, as that of a version. */
  take(plan: Plan): void {
    this.#push(plan, true);
  }

  /** Take a change by hand. */
  change(plan: Plan): void {
    this.#push(plan, false);
  }

  undo = (): void => this.#step(undone);

  redo = (): void => this.#step(redone);

  #step(how: (history: History) => History): void {
    if (!this.#history) return;
    this.#history = how(this.#history);
    this.#keep();
  }

  #push(plan: Plan, isJudged: boolean): void {
    if (plan === this.plan) return;
    this.judgement = null;
    if (!isJudged) this.#unjudged.add(plan);
    this.#history = this.#history ? pushed(this.#history, plan) : begun(plan);
    this.#keep();
    if (!isJudged) this.#judgeSoon(plan);
  }

  // What stays when the page is left

  get #shelf(): string {
    return `mashup:${this.ids.join()}`;
  }

  #keep(): void {
    const { plan, isJudged, choice, values, lead } = this;
    const least: Kept = { plan, isJudged, choice, values, lead, said: this.said.filter(({ isDone }) => isDone).slice(-20), awaited: this.#awaited, made: this.#made };
    const history = this.#history && lastOf(this.#history);
    const whole: Kept = history ? { ...least, history, unjudged: history.plans.flatMap((one, at) => (this.#unjudged.has(one) ? [at] : [])) } : least;
    this.#adopt(this.#kept.keep(this.#shelf, [whole, least]));
  }

  /** Remember which job is waited for, so that it is followed when the page is opened anew. */
  #await(jobId: string | null): void {
    this.#awaited = jobId;
    this.#keep();
  }

  /** Take what another tab has made of the mashup; what stood here is one step back. */
  #adopt(other: Kept | null): void {
    if (!other) return;
    [this.values, this.lead, this.said, this.choice] = [other.values ?? {}, other.lead ?? null, other.said ?? [], other.choice ?? 0];
    const { plan } = other;
    if (!plan) return;
    if (!other.isJudged) this.#unjudged.add(plan);
    if (!this.#history) this.#history = begun(plan);
    else if (this.plan && soundsAlike(this.plan, plan)) this.#history = replaced(this.#history, plan);
    else {
      this.#history = pushed(this.#history, plan);
      toasts.show("This mashup was changed in another tab: this is how it stands there. Undo brings back what stood here.");
    }
  }

  async #restore(): Promise<void> {
    void this.readVersions();
    const jobId = router.query.get("plans");
    const kept = this.#kept.take(this.#shelf);
    if (kept) [this.values, this.lead, this.said, this.choice] = [kept.values ?? {}, kept.lead ?? null, kept.said ?? [], kept.choice ?? 0];
    if (kept?.plan) {
      this.#history = kept.history?.plans?.[kept.history.at] ? kept.history : begun(kept.plan);
      kept.unjudged?.forEach((at) => this.#history?.plans[at] && this.#unjudged.add(this.#history.plans[at]));
      const { plan } = this;
      if (plan && !kept.isJudged) {
        this.#unjudged.add(plan);
        this.#judgeSoon(plan);
      }
    }
    const { signal } = this.#abort;
    try {
      const jobs = await this.#begun(kept?.awaited ?? null);
      const shown = jobId ?? kept?.made ?? jobs.find((job) => isPlanning(job) && job.state === "completed")?.id ?? null;
      if (shown !== null) await this.#show(shown);
      const job = takenUp(jobs, kept?.awaited ?? null);
      if (job && !signal.aborted) void this.#takeUp(job);
      else if (kept?.awaited && !signal.aborted) this.#await(null);
    } catch (error) {
      if (!signal.aborted) this.problem = problemOf(error);
    }
  }

  /** Show the plans that a job has made. */
  async #show(jobId: string): Promise<void> {
    try {
      const { result } = await api.job<PlansResult>(jobId, this.#abort.signal);
      if (!result?.plans) return;
      this.found = this.match = result;
      this.#made = jobId;
      router.setQuery({ plans: jobId });
      if (!this.#history) this.choose(0);
    } catch {
      if (!this.#abort.signal.aborted) router.setQuery({ plans: null });
    }
  }

  /** What was begun with these songs, the latest first. */
  async #begun(awaited: string | null): Promise<Job[]> {
    const [first] = this.ids;
    if (first === undefined || this.ids.length < 2) return [];
    const { items } = await api.jobs({ asset: first, limit: 100 }, this.#abort.signal);
    return items.filter((job) => job.id === awaited || (isResumed(job) && (job.params["songs"] as string[] | undefined)?.join() === this.ids.join()));
  }

  /** Go on waiting for what was begun when the page was open before; what has ended meanwhile is taken as it would have been. */
  async #takeUp({ id }: Job): Promise<void> {
    await this.#during(async () => {
      const job = await api.job<never>(id, this.#abort.signal);
      if (job.capability === "mash_plan") this.#takePlans(await this.#follow<PlansResult>("plan", TAKING_APART, job));
      else if (job.capability === "match") this.match = (await this.#follow<MatchResult>("match", TAKING_APART, job)).result;
      else if (job.capability === "mash_talk") await this.#talked(String(job.params["brief"] ?? ""), (isEnough) => this.#follow<PlansResult>("talk", THINKING, job, isEnough));
      else {
        await this.#follow<MashupResult>("render", RENDERING, job);
        await this.readVersions();
      }
    });
  }
}
