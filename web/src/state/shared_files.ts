/** Files that came from outside the page: shared by another program (service worker) or opened with the studio. */

const SHARED = "shared-files";

interface LaunchParams {
  files: readonly { getFile: () => Promise<File> }[];
}

/** Take the files that were shared with the installed studio, and opened with it. */
export async function takeShared(): Promise<File[]> {
  return [...(await cached()), ...(await launched())];
}

async function cached(): Promise<File[]> {
  if (!("caches" in globalThis)) return [];
  const cache = await caches.open(SHARED);
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    if (answer === undefined) continue;
    const name = decodeURIComponent(answer.headers.get("x-name") ?? "shared");
    files.push(new File([await answer.blob()], name, { type: answer.headers.get("content-type") ?? "" }));
    await cache.delete(request);
  }
  return files;
}

function launched(): Promise<File[]> {
  const queue = (globalThis as { launchQueue?: { setConsumer: (take: (params: LaunchParams) => void) => void } }).launchQueue;
  if (queue === undefined) return Promise.resolve([]);
  return new Promise((resolve) => {
    // the consumer is called only if something was opened
    const none = setTimeout(() => resolve([]), 1500);
    queue.setConsumer((params) => {
      clearTimeout(none);
      void Promise.all(params.files.map((file) => file.getFile())).then(resolve);
    });
  });
}
