/** What can be done by name (Ctrl+K) or by key (?): pages add their commands while they are shown. */
import { SvelteMap } from "svelte/reactivity";

export interface Command {
  /** Stable name: "go.library". */
  id: string;
  title: string;
  group: string;
  /** Keys as in "Ctrl+K", "g l" (one after the other), "Space", "?". */
  keys?: string;
  run: () => void;
  /** Left out of the palette, shown in the sheet only. */
  isKeyOnly?: boolean;
}

const EDITABLE = "input:not([type=checkbox]):not([type=radio]):not([type=range]):not([type=button]), textarea, select, [contenteditable=true]";
const SEQUENCE_MS = 900;

/** The name of a key press as it is written in `keys`. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isSign = event.key.length === 1 && event.key.toLowerCase() === event.key.toUpperCase();
  return [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey && !isSign ? "Shift" : "", key].filter(Boolean).join("+");
}

class Commands {
  readonly all = new SvelteMap<string, Command>();
  isPaletteOpen = $state(false);
  isSheetOpen = $state(false);
  #before = "";
  #at = 0;

  /** Add commands; the answer takes them away. For pages: `$effect(() => commands.add([...]))`. */
  add(given: readonly Command[]): () => void {
    for (const command of given) this.all.set(command.id, command);
    return () => {
      for (const command of given) if (this.all.get(command.id) === command) this.all.delete(command.id);
    };
  }

  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    const target = event.target instanceof Element ? event.target : null;
    const isTyping = target !== null && target.closest(EDITABLE) !== null;
    if (isTyping && !name.startsWith("Ctrl+")) return;
    if (document.querySelector("dialog[open]") !== null && !name.startsWith("Ctrl+")) return;
    // a focused button or slider keeps the keys it answers to itself
    if (target?.closest("button, a[href], summary, input, [role=slider], [role=menu]") && ["Space", "Enter"].includes(name)) return;
    if (target?.closest("input, [role=slider], [role=radiogroup], [role=menu], [role=tablist]") && /Arrow|Home|End|Page/.test(name)) return;
    const now = Date.now();
    const sequence = now - this.#at < SEQUENCE_MS ? `${this.#before} ${name}` : "";
    this.#before = name;
    this.#at = now;
    for (const command of this.all.values()) {
      const wanted = command.keys?.split(" or ").map(normal) ?? [];
      if (!wanted.includes(name) && !(sequence && wanted.includes(sequence))) continue;
      event.preventDefault();
      this.#before = "";
      command.run();
      return;
    }
  }
}

function normal(keys: string): string {
  return keys
    .split(" ")
    .map((one) => (one.length > 1 && one.includes("+") ? one.replace(/\+(\w)$/, (_all, key: string) => `+${key.toLowerCase()}`) : one.length === 1 ? one.toLowerCase() : one))
    .join(" ");
}

export const commands = new Commands();
