"""What a mashup aims at: its tempo, how far each song is moved in pitch, and slot by slot who leads how loudly."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.mashing.planning.words import moved_key
from tonmeister.core.errors import CombinationError
from tonmeister.dsp.mashability import LARGEST_RATIO, tempo_cost

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.plan import EnergyArc, Style
    from tonmeister.capabilities.mashing.scores import Material, Scores

VOICE_WEIGHT = 2.0
"""A song whose voice leads counts so much more when tempo and key are chosen."""
LEAD_SHIFT_POINTS, BACKING_SHIFT_POINTS, MOVED_POINTS = 4.0, 2.0, 0.5
"""Points of score that a move by three semitones (a lead) or five (a backing) must earn; any move the last."""


@dataclass(frozen=True)
class Slot:
    """A slot of the form."""

    label: str
    energy: float
    """0 to 1: which part of the phrases shall be fainter."""
    wants_lead: bool
    turn: int | None
    """Number of the song whose turn it is to lead; None where anyone may."""


@dataclass(frozen=True)
class Aims:
    """What holds for a plan as a whole."""

    style: Style
    arc: EnergyArc
    n_bars: int
    slots: tuple[Slot, ...]
    tempo_bpm: float
    shifts: tuple[int, ...]
    """Semitones by which each song is moved."""
    lead: int
    """Number of the song that leads, or leads first."""


def choose_tempo_bpm(materials: Sequence[Material], lead: int, style: Style) -> float:
    """Return the tempo that changes the songs least, the leading one above all.

    Raises
    ------
    CombinationError
        If no tempo is within 20 % of all songs'.
    """
    tempi = [material.counted_bpm for material in materials]
    weights = [VOICE_WEIGHT if n == lead or style != "classic" else 1.0 for n in range(len(tempi))]
    mean = math.exp(sum(w * math.log(t) for w, t in zip(weights, tempi, strict=True)) / sum(weights))
    candidates = [*tempi, *(mean * (1 + percent / 100) for percent in range(-8, 9)), math.sqrt(min(tempi) * max(tempi))]

    def cost(target: float) -> float:
        changes = [(w, target / tempo) for w, tempo in zip(weights, tempi, strict=True)]
        return sum(w * (float(tempo_cost(ratio)) + 0.2 * abs(math.log2(ratio))) for w, ratio in changes)

    check_spread(tempi)
    best = min(candidates, key=cost)
    # The leading song may keep its tempo to the last digit; others give whole tenths.
    return best if best in tempi else round(best, 1)


def check_spread(tempi_bpm: Sequence[float]) -> None:
    """Raise `CombinationError` if tempi, counted alike, have none in common."""
    middle = math.sqrt(min(tempi_bpm) * max(tempi_bpm))
    if not math.isfinite(float(tempo_cost(middle / min(tempi_bpm)))):
        raise CombinationError(
            f"The tempi {', '.join(f'{tempo:.0f}' for tempo in tempi_bpm)} BPM lie too far apart: no common tempo is "
            f"within {100 * (LARGEST_RATIO - 1):.0f} % of all.",
            field="songs", value=[round(tempo, 1) for tempo in tempi_bpm], bound=f"{100 * (LARGEST_RATIO - 1):.0f} %",
            remedy="Leave out the slowest or the fastest song.",
        )  # fmt: skip


def check_tempo(materials: Sequence[Material], tempo_bpm: float) -> None:
    """Raise `CombinationError` if a tempo that was asked for is too far from a song's."""
    for material in materials:
        if not math.isfinite(float(tempo_cost(tempo_bpm / material.counted_bpm))):
            raise CombinationError(
                f"target_tempo_bpm is {tempo_bpm:g}, but {material.card.name} has {material.counted_bpm:.1f} BPM.",
                field="target_tempo_bpm", value=tempo_bpm, bound=f"within {100 * (LARGEST_RATIO - 1):.0f} %",
                remedy="Choose a tempo nearer to the songs', or leave it out.",
            )  # fmt: skip


