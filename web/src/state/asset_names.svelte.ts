/** What assets are called, for pages that know only their ids. Each is asked for once, a few at a time. */
import { SvelteMap } from "svelte/reactivity";
import { api, ApiError } from "../api/client";
import type { Asset } from "../api/types";

export type Named = Pick<Asset, "id" | "name" | "title" | "is_audio" | "kind" | "deleted_at">;

const N_AT_ONCE = 4;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isId = (text: unknown): text is string => typeof text === "string" && UUID.test(text);

class AssetNames {
  /** `null`: there is no such asset. */
  #known = new SvelteMap<string, Named | null>();
  #asked = new Set<string>();
  #waiting: string[] = [];
  #nAsking = 0;

  /** The asset, null if there is none, undefined while that is not known. */
  get(id: string): Named | null | undefined {
    return this.#known.get(id);
  }

  ask(id: string): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    this.#waiting.push(id);
    this.#next();
  }

  #next(): void {
    while (this.#nAsking < N_AT_ONCE) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      this.#nAsking += 1;
      void api
        .asset(id)
        .then(
          (asset) => this.#known.set(id, asset),
          (error: unknown) => {
            if (error instanceof ApiError && error.status === 404) this.#known.set(id, null);
            else this.#asked.delete(id); // asked again when it is shown again
          },
        )
        .finally(() => {
          this.#nAsking -= 1;
          this.#next();
        });
    }
  }
}

export const assetNames = new AssetNames();
