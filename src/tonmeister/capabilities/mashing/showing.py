"""What a mashup shows of its songs while it is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tonmeister.capabilities.mashing.correcting import doubts_of
from tonmeister.capabilities.mashing.scores import letter_of
from tonmeister.dsp.mashability import camelot
from tonmeister.music.theory import parse_key, pitch_class

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.params import PhrasesResult
    from tonmeister.core.context import Context


class Shown:
    """What is known of the songs so far, shown as it comes: each one's analysis, then what its stems are like."""

    def __init__(self, ctx: Context):
        self._ctx = ctx
        self._analyses: dict[int, dict[str, Any]] = {}
        self._stems: dict[int, dict[str, Any]] = {}

    def analysed(self, number: int, heard: Any, name: str) -> None:
        """Show what an analysis has found."""
        if heard.tempo is not None and heard.metre is not None:  # else the song is refused
            self._show("analyses", self._analyses, number, facts_of(heard, name))

    def taken_apart(self, number: int, song: PhrasesResult) -> None:
        """Show what the stems of a song are like."""
        card = song.song.model_dump(mode="json", include={"name", "stems_grade", "vocal_share", "n_bars"})
        warnings = [*doubts_of(song.song, letter_of(number)), *song.song.warnings]
        self._show("stems", self._stems, number, card | {"warnings": warnings, "n_phrases": len(song.phrases)})

    def _show(self, name: str, known: dict[int, dict[str, Any]], number: int, facts: dict[str, Any]) -> None:
        known[number] = {"songId": letter_of(number), **facts}
        self._ctx.show(name, [known[at] for at in sorted(known)])


def facts_of(heard: Any, name: str) -> dict[str, Any]:
    """Return what an analysis alone tells of a song, as its card has it."""
    key = heard.key
    energies = sorted(phrase.energy_1_10 for phrase in heard.phrases)
    return {
        "name": name,
        "duration_s": heard.duration_s,
        "tempo_bpm": heard.tempo.tempo_bpm,
        "tempo_confidence": heard.tempo.confidence,
        "is_steady": heard.tempo.is_steady,
        "metre": f"{heard.metre.numerator}/{heard.metre.denominator}",
        "key": key.name if key else None,
        "camelot": camelot(pitch_class(parse_key(key.name).tonic), is_minor=key.mode == "minor") if key else None,
        "energy_1_10": energies[len(energies) // 2] if energies else 1,
    }
