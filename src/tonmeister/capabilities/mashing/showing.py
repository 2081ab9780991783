"""What a mashup shows of its songs while it is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tonmeister.capabilities.mashing.params import LETTERS
from tonmeister.capabilities.mashing.phrases import facts_of

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
        card = song.song.model_dump(mode="json", include={"name", "stems_grade", "vocal_share", "n_bars", "warnings"})
        self._show("stems", self._stems, number, card | {"n_phrases": len(song.phrases)})

    def _show(self, name: str, known: dict[int, dict[str, Any]], number: int, facts: dict[str, Any]) -> None:
        known[number] = {"songId": LETTERS[number], **facts}
        self._ctx.show(name, [known[at] for at in sorted(known)])
