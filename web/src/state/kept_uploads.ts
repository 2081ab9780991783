/** Uploads that were begun, kept in IndexedDB; small files with their content, so that they go on by themselves. */
export interface KeptUpload {
  key: string;
  name: string;
  size: number;
  lastModified: number;
  url: string;
  file: File | null;
}

/** Browsers copy a file into the database: above this size the file has to be chosen again. */
const KEEP_CONTENT_BYTES = 256 * 2 ** 20;
const STORE = "uploads";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("tonmeister", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB does not open"));
  });
}

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  let database: IDBDatabase;
  try {
    database = await open();
  } catch {
    return null; // private windows may have no database: uploads then end with the page
  }
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = work(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("IndexedDB refused"));
    });
  } catch {
    return null; // no room left: the same
  } finally {
    database.close();
  }
}

export async function keepUpload(upload: { key: string; name: string; size: number; lastModified: number; url: string | null; file: File | null }): Promise<void> {
  if (upload.url === null) return;
  const { key, name, size, lastModified, url } = upload;
  const file = size <= KEEP_CONTENT_BYTES ? upload.file : null;
  await within("readwrite", (store) => store.put({ key, name, size, lastModified, url, file } satisfies KeptUpload));
}

export async function forgetUpload(key: string): Promise<void> {
  await within("readwrite", (store) => store.delete(key));
}

export async function keptUploads(): Promise<KeptUpload[]> {
  return (await within<KeptUpload[]>("readonly", (store) => store.getAll() as IDBRequest<KeptUpload[]>)) ?? [];
}
