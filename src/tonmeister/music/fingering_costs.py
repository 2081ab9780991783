"""What a fingering costs: the traits of a grip and of the way from one grip to the next, as numbers to be weighed.

A grip is a voicing (one place for each note) together with the position of the hand, the fret under the index finger.
Everything here is computed for all grips of a chord, or all pairs of grips of two chords, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.tab import Place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KNOTS = (1.0, 3.0, 5.0, 7.0, 9.0, 12.0, 15.0)
_OPEN_HAND_FRETS = 15  # where the hand may rest while only open strings sound
_MAX_GRIPS = 64
_NO_FRET = 99

_GRIP_PLAIN = (
    "mean_fret",
    "span",
    "stretch",
    "n_open",
    "n_fingers_over_2",
    "n_fingers_over_4",
    "n_skipped_strings",
    "high_on_low_string",
    "index_offset",
    "mean_string",
    "open_treble",
    "all_open",
    "barre",
    "high_on_extra_string",
    *(f"hand_near_{int(knot)}" for knot in _KNOTS),
)
_IN_CONTEXT = ("mean_fret", "n_open", "mean_string", "open_treble", "all_open", *_GRIP_PLAIN[-len(_KNOTS) :])
CONTEXTS = ("chordal", "fast", "high")
"""What surrounds a chord within seconds: share of chords, speed, pitch; each from about 0 to 1."""

GRIP_TRAITS = _GRIP_PLAIN + tuple(f"{name}_if_{context}" for context in CONTEXTS for name in _IN_CONTEXT)
"""Names of the columns of `grip_traits`, in order."""

MOVE_TRAITS = (
    "shift",
    "shifts",
    "leap",
    "string_distance",
    "step_on_string",
    "skip_on_string",
    "shift_at_leisure",
    "n_places_shared",
    "n_fingers_kept",
    "shape_kept",
    "strings_changed",
    "cuts_ringing",
)
"""Names of the layers of `move_traits`, in order."""

N_HURRIED = 6
"""The first so many of `MOVE_TRAITS` count less the more time there is."""


@dataclass(frozen=True)
class Grips:
    """All grips of one chord.

    Attributes
    ----------
    voicings
        The places of each voicing, in the order of the pitches.
    voicing
        Index of the voicing of each grip, shape (grips,).
    hand_fret
        Fret under the index finger, shape (grips,).
    frets
        Fret by string, lowest-placed string first, -1 where a string is silent; shape (grips, strings).
    traits
        What does not depend on the context, shape (grips, len(plain traits)).
    """

    voicings: tuple[tuple[Place, ...], ...]
    voicing: Ints
    hand_fret: Ints
    frets: Ints
    traits: Floats


def make_grips(fretboard: Fretboard, voicings: Sequence[tuple[Place, ...]]) -> Grips:
    """Return the grips of a chord: each voicing under every position of the hand that reaches it.

    Parameters
    ----------
    fretboard
        The neck.
    voicings
        What `find_voicings` found; at least one.
    """
    n_strings = fretboard.n_strings
    table = np.full((len(voicings), n_strings), -1, dtype=np.int64)
    for at, voicing in enumerate(voicings):
        for place in voicing:
            table[at, n_strings - place.string] = place.fret
    stopped = table > 0
    lowest = np.where(stopped, table, 99).min(axis=1)
    highest = np.where(stopped, table, 0).max(axis=1)
    index: list[int] = []
    hands: list[int] = []
    for at, (low, high) in enumerate(zip(lowest.tolist(), highest.tolist(), strict=True)):
        if low == 99:
            positions = range(1, _OPEN_HAND_FRETS + 1)
        elif high - low <= 3:
            positions = range(max(1, high - 3), low + 1)
        else:
            positions = range(low, low + 1)
        index.extend([at] * len(positions))
        hands.extend(positions)
    chosen = np.array(index, dtype=np.int64)
    hand = np.array(hands, dtype=np.int64)
    traits = _plain_traits(table[chosen], hand, _extra_string_from(fretboard))
    if len(chosen) > _MAX_GRIPS:
        # a rough price for hands of every style, only to bound the work
        rough = traits[:, :7] @ np.array([0.6, 0.6, 0.8, 0.0, 0.25, 6.0, 0.5]) + 0.1 * traits[:, 8]
        kept = np.sort(np.argsort(rough, kind="stable")[:_MAX_GRIPS])
        chosen, hand, traits = chosen[kept], hand[kept], traits[kept]
    return Grips(tuple(voicings), chosen, hand, table[chosen], traits)


def _extra_string_from(fretboard: Fretboard) -> int:
    """Return the fret from which on the string below a bass's four sounds what the next one has; out of reach if none.

    Bassists have that string for what lies below the others: the lowest notes of these stay where they were.
    """
    low, *usual = fretboard.tuning
    is_long_bass = fretboard.n_strings in (5, 6) and low < TUNINGS["bass"][0]
    return min(usual) - low if is_long_bass and low < min(usual) else _NO_FRET


def _plain_traits(frets: Ints, hand: Ints, extra_string_from: int = _NO_FRET) -> Floats:
    n_strings = frets.shape[1]
    string = np.arange(n_strings)
    used, stopped, is_open = frets >= 0, frets > 0, frets == 0
    n_notes = used.sum(axis=1)
    n_stopped = stopped.sum(axis=1)
    any_stopped = n_stopped > 0
    lowest = np.where(any_stopped, np.where(stopped, frets, 99).min(axis=1), 0)
    highest = np.where(stopped, frets, 0).max(axis=1)
    width = highest - lowest
    at_lowest = stopped & (frets == lowest[:, None])
    first = np.where(at_lowest, string, n_strings).min(axis=1)
    last = np.where(at_lowest, string, -1).max(axis=1)
    # a finger laid flat stops every string that it crosses: no open string may lie under it
    crosses_open = (is_open & (string > first[:, None]) & (string < last[:, None])).any(axis=1)
    barre = (at_lowest.sum(axis=1) > 1) & ~crosses_open
    n_fingers = np.where(barre, n_stopped - at_lowest.sum(axis=1) + 1, n_stopped)
    outer = np.where(used, string, -1).max(axis=1) - np.where(used, string, n_strings).min(axis=1) + 1
    depth = 1.0 - string / max(1, n_strings - 1)
    hats = np.where(any_stopped[:, None], _hats(hand.astype(np.float64)), 0.0)
    columns = [
        np.where(stopped, frets, 0).sum(axis=1) / (10.0 * n_notes),
        np.maximum(0, width - 2),
        np.maximum(0, width - 3),
        is_open.sum(axis=1),
        np.maximum(0, n_fingers - 2),
        np.maximum(0, n_fingers - 4),
        outer - n_notes,
        (np.maximum(0, frets - 7) * depth).sum(axis=1) / n_notes,
        np.where(any_stopped, lowest - hand, 0),
        (used * (1.0 - depth)).sum(axis=1) / n_notes,
        (is_open & (string >= n_strings // 2)).sum(axis=1),
        ~any_stopped,
        barre,
        frets[:, 0] >= extra_string_from,
    ]
    return np.concatenate([np.stack(columns, axis=1).astype(np.float64), hats], axis=1)


def _hats(position: Floats) -> Floats:
    knots = np.array(_KNOTS)
    clipped = np.clip(position, knots[0], knots[-1])
    right = np.clip(np.searchsorted(knots, clipped, side="right"), 1, len(knots) - 1)
    share = (clipped - knots[right - 1]) / (knots[right] - knots[right - 1])
    hats = np.zeros((len(position), len(knots)))
    rows = np.arange(len(position))
    hats[rows, right - 1] = 1.0 - share
    hats[rows, right] += share
    return hats


_CONTEXT_COLUMNS = np.array([_GRIP_PLAIN.index(name) for name in _IN_CONTEXT])


def fold_context(weights: Floats, context: Floats) -> Floats:
    """Return the weights of the plain traits in a context.

    Parameters
    ----------
    weights
        One for each of `GRIP_TRAITS`.
    context
        One number for each of `CONTEXTS`.

    Returns
    -------
    ndarray
        Shape (len(plain traits),): multiplied with `Grips.traits` they give each grip's price.
    """
    n_plain = len(_GRIP_PLAIN)
    folded = weights[:n_plain].copy()
    folded[_CONTEXT_COLUMNS] += context @ weights[n_plain:].reshape(len(CONTEXTS), len(_IN_CONTEXT))
    return folded


def grip_traits(traits: Floats, context: Floats) -> Floats:
    """Return the traits of one grip in a context, in the order of `GRIP_TRAITS`."""
    return np.concatenate([traits, np.outer(context, traits[_CONTEXT_COLUMNS]).ravel()])


def move_traits(before: Grips, after: Grips) -> Floats:
    """Return the traits of all moves from one chord's grips to the next chord's.

    Parameters
    ----------
    before, after
        Grips of two chords that follow each other.

    Returns
    -------
    ndarray
        Shape (len(`MOVE_TRAITS`), grips before, grips after), not yet scaled by time.
    """
    shift = np.abs(before.hand_fret[:, None] - after.hand_fret[None, :]).astype(np.float64)
    out = np.zeros((len(MOVE_TRAITS), *shift.shape))
    out[0], out[1], out[2] = shift, shift > 0, np.maximum(0.0, shift - 4.0)
    string_before = before.traits[:, 9] * (before.frets.shape[1] - 1)
    string_after = after.traits[:, 9] * (after.frets.shape[1] - 1)
    distance = np.abs(string_before[:, None] - string_after[None, :])
    out[3] = distance
    n_before, n_after = len(before.voicings[0]), len(after.voicings[0])
    if n_before == n_after == 1:
        same = distance == 0
        interval = np.abs(before.frets.max(axis=1)[:, None] - after.frets.max(axis=1)[None, :])
        out[4] = same & (interval <= 2)
        out[5] = same & (interval > 2)
    out[6] = shift
    used_before, used_after = before.frets >= 0, after.frets >= 0
    equal = before.frets[:, None, :] == after.frets[None, :, :]
    shared = (equal & used_before[:, None, :]).sum(axis=2)
    kept = (equal & (before.frets > 0)[:, None, :]).sum(axis=2)
    out[8] = kept
    common = used_before.astype(np.float64) @ used_after.T.astype(np.float64)
    if n_before > 1 and n_after > 1:
        moved = after.frets[None, :, :] - before.frets[:, None, :]
        both = used_before[:, None, :] & used_after[None, :, :]
        low = np.where(both, moved, 99).min(axis=2)
        high = np.where(both, moved, -99).max(axis=2)
        out[9] = (low == high) & (common == n_before) & (n_before == n_after)
        out[10] = 1.0 - common / max(n_before, n_after)
    out[7] = shared
    out[11] = common > shared
    return out


def time_scale(gap_s: float) -> float:
    """Return how much of a move's hurried cost is left when there is time for it: 1 when fast, towards 0 at leisure."""
    return 1.0 / (1.0 + 3.2 * max(0.0, gap_s - 0.15))
