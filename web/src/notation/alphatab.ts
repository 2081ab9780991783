/**
 * alphaTab, fetched only by the pages that draw music, and drawing under the studio's content security policy.
 *
 * The policy refuses style elements and style attributes. alphaTab writes both: its two style elements are made inert
 * here (their rules stand in Sheet.svelte, the font is loaded as a FontFace), and the style attributes of its pictures
 * are set through the object model, which the policy allows. No rule of the policy is loosened for it.
 */
import type * as AlphaTab from "@coderline/alphatab";

export type { AlphaTab };
export type Api = AlphaTab.AlphaTabApi;

declare const __ALPHATAB__: string;

/** Where its files lie. */
export const PLACE = __ALPHATAB__;

let loading: Promise<typeof AlphaTab> | null = null;

/** The library with its music font, once. */
export function loadAlphaTab(): Promise<typeof AlphaTab> {
  loading ??= Promise.all([import(/* @vite-ignore */ `${PLACE}alphaTab.mjs`) as Promise<typeof AlphaTab>, loadFont()]).then(([library]) => library);
  loading.catch(() => (loading = null));
  return loading;
}

async function loadFont(): Promise<void> {
  const font = new FontFace("alphaTab", `url("${PLACE}font/Bravura.woff2") format("woff2")`, { display: "block" });
  document.fonts.add(await font.load());
}

/** Make an instance of it in an element. */
export function makeApi(library: typeof AlphaTab, element: HTMLElement, settings: AlphaTab.Settings): Api {
  const api = withoutStyleElements(() => new library.AlphaTabApi(element, settings));
  const facade = api.uiFacade as unknown as { beginUpdateRenderResults(result: { renderResult: unknown }): void };
  const draw = facade.beginUpdateRenderResults.bind(facade);
  facade.beginUpdateRenderResults = (result) => {
    if (typeof result.renderResult === "string") result.renderResult = pictureOf(result.renderResult);
    draw(result);
  };
  return api;
}

function withoutStyleElements<T>(make: () => T): T {
  const create = document.createElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) => create.call(document, name === "style" ? "template" : name, options)) as typeof create;
  try {
    return make();
  } finally {
    document.createElement = create;
  }
}

/** The picture as nodes. In its text, quotes are escaped, so that `style=` before a quote is always an attribute. */
export function pictureOf(markup: string): Element {
  const template = document.createElement("template");
  template.innerHTML = markup.replace(/ style=(["'])/g, " data-style=$1");
  for (const node of template.content.querySelectorAll<SVGElement>("[data-style]")) {
    node.style.cssText = node.dataset["style"]!;
    node.removeAttribute("data-style");
  }
  return template.content.firstElementChild!;
}
