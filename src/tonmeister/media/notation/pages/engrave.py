"""Engraved pages: SVG drawn by Verovio from our MusicXML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from tonmeister.core.errors import MissingPartError, VerificationError
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.music.score import Part, Score

Staves = Literal["tab", "standard", "both"]

PAGE_MM = (210.0, 297.0)
_UNITS_PER_MM = 10.0
_OPTIONS = {
    "pageWidth": PAGE_MM[0] * _UNITS_PER_MM,
    "pageHeight": PAGE_MM[1] * _UNITS_PER_MM,
    "pageMarginLeft": 150,
    "pageMarginRight": 150,
    "pageMarginTop": 150,
    "pageMarginBottom": 120,
    "scale": 100,
    "unit": 7.0,
    "breaks": "auto",
    "adjustPageHeight": False,
    "footer": "none",
    "header": "auto",
    "svgViewBox": True,
    "smuflTextFont": "embedded",
}


def engrave(score: Score, *, staves: Staves = "both") -> tuple[str, ...]:
    """Return the pages of a score as SVG pictures of A4 size; the same score gives the same pictures.

    Raises `MissingPartError` where Verovio is not installed, `VerificationError` where it cannot draw the score.
    """
    toolkit = _toolkit()
    toolkit.setOptions(_OPTIONS)
    toolkit.resetXmlIdSeed(1)  # names of elements are drawn at random otherwise
    if not toolkit.loadData(write_musicxml(_with_staves(score, staves)).decode("utf-8")):
        raise VerificationError(
            "Verovio could not draw this score.",
            field="format",
            value="svg",
            remedy="Choose MusicXML and engrave it elsewhere.",
        )
    toolkit.redoLayout()
    return tuple(str(toolkit.renderToSVG(page)) for page in range(1, toolkit.getPageCount() + 1))


def _with_staves(score: Score, staves: Staves) -> Score:
    """Return the score with the staves asked for; parts without a neck have standard notation alone."""
    parts: list[Part] = []
    for part in score.parts:
        if part.fretboard is None or staves != "tab":
            parts.append(_standard(part))
        if part.fretboard is not None and staves != "standard":
            # the name stands once, at the upper staff
            parts.append(part if staves == "tab" else replace(part, name=""))
    return replace(score, parts=tuple(parts))


def _standard(part: Part) -> Part:
    """Return a part without its neck; bends and legato stay, places go."""
    bars = tuple(
        tuple(replace(beat, notes=tuple(replace(head, place=None) for head in beat.notes)) for beat in bar)
        for bar in part.bars
    )
    return replace(part, bars=bars, fretboard=None)


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
