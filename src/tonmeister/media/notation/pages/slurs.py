"""Slurs of a tab reach from number to number: the engraver begins and ends them at their right."""

from __future__ import annotations

import re

_FARTHEST = 600.0  # a slur whose beginning is on the line before begins at the line's edge
_SLUR = re.compile(r'(<g id="[^"]*" class="slur" data-startid="#([^"]*)">\s*<path d=")M([-\d.]+),[^"]*')
_NUMBER = re.compile(r'<g id="([^"]*)" class="note">\s*<text x="([-\d.]+)"')
_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")


def set_slurs(page: str) -> str:
    """Return a page of Verovio's with the slurs of its tabs moved to begin over the middle of a number."""
    numbers = {name: float(x) for name, x in _NUMBER.findall(page)}

    def move(found: re.Match[str]) -> str:
        middle = numbers.get(found[2])
        away = 0.0 if middle is None else middle - float(found[3])
        if not 0 < abs(away) < _FARTHEST:
            return found[0]
        outline = found[0][len(found[1]) :]
        return found[1] + _POINT.sub(lambda point: f"{float(point[1]) + away:g},{point[2]}", outline)

    return _SLUR.sub(move, page)
