/** Files into sound at the session's rate, at the speed and pitch that the address asks for. */
import { SegmentError } from "./segments";
import { type Cuts, cutsOf, resampled, stretched } from "./stretch";

/** How a segment shall sound. */
export interface Way {
  speed: number;
  semitones: number;
  /** Address of the segment by which it is cut: sounds that are cut alike still add up. */
  guide_url: string | null;
}

/** The part of an address that the server never sees. */
export function fragmentOf({ speed, semitones, guide_url }: Way): string {
  if (speed === 1 && semitones === 0) return "";
  const words = new URLSearchParams({ speed: String(speed) });
  if (semitones !== 0) words.set("pitch", String(semitones));
  if (guide_url) words.set("by", guide_url);
  return `#${words.toString()}`;
}

export function wayOf(url: string): Way {
  const words = new URLSearchParams(url.split("#")[1] ?? "");
  return { speed: Number(words.get("speed") ?? 1), semitones: Number(words.get("pitch") ?? 0), guide_url: words.get("by") };
}

const N_GUIDES = 24;

/**
 * Decodes before any AudioContext exists, since that may only be made when the user presses Play. What is asked of a
 * guide is kept for the next sound that is cut by it.
 */
export function decoder(rate: number): (file: ArrayBuffer, url: string) => Promise<AudioBuffer> {
  let offline: OfflineAudioContext | null = null;
  const guides = new Map<string, Promise<Cuts>>();

  function decode(file: ArrayBuffer): Promise<AudioBuffer> {
    offline ??= new OfflineAudioContext({ numberOfChannels: 2, length: 1, sampleRate: rate });
    return offline.decodeAudioData(file);
  }

  function cutsBy(url: string, n_in: number, n_out: number): Promise<Cuts> {
    const name = `${url} ${n_in} ${n_out}`;
    const known = guides.get(name);
    if (known) return known;
    const cuts = bring(url).then(decode).then((buffer) => cutsOf(channelsOf(buffer).map((channel) => fitted(channel, n_in)), n_out, rate));
    guides.set(name, cuts);
    cuts.catch(() => guides.delete(name));
    for (const oldest of guides.keys()) if (guides.size > N_GUIDES) guides.delete(oldest);
    return cuts;
  }

  return async (file, url) => {
    const buffer = await decode(file);
    const { speed, semitones, guide_url } = wayOf(url);
    if (speed === 1 && semitones === 0) return buffer;
    const n_frames = Math.max(1, Math.round(buffer.length / speed));
    const n_laid = Math.max(1, Math.round(n_frames * 2 ** (semitones / 12)));
    const cuts = guide_url === null ? undefined : await cutsBy(guide_url, buffer.length, n_laid);
    const channels = resampled(stretched(channelsOf(buffer), n_laid, rate, cuts), n_frames);
    const out = new AudioBuffer({ length: n_frames, numberOfChannels: channels.length, sampleRate: rate });
    channels.forEach((channel, at) => out.copyToChannel(channel, at));
    return out;
  };
}

const channelsOf = (buffer: AudioBuffer): Float32Array[] => Array.from({ length: buffer.numberOfChannels }, (_, at) => buffer.getChannelData(at));

/** Exactly so long, with silence at the end if it is shorter. */
function fitted(channel: Float32Array, n: number): Float32Array {
  if (channel.length === n) return channel;
  const out = new Float32Array(n);
  out.set(channel.subarray(0, n));
  return out;
}

async function bring(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (!answer) throw new SegmentError(url, "The sound could not be fetched: the studio server does not answer.");
  if (!answer.ok) throw new SegmentError(url, `The sound could not be read: the server answered ${answer.status}.`);
  return answer.arrayBuffer();
}
