"""What analyses are told better: by who listens, by a plan that was made so, or to have bars of 2/4 and 4/4 fit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tonmeister.capabilities.mashing.plan import Correction
from tonmeister.capabilities.mashing.scores import letter_of
from tonmeister.core.errors import ChoiceUnknownError, CombinationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tonmeister.capabilities.mashing.params import SongCard, SongDoubt
    from tonmeister.capabilities.mashing.plan import Plan
    from tonmeister.core.context import Context

Told = dict[str, Any]
"""What one analysis is told, as its parameters."""
TOLD = ("tempo_bpm", "first_beat_s", "metre")


def told_of(n_songs: int, given: Sequence[Correction], plan: Plan | None) -> list[Told]:
    """Return what each song's analysis is told: what is given, and what a plan was made with.

    Raises
    ------
    ChoiceUnknownError
        If a correction is of a song that there is not.
    CombinationError
        If a song is corrected twice, or otherwise than when the plan was made.
    """
    letters = [letter_of(number) for number in range(n_songs)]
    own = [song.correction for song in plan.songs] if plan is not None else []
    told: list[Told] = [_told(correction) for correction in [*own, *[None] * n_songs][:n_songs]]
    seen: set[str] = set()
    for correction in given:
        letter = correction.songId
        if letter not in letters:
            raise ChoiceUnknownError(
                f"A correction is of song {letter}, but there are only {', '.join(letters)}.",
                field="corrections", value=letter, bound=letters, remedy=f"Choose one of: {', '.join(letters)}.",
            )  # fmt: skip
        if letter in seen:
            raise CombinationError(
                f"Song {letter} is corrected twice.",
                field="corrections", value=letter, bound="one for each song", remedy="Say all of a song in one.",
            )  # fmt: skip
        seen.add(letter)
        wanted, at = _told(correction), letters.index(letter)
        if plan is not None and wanted != told[at]:
            raise CombinationError(
                f"The plan was made with {_shown(told[at])} for song {letter}, not with {_shown(wanted)}: its bars "
                "would lie elsewhere.",
                field="corrections", value=wanted, bound=told[at],
                remedy="Leave the corrections out, for the plan has its own; or leave the plan out, to plan anew.",
            )  # fmt: skip
        told[at] = wanted
    return told


def _told(correction: Correction | None) -> Told:
    return {} if correction is None else correction.model_dump(include=set(TOLD), exclude_none=True)


def _shown(told: Told) -> str:
    return json.dumps(told) if told else "no correction"


def correction_of(number: int, told: Told) -> Correction | None:
    """Return what a song's analysis was told, to be kept in plans."""
    return Correction(songId=letter_of(number), **told) if told else None


def analyse(
    files: Sequence[str],
    told: Sequence[Told],
    ctx: Context,
    tell: Callable[[float, str], None],
    check: Callable[[Any, str], None],
    each: Callable[[int, Any], None] | None = None,
) -> tuple[list[Any], list[Told], tuple[str, ...]]:
    """Analyse the songs; return what was heard, what the analyses were told for it, and what to know of that.

    A song in 2/4 beside others in 4/4 is counted in 4/4: two of its bars make one, from the likelier of both on.

    Raises
    ------
    CombinationError
        If their bars do not fit.
    """
    steps = [("analyze", {"file": file, **each}) for file, each in zip(files, told, strict=True)]
    heard = ctx.run_all(steps, tell=tell, each=each)
    told, notes = list(told), []
    for file, found in zip(files, heard, strict=True):
        check(found, ctx.label(file))
    metres = [metre_of(found) for found in heard]
    if {*metres} == {"2/4", "4/4"}:
        for number, (file, metre) in enumerate(zip(files, metres, strict=True)):
            if metre == "2/4" and "metre" not in told[number]:
                told[number] = {**told[number], "metre": "4/4"}
                heard[number] = ctx.run("analyze", {"file": file, **told[number]})
                notes.append(
                    f"{letter_of(number)} ({ctx.label(file)}) is heard in 2/4 and counted in 4/4, as the others are: "
                    "two of its bars make one."
                )
                check(heard[number], ctx.label(file))
                if each is not None:
                    each(number, heard[number])
    check_metres([ctx.label(file) for file in files], [metre_of(found) for found in heard])
    return heard, told, tuple(notes)


def metre_of(heard: Any) -> str:
    """Return the time signature that an analysis has found."""
    return f"{heard.metre.numerator}/{heard.metre.denominator}"


def check_metres(names: Sequence[str], metres: Sequence[str]) -> None:
    """Raise `CombinationError` if the songs have different metres."""
    for number, (name, metre) in enumerate(zip(names, metres, strict=True)):
        if metre != metres[0]:
            raise CombinationError(
                f"{names[0]} is in {metres[0]}, {name} in {metre}: their bars do not fit.",
                field="songs", value=metre, bound=metres[0],
                remedy="Choose songs of one metre; or tell the metre of one, if it was heard wrongly: "
                f"{_option(letter_of(number), metre=metres[0])}.",
            )  # fmt: skip


def _option(letter: str, **told: Any) -> str:
    return f"--corrections '{json.dumps({'songId': letter, **told})}'"


def doubts_of(card: SongCard, letter: str) -> tuple[str, ...]:
    """Return what is doubtful about a song, each with the correction of a mashup that settles it."""
    return tuple(_in_words(doubt, letter) for doubt in card.doubts)


def _in_words(doubt: SongDoubt, letter: str) -> str:
    told = doubt.model_dump(include=set(TOLD), exclude_none=True)
    return f"{doubt.text.removesuffix('.')} ({_option(letter, **told)})." if told else doubt.text
