"""What plays under a lead: the stems that a slot asks for, less those that are silent in their phrase."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.plan import MashStem, Remedy
from tonmeister.capabilities.mashing.planning.words import listed, listed_numbers, names_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tonmeister.capabilities.mashing.plan import Style, TimelineSection
    from tonmeister.capabilities.mashing.planning.aims import Aims, Slot
    from tonmeister.capabilities.mashing.planning.costs import Board

    _Silence = tuple[str, str, str]

BACKING_STEMS: tuple[MashStem, ...] = ("drums", "bass", "other")
THIN_BELOW = 0.3
"""Where less energy is asked for, a part of the backing is silent."""


def wanted_stems(style: Style, slot: Slot, *, is_guest: bool, is_melody: bool) -> tuple[MashStem, ...]:
    """Return what is to play: one bass and one drum kit at a time; beside a melody no other, nor itself again.

    Where little energy is asked for, the voice of a guest, which is one from another song, has no other instruments
    beside it, and its melody no drums; but in a megamix it is the drums that go on.
    """
    is_thin = slot.energy < THIN_BELOW and is_guest
    if is_melody:
        if is_thin:
            return ("drums",) if style == "megamix" else ("bass",)
        return ("drums", "bass")
    if is_thin:
        return ("drums", "bass")
    return ("bass", "other") if slot.label == "break" else BACKING_STEMS


def playing_stems(wanted: Sequence[MashStem], sounds: Collection[MashStem], *, is_melody: bool) -> tuple[MashStem, ...]:
    """Return which of the stems play; where none of them sounds, the first other one that does."""
    found = tuple(stem for stem in wanted if stem in sounds)
    return found or tuple(stem for stem in BACKING_STEMS if stem in sounds and not (is_melody and stem == "other"))[:1]


def silences_of(board: Board, aims: Aims, sections: Sequence[TimelineSection]) -> list[Remedy]:
    """Tell of stems that are silent in their phrases where they were to play: with the numbers of the sections."""
    names = dict(zip((material.letter for material in board.materials), names_of(board), strict=True))
    at: dict[tuple[str, str, str], dict[int, str]] = defaultdict(dict)
    for n, section in enumerate(sections):
        before = sections[n - 1] if n else None
        slot = aims.slots[n] if n < len(aims.slots) else None
        for what, phrase, solution in (
            *_left_out(board, aims.style, section, slot),
            *_played(board, section),
            *_not_lent(board, aims.style, before, section, names),
            *_holes(board, section),
        ):
            at[f"{what} silent", names[phrase[0]], solution][n + 1] = phrase
    return [
        Remedy(
            problem=f"Section{'s' if len(where) > 1 else ''} {listed_numbers(list(where))}: of {name} {what} in "
            f"{listed(list(dict.fromkeys(where.values())))}."[:400],
            solution=solution,
        )
        for (what, name, solution), where in at.items()
    ]


WORDS: dict[str, str] = {"drums": "the drums are", "bass": "the bass is", "other": "the other instruments are"}


def _left_out(board: Board, style: Style, section: TimelineSection, slot: Slot | None) -> Iterator[_Silence]:
    """Yield what the slot asks for and the phrase does not have."""
    place, lead = board.place_of(section.backing), board.place_of(section.lead)
    if place is None or slot is None or lead == place:
        return
    played = {layer.stem for layer in section.layers if layer.role == "backing"}
    is_melody = lead is not None and board.materials[lead[0]].lead_stem == "other"
    is_guest = lead is not None and lead[0] != place[0]
    for stem in wanted_stems(style, slot, is_guest=is_guest, is_melody=is_melody):
        if stem not in played and stem not in board.sounds(place):
            yield WORDS[stem], section.backing, "The section goes without."


def _played(board: Board, section: TimelineSection) -> Iterator[_Silence]:
    """Yield what plays though its phrase does not have it: a plan made by hand may ask for that."""
    for layer in section.layers:
        place = board.place_of(layer.phrase)
        is_backing = layer.role == "backing" and layer.stem != "vocals" and section.lead != section.backing
        if is_backing and place is not None and layer.stem not in board.sounds(place):
            yield WORDS[layer.stem], board.row(place).id, "Nothing is heard of it but what has leaked in."


def _not_lent(
    board: Board, style: Style, before: TimelineSection | None, section: TimelineSection, names: dict[str, str]
) -> Iterator[_Silence]:
    """Yield drums that were to carry the next song and cannot: that plays with its own."""
    place = board.place_of(before.backing) if before is not None else None
    if style != "megamix" or place is None or section.drums is not None:
        return
    plays = any(layer.stem == "drums" for layer in section.layers)
    if board.materials[place[0]].letter != section.backing[0] and plays and "drums" not in board.sounds(place):
        yield WORDS["drums"], board.row(place).id, f"The drums of {names[section.backing[0]]} play in their place."


def _holes(board: Board, section: TimelineSection) -> Iterator[_Silence]:
    place = board.place_of(section.backing)
    if section.lead is None and place is not None and (n := int(board.materials[place[0]].n_hollow[place[1]])):
        yield (
            f"all instruments are for {n} beat{'s' if n > 1 else ''}",
            section.backing,
            "No phrase without a hole fits.",
        )
