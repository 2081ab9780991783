"""The letters of a PDF page: Times in two encodings, signs of the music font and letters of other fonts as our own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tonmeister.media.notation.pages.music_signs import MusicSign, find_music_sign
from tonmeister.media.notation.pages.other_letters import OtherLetters

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
_LETTERS_A_FONT = 255
# Marks of Latin letters that PDF's encodings lack, by their combining signs; drawn from the
# middle of the letter just above it, or on its base line. Few readers have such letters in their Times.
_ABOVE = {
    "\u0301": "-40 0 m 5 0 l 100 165 l 5 165 l h f",
    "\u0304": "50 w -120 60 m 120 60 l S",
    "\u0306": "45 w -110 140 m -95 20 95 20 110 140 c S",
    "\u0307": "110 w 0 80 m 0 80 l S",
    "\u030a": "38 w 70 80 m 70 119 39 150 0 150 c -39 150 -70 119 -70 80 c -70 41 -39 10 0 10 c 39 10 70 41 70 80 c S",
    "\u030b": "-110 0 m -70 0 l 20 165 l -70 165 l h f 40 0 m 80 0 l 170 165 l 80 165 l h f",
    "\u030c": "-140 160 m -85 160 l 0 65 l 85 160 l 140 160 l 30 0 l -30 0 l h f",
}
_BELOW = {
    "\u0326": "-5 -70 m 60 -70 l 10 -220 l -40 -220 l h f",
    "\u0327": "-5 -70 m 60 -70 l 10 -220 l -40 -220 l h f",
    "\u0328": "45 w 40 -10 m -80 -80 -60 -230 90 -180 c S",
}
_BESIDE = "dtlL"  # a caron stands beside tall letters
_NAMED = {"Ł": "Lslash", "ł": "lslash", "ı": "dotlessi", "−": "minus"}  # these Times has in every reader
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
    _others: dict[tuple[str, int], MusicSign] = field(default_factory=dict)
    _fonts: OtherLetters = field(default_factory=OtherLetters)

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
            if letter in _NAMED:
                return f"N{kind.face}", bytes([list(_NAMED).index(letter) + 1]), width
            if _mark(letter) is not None:
                code = self._marked.setdefault(letter, len(self._marked) + 1)
                return f"L{kind.face}", bytes([code]), width
        if (found := self._other(letter, kind)) is not None:
            return found
        if not unicodedata.combining(letter):
            self.undrawn[letter] = None
        return "M", bytes([self._signs.setdefault("□", len(self._signs) + 1)]), 0.6 * kind.size

    def _other(self, letter: str, kind: Type) -> tuple[str, bytes, float] | None:
        """Return a letter of another font, if one has it; as a byte tells them apart, many are of several fonts."""
        key = letter, kind.face
        if key not in self._others:
            sign = None
            if letter not in self.undrawn:
                sign = self._fonts.find(letter, is_bold=kind.is_bold, is_italic=kind.is_italic)
            if sign is None:
                return None
            self._others[key] = sign
        font, code = divmod(list(self._others).index(key), _LETTERS_A_FONT)
        return f"O{font}", bytes([code + 1]), self._others[key].width / 1000.0 * kind.size

    def fonts(self, add: Callable[[str], int], stream: Callable[[str, bytes], int]) -> str:
        """Write the fonts into a document, and return them as a page names them."""
        named = []
        listed = "/".join(_NAMED.values())
        for at, face in enumerate(_FACES):
            head = f"<</Type/Font/Subtype/Type1/BaseFont/{face}/Encoding"
            named.append((f"F{at}", add(f"{head}/WinAnsiEncoding>>")))
            named.append((f"N{at}", add(f"{head}<</Type/Encoding/Differences[1/{listed}]>>>>")))
        letters = dict(named)
        for at in range(len(_FACES) if self._marked else 0):
            signs = [_marked_letter(letter, at) for letter in self._marked]
            named.append((f"L{at}", _drawn_font(signs, add, stream, f"/Font<</F {letters[f'F{at}']} 0 R>>")))
        others = list(self._others.values())
        for at in range(0, len(others), _LETTERS_A_FONT):
            drawn = others[at : at + _LETTERS_A_FONT]
            named.append((f"O{at // _LETTERS_A_FONT}", _drawn_font(drawn, add, stream)))
        if self._signs:
            named.append(
                ("M", _drawn_font([find_music_sign(letter) or _SQUARE for letter in self._signs], add, stream))
            )
        return "".join(f"/{name} {number} 0 R" for name, number in named)


def _drawn_font(
    signs: Sequence[MusicSign], add: Callable[[str], int], stream: Callable[[str, bytes], int], resources: str = ""
) -> int:
    """Write a font whose letters are drawn, numbered from 1."""
    drawn = [stream("", f"{sign.width:g} 0 d0\n".encode("ascii") + sign.outline.encode("cp1252")) for sign in signs]
    known = stream("", _to_unicode([sign.text for sign in signs]))
    procedures = "".join(f"/s{at} {number} 0 R" for at, number in enumerate(drawn, 1))
    names = "".join(f"/s{at}" for at in range(1, len(signs) + 1))
    widths = " ".join(f"{sign.width:g}" for sign in signs)
    return add(
        f"<</Type/Font/Subtype/Type3/FontBBox[-100 -500 1000 1400]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 1"
        f"/LastChar {len(signs)}/Widths[{widths}]/Encoding<</Type/Encoding/Differences[1{names}]>>"
        f"/CharProcs<<{procedures}>>/Resources<<{resources}>>/ToUnicode {known} 0 R>>"
    )


_SQUARE = MusicSign("□", 600.0, "40 w 60 0 480 600 re S")


def _mark(letter: str) -> tuple[str, str] | None:
    """Return the plain letter and the mark of a Latin one, where both can be drawn."""
    parts = unicodedata.normalize("NFD", letter)
    if len(parts) != 2 or not ("A" <= parts[0] <= "Z" or "a" <= parts[0] <= "z"):
        return None
    return (parts[0], parts[1]) if parts[1] in _ABOVE or parts[1] in _BELOW else None


def _marked_letter(letter: str, face: int) -> MusicSign:
    base, mark = _mark(letter) or (letter, "")
    width = _WIDTHS[ord(base) - 32] * (_BOLDER if face & 1 else 1.0)
    text = f"BT /F 1000 Tf ({base}) Tj ET"
    if mark == "\u030c" and base in _BESIDE:
        return MusicSign(letter, width, f"{text} BT /F 1000 Tf {width - 90:g} 0 Td (\u2019) Tj ET")
    is_above = mark in _ABOVE
    height = (690 if base.isupper() or base in "bdfhklt" else 500) if is_above else 0
    lean = 0.2 * height if face & 2 else 0.0
    drawn = _ABOVE[mark] if is_above else _BELOW[mark]
    return MusicSign(letter, width, f"{text} q 1 J 1 0 0 1 {width / 2 + lean:g} {height} cm {drawn} Q")


def _to_unicode(texts: Sequence[str]) -> bytes:
    """Return what readers copy and search, by code from 1."""
    rows = "\n".join(f"<{at:02X}> <{text.encode('utf-16-be').hex().upper()}>" for at, text in enumerate(texts, 1))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Letters def /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(texts)} beginbfchar\n{rows}\nendbfchar\nendcmap end end\n"
    ).encode("ascii")
