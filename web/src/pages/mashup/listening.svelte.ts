/** The versions as they can be heard: all on one clock, so that one can be compared with another. */
import type { Lane } from "../../draw/Lanes.svelte";
import { player, type PlayerTrack, soundOf } from "../../parts/transport/player.svelte";
import { type Song, songOf } from "../../parts/transport/song";
import { toasts } from "../../state/toasts.svelte";
import type { Version, Zone } from "./zone.svelte";

export class Listening {
  readonly #zone: Zone;
  #ready = $state.raw<Record<string, Song>>({});
  #asked = new Set<string>();
  #abort = new AbortController();
  /** The version that the heard one is compared with. */
  other = $state<string | null>(null);

  key = $derived.by(() => `mashup:${this.#zone.ids.join()}`);
  isMine = $derived(player.programme?.key === this.key);
  /** The version that is heard, or would be. */
  heard: Version | null = $derived.by(() => {
    const { versions } = this.#zone;
    const id = this.isMine ? player.snapshot.audible[0] : undefined;
    return versions.find(({ file }) => file === id) ?? versions.find(({ file }) => this.#ready[file]) ?? null;
  });

  tracks: PlayerTrack[] = $derived.by(() => {
    const all = this.#zone.versions.flatMap((version, at) => {
      const sounding = this.#ready[version.file];
      return sounding ? [{ id: version.file, name: `Version ${version.number}`, colour: at === 0 ? "accent" : "master", sound: soundOf(sounding.manifest) }] : [];
    });
    // one that is longer or shorter begins anew at its end
    const long = all[0] ? all[0].sound.n_samples / all[0].sound.sample_rate : 0;
    return all.map((track) => ({ ...track, isStranger: Math.abs(track.sound.n_samples / track.sound.sample_rate - long) > 0.5 }));
  });

  lanes: Lane[] = $derived.by(() => {
    const shown = [this.heard, this.#zone.versions.find(({ file }) => file === this.other)].filter((version, at, all): version is Version => version != null && all.indexOf(version) === at);
    return shown.flatMap((version) => {
      const sounding = this.#ready[version.file];
      const track = this.tracks.find(({ id }) => id === version.file);
      return sounding ? [{ id: version.file, name: `Version ${version.number}`, colour: track?.colour ?? "accent", files: sounding.peaks, period_s: track?.isStranger ? sounding.manifest.duration_s : null }] : [];
    });
  });

  duration_s = $derived.by(() => (this.tracks[0] ? this.tracks[0].sound.n_samples / this.tracks[0].sound.sample_rate : 0));

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  close(): void {
    this.#abort.abort();
  }

  isReady(version: Version): boolean {
    return this.#ready[version.file] !== undefined;
  }

  /** Wait until a version can be heard. */
  async load(file: string): Promise<void> {
    if (this.#asked.has(file)) return;
    this.#asked.add(file);
    const { signal } = this.#abort;
    try {
      const song = await songOf(file, signal);
      this.#ready = { ...this.#ready, [file]: song };
    } catch (error) {
      this.#asked.delete(file);
      if (!signal.aborted) toasts.problem(error);
    }
  }

  /** Give the versions to the player; what plays goes on. */
  hand(): void {
    if (this.tracks.length === 0) return;
    if (player.isPlaying && !this.isMine) return;
    const title = this.heard?.result.plan.masterplan.title ?? "Mashup";
    player.open({ key: this.key, title, artist: null, href: `/mashup${location.search}` }, this.tracks);
    player.engine.keepWarm(this.lanes.map(({ id }) => id));
  }

  hear(version: Version): void {
    if (!this.isReady(version)) return;
    if (this.heard && this.heard.file !== version.file) this.other = this.heard.file;
    if (!this.isMine) player.engine.pause();
    this.hand();
    player.engine.listen(version.file);
  }
}
