// The service worker: the shell works without a network after one visit. It never touches /api, /health or /metrics.
const VERSION = "__VERSION__";
const SHELL = __SHELL__;
const CACHE = `shell-${VERSION}`;
const SHARED = "shared-files";

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE && name !== SHARED).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/share") {
    event.respondWith(takeShared(request));
    return;
  }
  if (request.method !== "GET" || /^\/(api|health|ready|metrics)(\/|$)/.test(url.pathname)) return;
  if (request.mode === "navigate") {
    // network first, so that a new version shows at once
    event.respondWith(fetch(request).catch(() => caches.match("/")));
    return;
  }
  if (url.pathname.startsWith("/assets/")) event.respondWith(hashed(request));
  else event.respondWith(fetch(request).catch(() => caches.match(request).then((found) => found ?? Response.error())));
});

/** Files under /assets carry their hash in the name: what is kept is right. */
async function hashed(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, answer.clone());
  }
  return answer;
}

/** Keep files shared from another program until the page has taken them into an upload. */
async function takeShared(request) {
  const form = await request.formData();
  const cache = await caches.open(SHARED);
  let n = 0;
  for (const file of form.getAll("files")) {
    if (typeof file === "string") continue;
    const headers = { "content-type": file.type, "x-name": encodeURIComponent(file.name) };
    await cache.put(`/shared/${Date.now()}-${n++}`, new Response(file, { headers }));
  }
  return Response.redirect("/?shared=1", 303);
}
