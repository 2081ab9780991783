/** A mashup's plan as its capability declares it, and what a person does to it by hand. Pure. */

export type Stem = "drums" | "bass" | "other" | "vocals";
export type Role = "lead" | "backing";
export type Style = "classic" | "trade" | "medley" | "megamix";
export type TempoFactor = "half" | "same" | "double";
export const STEMS: readonly Stem[] = ["vocals", "other", "bass", "drums"];
export const EFFECTS = ["filter_sweep_up", "filter_sweep_down", "echo_out", "reverb", "delay", "sidechain", "vinyl_stop", "loop_roll"] as const;
export type Effect = (typeof EFFECTS)[number];

export interface Layer {
  songId: string;
  stem: Stem;
  volume_db: number;
  effects: Effect[];
  role: Role;
  phrase: string | null;
  source_bar: number;
  n_offset_bars: number;
  n_bars: number;
  tempo_factor: TempoFactor;
  shift_semitones: number;
  rate_percent: number;
  fade_in_s: number;
  fade_out_s: number;
  automation: { time_s: number; gain_db: number }[];
}

export interface Section {
  time_start_sec: number;
  duration_sec: number;
  description: string;
  energy_level: number;
  layers: Layer[];
  label: string;
  start_bar: number;
  n_bars: number;
  lead: string | null;
  backing: string;
  drums: string | null;
  score_percent: number | null;
}

export interface PlanSong {
  songId: string;
  name: string;
  tempo_bpm: number;
  key: string | null;
  tempo_factor: TempoFactor;
  rate_percent: number;
  shift_semitones: number;
  lead_share_percent: number;
  backing_share_percent: number;
}

export interface CostTerm {
  name: string;
  cost: number;
  words: string;
}

export interface Plan {
  creative_vision: string;
  masterplan: {
    title: string;
    artistCredits: string;
    global: { targetBPM: number; targetKey: string; timeSignature: [number, number] };
    timeline: Section[];
    problems_and_solutions: { problem: string; solution: string }[];
  };
  songs: PlanSong[];
  origin: {
    planner: "rules" | "model" | "hand";
    style: Style;
    energy_arc: string;
    n_slot_bars: number;
    cost: number;
    terms: CostTerm[];
    violations: string[];
    version: number;
    changes: string[];
    notes: string[];
  };
}

export interface SongCard {
  songId: string;
  name: string;
  duration_s: number;
  tempo_bpm: number;
  tempo_confidence: number;
  is_steady: boolean;
  metre: string;
  n_bars: number;
  key: string | null;
  camelot: string | null;
  energy_1_10: number;
  vocal_share: number;
  stems_grade: string | null;
  warnings: string[];
}

export interface PhraseRow {
  id: string;
  songId: string;
  start_bar: number;
  n_bars: number;
  start_s: number;
  end_s: number;
  label: string;
  energy_1_10: number;
  vocal_share: number;
  loudness_lufs: number | null;
  is_on_section: boolean;
}

export interface MatchParts {
  harmony_percent: number;
  consonance_percent: number;
  rhythm_percent: number;
  balance_percent: number;
  voice_room_percent: number;
  tempo_percent: number;
}

export interface PairScore {
  lead: string;
  backing: string;
  score_percent: number;
  shift_semitones: number;
  n_offset_bars: number;
  parts: MatchParts;
}

export interface SongMatch {
  lead: string;
  backing: string;
  score_percent: number;
  shift_semitones: number;
  tempo_change_percent: number;
  parts: MatchParts;
  best: PairScore | null;
  reasons: string[];
  warnings: string[];
  recommendations: string[];
}

export interface MatchResult {
  songs: SongCard[];
  matches: SongMatch[];
  pairs: PairScore[];
  phrases: PhraseRow[];
  warnings: string[];
}

export interface PlansResult extends MatchResult {
  plans: Plan[];
}

export interface MashupResult extends PlansResult {
  plan: Plan;
  mix: string;
  master: string | null;
  stems: string | null;
  project: string | null;
  previews: string[];
  duration_s: number;
  sample_rate: number;
  integrated_lufs: number | null;
  true_peak_dbtp: number | null;
}

