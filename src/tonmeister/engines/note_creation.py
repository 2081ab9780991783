"""From posteriors to notes: where each key begins, how long it sounds, and which notes are only echoes of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.engines.note_network import LOWEST_MIDI, N_PITCHES, NotePosteriors

Matrix = NDArray[np.float32]

_KEYS_AT_ONCE = 8  # an hour's posteriors of all keys at twice their precision would be 0.2 GB for every step
_ONSET_SPAN = 2  # frames over which a rise of the note posterior counts as an onset
_PARTIALS = (12, 19, 24, 28)  # semitones from a note to its second to fifth partial
_TOGETHER_FRAMES = 5


@dataclass(frozen=True)
class HeardNote:
    """A note in frames of the network.

    Attributes
    ----------
    start, stop
        First frame, and the first frame after.
    midi
        Pitch.
    strength
        Mean of the note posterior, 0 to 1.
    onset
        How sure the network is of its beginning; 0 where it was found by its sound alone.
    """

    start: int
    stop: int
    midi: int
    strength: float
    onset: float = 0.0


@dataclass(frozen=True)
class Decoding:
    """How posteriors become notes.

    Attributes
    ----------
    onset_threshold
        What an onset must reach.
    note_threshold
        What a sounding note must reach.
    min_frames
        A note lasts longer than this.
    low_midi, high_midi
        Lowest and highest pitch, both taken.
    gap_frames
        How long a note may be weaker before it has ended.
    seeks_silent_starts
        Whether what sounds without an onset becomes a note too.
    ghost_ratio
        A note that begins with another one whose partial it would be goes if it is weaker than this times the other;
        0 keeps all.
    hears_first
        Whether the very first frame may be an onset, as of a file that begins with a note. The published rule leaves it
        out.
    mutes_beside
        Whether a note that begins takes its frames from the keys a semitone away too. The published rule does; a
        doubtful note then eats a true one.
    """

    onset_threshold: float = 0.5
    note_threshold: float = 0.3
    min_frames: int = 11
    low_midi: int = LOWEST_MIDI
    high_midi: int = LOWEST_MIDI + N_PITCHES - 1
    gap_frames: int = 11
    seeks_silent_starts: bool = True
    ghost_ratio: float = 0.0
    hears_first: bool = False
    mutes_beside: bool = True


def create_notes(posteriors: NotePosteriors, decoding: Decoding | None = None) -> list[HeardNote]:
    """Make notes of posteriors.

    Parameters
    ----------
    posteriors
        What the network heard.
    decoding
        Thresholds; the published package's defaults where not given.

    Returns
    -------
    list of HeardNote
        In order of time and pitch.

    Notes
    -----
    Source: section 3.3 of R. Bittner et al., ICASSP 2022, and the behaviour of the package basic-pitch: with the same
    thresholds the notes are the same, checked on the package's own posteriors. From the last onset to the first, each
    takes the frames that follow it on its key and mutes the neighbouring keys there; then what is left is taken from
    its strongest frame in both directions. The package looks for that frame in the whole matrix each time; here the
    frames are put in order once, which is the same as values only ever become zero.

    Examples
    --------
    >>> note = np.zeros((60, 88), np.float32)
    >>> onset = note.copy()
    >>> note[10:40, 39], onset[10, 39] = 0.9, 0.8
    >>> [(each.start, each.stop, each.midi) for each in create_notes(NotePosteriors(note, onset, 0.7))]
    [(10, 40, 60)]
    """
    decoding = decoding or Decoding()
    note, onset = _within(posteriors.note, decoding), _within(posteriors.onset, decoding)
    if len(note) < 2 or not note.size:
        return []
    rises = _add_rises(onset, note)
    remaining = np.ascontiguousarray(note.T)
    found = _from_onsets(note, rises, remaining, decoding)
    if decoding.seeks_silent_starts:
        found += _from_strongest(note, remaining, decoding)
    if decoding.ghost_ratio > 0:
        found = drop_ghosts(found, decoding.ghost_ratio)
    return sorted(found, key=lambda each: (each.start, each.midi))


def _within(values: Matrix, decoding: Decoding) -> Matrix:
    low, high = decoding.low_midi - LOWEST_MIDI, decoding.high_midi - LOWEST_MIDI + 1
    kept = np.zeros_like(values)
    kept[:, max(low, 0) : high] = values[:, max(low, 0) : high]
    return kept


def _add_rises(onset: Matrix, note: Matrix) -> NDArray[np.float64]:
    """Return the onsets, raised to the rise of the note posterior where that is more, on the onsets' scale."""
    rise = np.full(note.shape, np.inf)
    for at in range(0, note.shape[1], _KEYS_AT_ONCE):
        keys = slice(at, at + _KEYS_AT_ONCE)
        values, found = note[:, keys].astype(np.float64), rise[:, keys]
        for n in range(1, _ONSET_SPAN + 1):
            np.minimum(found[n:], values[n:] - values[:-n], out=found[n:])
    rise[:_ONSET_SPAN] = 0.0
    np.maximum(rise, 0.0, out=rise)
    top = rise.max()
    if top <= 0:
        return onset.astype(np.float64)
    rise *= np.max(onset)
    rise /= top
    np.maximum(rise, onset, out=rise)
    return rise


