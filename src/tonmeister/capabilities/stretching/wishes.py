"""What is asked for, judged before any file is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.core.errors import CombinationError

if TYPE_CHECKING:
    from tonmeister.capabilities.stretching.params import StretchParams


def check_stretch(params: StretchParams) -> None:
    """Refuse wishes that contradict each other, and to have none."""
    is_same_speed = params.speed_percent == 100.0 and params.target_tempo_bpm is None
    if is_same_speed and params.pitch_semitones == 0.0 and not params.onto_grid:
        raise CombinationError(
            "Nothing would change: speed_percent is 100, pitch_semitones is 0, and neither target_tempo_bpm "
            "nor onto_grid is given.",
            field="speed_percent",
            value=params.speed_percent,
            remedy="Name what shall change: speed_percent, target_tempo_bpm, pitch_semitones or onto_grid.",
        )
    if params.target_tempo_bpm is not None and params.speed_percent != 100.0:
        raise CombinationError(
            "speed_percent and target_tempo_bpm are both given.",
            field="target_tempo_bpm",
            value=params.target_tempo_bpm,
            remedy="Give one of them.",
        )
