"""Chords in time: the vocabulary, chords heard in notes or in a network's output, smoothed and laid on beats.

Evidence is an array of shape (n_beats, 170): for every beat a score (a log-likelihood up to a constant) of every class
of `CHORD_CLASSES`. It comes from notes, from posteriors, or from both added up; `decode_chords` finds the likeliest
path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.music.spelling import degree_name, spell_pitch_class
from tonmeister.music.tab import PlayedNote
from tonmeister.music.theory import parse_chord

QUALITIES = (
    "maj", "min", "min6", "maj6", "min7", "minmaj7", "maj7", "7", "dim", "aug", "dim7", "hdim7", "sus2", "sus4",
)  # fmt: skip
"""The kinds of chord that are told apart, as Harte's shorthands."""

_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
CHORD_CLASSES = tuple(sorted([f"{root}:{quality}" for root in _SHARPS for quality in QUALITIES] + ["N", "X"]))
"""All 170 classes in order: every root with every quality, ``N`` (no chord), ``X`` (a chord that is none of these)."""

_NO_CHORD = CHORD_CLASSES.index("N")
_OTHER = CHORD_CLASSES.index("X")
_PARSED = [parse_chord("N" if label == "X" else label) for label in CHORD_CLASSES]
_QUALITY_OF = [label.partition(":")[2] for label in CHORD_CLASSES]
CLASS_ROOTS = np.array([chord.root for chord in _PARSED])
"""Pitch class of each class's root, -1 for ``N`` and ``X``."""

_TONES = np.array([[float(tone in chord.pitch_classes) for tone in range(12)] for chord in _PARSED])
_ROOT_TONE = np.array([[float(tone == chord.root) for tone in range(12)] for chord in _PARSED])

# Rarer kinds must explain more than common ones do: hand-set, in the unit of _IN_CHORD.
_RARITY = {
    "maj": 0.0, "min": 0.0, "7": 0.08, "min7": 0.12, "dim": 0.1, "maj7": 0.15, "hdim7": 0.12, "dim7": 0.15,
    "maj6": 0.4, "min6": 0.4, "minmaj7": 0.4, "aug": 0.35, "sus4": 0.3, "sus2": 0.4,
}  # fmt: skip
_PRIOR = -np.array([_RARITY.get(quality, 0.0) for quality in _QUALITY_OF])
_IN_CHORD = 2.2
_MISSING = 0.8
_BASS_IS_ROOT = 0.15
_BASS_IN_CHORD = 0.06
_NOTES_SHARPNESS = 3.0
_FAINT = 0.2
_SOUNDS = 0.4


@dataclass(frozen=True)
class ChordSpan:
    """A chord in time.

    Attributes
    ----------
    start_s, end_s
        From when to when.
    start_beat
        Index of the beat that it begins on.
    n_beats
        How many beats it lasts.
    label
        Harte's syntax with the inversion, such as ``G:7/3``; ``N`` where there is no chord.
    root, bass
        Pitch classes; -1 for ``N``.
    confidence
        Probability of the label's root and quality under the evidence, 0 to 1, mean over the beats.
    """

    start_s: float
    end_s: float
    start_beat: int
    n_beats: int
    label: str
    root: int
    bass: int
    confidence: float

    @property
    def quality(self) -> str:
        """The shorthand after the root, such as ``min7``; empty for ``N``."""
        return self.label.partition(":")[2].partition("/")[0]


@dataclass(frozen=True)
class BeatNotes:
    """What sounds in each beat.

    Attributes
    ----------
    weights
        Shape (n_beats, 12): how long and how loud each pitch class sounds; what begins with the beat counts more.
    bass
        Shape (n_beats, 12): the share of the beat in which each pitch class is the lowest tone.
    """

    weights: NDArray[np.float64]
    bass: NDArray[np.float64]


