"""Tab as plain text: one line a string, and its reader."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tonmeister.core.errors import CombinationError, FormatUnsupportedError
from tonmeister.media.notation.spelling import lead_sheet_name, pitch_name, tuning_fifths
from tonmeister.music.score import Part, Score, WrittenBeat, WrittenNote
from tonmeister.music.tab import Place, Technique

_MOST_PER_QUARTER = 4
_MARKS = {"hammer_on": "h", "pull_off": "p", "slide": "/"}


@dataclass(frozen=True)
class TextTab:
    """What a tab in text says: bars of columns, each the places struck together; no rhythm but by spacing."""

    strings: tuple[str, ...]
    bars: tuple[tuple[tuple[Place, ...], ...], ...]


def write_ascii_tab(score: Score, part: Part, *, width: int = 100) -> str:
    """Return a fretted part as text, bars filled up to ``width`` characters a line; raise where it has no neck.

    The spacing shows the rhythm: a quarter takes as many columns as the bar's finest value asks for, up to sixteenths;
    what is faster is set as close as can be read. A bend names the fret that it sounds like, a released one the way
    back (7b9r7), with ½ for a quarter tone more.
    """
    if part.fretboard is None:
        raise CombinationError(
            f"Part {part.name!r} has no neck, so there is no tab of it.",
            field="format",
            value="ascii",
            remedy="Choose MusicXML or MIDI.",
        )
    n_fifths = tuning_fifths(part.fretboard.tuning)
    names = [pitch_name(midi, n_fifths).rstrip("0123456789-") for midi in reversed(part.fretboard.tuning)]
    heading_names = " ".join(reversed(names))
    if names[0] in names[1:]:
        names[0] = names[0].lower()  # as tab tells the thin E from the thick one
    margin = max(len(name) for name in names)
    lines = [score.title, score.artist, f"{part.name}: {heading_names}"]
    if part.fretboard.capo:
        lines[-1] += f", capo {part.fretboard.capo}"
    lines[-1] += (
        f", {score.metre.n_beats}/{score.metre.unit}, {f'{score.felt_bpm} bpm' if score.has_tempo else 'freely'}"
    )
    departures = part.departures
    blocks = [
        _bar(bar.chords, beats, part, departures, bar.heading) for bar, beats in zip(score.bars, part.bars, strict=True)
    ]
    for system in _systems(blocks, width - margin - 1):
        lines.append("")
        heading = " " * (margin + 1) + "".join(block[0].ljust(len(block[1]) + 1) for block in system)
        if heading.strip():
            lines.append(heading.rstrip())
        for at, name in enumerate(names):
            lines.append(name.ljust(margin) + "|" + "|".join(block[at + 1] for block in system) + "|")
    return "\n".join(line for at, line in enumerate(lines) if line or at > 2) + "\n"


def _systems(blocks: Sequence[list[str]], width: int) -> list[list[list[str]]]:
    systems: list[list[list[str]]] = [[]]
    used = 0
    for block in blocks:
        size = len(block[1]) + 1
        if systems[-1] and used + size > width:
            systems.append([])
            used = 0
        systems[-1].append(block)
        used += size
    return systems


def _bar(
    chords: Sequence[tuple[Fraction, str]],
    beats: Sequence[WrittenBeat],
    part: Part,
    departures: dict[int, Technique],
    section: str,
) -> list[str]:
    """Return the line of chord names and one line a string, all lines of strings equally long."""
    assert part.fretboard is not None
    finest = math.lcm(*(beat.start_quarters.denominator for beat in beats))
    per_quarter = 2 * min(finest, _MOST_PER_QUARTER)
    columns: list[tuple[Fraction, int, dict[int, str]]] = []
    at = 1
    for beat in beats:
        at = max(at, 1 + round(beat.start_quarters * per_quarter))
        cells = {
            head.place.string: _cell(head, departures)
            for head in beat.notes
            if head.place is not None and not head.is_continued
        }
        columns.append((beat.start_quarters, at, cells))
        # two places of one string never touch, however fast they follow
        at += max(map(len, cells.values())) + 1 if cells else 0
    end = beats[-1].start_quarters + beats[-1].value.quarters
    heading = f"[{section}] " if section else ""
    for place, symbol in chords:
        here = max(column for start, column, _ in columns if start <= place)
        heading = heading.ljust(here) + lead_sheet_name(symbol, part.fretboard.capo) + " "
    width = max(at, 1 + round(end * per_quarter), len(heading))
    rows = []
    for string in range(1, part.fretboard.n_strings + 1):
        row = ""
        for _, column, cells in columns:
            if string in cells:
                row = row.ljust(column, "-") + cells[string]
        rows.append(row.ljust(width, "-"))
    return [heading, *rows]


def _cell(head: WrittenNote, departures: dict[int, Technique]) -> str:
    assert head.place is not None
    text = str(head.place.fret)
    for technique in head.techniques:
        if technique.name == "bend":
            text += _bend(head.place.fret, technique)
        elif technique.name == "vibrato":
            text += "~"
    departure = departures.get(head.note)
    return text + (_MARKS[departure.name] if departure is not None else "")


def _bend(fret: int, technique: Technique) -> str:
    """Return the sign of a bend with the fret that sounds like it, as players write it: 7b9, and 7b9r7 let go."""
    aim = fret + technique.depth_cents / 100
    text = f"b{math.floor(aim)}" + ("½" if aim % 1 >= 0.25 else "")
    return text + (f"r{fret}" if technique.is_released else "")


def read_ascii_tab(text: str) -> TextTab:
    """Read the places from a tab in text; raise `FormatUnsupportedError` where no lines of strings are found."""
    pattern = re.compile(r"^\s*([A-Ga-g][#b]?)?\s*\|(.*[-\d].*)\|\s*$")
    names: tuple[str, ...] = ()
    bars: list[tuple[tuple[Place, ...], ...]] = []
    for is_tab, group in itertools.groupby(text.splitlines(), key=lambda line: bool(pattern.match(line))):
        if not is_tab:
            continue
        found = [pattern.match(line) for line in group]
        rows = [match.group(2) for match in found if match]
        names = names or tuple((match.group(1) or "") for match in found if match)
        if len(rows) != len(names):
            raise FormatUnsupportedError(
                f"a system of the tab has {len(rows)} strings, the first one {len(names)}.",
                field="file",
                value=len(rows),
                bound=len(names),
                remedy="Give every system the same strings.",
            )
        bars.extend(_read_system(rows))
    if not bars:
        raise FormatUnsupportedError(
            "The text holds no lines of tab.",
            field="file",
            bound="lines such as 'e|--0--3--|'",
            remedy="Begin each string's line with its name and a bar line.",
        )
    return TextTab(names, tuple(bars))


def _read_system(rows: Sequence[str]) -> list[tuple[tuple[Place, ...], ...]]:
    bars = []
    for pieces in zip(*(row.split("|") for row in rows), strict=True):
        columns: dict[int, list[Place]] = {}
        for string, piece in enumerate(pieces, 1):
            # what follows b or r is the fret that a bend sounds like
            for number in re.finditer(r"(?<![br\d])\d+", piece):
                columns.setdefault(number.start(), []).append(Place(string, int(number.group())))
        bars.append(tuple(tuple(columns[at]) for at in sorted(columns)))
    return bars
