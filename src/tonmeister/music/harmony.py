"""Harmony from evidence: the chords of all beats, the key of each, and the key of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.music.chord_grammar import chord_grammar
from tonmeister.music.chords import (
    CHORD_CLASSES,
    CLASS_ROOTS,
    BeatNotes,
    ChordSpan,
    beat_edges,
    collect_spans,
    decode_chords,
    gather_activity,
    gather_notes,
    mean_by_beat,
    spell_chord,
    weigh_notes,
    weigh_posteriors,
)
from tonmeister.music.harmony_lattice import LatticeCosts, LatticePath, find_path
from tonmeister.music.keys import (
    KeyEstimate,
    KeySpan,
    choose_key,
    collect_keys,
    relative_key,
    weigh_bass,
    weigh_surroundings,
)
from tonmeister.music.roman import is_diatonic
from tonmeister.music.spelling import key_fifths
from tonmeister.music.tab import PlayedNote
from tonmeister.music.theory import KEY_NAMES, Key, parse_key, pitch_class

NOTES_COSTS = LatticeCosts()
SOUND_COSTS = LatticeCosts(grammar=0.5, change=-0.2, stay=0.0, n_candidates=8)
"""For a network's posteriors, whose doubts are not those of notes."""

_PER_BEAT = 2
_NOTES_SHARPNESS = 2.0
_OFF_BEAT = 1.0
_OFF_DOWNBEAT = 0.3
_EDGE_BEATS = 4
_PACE_COST = 1.5
_BLUES = 1.5
_HOME = 0.05  # a hair: twice as much would hold at home what leaves it
_BLUES_SHARE = 0.7
_REST = 0.75  # of the relative's rest: the whole's key has the doubt's benefit
_QUICK_BEATS = 1.5  # chords of chorales last so long or less, by which all weights were found
_WHOLE_SHARPNESS = 3.0


@dataclass(frozen=True)
class Harmony:
    """What is heard.

    Attributes
    ----------
    chords
        In order, without gaps, spelt in their keys.
    key_path
        In order, without gaps.
    key
        Of the whole.
    """

    chords: tuple[ChordSpan, ...]
    key_path: tuple[KeySpan, ...]
    key: KeyEstimate

    def key_at(self, beat: int) -> KeySpan:
        """Return the key of a beat."""
        return next((span for span in self.key_path if beat < span.start_beat + span.n_beats), self.key_path[-1])


def find_harmony(
    notes: Sequence[PlayedNote], beats_s: ArrayLike, *, end_s: float | None = None, costs: LatticeCosts = NOTES_COSTS
) -> Harmony:
    """Find chords and keys in notes.

    Parameters
    ----------
    notes
        In any order.
    beats_s
        Rising times.
    end_s
        End of the last beat.
    costs
        What counts how much.

    Raises
    ------
    ValueError
        If the beats do not rise.

    Examples
    --------
    >>> chords = [(48, 64, 67), (53, 65, 69), (55, 62, 71), (48, 64, 72)]
    >>> notes = [PlayedNote(beat, beat + 1, midi) for beat, chord in enumerate(chords) for midi in chord]
    >>> harmony = find_harmony(notes, [0.0, 1.0, 2.0, 3.0])
    >>> harmony.key.name, [chord.label for chord in harmony.chords]
    ('C major', ['C:maj', 'F:maj', 'G:maj', 'C:maj'])
    """
    edges_s = beat_edges(beats_s, end_s)
    slots_s = _divide(edges_s)
    sounding = gather_notes(notes, slots_s)
    return _decode(_NOTES_SHARPNESS * weigh_notes(sounding), sounding, edges_s, costs, ())


