"""A plan that was given, brought in line with itself: what plays counts, and all that follows from it follows.

Names of phrases, songs and bars that contradict each other are refused, because nobody knows which of them is meant.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tonmeister.capabilities.mashing.plan import check_course, one_after_the_other
from tonmeister.capabilities.mashing.planning import words
from tonmeister.capabilities.mashing.planning.expand import beats_of
from tonmeister.core.errors import ChoiceUnknownError, CombinationError
from tonmeister.dsp.mashability import LARGEST_RATIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tonmeister.capabilities.mashing.params import PhraseRow
    from tonmeister.capabilities.mashing.plan import Layer, Plan, PlanSong, TempoFactor, TimelineSection
    from tonmeister.capabilities.mashing.planning.aims import Aims
    from tonmeister.capabilities.mashing.planning.costs import Board

OPEN = "?"
"""The backing of a section that is to be planned again."""
COUNTED: dict[TempoFactor, float] = {"half": 0.5, "same": 1.0, "double": 2.0}
_OWN_DESCRIPTION = re.compile(r"\([A-F]\d+(, \d+ of 100)?\)")
_OWN_COURSE = re.compile(r"\bEnergy (stays|goes|rises|falls) ")
_OWN_VISION = re.compile(r"All at [\d.]+ BPM")


@dataclass(frozen=True)
class Aligned:
    """A plan in line with itself, and what had to be changed for it, in words."""

    plan: Plan
    notes: tuple[str, ...]


def align(plan: Plan, board: Board) -> Aligned:
    """Bring bars, times, speeds, moves in pitch and names of what plays in line.

    Raises
    ------
    ChoiceUnknownError
        If it names a phrase or a song that there is not.
    CombinationError
        If it is a plan for other songs, names and bars contradict each other, or a song cannot be played at its tempo.
    """
    check_songs(plan, board)
    _check_metre(plan, board)
    _check_layers(plan, board)
    plan, played = _as_songs_say(plan)
    songs = tuple(_check_tempo(plan, song, board) for song in plan.songs)
    plan = plan.model_copy(update={"songs": songs})
    timeline = [_settled(section, n, plan) for n, section in enumerate(plan.masterplan.timeline)]
    placed, moved = _placed(plan, timeline)
    return Aligned(placed, (*played, *moved))


def placed_in_order(plan: Plan) -> Plan:
    """Return the plan with its sections one after the other, without gaps."""
    return _placed(plan, plan.masterplan.timeline)[0]


def _placed(plan: Plan, sections: Sequence[TimelineSection]) -> tuple[Plan, list[str]]:
    placed = one_after_the_other(plan, sections)
    pairs = enumerate(zip(sections, placed, strict=True), start=1)
    wrong = [number for number, (given, right) in pairs if given.start_bar != right.start_bar]
    notes = []
    if wrong:
        one = len(wrong) == 1
        notes.append(
            f"Sections follow each other in the order of the plan's list, without gaps: "
            f"section{'' if one else 's'} {words.listed_numbers(wrong)} {'was' if one else 'were'} placed anew."
        )
    masterplan = plan.masterplan.model_copy(update={"timeline": tuple(placed)})
    return plan.model_copy(update={"masterplan": masterplan}), notes


def check_songs(plan: Plan, board: Board) -> None:
    """Raise `CombinationError` if it is a plan for other songs."""
    letters = [material.letter for material in board.materials]
    if [song.songId for song in plan.songs] != letters:
        raise CombinationError(
            f"The plan is for the songs {', '.join(song.songId for song in plan.songs)}, but {len(letters)} are given.",
            field="plan", value=len(plan.songs), bound=len(letters), remedy="Give the plan's own songs.",
        )  # fmt: skip


def _check_metre(plan: Plan, board: Board) -> None:
    metre = board.materials[0].card.metre
    n_beats = plan.masterplan.global_.timeSignature[0]
    if n_beats != beats_of(metre):
        raise CombinationError(
            f"The plan counts {n_beats} beats in a bar, but the songs are in {metre}.",
            field="plan.masterplan.global.timeSignature", value=n_beats, bound=beats_of(metre),
            remedy=f"Give [{beats_of(metre)}, 4].",
        )  # fmt: skip


def _check_layers(plan: Plan, board: Board) -> None:
    letters = [material.letter for material in board.materials]
    n_bars = {material.letter: material.card.n_bars for material in board.materials}
    rows = {row.id: row for material in board.materials for row in material.rows}
    for s, section in enumerate(plan.masterplan.timeline):
        for name in ("lead", "backing", "drums"):
            given = getattr(section, name)
            if given not in (None, OPEN) and given not in rows:
                raise ChoiceUnknownError(
                    f"Section {s + 1}: {name} is {given!r}, and there is no such phrase.",
                    field=f"plan.masterplan.timeline.{s}.{name}", value=given, bound=list(rows),
                    remedy=f"Choose one of: {', '.join(rows)}.",
                )  # fmt: skip
        for n, layer in enumerate(section.layers):
            where = f"plan.masterplan.timeline.{s}.layers.{n}"
            if layer.songId not in letters:
                raise ChoiceUnknownError(
                    f"Section {s + 1} plays a song {layer.songId}, but there are only {', '.join(letters)}.",
                    field=f"{where}.songId", value=layer.songId, bound=letters,
                    remedy=f"Choose one of: {', '.join(letters)}.",
                )  # fmt: skip
            check_course(layer, f"{where}.automation", f"Section {s + 1}: {layer.songId} {layer.stem}")
            if layer.source_bar >= n_bars[layer.songId]:
                raise CombinationError(
                    f"Section {s + 1}: {layer.songId} {layer.stem} plays from bar {layer.source_bar}, but the song has "
                    f"{n_bars[layer.songId]} bars, counted from 0.",
                    field=f"{where}.source_bar", value=layer.source_bar, bound=n_bars[layer.songId] - 1,
                    remedy="Choose bars that the song has.",
                )  # fmt: skip
            if layer.phrase is not None:
                _check_phrase(layer, rows, where, f"Section {s + 1}: {layer.songId} {layer.stem}")


def _check_phrase(layer: Layer, rows: dict[str, PhraseRow], where: str, what: str) -> None:
    row = rows.get(str(layer.phrase))
    if row is None:
        names = [name for name in rows if name[0] == layer.songId]
        raise ChoiceUnknownError(
            f"{what} plays {layer.phrase!r}: there is no such phrase.",
            field=f"{where}.phrase", value=layer.phrase, bound=names, remedy=f"Choose one of: {', '.join(names)}.",
        )  # fmt: skip
    if row.songId != layer.songId:
        raise CombinationError(
            f"{what} plays {row.id}, which is a phrase of {row.songId}.",
            field=f"{where}.phrase", value=row.id, bound=layer.songId,
            remedy="Give the song's own phrase, or the phrase's own song.",
        )  # fmt: skip
    if row.start_bar != layer.source_bar:
        raise CombinationError(
            f"{what} plays from bar {layer.source_bar}, but the phrase {row.id} begins with bar {row.start_bar}.",
            field=f"{where}.source_bar", value=layer.source_bar, bound=row.start_bar,
            remedy=f"Give source_bar {row.start_bar} for the phrase, or phrase null for bars of your own choice.",
        )  # fmt: skip


def _as_songs_say(plan: Plan) -> tuple[Plan, list[str]]:
    """Let layers follow their song where all of them are played alike and the song says otherwise."""
    notes: list[str] = []
    changes: dict[str, dict[str, Any]] = {}
    for song in plan.songs:
        own = [layer for section in plan.masterplan.timeline for layer in section.layers if layer.songId == song.songId]
        pitched = {layer.shift_semitones for layer in own if layer.stem != "drums"}
        counted = {layer.tempo_factor for layer in own}
        if len(pitched) == 1 and pitched != {song.shift_semitones}:
            changes.setdefault(song.songId, {})["shift_semitones"] = song.shift_semitones
            notes.append(f"All of {song.songId} but its drums is moved by {song.shift_semitones:+d} semitones.")
        elif len(pitched) > 1 and song.shift_semitones not in pitched:
            several = words.listed([f"{shift:+d}" for shift in sorted(pitched)])
            notes.append(
                f"{song.songId} is to be moved by {song.shift_semitones:+d} semitones, but its layers by {several}: "
                "what the layers say counts."
            )
        if len(counted) == 1 and counted != {song.tempo_factor}:
            changes.setdefault(song.songId, {})["tempo_factor"] = song.tempo_factor
            notes.append(f"The beats of {song.songId} are counted {song.tempo_factor}.")
    if not changes:
        return plan, notes
    timeline = tuple(
        section.model_copy(update={"layers": tuple(_with(layer, changes) for layer in section.layers)})
        for section in plan.masterplan.timeline
    )
    return plan.model_copy(update={"masterplan": plan.masterplan.model_copy(update={"timeline": timeline})}), notes


def _with(layer: Layer, changes: dict[str, dict[str, Any]]) -> Layer:
    update = dict(changes.get(layer.songId, {}))
    if layer.stem == "drums":
        update.pop("shift_semitones", None)
    return layer.model_copy(update=update) if update else layer


def _check_tempo(plan: Plan, song: PlanSong, board: Board) -> PlanSong:
    """Return the song as fast as the plan's tempo makes it."""
    card = next(material.card for material in board.materials if material.letter == song.songId)
    target_bpm = plan.masterplan.global_.targetBPM
    rate = target_bpm / (card.tempo_bpm * COUNTED[song.tempo_factor])
    if not 1 / LARGEST_RATIO - 1e-4 <= rate <= LARGEST_RATIO + 1e-4:
        raise CombinationError(
            f"The plan's tempo is {target_bpm:g} BPM, but {song.songId} ({words.plain_name(card.name)}) has "
            f"{card.tempo_bpm:.1f}, counted {song.tempo_factor}: it would play at {100 * rate:.0f} % of its speed.",
            field="plan.masterplan.global.targetBPM", value=target_bpm,
            bound=f"within {100 * (LARGEST_RATIO - 1):.0f} %",
            remedy="Choose a tempo nearer to the songs', or plan anew with target_tempo_bpm.",
        )  # fmt: skip
    return song.model_copy(update={"tempo_bpm": card.tempo_bpm, "rate_percent": round(100 * rate, 3)})


