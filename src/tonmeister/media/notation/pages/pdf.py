"""Engraved pages as PDF: the kind of SVG that Verovio draws, turned into PDF's own lines, curves and letters.

Nothing but the standard library is needed: a drawing library would want system files that wheels do not bring.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from tonmeister.core.errors import VerificationError

_A4_POINTS = (595.28, 841.89)
_LINK = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"([MmLlHhVvCcSsQqTtZz])([^MmLlHhVvCcSsQqTtZz]*)")
_BOLD, _ITALIC = {"ending", "fing", "reh", "tempo"}, {"dir", "dynam", "mNum"}  # as Verovio's style sheet has it
_FONTS = ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic")
# Signs of the music font within text, and others that PDF's own fonts lack.
_PLAIN = {"\ueca3": "half", "\ueca5": "quarter", "\ueca7": "eighth", "\uecb7": ".", "\ue260": "b", "\ue261": "",
          "\ue262": "#", "♭": "b", "♮": "", "♯": "#"}  # fmt: skip
_MUSIC_TEXT = 0.5  # its signs are drawn larger than letters
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


@dataclass(frozen=True)
class _Type:
    """How letters look."""

    size: float = 0.0
    is_bold: bool = False
    is_italic: bool = False

    def width(self, text: str) -> float:
        wide = sum(_WIDTHS[ord(sign) - 32] if 32 <= ord(sign) < 127 else 500 for sign in text)
        return wide / 1000.0 * self.size * (1.05 if self.is_bold else 1.0)


def write_pdf(pages: Sequence[str]) -> bytes:
    """Return engraved pages (`engrave`) as one PDF of A4 pages; raise `VerificationError` for what is no such page.

    Letters are Times, which every reader has; those outside of Western Europe become their nearest plain ones.
    """
    try:
        drawn = [_Page(ET.fromstring(page)) for page in pages]  # noqa: S314 - drawn by our own engraver
    except (ET.ParseError, ValueError, KeyError) as error:
        raise VerificationError(
            f"The engraved page cannot be turned into PDF: {error}.",
            field="format",
            value="pdf",
            remedy="Choose SVG and print it from a browser.",
        ) from error
    return _assemble(drawn)


class _Page:
    """One page: what it draws, and the signs that it draws more than once."""

    def __init__(self, root: ET.Element):
        self._lines: list[str] = []
        self.signs: dict[str, bytes] = {}
        measured = [each for each in root.iter() if _tag(each) == "svg" and each.get("viewBox")]
        if not measured:
            raise ValueError("it has no measure")
        inner = measured[-1]  # the outer one measures the paper, the inner one what is drawn
        for group in next((each for each in root if _tag(each) == "defs"), []):
            self.signs[group.get("id", "")] = "\n".join(_glyph(group)).encode("ascii")
        width, height = (float(each) for each in inner.get("viewBox", "").split()[2:])
        x, y = _A4_POINTS[0] / width, _A4_POINTS[1] / height
        self._say(f"{x:.6f} 0 0 {-y:.6f} 0 {_A4_POINTS[1]} cm 1 J 1 j")
        self._draw(inner, _Type())

    @property
    def content(self) -> bytes:
        return "\n".join(self._lines).encode("cp1252", "replace")

    def _say(self, text: str) -> None:
        self._lines.append(text)

    def _draw(self, parent: ET.Element, kind: _Type) -> None:
        for element in parent:
            names = set(element.get("class", "").split())
            if "placeholder" in names:
                continue  # marks of where sections begin, which show nothing
            inner = replace(
                kind, is_bold=kind.is_bold or bool(names & _BOLD), is_italic=kind.is_italic or bool(names & _ITALIC)
            )
            self._draw_one(element, inner)

    def _draw_one(self, element: ET.Element, kind: _Type) -> None:
        tag = _tag(element)
        if tag in ("g", "svg"):
            self._say(f"q {_matrix(element.get('transform', ''))}")
            self._draw(element, kind)
            self._say("Q")
        elif tag == "use":
            sign = element.get(_LINK, "#").lstrip("#")
            if sign in self.signs:
                self._say(f"q {_matrix(element.get('transform', ''))} /{sign} Do Q")
        elif tag == "text":
            self._write(element, kind)
        elif tag in ("path", "rect", "ellipse", "polygon", "polyline"):
            self._say(f"q {' '.join(_shape(element))} Q")

    def _write(self, element: ET.Element, kind: _Type) -> None:
        """Write a text: its pieces one after the other, each line where it says."""
        line: list[tuple[str, _Type]] = []
        place = {name: element.get(name, "") for name in ("x", "y", "text-anchor")}
        for piece in _pieces(element, kind):
            if isinstance(piece, dict):
                self._set(line, place)
                line, place = [], place | piece
            else:
                line.append(piece)
        self._set(line, place)

    def _set(self, line: Sequence[tuple[str, _Type]], place: dict[str, str]) -> None:
        total = sum(kind.width(text) for text, kind in line)
        x, y = float(place["x"] or 0), float(place["y"] or 0)
        x -= {"middle": 0.5, "end": 1.0}.get(place["text-anchor"], 0.0) * total
        for text, kind in line:
            font = kind.is_bold + 2 * kind.is_italic
            safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            size = f"{kind.size:.2f}"
            self._say(f"BT /F{font} 1 Tf {size} 0 0 -{size} {x:.2f} {y:.2f} Tm ({safe}) Tj ET")
            x += kind.width(text)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _pieces(element: ET.Element, kind: _Type) -> Iterator[tuple[str, _Type] | dict[str, str]]:
    size = float(element.get("font-size", "0").removesuffix("px")) or kind.size
    kind = replace(
        kind,
        size=size * (_MUSIC_TEXT if element.get("font-family") == "Leipzig" else 1.0),
        is_bold={"bold": True, "normal": False}.get(element.get("font-weight", ""), kind.is_bold),
        is_italic={"italic": True, "normal": False}.get(element.get("font-style", ""), kind.is_italic),
    )
    moved = {name: element.attrib[name] for name in ("x", "y") if name in element.attrib}
    if _tag(element) == "tspan" and moved:
        anchor = element.get("text-anchor")
        yield moved | ({"text-anchor": anchor} if anchor else {})
    if element.text and element.text.strip():
        yield _plain(element.text.strip("\n\r\t")), kind
    for child in element:
        yield from _pieces(child, kind)
        if child.tail and child.tail.strip():
            yield _plain(child.tail.strip("\n\r\t")), kind


def _plain(text: str) -> str:
    return "".join(_plain_sign(sign) for sign in unicodedata.normalize("NFC", text))


def _plain_sign(sign: str) -> str:
    if sign in _PLAIN:
        return _PLAIN[sign]
    for form in (sign, unicodedata.normalize("NFKD", sign)[0]):
        try:
            form.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return form
    return "?"


def _matrix(text: str) -> str:
    """Return SVG's translate and scale as PDF's operators, in the same order."""
    found = []
    for name, values in re.findall(r"(\w+)\(([^)]*)\)", text):
        numbers = [float(each) for each in _NUMBER.findall(values)]
        if name == "translate":
            x, y = (*numbers, 0.0)[:2]
            found.append(f"1 0 0 1 {x:g} {y:g} cm")
        elif name == "scale":
            x, y = numbers[0], numbers[-1]
            found.append(f"{x:g} 0 0 {y:g} 0 0 cm")
        elif name == "rotate":
            raise ValueError("it holds a rotation")
    return " ".join(found)


def _glyph(group: ET.Element) -> Iterator[str]:
    for path in group:
        yield f"q {_matrix(path.get('transform', ''))} {' '.join(_path(path.get('d', '')))} f Q"


def _shape(element: ET.Element) -> Iterator[str]:
    tag, width = _tag(element), float(element.get("stroke-width") or 0)
    is_open = element.get("fill") == "none" or element.get("fill-opacity") == "0" or tag == "polyline"
    if tag == "path":
        outline = list(_path(element.get("d", "")))
        is_open = is_open or not any(step.endswith((" c", "h")) for step in outline)
    else:
        outline = list(_outline(element, tag))
    if width:
        yield f"{width:g} w"
    if dashes := element.get("stroke-dasharray"):
        yield f"[{' '.join(_NUMBER.findall(dashes))}] 0 d"
    yield from outline
    yield ("S" if width or is_open else "n") if is_open else ("B" if width else "f")


def _outline(element: ET.Element, tag: str) -> Iterator[str]:
    def number(name: str) -> float:
        return float(element.get(name, 0))

    if tag == "rect":
        yield f"{number('x'):g} {number('y'):g} {number('width'):g} {number('height'):g} re"
    elif tag == "ellipse":
        x, y, a, b = number("cx"), number("cy"), number("rx"), number("ry")
        u, v = 0.5523 * a, 0.5523 * b  # Bézier curves for a quarter of a circle
        yield f"{x + a:g} {y:g} m {x + a:g} {y + v:g} {x + u:g} {y + b:g} {x:g} {y + b:g} c"
        yield f"{x - u:g} {y + b:g} {x - a:g} {y + v:g} {x - a:g} {y:g} c"
        yield f"{x - a:g} {y - v:g} {x - u:g} {y - b:g} {x:g} {y - b:g} c"
        yield f"{x + u:g} {y - b:g} {x + a:g} {y - v:g} {x + a:g} {y:g} c h"
    else:
        points = [float(each) for each in _NUMBER.findall(element.get("points", ""))]
        for at in range(0, len(points) - 1, 2):
            yield f"{points[at]:g} {points[at + 1]:g} {'l' if at else 'm'}"
        if tag == "polygon":
            yield "h"


def _path(text: str) -> Iterator[str]:
    """Return an SVG path as PDF's operators: everything but arcs, which Verovio does not draw."""
    if re.search("[Aa]", text):
        raise ValueError("it holds an arc")
    x = y = start_x = start_y = 0.0
    bent = (0.0, 0.0)  # the control point that a smooth curve mirrors
    before = ""
    for name, values in _STEP.findall(text):
        numbers = [float(each) for each in _NUMBER.findall(values)]
        step, is_relative = name.upper(), name.islower()
        if step == "Z":
            x, y = start_x, start_y
            yield "h"
            before = step
            continue
        size = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2}[step]
        for at in range(0, len(numbers) - size + 1, size):
            values_here = numbers[at : at + size]
            if step == "H":
                points = [(values_here[0] + (x if is_relative else 0.0), y)]
            elif step == "V":
                points = [(x, values_here[0] + (y if is_relative else 0.0))]
            else:
                shift = (x, y) if is_relative else (0.0, 0.0)
                points = [
                    (u + shift[0], v + shift[1]) for u, v in zip(values_here[::2], values_here[1::2], strict=True)
                ]
            mirrored = (2 * x - bent[0], 2 * y - bent[1])
            if step in "ST":
                points.insert(0, mirrored if before in ("CS" if step == "S" else "QT") else (x, y))
            if step in "MLHV":
                kind = "m" if step == "M" and at == 0 else "l"
                yield f"{points[0][0]:g} {points[0][1]:g} {kind}"
                if kind == "m":
                    start_x, start_y = points[0]
            else:
                bent = points[-2]
                if step in "QT":
                    end = points[1]
                    points = [
                        (x + 2 / 3 * (bent[0] - x), y + 2 / 3 * (bent[1] - y)),
                        (end[0] + 2 / 3 * (bent[0] - end[0]), end[1] + 2 / 3 * (bent[1] - end[1])),
                        end,
                    ]
                yield " ".join(f"{u:g} {v:g}" for u, v in points) + " c"
            x, y = points[-1]
            before = step


def _assemble(pages: Sequence[_Page]) -> bytes:
    objects: list[bytes] = [b"", b""]  # the catalogue and the list of pages, once all else is numbered

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    def stream(head: str, content: bytes) -> int:
        packed = zlib.compress(content, 9)
        return add(f"<<{head}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode() + packed + b"\nendstream")

    fonts = [add(f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()) for name in _FONTS]
    font_list = "".join(f"/F{at} {number} 0 R" for at, number in enumerate(fonts))
    kids = []
    for page in pages:
        box = "/BBox[-10000 -10000 10000 10000]"
        signs = {name: stream(f"/Type/XObject/Subtype/Form{box}", drawn) for name, drawn in page.signs.items()}
        listed = "".join(f"/{name} {number} 0 R" for name, number in signs.items())
        content = stream("", page.content)
        size = f"{_A4_POINTS[0]} {_A4_POINTS[1]}"
        kids.append(
            add(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size}]/Contents {content} 0 R"
                f"/Resources<</Font<<{font_list}>>/XObject<<{listed}>>>>>>".encode()
            )
        )
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]>>".encode()
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
