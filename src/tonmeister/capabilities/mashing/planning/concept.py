"""The idea of a plan in a few sentences, read off the layers that it holds: who leads where, whose band, which keys."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.planning.words import (
    listed,
    listed_numbers,
    moved_key,
    names_of,
    semitones,
)
from tonmeister.core.units import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tonmeister.capabilities.mashing.plan import Layer, Plan, TimelineSection
    from tonmeister.capabilities.mashing.planning.aims import Aims
    from tonmeister.capabilities.mashing.planning.costs import Board

MOST_LEGS = 6
"""A course of energy with more ups and downs is told by its bounds."""
LEAST_LEG = 2
"""Levels of energy from which on a change is told."""
MOST_RUNS = 8
"""Longer lists of sections are told as a count."""


def vision_of(board: Board, aims: Aims, sections: Sequence[TimelineSection]) -> str:
    """Return the idea in a few sentences."""
    names = {material.letter: name for material, name in zip(board.materials, names_of(board), strict=True)}
    keys = {material.letter: material.card.key for material in board.materials}
    what = _leads(aims.style, sections, names)
    sentences = [f"{what[:1].upper()}{what[1:]}.", *_backings(sections, names), *_keys(aims, sections, names, keys)]
    heard = {layer.songId for section in sections for layer in section.layers}
    if unheard := [name for song, name in names.items() if song not in heard]:
        sentences.append(f"Of {listed(unheard)} nothing is heard.")
    return " ".join([*sentences, course_of([section.energy_level for section in sections])])[:2000]


def course_of(levels: Sequence[int]) -> str:
    """Return in a sentence how the energy of the sections goes, small ups and downs left out."""
    turns = _turning_points(levels)
    low, high = min(levels), max(levels)
    if len(turns) == 1:
        return f"Energy stays at {low}." if low == high else f"Energy stays between {low} and {high}."
    if len(turns) - 1 > MOST_LEGS:
        return f"Energy goes up and down between {low} and {high}."
    legs = [
        f"{'rises' if levels[after] > levels[before] else 'falls'}"
        f"{f' from {levels[before]}' if n == 0 else ''} to {levels[after]} in section {after + 1}"
        for n, (before, after) in enumerate(itertools.pairwise(turns))
    ]
    return f"Energy {listed(legs)}."


def _turning_points(levels: Sequence[int]) -> list[int]:
    """Return where a course begins, turns by `LEAST_LEG` or more, and ends; one place where it does not."""
    found, best = [0], 0
    is_up: bool | None = None
    for at, level in enumerate(levels):
        if is_up is None:
            if abs(level - levels[found[0]]) >= LEAST_LEG:
                is_up, best = level > levels[found[0]], at
            continue
        if (level > levels[best]) == is_up and level != levels[best]:
            best = at
        elif abs(level - levels[best]) >= LEAST_LEG:
            found.append(best)
            is_up, best = not is_up, at
    return [*found, best] if is_up is not None else found


def difference(plan: Plan, first: Plan) -> str:
    """Return in a sentence what tells a plan from the first of them."""
    found = []
    mine, other = plan.masterplan, first.masterplan
    if mine.global_.targetBPM != other.global_.targetBPM:
        found.append(f"the tempo ({mine.global_.targetBPM:g} BPM)")
    if len(mine.timeline) != len(other.timeline):
        found.append(f"the number of sections ({len(mine.timeline)})")
    else:
        pairs = list(enumerate(zip(mine.timeline, other.timeline, strict=True), start=1))
        for what, name in (("leads", "lead"), ("backings", "backing")):
            at = [number for number, (a, b) in pairs if getattr(a, name) != getattr(b, name)]
            if at:
                found.append(f"the {what} of {_numbered(at, len(pairs))}")
    costs = f"it costs {plan.origin.cost:.2f}, that {first.origin.cost:.2f}"
    return f"It differs from the first plan in {listed(found)}; {costs}." if found else f"As the first plan; {costs}."


def _leads(style: str, sections: Sequence[TimelineSection], names: Mapping[str, str]) -> str:
    """Return who leads and over whom; songs whose melody leads do not sing."""
    at: dict[str, list[int]] = defaultdict(list)
    stems: dict[str, set[str]] = defaultdict(set)
    under: dict[str, set[str]] = defaultdict(set)
    for number, section in enumerate(sections, start=1):
        for song in dict.fromkeys(layer.songId for layer in section.layers if layer.role == "lead"):
            at[song].append(number)
            stems[song] |= {layer.stem for layer in section.layers if (layer.songId, layer.role) == (song, "lead")}
            under[song] |= {layer.songId for layer in section.layers if layer.role == "backing"}
    order = _order(sections, names)
    before = f"{order}: " if style in ("medley", "megamix") else ""
    if not at:
        return f"{before}instruments alone, nobody leads"
    if len(at) == 1:
        song = next(iter(at))
        over = listed([*(names[each] for each in names if each in under[song] and each != song),
                       *(["its own instruments"] if song in under[song] else [])] or ["nothing"])  # fmt: skip
        front = f"{names[song]} sings" if stems[song] == {"vocals"} else f"the melody of {names[song]}"
        return f"{before}{front} over {over}"
    where = [
        f"{names[song]} {'leads ' if n == 0 else ''}in {_numbered(numbers, len(sections))}"
        for n, (song, numbers) in enumerate(at.items())
    ]
    sung = [names[song] for song in at if stems[song] == {"vocals"}]
    tunes = [names[song] for song in at if stems[song] != {"vocals"}]
    if not tunes:
        how = "each sings"
    elif not sung:
        how = "the melody of each leads"
    else:
        how = f"{listed(sung)} sing{'s' if len(sung) == 1 else ''}, of {listed(tunes)} the melody leads"
    front = before or f"{listed([names[song] for song in at])} take turns: "
    return f"{front}{how}. {listed(where)}"


def _order(sections: Sequence[TimelineSection], names: Mapping[str, str]) -> str:
    """Return whether the songs are heard one after the other, or in pieces beside each other."""
    heard = [dict.fromkeys(layer.songId for layer in section.layers) for section in sections]
    order = dict.fromkeys(song for each in heard for song in each)
    runs = [song for song, _ in itertools.groupby(song for each in heard for song in each)]
    if len(order) < 2:
        return f"nothing but {names[next(iter(order))]}" if order else "nothing sounds"
    if len(runs) == len(order):
        return f"{listed([names[song] for song in order])} one after the other"
    lengths = sorted({section.n_bars for section in sections})
    bars = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
    return f"pieces of {listed([names[song] for song in order])}, {bars} bars each"


def _band(section: TimelineSection) -> dict[str, None]:
    """Return whose bass and other instruments back, in their order; drums where nothing else does."""
    backing = [layer for layer in section.layers if layer.role == "backing"]
    return dict.fromkeys(layer.songId for layer in [each for each in backing if each.stem != "drums"] or backing)


def _backings(sections: Sequence[TimelineSection], names: Mapping[str, str]) -> list[str]:
    """Return who plays the backing, and where drums are another's."""
    band: dict[str, list[int]] = defaultdict(list)
    lent: dict[str, list[int]] = defaultdict(list)
    for number, section in enumerate(sections, start=1):
        played = _band(section)
        for song in played:
            band[song].append(number)
        drums = {layer.songId for layer in section.layers if layer.role == "backing" and layer.stem == "drums"}
        for song in sorted(drums - set(played)):
            lent[song].append(number)
    n, found = len(sections), []
    if len(band) == 1:
        found.append(f"{names[next(iter(band))]} plays all the backing{' but some drums' if lent else ''}.")
    elif band:
        told = [f"{names[song]} in {_numbered(numbers, n)}" for song, numbers in band.items()]
        found.append(f"The backing is played by {listed(told)}.")
    if lent:
        told = [f"{names[song]} in {_numbered(numbers, n)}" for song, numbers in lent.items()]
        found.append(f"Under it are drums of {listed(told)}.")
    return found


