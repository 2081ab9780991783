// Holds the page to its weight: what is loaded before the library shows, and each page that is loaded later.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_KB = 120;
const PAGE_KB = 60;
const dist = process.argv[2] ?? new URL("../dist/", import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(`${dist}/.vite/manifest.json`, "utf-8"));

function files(key, found = new Set()) {
  const chunk = manifest[key];
  for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
  for (const next of chunk.imports ?? []) if (!found.has(manifest[next].file)) files(next, found);
  return found;
}

const kilobytes = (names) => [...names].reduce((sum, name) => sum + gzipSync(readFileSync(`${dist}/${name}`), { level: 9 }).length, 0) / 1000;

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const shell = files(entry);
const pages = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);
const library = pages.find((key) => key.endsWith("Library.svelte"));
const first = new Set([...shell, ...files(library)]);
let isOver = false;

function tell(what, size, limit) {
  isOver ||= size > limit;
  console.log(`${size > limit ? "OVER" : "ok  "} ${size.toFixed(1).padStart(6)} KB of ${limit} KB  ${what}`);
}

tell("first load: shell and library", kilobytes(first), FIRST_KB);
for (const page of pages.sort()) tell(page.replace("src/", ""), kilobytes([...files(page)].filter((name) => !shell.has(name))), PAGE_KB);
process.exit(isOver ? 1 : 0);
