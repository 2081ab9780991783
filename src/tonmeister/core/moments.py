"""Moments in time that a studio can mean: nobody plans work for the year 9999, and no calendar there holds it."""

from __future__ import annotations

import math

from tonmeister.core.errors import ParameterError

EARLIEST = "1970-01-01T00:00:00Z"
LATEST = "2200-01-01T00:00:00Z"
EARLIEST_S = 0.0
LATEST_S = 7_258_118_400.0
"""`LATEST` in seconds since 1970."""
MAX_AHEAD_S = 3660 * 86400.0
"""Ten years, with their leap days."""


def check_run_at(run_at: float | None, now: float) -> None:
    """Raise `ParameterError` if work is put off to a moment before 1970 or more than ten years ahead."""
    if run_at is None:
        return
    if not (math.isfinite(run_at) and EARLIEST_S <= run_at <= now + MAX_AHEAD_S):
        bound = f"from {EARLIEST} to ten years ahead"
        raise ParameterError(
            f"run_at must be {bound}.",
            field="run_at",
            value=run_at if math.isfinite(run_at) else str(run_at),
            bound=bound,
            remedy="Choose a moment within the next ten years.",
        )