def _keys(
    aims: Aims, sections: Sequence[TimelineSection], names: Mapping[str, str], keys: Mapping[str, str | None]
) -> list[str]:
    """Return the tempo, the key in which each song plays, and what is moved for it."""
    moves = _moves(layer for section in sections for layer in section.layers)
    heard = {song: [moved_key(key, shift) if (key := keys[song]) else None for shift in moves[song]]
             for song in names if song in moves}  # fmt: skip
    found = {key for each in heard.values() for key in each}
    if found == {None} or not found:
        tempo = f"All at {aims.tempo_bpm:g} BPM."
    elif len(found) == 1:
        tempo = f"All at {aims.tempo_bpm:g} BPM in {found.pop()}."
    else:
        told = [
            f"{names[song]} in {listed(sorted({key or 'no clear key' for key in each}))}"
            for song, each in heard.items()
        ]
        tempo = f"All at {aims.tempo_bpm:g} BPM, {listed(told)}."
    moved = [f"{names[song]} is moved by {listed([semitones(shift) for shift in shifts if shift])}"
             + (" in places" if 0 in shifts else "")
             for song in names if any(shifts := moves.get(song, []))]  # fmt: skip
    return [tempo, *([f"{listed(moved)}."] if moved else [])]


def _moves(layers: Iterable[Layer]) -> dict[str, list[int]]:
    """Return by how many semitones each song's layers are moved; drums have no pitch."""
    found: dict[str, set[int]] = defaultdict(set)
    for layer in layers:
        if layer.stem != "drums":
            found[layer.songId].add(layer.shift_semitones)
    return {song: sorted(shifts) for song, shifts in found.items()}


def _numbered(numbers: Sequence[int], n: int) -> str:
    """Return which of ``n`` sections: by number where these are few runs, as a count elsewhere."""
    if len(numbers) == n:
        return "all sections"
    runs = 1 + sum(b != a + 1 for a, b in itertools.pairwise(numbers))
    if runs > MOST_RUNS:
        return f"{len(numbers)} of {n} sections ({whole(100 * len(numbers) / n)} %)"
    return f"section{'' if len(numbers) == 1 else 's'} {listed_numbers(numbers)}"
