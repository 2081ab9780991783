"""Bent notes as engraved pages tell them: how far in whole tones, as players count."""

from __future__ import annotations

from collections.abc import Sequence

from tonmeister.music.score import WrittenNote
from tonmeister.music.tab import Technique

BENT, RELEASED = "bent-", "-released"
"""How the name of a bent note begins, and how that of a released one ends."""
_PARTS = ("", "¼", "½", "¾")
_QUARTER_CENTS = 50.0  # a quarter of a whole tone


def bend_of(head: WrittenNote) -> Technique | None:
    """Return how a written note is bent; None where it is not, or was bent in the note that it is tied to."""
    return None if head.is_continued else next((each for each in head.techniques if each.name == "bend"), None)


def name_bent(note: str, bend: Technique) -> str:
    """Return the name by which a bent note is found again on an engraved page."""
    return f"{BENT}{note}{RELEASED if bend.is_released else ''}"


def bend_words(heads: Sequence[WrittenNote], *, is_tab: bool) -> str:
    """Return what stands over a beat for its widest bend; the empty text where none of its notes is bent.

    A tab has an arrow, so that the width alone is said; a staff has letters as it has H and P: b½, and b½r let go.
    """
    bends = [bend for head in heads if (bend := bend_of(head)) is not None]
    if not bends:
        return ""
    widest = max(bends, key=lambda bend: bend.depth_cents)
    whole, parts = divmod(max(1, round(widest.depth_cents / _QUARTER_CENTS)), 4)
    width = f"{whole or ''}{_PARTS[parts]}"
    if is_tab:
        return "full" if width == "1" else width
    return f"b{width}{'r' if widest.is_released else ''}"