def _settled(section: TimelineSection, number: int, plan: Plan) -> TimelineSection:
    """Return a section with its speeds, and named after what plays in it.

    Raises
    ------
    CombinationError
        If a name and what plays contradict each other.
    """
    if section.backing == OPEN:
        return section
    bpm = {song.songId: song.tempo_bpm for song in plan.songs}
    target_bpm = plan.masterplan.global_.targetBPM
    layers = tuple(
        layer.model_copy(
            update={"rate_percent": round(100 * target_bpm / (bpm[layer.songId] * COUNTED[layer.tempo_factor]), 3)}
        )
        for layer in section.layers
    )
    leads = [layer.phrase for layer in layers if layer.role == "lead" and layer.phrase]
    backs = [
        layer.phrase for layer in layers if layer.role == "backing" and layer.stem in ("bass", "other") and layer.phrase
    ]
    drums = [layer.phrase for layer in layers if layer.role == "backing" and layer.stem == "drums" and layer.phrase]
    for name, given, played in (("lead", section.lead, leads), ("backing", section.backing, backs)):
        if given is not None and played and given not in played:
            heard = words.listed(list(dict.fromkeys(played)))
            raise CombinationError(
                f"Section {number + 1} names {given} as its {name}, but {heard} plays.",
                field=f"plan.masterplan.timeline.{number}.{name}", value=given, bound=played,
                remedy="Change phrase, song and source_bar of the layers and the name alike; or give the backing "
                f'"{OPEN}" to have the section planned.',
            )  # fmt: skip
    update = {
        "layers": layers,
        "lead": (section.lead or leads[0]) if leads else None,
        "drums": None if section.backing in drums else next(iter(drums), None),
    }
    return section.model_copy(update=update)