def class_index(chord: ChordSpan) -> int:
    """Return the index of a chord's class in `CHORD_CLASSES`; of ``X`` if its kind is none of these.

    Examples
    --------
    >>> CHORD_CLASSES[class_index(ChordSpan(0, 1, 0, 1, "Bb:min7/b3", 10, 1, 1.0))]
    'A#:min7'
    """
    name = "N" if chord.root < 0 else f"{_SHARPS[chord.root]}:{chord.quality}"
    return CHORD_CLASSES.index(name) if name in CHORD_CLASSES else _OTHER


def beat_edges(beats_s: ArrayLike, end_s: float | None = None) -> NDArray[np.float64]:
    """Return the edges of the beats: their beginnings and the end of the last.

    Parameters
    ----------
    beats_s
        Rising times.
    end_s
        End of the last beat; None makes it as long as the middle one.

    Raises
    ------
    ValueError
        If there is no beat, the times do not rise, or a lone beat has no end.

    Examples
    --------
    >>> beat_edges([0.0, 0.5, 1.0]).tolist()
    [0.0, 0.5, 1.0, 1.5]
    """
    times = np.asarray(beats_s, dtype=np.float64)
    if times.ndim != 1 or times.size == 0 or (times.size == 1 and end_s is None):
        raise ValueError(f"beats_s must hold two times or more, or one and end_s, got shape {times.shape}")
    last = float(times[-1] + np.median(np.diff(times))) if end_s is None else max(end_s, float(times[-1]) + 1e-3)
    edges = np.append(times, last)
    if not np.all(np.diff(edges) > 0):
        raise ValueError("beats_s must rise")
    return edges


def gather_notes(notes: Sequence[PlayedNote], edges_s: NDArray[np.float64]) -> BeatNotes:
    """Gather notes by beat and pitch class.

    Parameters
    ----------
    notes
        In any order.
    edges_s
        Of shape (n_beats + 1,), from `beat_edges`.
    """
    n_beats = edges_s.size - 1
    weights, bass = np.zeros((n_beats, 12)), np.zeros((n_beats, 12))
    lowest: list[list[tuple[int, float, float]]] = [[] for _ in range(n_beats)]
    for note in notes:
        first = max(int(np.searchsorted(edges_s, note.onset_s + 1e-6, side="right")) - 1, 0)
        for beat in range(first, n_beats):
            start, end = float(edges_s[beat]), float(edges_s[beat + 1])
            if start >= note.offset_s - 1e-6:
                break
            length = end - start
            share = (min(note.offset_s, end) - max(note.onset_s, start)) / length
            if share <= 0:
                continue
            with_beat = 1.3 if note.onset_s <= start + 0.1 * length else 1.0
            weights[beat, note.midi % 12] += share * with_beat * (0.5 + note.velocity / 192)
            lowest[beat].append((note.midi, max(note.onset_s, start), min(note.offset_s, end)))
    for beat, sounding in enumerate(lowest):
        _mark_bass(bass[beat], sounding, float(edges_s[beat]), float(edges_s[beat + 1]))
    return BeatNotes(weights, bass)


