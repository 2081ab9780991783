"""Keys: the key of a stretch of music, and the path of keys through a piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.music.chord_grammar import chord_grammar
from tonmeister.music.chords import CHORD_CLASSES, ChordSpan, class_index
from tonmeister.music.harmony_lattice import LatticeCosts, find_path
from tonmeister.music.theory import KEY_NAMES, Key, Mode, parse_key, pitch_class

# How well each tone above the tonic fits the key: Krumhansl and Kessler's probe-tone ratings (1982).
_PROFILES = np.array(
    [
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ]
)
# How often each step above the tonic is the lowest tone, in parts of a hundred: counted in the chorales that
# `chord_successions` names, as far as their scores were at hand.
_BASS_PROFILES = np.array(
    [
        [31.3, 0.2, 8.4, 0.1, 9.4, 11.4, 1.2, 19.7, 0.7, 8.8, 0.6, 8.3],
        [32.9, 0.1, 6.2, 6.5, 0.7, 8.9, 1.3, 26.4, 5.6, 1.8, 2.8, 6.9],
    ]
)
_BASS = 0.1
_SHARPNESS = 14.0
_RIVAL = 0.5
_REACH_CHORDS = 4
_SURROUNDINGS = 1.26


@dataclass(frozen=True)
class KeyEstimate:
    """A key and what else it could be.

    Attributes
    ----------
    tonic, mode
        The likeliest key.
    confidence
        Its probability, 0 to 1.
    is_ambiguous
        Whether another key is at least half as likely.
    relative
        The key with the same tones.
    relative_ambiguity
        How likely the relative key is beside both: 0 (out of the question) to 0.5 (as likely).
    alternatives
        Other keys and their probabilities, likeliest first; at most four, none below 0.02.
    """

    tonic: str
    mode: Mode
    confidence: float
    is_ambiguous: bool
    relative: str
    relative_ambiguity: float
    alternatives: tuple[tuple[str, float], ...]

    @property
    def key(self) -> Key:
        """The key itself."""
        return Key(self.tonic, self.mode)

    @property
    def name(self) -> str:
        """The key in words, such as ``"A minor"``."""
        return self.key.name


@dataclass(frozen=True)
class KeySpan:
    """A key in time, from ``start_s`` to ``end_s``; ``start_beat`` is the index of its first beat."""

    start_s: float
    end_s: float
    start_beat: int
    n_beats: int
    tonic: str
    mode: Mode
    confidence: float

    @property
    def key(self) -> Key:
        """The key itself."""
        return Key(self.tonic, self.mode)

    @property
    def name(self) -> str:
        """The key in words."""
        return self.key.name


def relative_key(key: Key) -> Key:
    """Return the key with the same tones and the other mode.

    Examples
    --------
    >>> relative_key(Key("A", "minor")).name, relative_key(Key("Eb", "major")).name
    ('C major', 'C minor')
    """
    major = key.mode == "major"
    tonic = (pitch_class(key.tonic) + (9 if major else 3)) % 12
    return parse_key(KEY_NAMES[tonic + 12 if major else tonic])


def camelot(key: Key) -> str:
    """Return a key's place on the wheel that disc jockeys use: C major is 8B, A minor 8A.

    Examples
    --------
    >>> camelot(Key("C", "major")), camelot(Key("F#", "minor"))
    ('8B', '11A')
    """
    tone = pitch_class(key.tonic) + (3 if key.mode == "minor" else 0)
    return f"{(7 * tone + 7) % 12 + 1}{'A' if key.mode == 'minor' else 'B'}"


def weigh_keys(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of chroma with the 24 keys' profiles.

    Parameters
    ----------
    chroma
        Shape (..., 12), from C.

    Returns
    -------
    numpy.ndarray
        Shape (..., 24), -1 to 1: the major keys from C, then the minor ones; 0 where nothing sounds.
    """
    spread = chroma - chroma.mean(axis=-1, keepdims=True)
    length = np.sqrt((spread**2).sum(axis=-1, keepdims=True))
    profiles = np.array([np.roll(_PROFILES[mode], tonic) for mode in (0, 1) for tonic in range(12)])
    profiles -= profiles.mean(axis=1, keepdims=True)
    profiles /= np.sqrt((profiles**2).sum(axis=1, keepdims=True))
    return np.asarray(spread / np.maximum(length, 1e-12) @ profiles.T)


def estimate_key(chroma: ArrayLike) -> KeyEstimate:
    """Estimate the key of a stretch of music from its pitch classes.

    Parameters
    ----------
    chroma
        Shape (12,) or (12, n): how much each pitch class sounds, from C.

    Returns
    -------
    KeyEstimate
        With the relative key's share; a flat chroma gives every key the same probability.

    Raises
    ------
    ValueError
        If the first axis is not 12 long or a number is negative or not finite.

    Examples
    --------
    >>> estimate_key([5, 0, 3, 0, 4, 3, 0, 4, 0, 3, 0, 2]).name
    'C major'
    """
    heard = np.asarray(chroma, dtype=np.float64)
    if heard.ndim not in (1, 2) or heard.shape[0] != 12:
        raise ValueError(f"chroma must have the shape (12,) or (12, n), got {heard.shape}")
    if not np.all(np.isfinite(heard)) or np.any(heard < 0):
        raise ValueError("chroma must be finite and not negative")
    total = heard if heard.ndim == 1 else heard.sum(axis=1)
    return choose_key(_SHARPNESS * weigh_keys(total))