/** Where a layer stands: its section and its place among the section's layers. */
export interface At {
  section: number;
  layer: number;
}

export const barOf = ({ masterplan: { global } }: Plan): number => (global.timeSignature[0] * 60) / global.targetBPM;

export const nBars = ({ masterplan: { timeline } }: Plan): number => timeline.reduce((sum, { n_bars }) => sum + n_bars, 0);

export const layerAt = (plan: Plan, { section, layer }: At): Layer | null => plan.masterplan.timeline[section]?.layers[layer] ?? null;

/** A layer in a few words: "A vocals". */
export const layerName = ({ songId, stem }: Pick<Layer, "songId" | "stem">): string => `${songId} ${stem}`;

export interface Lane {
  songId: string;
  stem: Stem;
  blocks: { at: At; layer: Layer; start_bar: number }[];
}

/** Every song's stem that sounds somewhere, as one row. */
export function lanesOf(plan: Plan): Lane[] {
  const lanes = new Map<string, Lane>();
  plan.masterplan.timeline.forEach((section, s) =>
    section.layers.forEach((layer, l) => {
      const key = layerName(layer);
      const lane = lanes.get(key) ?? { songId: layer.songId, stem: layer.stem, blocks: [] };
      lane.blocks.push({ at: { section: s, layer: l }, layer, start_bar: section.start_bar + layer.n_offset_bars });
      lanes.set(key, lane);
    }),
  );
  return [...lanes.values()].sort((a, b) => a.songId.localeCompare(b.songId) || STEMS.indexOf(a.stem) - STEMS.indexOf(b.stem));
}

/** The plan as the next version, changed by hand: what it cost before says nothing any more. */
function changed(plan: Plan, timeline: Section[], words: string): Plan {
  const { origin, masterplan } = plan;
  // a song whose layers are all moved alike is moved so as a whole
  const songs = plan.songs.map((song) => {
    const moves = new Set(timeline.flatMap(({ layers }) => layers).filter(({ songId, stem }) => songId === song.songId && stem !== "drums").map(({ shift_semitones }) => shift_semitones));
    const [only] = moves;
    return moves.size === 1 && only !== undefined && only !== song.shift_semitones ? { ...song, shift_semitones: only } : song;
  });
  return { ...plan, songs, masterplan: { ...masterplan, timeline }, origin: { ...origin, planner: "hand", version: origin.version + 1, changes: [words] } };
}

const withSection = (plan: Plan, at: number, section: Section): Section[] => plan.masterplan.timeline.map((one, i) => (i === at ? section : one));

const placeWords = (plan: Plan, section: number): string => `section ${section + 1}, ${plan.masterplan.timeline[section]!.label}`;

/** Change some of a layer's values. */
export function withLayer(plan: Plan, at: At, change: Partial<Layer>, words: string): Plan {
  const section = plan.masterplan.timeline[at.section];
  if (!section?.layers[at.layer]) return plan;
  const layers = section.layers.map((layer, i) => (i === at.layer ? { ...layer, ...change } : layer));
  return changed(plan, withSection(plan, at.section, { ...section, layers }), words);
}

/** Move all of a song but its drums in pitch. */
export function shifted(plan: Plan, songId: string, shift_semitones: number): Plan {
  const song = plan.songs.find((one) => one.songId === songId);
  if (!song) return plan;
  const isMine = (layer: Layer): boolean => layer.songId === songId && layer.stem !== "drums";
  if (song.shift_semitones === shift_semitones && plan.masterplan.timeline.every(({ layers }) => layers.every((layer) => !isMine(layer) || layer.shift_semitones === shift_semitones))) return plan;
  const timeline = plan.masterplan.timeline.map((section) => ({ ...section, layers: section.layers.map((layer) => (isMine(layer) ? { ...layer, shift_semitones } : layer)) }));
  const next = changed(plan, timeline, `all of ${songId} but its drums ${shift_semitones === 0 ? "at its own pitch" : `moved by ${shift_semitones > 0 ? "+" : "−"}${Math.abs(shift_semitones)}`}`);
  return { ...next, songs: next.songs.map((one) => (one.songId === songId ? { ...one, shift_semitones } : one)) };
}

