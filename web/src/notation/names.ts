/** Notes, chords and keys as players write them. Pure. */

const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const FLAT_NAMES = ["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"];

export const pitchName = (midi: number, isFlat = false): string => `${(isFlat ? FLAT_NAMES : NAMES)[((midi % 12) + 12) % 12]}${Math.floor(midi / 12) - 1}`;

/** Whether a key such as "D minor" is written with flats. */
export const isFlatKey = (name: string | null): boolean => name !== null && /^([A-G]b|F major|[DGCF] minor)/.test(name);

const LETTERS: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** Pitch class of a note name such as Bb. */
export function pitchClass(name: string): number {
  let found = LETTERS[name.charAt(0).toUpperCase()] ?? 0;
  for (const sign of name.slice(1)) found += sign === "#" || sign === "♯" ? 1 : sign === "b" || sign === "♭" ? -1 : 0;
  return ((found % 12) + 12) % 12;
}

/** The same words as in every file: text tabs and ChordPro have no other signs. */
const QUALITIES: Record<string, string> = {
  maj: "",
  min: "m",
  "7": "7",
  maj7: "maj7",
  min7: "m7",
  dim: "dim",
  dim7: "dim7",
  hdim7: "m7♭5",
  aug: "aug",
  sus2: "sus2",
  sus4: "sus4",
  maj6: "6",
  min6: "m6",
  minmaj7: "m(maj7)",
  "9": "9",
  maj9: "maj9",
  min9: "m9",
  "1": "",
  "5": "5",
};

const DEGREES: Record<string, number> = { "1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11 };

/** A chord in Harte's syntax as players write it: A:min7/b3 is Am7/C. */
export function chordName(label: string): string {
  const found = /^([A-G][b#]*)(?::([^/]+))?(?:\/(.+))?$/.exec(label);
  if (!found) return label === "N" || label === "X" ? "–" : label;
  const [, root = "C", quality = "maj", degree] = found;
  const isFlat = root.includes("b") || ["F", "Bb", "Eb", "Ab", "Db"].includes(root);
  const shown = (pitch: number): string => (isFlat ? FLAT_NAMES : NAMES)[((pitch % 12) + 12) % 12]!;
  let bass = "";
  if (degree) {
    const steps = [...degree].reduce((sum, sign) => sum + (sign === "b" ? -1 : sign === "#" ? 1 : 0), 0);
    const tone = DEGREES[degree.replace(/[b#]/g, "")];
    if (tone !== undefined && tone + steps !== 0) bass = `/${shown(pitchClass(root) + tone + steps)}`;
  }
  const named = root.replaceAll("b", "♭").replaceAll("#", "♯");
  return `${named}${QUALITIES[quality.replace(/\(.*\)$/, "")] ?? quality.replace("(", " (")}${bass}`;
}

/** A key such as "Eb major". */
export function keyName(name: string): string {
  const [tonic = "C", mode = ""] = name.split(" ");
  return `${tonic.replace("b", "♭").replace("#", "♯")} ${mode}`;
}
