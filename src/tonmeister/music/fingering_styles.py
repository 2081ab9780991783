"""Styles of playing, as the prices that a hand puts on grips and moves.

The weights were fitted by `benchmarks/tab_tuning.py` to fingerings that people wrote down or played; a negative price
is a liking. "any" was fitted to all of them, the others each to those parts that it explains best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Style:
    """A style: its weights in the order of `fingering_costs.GRIP_TRAITS` and `fingering_costs.MOVE_TRAITS`."""

    name: str
    description: str
    grip_weights: tuple[float, ...]
    move_weights: tuple[float, ...]


# fmt: off
_ANY_GRIPS = (
    0.903, 1.402, 0.422, 0.133, -0.488, 5.971, 1.48, 0.488, -0.104, 0.148, -0.047, 0.015, 0.415, -0.279, 0.171, 0.224,
    0.045, 0.057, -0.068, -0.166, 0.071, -0.185, -0.021, -0.095, 0.055, -0.322, -0.125, 0.196, 0.049, 0.133, 0.012,
    0.002, -0.173, -0.16, 0.084, -0.174, 0.212, -0.299, 0.048, 0.163, 0.072, -0.04, -0.062, -0.093, -0.85, -0.256,
    0.383, -0.057, 0.058, 0.477, 0.377, 0.126, -0.38, -0.13, -0.274, -0.254,
)
_ANY_MOVES = (
    0.85, -0.009, 0.095, 0.172, -0.165, 0.081, 0.159, -0.546, -0.173, -0.382, 0.174, 0.274,
)
_OPEN_GRIPS = (
    1.029, 1.402, 0.422, 0.013, -0.501, 5.971, 1.526, 0.53, -0.106, 0.095, -0.024, -0.063, 0.415, -0.444, 0.202,
    0.301, 0.184, 0.053, -0.068, -0.166, 0.125, -0.241, -0.044, -0.037, 0.027, -0.408, -0.079, 0.261, 0.051, 0.133,
    0.012, 0.002, -0.106, -0.241, 0.056, -0.156, 0.192, -0.419, 0.071, 0.217, 0.135, -0.041, -0.062, -0.093, -0.806,
    -0.258, 0.365, 0.007, 0.062, 0.381, 0.337, 0.16, -0.279, -0.133, -0.274, -0.254,
)
_OPEN_MOVES = (
    0.833, -0.073, 0.094, 0.073, -0.174, 0.158, 0.172, -0.546, -0.108, -0.393, 0.196, 0.303,
)
_POSITION_GRIPS = (
    0.578, 1.427, 0.417, 0.315, -0.625, 5.971, 1.483, 0.682, 0.093, 0.287, -0.087, 0.151, 0.537, 0.246, 0.179, -0.046,
    -0.193, -0.012, -0.131, -0.193, -0.066, -0.131, 0.037, -0.091, 0.099, -0.039, -0.154, -0.059, -0.026, 0.181,
    -0.003, 0.002, -0.21, 0.015, 0.102, -0.166, 0.351, -0.14, -0.007, 0.044, 0.017, -0.106, -0.092, -0.068, -0.901,
    -0.253, 0.414, -0.056, 0.071, 0.641, 0.413, 0.305, -0.514, -0.234, -0.413, -0.269,
)
_POSITION_MOVES = (
    0.815, -0.132, 0.083, 0.301, -0.177, -0.059, 0.231, -0.627, -0.396, -0.381, 0.172, 0.383,
)
_POWER_CHORD_GRIPS = (
    0.795, 1.741, 0.422, 0.322, -0.428, 5.971, 1.71, 0.406, 0.302, 0.215, 0.219, 0.193, 0.003, -0.458, 0.361, 0.235,
    -0.021, -0.015, -0.137, -0.157, 0.061, -0.024, 0.005, 0.131, 0.122, -0.614, 0.038, 0.314, 0.103, 0.064, -0.026,
    -0.001, -0.264, -0.022, 0.13, -0.062, 0.291, -0.257, 0.1, 0.093, 0.015, -0.067, -0.082, -0.092, -1.067, 0.021,
    0.477, 0.021, 0.073, 0.898, 0.356, -0.126, -0.415, -0.152, -0.403, -0.231,
)
_POWER_CHORD_MOVES = (
    0.62, -0.081, 0.141, 0.272, -0.193, 0.08, -0.135, -0.507, -0.166, -0.634, 0.264, 0.274,
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
