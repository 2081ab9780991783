"""From what was heard to notes: chords by the note network, single voices by the pitch tracker and the network."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.transcribing.profiles import least_likely
from tonmeister.dsp.drums import MIDI, find_drum_hits
from tonmeister.dsp.strokes import nearest_stroke_s
from tonmeister.engines.note_creation import Decoding, HeardNote, create_notes
from tonmeister.engines.note_judge import Judge, judge_notes
from tonmeister.engines.note_network import BINS_PER_SEMITONE, LOWEST_MIDI, N_PITCHES, NotePosteriors
from tonmeister.engines.pitch_tracker import PitchTrack, segment_voice
from tonmeister.music.tab import PlayedNote
from tonmeister.music.techniques import Contour

Floats = NDArray[np.float64]

_REACH_BINS = 4  # how far from its key a note's pitch is looked for
_LEAST_CONTOUR = 0.2
_STRUCK_AGAIN = 0.82  # an onset within a sung note that splits it, at a sensitivity of 50 %
_BEGUN, _SOFT_S, _HOP_S = 0.4, 0.12, 0.02  # an onset that a sung note begins with, and where it is looked for
_APART_S = 0.1
_TOGETHER_S = 0.04
_VOICED = 0.5
_STROKE_S = 0.1
_SOUNDS = 0.45
_PARTIALS = (12, 19, 24, 28, 31, 34, 36)
_OFF_PITCH_SEMITONES = 0.8
_GLIDE_FRAMES = 6  # 96 ms
_HELD_SEMITONES_PER_S = 4.0
_TRACKED_FROM_MIDI = 33.0  # below A1 the tracker hears the octave


@dataclass(frozen=True)
class HeardSong:
    """Notes, how likely each was played, and the pitch over time of as many as it is known of."""

    notes: tuple[PlayedNote, ...] = ()
    confidence: tuple[float, ...] = ()
    contours: dict[int, Contour] = field(default_factory=dict)
    nearest: tuple[PlayedNote, float] | None = None
    """Where there are no notes, the likeliest of those that were taken for none, and how likely it is."""
    missed_share: float = 0.0
    """The part of the notes that were played but are not here, as the judge expects."""


def hear_chords(posteriors: NotePosteriors, proposals: Decoding, judge: Judge, least: float) -> HeardSong:
    """Return the notes of many voices that are at least so likely."""
    proposed = create_notes(posteriors, proposals)
    likely = judge_notes(posteriors, proposed, judge)
    heard = _take(proposed, likely, least)
    has_contour = len(posteriors.contour) > 0
    nearest = None
    if proposed and not heard:
        at = int(np.argmax(likely))
        nearest = _play(proposed[at], posteriors), float(likely[at])
    return HeardSong(
        tuple(_play(each, posteriors) for each, _ in heard),
        tuple(p for _, p in heard),
        {at: _contour(each, posteriors) for at, (each, _) in enumerate(heard)} if has_contour else {},
        nearest,
        _missed_share(likely, least),
    )


def _take(proposed: Sequence[HeardNote], likely: Floats, least: float) -> list[tuple[HeardNote, float]]:
    """Return the notes that are likely enough; what is none but follows one on its key is its sound going on."""
    taken: list[tuple[HeardNote, float]] = []
    last: dict[int, int] = {}
    for each, p in zip(proposed, likely.tolist(), strict=True):
        if p >= least:
            last[each.midi] = len(taken)
            taken.append((each, p))
        elif each.midi in last:
            before, sure = taken[last[each.midi]]
            if before.stop < each.stop and each.start <= before.stop + 1:
                taken[last[each.midi]] = (replace(before, stop=each.stop), sure)
    return taken


def _missed_share(likely: Floats, least: float) -> float:
    """Return the part of the notes that was left out, as the judge itself expects."""
    total = float(likely.sum())
    return float(likely[likely < least].sum()) / total if total > 0 else 0.0


def _play(each: HeardNote, posteriors: NotePosteriors) -> PlayedNote:
    times = posteriors.times_s
    stop_s = float(times[each.stop]) if each.stop < len(times) else posteriors.duration_s
    return PlayedNote(float(times[each.start]), stop_s, each.midi, _velocity(each.strength))


def _velocity(strength: float) -> int:
    return min(max(round(127 * strength), 1), 127)


def _contour(each: HeardNote, posteriors: NotePosteriors) -> Contour:
    """Return the pitch of a note over time, by the strongest bin near its key and its neighbours."""
    middle = BINS_PER_SEMITONE * (each.midi - LOWEST_MIDI) + 1
    low, high = max(middle - _REACH_BINS, 0), min(middle + _REACH_BINS + 1, posteriors.contour.shape[1])
    near = posteriors.contour[each.start : each.stop, low:high].astype(np.float64)
    best = near.argmax(axis=1)
    inner = np.clip(best, 1, near.shape[1] - 2)
    rows = np.arange(len(near))
    left, top, right = near[rows, inner - 1], near[rows, inner], near[rows, inner + 1]
    bend = left - 2 * top + right
    is_peak = (inner == best) & (bend < -1e-6)
    offset = np.where(is_peak, 0.5 * (left - right) / np.where(is_peak, bend, -1.0), 0.0)
    cents = (low + best + offset - middle) * 100.0 / BINS_PER_SEMITONE
    cents[near.max(axis=1) < _LEAST_CONTOUR] = np.nan
    times_s = posteriors.times_s[each.start : each.stop]
    return Contour(tuple(times_s.tolist()), tuple(cents.tolist()), attack=min(each.onset, 1.0))


def measure_chordal_share(posteriors: NotePosteriors) -> float:
    """Return the part of the sounding time in which two or more notes sound that are not partials of each other.

    Single voices measured lie below 0.2 (the most where echoes were added), guitars and a song with singing above 0.3.
    """
    sounds = posteriors.note > _SOUNDS
    own = sounds.copy()
    for step in _PARTIALS:
        own[:, step:] &= ~sounds[:, :-step]
    own[:, 1:] &= ~own[:, :-1]  # a pitch between two keys sounds on both
    n_notes = own.sum(axis=1)
    n_sounding = int((n_notes > 0).sum())
    return float((n_notes > 1).sum() / n_sounding) if n_sounding else 0.0


def measure_steady_share(track: PitchTrack) -> float | None:
    """Return the part of the voiced time in which the pitch is held; None where no voice sounds for long enough.

    Nine spoken recordings and syntheses lie from 0.09 to 0.38, four sung stems from 0.62 up, a rapped one at 0.26.
    """
    voiced = track.confidence >= _VOICED
    if len(voiced) <= _GLIDE_FRAMES:
        return None
    whole = np.lib.stride_tricks.sliding_window_view(voiced, _GLIDE_FRAMES + 1).all(axis=1)
    if not whole.any():
        return None
    seconds = track.times_s[_GLIDE_FRAMES] - track.times_s[0]
    glide = np.abs(track.midi[_GLIDE_FRAMES:] - track.midi[:-_GLIDE_FRAMES])[whole] / seconds
    return float((glide < _HELD_SEMITONES_PER_S).mean())


def hear_instrument(
    track: PitchTrack, posteriors: NotePosteriors, proposals: Decoding, judge: Judge, least: float
) -> HeardSong:
    """Return the notes of an instrument that plays one at a time.

    The network tells when they begin, of notes at once the likeliest stays, and what is far from the pitch that the
    tracker is sure of goes. Where a stroke is near, a note begins with it: low notes take the network a while.
    """
    proposed = create_notes(posteriors, proposals)
    likely = judge_notes(posteriors, proposed, judge)
    heard: list[tuple[HeardNote, float]] = []
    for each, sure in _take(proposed, likely, least):
        onset_s, stop_s = _span_s(each, posteriors)
        agreement = _agreement(track, onset_s, stop_s, each.midi)
        if agreement is not None and agreement > _OFF_PITCH_SEMITONES:
            continue
        if heard and onset_s - _span_s(heard[-1][0], posteriors)[0] < _TOGETHER_S:
            if sure > heard[-1][1]:
                heard[-1] = (each, sure)
            continue
        heard.append((each, sure))
    notes = _at_strokes([_play(each, posteriors) for each, _ in heard], track.rises)
    ends = [min(note.offset_s, later.onset_s) for note, later in itertools.pairwise(notes)]
    notes = [
        PlayedNote(note.onset_s, end, note.midi, note.velocity)
        for note, end in zip(notes, [*ends, *(note.offset_s for note in notes[-1:])], strict=True)
    ]
    return HeardSong(
        tuple(notes),
        tuple(min(sure, 1.0) for _, sure in heard),
        {at: _tracked(track, note, heard[at][0].onset) for at, note in enumerate(notes)},
        missed_share=_missed_share(likely, least),
    )


def _at_strokes(notes: Sequence[PlayedNote], rises: Floats) -> list[PlayedNote]:
    """Return the notes with each begun at the stroke nearest to it, in the same order and apart."""
    moved: list[PlayedNote] = []
    for at, note in enumerate(notes):
        stroke_s = nearest_stroke_s(rises, note.onset_s)
        earliest_s = moved[-1].onset_s + _TOGETHER_S if moved else 0.0
        later_s = [later.onset_s - _TOGETHER_S for later in notes[at + 1 : at + 2]]
        if stroke_s is not None and earliest_s <= stroke_s < min([note.offset_s, *later_s]):
            note = replace(note, onset_s=stroke_s)
        moved.append(note)
    return moved


def _span_s(each: HeardNote, posteriors: NotePosteriors) -> tuple[float, float]:
    times = posteriors.times_s
    return float(times[each.start]), float(times[min(each.stop, len(times) - 1)])


def _agreement(track: PitchTrack, onset_s: float, stop_s: float, midi: int) -> float | None:
    """Return how far the tracker is from a note at its nearest, in semitones; None where it is not sure of a pitch."""
    first, last = np.searchsorted(track.times_s, (onset_s + 0.03, max(stop_s, onset_s + 0.08)))
    voiced = track.confidence[first:last] >= _VOICED
    if not len(voiced) or voiced.mean() <= 0.5:
        return None
    pitch = track.midi[first:last][voiced]
    if np.median(pitch) <= _TRACKED_FROM_MIDI:
        return None
    return float(np.abs(pitch - midi).min())


def hear_voice(track: PitchTrack, posteriors: NotePosteriors, sensitivity_percent: float) -> HeardSong:
    """Return the notes of a single voice: the tracker's, split where the network hears them begin anew."""
    again = min(max(_STRUCK_AGAIN + 0.2 * (50.0 - sensitivity_percent) / 50.0, 0.5), 0.99)
    notes: list[PlayedNote] = []
    confidence: list[float] = []
    contours: dict[int, Contour] = {}
    for voiced_s, stop_s, pitch in segment_voice(track, hold_ms=80.0 + 0.8 * (50.0 - sensitivity_percent)):
        start_s = _begun_s(posteriors, voiced_s, pitch, notes[-1].onset_s + _APART_S if notes else 0.0)
        if notes and notes[-1].offset_s > start_s:
            notes[-1] = replace(notes[-1], offset_s=start_s)
        edges = [start_s, *_struck_again(posteriors, start_s, stop_s, pitch, again), stop_s]
        for onset_s, offset_s in itertools.pairwise(edges):
            first, last = np.searchsorted(track.times_s, (onset_s, offset_s))
            sure = float(track.confidence[first : max(last, first + 1)].mean())
            level = float(track.level_db[first : max(last, first + 1)].max())
            velocity = min(max(round(127 + 2.0 * level + 20.0), 20), 127)
            note = PlayedNote(onset_s, offset_s, min(max(round(pitch), 0), 127), velocity)
            contours[len(notes)] = _tracked(track, note, None)
            notes.append(note)
            confidence.append(sure)
    return HeardSong(tuple(notes), tuple(confidence), contours)


