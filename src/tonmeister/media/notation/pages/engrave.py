"""Engraved pages: SVG drawn by Verovio from our MusicXML."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from xml.sax.saxutils import escape

from tonmeister.core.errors import MissingPartError, VerificationError
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.pages.bends import draw_bends
from tonmeister.media.notation.pages.boxes import lift_sections
from tonmeister.media.notation.pages.slurs import set_slurs
from tonmeister.media.notation.staves import Staves, staves_for_pages
from tonmeister.music.score import Score

PAGE_MM = (210.0, 297.0)
_UNITS_PER_MM = 10.0
_OPTIONS: dict[str, Any] = {
    "pageWidth": PAGE_MM[0] * _UNITS_PER_MM,
    "pageHeight": PAGE_MM[1] * _UNITS_PER_MM,
    "pageMarginLeft": 150,
    "pageMarginRight": 150,
    "pageMarginTop": 150,
    "pageMarginBottom": 120,
    "scale": 100,
    "unit": 7.5,
    "justifyVertically": True,
    "justificationStaff": 0.0,  # a tab stays near its staff: what is left of a page goes between the systems
    "spacingStaff": 6,
    "spacingSystem": 6,
    "bottomMarginHeader": 5.0,  # room for the box of a section, which is lifted over chord names
    "breaks": "auto",
    "adjustPageHeight": False,
    "footer": "none",
    "header": "auto",
    "svgViewBox": True,
    "smuflTextFont": "embedded",
    "svgAdditionalAttribute": ["slur@startid"],
}
# In the picture's units, of which a millimetre has a hundred.
_PLAIN_SIZE, _TITLE_SIZE = int(45 * _OPTIONS["unit"]), 620  # of letters; the plain one is the engraver's
_WORDS = re.compile(r'font-size="\d+px">(let ring|H|P|sl\.)<')
_TEMPO = re.compile(r'<g id="[^"]*" class="tempo".*?</text>', re.S)
_SIZE = re.compile(r'font-size="([1-9]\d*)px"')
_LAST_LATIN = "\u036f"
_LETTER = 0.5  # the mean width of a letter, of its size
_LINE_WIDTH = 100 * PAGE_MM[0] - 10 * (_OPTIONS["pageMarginLeft"] + _OPTIONS["pageMarginRight"])
_FOOT = 100 * PAGE_MM[1] - 10 * _OPTIONS["pageMarginTop"] - 700


def engrave(score: Score, *, staves: Staves = "both") -> tuple[str, ...]:
    """Return the pages of a score as SVG pictures of A4 size; the same score gives the same pictures.

    Raises `MissingPartError` where Verovio is not installed, `VerificationError` where it cannot draw the score.
    """
    toolkit = _toolkit()
    if not toolkit.setOptions(_OPTIONS):
        raise RuntimeError("Verovio does not know an option of ours")
    toolkit.resetXmlIdSeed(1)  # names of elements are drawn at random otherwise
    shown, looks = staves_for_pages(score, staves)
    if not toolkit.loadData(write_musicxml(shown, looks=looks).decode("utf-8")):
        raise VerificationError(
            "Verovio could not draw this score.",
            field="format",
            value="svg",
            remedy="Choose MusicXML and engrave it elsewhere.",
        )
    toolkit.redoLayout()
    n_pages = toolkit.getPageCount()
    drawn = (set_slurs(lift_sections(str(toolkit.renderToSVG(page)))) for page in range(1, n_pages + 1))
    return tuple(_with_head(page, score, number, n_pages) for number, page in enumerate(drawn, 1))


def _with_head(page: str, score: Score, number: int, n_pages: int) -> str:
    """Return a page with its number, the first one with a title of a size that leaves room for the artist."""
    if number == 1:
        room = _LINE_WIDTH - 2 * (_n_widths(score.artist) + 2) * _LETTER * _PLAIN_SIZE
        size = round(min(_TITLE_SIZE, max(_PLAIN_SIZE, room / max(_n_widths(score.title), 1) / _LETTER)))
        head, mark, rest = page.partition('class="pgHead"')
        page = head + mark + rest.replace(f'font-size="{_PLAIN_SIZE}px"', f'font-size="{size}px"', 1)
    # the engraver sets words as large as titles, whatever size they ask for, and over a tab the tempo too
    page = _TEMPO.sub(_with_plain_size, page)
    page = draw_bends(_WORDS.sub(rf'font-size="{_PLAIN_SIZE}px">\1<', page), _PLAIN_SIZE)
    if n_pages == 1:
        return page
    text = escape(f"{score.title} · {number}/{n_pages}")
    foot = f'<text font-size="{_PLAIN_SIZE}px" x="{_LINE_WIDTH / 2:g}" y="{_FOOT}" text-anchor="middle">{text}</text>'
    return re.sub(r'(<g class="page-margin"[^>]*>)', lambda found: found[1] + foot, page, count=1)


def _with_plain_size(found: re.Match[str]) -> str:
    """Return a mark with its words in the plain size, its notes as much larger as they were."""
    sizes = [int(size) for size in _SIZE.findall(found[0])]
    shrunk = _PLAIN_SIZE / min(sizes) if sizes else 1.0
    return _SIZE.sub(lambda size: f'font-size="{round(int(size[1]) * shrunk)}px"', found[0])


def _n_widths(text: str) -> float:
    """Return how many Latin letters of mean width a text is as wide as: Greek ones are wider, Chinese ones twice."""
    widths = (
        2.0 if unicodedata.east_asian_width(each) in "WF" else 1.25 if each > _LAST_LATIN else 1.0 for each in text
    )
    return sum(widths)


def _toolkit() -> Any:
    try:
        import verovio
    except ImportError as error:
        raise MissingPartError(
            "Verovio, which engraves music, is not installed.",
            field="format",
            value="svg",
            remedy="Install Tonmeister again, or choose MusicXML.",
        ) from error
    verovio.enableLog(verovio.LOG_OFF)
    return verovio.toolkit()