/** Whether nothing sounds in any section, nor is to be planned. */
export const isSilent = ({ masterplan: { timeline } }: Plan): boolean => timeline.every(({ layers, backing }) => layers.length === 0 && backing !== "?");

const LOWEST_DB = -60;
const HIGHEST_DB = 12;

export function levelled(plan: Plan, at: At, volume_db: number): Plan {
  const layer = layerAt(plan, at);
  const level = Math.min(HIGHEST_DB, Math.max(LOWEST_DB, Math.round(volume_db * 10) / 10));
  if (!layer || layer.volume_db === level) return plan;
  return withLayer(plan, at, { volume_db: level }, `${layerName(layer)} at ${level.toFixed(1)} dB in ${placeWords(plan, at.section)}`);
}

export function removed(plan: Plan, at: At): Plan {
  const section = plan.masterplan.timeline[at.section];
  const layer = layerAt(plan, at);
  if (!section || !layer) return plan;
  return changed(plan, withSection(plan, at.section, settled({ ...section, layers: section.layers.toSpliced(at.layer, 1) })), `${layerName(layer)} taken out of ${placeWords(plan, at.section)}`);
}

/** What leads, what backs and whose drums play, as the layers say. */
function settled(section: Section): Section {
  const lead = section.layers.find(({ role }) => role === "lead");
  const backings = section.layers.filter(({ role, stem }) => role === "backing" && (stem === "bass" || stem === "other"));
  const isBacked = backings.length === 0 || backings.some(({ phrase }) => phrase === section.backing);
  const backing = isBacked ? section.backing : (backings[0]?.phrase ?? section.backing);
  const drums = section.layers.find(({ stem }) => stem === "drums")?.phrase ?? null;
  const held = { ...section, lead: lead?.phrase ?? null, backing, drums: drums === backing ? null : drums };
  const isSame = held.lead === section.lead && held.backing === section.backing;
  // the planner's words are about what it planned
  return { ...held, score_percent: isSame ? section.score_percent : null, description: isSame ? section.description : "" };
}

/**
 * Move a layer by bars: within its section it begins later or earlier; beyond its section's edges it goes over to the
 * section that lies there, shortened to fit.
 */
export function moved(plan: Plan, at: At, by_bars: number): { plan: Plan; at: At } {
  const { timeline } = plan.masterplan;
  const section = timeline[at.section];
  const layer = layerAt(plan, at);
  const by = Math.round(by_bars);
  if (!section || !layer || by === 0) return { plan, at };
  const wanted = section.start_bar + layer.n_offset_bars + by;
  const bar = Math.min(nBars(plan) - 1, Math.max(0, wanted));
  const target = timeline.findIndex((one) => bar >= one.start_bar && bar < one.start_bar + one.n_bars);
  const into = timeline[target];
  if (!into) return { plan, at };
  const n_offset_bars = bar - into.start_bar;
  const room = into.n_bars - n_offset_bars;
  // what an earlier move cut off comes back where there is room again
  const n_bars = target === at.section && by < 0 && layer.n_offset_bars + layer.n_bars === section.n_bars ? room : Math.min(room, layer.n_bars);
  const placed = { ...layer, n_offset_bars, n_bars: Math.max(1, n_bars) };
  const words = `${layerName(layer)} ${target === at.section ? `begins ${n_offset_bars === 0 ? "with" : `${n_offset_bars} ${n_offset_bars === 1 ? "bar" : "bars"} into`} ${placeWords(plan, target)}` : `moved to ${placeWords(plan, target)}`}`;
  if (target === at.section) {
    if (placed.n_offset_bars === layer.n_offset_bars && placed.n_bars === layer.n_bars) return { plan, at };
    return { plan: withLayer(plan, at, placed, words), at };
  }
  const next = timeline.map((one, i) => {
    if (i === at.section) return settled({ ...one, layers: one.layers.toSpliced(at.layer, 1) });
    return i === target ? settled({ ...one, layers: [...one.layers, placed] }) : one;
  });
  return { plan: changed(plan, next, words), at: { section: target, layer: into.layers.length } };
}

