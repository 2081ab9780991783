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
    0.93, 1.55, 0.514, 0.108, -0.292, 5.966, 1.451, 0.593, 0.078, 0.149, 0.072, 0.189, 0.393, -0.424, -0.033, 0.506,
    -0.041, 0.055, -0.122, -0.131, 0.403, -0.279, -0.151, -0.05, 0.086, -0.791, -0.343, 0.43, 0.342, 0.232, 0.037,
    0.007, -0.079, -0.201, 0.047, -0.128, 0.211, -0.353, -0.044, 0.296, -0.039, 0.037, -0.053, -0.055, -0.968,
    -0.343, 0.431, -0.108, 0.163, 0.36, 0.677, -0.028, -0.426, -0.178, -0.345, -0.223,
)
_ANY_MOVES = (
    1.173, 0.136, 0.267, 0.255, -0.285, 0.091, 0.481, -0.622, -0.207, -0.141, 0.104, 0.26,
)
# fmt: on

STYLES: Mapping[str, Style] = MappingProxyType(
    {style.name: style for style in (Style("any", "Music of which nothing is known.", _ANY_GRIPS, _ANY_MOVES),)}
)
"""The styles by name; "any" is for music of which nothing is known."""
