"""Signs of the music font within text: their outlines, which come with the engraver, and what they mean in letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

from tonmeister.media.notation.pages.paths import trace

_FONT = "Leipzig"
# Plain signs of accidentals, which the music font has as well.
_SAME = {"♭": "\U0000e260", "♮": "\U0000e261", "♯": "\U0000e262", "𝄫": "\U0000e264", "𝄪": "\U0000e263"}
# What a reader copies for a sign, by its name in SMuFL; the first that its name holds.
_MEANINGS = (
    ("DoubleSharp", "##"), ("DoubleFlat", "bb"), ("Sharp", "#"), ("Flat", "b"), ("Natural", "♮"),
    ("HalfDiminished", "ø"), ("Diminished", "°"), ("Augmented", "+"), ("MajorSeventh", "Δ"), ("Minor", "-"),
    ("metNoteDoubleWhole", "𝅜"), ("metNoteWhole", "𝅝"), ("metNoteHalf", "𝅗𝅥"), ("metNoteQuarter", "♩"),
    ("metNote8th", "♪"), ("metNote16th", "𝅘𝅥𝅯"), ("metAugmentationDot", "."),
)  # fmt: skip


@dataclass(frozen=True)
class MusicSign:
    """A sign: what it says in letters, its width in thousandths of the size, and PDF's operators that draw it."""

    text: str
    width: float
    outline: str


@lru_cache(maxsize=256)
def find_music_sign(letter: str) -> MusicSign | None:
    """Return a sign of the music font, or None where a letter is none of it."""
    code = ord(_SAME.get(letter, letter))
    if not 0xE000 <= code <= 0xF8FF:
        return None
    name = f"{code:04X}"
    entry = _entries().get(name)
    picture = _folder() / _FONT / f"{name}.xml"
    if entry is None or not picture.is_file():
        return None
    known, width = entry
    paths = ET.fromstring(picture.read_text(encoding="utf-8")).iter("path")  # noqa: S314 - the engraver's own file
    outline = " ".join(" ".join(trace(path.get("d", ""))) for path in paths)
    text = next((meaning for part, meaning in _MEANINGS if part in known), "♪")
    return MusicSign(text, width, f"{outline} f")


@lru_cache(maxsize=1)
def _entries() -> dict[str, tuple[str, float]]:
    """Return the names and widths of the signs by their codes."""
    root = ET.fromstring((_folder() / f"{_FONT}.xml").read_text(encoding="utf-8"))  # noqa: S314 - the engraver's own
    return {each.get("c", ""): (each.get("n", ""), float(each.get("h-a-x") or 0)) for each in root.iter("g")}


@lru_cache(maxsize=1)
def _folder() -> Path:
    import verovio

    return Path(verovio.__file__).parent / "data"
