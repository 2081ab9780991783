"""From what was heard to notes: chords by the note network, single voices by the pitch tracker and both."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tonmeister.engines.note_creation import Decoding, HeardNote, create_notes
from tonmeister.engines.note_network import BINS_PER_SEMITONE, LOWEST_MIDI, NotePosteriors
from tonmeister.music.tab import PlayedNote
from tonmeister.music.techniques import Contour

_REACH_BINS = 4  # how far from its key a note's pitch is looked for


@dataclass(frozen=True)
class HeardSong:
    """Notes, how likely each was played, and the pitch over time of as many as it is known of."""

    notes: tuple[PlayedNote, ...] = ()
    confidence: tuple[float, ...] = ()
    contours: dict[int, Contour] = field(default_factory=dict)


def hear_chords(posteriors: NotePosteriors, decoding: Decoding) -> HeardSong:
    """Return the notes of many voices."""
    heard = create_notes(posteriors, decoding)
    notes = tuple(_play(each, posteriors) for each in heard)
    has_contour = len(posteriors.contour) > 0
    return HeardSong(
        notes,
        tuple(_confidence(each) for each in heard),
        {at: _contour(each, posteriors) for at, each in enumerate(heard)} if has_contour else {},
    )


def _play(each: HeardNote, posteriors: NotePosteriors) -> PlayedNote:
    times = posteriors.times_s
    stop_s = float(times[each.stop]) if each.stop < len(times) else posteriors.duration_s
    velocity = min(max(round(127 * each.strength), 1), 127)
    return PlayedNote(float(times[each.start]), stop_s, each.midi, velocity)


def _confidence(each: HeardNote) -> float:
    return min(max(0.5 * each.strength + 0.5 * each.onset, 0.0), 1.0)


def _contour(each: HeardNote, posteriors: NotePosteriors) -> Contour:
    """Return the pitch of a note over time, by the strongest bin near its key and its neighbours."""
    middle = BINS_PER_SEMITONE * (each.midi - LOWEST_MIDI)
    low, high = max(middle - _REACH_BINS, 0), min(middle + _REACH_BINS + 1, posteriors.contour.shape[1])
    near = posteriors.contour[each.start : each.stop, low:high].astype(np.float64)
    best = near.argmax(axis=1)
    inner = np.clip(best, 1, near.shape[1] - 2)
    rows = np.arange(len(near))
    left, top, right = near[rows, inner - 1], near[rows, inner], near[rows, inner + 1]
    bend = left - 2 * top + right
    offset = np.where((inner == best) & (bend < -1e-6), 0.5 * (left - right) / np.where(bend < -1e-6, bend, -1.0), 0.0)
    cents = (low + best + offset - middle) * 100.0 / BINS_PER_SEMITONE
    cents[near.max(axis=1) < 0.2] = np.nan
    return Contour(tuple(posteriors.times_s[each.start : each.stop].tolist()), tuple(cents.tolist()), attack=each.onset)
