/** Where the song is at each frame of the audio clock, and which part of which segment sounds then. All whole samples. */

export interface Loop {
  /** First sample that is repeated. */
  start: number;
  /** First sample after it. */
  end: number;
}

/** One stretch of playing: from `frame` of the context's clock on, beginning at sample `position` of the song. */
export interface Run {
  frame: number;
  position: number;
  /** Length of the song in samples. */
  length: number;
  loop: Loop | null;
}

/** What the scheduler has to know of a track, in samples of the session's rate. */
export interface TrackShape {
  n_samples: number;
  segment_samples: number;
  /** Begins anew at its end: a reference shorter than the song. */
  wraps: boolean;
}

/** What sounds next on a track: `n_frames` of `segment` from `offset` on, or silence. */
export interface Piece {
  segment: number | null;
  offset: number;
  n_frames: number;
  /** It reaches the end of its segment, so that no stop has to be set. */
  isToEnd: boolean;
}

function isInLoop(run: Run): run is Run & { loop: Loop } {
  return run.loop !== null && run.loop.end > run.loop.start && run.position < run.loop.end;
}

/** The sample of the song that sounds at `frame`; the song's length after its end. */
export function positionAt(run: Run, frame: number): number {
  const straight = run.position + Math.max(0, frame - run.frame);
  if (isInLoop(run) && straight >= run.loop.end) {
    return run.loop.start + ((straight - run.loop.end) % (run.loop.end - run.loop.start));
  }
  return Math.min(straight, run.length);
}

/** The frame at which the song ends; never, in a loop. */
export function endFrame(run: Run): number {
  return isInLoop(run) ? Infinity : run.frame + Math.max(0, run.length - run.position);
}

/** What a track plays from `frame` on, up to the next joint, or null after the end of the song. */
export function pieceAt(run: Run, frame: number, track: TrackShape): Piece | null {
  const position = positionAt(run, frame);
  if (frame >= endFrame(run)) return null;
  const boundary = (isInLoop(run) ? run.loop.end : run.length) - position;
  if (track.n_samples <= 0) return { segment: null, offset: 0, n_frames: boundary, isToEnd: false };
  const own = track.wraps ? position % track.n_samples : position;
  if (own >= track.n_samples) return { segment: null, offset: 0, n_frames: boundary, isToEnd: false };
  const segment = Math.floor(own / track.segment_samples);
  const offset = own - segment * track.segment_samples;
  const rest = Math.min(track.segment_samples, track.n_samples - segment * track.segment_samples) - offset;
  return { segment, offset, n_frames: Math.min(rest, boundary), isToEnd: rest <= boundary };
}

/** The segments that a track plays in the `n_frames` after `frame`, each once, soonest first. */
export function segmentsAhead(run: Run, frame: number, n_frames: number, track: TrackShape): number[] {
  const found = new Set<number>();
  for (let at = frame; at < frame + n_frames; ) {
    const piece = pieceAt(run, at, track);
    if (piece === null || found.size > 64) break;
    if (piece.segment !== null) found.add(piece.segment);
    at += Math.max(1, piece.n_frames);
  }
  return [...found];
}

/** Samples of one rate as samples of another. */
export function converted(n_samples: number, from_hz: number, to_hz: number): number {
  return from_hz === to_hz ? n_samples : Math.round((n_samples * to_hz) / from_hz);
}

/** What an audio context tells of its clocks at one moment. */
export interface ClockReading {
  /** What is rendered up to now; it moves in blocks, and by fits and starts where the machine is busy. */
  current_s: number;
  /** From rendering to hearing. */
  latency_s: number;
  /** What left the loudspeakers at `stamp_ms` of `performance.now()`; 0 where it is not known. */
  stamped_s: number;
  stamp_ms: number;
  now_ms: number;
}

/** Farther from what was rendered a stamp is not believed: some browsers leave it standing while the context sleeps. */
const MOST_OFF_S = 0.25;

/** The context's time that is heard at a moment of `performance.now()`, evenly from one moment to the next. */
export function heardAt({ current_s, latency_s, stamped_s, stamp_ms, now_ms }: ClockReading, at_ms: number): number {
  const counted_s = current_s - latency_s;
  const heard_s = stamped_s + (now_ms - stamp_ms) / 1000;
  const isBelieved = stamped_s > 0 && stamp_ms > 0 && heard_s <= current_s && Math.abs(heard_s - counted_s) < MOST_OFF_S;
  return (isBelieved ? heard_s : counted_s) + (at_ms - now_ms) / 1000;
}

/** When what is drawn now will be seen: at the end of this frame, or of the one in which the drawing is late. */
export function seenAt(frame_start_ms: number, frame_ms: number, now_ms: number): number {
  return frame_start_ms + frame_ms * Math.max(1, Math.ceil((now_ms - frame_start_ms) / frame_ms));
}