def gather_activity(
    activity: ArrayLike, times_s: ArrayLike, edges_s: NDArray[np.float64], *, lowest_midi: int = 21
) -> BeatNotes:
    """Gather a note network's posteriors by beat and pitch class.

    Parameters
    ----------
    activity
        Shape (n_frames, n_pitches): probability that each pitch sounds.
    times_s
        Shape (n_frames,): the middle of each frame.
    edges_s
        Of shape (n_beats + 1,), from `beat_edges`.
    lowest_midi
        The pitch of the first column.

    Raises
    ------
    ValueError
        If activity and times do not fit.
    """
    sounds, times = np.asarray(activity, dtype=np.float64), np.asarray(times_s, dtype=np.float64)
    if sounds.ndim != 2 or sounds.shape[0] != times.size:
        raise ValueError(f"activity must have one row for each of the {times.size} times, got shape {sounds.shape}")
    fold = np.zeros((sounds.shape[1], 12))
    fold[np.arange(sounds.shape[1]), (lowest_midi + np.arange(sounds.shape[1])) % 12] = 1.0
    surely = sounds >= _SOUNDS
    lowest = np.where(surely.any(axis=1), surely.argmax(axis=1), -1)
    low = np.zeros((times.size, 12))
    low[lowest >= 0, (lowest_midi + lowest[lowest >= 0]) % 12] = 1.0
    beats = np.searchsorted(edges_s, times, side="right") - 1
    within = (beats >= 0) & (beats < edges_s.size - 1)
    weights, bass = np.zeros((edges_s.size - 1, 12)), np.zeros((edges_s.size - 1, 12))
    np.add.at(weights, beats[within], (np.where(sounds >= _FAINT, sounds, 0.0) @ fold)[within])
    np.add.at(bass, beats[within], low[within])
    n_frames = np.maximum(np.bincount(beats[within], minlength=edges_s.size - 1), 1)[:, None]
    return BeatNotes(weights / n_frames, bass / n_frames)


def _mark_bass(bass: NDArray[np.float64], sounding: list[tuple[int, float, float]], start: float, end: float) -> None:
    covered: list[tuple[float, float]] = []
    for midi, onset, offset in sorted(sounding):
        free = [(onset, offset)]
        for low, high in covered:
            free = [
                piece for a, b in free for piece in ((a, min(b, low)), (max(a, high), b)) if piece[1] - piece[0] > 1e-9
            ]
        bass[midi % 12] += sum(b - a for a, b in free) / (end - start)
        covered.extend(free)


def weigh_notes(sounding: BeatNotes) -> NDArray[np.float64]:
    """Return the evidence of notes.

    Parameters
    ----------
    sounding
        From `gather_notes`.

    Returns
    -------
    numpy.ndarray
        Shape (n_beats, 170). A beat without a note speaks for ``N``.

    Notes
    -----
    For each chord: the share of what sounds that belongs to it, less the share of its tones that are missing, a little
    for a bass that is its root or one of its tones, less the rarity of its kind.
    """
    total = sounding.weights.sum(axis=1, keepdims=True)
    shares = sounding.weights / np.maximum(total, 1e-9)
    n_tones = np.maximum(_TONES.sum(axis=1), 1.0)
    missing = (shares < 0.02).astype(np.float64) @ _TONES.T / n_tones
    score = _IN_CHORD * shares @ _TONES.T - _MISSING * missing + _PRIOR
    score += _BASS_IS_ROOT * sounding.bass @ _ROOT_TONE.T + _BASS_IN_CHORD * sounding.bass @ _TONES.T
    score[:, _NO_CHORD] = np.where(total[:, 0] < 0.05, 3.0, 0.0)
    score[:, _OTHER] = -9.0
    return np.asarray(score * _NOTES_SHARPNESS)


def weigh_posteriors(
    classes: ArrayLike, frame_s: float, edges_s: NDArray[np.float64], *, floor: float = 1e-4
) -> NDArray[np.float64]:
    """Return the evidence of a network's posteriors: their mean log over each beat.

    Parameters
    ----------
    classes
        Shape (n_frames, 170), each row adding up to 1; frame k covers ``k * frame_s`` to ``(k + 1) * frame_s``.
    frame_s
        Length of a frame.
    edges_s
        Of shape (n_beats + 1,), from `beat_edges`.
    floor
        Added to every probability, so that one frame's certainty cannot rule a beat.
    """
    return mean_by_beat(np.log(np.asarray(classes, dtype=np.float64) + floor), frame_s, edges_s)


