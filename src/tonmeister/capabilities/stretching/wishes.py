"""What is asked for, judged before any file is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.core.errors import CombinationError

if TYPE_CHECKING:
    from tonmeister.capabilities.stretching.params import StretchParams


def check_stretch(params: StretchParams) -> None:
    """Refuse wishes that contradict each other."""
    if params.target_tempo_bpm is not None and params.speed_percent != 100.0:
        raise CombinationError(
            "speed_percent and target_tempo_bpm are both given.",
            field="target_tempo_bpm",
            value=params.target_tempo_bpm,
            remedy="Give one of them.",
        )
