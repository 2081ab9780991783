/** The order of a record. */

/** The list with one entry moved to another place. */
export function moved<Entry>(list: readonly Entry[], from: number, to: number): Entry[] {
  const target = Math.min(list.length - 1, Math.max(0, to));
  const entry = list[from];
  if (entry === undefined || from === target) return [...list];
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(target, 0, entry);
}

/** Where each song begins on the record, and its length, with a gap between two songs. */
export function placesOf(durations_s: readonly number[], gap_s: number): { starts_s: number[]; length_s: number } {
  const starts_s: number[] = [];
  let at = 0;
  durations_s.forEach((duration, i) => {
    if (i > 0) at += gap_s;
    starts_s.push(at);
    at += duration;
  });
  return { starts_s, length_s: at };
}

const ISRC = /^[A-Z]{2}-?[A-Z0-9]{3}-?\d{2}-?\d{5}$/i;

/** Whether it can be an ISRC: country, registrant, year and number, with or without hyphens. */
export const isIsrc = (text: string): boolean => ISRC.test(text.trim());
