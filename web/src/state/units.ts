/** Names of fields end in their unit; here it is taken apart again for people. */

const SUFFIXES: readonly (readonly [string, string])[] = [
  ["_lufs", "LUFS"],
  ["_dbtp", "dBTP"],
  ["_dbfs", "dBFS"],
  ["_semitones", "semitones"],
  ["_samples", "samples"],
  ["_percent", "%"],
  ["_cents", "cents"],
  ["_kbps", "kbit/s"],
  ["_bytes", "bytes"],
  ["_bpm", "BPM"],
  ["_lu", "LU"],
  ["_db", "dB"],
  ["_hz", "Hz"],
  ["_ms", "ms"],
  ["_mb", "MB"],
  ["_s", "s"],
];

/** "integrated_lufs" -> ["Integrated", "LUFS"]; "n_samples" -> ["Number of samples", null]. */
export function nameAndUnit(field: string): [name: string, unit: string | null] {
  const found = field.startsWith("n_") ? undefined : SUFFIXES.find(([suffix]) => field.endsWith(suffix) && field.length > suffix.length);
  let words = found ? field.slice(0, -found[0].length) : field;
  if (words.startsWith("n_")) words = `number of ${words.slice(2)}`;
  if (words.startsWith("is_")) words = words.slice(3);
  const text = words.replaceAll("_", " ").replace(/\b(eq|isrcs?|lufs|dc|rms|plr|psr|lra|upc|ean|html|json|id)\b/g, (word) => word.toUpperCase().replace(/S$/, word === "isrcs" ? "s" : "S"));
  return [text.charAt(0).toUpperCase() + text.slice(1), found?.[1] ?? null];
}
