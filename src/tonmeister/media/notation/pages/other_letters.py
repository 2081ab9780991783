"""Letters that Times lacks, as pictures out of fonts at hand: installed ones, and those that the studio's page brings.

The page's font has Greek, Cyrillic and marked Latin letters, so that these need nothing installed. Other scripts want
an installed font, found by fontconfig. Letters are drawn one by one: scripts whose letters change with those beside
them, or that run from right to left, are left to programs that know how.
"""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING

from tonmeister.media.notation.pages.music_signs import MusicSign

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_EM = 400  # points of a letter's picture: 1200 a inch in a title of 24 pt
_BOLD = 700
_BUNDLED = ("greek", "cyrillic", "latin-ext", "greek-ext", "cyrillic-ext", "vietnamese")
_FROM_RIGHT = {"R", "AL"}
# Indic and kin, from Devanagari to Myanmar, Khmer to Mongolian, Limbu to Lepcha: letters join, or change their places.
_JOINED = ((0x0900, 0x109F), (0x1780, 0x18AF), (0x1900, 0x1CFF))
_NOWHERE = "\U0010fffd"  # no font has a letter there: what is drawn for it stands for all that a font lacks
_MOST_ASKED = 64
_ASK_S = 10.0


@dataclass
class OtherLetters:
    """Finds letters in fonts; those that were opened once are asked first, so that a word is of one font."""

    _open: dict[tuple[bool, bool], list[FreeTypeFont]] = field(default_factory=dict)
    _bundled: dict[bool, list[FreeTypeFont]] = field(default_factory=dict)
    _by_file: dict[tuple[str, int], FreeTypeFont | None] = field(default_factory=dict)
    _n_asked: int = 0

    def find(self, letter: str, *, is_bold: bool = False, is_italic: bool = False) -> MusicSign | None:
        """Return a letter as it is drawn, or None where no font has it or it cannot stand by itself."""
        if not stands_alone(letter):
            return None
        opened = self._open.setdefault((is_bold, is_italic), [])
        for font in opened:
            if (sign := _draw(letter, font)) is not None:
                return sign
        for font in self._fonts(letter, is_bold=is_bold, is_italic=is_italic):
            if (sign := _draw(letter, font)) is not None:
                opened.append(font)
                return sign
        return None

    def _fonts(self, letter: str, *, is_bold: bool, is_italic: bool) -> Iterator[FreeTypeFont]:
        """Yield fonts that may have a letter: the installed one that is nearest to Times, and the bundled ones."""
        if self._n_asked < _MOST_ASKED:
            self._n_asked += 1
            installed = _ask_fontconfig(letter, is_bold=is_bold, is_italic=is_italic)
            if installed is not None and (font := self._installed(*installed)) is not None:
                yield font
        if is_bold not in self._bundled:
            self._bundled[is_bold] = list(_open_bundled(is_bold))
        yield from self._bundled[is_bold]

    def _installed(self, file: str, index: int) -> FreeTypeFont | None:
        if (file, index) not in self._by_file:
            self._by_file[file, index] = _open(file, index)
        return self._by_file[file, index]


def _open_bundled(is_bold: bool) -> Iterator[FreeTypeFont]:
    folder = resources.files("tonmeister") / "static" / "assets"
    names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    for subset in _BUNDLED:
        for name in (name for name in names if name.startswith(f"inter-{subset}-wght-")):
            with resources.as_file(folder / name) as path:
                font = _open(str(path), 0)
            if font is not None:
                if is_bold:
                    font.set_variation_by_axes([_BOLD])
                yield font


def stands_alone(letter: str) -> bool:
    """Tell whether a letter looks the same whatever stands beside it, and text with it runs from left to right."""
    code = ord(letter)
    return (
        unicodedata.category(letter)[0] not in "MC"
        and unicodedata.bidirectional(letter) not in _FROM_RIGHT
        and not any(first <= code <= last for first, last in _JOINED)
    )


def _ask_fontconfig(letter: str, *, is_bold: bool, is_italic: bool) -> tuple[str, int] | None:
    """Return the file and the place in it of the installed font that fits best, where fontconfig is installed."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    wish = f"Times New Roman,serif:charset={ord(letter):x}:weight={'bold' if is_bold else 'regular'}"
    wish += f":slant={'italic' if is_italic else 'roman'}"
    try:
        answer = subprocess.run(  # noqa: S603 - a number and fixed words
            [program, "--format", "%{file}\n%{index}", wish], capture_output=True, text=True, check=True, timeout=_ASK_S
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None  # as where none is installed: the letter is told as lacking
    file, _, index = answer.rpartition("\n")
    return (file, int(index)) if file and index.isdigit() else None


def _open(file: str, index: int) -> FreeTypeFont | None:
    from PIL import ImageFont

    try:
        return ImageFont.truetype(file, _EM, index=index, layout_engine=ImageFont.Layout.BASIC)
    except (OSError, ValueError):  # a font of bitmaps alone, or none at all
        return None


def _draw(letter: str, font: FreeTypeFont) -> MusicSign | None:
    """Return a letter's picture as PDF's operators, or None where the font lacks it."""
    from PIL import Image, ImageDraw

    try:
        mask, lacking = (bytes(font.getmask(each, mode="1")) for each in (letter, _NOWHERE))
        if mask == lacking or not (any(mask) or letter.isspace()):
            return None
        left, top, right, bottom = (round(each) for each in font.getbbox(letter, mode="1", anchor="ls"))
        width = 1000.0 * font.getlength(letter, mode="1") / _EM
    except OSError:
        return None
    if right <= left or bottom <= top:
        return MusicSign(letter, width, "")
    picture = Image.new("1", (right - left, bottom - top))
    ImageDraw.Draw(picture).text((-left, -top), letter, font=font, fill=1, anchor="ls")
    per_point = 1000.0 / _EM
    place = (
        f"{picture.width * per_point:g} 0 0 {picture.height * per_point:g} {left * per_point:g} {-bottom * per_point:g}"
    )
    head = f"BI /W {picture.width} /H {picture.height} /IM true /BPC 1 /D [1 0] /F /AHx ID"
    return MusicSign(letter, width, f"q {place} cm {head} {picture.tobytes().hex()}> EI Q")
