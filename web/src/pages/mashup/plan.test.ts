import { describe, expect, it } from "vitest";
import { added, answerOf, barOf, differingSections, isSilent, lanesOf, type Layer, levelled, moved, opened, type PhraseRow, type Plan, removed, reordered, type Section, shifted, soundsAlike, swapped, withBacking, withEffect, withLayer, withLead, withoutSection } from "./plan";

const layer = (songId: string, stem: Layer["stem"], phrase: string, change: Partial<Layer> = {}): Layer => ({
  songId,
  stem,
  volume_db: 0,
  effects: [],
  role: stem === "vocals" ? "lead" : "backing",
  phrase,
  source_bar: 8,
  n_offset_bars: 0,
  n_bars: 8,
  tempo_factor: "same",
  shift_semitones: stem === "drums" ? 0 : songId === "A" ? 1 : -1,
  rate_percent: songId === "A" ? 103 : 98,
  fade_in_s: 0,
  fade_out_s: 0,
  automation: [],
  ...change,
});

const section = (start_bar: number, layers: Layer[], change: Partial<Section> = {}): Section => ({
  time_start_sec: start_bar * 2,
  duration_sec: 16,
  description: "",
  energy_level: 5,
  layers,
  label: "verse",
  start_bar,
  n_bars: 8,
  lead: "A2",
  backing: "B1",
  drums: null,
  score_percent: 71,
  ...change,
});

const plan: Plan = {
  creative_vision: "",
  masterplan: {
    title: "A over B",
    artistCredits: "",
    global: { targetBPM: 120, targetKey: "A minor", timeSignature: [4, 4] },
    timeline: [
      section(0, [layer("B", "drums", "B1"), layer("B", "bass", "B1")], { lead: null, score_percent: null, label: "intro" }),
      section(8, [layer("A", "vocals", "A2"), layer("B", "drums", "B1"), layer("B", "bass", "B1")]),
      section(16, [layer("A", "vocals", "A3"), layer("B", "drums", "B2"), layer("B", "other", "B2")], { lead: "A3", backing: "B2" }),
    ],
    problems_and_solutions: [],
  },
  songs: [
    { songId: "A", name: "a", tempo_bpm: 116, key: "G minor", tempo_factor: "same", rate_percent: 103, shift_semitones: 1, lead_share_percent: 100, backing_share_percent: 0 },
    { songId: "B", name: "b", tempo_bpm: 122, key: "A minor", tempo_factor: "same", rate_percent: 98, shift_semitones: -1, lead_share_percent: 0, backing_share_percent: 100 },
  ],
  origin: { planner: "rules", style: "classic", energy_arc: "arc", n_slot_bars: 8, cost: 3, terms: [], violations: [], version: 1, changes: [], notes: [] },
};
const phrase: PhraseRow = { id: "A5", songId: "A", start_bar: 32, n_bars: 8, start_s: 60, end_s: 76, label: "chorus", energy_1_10: 8, vocal_share: 0.8, loudness_lufs: -12, is_on_section: true };

it("counts its bars", () => expect(barOf(plan)).toBe(2));

it("has one row for each stem that sounds", () => {
  expect(lanesOf(plan).map(({ songId, stem, blocks }) => [songId, stem, blocks.map(({ start_bar }) => start_bar)])).toEqual([
    ["A", "vocals", [8, 16]],
    ["B", "other", [16]],
    ["B", "bass", [0, 8]],
    ["B", "drums", [0, 8, 16]],
  ]);
});

describe("a song moved in pitch", () => {
  const moves = (one: Plan, song: string): number[] => one.masterplan.timeline.flatMap(({ layers }) => layers).filter(({ songId }) => songId === song).map(({ shift_semitones }) => shift_semitones);

  it("takes all its layers along but the drums", () => {
    const next = shifted(plan, "B", 2);
    expect(moves(next, "B")).toEqual([0, 2, 0, 2, 0, 2]);
    expect(moves(next, "A")).toEqual(moves(plan, "A"));
    expect(next.songs[1]!.shift_semitones).toBe(2);
    expect(next.origin).toMatchObject({ planner: "hand", version: 2, changes: ["all of B but its drums moved by +2"] });
    expect(shifted(next, "B", 2)).toBe(next);
  });

  it("is moved as a whole where each of its layers is", () => {
    const one = withLayer(plan, { section: 1, layer: 0 }, { shift_semitones: 3 }, "");
    expect(one.songs[0]!.shift_semitones).toBe(1);
    expect(withLayer(one, { section: 2, layer: 0 }, { shift_semitones: 3 }, "").songs[0]!.shift_semitones).toBe(3);
  });
});

