"""Engraved pages as PDF: the kind of SVG that Verovio draws, turned into PDF's own lines, curves and letters.

Nothing but the standard library is needed: a drawing library would want system files that wheels do not bring.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tonmeister.core.errors import VerificationError
from tonmeister.media.notation.pages.letters import Lettering, Run, Type
from tonmeister.media.notation.pages.paths import NUMBER, trace

_A4_POINTS = (595.28, 841.89)
_LINK = "{http://www.w3.org/1999/xlink}href"
_BOLD, _ITALIC = {"ending", "fing", "reh", "tempo"}, {"dir", "dynam", "mNum"}  # as Verovio's style sheet has it


class PdfFile(NamedTuple):
    """A PDF, and the letters of its texts for which it has no font: where they stand there is a white square."""

    content: bytes
    undrawn: tuple[str, ...] = ()


def write_pdf(pages: Sequence[str], *, title: str = "") -> PdfFile:
    """Return engraved pages (`engrave`) as one PDF of A4 pages; raise `VerificationError` for what is no such page.

    Letters are Times, which every reader has, as far as the Latin script goes; others come from fonts at hand.
    """
    lettering = Lettering()
    try:
        drawn = [_Page(ET.fromstring(page), lettering) for page in pages]  # noqa: S314 - drawn by our own engraver
    except (ET.ParseError, ValueError, KeyError) as error:
        raise VerificationError(
            f"The engraved page cannot be turned into PDF: {error}.",
            field="format",
            value="pdf",
            remedy="Choose SVG and print it from a browser.",
        ) from error
    return PdfFile(_assemble(drawn, lettering, title), tuple(lettering.undrawn))


class _Page:
    """One page: what it draws, and the signs that it draws more than once."""

    def __init__(self, root: ET.Element, lettering: Lettering):
        self._lettering = lettering
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
        self._draw(inner, Type())

    @property
    def content(self) -> bytes:
        return "\n".join(self._lines).encode("cp1252", "replace")

    def _say(self, text: str) -> None:
        self._lines.append(text)

    def _draw(self, parent: ET.Element, kind: Type) -> None:
        for element in parent:
            names = set(element.get("class", "").split())
            if "placeholder" in names:
                continue  # marks of where sections begin, which show nothing
            inner = replace(
                kind, is_bold=kind.is_bold or bool(names & _BOLD), is_italic=kind.is_italic or bool(names & _ITALIC)
            )
            self._draw_one(element, inner)

    def _draw_one(self, element: ET.Element, kind: Type) -> None:
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

    def _write(self, element: ET.Element, kind: Type) -> None:
        """Write a text: its pieces one after the other, each line where it says."""
        line: list[tuple[str, Type]] = []
        place = {name: element.get(name, "") for name in ("x", "y", "text-anchor")}
        for piece in _pieces(element, kind):
            if isinstance(piece, dict):
                self._set(line, place)
                line, place = [], place | piece
            else:
                line.append(piece)
        self._set(line, place)

    def _set(self, line: Sequence[tuple[str, Type]], place: dict[str, str]) -> None:
        runs = [(run, kind.size) for text, kind in line for run in self._lettering.runs(text, kind)]
        x, y = float(place["x"] or 0), float(place["y"] or 0)
        x -= {"middle": 0.5, "end": 1.0}.get(place["text-anchor"], 0.0) * sum(run.width for run, _ in runs)
        for run, size in runs:
            self._say(f"BT /{run.font} 1 Tf {size:.2f} 0 0 {-size:.2f} {x:.2f} {y:.2f} Tm {_shown(run)} Tj ET")
            x += run.width


def _shown(run: Run) -> str:
    if not run.font.startswith("F"):
        return f"<{run.codes.hex()}>"
    text = run.codes.decode("cp1252")
    return "(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _pieces(element: ET.Element, kind: Type) -> Iterator[tuple[str, Type] | dict[str, str]]:
    size = float(element.get("font-size", "0").removesuffix("px")) or kind.size
    kind = replace(
        kind,
        size=size,
        is_bold={"bold": True, "normal": False}.get(element.get("font-weight", ""), kind.is_bold),
        is_italic={"italic": True, "normal": False}.get(element.get("font-style", ""), kind.is_italic),
    )
    moved = {name: element.attrib[name] for name in ("x", "y") if name in element.attrib}
    if _tag(element) == "tspan" and moved:
        anchor = element.get("text-anchor")
        yield moved | ({"text-anchor": anchor} if anchor else {})
    if element.text and element.text.strip():
        yield element.text.strip("\n\r\t"), kind
    for child in element:
        if _tag(child) not in ("title", "desc"):  # these tell what an element is, and are not drawn
            yield from _pieces(child, kind)
        if child.tail and child.tail.strip():
            yield child.tail.strip("\n\r\t"), kind


def _matrix(text: str) -> str:
    """Return SVG's translate and scale as PDF's operators, in the same order."""
    found = []
    for name, values in re.findall(r"(\w+)\(([^)]*)\)", text):
        numbers = [float(each) for each in NUMBER.findall(values)]
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
        yield f"q {_matrix(path.get('transform', ''))} {' '.join(trace(path.get('d', '')))} f Q"


def _shape(element: ET.Element) -> Iterator[str]:
    tag, width = _tag(element), float(element.get("stroke-width") or 0)
    is_open = element.get("fill") == "none" or element.get("fill-opacity") == "0" or tag == "polyline"
    if tag == "path":
        outline = list(trace(element.get("d", "")))
        is_open = is_open or not any(step.endswith((" c", "h")) for step in outline)
    else:
        outline = list(_outline(element, tag))
    if width:
        yield f"{width:g} w"
    if dashes := element.get("stroke-dasharray"):
        yield f"[{' '.join(NUMBER.findall(dashes))}] 0 d"
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
        points = [float(each) for each in NUMBER.findall(element.get("points", ""))]
        for at in range(0, len(points) - 1, 2):
            yield f"{points[at]:g} {points[at + 1]:g} {'l' if at else 'm'}"
        if tag == "polygon":
            yield "h"


def _assemble(pages: Sequence[_Page], lettering: Lettering, title: str) -> bytes:
    objects: list[bytes] = [b"", b""]  # the catalogue and the list of pages, once all else is numbered

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    def stream(head: str, content: bytes) -> int:
        packed = zlib.compress(content, 9)
        return add(f"<<{head}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode() + packed + b"\nendstream")

    font_list = lettering.fonts(lambda text: add(text.encode("ascii")), stream)
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
    about = add(f"<</Title<FEFF{title.encode('utf-16-be').hex()}>/Producer(Tonmeister)>>".encode("ascii"))
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
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info {about} 0 R>>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
