"""Names of sections stand clear of chord names: the engraver keeps their boxes apart from them by a hair alone."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

GAP = 120.0
"""How far a box stays from a chord name, in the picture's units, of which a millimetre has a hundred."""
_ASCENT, _DESCENT, _WIDTH = 0.72, 0.22, 0.6  # of a letter's size: capitals, commas, a wide letter
_SECTION = re.compile(r'<g id="[^"]*" class="reh"[^>]*>.*?</g>', re.S)
_CHORD = re.compile(r'<g id="[^"]*" class="harm"[^>]*>\s*<text x="(-?[\d.]+)" y="(-?[\d.]+)"(.*?)</text>', re.S)
_RECT = re.compile(r'<rect [^>]*x="(-?[\d.]+)" y="(-?[\d.]+)" height="([\d.]+)" width="([\d.]+)"')
_SIZE = re.compile(r'font-size="([1-9]\d*)px">([^<]*)<')
_HEIGHT = re.compile(r' y="(-?[\d.]+)"')


@dataclass(frozen=True)
class Box:
    """What something covers on the page; ``top`` is less than ``bottom``."""

    left: float
    right: float
    top: float
    bottom: float

    def is_near(self, other: Box) -> bool:
        """Return whether both are less than `GAP` apart."""
        across = self.left < other.right + GAP and other.left < self.right + GAP
        return across and self.top < other.bottom + GAP and other.top < self.bottom + GAP

    def lifted(self, height: float) -> Box:
        """Return the same box that much higher."""
        return Box(self.left, self.right, self.top - height, self.bottom - height)


def lift_sections(page: str) -> str:
    """Return a page of Verovio's with each section's box lifted until no chord name is near."""
    chords = chord_boxes(page)

    def lift(found: re.Match[str]) -> str:
        box = section_box(found[0])
        if box is None:
            return found[0]
        height = 0
        # each time above one chord name more, so that it ends
        while near := [chord for chord in chords if chord.is_near(box.lifted(height))]:
            height = math.ceil(box.bottom - min(chord.top for chord in near) + GAP)
        return _HEIGHT.sub(lambda at: f' y="{float(at[1]) - height:g}"', found[0]) if height else found[0]

    return _SECTION.sub(lift, page)


def chord_boxes(page: str) -> list[Box]:
    """Return what the chord names of a page cover, wide letters assumed."""
    boxes = []
    for found in _CHORD.finditer(page):
        runs = [(float(size), text.strip()) for size, text in _SIZE.findall(found[3])]
        if not runs:
            continue
        x, y, size = float(found[1]), float(found[2]), min(size for size, _ in runs)
        width = sum(_WIDTH * size * len(text) for _, text in runs)
        boxes.append(Box(x, x + width, y - _ASCENT * size, y + _DESCENT * size))
    return boxes


def section_box(drawn: str) -> Box | None:
    """Return what a section's box covers; None where it has no frame."""
    found = _RECT.search(drawn)
    if found is None:
        return None
    x, y, height, width = (float(each) for each in found.groups())
    return Box(x, x + width, y, y + height)


def section_boxes(page: str) -> list[Box]:
    """Return what the sections' boxes of a page cover."""
    return [box for found in _SECTION.finditer(page) if (box := section_box(found[0])) is not None]