def describe_anew(section: TimelineSection, old: str, fresh: str, names: dict[str, str]) -> str:
    """Return what to say of a section: a person's own words stay, the planner's follow what plays."""
    if old and not _OWN_DESCRIPTION.search(old) and not old.endswith(_OWN_ENDS):
        return old
    leads = words.listed(
        list(dict.fromkeys(names[layer.songId] for layer in section.layers if layer.role == "lead")) or [""]
    )
    if not section.layers:
        return _NOTHING
    if not any(layer.role == "backing" for layer in section.layers):
        return f"{leads}{_ALONE}"
    if section.lead is None and leads:
        return f"{leads} leads over {names[section.backing[0]]} ({section.backing}){_BY_HAND}"
    return fresh


_NOTHING = "Nothing sounds."
_ALONE = " leads alone."
_BY_HAND = ", with bars chosen by hand."
_OWN_ENDS = (_NOTHING, _ALONE, _BY_HAND)


def lead_of(plan: Plan, board: Board, aims: Aims) -> tuple[int, int | None]:
    """Return the number of the song that leads the plan, and which of its titles it bears; None for one by hand.

    The title tells whom the plan was made for; where that song leads no more, the first that leads counts.
    """
    from dataclasses import replace

    leading = {section.lead[0] for section in plan.masterplan.timeline if section.lead}
    letters = [material.letter for material in board.materials]
    # what was heard when it got its title is not known: any of the songs may have gone or come since
    heard = [frozenset(some) for n in range(len(letters), 0, -1) for some in itertools.combinations(letters, n)]
    for number, some in itertools.product(range(4), heard):
        for at, letter in enumerate(letters):
            if words.title_of(board, replace(aims, lead=at), number, some) == plan.masterplan.title:
                return (at if letter in leading or not leading else aims.lead), number
    return aims.lead, None


def is_own_vision(text: str) -> bool:
    """Tell whether the words on the idea are the planner's own."""
    return bool(_OWN_VISION.search(text)) and bool(_OWN_COURSE.search(text))
