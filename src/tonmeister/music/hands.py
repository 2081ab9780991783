"""Which hand plays which note of a keyboard piece: a split between the hands that moves with the music."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.music.tab import PlayedNote

Floats = NDArray[np.float64]

_LOWEST, _HIGHEST = 36, 84  # a split between E flat 2 and C 6 leaves work for both hands
_TOGETHER_S = 0.035
_BLOCK = 2048  # beginnings weighed at once
_STAVES = ((64, 77), (43, 57))  # pitches on the lowest and highest line in the treble and the bass clef
_LEDGER_SEMITONES = 7  # two ledger lines can be read at sight
_HARD_SHARE = 0.08


@dataclass(frozen=True)
class HandCosts:
    """What a split costs; the defaults were chosen on the scores that the README of `transcribe` names.

    Attributes
    ----------
    move
        For each semitone that the split moves from one beginning to the next, at rest for a second.
    near
        For a note beside the split: hands keep apart.
    centre
        For each semitone that the split lies from ``centre_midi``.
    stretch
        For each semitone that a hand's notes of a short while lie further apart than ``span_semitones``.
    alone
        Where one hand plays all notes of a short while.
    centre_midi, span_semitones, window_s
        Where hands part at rest, what one hand holds, and how long a short while is.
    """

    move: float = 0.48
    near: float = 1.4
    centre: float = 0.025
    stretch: float = 0.14
    alone: float = 0.42
    centre_midi: float = 58.0
    span_semitones: float = 10.0
    window_s: float = 0.67


def needs_two_staves(midis: Sequence[int]) -> bool:
    """Tell whether notes are easier to read on two staves, as a piano's, than on one in the clef that fits them best.

    Parameters
    ----------
    midis
        Pitches.

    Returns
    -------
    bool
        True where on either single staff at least 8 % of the notes stand beyond two ledger lines, and on both together
        less than half as many.

    Examples
    --------
    >>> needs_two_staves([43, 50, 55, 60, 67, 72]), needs_two_staves([60, 64, 67, 72]), needs_two_staves([36, 43, 55])
    (True, False, False)
    """
    if not midis:
        return False
    beside = np.array([[max(low - midi, midi - high, 0) for midi in midis] for low, high in _STAVES])
    is_hard = beside > _LEDGER_SEMITONES
    alone, together = float(is_hard.mean(axis=1).min()), float(is_hard.all(axis=0).mean())
    return alone >= _HARD_SHARE and together < alone / 2


def split_hands(notes: Sequence[PlayedNote], costs: HandCosts | None = None) -> tuple[bool, ...]:
    """Tell which notes the left hand plays.

    Parameters
    ----------
    notes
        Notes of a keyboard, in any order.
    costs
        What a split costs; the defaults where not given.

    Returns
    -------
    tuple of bool
        For each note whether it is the left hand's. Of notes that begin together, those of the left hand are the
        lowest.

    Notes
    -----
    Viterbi over the pitch of the split at every beginning: it keeps away from notes, lets each hand reach what it plays
    in a short while, and moves little.

    Examples
    --------
    >>> chord = [PlayedNote(0.0, 1.0, midi) for midi in (36, 43, 64, 67, 72)]
    >>> split_hands(chord)
    (True, True, False, False, False)
    """
    if not notes:
        return ()
    costs = costs or HandCosts()
    order = sorted(range(len(notes)), key=lambda at: (notes[at].onset_s, notes[at].midi))
    groups: list[list[int]] = []
    for at in order:
        if groups and notes[at].onset_s - notes[groups[-1][0]].onset_s <= _TOGETHER_S:
            groups[-1].append(at)
        else:
            groups.append([at])
    starts = np.array([notes[group[0]].onset_s for group in groups], dtype=np.float64)
    splits = np.arange(_LOWEST - 0.5, _HIGHEST, dtype=np.float64)
    path = _cheapest_path(_place_costs(notes, order, starts, splits, costs), starts, splits, costs)
    left = [False] * len(notes)
    for group, split in zip(groups, path, strict=True):
        for at in group:
            left[at] = bool(notes[at].midi < split)
    return tuple(left)


def _place_costs(
    notes: Sequence[PlayedNote], order: Sequence[int], starts: Floats, splits: Floats, costs: HandCosts
) -> Floats:
    """Return what each split costs at each beginning, of shape (beginnings, splits)."""
    onsets = np.array([notes[at].onset_s for at in order])
    midis = np.array([notes[at].midi for at in order], dtype=np.float64)
    first = np.searchsorted(onsets, starts - costs.window_s, "left")
    after = np.searchsorted(onsets, starts + costs.window_s, "right")
    found = np.empty((len(starts), len(splits)))
    for begin in range(0, len(starts), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        width = int((after[part] - first[part]).max())
        places = first[part, None] + np.arange(width)
        is_there = places < after[part, None]
        places = np.minimum(places, len(order) - 1)
        pitch, away_s = midis[places], np.abs(onsets[places] - starts[part, None])
        weight = np.where(is_there, 1.0 - 0.8 * away_s / (costs.window_s + _TOGETHER_S), 0.0)
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
        distance = np.abs(pitch[:, :, None] - splits)
        cost = costs.near * (weight[:, :, None] * np.exp(-(distance - 0.5) / 2.0)).sum(axis=1)
        below = (pitch[:, :, None] < splits) & is_there[:, :, None]
        above = (pitch[:, :, None] > splits) & is_there[:, :, None]
        for side in (below, above):
            high = np.where(side, pitch[:, :, None], -np.inf).max(axis=1)
            low = np.where(side, pitch[:, :, None], np.inf).min(axis=1)
            reach = np.where(side.any(axis=1), high - low, 0.0)
            cost += costs.stretch * np.maximum(reach - costs.span_semitones, 0.0)
            cost += costs.alone * ~side.any(axis=1)
        found[part] = cost + costs.centre * np.abs(splits - costs.centre_midi)
    return found


def _cheapest_path(place: Floats, starts: Floats, splits: Floats, costs: HandCosts) -> Floats:
    steps = np.abs(splits[:, None] - splits)
    total = place[0].copy()
    back = np.zeros(place.shape, dtype=np.int16)
    waits = np.minimum(np.diff(starts, prepend=starts[0]), 2.0)
    for at in range(1, len(starts)):
        through = total[:, None] + steps * (costs.move / (0.25 + waits[at]))
        back[at] = through.argmin(axis=0)
        total = through.min(axis=0) + place[at]
    path = np.empty(len(starts), dtype=np.int64)
    path[-1] = total.argmin()
    for at in range(len(starts) - 1, 0, -1):
        path[at - 1] = back[at, path[at]]
    return np.asarray(splits[path], dtype=np.float64)
