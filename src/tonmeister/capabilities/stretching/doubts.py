"""What is doubtful about the tempo and the beats that were listened for."""

from __future__ import annotations

from typing import Any

DOUBTFUL = 0.6
"""Below this confidence another tempo may be the right one, as `analyze` has it."""
FEW_BEATS = 16
"""Fewer beats than four bars of four say little of a grid."""


def tell_doubts(heard: Any, *, onto_grid: bool) -> tuple[str, ...]:
    """Return a sentence for each doubt about an analysis that found beats."""
    tempo, told = heard.tempo, []
    if tempo.confidence < DOUBTFUL:
        rivals = [f", or {other.tempo_bpm:.1f} BPM ({other.relation} of it)" for other in tempo.alternatives[:1]]
        told.append(
            f"The tempo that was heard is doubtful, confidence {tempo.confidence:.2f}: {tempo.tempo_bpm:.1f} BPM"
            f"{''.join(rivals)}. Listen to the result, or name a speed: speed_percent."
        )
    if onto_grid and len(heard.beats_s) < FEW_BEATS:
        told.append(
            f"Only {len(heard.beats_s)} beats were heard in {heard.duration_s:.1f} s: too few to be sure of the grid."
        )
    if not onto_grid and not tempo.is_steady:
        told.append("The tempo is not steady: it is right on average, and the song drifts as before.")
    return tuple(told)