def _begun_s(posteriors: NotePosteriors, voiced_s: float, pitch: float, earliest_s: float) -> float:
    """Return when the network hears a note begin, near where the tracker becomes sure of it: softly begun, later."""
    key = round(pitch) - LOWEST_MIDI
    window_s = (max(voiced_s - _SOFT_S, earliest_s), voiced_s + _HOP_S)
    first, last = np.searchsorted(posteriors.times_s, window_s)
    if not 0 <= key < N_PITCHES or last - first < 2:
        return voiced_s
    onset = posteriors.onset[first:last, key]
    at = int(np.argmax(onset))
    is_peak = onset[at] >= _BEGUN and at < len(onset) - 1
    return float(posteriors.times_s[first + at]) if is_peak else voiced_s


def _struck_again(posteriors: NotePosteriors, start_s: float, stop_s: float, pitch: float, least: float) -> list[float]:
    key = round(pitch) - LOWEST_MIDI
    first, last = np.searchsorted(posteriors.times_s, (start_s, stop_s))
    if not 0 <= key < N_PITCHES or last - first < 3:
        return []
    onset = posteriors.onset[first:last, max(key - 1, 0) : key + 2].max(axis=1)
    peaks = np.flatnonzero((onset[1:-1] > onset[:-2]) & (onset[1:-1] >= onset[2:]) & (onset[1:-1] >= least)) + 1
    found: list[float] = []
    for at in posteriors.times_s[first + peaks].tolist():
        if at - (found[-1] if found else start_s) > _APART_S and stop_s - at > _APART_S:
            found.append(at)
    return found


def _tracked(track: PitchTrack, note: PlayedNote, attack: float | None) -> Contour:
    first, last = np.searchsorted(track.times_s, (note.onset_s, note.offset_s))
    cents = 100.0 * (track.midi[first:last] - note.midi)
    cents = np.where(track.confidence[first:last] >= _VOICED, cents, np.nan)
    return Contour(tuple(track.times_s[first:last].tolist()), tuple(cents.tolist()), attack)


def hear_drums(sound: Iterable[NDArray[np.float32]], sensitivity_percent: float) -> HeardSong:
    """Return the strikes of kick, snare and hi-hat as General MIDI's notes; ``sound`` is mono at 44 100 Hz."""
    hits = find_drum_hits(sound, least=least_likely(sensitivity_percent))
    following: dict[str, float] = {}
    notes: list[PlayedNote] = []
    for hit in reversed(hits):
        stop_s = min(hit.time_s + _STROKE_S, following.get(hit.drum, np.inf))
        following[hit.drum] = hit.time_s
        notes.append(PlayedNote(hit.time_s, stop_s, MIDI[hit.drum], _velocity(0.3 + 0.7 * hit.strength)))
    return HeardSong(tuple(reversed(notes)), tuple(hit.confidence for hit in hits))
