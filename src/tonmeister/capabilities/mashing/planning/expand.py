"""From a way through slots to sections and layers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.plan import (
    AutomationPoint,
    Effect,
    Layer,
    MashStem,
    PhraseId,
    Role,
    TimelineSection,
)
from tonmeister.capabilities.mashing.planning.sounding import playing_stems, wanted_stems
from tonmeister.core.units import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tonmeister.capabilities.mashing.planning.aims import Aims, Slot
    from tonmeister.capabilities.mashing.planning.costs import Board
    from tonmeister.capabilities.mashing.planning.paths import Path

Place = tuple[int, int]
JOINT_S = 0.02
"""Fade where one phrase ends and another begins on the same beat."""
SOFT_DB = -3.0
LEVEL_SPAN_LU = 9.0
"""A section without energy is so much fainter than one of full energy; mastering leaves about half of it."""
DRUMS_FROM_SCORE = 55.0
"""Below this score the other instruments of a backing stay in the background."""


@dataclass(frozen=True)
class Choice:
    """What a slot holds."""

    lead: Place | None
    backing: Place
    drums: Place | None = None
    effects: tuple[Effect, ...] = ()


def choices_of(board: Board, path: Path) -> list[Choice]:
    """Return what the slots of a way hold."""
    return [Choice(board.leads[lead], board.backings[back]) for lead, back in path]


def lend_drums(board: Board, aims: Aims, choices: Sequence[Choice]) -> list[Choice]:
    """In a megamix, let the drums of a band play on under the next one: so each song carries the one that follows."""
    if aims.style != "megamix":
        return list(choices)
    found = list(choices[:1])
    for before, choice in itertools.pairwise(choices):
        is_lent = before.backing[0] != choice.backing[0]
        found.append(replace(choice, drums=_played_on(board, before.backing) if is_lent else None))
    return found


def _played_on(board: Board, place: Place) -> Place | None:
    """Return the phrase with which a song goes on, or the same once more, by which has drums; None if neither."""
    after = (other for other in board.backings if follows(board, place, other))
    return next((other for other in (*after, place) if "drums" in board.sounds(other)), None)


def sections_of(board: Board, aims: Aims, choices: Sequence[Choice]) -> list[TimelineSection]:
    """Return the sections with their layers; descriptions are for `words`."""
    bar_s = _n_beats(board) * 60 / aims.tempo_bpm
    sections = []
    for n, choice in enumerate(choices):
        around = (choices[n - 1] if n else None, choices[n + 1] if n + 1 < len(choices) else None)
        slot = aims.slots[n]
        level_lu = level_of(slot.energy)
        sections.append(
            TimelineSection(
                time_start_sec=round(n * aims.n_bars * bar_s, 6),
                duration_sec=round(aims.n_bars * bar_s, 6),
                energy_level=energy_of(board, choice, level_lu),
                layers=tuple(_Builder(board, aims, bar_s).layers(choice, around, slot)),
                level_lu=level_lu,
                label=slot.label,
                start_bar=n * aims.n_bars,
                n_bars=aims.n_bars,
                lead=_name(board, choice.lead),
                backing=board.row(choice.backing).id,
                drums=_name(board, choice.drums),
                score_percent=_score(board, aims, choice),
            )
        )
    return sections


def _n_beats(board: Board) -> int:
    return beats_of(board.materials[0].card.metre)


def beats_of(metre: str) -> int:
    """Return how many beats a bar has: two in 6/8, the upper number elsewhere."""
    return {"6/8": 2}.get(metre, int(metre.partition("/")[0]))


def _name(board: Board, place: Place | None) -> PhraseId | None:
    return None if place is None else board.row(place).id


def _score(board: Board, aims: Aims, choice: Choice) -> float | None:
    if choice.lead is None or choice.lead == choice.backing:
        return None
    lead, backing = board.leads.index(choice.lead), board.backings.index(choice.backing)
    return round(board.score(lead, backing, aims.shifts), 1)


def level_of(energy_share: float) -> float:
    """Return how much fainter than one of full energy a section of this energy is."""
    return round(LEVEL_SPAN_LU * (energy_share - 1), 1)


def energy_of(board: Board, choice: Choice, level_lu: float | None) -> int:
    """Return the energy that a section reaches, 1 to 10: its phrases' and, where it has one, its level's."""
    back = board.row(choice.backing).energy_1_10
    of_phrases = back - 1.0 if choice.lead is None else 0.65 * back + 0.35 * board.row(choice.lead).energy_1_10
    reached = of_phrases if level_lu is None else (of_phrases + 10 + 9 * level_lu / LEVEL_SPAN_LU) / 2
    return min(10, max(1, whole(reached)))


def follows(board: Board, before: Place | None, after: Place | None) -> bool:
    """Tell whether a phrase goes on where another ends."""
    if before is None or after is None or before[0] != after[0]:
        return False
    first, second = board.row(before), board.row(after)
    return second.start_bar == first.start_bar + first.n_bars


class _Builder:
    """Makes layers under the same aims."""

    def __init__(self, board: Board, aims: Aims, bar_s: float):
        self._board, self._aims, self._bar_s = board, aims, bar_s
        self._beat_s = bar_s / _n_beats(board)

    def layers(self, choice: Choice, around: tuple[Choice | None, Choice | None], slot: Slot) -> list[Layer]:
        """Return the layers of a section; ``around`` is what comes before and after."""
        (before, after), label = around, slot.label
        drums = choice.drums or choice.backing
        found = []
        if choice.lead is not None:
            found.append(self._lead(choice, before, after))
        for stem in self._stems(choice, slot):
            place = drums if stem == "drums" else choice.backing
            earlier = _place_of(before, stem)
            later = _place_of(after, stem)
            is_lent = stem == "drums" and choice.drums is not None
            found.append(
                self._layer(
                    place, stem, "backing",
                    joined=(follows(self._board, earlier, place), follows(self._board, place, later)),
                    ends=after is None, volume_db=self._volume_db(choice, stem),
                    effects=(*choice.effects, *self._backing_effects(stem, label, before, after, is_lent=is_lent)),
                    automation=self._course(stem, label, before),
                )
            )  # fmt: skip
        return found

    def _stems(self, choice: Choice, slot: Slot) -> tuple[MashStem, ...]:
        """Return the stems that the slot asks for and that sound in their phrases."""
        lead, board = choice.lead, self._board
        is_melody = lead is not None and board.materials[lead[0]].lead_stem == "other"
        is_guest = lead is not None and lead[0] != choice.backing[0]
        wanted = wanted_stems(self._aims.style, slot, is_guest=is_guest, is_melody=is_melody)
        if lead == choice.backing and choice.drums is None:
            return wanted  # a song as it is stays as it is
        sounds = board.sounds(choice.backing)
        if choice.drums is not None:
            sounds = (sounds - {"drums"}) | (board.sounds(choice.drums) & {"drums"})
        return playing_stems(wanted, sounds, is_melody=is_melody)

    def _lead(self, choice: Choice, before: Choice | None, after: Choice | None) -> Layer:
        place = choice.lead
        assert place is not None
        stem = self._board.materials[place[0]].lead_stem
        earlier, later = before.lead if before else None, after.lead if after else None
        goes_on = follows(self._board, place, later)
        effects: tuple[Effect, ...] = () if goes_on or later is not None else ("echo_out",)
        return self._layer(
            place, stem, "lead", joined=(follows(self._board, earlier, place), goes_on), ends=after is None,
            volume_db=0.0, effects=effects, automation=(),
        )  # fmt: skip

    def _volume_db(self, choice: Choice, stem: MashStem) -> float:
        if stem != "other" or choice.lead is None:
            return 0.0
        score = _score(self._board, self._aims, choice)
        return 0.0 if score is None else (2 * SOFT_DB if score < DRUMS_FROM_SCORE else SOFT_DB / 2)

    def _backing_effects(
        self, stem: MashStem, label: str, before: Choice | None, after: Choice | None, *, is_lent: bool
    ) -> tuple[Effect, ...]:
        found: list[Effect] = []
        if label == "intro" and stem == "other":
            found.append("filter_sweep_up")
        if is_lent and stem == "drums":
            found.append("loop_roll")
        if after is None and self._aims.style == "megamix" and stem != "bass":
            found.append("vinyl_stop")
        changes = after is not None and before is not None and self._aims.style == "medley"
        if changes and stem == "other" and after is not None and self._is_change(before, after):
            found.append("filter_sweep_down")
        if label == "break" and stem == "other":
            found.append("reverb")
        return tuple(found[:2])

    def _is_change(self, before: Choice | None, after: Choice) -> bool:
        return before is not None and before.backing[0] != after.backing[0]

    def _course(self, stem: MashStem, label: str, before: Choice | None) -> tuple[AutomationPoint, ...]:
        length_s = self._aims.n_bars * self._bar_s
        if label == "intro" and before is None and stem in ("bass", "other"):
            return (
                AutomationPoint(time_s=0.0, gain_db=-6.0 if stem == "bass" else -3.0),
                AutomationPoint(time_s=round(length_s, 6), gain_db=0.0),
            )
        return ()

    def _layer(
        self, place: Place, stem: MashStem, role: Role, *, joined: tuple[bool, bool], ends: bool, volume_db: float,
        effects: tuple[Effect, ...], automation: tuple[AutomationPoint, ...],
    ) -> Layer:  # fmt: skip
        material, row = self._board.materials[place[0]], self._board.row(place)
        goes_on_before, goes_on_after = joined
        fade_out_s = (
            0.0 if goes_on_after else (self._bar_s if ends else (self._beat_s / 2 if role == "lead" else JOINT_S))
        )
        return Layer(
            songId=material.letter,
            stem=stem,
            volume_db=volume_db,
            effects=effects,
            role=role,
            phrase=row.id,
            source_bar=row.start_bar,
            n_bars=self._aims.n_bars,
            tempo_factor=material.factor,
            shift_semitones=0 if stem == "drums" else self._aims.shifts[place[0]],
            rate_percent=round(100 * self._aims.tempo_bpm / material.counted_bpm, 3),
            fade_in_s=0.0 if goes_on_before else JOINT_S,
            fade_out_s=round(fade_out_s, 6),
            automation=automation,
        )


def _place_of(choice: Choice | None, stem: MashStem) -> Place | None:
    if choice is None:
        return None
    return (choice.drums or choice.backing) if stem == "drums" else choice.backing
