import { expect, it } from "vitest";
import { match, router, type Route } from "../src/state/router.svelte";

const load = () => Promise.reject(new Error("not asked for here"));
const routes: Route[] = ["/", "/master/:assetId?", "/jobs/:jobId?", "/batch"].map((pattern) => ({ pattern, title: pattern, load }));

it.each([
  ["/", "/", {}],
  ["/master", "/master/:assetId?", {}],
  ["/master/a%20b", "/master/:assetId?", { assetId: "a b" }],
  ["/jobs/7/", "/jobs/:jobId?", { jobId: "7" }],
])("finds %s", (path, pattern, params) => {
  expect(match(routes, path)).toMatchObject({ route: { pattern }, params });
});

it.each(["/nothing", "/jobs/1/2", "/batch/3", "/master/%E0%A4%A"])("does not find %s", (path) => {
  expect(match(routes, path)).toBeNull();
});

it("changes the query without a new entry in the history", () => {
  router.go("/jobs?show=failed");
  const before = history.length;
  router.setQuery({ q: "a b", show: null });
  expect(location.search).toBe("?q=a+b");
  expect(router.query.get("q")).toBe("a b");
  expect(history.length).toBe(before);
});

it("takes clicks on its own links, and leaves those of the API and of downloads alone", () => {
  router.go("/");
  document.body.innerHTML = '<a id="own" href="/jobs">j</a><a id="api" href="/api/docs">a</a><a id="file" href="/x" download>f</a>';
  const click = (id: string): boolean => document.getElementById(id)!.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  expect(click("own")).toBe(false);
  expect(router.path).toBe("/jobs");
  const stay = (event: Event) => event.preventDefault(); // jsdom cannot leave the page
  document.body.addEventListener("click", stay);
  click("api");
  click("file");
  document.body.removeEventListener("click", stay);
  expect(router.path).toBe("/jobs");
});