def find_harmony_in_sound(
    classes: ArrayLike,
    bass: ArrayLike,
    frame_s: float,
    beats_s: ArrayLike,
    *,
    pitch: ArrayLike | None = None,
    activity: ArrayLike | None = None,
    activity_times_s: ArrayLike | None = None,
    notes_weight: float = 0.8,
    downbeats: Sequence[int] = (),
    end_s: float | None = None,
    home: Key | None = None,
    is_drawn: bool = False,
    costs: LatticeCosts = SOUND_COSTS,
) -> Harmony:
    """Find chords and keys in a network's posteriors, with heard notes where there are some.

    Parameters
    ----------
    classes, bass, pitch
        Posteriors of shapes (n_frames, 170), (n_frames, 13) and (n_frames, 12), as
        `tonmeister.engines.chord_network.hear_chords` gives them. Without ``pitch`` only what sounds speaks for keys
        beside the chords.
    frame_s
        Length of a frame.
    beats_s
        Rising times.
    activity, activity_times_s
        A note network's posteriors, shape (n_frames, 88) from MIDI 21, and the times of their frames.
    notes_weight
        How much they count beside the network.
    downbeats
        Indexes of the beats that begin bars: a change of chord upon another beat costs more.
    end_s
        End of the last beat.
    home
        The key of the whole, where it is known from elsewhere: what stays in its relative without resting there more
        than at home is read in it.
    is_drawn
        Whether that key is preferred also to others that are hardly likelier.
    costs
        What counts how much.

    Raises
    ------
    ValueError
        If the beats do not rise, there is no frame, or activity and times do not fit.
    """
    edges_s = beat_edges(beats_s, end_s)
    slots_s = _divide(edges_s)
    evidence = weigh_posteriors(classes, frame_s, slots_s)
    low = mean_by_beat(np.asarray(bass, dtype=np.float64)[:, :12], frame_s, slots_s)
    weights = np.zeros_like(low) if pitch is None else mean_by_beat(np.asarray(pitch, np.float64), frame_s, slots_s)
    if activity is not None and activity_times_s is not None:
        sounding = gather_activity(activity, activity_times_s, slots_s)
        evidence = evidence + notes_weight * weigh_notes(sounding)
        weights = sounding.weights if pitch is None else weights
    return _decode(evidence / _PER_BEAT, BeatNotes(weights, low), edges_s, costs, downbeats, home, is_drawn=is_drawn)


