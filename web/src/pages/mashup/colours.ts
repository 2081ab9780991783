/** A colour for each song of a mashup; its letter always stands beside it. */
const COLOURS = ["track-drums", "track-guitar", "track-vocals", "track-piano", "track-bass", "track-reference"] as const;

/** Token of the colour of song A, B, C … */
export const songColour = (letter: string): string => COLOURS[Math.max(0, letter.charCodeAt(0) - 65) % COLOURS.length]!;
