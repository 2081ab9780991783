/** The result of mastering as its capability declares it, and how it is put into words. */
import type { Asset, Params, SongVersion } from "../../api/types";
import { figure } from "../../state/format";

export { figure };

export interface Measurement {
  integrated_lufs: number | null;
  momentary_max_lufs: number | null;
  short_term_max_lufs: number | null;
  range_lu: number | null;
  true_peak_dbtp: number | null;
  plr_db: number | null;
  psr_db: number | null;
  crest_factor_db: number | null;
  correlation: number | null;
  width_percent: number | null;
  bands: { name: string; low_hz: number; high_hz: number; correlation: number | null; width_percent: number | null }[];
  mono_loss_lu: number | null;
  tilt_db_per_octave: number | null;
  n_clipped_samples: number;
  third_octaves: { centre_hz: number; level_dbfs: number | null }[];
  short_term_curve_lufs: (number | null)[];
  duration_s: number;
  sample_rate: number;
  n_channels: number;
}

export interface Band {
  frequency_hz: number;
  gain_db: number;
}

export interface Deliverable {
  /** Id of the asset. */
  file: string;
  format: string;
  sample_rate: number;
  n_samples: number;
  integrated_lufs: number;
  true_peak_dbtp: number;
  within_promise: boolean;
}

export interface MasterResult {
  title: string;
  deliverables: Deliverable[];
  report_html: string | null;
  report_json: string | null;
  mode: "adaptive" | "reference" | "hybrid";
  preset: string;
  genre: string | null;
  resembles: Record<string, number>;
  target_lufs: number;
  ceiling_dbtp: number;
  target_reached: boolean;
  before: Measurement;
  after: Measurement;
  eq_curve: Band[];
  target_curve?: Band[];
  reduction_curve_db?: number[];
  notes: { stage: string; text: string }[];
  gain_reduction: { stage: string; max_db: number; mean_db: number; active_percent: number }[];
  platforms: { platform: string; gain_db: number; text: string }[];
  codec_checks: { codec: string; integrated_lufs: number; true_peak_dbtp: number; lowered_db: number }[];
  warnings: string[];
  speed: { wall_s: number; cpu_s: number; real_time_ratio: number };
}

/** What `prepare` found, as far as the pages show it. */
export interface Prepared {
  title: string | null;
  artist: string | null;
  facts: { container: string; codec: string; sample_rate: number; n_channels: number; bit_depth: number | null; is_lossy: boolean };
  measurement: Measurement;
  repairs: string[];
}

export const preparedOf = (asset: Asset | null): Prepared | null => (asset?.prepared as Prepared | null | undefined) ?? null;

/** One master of the song: how it was first made, and its exports in other formats. */
export interface Version {
  id: string;
  number: number;
  /** "master" alone or in a batch, "album" as part of a record. */
  capability: string;
  params: Params;
  result: MasterResult;
  created_at: string;
  /** The file that is heard. */
  file: string;
  makings: Making[];
}

export interface Making extends Pick<SongVersion, "id" | "products" | "job_id"> {
  deliverables: Deliverable[];
}

/** Parameters that change the files, but not the master. */
const OF_FILES = ["format", "bit_depth", "sample_rate", "bitrate_kbps", "isrc", "isrcs", "report"];
/** Parameters of a record that a single master does not have. */
const OF_ALBUM = ["mixes", "isrcs", "title", "artist", "barcode", "gap_s", "spread_percent", "join"];

/** The parameters with which a master like this one is made alone. */
export function masterParams({ capability, params }: Pick<Version, "capability" | "params">): Params {
  return capability === "album" ? Object.fromEntries(Object.entries(params).filter(([name]) => !OF_ALBUM.includes(name))) : params;
}

function keyOf({ capability, params }: SongVersion): string {
  const rest = Object.entries(params).filter(([name, value]) => !OF_FILES.includes(name) && value !== null);
  return JSON.stringify([capability, rest.sort(([a], [b]) => a.localeCompare(b))]);
}

/** Masters of a song, the latest first; numbers count from the oldest. The same master in other formats is one version. */
export function versionsOf(made: readonly SongVersion[]): Version[] {
  const masters = made.flatMap((version) => (isMasterResult(version.result) ? [{ version, result: version.result }] : []));
  masters.sort((a, b) => a.version.created_at.localeCompare(b.version.created_at) || a.version.id.localeCompare(b.version.id));
  const byKey = new Map<string, Version>();
  for (const { version, result } of masters) {
    const key = keyOf(version);
    const { id, capability, params, created_at, products, job_id } = version;
    const known = byKey.get(key) ?? { id, number: byKey.size + 1, capability, params, result, created_at, file: fileOf(version, result), makings: [] };
    known.makings.push({ id, products, job_id, deliverables: result.deliverables });
    byKey.set(key, known);
  }
  return [...byKey.values()].reverse();
}

/** The first file that is not in the bin. */
function fileOf({ products }: SongVersion, { deliverables }: MasterResult): string {
  const kept = deliverables.find(({ file }) => products.some(({ asset_id }) => asset_id === file));
  return (kept ?? deliverables[0]!).file;
}

