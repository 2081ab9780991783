/** How much of a stretch is sung, where the guess is worth telling. */

interface Guessed {
  vocal_share: number | null;
  /** 0 to 1. */
  vocal_confidence: number;
}

/** Solo guitars read 0.08 and 0.21, a band without a singer 0.07, orchestra 0.15; a song with a singer 0.4, the most there is. */
const LEAST_SURE = 0.3;

export const sungShare = ({ vocal_share, vocal_confidence }: Guessed): number | null => (vocal_confidence < LEAST_SURE ? null : vocal_share);
