"""Which staves a score is written on, and what each of them shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from tonmeister.music.score import Part, Score

Staves = Literal["tab", "standard", "both"]


@dataclass(frozen=True)
class Look:
    """How a part is shown.

    Attributes
    ----------
    has_tab
        Whether it is a tab, if it has a neck.
    has_rhythm
        Whether stems, beams, dots, brackets and rests are printed; another staff may have them.
    has_letters
        Whether H, P and sl. stand over hammer-ons, pull-offs and slides as words, and how far over bends: some
        engravers print no techniques.
    is_silent
        Whether programs that play are told not to: the part stands on another staff as well.
    """

    has_tab: bool = True
    has_rhythm: bool = True
    has_letters: bool = False
    is_silent: bool = False


def staves_for_programs(score: Score, staves: Staves) -> tuple[Score, list[Look]]:
    """Return the score with the staves asked for as parts, as other programs read them, and how each looks.

    Each staff has its rhythm, so that it can be taken alone; a tab beside its staff has a name of its own and is not
    played. Strings and frets stand on the tab alone: alphaTab takes a fret on a staff without strings for a pitch.
    """
    is_twice = staves == "both"
    shown = [
        (replace(part, name=f"{part.name} (tab)") if is_tab and is_twice else part, is_tab)
        for part, is_tab in _each(score, staves)
    ]
    looks = [Look(has_tab=is_tab, is_silent=is_tab and is_twice) for _, is_tab in shown]
    return replace(score, parts=tuple(part for part, _ in shown)), looks


def staves_for_pages(score: Score, staves: Staves) -> tuple[Score, list[Look]]:
    """Return the score with the staves asked for as parts, as they are engraved, and how each looks.

    Rhythm is printed once: a tab below a staff has the numbers alone. Letters of techniques stand over the lower staff,
    the name of a part over the upper one.
    """
    is_twice = staves == "both"
    shown = [(replace(part, name="") if is_tab and is_twice else part, is_tab) for part, is_tab in _each(score, staves)]
    looks = [
        Look(has_tab=is_tab, has_rhythm=not (is_tab and is_twice), has_letters=is_tab or staves == "standard")
        for _, is_tab in shown
    ]
    return replace(score, parts=tuple(part for part, _ in shown)), looks


def _each(score: Score, staves: Staves) -> list[tuple[Part, bool]]:
    """Return each part as often as it is shown, with whether as a tab; what has no neck is never one."""
    found: list[tuple[Part, bool]] = []
    for part in score.parts:
        if part.fretboard is None or staves != "tab":
            found.append((_without_places(part), False))
        if part.fretboard is not None and staves != "standard":
            found.append((part, True))
    return found


def _without_places(part: Part) -> Part:
    """Return a part without its places on the neck; bends and legato stay."""
    if part.fretboard is None:
        return part
    bars = tuple(
        tuple(replace(beat, notes=tuple(replace(head, place=None) for head in beat.notes)) for beat in bar)
        for bar in part.bars
    )
    return replace(part, bars=bars)
