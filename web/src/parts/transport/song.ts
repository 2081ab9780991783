/** A song of the library, ready to be heard and drawn: every page that plays one waits for it here. */
import { api, ApiError } from "../../api/client";
import type { Asset, AudioManifest } from "../../api/types";
import { PeaksFiles } from "../../audio/peaks";
import { events } from "../../state/events.svelte";

export interface Song {
  asset: Asset;
  manifest: AudioManifest;
  peaks: PeaksFiles;
}

const WAIT_MS = 1500;

/** Wait until an asset is prepared; `onasset` hears how it stands on the way. Fails if it is no sound, or cannot be read. */
async function whenReady(assetId: string, signal: AbortSignal, onasset: (asset: Asset) => void = () => {}): Promise<Asset> {
  for (;;) {
    const asset = await api.asset(assetId, signal);
    onasset(asset);
    if (asset.state === "ready" && asset.is_audio) return asset;
    if (asset.state === "failed") throw new ApiError(422, asset.error ?? { code: "ASSET_FAILED", message: `${asset.name} could not be read.` });
    if (asset.state === "ready") throw new ApiError(422, { code: "NOT_AUDIO", message: `${asset.name} is not a sound file.` });
    await change(assetId, signal);
  }
}

export async function songOf(assetId: string, signal: AbortSignal, onasset: (asset: Asset) => void = () => {}): Promise<Song> {
  const asset = await whenReady(assetId, signal, onasset);
  const manifest = await api.audioManifest(assetId, signal);
  return { asset, manifest, peaks: new PeaksFiles(manifest.peaks, manifest.sample_rate) };
}

/** Until the library says something of this asset, or a moment has passed. */
function change(assetId: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      end();
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const end = events.subscribe("library", null, (event) => {
      if (event.event === "resync" || event.id === assetId || event.data["asset_id"] === assetId) finish();
    });
    const timer = setTimeout(finish, WAIT_MS);
    signal.addEventListener("abort", finish, { once: true });
  });
}