def choose_shifts(
    materials: Sequence[Material],
    scores: dict[tuple[str, str], Scores],
    style: Style,
    lead: int,
    max_shift_semitones: int,
) -> tuple[int, ...]:
    """Return by how many semitones each song is moved, so that leads and backings go together best."""
    n = len(materials)
    pairs = [(a, b) for a in range(n) for b in range(n) if a != b and (style != "classic" or a == lead)]
    curves = {(a, b): _best_by_shift(materials[a], scores[materials[a].letter, materials[b].letter]) for a, b in pairs}
    reach = range(-max_shift_semitones, max_shift_semitones + 1)

    def worth(shifts: tuple[int, ...]) -> float:
        total = sum(curve[(shifts[a] - shifts[b]) % 12] for (a, b), curve in curves.items()) / max(1, len(curves))
        for number, shift in enumerate(shifts):
            leads = number == lead or (style != "classic" and bool(materials[number].can_lead.any()))
            total -= MOVED_POINTS * bool(shift)
            total -= LEAD_SHIFT_POINTS * (shift / 3) ** 2 if leads else BACKING_SHIFT_POINTS * (shift / 5) ** 2
        return float(total)

    if n <= 3:
        return max(itertools.product(reach, repeat=n), key=worth)
    shifts = (0,) * n
    for _ in range(4):
        before = shifts
        for number in range(n):
            options = [(*shifts[:number], shift, *shifts[number + 1 :]) for shift in reach]
            shifts = max(options, key=worth)
        if shifts == before:
            break
    return shifts


def _best_by_shift(lead: Material, scores: Scores) -> list[float]:
    """Return for each of twelve moves the mean of what the better half of the leads reach."""
    rows = scores.total[:, lead.can_lead]
    if rows.shape[1] == 0:
        return [0.0] * 12
    best = np.sort(rows.max(axis=2), axis=1)[:, ::-1]
    return [float(value) for value in best[:, : max(1, best.shape[1] // 2)].mean(axis=1)]


def target_key(materials: Sequence[Material], shifts: Sequence[int], lead: int) -> str:
    """Return the key of the leading song as it is moved, or of the first that has one."""
    for number in (lead, *range(len(materials))):
        key = materials[number].card.key
        if key is not None:
            return moved_key(key, shifts[number])
    return "none"


def energy_at(arc: EnergyArc, place: float) -> float:
    """Return the course of energy at a place from 0 to 1."""
    if arc == "rise":
        return 0.15 + 0.85 * place
    if arc == "fall":
        return 1.0 - 0.8 * place
    if arc == "steady":
        return 0.65
    if arc == "wave":
        return 0.55 - 0.4 * math.cos(2 * math.pi * 2 * place + 0.4)
    return 0.2 + 0.8 * place / 0.75 if place < 0.75 else 1.0 - 0.75 * (place - 0.75) / 0.25


def lay_out(style: Style, arc: EnergyArc, n_slots: int, lead: int, leaders: Sequence[int]) -> list[Slot]:
    """Return the slots of a form.

    Parameters
    ----------
    style, arc
        What is aimed at.
    n_slots
        How many.
    lead
        Number of the song that leads first.
    leaders
        Numbers of the songs that can lead.
    """
    framed = style in ("classic", "trade")
    has_intro = framed and n_slots >= 4
    has_outro = framed and n_slots >= 5
    pause = round(0.6 * n_slots) if framed and n_slots >= 9 else None
    order = [lead, *(number for number in leaders if number != lead)] if lead in leaders else list(leaders)
    inner = [
        n for n in range(n_slots) if not (has_intro and n == 0) and not (has_outro and n == n_slots - 1) and n != pause
    ]
    energies = {n: energy_at(arc, n / max(1, n_slots - 1)) for n in inner}
    bounds = sorted(energies.values())
    chorus_from = bounds[len(bounds) // 2] if bounds else 1.0
    slots = []
    for n in range(n_slots):
        if n not in energies:
            label = "intro" if has_intro and n == 0 else ("outro" if has_outro and n == n_slots - 1 else "break")
            slots.append(Slot(label, {"intro": 0.2, "outro": 0.25, "break": 0.35}[label], wants_lead=False, turn=None))
            continue
        energy, turn = energies[n], _turn(style, inner.index(n), len(inner), order)
        is_high = energy >= chorus_from if len(inner) > 1 else True
        label = ("chorus" if is_high else "verse") if framed else "section"
        slots.append(Slot(label, energy, wants_lead=bool(leaders), turn=turn))
    return slots


def _turn(style: Style, at: int, n: int, order: Sequence[int]) -> int | None:
    if not order:
        return None
    if style == "classic":
        return order[0]
    if style == "medley":
        return order[min(at * len(order) // max(1, n), len(order) - 1)]
    # Trade and megamix: two slots each, or one where there are few, or somebody would have two turns more than others.
    k = len(order)
    is_even = n % (2 * k) in (0, 2 * k - 1)
    length = 2 if n >= 4 * k or (n >= 3 * k and is_even) else 1
    return order[(at // length) % k]
