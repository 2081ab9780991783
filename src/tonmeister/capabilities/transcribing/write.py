"""The files of a transcription."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tonmeister.capabilities.transcribing.params import FileFormat, Notation, UnfingeredNote
from tonmeister.core.errors import CombinationError, MissingPartError, VerificationError
from tonmeister.media.notation.alphatex import write_alphatex
from tonmeister.media.notation.ascii_tab import write_ascii_tab
from tonmeister.media.notation.chordpro import write_chordpro
from tonmeister.media.notation.guitar_pro import FASTEST_BPM, SLOWEST_BPM, write_guitar_pro
from tonmeister.media.notation.midi import write_midi
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.pages.engrave import engrave
from tonmeister.media.notation.pages.pdf import write_pdf
from tonmeister.media.notation.score_json import write_json
from tonmeister.media.notation.staves import staves_for_programs
from tonmeister.music.score import Score

ENDINGS: dict[FileFormat, str] = {
    "midi": ".mid",
    "gp5": ".gp5",
    "musicxml": ".musicxml",
    "alphatex": ".alphatex",
    "ascii": "-tab.txt",
    "chordpro": ".cho",
    "json": "-score.json",
    "svg": ".svg",
    "pdf": ".pdf",
}


@dataclass(frozen=True)
class Written:
    """A file as it lies in the working folder, its format, and what its name ends in."""

    format: FileFormat
    path: Path
    ending: str


def write_files(
    score: Score,
    formats: Sequence[FileFormat],
    folder: Path,
    *,
    notation: Notation = "both",
    capo: int = 0,
    unfingered: Sequence[UnfingeredNote] = (),
    progress: Callable[[float], None] | None = None,
) -> tuple[list[Written], list[str]]:
    """Write the files that the music can be written in; return them, and what could not be written."""
    files: list[Written] = []
    refusals: list[str] = []
    wanted = list(dict.fromkeys(formats))
    for at, kind in enumerate(wanted):
        if progress:
            progress(at / len(wanted))
        try:
            contents, lacking = _contents(score, kind, notation, capo, unfingered)
            if lacking:
                refusals.append(
                    f"The {kind} file has white squares in place of letters that no font here can write: "
                    f"{' '.join(lacking)}. Install a font that has them, or take the svg or musicxml file."
                )
            for number, content in enumerate(contents):
                ending = ENDINGS[kind] if number == 0 else f"-page-{number + 1}{ENDINGS[kind]}"
                path = folder / f"{kind}-{number}"
                path.write_bytes(content)
                files.append(Written(kind, path, ending))
        except (CombinationError, MissingPartError, VerificationError) as error:
            refusals.append(f"No {kind} file: {error}")
    refusals.extend(_tell_tempo(score) if any(each.format == "gp5" for each in files) else ())
    return files, refusals


def _tell_tempo(score: Score) -> list[str]:
    """Return a sentence where bars are slower or faster than a Guitar Pro file has them."""
    beyond = [bar for bar in score.bars if not SLOWEST_BPM <= round(bar.tempo_bpm) <= FASTEST_BPM]
    if not beyond:
        return []
    n_bars = len(score.bars)
    which = "All bars" if len(beyond) == n_bars else f"{len(beyond)} of {n_bars} bars"
    bound = f"at {FASTEST_BPM} BPM" if beyond[0].tempo_bpm > FASTEST_BPM else f"at {SLOWEST_BPM} BPM"
    return [
        f"{which} of the gp5 file {'is' if len(beyond) == 1 else 'are'} written {bound}, not "
        f"{beyond[0].tempo_bpm:.0f}: it holds tempi from {SLOWEST_BPM} to {FASTEST_BPM} BPM. The other files have the "
        "tempo."
    ]


def _contents(
    score: Score, kind: FileFormat, notation: Notation, capo: int, unfingered: Sequence[UnfingeredNote]
) -> tuple[list[bytes], tuple[str, ...]]:
    """Return the files of a format, and the letters that they could not hold."""
    if kind == "midi":
        return [write_midi(score)], ()
    if kind == "gp5":
        return [write_guitar_pro(score)], ()
    if kind == "musicxml":
        shown, looks = staves_for_programs(score, notation)
        return [write_musicxml(shown, looks=looks)], ()
    if kind in ("svg", "pdf"):
        pages = engrave(score, staves=notation)
        if kind == "svg":
            return [page.encode() for page in pages], ()
        pdf = write_pdf(pages, title=score.title)
        return [pdf.content], pdf.undrawn
    if kind == "alphatex":
        text = write_alphatex(score)
    elif kind == "ascii":
        text = write_ascii_tab(score, score.parts[0])
    elif kind == "chordpro":
        text = write_chordpro(score, capo=capo)
    else:
        text = write_json(score, [each.model_dump() for each in unfingered])
    return [text.encode("utf-8")], ()
