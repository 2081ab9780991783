"""The form of a piece: its sections as letters, and the successions of chords that come again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

UNNAMED = "section"
"""What a section is called where nothing tells a better name: readers are spared it."""
NAMED_FROM = 0.5
"""How sure a section's name must be to be written; below it, its letter stands in its place."""

_LENGTHS = (4, 3, 2)
_LEAST_TIMES = 3

_KNOWN = {
    ("I", "V", "vi", "IV"): "the four-chord loop of many pop songs",
    ("vi", "IV", "I", "V"): "the four-chord loop of many pop songs, begun on vi",
    ("I", "vi", "IV", "V"): "the doo-wop progression",
    ("I", "IV", "V", "I"): "tonic, subdominant, dominant and home",
    ("i", "VII", "VI", "V"): "the Andalusian cadence",
    ("i", "VII", "VI", "VII"): "the rock loop of natural minor",
    ("i", "VI", "III", "VII"): "the four-chord loop of many pop songs, in minor",
    ("I", "bVII", "IV", "I"): "the Mixolydian rock progression",
    ("ii", "V", "I"): "two-five-one",
    ("iio", "V", "i"): "two-five-one in minor",
    ("I", "IV", "V"): "the three main chords",
}


@dataclass(frozen=True)
class FormSection:
    """A section: ``label`` in words (verse), ``group`` the same for what repeats (A).

    ``confidence``, 0 to 1, is that of the label.
    """

    start_s: float
    end_s: float
    label: str
    group: str
    confidence: float = 1.0

    @property
    def name(self) -> str:
        """What it is called: its label, or `UNNAMED` where that is less than half sure."""
        return self.label if self.confidence >= NAMED_FROM else UNNAMED

    @property
    def heading(self) -> str:
        """What stands above its first bar: its name, its letter where the label is doubted, `UNNAMED` without one."""
        return self.group if self.label != UNNAMED and self.name == UNNAMED else self.label


@dataclass(frozen=True)
class Form:
    """The order of the sections.

    Attributes
    ----------
    pattern
        A letter for each section, the same for the same music, such as ``ABABCB``; in order of first hearing.
    labels
        Their names, `UNNAMED` for those without a name or with one that is less than half sure.
    """

    pattern: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Loop:
    """A succession of chords that comes again.

    Attributes
    ----------
    figures
        The numerals, without figures for inversion or seventh.
    n_times
        How often it is heard, without overlap.
    share
        Part of the chords that belong to it.
    known_as
        What musicians call it; empty where it has no name.
    """

    figures: tuple[str, ...]
    n_times: int
    share: float
    known_as: str


def name_form(sections: Sequence[FormSection]) -> Form:
    """Write the order of sections as letters.

    Examples
    --------
    >>> parts = [("verse", "x"), ("chorus", "y"), ("verse", "x")]
    >>> name_form([FormSection(10.0 * at, 10.0 * at + 10.0, *part) for at, part in enumerate(parts)]).pattern
    'ABA'
    """
    letters: dict[str, str] = {}
    for section in sections:
        letters.setdefault(section.group, chr(ord("A") + len(letters) % 26))
    return Form("".join(letters[section.group] for section in sections), tuple(section.name for section in sections))


def find_loop(figures: Sequence[str]) -> Loop | None:
    """Find the succession of two to four chords that fills most of a piece.

    Parameters
    ----------
    figures
        Numerals in order, as `plain_figure` gives them.

    Returns
    -------
    Loop or None
        None where nothing is heard three times or nothing fills a third of the piece. Of the turns of one loop the one
        that is heard first is given.

    Examples
    --------
    >>> find_loop(["I", "V", "vi", "IV"] * 4).known_as
    'the four-chord loop of many pop songs'
    """
    merged = [figure for at, figure in enumerate(figures) if at == 0 or figure != figures[at - 1]]
    best: Loop | None = None
    for length in _LENGTHS:
        grams = Counter(tuple(merged[at : at + length]) for at in range(len(merged) - length + 1))
        for gram, times in grams.items():
            if times < _LEAST_TIMES or len(set(gram)) < min(length, 3) or "N" in gram:
                continue
            apart = _count_apart(merged, gram)
            share = apart * length / len(merged)
            if apart >= _LEAST_TIMES and share > 1 / 3 and (best is None or share > 1.1 * best.share):
                best = Loop(gram, apart, share, _KNOWN.get(gram, ""))
    return best


def _count_apart(figures: Sequence[str], gram: tuple[str, ...]) -> int:
    times, at = 0, 0
    while at <= len(figures) - len(gram):
        if tuple(figures[at : at + len(gram)]) == gram:
            times += 1
            at += len(gram)
        else:
            at += 1
    return times


def plain_figure(figure: str) -> str:
    """Return a numeral without inversion and seventh.

    Examples
    --------
    >>> [plain_figure(figure) for figure in ("V65/V", "IVM7", "viio6", "iv64(add6)", "Vsus4/5")]
    ['V/V', 'IV', 'viio', 'iv', 'V']
    """
    head, slash, target = figure.partition("/")
    if slash and head.endswith(("sus2", "sus4")):
        slash, target = "", ""
    for mark in ("(add6)", "sus2", "sus4", "M"):
        head = head.replace(mark, "")
    return head.rstrip("0123456789") + slash + target
