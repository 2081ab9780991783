"""Styles of playing, as the prices that a hand puts on grips and moves, and how much is asked of the hand.

The weights were fitted by `benchmarks/tab_tuning.py` to fingerings that people wrote down or played; a negative price
is a liking. "any" was fitted to all of them, the others each to those parts that it explains best. The price of
`high_on_extra_string` is set by hand: no part that was fitted has such a string. `choose_style` tells from the notes
where "open" does better than "any".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType


@dataclass(frozen=True)
class Style:
    """A style: its weights in the order of `fingering_costs.GRIP_TRAITS` and `fingering_costs.MOVE_TRAITS`."""

    name: str
    description: str
    grip_weights: tuple[float, ...]
    move_weights: tuple[float, ...]


@dataclass(frozen=True)
class Difficulty:
    """How much of a song is asked of the hand.

    Attributes
    ----------
    max_notes
        Notes at a time; inner ones are left out first.
    max_fingers
        Fingers at a time, a barre counting as one.
    max_stretch_frets
        Stretch between stopped strings.
    highest_fret
        Frets above it are taken only where the pitch is nowhere below.
    """

    max_notes: int
    max_fingers: int
    max_stretch_frets: int
    highest_fret: int


DIFFICULTIES: Mapping[str, Difficulty] = MappingProxyType(
    {
        "easy": Difficulty(max_notes=3, max_fingers=3, max_stretch_frets=3, highest_fret=5),
        "medium": Difficulty(max_notes=4, max_fingers=4, max_stretch_frets=4, highest_fret=12),
        "full": Difficulty(max_notes=12, max_fingers=5, max_stretch_frets=9, highest_fret=36),
    }
)
"""From what a beginner can hold to all that was played."""


# fmt: off
_ANY_GRIPS = (
    0.977, 1.145, 0.429, 0.154, -0.087, 5.974, 1.087, 0.326, -0.066, 0.107, 0.008, 0.044, 0.187, 0.3, -0.15, 0.123,
    0.137, -0.041, 0.051, -0.098, -0.066, 0.088, -0.094, -0.033, -0.007, 0.045, -0.302, -0.11, 0.194, 0.074, 0.112,
    -0.019, 0.005, -0.03, -0.126, 0.017, -0.097, 0.08, -0.208, 0.085, 0.113, -0.057, 0.018, -0.014, -0.017, -0.504,
    -0.237, 0.225, -0.127, 0.031, 0.251, 0.259, 0.086, -0.223, -0.098, -0.181, -0.125,
)
_ANY_MOVES = (
    0.959, 0.221, 0.061, 0.165, -0.11, 0.02, 0.141, -0.423, -0.016, -0.09, 0.065, 0.188,
)
_OPEN_GRIPS = (
    1.107, 1.277, 0.464, 0.075, -0.358, 5.927, 1.235, 0.385, -0.079, 0.052, -0.075, -0.037, 0.29, 0.3, -0.363, 0.159,
    0.276, 0.078, 0.051, -0.098, -0.066, 0.113, -0.11, -0.042, -0.008, 0.007, -0.348, -0.126, 0.295, 0.074, 0.112,
    -0.019, 0.005, 0.061, -0.256, -0.021, -0.171, 0.049, -0.378, 0.133, 0.211, -0.003, 0.018, -0.014, -0.017, -0.448,
    -0.24, 0.202, -0.126, 0.011, 0.163, 0.23, 0.134, -0.133, -0.098, -0.181, -0.125,
)
_OPEN_MOVES = (
    0.924, 0.125, 0.064, 0.033, -0.164, 0.148, 0.104, -0.49, 0.023, -0.113, 0.112, 0.186,
)
_POSITION_GRIPS = (
    0.75, 1.17, 0.43, 0.347, -0.275, 5.974, 1.123, 1.069, 0.017, 0.198, -0.001, 0.189, 0.306, 0.3, 0.262, 0.142, -0.103,
    -0.523, 0.037, 0.058, -0.062, -0.012, -0.047, 0.009, -0.001, 0.082, -0.06, -0.183, 0.024, 0.027, 0.112, -0.016,
    0.015, -0.02, 0.019, 0.009, -0.102, 0.192, -0.072, 0.075, -0.046, -0.356, 0.026, 0.151, 0.029, -0.659, -0.173,
    0.288, -0.092, 0.094, 0.436, 0.33, 0.165, -0.677, -0.152, -0.042, -0.154,
)
_POSITION_MOVES = (
    0.894, 0.138, 0.071, 0.364, -0.199, -0.078, 0.158, -0.518, -0.239, -0.092, 0.066, 0.238,
)
_POWER_CHORD_GRIPS = (
    0.908, 1.308, 0.429, 0.41, 0.04, 5.974, 1.378, 0.325, 0.093, 0.148, 0.321, 0.174, 0.001, 0.3, -0.383, 0.19, 0.253,
    -0.002, 0.026, -0.193, -0.066, 0.091, 0.149, -0.022, 0.259, 0.091, -0.562, -0.069, 0.327, 0.204, 0.078, -0.076,
    0.006, -0.048, -0.043, 0.028, 0.016, 0.125, -0.3, 0.112, 0.159, -0.047, 0.021, -0.046, -0.024, -0.67, -0.179, 0.298,
    -0.101, 0.038, 0.452, 0.262, 0.012, -0.175, -0.114, -0.344, -0.129,
)
_POWER_CHORD_MOVES = (
    0.888, 0.189, 0.063, 0.098, -0.121, 0.029, -0.069, -0.362, -0.125, -0.128, 0.077, 0.188,
)
# fmt: on

STYLES: Mapping[str, Style] = MappingProxyType(
    {
        style.name: style
        for style in (
            Style("any", "Music of which nothing is known.", _ANY_GRIPS, _ANY_MOVES),
            Style("open", "Chords and pickings with open strings in low positions.", _OPEN_GRIPS, _OPEN_MOVES),
            Style(
                "position",
                "Melodies and stopped chords, the hand resting in a position.",
                _POSITION_GRIPS,
                _POSITION_MOVES,
            ),
            Style(
                "power-chord", "Riffs of fifths and octaves on the low strings.", _POWER_CHORD_GRIPS, _POWER_CHORD_MOVES
            ),
        )
    }
)
"""The styles by name; "any" is for music of which nothing is known."""


_FEWEST_CHORDS = 16
_LEAP_SEMITONES = 3
_MOST_TOGETHER = 0.25
_LEAPS, _TURNS, _OPEN_CLASSES, _BIAS = 0.457, -0.587, 0.161, -0.167


def choose_style(chords: Sequence[Sequence[int]], open_midi: Sequence[int]) -> Style:
    """Return the style for music of which nothing is known but its notes: "open" or "any".

    Parameters
    ----------
    chords
        MIDI pitches of the notes that begin together, in order of time.
    open_midi
        What the open strings sound.

    Returns
    -------
    Style
        "open" for arpeggios and pickings: most notes come one by one, the upper line leaps and goes on in its
        direction, and the notes are those of open strings. Riffs leap too, but back and forth. Fewer than 16 chords,
        and necks of fewer than six strings (the rule was learnt on guitars), are "any".

    Notes
    -----
    The weights are a ridge regression of how much better "open" than "any" agrees with people's strings, of 45 parts
    of 21 songs and pieces; of classical studies the truth are the lowest places.

    Examples
    --------
    >>> choose_style([(57,), (60,), (64,), (69,)] * 8, (40, 45, 50, 55, 59, 64)).name
    'open'
    >>> choose_style([(40,), (47,)] * 16, (40, 45, 50, 55, 59, 64)).name
    'any'
    """
    pitches = [midi for chord in chords for midi in chord]
    if len(chords) < max(_FEWEST_CHORDS, (1.0 - _MOST_TOGETHER) * len(pitches)) or len(open_midi) < 6:
        return STYLES["any"]
    moves = [max(after) - max(before) for before, after in pairwise(chords)]
    leaps = sum(abs(move) >= _LEAP_SEMITONES for move in moves) / len(moves)
    turns = sum(first * second < 0 for first, second in pairwise(moves)) / (len(moves) - 1)
    classes = {midi % 12 for midi in open_midi}
    of_open = sum(midi % 12 in classes for midi in pitches) / len(pitches)
    worth = _LEAPS * leaps + _TURNS * turns + _OPEN_CLASSES * of_open + _BIAS
    return STYLES["open" if worth > 0 else "any"]
