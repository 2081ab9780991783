import type { Route } from "./state/router.svelte";

export const routes: readonly Route[] = [
  { pattern: "/", title: "Library", load: () => import("./pages/library/Library.svelte") },
  { pattern: "/master/:assetId?", title: "Mastering", load: () => import("./pages/master/Master.svelte") },
  { pattern: "/songs/:assetId", title: "Song", load: () => import("./pages/songs/SongPage.svelte") },
  { pattern: "/transcribe/:assetId?", title: "Transcription", load: () => import("./pages/transcribe/Transcribe.svelte") },
  { pattern: "/mashup", title: "Mashup", load: () => import("./pages/mashup/Mashup.svelte") },
  { pattern: "/analysis/:assetId?", title: "Analysis", load: () => import("./pages/analysis/Analysis.svelte") },
  { pattern: "/stems/:assetId?", title: "Stems", load: () => import("./pages/stems/Stems.svelte") },
  { pattern: "/batch", title: "Batch", load: () => import("./pages/batch/Batch.svelte") },
  { pattern: "/album", title: "Album", load: () => import("./pages/album/Album.svelte") },
  { pattern: "/jobs/:jobId?", title: "Jobs", load: () => import("./pages/jobs/Jobs.svelte") },
  { pattern: "/analytics", title: "Analytics", load: () => import("./pages/analytics/Analytics.svelte") },
  { pattern: "/tools/:capability?", title: "Tools", load: () => import("./pages/tools/Tools.svelte") },
  { pattern: "/presets", title: "Presets", load: () => import("./pages/presets/Presets.svelte") },
  { pattern: "/settings", title: "Settings", load: () => import("./pages/settings/Settings.svelte") },
];
