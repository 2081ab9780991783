"""Which chord follows which in a key.

A symbol is a chord seen from a key: how many semitones its root lies above the tonic, and what kind of chord it is.
There are 72 of them and one for "no chord". Grammar is how often each comes after each, in major and in minor.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.music.chord_successions import MAJOR, MINOR
from tonmeister.music.chords import CHORD_CLASSES, CLASS_ROOTS

KINDS = "MDmdao"
"""Major, dominant seventh, minor, diminished, augmented, open (neither third)."""

N_SYMBOLS = 73
_NONE = 72
_KIND_OF = {
    "maj": "M", "maj7": "M", "maj6": "M", "7": "D", "min": "m", "min7": "m", "min6": "m", "minmaj7": "m", "dim": "d",
    "dim7": "d", "hdim7": "d", "aug": "a", "sus2": "o", "sus4": "o",
}  # fmt: skip
_CLASS_KINDS = np.array([KINDS.index(_KIND_OF.get(label.partition(":")[2], "o")) for label in CHORD_CLASSES])

# How often a chord is heard at all, in parts of a hundred: hand-set for songs, folk tunes and classical pieces alike,
# and relied upon where the counted successions are silent.
_ALONE = (
    "0M26 7M15 7D11 5M10 2m9 9m8 11d4 4m3 0D1 2D2.5 2M1.5 9D1 9M.6 4D1 4M.5 6d.7 8d.3 1d.3 10M.6 5m.6 8M.3 3M.3 0m.2 "
    "7m.3 11M.1 11m.1 7o1 0o.5 2o.4 5o.3 9o.2 3d.3 2d.3",
    "0m24 7M13 7D9 5m9 8M6 2d5 11d5 3M5 10M4 10D1.5 7m3 0M2 0D1.3 5M1.2 2D1 2M.6 3a.7 6d.6 9d.5 2m.8 4d.4 1M.4 8D.3 "
    "3D.3 7o1 0o.5 5o.3 2o.3 1d.2",
)
_UNHEARD = 0.02
_TRUST_AFTER = 57.0  # as many counts as make the counted half of the mixture
_NO_CHORD = 0.02


@dataclass(frozen=True)
class ChordGrammar:
    """Log-probabilities of chords in a key.

    Attributes
    ----------
    alone
        Shape (2, 73): of each symbol in major and minor.
    after
        Shape (2, 73, 73): of each symbol (last axis) after each symbol.
    """

    alone: NDArray[np.float64]
    after: NDArray[np.float64]


def symbol_index(symbol: str) -> int:
    """Return the index of a symbol written as semitones and kind.

    Examples
    --------
    >>> symbol_index("0M"), symbol_index("7D")
    (0, 43)
    """
    return int(symbol[:-1]) * len(KINDS) + KINDS.index(symbol[-1])


def symbols_in_keys(classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the symbols of chord classes in all 24 keys, shape (24, n)."""
    roots = CLASS_ROOTS[classes][None, :]
    steps = (roots - np.arange(24)[:, None] % 12) % 12
    return np.asarray(np.where(roots < 0, _NONE, steps * len(KINDS) + _CLASS_KINDS[classes][None, :]))


@functools.cache
def chord_grammar() -> ChordGrammar:
    """Return the grammar of counted successions, backed by how often each chord is heard at all.

    Notes
    -----
    Mixed as in Witten and Bell's smoothing: the more often a chord was met, the more its own successions count.
    """
    alone = np.array([_frequencies(words) for words in _ALONE])
    counts = np.array([_counts(table) for table in (MAJOR, MINOR)])
    after = (counts + _TRUST_AFTER * alone[:, None, :]) / (counts.sum(axis=2, keepdims=True) + _TRUST_AFTER)
    return ChordGrammar(alone=np.log(alone), after=np.log(after))


def _frequencies(words: str) -> NDArray[np.float64]:
    parts = np.full(N_SYMBOLS, _UNHEARD)
    for word in words.split():
        place = next(index for index, letter in enumerate(word) if letter in KINDS)
        parts[symbol_index(word[: place + 1])] = float(word[place + 1 :])
    parts[:_NONE] *= (1 - _NO_CHORD) / parts[:_NONE].sum()
    parts[_NONE] = _NO_CHORD
    return parts


def _counts(table: str) -> NDArray[np.float64]:
    counts = np.zeros((N_SYMBOLS, N_SYMBOLS))
    for line in table.split("\n"):
        before, _, rest = line.partition(":")
        words = rest.split()
        for symbol, count in zip(words[::2], words[1::2], strict=True):
            counts[symbol_index(before), symbol_index(symbol)] = float(count)
    return counts
