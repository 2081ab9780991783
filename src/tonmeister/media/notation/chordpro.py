"""ChordPro: lyrics with chords in brackets, or a chart of bars where there are no words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tonmeister.media.notation.spelling import lead_sheet_name
from tonmeister.music.score import Score

_WITH_THE_WORD_S = 0.1


@dataclass(frozen=True)
class Word:
    """A sung word, or a line's end where ``ends_line``."""

    onset_s: float
    text: str
    ends_line: bool = False


@dataclass(frozen=True)
class ChordPro:
    """A ChordPro file: its directives, and its lines as pairs of chord (or none) and text."""

    directives: dict[str, str]
    lines: tuple[tuple[tuple[str, str], ...], ...]


def write_chordpro(score: Score, *, words: Sequence[Word] = (), capo: int = 0) -> str:
    """Return chords over words where there are any, otherwise four bars a line; with a capo as shapes of the hand."""
    lines = [f"{{title: {_plain(score.title)}}}"]
    if score.artist:
        lines.append(f"{{artist: {_plain(score.artist)}}}")
    lines.append(f"{{time: {score.metre.n_beats}/{score.metre.unit}}}")
    if score.has_tempo:
        lines.append(f"{{tempo: {score.felt_bpm}}}")
    if capo:
        lines.append(f"{{capo: {capo}}}")
    return "\n".join([*lines, "", *(_sung(score, words, capo) if words else _chart(score, capo))]) + "\n"


def _plain(text: str) -> str:
    return re.sub(r"[{}\[\]\r\n]", " ", text).strip()


def _chart(score: Score, capo: int) -> list[str]:
    lines: list[str] = []
    cells: list[str] = []
    before = "N.C."
    for bar in score.bars:
        if bar.heading:
            if cells:
                lines.append("| " + " | ".join(cells) + " |")
                cells = []
            lines += ["", f"{{comment: {_plain(bar.heading)}}}"]
        names = [lead_sheet_name(symbol, capo) for _, symbol in bar.chords]
        if not bar.chords or bar.chords[0][0] > 0:
            names.insert(0, before)
        before = names[-1]
        cells.append(" ".join(f"[{name}]" for name in names))
        if len(cells) == 4:
            lines.append("| " + " | ".join(cells) + " |")
            cells = []
    return lines + (["| " + " | ".join(cells) + " |"] if cells else [])


def _sung(score: Score, words: Sequence[Word], capo: int) -> list[str]:
    bar_s = [60.0 * float(score.metre.bar_quarters) / bar.tempo_bpm for bar in score.bars]
    changes = [
        (bar.start_s + float(place / score.metre.bar_quarters) * length_s, lead_sheet_name(symbol, capo))
        for bar, length_s in zip(score.bars, bar_s, strict=True)
        for place, symbol in bar.chords
    ]
    sections = [(bar.start_s, bar.heading) for bar in score.bars if bar.heading]
    lines: list[str] = []
    line = ""
    for at, word in enumerate(words):
        next_s = words[at + 1].onset_s if at + 1 < len(words) else float("inf")
        if not line:
            while sections and sections[0][0] <= word.onset_s:
                lines += ["", f"{{comment: {_plain(sections.pop(0)[1])}}}"]
        heard: list[str] = []
        after: list[str] = []
        # a chord stands before the word that it begins with, one that changes within the word behind it
        while changes and changes[0][0] < next_s - _WITH_THE_WORD_S:
            (heard if changes[0][0] <= word.onset_s + _WITH_THE_WORD_S else after).append(f"[{changes.pop(0)[1]}]")
        line += "".join(heard) + _plain(word.text) + " " + "".join(f"{name} " for name in after)
        if word.ends_line:
            lines.append(line.rstrip())
            line = ""
    if line:
        lines.append(line.rstrip())
    if changes:
        lines.append(" ".join(f"[{name}]" for _, name in changes))
    return lines


def read_chordpro(text: str) -> ChordPro:
    """Read directives and chords from a ChordPro file."""
    directives: dict[str, str] = {}
    lines: list[tuple[tuple[str, str], ...]] = []
    for line in text.splitlines():
        directive = re.fullmatch(r"\s*\{\s*([a-z_]+)\s*(?::\s*(.*?))?\s*\}\s*", line)
        if directive:
            directives.setdefault(directive.group(1), directive.group(2) or "")
        elif line.strip() and not line.startswith("#"):
            first, *rest = re.split(r"\[([^\]]*)\]", line)
            pairs = ([("", first)] if first else []) + list(zip(rest[::2], rest[1::2], strict=True))
            lines.append(tuple(pairs))
    return ChordPro(directives, tuple(lines))
