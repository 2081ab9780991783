"""Notes that one string glides through are one bent note: they are joined where the sound shows the glide itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.transcribing.hearing import HeardSong
from tonmeister.engines.note_network import BINS_PER_SEMITONE, LOWEST_MIDI, NotePosteriors
from tonmeister.engines.pitch_tracker import PitchTrack
from tonmeister.music.glides import MOST_CENTS, Rise, find_rise
from tonmeister.music.tab import PlayedNote
from tonmeister.music.techniques import Contour

Floats = NDArray[np.float64]

_LONGEST_S = 4.0
_REACH_BINS = 2  # a frame's farthest step of a gliding pitch: 67 cents in 11.6 ms
_LEAST_CONTOUR = 0.18  # silence lies near 0.10
_UP_CENTS, _DOWN_CENTS = MOST_CENTS + 60.0, -90.0
_VOICED = 0.5
_UNHEARD_FRAMES = 2
_LEAD_S = 0.1
_JUMP_CENTS = 120.0
_BEFORE_S, _AFTER_S = 0.06, 0.09
_NEAR_CENTS = 80.0
_TOLD_S = 0.1
_LATE_S = 0.035
_LOWEST_MIDI = 45  # below A2 the network hears a jump as a glide of some 100 ms


def join_chordal(heard: HeardSong, posteriors: NotePosteriors) -> HeardSong:
    """Join the bent notes of many voices, by the ridge that each leaves in the network's contour."""
    return _join(heard, lambda note: follow_ridge(posteriors, note) if note.midi >= _LOWEST_MIDI else Contour((), ()))


def join_line(heard: HeardSong, track: PitchTrack, posteriors: NotePosteriors) -> HeardSong:
    """Join the bent notes of a single voice: by the ridge, in which slides are told better, low ones by the tracker."""
    return _join(
        heard,
        lambda note: follow_ridge(posteriors, note) if note.midi >= _LOWEST_MIDI else _follow_track(track, note),
    )


def follow_ridge(posteriors: NotePosteriors, note: PlayedNote) -> Contour:
    """Return the pitch from a note's onset for as long as it moves without a jump, past the note's end too.

    Another string's note a semitone away is no ridge's next step: what lies between the two stays silent.
    """
    times = posteriors.times_s
    first, last = np.searchsorted(times, (note.onset_s, note.onset_s + _LONGEST_S))
    middle = BINS_PER_SEMITONE * (note.midi - LOWEST_MIDI) + 1
    contour = posteriors.contour
    at = middle
    cents: list[float] = []
    n_unheard = 0
    for row in contour[first:last]:
        low, high = max(at - _REACH_BINS, 1), min(at + _REACH_BINS + 1, len(row) - 1)
        if high <= low:
            break
        at = low + int(np.argmax(row[low:high]))
        left, top, right = float(row[at - 1]), float(row[at]), float(row[at + 1])
        curve = left - 2 * top + right
        offset = 0.5 * (left - right) / curve if curve < -1e-6 else 0.0
        value = (at + float(np.clip(offset, -0.5, 0.5)) - middle) * 100.0 / BINS_PER_SEMITONE
        is_heard = top >= _LEAST_CONTOUR
        n_unheard = 0 if is_heard else n_unheard + 1
        # a note grows for some frames before it is heard
        if n_unheard > _UNHEARD_FRAMES and len(cents) * (times[1] - times[0]) > _BEFORE_S:
            break
        if not _DOWN_CENTS <= value <= _UP_CENTS:
            break
        cents.append(value if is_heard else np.nan)
    return Contour(tuple(times[first : first + len(cents)].tolist()), tuple(cents))