it("is silent without any layer", () => {
  const bare: Plan = { ...plan, masterplan: { ...plan.masterplan, timeline: [section(0, [])] } };
  expect(isSilent(bare)).toBe(true);
  expect(isSilent(opened(bare, 0))).toBe(false);
  expect(isSilent(plan)).toBe(false);
});

describe("changes by hand", () => {
  it("leave the plan before as it was, and count versions", () => {
    const before = JSON.stringify(plan);
    const next = levelled(plan, { section: 1, layer: 0 }, -3.04);
    expect(JSON.stringify(plan)).toBe(before);
    expect(next.masterplan.timeline[1]!.layers[0]!.volume_db).toBe(-3);
    expect(next.origin).toMatchObject({ planner: "hand", version: 2, changes: ["A vocals at -3.0 dB in section 2, verse"] });
    expect(levelled(next, { section: 1, layer: 0 }, -3)).toBe(next);
    expect(levelled(plan, { section: 1, layer: 0 }, 99).masterplan.timeline[1]!.layers[0]!.volume_db).toBe(12);
  });

  it("move a layer within its section", () => {
    const late = moved(plan, { section: 1, layer: 0 }, 3);
    expect(late.plan.masterplan.timeline[1]!.layers[0]).toMatchObject({ n_offset_bars: 3, n_bars: 5 });
    const back = moved(late.plan, late.at, -3);
    expect(back.plan.masterplan.timeline[1]!.layers[0]).toMatchObject({ n_offset_bars: 0, n_bars: 8 });
  });

  it("move a layer over to another section", () => {
    const found = moved(plan, { section: 1, layer: 0 }, -6);
    expect(found.at).toEqual({ section: 0, layer: 2 });
    const [intro, verse] = found.plan.masterplan.timeline;
    expect(intro!.layers[2]).toMatchObject({ songId: "A", stem: "vocals", n_offset_bars: 2, n_bars: 6 });
    expect(intro!.lead).toBe("A2");
    expect(verse!.lead).toBeNull();
    expect(verse!.score_percent).toBeNull();
  });

  it("never move a layer out of the plan", () => {
    expect(moved(plan, { section: 0, layer: 0 }, -50).plan).toBe(plan);
    const last = moved(plan, { section: 2, layer: 0 }, 50);
    expect(last.plan.masterplan.timeline[2]!.layers[0]).toMatchObject({ n_offset_bars: 7, n_bars: 1 });
  });

  it("swap a phrase with all that its song brings", () => {
    const next = swapped(plan, { section: 1, layer: 2 }, { ...phrase });
    expect(next.masterplan.timeline[1]!.layers[2]).toMatchObject({ songId: "A", stem: "bass", phrase: "A5", source_bar: 32, rate_percent: 103, shift_semitones: 1 });
    expect(next.masterplan.timeline[1]!.backing).toBe("A5");
    const drums = swapped(plan, { section: 1, layer: 1 }, phrase).masterplan.timeline[1]!;
    expect(drums.layers[1]).toMatchObject({ stem: "drums", shift_semitones: 0 });
    expect([drums.backing, drums.drums]).toEqual(["B1", "A5"]);
    expect(swapped(plan, { section: 1, layer: 0 }, phrase).masterplan.timeline[1]!.lead).toBe("A5");
  });

  it("take out and add layers", () => {
    const without = removed(plan, { section: 1, layer: 0 });
    expect(without.masterplan.timeline[1]!.layers).toHaveLength(2);
    expect(without.masterplan.timeline[1]!.lead).toBeNull();
    const again = added(without, 1, phrase, "vocals")!;
    expect(again.at).toEqual({ section: 1, layer: 2 });
    expect(again.plan.masterplan.timeline[1]!.layers[2]).toMatchObject({ role: "lead", phrase: "A5", n_bars: 8 });
    expect(added(plan, 1, phrase, "vocals")!.plan.masterplan.timeline[1]!.layers[3]!.role).toBe("backing");
  });

  it("keep the planner's words on a section only as long as they hold", () => {
    const timeline = plan.masterplan.timeline.map((one) => ({ ...one, description: "as planned" }));
    const told: Plan = { ...plan, masterplan: { ...plan.masterplan, timeline } };
    expect(levelled(told, { section: 1, layer: 0 }, -3).masterplan.timeline[1]!.description).toBe("as planned");
    expect(removed(told, { section: 1, layer: 0 }).masterplan.timeline[1]!.description).toBe("");
    expect(swapped(told, { section: 1, layer: 0 }, phrase).masterplan.timeline[1]!.description).toBe("");
  });

  it("let other phrases lead and back", () => {
    const led = withLead(plan, 0, phrase).masterplan.timeline[0]!;
    expect(led.lead).toBe("A5");
    expect(led.layers[0]).toMatchObject({ songId: "A", stem: "vocals", role: "lead", source_bar: 32 });
    expect(withLead(plan, 1, null).masterplan.timeline[1]).toMatchObject({ lead: null, score_percent: null });
    const backed = withBacking(plan, 1, phrase).masterplan.timeline[1]!;
    expect(backed.layers.map(({ songId, stem, role }) => `${songId} ${stem} ${role}`)).toEqual(["A vocals lead", "A drums backing", "A bass backing"]);
    expect(backed.layers[1]!.shift_semitones).toBe(0);
    expect(withBacking(plan, 1, { ...phrase, id: "B1", songId: "B" })).toBe(plan);
  });

  it("switch effects, four at most", () => {
    let next = plan;
    for (const effect of ["reverb", "delay", "echo_out", "sidechain", "vinyl_stop"] as const) next = withEffect(next, { section: 1, layer: 0 }, effect, true);
    expect(next.masterplan.timeline[1]!.layers[0]!.effects).toEqual(["reverb", "delay", "echo_out", "sidechain"]);
    expect(withEffect(next, { section: 1, layer: 0 }, "delay", false).masterplan.timeline[1]!.layers[0]!.effects).toEqual(["reverb", "echo_out", "sidechain"]);
  });

  it("reorder and take out sections without gaps", () => {
    const next = reordered(plan, 2, 0);
    expect(next.masterplan.timeline.map(({ start_bar, time_start_sec, lead }) => [start_bar, time_start_sec, lead])).toEqual([
      [0, 0, "A3"],
      [8, 16, null],
      [16, 32, "A2"],
    ]);
    expect(withoutSection(plan, 0).masterplan.timeline.map(({ start_bar }) => start_bar)).toEqual([0, 8]);
    expect(reordered(plan, 0, 9)).toBe(plan);
  });

  it("open a section to be planned anew", () => {
    const section = opened(plan, 1).masterplan.timeline[1]!;
    expect([section.backing, section.layers, section.n_bars]).toEqual(["?", [], 8]);
  });

  it("tell what sounds different", () => {
    expect(differingSections(plan, levelled(plan, { section: 2, layer: 0 }, 2))).toEqual([2]);
    expect(differingSections(plan, plan)).toEqual([]);
    expect(soundsAlike(plan, { ...plan, creative_vision: "another idea" })).toBe(true);
    expect(soundsAlike(plan, withoutSection(plan, 2))).toBe(false);
  });
});

describe("an answer to a wish", () => {
  const by = (planner: "rules" | "model", version: number, notes: string[], changes: string[] = []): Plan => ({ ...plan, origin: { ...plan.origin, planner, version, notes, changes } });

  it("is the model's where it has changed the plan", () => {
    expect(answerOf(by("rules", 3, ["old"]), by("model", 4, ["old", "new"], ["section 2: lead A2 → B1"]))).toEqual({ isModel: true, answer: ["section 2: lead A2 → B1", "new"] });
  });

  it("is not the model's where it has not answered, even if it made the plan before", () => {
    const before = by("model", 4, ["old"], ["what was changed then"]);
    expect(answerOf(before, by("model", 4, ["old", "No language model is set."], ["what was changed then"]))).toEqual({ isModel: false, answer: ["No language model is set."] });
  });
});