def mean_by_beat(values: NDArray[np.float64], frame_s: float, edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Integrate a staircase between the edges; beyond the last frame the last one goes on."""
    n_frames = values.shape[0]
    if n_frames == 0:
        raise ValueError("the posteriors must hold one frame or more")
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])
    places = np.clip(edges_s / frame_s, 0.0, n_frames)
    whole = np.minimum(places.astype(np.int64), n_frames - 1)
    at = sums[whole] + (places - whole)[:, None] * values[whole]
    lengths = np.diff(places)[:, None]
    return np.asarray(np.where(lengths > 1e-9, np.diff(at, axis=0) / np.maximum(lengths, 1e-9), values[-1]))


def decode_chords(
    evidence: NDArray[np.float64], change_costs: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the likeliest path of chords.

    Parameters
    ----------
    evidence
        Shape (n_beats, n_classes).
    change_costs
        What it costs, in the unit of the evidence, to change the chord upon each beat: one number or shape (n_beats,).

    Returns
    -------
    path, probability
        Shape (n_beats,): the class of each beat, and its probability given all beats (forward-backward).
    """
    n_beats, n_classes = evidence.shape
    costs = np.broadcast_to(np.asarray(change_costs, dtype=np.float64), (n_beats,))
    best = evidence[0].copy()
    come_from = np.zeros((n_beats, n_classes), dtype=np.int64)
    stay = np.arange(n_classes)
    for beat in range(1, n_beats):
        leader = int(best.argmax())
        changed = best[leader] - costs[beat]
        come_from[beat] = np.where(best >= changed, stay, leader)
        best = np.maximum(best, changed) + evidence[beat]
    path = np.zeros(n_beats, dtype=np.int64)
    path[-1] = int(best.argmax())
    for beat in range(n_beats - 1, 0, -1):
        path[beat - 1] = come_from[beat, path[beat]]
    posterior = _forward_backward(evidence, costs)
    return path, posterior[np.arange(n_beats), path]


def _forward_backward(evidence: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.float64]:
    likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    switch = np.exp(-costs)
    forward, backward = np.empty_like(likelihood), np.ones_like(likelihood)
    forward[0] = likelihood[0] / likelihood[0].sum()
    for beat in range(1, len(evidence)):
        forward[beat] = (forward[beat - 1] * (1.0 - switch[beat]) + switch[beat]) * likelihood[beat]
        forward[beat] /= forward[beat].sum()
    for beat in range(len(evidence) - 2, -1, -1):
        ahead = backward[beat + 1] * likelihood[beat + 1]
        backward[beat] = ahead * (1.0 - switch[beat + 1]) + switch[beat + 1] * ahead.sum()
        backward[beat] /= backward[beat].max()
    posterior = forward * backward
    return np.asarray(posterior / posterior.sum(axis=1, keepdims=True))


def collect_spans(
    path: NDArray[np.int64],
    probability: NDArray[np.float64],
    bass: NDArray[np.float64],
    edges_s: NDArray[np.float64],
) -> list[ChordSpan]:
    """Join equal beats to spans and name their inversion.

    Parameters
    ----------
    path, probability
        From `decode_chords`.
    bass
        Shape (n_beats, 12): how much each pitch class sounds as the bass.
    edges_s
        Of shape (n_beats + 1,).
    """
    spans: list[ChordSpan] = []
    starts = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist()]
    for first, stop in zip(starts, [*starts[1:], len(path)], strict=True):
        chord = _PARSED[path[first]]
        low = _heard_bass(path[first], bass[first:stop].mean(axis=0))
        span = ChordSpan(
            start_s=float(edges_s[first]),
            end_s=float(edges_s[stop]),
            start_beat=first,
            n_beats=stop - first,
            label="N",
            root=chord.root,
            bass=low,
            confidence=float(probability[first:stop].mean()),
        )
        spans.append(replace(span, label=spell_chord(chord.root, _QUALITY_OF[path[first]], low)))
    return spans


def _heard_bass(chord_class: int, bass: NDArray[np.float64]) -> int:
    root = int(CLASS_ROOTS[chord_class])
    if root < 0:
        return -1
    tones = np.where(_TONES[chord_class] > 0, bass, 0.0)
    lowest = int(tones.argmax())
    # The root has the benefit of the doubt: an inversion must be heard for longer than everything else together.
    return lowest if tones[lowest] > 0.5 * max(float(bass.sum()), 1e-9) and tones[lowest] > tones[root] else root