def _divide(edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Split every beat into slots: what passes within a beat would blur its chord."""
    places = np.arange((edges_s.size - 1) * _PER_BEAT + 1) / _PER_BEAT
    return np.asarray(np.interp(places, np.arange(edges_s.size), edges_s))


def _decode(
    evidence: NDArray[np.float64],
    sounding: BeatNotes,
    edges_s: NDArray[np.float64],
    costs: LatticeCosts,
    downbeats: Sequence[int],
    home: Key | None = None,
    *,
    is_drawn: bool = False,
) -> Harmony:
    """Find the path by slots; a beat has the chord and the key of its first."""
    late = np.zeros((edges_s.size - 1, _PER_BEAT))
    if len(downbeats):
        late[:, 0] = _OFF_DOWNBEAT
        late[list(downbeats), 0] = 0.0
    late[:, 1:] = _OFF_BEAT
    per_chord = _PER_BEAT * max(1.0, _chord_beats(evidence) / _QUICK_BEATS)
    for_keys = weigh_surroundings(sounding.weights, per_chord) + weigh_bass(sounding.bass, per_chord)
    if home is not None and is_drawn:
        for_keys[:, pitch_class(home.tonic) + 12 * (home.mode == "minor")] += _HOME
    path = find_path(evidence, for_keys, chord_grammar(), costs, late.ravel())
    blue = _find_blues(path)
    if blue is not None:
        for_keys[:, blue] += _BLUES
        path = find_path(evidence, for_keys, chord_grammar(), costs, late.ravel())
    first = slice(None, None, _PER_BEAT)
    on_beats = LatticePath(
        path.chords[first], path.keys[first], path.chord_probability[first], path.key_probability[first]
    )
    low = sounding.bass.reshape(-1, _PER_BEAT, 12).mean(axis=1)
    keys = collect_keys(on_beats.keys, on_beats.key_probability, edges_s)
    plain = collect_spans(on_beats.chords, on_beats.chord_probability, low, edges_s)
    whole = choose_key(_weigh_whole(on_beats))
    keys = _settle_relatives(keys, whole, on_beats, edges_s)
    if home is not None:
        keys = _settle_rests(keys, home, on_beats, edges_s)
    keys = _settle_opening(keys, plain, on_beats, edges_s)
    return Harmony(tuple(respell(chord, keys) for chord in plain), tuple(keys), whole)


def _chord_beats(evidence: NDArray[np.float64]) -> float:
    """Return how many beats a chord lasts in the middle, as the evidence alone would have it."""
    path, _ = decode_chords(evidence, _PACE_COST)
    return len(path) / _PER_BEAT / (1 + int(np.count_nonzero(np.diff(path))))


def _find_blues(path: LatticePath) -> int | None:
    """Return the tonic where dominant sevenths on it and its fourth are the rule; the grammar would have them lead."""
    sevenths = np.array([label.endswith(":7") for label in CHORD_CLASSES])
    roots = CLASS_ROOTS[path.chords]
    if np.mean(sevenths[path.chords]) < _BLUES_SHARE:
        return None
    by_root = np.bincount(roots[sevenths[path.chords]], minlength=12) / len(roots)
    tonic = int(by_root.argmax())
    three = by_root[tonic] + by_root[(tonic + 5) % 12] + by_root[(tonic + 7) % 12]
    return tonic if three >= _BLUES_SHARE and by_root[(tonic + 5) % 12] > 0 else None


def _by_beat(keys: Sequence[KeySpan]) -> NDArray[np.int64]:
    """Return the index in `KEY_NAMES` of each beat's key."""
    return np.repeat([KEY_NAMES.index(span.name) for span in keys], [span.n_beats for span in keys])


def _settle_opening(
    keys: list[KeySpan], chords: Sequence[ChordSpan], path: LatticePath, edges_s: NDArray[np.float64]
) -> list[KeySpan]:
    """Give a single first chord to the key that follows, if it is at home there as well."""
    if len(keys) < 2:
        return keys
    opening = [chord for chord in chords if chord.start_beat < keys[1].start_beat]
    if len(opening) > 1 or not all(chord.root < 0 or is_diatonic(chord, keys[1].key) for chord in opening):
        return keys
    settled = _by_beat(keys)
    settled[: keys[1].start_beat] = KEY_NAMES.index(keys[1].name)
    return collect_keys(settled, path.key_probability, edges_s)


def _settle_relatives(
    keys: list[KeySpan], whole: KeyEstimate, path: LatticePath, edges_s: NDArray[np.float64]
) -> list[KeySpan]:
    """Read a path that never comes home, but stays in the relative of the whole's key, in the whole's key itself."""
    if any(span.name == whole.name for span in keys):
        return keys
    home, relative = KEY_NAMES.index(whole.name), KEY_NAMES.index(whole.relative)
    return collect_keys(np.where(path.keys == relative, home, path.keys), path.key_probability, edges_s)


def _settle_rests(keys: list[KeySpan], home: Key, path: LatticePath, edges_s: NDArray[np.float64]) -> list[KeySpan]:
    """Read passages in the relative of the whole's key in that key where its tonic triad lasts nearly as long there.

    Both have the same tones and nearly the same chords: where the music rests tells which of them it is.
    """
    relative, settled = relative_key(home), _by_beat(keys)
    for span in keys:
        beats = slice(span.start_beat, span.start_beat + span.n_beats)
        at_home = count_tonics(path.chords[beats], home)
        if span.name == relative.name and 0 < at_home >= _REST * count_tonics(path.chords[beats], relative):
            settled[beats] = KEY_NAMES.index(home.name)
    return collect_keys(settled, path.key_probability, edges_s)


def count_tonics(chords: NDArray[np.int64], key: Key) -> int:
    """Return on how many beats the tonic triad of a key sounds, plain or with a seventh."""
    kind = "min" if key.mode == "minor" else "maj"
    is_kind = np.array([label.partition(":")[2].startswith(kind) for label in CHORD_CLASSES])
    return int(np.count_nonzero(is_kind[chords] & (CLASS_ROOTS[chords] == pitch_class(key.tonic))))


def _weigh_whole(path: LatticePath) -> NDArray[np.float64]:
    """Score keys of the whole: how much of it is in each, and in which it ends and begins."""
    shares = path.key_probability.mean(axis=0)
    last = path.key_probability[-_EDGE_BEATS:].mean(axis=0)
    first = path.key_probability[:_EDGE_BEATS].mean(axis=0)
    scores = _WHOLE_SHARPNESS * np.log(0.6 * shares + 0.2 * last + 0.2 * first + 1e-6)
    # Where the likeliest whole is no key of the path, both readings stand: the path's own comes first by a hair.
    visited = set(path.keys.tolist())
    near = visited | {KEY_NAMES.index(relative_key(parse_key(KEY_NAMES[key])).name) for key in visited}
    if int(scores.argmax()) not in near:
        scores[np.bincount(path.keys, minlength=24).argmax()] = scores.max() + 1e-3
    return np.asarray(scores)


def respell(chord: ChordSpan, keys: Sequence[KeySpan]) -> ChordSpan:
    """Spell a chord in the key that it begins in."""
    home = next((key for key in keys if chord.start_beat < key.start_beat + key.n_beats), keys[-1])
    return replace(chord, label=spell_chord(chord.root, chord.quality, chord.bass, key_fifths(home.key)))
