"""The letters of a PDF page: Times in two encodings, and the signs of the music font drawn as a font of our own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tonmeister.media.notation.pages.music_signs import MusicSign, find_music_sign

_FACES = ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic")
# Widths of Times-Roman from space to tilde, in thousandths of the size (Adobe's font metrics).
_WIDTHS = (
    *(250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278),
    *((500,) * 10),
    *(278, 278, 564, 564, 564, 444, 921),
    *(722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722),
    *(944, 722, 722, 611, 333, 278, 333, 469, 500, 333),
    *(444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500),
    *(722, 500, 500, 444, 480, 200, 480, 541),
)
_BOLDER = 1.05
# Letters beyond Windows' Western European ones that Times has in every reader (Adobe's standard Latin set), by mark.
_MARKED = {
    "ACUTE": ("acute", "CcLlNnRrSsZz"),
    "BREVE": ("breve", "AaGg"),
    "CARON": ("caron", "CcDdEeLlNnRrTt"),
    "CEDILLA": ("cedilla", "Ss"),
    "COMMA": ("commaaccent", "GgKkLlNnRrTtSs"),
    "DOT ABOVE": ("dotaccent", "EIZez"),
    "DOUBLE ACUTE": ("hungarumlaut", "OoUu"),
    "MACRON": ("macron", "AaEeIiOoUu"),
    "OGONEK": ("ogonek", "AaEeIiUu"),
    "RING ABOVE": ("ring", "Uu"),
}
_UNMARKED = {"Đ": "Dcroat", "đ": "dcroat", "Ł": "Lslash", "ł": "lslash", "ı": "dotlessi", "−": "minus",
             "≤": "lessequal", "≥": "greaterequal", "≠": "notequal"}  # fmt: skip
_SPACES = {"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2011": "-"}


@dataclass(frozen=True)
class Type:
    """How letters look."""

    size: float = 0.0
    is_bold: bool = False
    is_italic: bool = False

    @property
    def face(self) -> int:
        """Its number among the four faces of Times."""
        return self.is_bold + 2 * self.is_italic


@dataclass(frozen=True)
class Run:
    """Letters of one font: its name on the page, the bytes that choose them there, and how wide they are."""

    font: str
    codes: bytes
    width: float


@dataclass
class Lettering:
    """The letters of one document, and what of its texts no font here can write."""

    undrawn: dict[str, None] = field(default_factory=dict)
    _marked: dict[str, int] = field(default_factory=dict)
    _signs: dict[str, int] = field(default_factory=dict)

    def runs(self, text: str, kind: Type) -> Iterator[Run]:
        """Yield a text as runs of letters, each of one font; what cannot be written is left as a white square."""
        font, codes, width = "", bytearray(), 0.0
        for letter in unicodedata.normalize("NFC", text):
            its_font, code, its_width = self._letter(_SPACES.get(letter, letter), kind)
            if its_font != font and codes:
                yield Run(font, bytes(codes), width)
                codes, width = bytearray(), 0.0
            font = its_font
            codes += code
            width += its_width
        if codes:
            yield Run(font, bytes(codes), width)

    def _letter(self, letter: str, kind: Type) -> tuple[str, bytes, float]:
        sign = find_music_sign(letter)
        if sign is not None:
            code = self._signs.setdefault(letter, len(self._signs) + 1)
            return "M", bytes([code]), sign.width / 1000.0 * kind.size
        plain = unicodedata.normalize("NFKD", letter)[0]
        width = (_WIDTHS[ord(plain) - 32] if 32 <= ord(plain) < 127 else 500) / 1000.0 * kind.size
        width *= _BOLDER if kind.is_bold else 1.0
        try:
            return f"F{kind.face}", letter.encode("cp1252"), width
        except UnicodeEncodeError:
            if _glyph_name(letter) is not None:
                code = self._marked.setdefault(letter, len(self._marked) + 1)
                return f"L{kind.face}", bytes([code]), width
        if not unicodedata.combining(letter):
            self.undrawn[letter] = None
        return "M", bytes([self._signs.setdefault("□", len(self._signs) + 1)]), 0.6 * kind.size

    def fonts(self, add: Callable[[str], int], stream: Callable[[str, bytes], int]) -> str:
        """Write the fonts into a document, and return them as a page names them."""
        named = []
        for at, face in enumerate(_FACES):
            named.append((f"F{at}", add(f"<</Type/Font/Subtype/Type1/BaseFont/{face}/Encoding/WinAnsiEncoding>>")))
        if self._marked:
            known = stream("", _to_unicode(list(self._marked)))
            names = "/".join(_glyph_name(letter) or "" for letter in self._marked)
            for at, face in enumerate(_FACES):
                named.append(
                    (
                        f"L{at}",
                        add(
                            f"<</Type/Font/Subtype/Type1/BaseFont/{face}/ToUnicode {known} 0 R"
                            f"/Encoding<</Type/Encoding/Differences[1/{names}]>>>>"
                        ),
                    )
                )
        if self._signs:
            named.append(("M", self._music_font(add, stream)))
        return "".join(f"/{name} {number} 0 R" for name, number in named)

    def _music_font(self, add: Callable[[str], int], stream: Callable[[str, bytes], int]) -> int:
        signs = [find_music_sign(letter) or _SQUARE for letter in self._signs]
        drawn = [stream("", f"{sign.width:g} 0 d0\n{sign.outline}".encode("ascii")) for sign in signs]
        known = stream("", _to_unicode([sign.text for sign in signs]))
        procedures = "".join(f"/s{at} {number} 0 R" for at, number in enumerate(drawn, 1))
        names = "".join(f"/s{at}" for at in range(1, len(signs) + 1))
        widths = " ".join(f"{sign.width:g}" for sign in signs)
        return add(
            f"<</Type/Font/Subtype/Type3/FontBBox[-100 -500 1000 1400]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 1"
            f"/LastChar {len(signs)}/Widths[{widths}]/Encoding<</Type/Encoding/Differences[1{names}]>>"
            f"/CharProcs<<{procedures}>>/Resources<<>>/ToUnicode {known} 0 R>>"
        )


_SQUARE = MusicSign("□", 600.0, "40 w 60 0 480 600 re S")


def _glyph_name(letter: str) -> str | None:
    """Return the name of a letter in Adobe's standard Latin set, if it is one of those that encodings here lack."""
    if letter in _UNMARKED:
        return _UNMARKED[letter]
    base = unicodedata.normalize("NFD", letter)
    name, _, mark = unicodedata.name(letter, "").partition(" WITH ")
    mark = mark.removesuffix(" BELOW")
    if not name.startswith("LATIN") or len(base) != 2 or mark not in _MARKED:
        return None
    ending, letters = _MARKED[mark]
    if mark == "CEDILLA" and base[0] not in letters:
        ending, letters = _MARKED["COMMA"]  # Unicode calls the comma below Baltic letters a cedilla
    return base[0] + ending if base[0] in letters else None


def _to_unicode(texts: Sequence[str]) -> bytes:
    """Return what readers copy and search, by code from 1."""
    rows = "\n".join(f"<{at:02X}> <{text.encode('utf-16-be').hex().upper()}>" for at, text in enumerate(texts, 1))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Letters def /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(texts)} beginbfchar\n{rows}\nendbfchar\nendcmap end end\n"
    ).encode("ascii")
