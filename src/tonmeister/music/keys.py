"""Keys: the key of a stretch of music, and the path of keys through a piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.music.chords import ChordSpan
from tonmeister.music.theory import KEY_NAMES, Key, Mode, parse_key, pitch_class

# How well each tone above the tonic fits the key: Krumhansl and Kessler's probe-tone ratings (1982).
_PROFILES = np.array(
    [
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ]
)
_SHARPNESS = 14.0
_RIVAL = 0.5


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
    chords: Sequence[ChordSpan] = (),
    *,
    change_cost: float = 4.0,
) -> list[KeySpan]:
    """Find the path of keys through a piece.

    Parameters
    ----------
    chroma
        Shape (n_beats, 12): how much each pitch class sounds.
    edges_s
        Shape (n_beats + 1,): where beats begin and the last one ends.
    chords
        On the same beats; their functions add to the evidence.
    change_cost
        What a change to a neighbouring key must gain, in log-likelihood; farther keys cost more.

    Returns
    -------
    list of KeySpan
        In order, without gaps.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    n_beats = edges_s.size - 1
    if chroma.shape != (n_beats, 12):
        raise ValueError(f"chroma must have the shape ({n_beats}, 12) to fit edges_s, got {chroma.shape}")
    evidence = _weigh_window(chroma) + weigh_chords_in_keys(chords, n_beats)
    path, probability = decode_keys(evidence, change_cost)
    starts = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist()]
    spans: list[KeySpan] = []
    for first, stop in zip(starts, [*starts[1:], n_beats], strict=True):
        key = parse_key(KEY_NAMES[path[first]])
        sure = float(probability[first:stop].mean())
        spans.append(
            KeySpan(float(edges_s[first]), float(edges_s[stop]), first, stop - first, key.tonic, key.mode, sure)
        )
    return spans


def _weigh_window(chroma: NDArray[np.float64], reach: int = 4) -> NDArray[np.float64]:
    sums = np.vstack([np.zeros(12), np.cumsum(chroma, axis=0)])
    beats = np.arange(len(chroma))
    low, high = np.maximum(beats - reach, 0), np.minimum(beats + reach + 1, len(chroma))
    return 0.8 * weigh_keys(sums[high] - sums[low])


# What a triad or seventh chord on each step above the tonic says for a key, by mode and kind of third; hand-set.
_FITS: dict[Mode, dict[tuple[int, str], float]] = {
    "major": {
        (0, "major"): 1.0, (2, "minor"): 0.5, (4, "minor"): 0.3, (5, "major"): 0.6, (7, "major"): 0.9,
        (9, "minor"): 0.4,
        (11, "dim"): 0.6, (7, "dominant"): 1.0, (10, "major"): 0.0, (5, "minor"): 0.0, (2, "dominant"): 0.1,
    },
    "minor": {
        (0, "minor"): 1.0, (2, "dim"): 0.5, (3, "major"): 0.3, (5, "minor"): 0.6, (7, "major"): 0.9,
        (7, "dominant"): 1.0,
        (8, "major"): 0.4, (10, "major"): 0.3, (11, "dim"): 0.6, (7, "minor"): 0.2, (10, "dominant"): 0.2,
        (0, "major"): 0.1,
    },
}  # fmt: skip
_FOREIGN = -0.6


def chord_kind(quality: str) -> str:
    """Return what kind of third and seventh a chord has: major, dominant, minor, dim, aug or open.

    Examples
    --------
    >>> chord_kind("min7"), chord_kind("7"), chord_kind("sus4")
    ('minor', 'dominant', 'open')
    """
    if quality in ("7", "9"):
        return "dominant"
    if quality.startswith("maj"):
        return "major"
    if quality.startswith("min"):
        return "minor"
    if quality in ("dim", "dim7", "hdim7"):
        return "dim"
    return "aug" if quality == "aug" else "open"


def weigh_chords_in_keys(chords: Sequence[ChordSpan], n_beats: int) -> NDArray[np.float64]:
    """Return what chords say for each of the 24 keys, shape (n_beats, 24); zeros where there is no chord."""
    evidence = np.zeros((n_beats, 24))
    for span in chords:
        if span.root < 0:
            continue
        kind = chord_kind(span.quality)
        for index in range(24):
            mode: Mode = "major" if index < 12 else "minor"
            fit = _FITS[mode].get(((span.root - index) % 12, kind), 0.0 if kind == "open" else _FOREIGN)
            evidence[span.start_beat : span.start_beat + span.n_beats, index] = fit
    return evidence


def decode_keys(evidence: NDArray[np.float64], change_cost: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the likeliest path of keys.

    Parameters
    ----------
    evidence
        Shape (n_beats, 24).
    change_cost
        What a change to a neighbouring key costs.

    Returns
    -------
    path, probability
        Shape (n_beats,): the key of each beat as an index of `KEY_NAMES`, and its probability given all beats.
    """
    costs = _change_costs(change_cost)
    n_beats = len(evidence)
    best = evidence[0].copy()
    come_from = np.zeros((n_beats, 24), dtype=np.int64)
    for beat in range(1, n_beats):
        reached = best[:, None] - costs
        come_from[beat] = reached.argmax(axis=0)
        best = reached[come_from[beat], np.arange(24)] + evidence[beat]
    path = np.zeros(n_beats, dtype=np.int64)
    path[-1] = int(best.argmax())
    for beat in range(n_beats - 1, 0, -1):
        path[beat - 1] = come_from[beat, path[beat]]
    moves = np.exp(-costs)
    likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    forward, backward = np.empty_like(likelihood), np.ones_like(likelihood)
    forward[0] = likelihood[0] / likelihood[0].sum()
    for beat in range(1, n_beats):
        forward[beat] = (forward[beat - 1] @ moves) * likelihood[beat]
        forward[beat] /= forward[beat].sum()
    for beat in range(n_beats - 2, -1, -1):
        backward[beat] = moves @ (backward[beat + 1] * likelihood[beat + 1])
        backward[beat] /= backward[beat].sum()
    posterior = forward * backward
    posterior /= posterior.sum(axis=1, keepdims=True)
    return path, posterior[np.arange(n_beats), path]


def _change_costs(change_cost: float) -> NDArray[np.float64]:
    """Return what each change costs: near keys less than far ones, measured in fifths between their major tonics."""
    fifths = np.array([(index % 12 + (3 if index >= 12 else 0)) * 7 % 12 for index in range(24)])
    steps = (fifths[:, None] - fifths[None, :]) % 12
    distance = np.minimum(steps, 12 - steps)
    costs = change_cost * (1.0 + 0.3 * distance)
    np.fill_diagonal(costs, 0.0)
    return np.asarray(costs)
