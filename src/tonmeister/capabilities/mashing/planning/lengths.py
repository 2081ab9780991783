"""How long a plan is: as near to the wish as whole sections allow."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.planning.aims import choose_tempo_bpm
from tonmeister.capabilities.mashing.planning.expand import beats_of
from tonmeister.capabilities.mashing.scores import bring_to_slots

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.gathering import Gathering
    from tonmeister.capabilities.mashing.params import Planning
    from tonmeister.capabilities.mashing.planning.aims import Aims

FEWEST_SLOTS = 2
SHORT_BARS = 4
FEW_SLOTS = 2.5
"""A wish that is shorter than so many slots of the usual length gets short ones, unless their length was asked for."""
NEAR = 0.2
"""A plan whose length differs by more than this part from the wish says why."""


def slot_length_s(metre: str, n_bars: int, tempo_bpm: float) -> float:
    """Return how long a slot lasts."""
    return n_bars * beats_of(metre) * 60 / tempo_bpm


def count_slots(length_s: float, slot_s: float, n_songs: int) -> int:
    """Return how many slots come nearest to a length; every song has room for one."""
    return max(FEWEST_SLOTS, n_songs, round(length_s / slot_s))


def fit_slots(params: Planning, gathered: Gathering) -> tuple[Planning, Gathering]:
    """Return the wishes and the songs in shorter slots where few of the usual ones would be too long."""
    if "n_phrase_bars" in params.model_fields_set or gathered.n_bars <= SHORT_BARS:
        return params, gathered
    materials = gathered.materials
    tempo_bpm = params.target_tempo_bpm or choose_tempo_bpm(materials, 0, params.style)
    if params.length_s >= FEW_SLOTS * slot_length_s(materials[0].card.metre, gathered.n_bars, tempo_bpm):
        return params, gathered
    short = tuple(
        bring_to_slots(
            song.described.song, song.described.phrases, song.curves, song.edges_s,
            number=number, fold=song.fold, n_bars=SHORT_BARS,
        )
        for number, song in enumerate(gathered.songs)
    )  # fmt: skip
    return (
        params.model_copy(update={"n_phrase_bars": SHORT_BARS}),
        dataclasses.replace(gathered, materials=short, n_bars=SHORT_BARS),
    )


def tell_length(params: Planning, aims: Aims, metre: str, n_songs: int) -> str | None:
    """Return why a plan is not about as long as was wished for; None where it is."""
    slot_s, n_slots = slot_length_s(metre, aims.n_bars, aims.tempo_bpm), len(aims.slots)
    length_s, fewest = n_slots * slot_s, max(FEWEST_SLOTS, n_songs)
    if abs(length_s - params.length_s) <= NEAR * params.length_s:
        return None
    least = f", and {fewest} sections are the least" if n_slots == fewest and length_s > params.length_s else ""
    remedy = f" Shorter phrases (n_phrase_bars {SHORT_BARS}) come nearer." if aims.n_bars > SHORT_BARS else ""
    return (
        f"It lasts {length_s:.1f} s, not {params.length_s:g} s: a section of {aims.n_bars} bars lasts "
        f"{slot_s:.1f} s at {aims.tempo_bpm:g} BPM{least}.{remedy}"
    )
