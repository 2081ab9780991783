"""A trial run of the chain on parts of the song: what only the sound can tell before all of it is shaped."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tonmeister.capabilities.mastering.chain import Chain
from tonmeister.capabilities.mastering.image import AUDIBLE_DB, FOLLOW_RANGE_DB, guard_note, guarded
from tonmeister.capabilities.mastering.intake import Block, Song
from tonmeister.capabilities.mastering.portrait import Note
from tonmeister.capabilities.mastering.targets import Plan

N_PARTS = 12
PART_S = 1.5
N_TRIALS = 2
"""The stages behind the width bend a little with it, so the second trial corrects the first."""


def fit_width(song: Song, plan: Plan) -> Plan:
    """Return the plan with the width that makes the shaped song as wide as the reference asks."""
    wanted_db = plan.image.follows_side_db
    if wanted_db is None:
        return plan
    parts = _parts(song)
    # The parts stand for the song: what they differ from it by before, they differ by after.
    offset_db = song.portrait.side_db - _side_db(parts)
    image, is_guarded, reached_db = plan.image, False, math.nan
    for _ in range(N_TRIALS):
        chain = Chain(replace(plan, image=image), song.sample_rate)
        shaped = [piece for part in parts for piece in chain.push(part.copy())] + chain.finish()
        own_db = 20.0 * math.log10(image.width_percent / 100.0)
        reached_db = _side_db(shaped) + offset_db - own_db
        if not math.isfinite(reached_db):
            return plan
        change_db = float(np.clip(wanted_db - reached_db, *FOLLOW_RANGE_DB))
        image, is_guarded = guarded(replace(image, width_percent=100.0 * 10 ** (change_db / 20.0)), reached_db)
    if abs(20.0 * math.log10(image.width_percent / 100.0)) < AUDIBLE_DB:
        image = replace(image, width_percent=100.0)
        text = f"Left the width alone: shaped towards the reference, the sides lie at {reached_db:.1f} dB"
    else:
        verb = "Widened" if image.width_percent > 100 else "Narrowed"
        text = f"{verb} the sides to {image.width_percent:.0f} %: without it they would lie at {reached_db:.1f} dB"
    note = Note(
        "width", f"{text} against the middle, and to follow the reference as far as asked takes {wanted_db:.1f} dB."
    )
    return replace(plan, image=image, notes=(*plan.notes, guard_note(image) if is_guarded else note))


def _parts(song: Song) -> list[Block]:
    n, length = song.spool.n_samples, round(PART_S * song.sample_rate)
    if n <= N_PARTS * length:
        return [song.spool.read(0, n)]
    return [song.spool.read(start, start + length) for start in np.linspace(0, n - length, N_PARTS).astype(int)]


def _side_db(parts: list[Block]) -> float:
    mid = sum(float(np.square(part[0] + part[1], dtype=np.float64).sum()) for part in parts)
    side = sum(float(np.square(part[0] - part[1], dtype=np.float64).sum()) for part in parts)
    return 10.0 * math.log10((side + 1e-20) / (mid + 1e-20))
