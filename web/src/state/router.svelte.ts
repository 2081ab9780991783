/** Where we are: paths of the History API, pages loaded when they are first asked for. */
import type { Component } from "svelte";

type Load = () => Promise<{ default: Component<any> }>;

export interface Route {
  /** Pattern with `:name` for one segment: "/master/:assetId"; a trailing `?` makes the segment optional. */
  readonly pattern: string;
  readonly title: string;
  readonly load: Load;
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

export function match(routes: readonly Route[], path: string): Match | null {
  const given = path.split("/").filter(Boolean);
  for (const route of routes) {
    const wanted = route.pattern.split("/").filter(Boolean);
    if (given.length > wanted.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, index) => {
      const value = given[index];
      if (value === undefined) return part.endsWith("?");
      if (!part.startsWith(":")) return part === value;
      try {
        params[part.slice(1).replace(/\?$/, "")] = decodeURIComponent(value);
      } catch {
        return false; // a broken percent sign is no page of ours
      }
      return true;
    });
    if (fits) return { route, params };
  }
  return null;
}

class Router {
  path = $state(location.pathname);
  search = $state(location.search);
  query = $derived(new URLSearchParams(this.search));

  constructor() {
    addEventListener("popstate", () => this.#read());
    addEventListener("click", (event) => this.#click(event));
  }

  #read(): void {
    this.path = location.pathname;
    this.search = location.search;
  }

  /** Go to an address of the studio; with `replace` the present one is not kept in the history. */
  go(address: string, { replace = false } = {}): void {
    const to = new URL(address, location.href);
    if (to.href === location.href) return;
    history[replace ? "replaceState" : "pushState"](null, "", to);
    const before = this.path;
    this.#read();
    if (before !== this.path) document.getElementById("main")?.scrollTo(0, 0);
  }

  /** Change the query of this page; null takes a name away. */
  setQuery(change: Record<string, string | null>): void {
    const query = new URLSearchParams(this.search);
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === "") query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(this.path + (text ? `?${text}` : ""), { replace: true });
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link?.href || link.target || link.hasAttribute("download")) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || /^\/(api|health|metrics)(\/|$)/.test(to.pathname)) return;
    if (to.pathname === location.pathname && to.hash) return;
    event.preventDefault();
    this.go(to.href);
  }
}

export const router = new Router();