/** Whether one of the version's files is this one. */
export const hasFile = ({ makings }: Version, file: string | null): boolean => makings.some(({ deliverables }) => deliverables.some((one) => one.file === file));

function isMasterResult(result: unknown): result is MasterResult {
  return Array.isArray((result as MasterResult | null)?.deliverables) && (result as MasterResult).deliverables.length > 0;
}

export interface Row {
  name: string;
  unit: string;
  before: string;
  after: string;
  change: string;
}

const ROWS: readonly [keyof Measurement, string, string, number][] = [
  ["integrated_lufs", "Integrated loudness", "LUFS", 1],
  ["short_term_max_lufs", "Loudest three seconds", "LUFS", 1],
  ["true_peak_dbtp", "True peak", "dBTP", 1],
  ["range_lu", "Loudness range", "LU", 1],
  ["plr_db", "Peak to loudness", "dB", 1],
  ["correlation", "Stereo correlation", "", 2],
  ["width_percent", "Stereo width", "%", 1],
  ["tilt_db_per_octave", "Spectral tilt", "dB/oct", 2],
  ["n_clipped_samples", "Clipped samples", "", 0],
];

/** Figures before and after. What differs less than what is shown has no change. */
export function rowsOf(before: Measurement, after: Measurement): Row[] {
  return ROWS.map(([field, name, unit, n_decimals]) => {
    const [a, b] = [before[field] as number | null, after[field] as number | null];
    return {
      name,
      unit,
      before: figure(a, n_decimals),
      after: figure(b, n_decimals),
      change: a === null || b === null ? "–" : figure(b - a, n_decimals, true),
    };
  });
}

/**
 * Where the stereo width changed: the side signal of each band as a share of the whole's energy. Bands weigh as much as
 * the thirds of an octave within them; null if what they add up to is not what was measured of the whole.
 */
export function widthByBand(measured: Measurement): { name: string; high_hz: number; share_percent: number }[] | null {
  const thirds = measured.third_octaves.map(({ centre_hz, level_dbfs }) => ({ centre_hz, power: level_dbfs === null ? 0 : 10 ** (level_dbfs / 10) }));
  const whole = thirds.reduce((sum, { power }) => sum + power, 0);
  if (whole <= 0 || measured.width_percent === null || measured.bands.length === 0) return null;
  const shares = measured.bands.map(({ name, low_hz, high_hz, width_percent }) => {
    const power = thirds.reduce((sum, third) => (third.centre_hz >= low_hz && third.centre_hz < high_hz ? sum + third.power : sum), 0);
    return { name, high_hz, share_percent: ((width_percent ?? 0) * power) / whole };
  });
  const sum = shares.reduce((total, { share_percent }) => total + share_percent, 0);
  return Math.abs(sum - measured.width_percent) <= Math.max(1, 0.15 * measured.width_percent) ? shares : null;
}

/** Which band accounts for most of a change in width, in a sentence; null where there is nothing to tell. */
export function widthWords(before: Measurement, after: Measurement): string | null {
  const [was, is] = [widthByBand(before), widthByBand(after)];
  if (was === null || is === null || before.width_percent === null || after.width_percent === null) return null;
  const change = after.width_percent - before.width_percent;
  if (Math.abs(change) < 0.5) return null;
  const changes = is.map(({ name, high_hz, share_percent }, i) => ({ name, high_hz, by: share_percent - (was[i]?.share_percent ?? 0) }));
  const most = changes.reduce((best, one) => (Math.sign(change) * one.by > Math.sign(change) * best.by ? one : best));
  const total = changes.reduce((sum, { by }) => sum + by, 0);
  const percent = Math.round((100 * most.by) / total);
  if (!Number.isFinite(percent) || percent < 50) return null;
  const where = most === changes[0] ? `below ${Math.round(most.high_hz)} Hz` : `in the ${most.name} band`;
  return `Of the change in stereo width (${figure(before.width_percent)} % to ${figure(after.width_percent)} %), ${percent >= 98 ? "practically all" : `about ${percent} %`} lies ${where}.`;
}

/** Whether everything is as promised, in one sentence; misses are named first. */
export function verdict(result: MasterResult): { isKept: boolean; text: string } {
  const missed = result.deliverables.filter((one) => !one.within_promise);
  if (!result.target_reached) {
    return { isKept: false, text: `Target not reached: ${figure(result.after.integrated_lufs)} LUFS instead of ${figure(result.target_lufs)} LUFS.` };
  }
  if (missed.length > 0) return { isKept: false, text: `${missed.length} of ${result.deliverables.length} files outside the promise: ${missed.map((one) => one.format).join(", ")}.` };
  return { isKept: true, text: `${figure(result.after.integrated_lufs)} LUFS at ${figure(result.after.true_peak_dbtp)} dBTP, measured from the written ${result.deliverables.length === 1 ? "file" : "files"}.` };
}