def _follow_track(track: PitchTrack, note: PlayedNote) -> Contour:
    times = track.times_s
    first, last = np.searchsorted(times, (note.onset_s + _LATE_S, note.onset_s + _LONGEST_S))
    cents = 100.0 * (track.midi[first:last] - note.midi)
    is_on = (track.confidence[first:last] >= _VOICED) & (cents >= _DOWN_CENTS) & (cents <= _UP_CENTS)
    # the tracker becomes sure of a note some time after it is struck
    lead = int(np.argmax(is_on)) if is_on.any() else len(is_on)
    if lead == len(is_on) or times[first + lead] - note.onset_s > _LEAD_S + _LATE_S:
        return Contour((), ())
    first, is_on, cents = first + lead, is_on[lead:], cents[lead:]
    is_on[1:] &= np.abs(np.diff(cents)) <= _JUMP_CENTS
    n = int(np.argmin(is_on)) if not is_on.all() else len(is_on)
    return Contour(tuple(times[first : first + n].tolist()), tuple(cents[:n].tolist()))


def _join(heard: HeardSong, follow: Callable[[PlayedNote], Contour]) -> HeardSong:
    notes = list(heard.notes)
    contours = dict(heard.contours)
    gone: set[int] = set()
    for at in sorted(range(len(notes)), key=lambda at: (notes[at].onset_s, notes[at].midi)):
        if at in gone:
            continue
        path = follow(notes[at])
        rise = find_rise(*path.heard)
        if rise is None or _is_struck_again(notes, at, rise):
            if at in contours:
                contours[at] = replace(contours[at], is_followed=True)
            continue
        joined, end_s = _passed(notes, at, path, rise, gone)
        gone.update(joined)
        # what is left of the ridge after the last of its notes is the room; where none tells of the end, it does
        offset_s = max(notes[each].offset_s for each in (at, *joined))
        is_told = offset_s >= rise.arrival_s + _TOLD_S
        notes[at] = replace(notes[at], offset_s=max(min(offset_s, end_s) if is_told else end_s, rise.arrival_s))
        n = int(np.searchsorted(path.times_s, notes[at].offset_s))
        attack = contours[at].attack if at in contours else None
        contours[at] = Contour(path.times_s[:n], path.cents[:n], attack, is_followed=True, rise=rise)
    kept = [at for at in range(len(notes)) if at not in gone]
    return replace(
        heard,
        notes=tuple(notes[at] for at in kept),
        confidence=tuple(heard.confidence[at] for at in kept),
        contours={to: contours[at] for to, at in enumerate(kept) if at in contours},
    )


def _is_struck_again(notes: Sequence[PlayedNote], at: int, rise: Rise) -> bool:
    """Tell whether the glide belongs to a later note on the same key."""
    mine = notes[at]
    return any(
        each.midi == mine.midi and mine.onset_s < each.onset_s <= rise.start_s
        for other, each in enumerate(notes)
        if other != at
    )


def _passed(notes: Sequence[PlayedNote], at: int, path: Contour, rise: Rise, gone: set[int]) -> tuple[list[int], float]:
    """Return the notes that the glide passes through, and when its string is struck anew or falls silent."""
    times, cents = path.heard
    end_s = float(times[-1])
    joined: list[int] = []
    for other, note in enumerate(notes):
        if other == at or other in gone or not rise.start_s - _BEFORE_S <= note.onset_s <= end_s:
            continue
        step = 100.0 * (note.midi - notes[at].midi)
        near = (times >= note.onset_s - _BEFORE_S) & (times <= note.onset_s + _AFTER_S)
        if not near.any() or float(np.abs(cents[near] - step).min()) > _NEAR_CENTS:
            continue
        is_passed = float(np.ptp(cents[near])) > _NEAR_CENTS / 2 or note.onset_s <= rise.arrival_s + _AFTER_S
        is_let_go = rise.released_s is not None and rise.arrival_s < note.onset_s <= rise.released_s + _AFTER_S
        if (is_passed and step != 0) or is_let_go:
            joined.append(other)
        elif note.onset_s > rise.arrival_s:
            end_s = min(end_s, note.onset_s)
    return [each for each in joined if notes[each].onset_s < end_s], end_s
