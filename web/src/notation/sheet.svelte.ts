/** Music on the page: alphaTab's picture, where each note stands in it, and where the recording is. */
import { colours } from "../draw/canvas";
import { type AlphaTab, type Api, loadAlphaTab, makeApi } from "./alphatab";
import { firstChangedBar } from "./changes";
import { type Anchor, barEdges, lastAtOrBefore, timeIn } from "./times";

export type View = "tab" | "standard" | "both";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  /** In a tab: the number of its system. */
  tab?: number;
}

/** A note of the transcription as the page looks for it in the picture. */
export interface SheetNote {
  name: string;
  midi: number;
  /** In quarters from the first bar. */
  quarters: number;
  string: number | null;
}

export interface Music {
  text: string;
  /** alphaTex holds no drums; MusicXML does. */
  format: "alphatex" | "musicxml";
  /** When each bar begins in the recording. */
  bars_s: readonly (number | null)[];
  end_s: number;
  notes: readonly SheetNote[];
}

const TICKS = 960; // a quarter, in alphaTab

export class Sheet {
  state = $state<"loading" | "drawing" | "drawn" | "failed">("loading");
  /** The music that is seen. */
  drawn = $state.raw<Music | null>(null);
  failure = $state("");
  /** Where each note is drawn, by its name: on both staves, and again for each tied head. */
  boxes = $state.raw<ReadonlyMap<string, Box[]>>(new Map());
  anchors = $state.raw<Anchor[]>([]);
  /** Where each bar is drawn. */
  bars = $state.raw<Box[]>([]);
  edges_s = $state.raw<number[]>([]);
  /** Open strings as MIDI numbers, string 1 first, capo not counted; empty without a neck. */
  tuning = $state.raw<readonly number[]>([]);
  #element: HTMLElement;
  #api: Api | null = null;
  #library: typeof AlphaTab | null = null;
  #music: Music | null = null;
  #view: View = "both";
  #scale = 1;
  #isClosed = false;
  #waiting: { music: Music; resolve: (api: Api) => void }[] = [];
  #names = new Map<AlphaTab.model.Note, string>();
  /** Where the first line of each system's tab is, and how far the next is. */
  #lines: { first: number; step: number }[] = [];

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** The library with this music in it, as soon as it is drawn: for hearing what is written. */
  ready(music: Music): Promise<Api> {
    if (this.state === "drawn" && this.#music === music && this.#api) return Promise.resolve(this.#api);
    return new Promise((resolve) => this.#waiting.push({ music, resolve }));
  }

  async show(music: Music, view: View, scale: number): Promise<void> {
    const isSame = music === this.#music;
    const isDrawn = !isSame && this.state === "drawn" && view === this.#view && scale === this.#scale && music.format === this.#music?.format && music.text === this.#music.text;
    const from = view === this.#view && scale === this.#scale ? this.#firstChange(music) : undefined;
    [this.#music, this.#view, this.#scale] = [music, view, scale];
    if (isDrawn) return this.#place(); // a place that is kept, say, looks as before
    try {
      this.#library ??= await loadAlphaTab();
      if (this.#isClosed || music !== this.#music) return;
      this.state = "drawing";
      const api = (this.#api ??= this.#make(this.#library));
      this.#dress(api.settings);
      api.updateSettings();
      if (isSame && api.score) {
        this.#lay(api.score);
        api.render();
        return;
      }
      const score = this.#read(music, this.#library, api.settings);
      this.#lay(score);
      api.renderScore(score, undefined, from === undefined ? undefined : { firstChangedMasterBar: from, reuseViewport: true });
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#api?.destroy();
    this.#api = null;
  }

  /** Where a note would stand on a string of the tab: below or above where it stands now; null where it is not in a tab. */
  placeOn(name: string, string: number): Box | null {
    const box = this.boxes.get(name)?.find(({ tab }) => tab !== undefined);
    const lines = box?.tab === undefined ? undefined : this.#lines[box.tab];
    return box && lines ? { ...box, y: lines.first + (string - 1) * lines.step - box.height / 2 } : null;
  }

  /** The bar from which the picture of other music differs from the one that is there; none where all is new. */
  #firstChange(music: Music): number | undefined {
    const before = this.#music;
    if (this.state !== "drawn" || !before || before.format !== "alphatex" || music.format !== "alphatex") return undefined;
    const changed = firstChangedBar(before.text, music.text);
    // a slur or tie reaches into the bar before
    return changed === undefined ? undefined : Math.max(0, changed - 1);
  }

  /** The note drawn here, if there is one within a finger's reach. */
  noteAt(x: number, y: number, reach = 9): string | null {
    let best: [number, string] | null = null;
    for (const [name, boxes] of this.boxes) {
      for (const box of boxes) {
        const away = Math.hypot(Math.max(box.x - x, 0, x - box.x - box.width), Math.max(box.y - y, 0, y - box.y - box.height));
        if (away <= reach && (best === null || away < best[0])) best = [away, name];
      }
    }
    return best?.[1] ?? null;
  }

  /** The bar drawn here, from 0. */
  barAt(x: number, y: number): number | null {
    const at = this.bars.findIndex((bar) => x >= bar.x && x < bar.x + bar.width && y >= bar.y && y < bar.y + bar.height);
    return at < 0 ? null : at;
  }

  /** The bar that sounds at a time. */
  barAtTime(time_s: number): number {
    return Math.min(Math.max(0, this.edges_s.length - 2), Math.max(0, lastAtOrBefore(this.edges_s, time_s, (edge) => edge)));
  }

  #read(music: Music, library: typeof AlphaTab, settings: AlphaTab.Settings): AlphaTab.model.Score {
    if (music.format === "alphatex") {
      const importer = new library.importer.AlphaTexImporter();
      importer.initFromString(music.text, settings);
      return importer.readScore();
    }
    const score = library.importer.ScoreLoader.loadScoreFromBytes(new TextEncoder().encode(music.text), settings);
    // the file tells drums apart but does not name them: alphaTab numbers them as they come, chords from the lowest up
    const drums = [...new Set([...music.notes].sort((a, b) => a.quarters - b.quarters || a.midi - b.midi).map(({ midi }) => midi))];
    const { MusicFontSymbol } = library.model;
    for (const drum of score.tracks.flatMap((track) => track.percussionArticulations)) {
      // a drum that the file names has no head of its own in alphaTab: a stem would stand alone
      if (drum.noteHeadDefault !== MusicFontSymbol.None) continue;
      [drum.noteHeadDefault, drum.noteHeadHalf, drum.noteHeadWhole] = [MusicFontSymbol.NoteheadBlack, MusicFontSymbol.NoteheadHalf, MusicFontSymbol.NoteheadWhole];
    }
    for (const track of score.tracks) {
      if (track.percussionArticulations.length !== drums.length) continue;
      track.percussionArticulations.forEach((drum, at) => {
        if (drum.outputMidiNumber <= 0) drum.outputMidiNumber = drums[at]!;
      });
    }
    score.applyFlatSyncPoints(
      music.bars_s.flatMap((start_s, barIndex) => (start_s === null || start_s < 0 ? [] : [{ barIndex, barPosition: 0, barOccurence: 0, millisecondOffset: 1000 * start_s }])),
    );
    return score;
  }

  #make(library: typeof AlphaTab): Api {
    const settings = new library.Settings();
    settings.core.logLevel = library.LogLevel.Error;
    settings.core.fontDirectory = null;
    settings.core.smuflFontSources = new Map();
    settings.core.includeNoteBounds = true;
    settings.core.enableLazyLoading = true;
    settings.player.playerMode = library.PlayerMode.Disabled;
    settings.display.layoutMode = library.LayoutMode.Page;
    settings.notation.rhythmMode = library.TabRhythmMode.Automatic;
    settings.display.effectBandPaddingBottom = 8; // tempo marks are drawn lower than the room they take, into chord names
    // the page says the title and the tuning itself, and shows sections in a lane of their own
    const hidden = library.NotationElement;
    for (const part of [hidden.ScoreTitle, hidden.ScoreArtist, hidden.ScoreSubTitle, hidden.ScoreAlbum, hidden.ScoreCopyright, hidden.ScoreWordsAndMusic, hidden.TrackNames, hidden.ChordDiagrams, hidden.GuitarTuning, hidden.EffectMarker, hidden.EffectDynamics, hidden.EffectLetRing]) {
      settings.notation.elements.set(part, false);
    }
    this.#dress(settings);
    const api = makeApi(library, this.#element, settings);
    api.error.on((error) => this.#fail(error));
    api.postRenderFinished.on(() => this.#place());
    return api;
  }

  #fail(error: unknown): void {
    this.state = "failed";
    this.failure = error instanceof Error ? error.message : String(error);
  }

  /** Colours and fonts of the studio. */
  #dress(settings: AlphaTab.Settings): void {
    const { model } = this.#library!;
    const tone = colours("text-1", "text-2", "text-3", "edge");
    const colour = (value: string): AlphaTab.model.Color => model.Color.fromJson(value)!;
    const { resources } = settings.display;
    resources.mainGlyphColor = colour(tone["text-1"]);
    resources.secondaryGlyphColor = colour(tone["text-2"]);
    resources.scoreInfoColor = colour(tone["text-2"]);
    resources.barNumberColor = colour(tone["text-3"]);
    resources.staffLineColor = colour(tone.edge);
    resources.barSeparatorColor = colour(tone["text-2"]);
    const family = "'Inter Variable', sans-serif";
    const font = (size: number, weight: AlphaTab.model.FontWeight): AlphaTab.model.Font => new model.Font(family, size, model.FontStyle.Plain, weight);
    resources.tablatureFont = font(13, model.FontWeight.Regular);
    resources.graceFont = font(11, model.FontWeight.Regular);
    for (const element of resources.elementFonts.keys()) resources.elementFonts.set(element, font(12, model.FontWeight.Regular));
    resources.effectFont = font(12, model.FontWeight.Regular);
    resources.barNumberFont = font(10, model.FontWeight.Regular);
    settings.display.scale = this.#scale;
    settings.display.padding = [4, 4, 4, 12];
    this.#element.style.setProperty("--music-size", `${resources.engravingSettings.musicFontSize}px`);
  }

  /** What is drawn. */
  #lay(score: AlphaTab.model.Score): void {
    for (const track of score.tracks) {
      for (const staff of track.staves) {
        const hasNeck = staff.stringTuning.tunings.length > 0;
        staff.showTablature = hasNeck && this.#view !== "standard";
        staff.showStandardNotation = !hasNeck || this.#view !== "tab";
      }
    }
  }

  /** Learn from the finished picture where everything is. */
  #place(): void {
    const lookup = this.#api?.boundsLookup;
    const music = this.#music;
    if (!lookup || !music) return;
    const edges = barEdges(music.bars_s, music.end_s);
    const known = new Map(music.notes.map((note) => [`${Math.round(note.quarters * TICKS)}|${note.string ?? `m${note.midi}`}`, note.name]));
    const boxes = new Map<string, Box[]>();
    const anchors: Anchor[] = [];
    const bars: Box[] = [];
    this.#names.clear();
    this.tuning = this.#api?.score?.tracks[0]?.staves[0]?.stringTuning.tunings ?? [];
    const heights: Map<number, number>[] = [];
    for (const [row, system] of lookup.staffSystems.entries()) {
      const held = new Map<number, number>();
      heights.push(held);
      const top = system.visualBounds.y;
      const { h: height } = system.visualBounds;
      for (const master of system.bars) {
        const { x, w } = master.realBounds;
        bars[master.index] = { x, y: top, width: w, height };
        for (const [stave, bar] of master.bars.entries()) {
          for (const beat of bar.beats) {
            if (stave === 0) anchors.push({ time_s: this.#timeOf(beat.beat, edges), x: beat.onNotesX, y: top, height, isEnd: false });
            for (const note of beat.notes ?? []) {
              // a picture of the music before may come when other music is here already
              const name = (note.note as AlphaTab.model.Note | undefined) ? this.#nameOf(note.note, known) : null;
              if (name === null) continue;
              const { x: left, y, w: width, h } = note.noteHeadBounds;
              const isTab = note.note.isStringed && this.#view !== "standard" && stave === master.bars.length - 1;
              if (isTab) held.set(note.note.beat.voice.bar.staff.tuning.length - note.note.string + 1, y + h / 2);
              boxes.set(name, [...(boxes.get(name) ?? []), { x: left, y, width, height: h, ...(isTab ? { tab: row } : {}) }]);
            }
          }
        }
      }
      const last = system.bars.at(-1)!;
      anchors.push({ time_s: edges[last.index + 1] ?? music.end_s, x: last.realBounds.x + last.realBounds.w, y: top, height, isEnd: true });
    }
    this.edges_s = edges;
    this.anchors = anchors.sort((a, b) => a.time_s - b.time_s || Number(b.isEnd) - Number(a.isEnd));
    this.bars = bars;
    this.boxes = boxes;
    this.#lines = linesOf(heights);
    this.state = "drawn";
    this.drawn = music;
    const waiting = this.#waiting.filter((one) => one.music === music);
    this.#waiting = this.#waiting.filter((one) => one.music !== music);
    for (const { resolve } of waiting) resolve(this.#api!);
  }

  #timeOf(beat: AlphaTab.model.Beat, edges: readonly number[]): number {
    const bar = beat.voice.bar;
    return timeIn(edges, bar.index, beat.playbackStart / Math.max(1, bar.masterBar.calculateDuration()));
  }

  #nameOf(note: AlphaTab.model.Note, known: ReadonlyMap<string, string>): string | null {
    const origin = note.isTieDestination && note.tieOrigin ? note.tieOrigin : note;
    const before = this.#names.get(origin);
    if (before !== undefined) return before;
    const { beat } = origin;
    const tick = beat.voice.bar.masterBar.start + beat.displayStart;
    const { staff } = beat.voice.bar;
    const drum = staff.isPercussion ? staff.track.percussionArticulations[origin.percussionArticulation]?.outputMidiNumber : undefined;
    const name = known.get(`${tick}|${origin.isStringed ? staff.tuning.length - origin.string + 1 : `m${drum ?? origin.realValueWithoutHarmonic}`}`);
    if (name === undefined) return null;
    this.#names.set(origin, name);
    this.#names.set(note, name);
    return name;
  }
}

/** The lines of each tab, from where numbers stand on them. */
function linesOf(heights: readonly ReadonlyMap<number, number>[]): { first: number; step: number }[] {
  const steps = heights.flatMap((held) => {
    const known = [...held].sort((a, b) => a[0] - b[0]);
    const [first, last] = [known[0], known.at(-1)];
    return first && last && last[0] > first[0] ? [(last[1] - first[1]) / (last[0] - first[0])] : [];
  });
  const step = steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  return heights.map((held) => {
    const [known] = held;
    return { first: known ? known[1] - (known[0] - 1) * step : 0, step };
  });
}