def _from_onsets(note: Matrix, onset: NDArray[np.float64], remaining: Matrix, decoding: Decoding) -> list[HeardNote]:
    peaks = np.zeros(onset.shape, bool)
    peaks[1:-1] = (onset[1:-1] > onset[:-2]) & (onset[1:-1] > onset[2:]) & (onset[1:-1] >= decoding.onset_threshold)
    if decoding.hears_first:
        peaks[0] = (onset[0] > onset[1]) & (onset[0] >= decoding.onset_threshold)
    reach, last = int(decoding.mutes_beside), len(note) - 1
    columns = [memoryview(column) for column in remaining]  # single values ten times as fast as through NumPy
    found = []
    starts, keys = np.nonzero(peaks)
    for start, key in zip(starts[::-1].tolist(), keys[::-1].tolist(), strict=True):
        column = columns[key]
        at, n_weak = start + 1, 0
        while at < last and n_weak < decoding.gap_frames:
            n_weak = n_weak + 1 if column[at] < decoding.note_threshold else 0
            at += 1
        stop = at - n_weak
        if stop - start <= decoding.min_frames:
            continue
        remaining[max(key - reach, 0) : key + reach + 1, start:stop] = 0.0
        found.append(_make_note(note, start, stop, key, float(onset[start, key])))
    return found


def _from_strongest(note: Matrix, remaining: Matrix, decoding: Decoding) -> list[HeardNote]:
    flat = remaining.T.ravel()
    order = np.flatnonzero(flat > np.float64(decoding.note_threshold))  # not rounded to the values' own precision
    order = order[np.argsort(-flat[order], kind="stable")]
    last, n_keys = len(note) - 1, len(remaining)
    columns = [memoryview(column) for column in remaining]
    found = []
    for middle, key in zip(*(part.tolist() for part in np.divmod(order, n_keys)), strict=True):
        column = columns[key]
        if column[middle] <= decoding.note_threshold:
            continue
        column[middle] = 0.0
        beside = [columns[other] for other in (key - 1, key + 1) if 0 <= other < n_keys]
        stop = middle + 1 + _walk(column, beside, range(middle + 1, last), decoding)
        start = middle - _walk(column, beside, range(middle - 1, 0, -1), decoding)
        stop -= 1  # as the published package counts
        if stop - start > decoding.min_frames:
            found.append(_make_note(note, start, stop, key, 0.0))
    return found


def _walk(column: Any, beside: list[Any], frames: range, decoding: Decoding) -> int:
    """Take the frames on a key in one direction until it is weak for long, and return how many strong ones."""
    n_taken = n_weak = 0
    for at in frames:
        if n_weak >= decoding.gap_frames:
            break
        n_weak = n_weak + 1 if column[at] < decoding.note_threshold else 0
        column[at] = 0.0
        for muted in beside:
            muted[at] = 0.0
        n_taken += 1
    return n_taken - n_weak


def _make_note(note: Matrix, start: int, stop: int, key: int, onset: float) -> HeardNote:
    return HeardNote(start, stop, key + LOWEST_MIDI, float(np.mean(note[start:stop, key])), onset)


def drop_ghosts(notes: Sequence[HeardNote], ratio: float) -> list[HeardNote]:
    """Leave out notes that are the second to fifth partial of a stronger one that begins with them.

    Parameters
    ----------
    notes
        In any order.
    ratio
        A note goes if its strength is below this times the other's.

    Returns
    -------
    list of HeardNote
        What is left, in the order handed in.
    """
    by_pitch: dict[int, list[HeardNote]] = {}
    for each in sorted(notes, key=lambda each: each.start):
        by_pitch.setdefault(each.midi, []).append(each)
    starts = {midi: np.array([each.start for each in group]) for midi, group in by_pitch.items()}

    def is_ghost(each: HeardNote) -> bool:
        for interval in _PARTIALS:
            lower = each.midi - interval
            if lower in starts:
                near = np.searchsorted(
                    starts[lower], (each.start - _TOGETHER_FRAMES, each.start + _TOGETHER_FRAMES + 1)
                )
                if any(each.strength < ratio * other.strength for other in by_pitch[lower][near[0] : near[1]]):
                    return True
        return False

    return [each for each in notes if not is_ghost(each)]
