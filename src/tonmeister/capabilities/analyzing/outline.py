"""What a song is, line by line: its keys, and its sections with the chords of their bars."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tonmeister.media.notation.spelling import lead_sheet_name
from tonmeister.music.form import FormSection

if TYPE_CHECKING:
    from tonmeister.capabilities.analyzing.params import AnalyzeResult, SectionFigures

_FEW_BARS = 8
_HELD, _NONE = "%", "–"


def outline(found: AnalyzeResult) -> tuple[str, ...]:
    """Return a line for the keys where there are several, and one for each section; a bar that goes on is a %."""
    keys = ", ".join(f"{span.key} from {_clock(span.start_s)}" for span in found.key_path)
    lines = [f"Keys: {keys}"] if len(found.key_path) > 1 else []
    for section in found.sections:
        bars = section_bars(found, section)
        heading = FormSection(section.start_s, section.end_s, section.label, section.group, section.confidence).heading
        name = heading if heading == section.group else f"{heading} {section.group}"
        n_bars = f"{len(bars)} {'bar' if len(bars) == 1 else 'bars'}" if bars else ""
        facts = f"{_clock(section.start_s):>6}  {name:<10}  energy {section.energy_1_10:>2}  {n_bars:<8}"
        lines.append(f"{facts}  {tell_bars(bars)}".rstrip())
    return tuple(lines)


def section_bars(found: AnalyzeResult, section: SectionFigures) -> tuple[str, ...]:
    """Return the chords of each bar of a section; none where no bars or no chords were found."""
    starts = [found.beats_s[at] for at in found.downbeats]
    if section.start_bar is None or not found.chords:
        return ()
    later = [other.start_bar for other in found.sections if other.start_s > section.start_s]
    stop = next((bar for bar in later if bar is not None), len(starts))
    edges = [*starts, found.duration_s]
    bars, names = [], [lead_sheet_name(chord.label) if chord.label != "N" else _NONE for chord in found.chords]
    begins = [chord.start_s for chord in found.chords]
    for bar in range(section.start_bar, stop):
        first, last = (bisect.bisect_left(begins, edges[at] - 1e-3) for at in (bar, bar + 1))
        changes = names[first:last]
        goes_on = first == len(begins) or begins[first] > edges[bar] + 1e-3
        if bar == section.start_bar and goes_on and first:
            changes = [names[first - 1], *changes]
        elif goes_on and changes:
            changes = [_HELD, *changes]
        bars.append(" ".join(changes) or _HELD)
    return tuple(bars)


def tell_bars(bars: Sequence[str]) -> str:
    """Return bars as a chart: what repeats once, with how often, and of what is long the beginning.

    Examples
    --------
    >>> tell_bars(["Am", "F", "Am", "F"])
    'Am | F  ×2'
    >>> tell_bars(["C"] + ["%"] * 11)
    'C | % | % | % | % | % | % | % …'
    """
    for length in range(1, len(bars) // 2 + 1):
        times, rest = divmod(len(bars), length)
        if not rest and list(bars) == list(bars[:length]) * times and bars[0] != _HELD:
            return f"{tell_bars(bars[:length])}  ×{times}"
    return " | ".join(bars[:_FEW_BARS]) + (" …" if len(bars) > _FEW_BARS else "")


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(int(time_s), 60)
    return f"{minutes}:{seconds:02d}"
