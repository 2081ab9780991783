/** The mashup zone: its songs, and what is made of them. The address keeps the songs. */
import { router } from "../../state/router.svelte";
import { MashSong } from "./song.svelte";

export const MOST_SONGS = 6;

export class Zone {
  songs = $state.raw<MashSong[]>([]);
  /** The song that leads; null leaves it to the planner. */
  lead = $state<string | null>(null);

  isAnalysed = $derived(this.songs.length >= 2 && this.songs.every(({ analysis }) => analysis !== null));

  constructor(ids: readonly string[]) {
    this.songs = [...new Set(ids)].slice(0, MOST_SONGS).map((id) => new MashSong(id));
  }

  close(): void {
    for (const song of this.songs) song.close();
  }

  add(ids: readonly string[]): void {
    const fresh = ids.filter((id) => !this.songs.some((song) => song.id === id));
    this.songs = [...this.songs, ...fresh.slice(0, MOST_SONGS - this.songs.length).map((id) => new MashSong(id))];
    this.#remember();
  }

  remove(id: string): void {
    this.songs.find((song) => song.id === id)?.close();
    this.songs = this.songs.filter((song) => song.id !== id);
    if (this.lead === id) this.lead = null;
    this.#remember();
  }

  #remember(): void {
    router.setQuery({ songs: this.songs.map(({ id }) => id).join(",") || null });
  }
}
