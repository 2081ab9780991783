/** What a mashup's page keeps in the browser between visits, with a revision: two tabs never write over each other unseen. */
import type { History } from "./history";

/** Steps that are kept to be undone after the page was left. */
export const MOST_KEPT = 12;

export interface Shelf {
  revision: string;
}

export class ShelfStore<State extends object> {
  #storage: Pick<Storage, "getItem" | "setItem">;
  /** What this page knows to be there. */
  #revision: string | null = null;

  constructor(storage: Pick<Storage, "getItem" | "setItem">) {
    this.#storage = storage;
  }

  /** What is kept under a name; from now on this page knows of it. */
  take(key: string): (State & Shelf) | null {
    const found = this.#read(key);
    this.#revision = found?.revision ?? null;
    return found;
  }

  /** Keep a state; where another page has kept one since, nothing is written and that one comes back. */
  keep(key: string, states: readonly State[]): (State & Shelf) | null {
    const found = this.#read(key);
    if (found && found.revision !== this.#revision) return this.take(key);
    const revision = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    for (const state of states) {
      try {
        this.#storage.setItem(key, JSON.stringify({ ...state, revision }));
        this.#revision = revision;
        return null;
      } catch {
        // too much for the storage: the next has less in it; without any the changes last as long as the page
      }
    }
    return null;
  }

  #read(key: string): (State & Shelf) | null {
    try {
      const found = JSON.parse(this.#storage.getItem(key) ?? "null") as (State & Shelf) | null;
      return found && typeof found === "object" ? found : null;
    } catch {
      return null; // what was kept cannot be read: the page begins anew
    }
  }
}

/** The last steps of a history, the present one among them. */
export function lastOf({ plans, at }: History, most = MOST_KEPT): History {
  const from = Math.max(0, Math.min(at, plans.length - most));
  const kept = plans.slice(from, from + most);
  return { plans: kept, at: at - from };
}