/** How a song's layers are played: drums keep their pitch. */
function playing(plan: Plan, songId: string, stem: Stem): Pick<Layer, "shift_semitones" | "rate_percent" | "tempo_factor"> | null {
  const song = plan.songs.find((one) => one.songId === songId);
  return song ? { shift_semitones: stem === "drums" ? 0 : song.shift_semitones, rate_percent: song.rate_percent, tempo_factor: song.tempo_factor } : null;
}

/** Play another phrase in a layer's place. */
export function swapped(plan: Plan, at: At, phrase: PhraseRow): Plan {
  const section = plan.masterplan.timeline[at.section];
  const layer = layerAt(plan, at);
  const how = layer ? playing(plan, phrase.songId, layer.stem) : null;
  if (!section || !layer || !how || layer.phrase === phrase.id) return plan;
  const next: Layer = { ...layer, ...how, songId: phrase.songId, phrase: phrase.id, source_bar: phrase.start_bar };
  const layers = section.layers.map((one, i) => (i === at.layer ? next : one));
  return changed(plan, withSection(plan, at.section, settled({ ...section, layers })), `${phrase.id} instead of ${layer.phrase ?? "bars chosen by hand"} as ${layer.stem} in ${placeWords(plan, at.section)}`);
}

/** Without a wished fade there is one too short to be heard as such. */
const SHORT_FADE_S = 0.02;

/** Add a stem of a phrase to a section. */
export function added(plan: Plan, at: number, phrase: PhraseRow, stem: Stem): { plan: Plan; at: At } | null {
  const section = plan.masterplan.timeline[at];
  if (!section || section.layers.length >= 24) return null;
  const role: Role = stem === "vocals" && !section.layers.some((one) => one.role === "lead") ? "lead" : "backing";
  const layer = fresh(plan, section, phrase, stem, role);
  if (!layer) return null;
  const next = changed(plan, withSection(plan, at, settled({ ...section, layers: [...section.layers, layer] })), `${layerName(layer)} (${phrase.id}) added to ${placeWords(plan, at)}`);
  return { plan: next, at: { section: at, layer: section.layers.length } };
}

function fresh(plan: Plan, section: Section, phrase: PhraseRow, stem: Stem, role: Role): Layer | null {
  const how = playing(plan, phrase.songId, stem);
  if (!how) return null;
  return { ...how, songId: phrase.songId, stem, volume_db: 0, effects: [], role, phrase: phrase.id, source_bar: phrase.start_bar, n_offset_bars: 0, n_bars: section.n_bars, fade_in_s: SHORT_FADE_S, fade_out_s: SHORT_FADE_S, automation: [] };
}

/** Let another phrase lead a section, or none. */
export function withLead(plan: Plan, at: number, phrase: PhraseRow | null): Plan {
  const section = plan.masterplan.timeline[at];
  if (!section || section.lead === (phrase?.id ?? null)) return plan;
  const kept = section.layers.filter(({ role }) => role !== "lead");
  // a song leads with the stem with which it leads elsewhere
  const elsewhere = plan.masterplan.timeline.flatMap(({ layers }) => layers).find((layer) => layer.role === "lead" && layer.songId === phrase?.songId);
  const lead = phrase && fresh(plan, section, phrase, elsewhere?.stem ?? "vocals", "lead");
  const next: Section = { ...section, lead: lead?.phrase ?? null, layers: lead ? [lead, ...kept] : kept, score_percent: null, description: "" };
  return changed(plan, withSection(plan, at, next), `${lead ? `${phrase.id} leads` : "nobody leads"} in ${placeWords(plan, at)}`);
}