def choose_key(scores: NDArray[np.float64]) -> KeyEstimate:
    """Turn log scores of the 24 keys, in the order of `KEY_NAMES`, into an estimate."""
    probability = np.exp(scores - scores.max())
    probability /= probability.sum()
    order = np.argsort(-probability, kind="stable")
    best = int(order[0])
    key = parse_key(KEY_NAMES[best])
    relative = relative_key(key)
    rival = float(probability[KEY_NAMES.index(relative.name)])
    return KeyEstimate(
        tonic=key.tonic,
        mode=key.mode,
        confidence=float(probability[best]),
        is_ambiguous=bool(probability[order[1]] >= _RIVAL * probability[best]),
        relative=relative.name,
        relative_ambiguity=rival / (rival + float(probability[best])),
        alternatives=tuple((KEY_NAMES[k], float(probability[k])) for k in order[1:5] if probability[k] >= 0.02),
    )


def key_path(
    chroma: NDArray[np.float64],
    edges_s: NDArray[np.float64],
    chords: Sequence[ChordSpan],
    costs: LatticeCosts | None = None,
) -> list[KeySpan]:
    """Find the path of keys through a piece whose chords are settled.

    Parameters
    ----------
    chroma
        Shape (n_beats, 12): how much each pitch class sounds.
    edges_s
        Shape (n_beats + 1,): where beats begin and the last one ends.
    chords
        On the same beats, without gaps.
    costs
        What a change of key must gain; None takes the usual.

    Returns
    -------
    list of KeySpan
        In order, without gaps. Where chords are still open, `tonmeister.music.harmony.find_harmony` finds both.

    Raises
    ------
    ValueError
        If the shapes or the chords do not fit.

    Examples
    --------
    >>> chords = [ChordSpan(k, k + 1, k, 1, f"{name}:maj", tone, tone, 1.0)
    ...           for k, (name, tone) in enumerate([("C", 0), ("F", 5), ("G", 7), ("C", 0)])]
    >>> tones = [{0, 4, 7}, {5, 9, 0}, {7, 11, 2}, {0, 4, 7}]
    >>> chroma = np.array([[float(tone in chord) for tone in range(12)] for chord in tones])
    >>> [span.name for span in key_path(chroma, np.arange(5.0), chords)]
    ['C major']
    """
    n_beats = edges_s.size - 1
    if chroma.shape != (n_beats, 12):
        raise ValueError(f"chroma must have the shape ({n_beats}, 12) to fit edges_s, got {chroma.shape}")
    if sum(chord.n_beats for chord in chords) != n_beats:
        raise ValueError(f"chords must cover the {n_beats} beats without gaps")
    evidence = np.full((n_beats, len(CHORD_CLASSES)), -1e3)
    beat = 0
    for chord in chords:
        evidence[beat : beat + chord.n_beats, class_index(chord)] = 0.0
        beat += chord.n_beats
    settled = replace(costs or LatticeCosts(), n_candidates=1)
    per_chord = max(1.0, n_beats / len(chords))
    path = find_path(evidence, weigh_surroundings(chroma, per_chord), chord_grammar(), settled)
    return collect_keys(path.keys, path.key_probability, edges_s)


def collect_keys(
    path: NDArray[np.int64], probability: NDArray[np.float64], edges_s: NDArray[np.float64]
) -> list[KeySpan]:
    """Join equal beats to spans.

    Parameters
    ----------
    path
        Shape (n_beats,): indexes of `KEY_NAMES`.
    probability
        Shape (n_beats, 24).
    edges_s
        Shape (n_beats + 1,).
    """
    spans: list[KeySpan] = []
    starts = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist()]
    for first, stop in zip(starts, [*starts[1:], len(path)], strict=True):
        key = parse_key(KEY_NAMES[path[first]])
        sure = float(probability[first:stop, path[first]].mean())
        start_s, end_s = float(edges_s[first]), float(edges_s[stop])
        spans.append(KeySpan(start_s, end_s, first, stop - first, key.tonic, key.mode, sure))
    return spans


def weigh_bass(bass: NDArray[np.float64], per_chord: float = 1.0) -> NDArray[np.float64]:
    """Return what the lowest tones say for the 24 keys, shape (n_slots, 24), log-likelihood.

    Parameters
    ----------
    bass
        Shape (n_slots, 12): the share of each slot in which each pitch class is the lowest.
    per_chord
        How many slots a chord lasts: they share its evidence.
    """
    shares = np.log(_BASS_PROFILES / _BASS_PROFILES.sum(axis=1, keepdims=True))
    by_key = np.array([np.roll(shares[mode], tonic) for mode in (0, 1) for tonic in range(12)])
    return np.asarray(_BASS / per_chord * bass @ by_key.T)


def weigh_surroundings(chroma: NDArray[np.float64], per_chord: float = 1.0) -> NDArray[np.float64]:
    """Return what the tones around each slot say for the 24 keys, shape (n_slots, 24), log-likelihood.

    Parameters
    ----------
    chroma
        Shape (n_slots, 12).
    per_chord
        How many slots a chord lasts: they share its evidence, and the surroundings are as many chords wide. Else music
        that takes its time would seem to change its key with every chord.
    """
    sums = np.vstack([np.zeros(12), np.cumsum(chroma, axis=0)])
    slots = np.arange(len(chroma))
    reach = max(1, round(_REACH_CHORDS * per_chord))
    low, high = np.maximum(slots - reach, 0), np.minimum(slots + reach + 1, len(chroma))
    return _SURROUNDINGS / per_chord * weigh_keys(sums[high] - sums[low])
