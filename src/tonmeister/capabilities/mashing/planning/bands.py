"""Whose band plays when: where songs take turns their instruments do, too."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tonmeister.capabilities.mashing.planning.aims import Aims, Slot
    from tonmeister.capabilities.mashing.planning.costs import Board
    from tonmeister.capabilities.mashing.scores import Scores

SMALLEST_SHARE = 0.3
"""Part of the time that each of two songs leads at least, and its band plays, where they take turns."""
CLASH_SHARE = 0.5
"""Where harmony and consonance reach less than this together, tones clash: in keys that go together phrases of real
songs reach 0.55 to 0.83, a semitone or a tritone away 0.22 to 0.5."""
RUN_SLOTS = 2
"""Slots for which a band plays on in a megamix where one song leads all through."""


def wanted_bands(board: Board, aims: Aims) -> list[frozenset[int] | None]:
    """Return for each slot the songs of which one's band is to play; None where any may.

    In a trade another's band plays under the song whose turn it is. In a megamix the band of the song that led before
    plays on under the next, so that there is always one that carries the other.
    """
    slots, n_songs = aims.slots, len(board.materials)
    if aims.style == "trade":
        everyone = frozenset(range(n_songs))
        return [None if slot.turn is None else everyone - {slot.turn} for slot in slots]
    if aims.style == "megamix":
        return [None if song is None else frozenset({song}) for song in _carried(slots, n_songs)]
    return [None] * len(slots)


def _carried(slots: Sequence[Slot], n_songs: int) -> list[int | None]:
    turns = [slot.turn for slot in slots]
    songs = list(dict.fromkeys(turn for turn in turns if turn is not None))
    if not songs:
        return list(turns)
    if len(songs) == 1:
        return [(songs[0] + 1 + at // RUN_SLOTS) % n_songs for at in range(len(turns))]
    return [songs[-1], *turns[:-1]]


def fair_shares(board: Board, aims: Aims) -> list[float]:
    """Return in which part of a plan each song's band plays at least, as far as nothing keeps it from it.

    In a classic mashup of two songs there is nothing to share; where there are more, the others share what is played.
    """
    n_songs = len(board.materials)
    each = SMALLEST_SHARE * 2 / n_songs
    if len(aims.slots) < n_songs or aims.style == "medley" or (aims.style == "classic" and n_songs == 2):
        return [0.0] * n_songs
    return [0.0 if aims.style == "classic" and song == aims.lead else each for song in range(n_songs)]


def least_bands(board: Board, aims: Aims) -> list[int]:
    """Return in how many slots each song's band must play; 0 where the style, or harmony, asks for none."""
    shares = enumerate(fair_shares(board, aims))
    return [0 if why_not(board, aims, song) else math.ceil(share * len(aims.slots) - 1e-9) for song, share in shares]


def why_not(board: Board, aims: Aims, song: int) -> str | None:
    """Return what keeps a song's band from its fair share; None where nothing does."""
    leaders = {slot.turn for slot in aims.slots if slot.turn is not None}
    if leaders == {song} and aims.style == "trade":
        return "no other song can lead over it"
    reached = _reach(board, aims, song)
    if reached is not None and reached < CLASH_SHARE:
        return "in these keys the leads of the others clash with it"
    return None


def tones(scores: Scores, shift: int) -> NDArray[np.float64]:
    """Return harmony and consonance together, 0 to 1, with the lead moved: shape (leads, backings)."""
    return np.asarray((scores.parts["harmony"][shift % 12] + scores.parts["consonance"][shift % 12]) / 2)


def _reach(board: Board, aims: Aims, song: int) -> float | None:
    """Return how well tones of the better half of other songs' leads go with a song's band; None without any."""
    found: list[float] = []
    for number, material in enumerate(board.materials):
        if number == song or not material.can_lead.any() or not board.materials[song].rows:
            continue
        moved = tones(
            board.scores[material.letter, board.materials[song].letter], aims.shifts[number] - aims.shifts[song]
        )
        found += moved[material.can_lead].max(axis=1).tolist()
    if not found:
        return None
    ranked = sorted(found, reverse=True)
    return float(np.mean(ranked[: max(1, len(ranked) // 2)]))
