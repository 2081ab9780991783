/** Stretches beside the page, so that it stays quick: see `stretch.ts`. */
import { type Cuts, cutsOf, resampled, stretched } from "./stretch";

export type Task =
  | { kind: "cut"; id: number; channels: Float32Array<ArrayBuffer>[]; n_laid: number; sample_rate: number }
  | { kind: "stretch"; id: number; channels: Float32Array<ArrayBuffer>[]; n_laid: number; n_frames: number; sample_rate: number; cuts: Cuts | undefined };

export type Answer = { id: number; cuts: Cuts } | { id: number; channels: Float32Array<ArrayBuffer>[] };

addEventListener("message", ({ data }: MessageEvent<Task>) => {
  const { id, channels, n_laid, sample_rate } = data;
  if (data.kind === "cut") {
    postMessage({ id, cuts: cutsOf(channels, n_laid, sample_rate) } satisfies Answer);
    return;
  }
  const made = resampled(stretched(channels, n_laid, sample_rate, data.cuts), data.n_frames);
  postMessage({ id, channels: made } satisfies Answer, { transfer: made.map(({ buffer }) => buffer) });
});