def spell_chord(root: int, quality: str, bass: int, n_fifths: int = 0) -> str:
    """Return a chord in Harte's syntax.

    Parameters
    ----------
    root, bass
        Pitch classes; a root of -1 gives ``N``.
    quality
        Harte's shorthand.
    n_fifths
        Sharps (flats: negative) of the key that it is spelt in.

    Examples
    --------
    >>> spell_chord(10, "7", 2, -3), spell_chord(10, "min", 10, 5), spell_chord(-1, "", -1)
    ('Bb:7/3', 'A#:min', 'N')
    """
    if root < 0:
        return "N"
    name = f"{spell_pitch_class(root, n_fifths)}:{quality}"
    return name if bass in (root, -1) else f"{name}/{degree_name((bass - root) % 12, quality)}"


def estimate_chords(
    notes: Sequence[PlayedNote], beats_s: ArrayLike, *, end_s: float | None = None, change_cost: float = 0.75
) -> list[ChordSpan]:
    """Estimate chords from notes, beat by beat.

    Parameters
    ----------
    notes
        In any order.
    beats_s
        Rising times.
    end_s
        End of the last beat.
    change_cost
        What a change of chord must gain.

    Returns
    -------
    list of ChordSpan
        In order, without gaps; spelt without a key.

    Examples
    --------
    >>> notes = [PlayedNote(0, 1, midi) for midi in (48, 64, 67)] + [PlayedNote(1, 2, midi) for midi in (47, 62, 67)]
    >>> [span.label for span in estimate_chords(notes, [0.0, 1.0])]
    ['C:maj', 'G:maj/3']
    """
    edges_s = beat_edges(beats_s, end_s)
    sounding = gather_notes(notes, edges_s)
    path, probability = decode_chords(weigh_notes(sounding), change_cost)
    return collect_spans(path, probability, sounding.bass, edges_s)


def smooth_chords(
    classes: ArrayLike,
    bass: ArrayLike,
    frame_s: float,
    beats_s: ArrayLike,
    *,
    end_s: float | None = None,
    notes: Sequence[PlayedNote] = (),
    downbeats: Sequence[int] = (),
    notes_weight: float = 0.3,
    change_cost: float = 2.0,
) -> list[ChordSpan]:
    """Lay a network's chords on beats.

    Parameters
    ----------
    classes
        Posteriors, shape (n_frames, 170), columns as in `CHORD_CLASSES`.
    bass
        Posteriors of the bass, shape (n_frames, 13): the pitch classes from C, then none.
    frame_s
        Length of a frame.
    beats_s
        Rising times.
    end_s
        End of the last beat.
    notes
        Heard notes; they add their evidence.
    downbeats
        Indexes of the beats that begin bars: changes upon them cost half.
    notes_weight
        How much the notes count beside the network.
    change_cost
        What a change of chord must gain.

    Returns
    -------
    list of ChordSpan
        In order, without gaps; spelt without a key.
    """
    edges_s = beat_edges(beats_s, end_s)
    evidence = weigh_posteriors(classes, frame_s, edges_s)
    # A chord outside of the vocabulary is still named by its nearest neighbour, with the doubt in the confidence.
    evidence[:, _OTHER] = -1e3
    low = mean_by_beat(np.asarray(bass, dtype=np.float64), frame_s, edges_s)[:, :12]
    if notes:
        sounding = gather_notes(notes, edges_s)
        evidence = evidence + notes_weight * weigh_notes(sounding)
    costs = np.full(edges_s.size - 1, change_cost)
    costs[list(downbeats)] *= 0.5
    path, probability = decode_chords(evidence, costs)
    return collect_spans(path, probability, low, edges_s)
