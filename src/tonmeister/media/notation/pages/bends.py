"""Bends on a tab: an arrow from the number up to how far it is bent, and down again where it is released.

The engraver knows no bends. It keeps the room for the words over the note, and the names of the notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tonmeister.media.notation.bends import BENT, RELEASED

_MEASURE = re.compile(r'(?=<g id="[^"]*" class="measure")')
_NUMBER = re.compile(
    r'<g id="([^"]*)" class="note">\s*<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>\s*'
    r'<tspan font-size="(\d+)px">(\d+)</tspan>'
)
_ABOVE = re.compile(
    r'(<g id="[^"]*" class="dir"[^>]*>\s*<text x=")([-\d.]+)(" y="([-\d.]+)")([^>]*>\s*<tspan[^>]*>\s*'
    r'<tspan font-size=")(\d+)(px">(?:full|b?(?:\d?[¼½¾]|\d)r?)</tspan>)'
)
_BESIDE = 300.0  # words begin that near to the middle of their number, in the picture's units, 100 to a millimetre
_REACH, _FALL = 260.0, 300.0  # how far to the right an arrow goes up, and down again
_WIDE, _LONG = 38.0, 95.0  # half of an arrow's head, and its length
_LINE = 19
_CAPITAL = 0.7  # the height of a capital, of its letter's size


@dataclass(frozen=True)
class _Number:
    name: str
    x: float
    middle_y: float
    half_width: float


def draw_bends(page: str, size: int) -> str:
    """Return a page of Verovio's with an arrow from each bent number of a tab to the words over it, in that size."""
    before, *measures = _MEASURE.split(page)
    return before + "".join(_draw_measure(measure, size) for measure in measures)


def _draw_measure(measure: str, size: int) -> str:
    numbers = [
        _Number(name, float(x), float(y) - 0.36 * float(size), 0.28 * float(size) * len(fret))
        for name, x, y, size, fret in _NUMBER.findall(measure)
    ]

    def draw(found: re.Match[str]) -> str:
        # the engraver has kept room for letters of its own size: smaller ones are lifted to its top
        x, y = float(found[2]), float(found[4]) - _CAPITAL * max(0, int(found[6]) - size)
        below = [
            number
            for number in numbers
            if number.name.startswith(BENT) and abs(number.x - x) < _BESIDE and number.middle_y > y
        ]
        if not below:
            return "".join((*found.group(1, 2, 3, 5), str(size), found[7]))
        nearest = min(below, key=lambda number: abs(number.x - x)).x
        bent = [number for number in below if number.x == nearest]
        # the arrows stay between the number and the next one of the bar
        begin = nearest + max(number.half_width for number in bent) + _LINE
        after = min((number.x - number.half_width for number in numbers if number.x > nearest), default=float("inf"))
        room = after - begin - _WIDE
        is_released = any(number.name.endswith(RELEASED) for number in bent)
        shrunk = min(1.0, max(0.25, room / (_REACH + (_FALL if is_released else 0.0))))
        tip = begin + shrunk * _REACH
        drawn = "".join(_arrow(number, begin, tip, y, shrunk) for number in bent)
        return drawn + f'{found[1]}{tip:g}" y="{y:g}" text-anchor="middle"{found[5]}{size}{found[7]}'

    return _ABOVE.sub(draw, measure)


def _arrow(number: _Number, begin: float, tip: float, words_y: float, shrunk: float) -> str:
    top, y = words_y + 60.0, number.middle_y
    base = top + _LONG
    lines = [f"M{begin:g} {y:g} C{tip:g} {y:g} {tip:g} {(y + base) / 2:g} {tip:g} {base:g}"]
    heads = [f"M{tip - _WIDE:g} {base:g} L{tip:g} {top:g} L{tip + _WIDE:g} {base:g} Z"]
    if number.name.endswith(RELEASED):
        end = tip + shrunk * _FALL
        foot = y - _LONG
        lines.append(f"M{tip:g} {top:g} C{(tip + end) / 2:g} {top:g} {end:g} {(foot + top) / 2:g} {end:g} {foot:g}")
        heads.append(f"M{end - _WIDE:g} {foot:g} L{end:g} {y:g} L{end + _WIDE:g} {foot:g} Z")
    drawn = "".join(f'<path d="{line}" fill="none" stroke="currentColor" stroke-width="{_LINE}" />' for line in lines)
    filled = "".join(f'<path d="{head}" fill="currentColor" />' for head in heads)
    return f'<g class="bend">{drawn}{filled}</g>'