/** Let another phrase back a section with all stems that back it now. */
export function withBacking(plan: Plan, at: number, phrase: PhraseRow): Plan {
  const section = plan.masterplan.timeline[at];
  if (!section || section.backing === phrase.id) return plan;
  const stems = [...new Set(section.layers.filter(({ role }) => role === "backing").map(({ stem }) => stem))];
  const layers = (stems.length ? stems : (["drums", "bass", "other"] as const)).flatMap((stem) => fresh(plan, section, phrase, stem, "backing") ?? []);
  const next: Section = { ...section, backing: phrase.id, drums: null, layers: [...section.layers.filter(({ role }) => role === "lead"), ...layers], score_percent: null, description: "" };
  return changed(plan, withSection(plan, at, next), `${phrase.id} plays in ${placeWords(plan, at)}`);
}

export function withEffect(plan: Plan, at: At, effect: Effect, isOn: boolean): Plan {
  const layer = layerAt(plan, at);
  if (!layer || layer.effects.includes(effect) === isOn || (isOn && layer.effects.length >= 4)) return plan;
  const effects = isOn ? [...layer.effects, effect] : layer.effects.filter((one) => one !== effect);
  return withLayer(plan, at, { effects }, `${effectName(effect)} ${isOn ? "on" : "off"} for ${layerName(layer)} in ${placeWords(plan, at.section)}`);
}

export const effectName = (effect: string): string => effect.replaceAll("_", " ");

/** Sections in another order; their bars are counted anew. */
export function reordered(plan: Plan, from: number, to: number): Plan {
  const { timeline } = plan.masterplan;
  const section = timeline[from];
  if (!section || to < 0 || to >= timeline.length || from === to) return plan;
  const order = timeline.toSpliced(from, 1).toSpliced(to, 0, section);
  return changed(plan, counted(plan, order), `${section.label} is now section ${to + 1}`);
}

export function withoutSection(plan: Plan, at: number): Plan {
  const { timeline } = plan.masterplan;
  const section = timeline[at];
  if (!section || timeline.length < 2) return plan;
  return changed(plan, counted(plan, timeline.toSpliced(at, 1)), `section ${at + 1}, ${section.label}, taken out`);
}

function counted(plan: Plan, sections: readonly Section[]): Section[] {
  const bar_s = barOf(plan);
  let bar = 0;
  return sections.map((section) => {
    const placed = { ...section, start_bar: bar, time_start_sec: bar * bar_s, duration_sec: section.n_bars * bar_s };
    bar += section.n_bars;
    return placed;
  });
}

/** The plan as it is sent to have one section planned anew. */
export function opened(plan: Plan, at: number): Plan {
  const section = plan.masterplan.timeline[at];
  if (!section) return plan;
  return changed(plan, withSection(plan, at, { ...section, lead: null, backing: "?", drums: null, layers: [], score_percent: null, description: "" }), `${placeWords(plan, at)}, planned anew`);
}

/** Which sections sound different in two plans, as seen from the second. */
export function differingSections(a: Plan, b: Plan): number[] {
  const text = (section: Section | undefined): string => JSON.stringify(section ? [section.n_bars, section.layers] : null);
  return b.masterplan.timeline.map((section, i) => (text(section) === text(a.masterplan.timeline[i]) ? -1 : i)).filter((i) => i >= 0);
}

/** Whether two plans sound the same, whatever their words. */
export const soundsAlike = (a: Plan, b: Plan): boolean =>
  a === b || (a.masterplan.timeline.length === b.masterplan.timeline.length && a.masterplan.global.targetBPM === b.masterplan.global.targetBPM && differingSections(a, b).length === 0);

/** What became of a wish: what the language model has changed, and what there is to know of it. */
export function answerOf(given: Plan | null, plan: Plan): { answer: string[]; isModel: boolean } {
  const { planner, version, changes, notes } = plan.origin;
  // where the model has not answered, the plan comes back as it was, with one note more
  const isModel = planner === "model" && (given === null || version > given.origin.version);
  const known = given?.origin.notes ?? [];
  const fresh = known.every((note, at) => notes[at] === note) ? notes.slice(known.length) : notes;
  return { answer: [...(isModel ? changes : []), ...fresh], isModel };
}
