"""Whether a plan is of the songs that are given: bars and phrases of other songs have the same names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.capabilities.mashing.planning.words import listed, plain_name
from tonmeister.capabilities.mashing.scores import letter_of
from tonmeister.capabilities.mashing.showing import facts_of
from tonmeister.core.errors import CombinationError

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.gathering import Song
    from tonmeister.capabilities.mashing.params import SongCard
    from tonmeister.capabilities.mashing.plan import Plan, PlanSong

SAME_DURATION_S = 0.25
"""Two files of one recording differ in length by less: padding of a codec."""
SAME_TEMPO_PERCENT = 0.5


@dataclass(frozen=True)
class Known:
    """What tells a song from others."""

    name: str
    sha256: str | None
    duration_s: float
    tempo_bpm: float
    key: str | None

    @classmethod
    def of_card(cls, card: SongCard, sha256: str | None) -> Known:
        """Return what its card tells of a song."""
        return cls(card.name, sha256, card.duration_s, card.tempo_bpm, card.key)

    @classmethod
    def of_analysis(cls, heard: Any, name: str, sha256: str) -> Known:
        """Return what its analysis tells of a song."""
        facts = facts_of(heard, name)
        return cls(name, sha256, facts["duration_s"], facts["tempo_bpm"], facts["key"])

    def is_of(self, song: PlanSong) -> bool:
        """Tell whether it is the song of a plan: the same file, or another file that is as long and sounds alike.

        A plan from elsewhere may know neither: then its name, or tempo and key, are all there is to go by.
        """
        if song.sha256 is not None and song.sha256 == self.sha256:
            return True
        tempo_percent = 100 * abs(self.tempo_bpm / song.tempo_bpm - 1)
        sounds_alike = tempo_percent <= SAME_TEMPO_PERCENT and self.key == song.key
        if song.duration_s is not None:
            return sounds_alike and abs(self.duration_s - song.duration_s) <= SAME_DURATION_S
        return sounds_alike or Path(self.name).stem == Path(song.name).stem


def check_own_songs(plan: Plan, known: Sequence[Known]) -> None:
    """Raise `CombinationError` if a plan is of other songs than those given, or of these in another order."""
    songs = plan.songs
    if len(songs) == len(known) and all(one.is_of(song) for one, song in zip(known, songs, strict=True)):
        return
    wanted = [plain_name(song.name) for song in songs]
    given = [plain_name(one.name) for one in known]
    in_order = [next((name for name, one in zip(given, known, strict=True) if one.is_of(song)), None) for song in songs]
    is_order = len(songs) == len(known) and len({*in_order} - {None}) == len(songs)
    raise CombinationError(
        f"The plan is of {_lettered(wanted)}, but the songs given are {_lettered(given)}.",
        field="songs", value=given, bound=wanted,
        remedy=f"Give them in the plan's order: {', '.join(str(name) for name in in_order)}." if is_order
        else "Give the plan's own songs, in its order; or leave the plan out to have one made of these.",
    )  # fmt: skip


def _lettered(names: Sequence[str]) -> str:
    return listed([f"{name} ({letter_of(number)})" for number, name in enumerate(names)])


def signed(plan: Plan, songs: Sequence[Song]) -> Plan:
    """Return the plan with what tells its songs from others, and what their analyses were told."""
    known = tuple(
        each.model_copy(
            update={
                "sha256": song.sha256,
                "duration_s": song.described.song.duration_s,
                "correction": song.correction,
            }
        )
        for each, song in zip(plan.songs, songs, strict=True)
    )
    return plan.model_copy(update={"songs": known})
