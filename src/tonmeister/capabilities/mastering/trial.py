"""A trial run of the chain on parts of the song: what only the sound can tell before all of it is shaped."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.chain import Chain
from tonmeister.capabilities.mastering.image import AUDIBLE_DB, FOLLOW_RANGE_DB, Image, guard_note, guarded
from tonmeister.capabilities.mastering.intake import Block, Song
from tonmeister.capabilities.mastering.portrait import Note
from tonmeister.capabilities.mastering.targets import Plan
from tonmeister.dsp.dynamics import MultibandCompressor
from tonmeister.dsp.spectrum import Welch

N_PARTS = 12
PART_S = 1.5
BALANCE_PART_S = 0.75
MAX_MAKEUP_DB = 6.0
N_TRIALS = 2
"""The stages behind the width bend a little with it, so the second trial corrects the first."""


def fit_makeup(song: Song, plan: Plan) -> Plan:
    """Return the plan with as much make-up gain for each band as compression takes from its power on average.

    Without it the band that is compressed most gets quieter than the equaliser left it: mostly the highs, which would
    make each dense master darker than what was decided.
    """
    if all(curve.range_db <= 0 for curve in plan.bands):
        return plan
    chain = Chain(replace(plan, bands=(), glue=None, image=Image(), saturation_db=0.0), song.sample_rate)
    before = [piece for part in _parts(song, BALANCE_PART_S) for piece in chain.push(part)] + chain.finish()
    compressor = MultibandCompressor(
        plan.crossovers_hz, plan.bands, None, song.sample_rate, three_bands=plan.three_bands
    )
    powers = _band_powers(before, plan, song.sample_rate)
    for piece in before:
        compressor.process(piece)
    taken = powers - _band_powers(before, plan, song.sample_rate)
    if plan.three_bands:
        taken[:2] = 10.0 * math.log10((10 ** (powers[:2] / 10)).sum() / (10 ** ((powers - taken)[:2] / 10)).sum())
    makeup_db = np.clip(np.where(np.isfinite(taken), taken, 0.0), 0.0, MAX_MAKEUP_DB)
    bands = tuple(replace(curve, makeup_db=float(gain)) for curve, gain in zip(plan.bands, makeup_db, strict=True))
    if makeup_db.max() < AUDIBLE_DB:
        return replace(plan, bands=bands)
    shown = [f"{gain:.1f}" for gain in (makeup_db[1:] if plan.three_bands else makeup_db)]
    gains = f"{', '.join(shown[:-1])} and {shown[-1]} dB from low to high"
    note = Note("compressor", f"Gives each band back what it takes from it on average ({gains}), for the balance.")
    return replace(plan, bands=bands, notes=(*plan.notes, note))


def _band_powers(pieces: list[Block], plan: Plan, sample_rate: int) -> NDArray[np.float64]:
    """Return the power of the compressor's bands in dB."""
    welch = Welch(sample_rate, 2, overlapping=False)
    for piece in pieces:
        welch.push(piece)
    spectrum = welch.finish()
    edges = (20.0, *plan.crossovers_hz, 0.49 * sample_rate)
    powers = np.array([sum(spectrum.band(*pair)[:2]) for pair in itertools.pairwise(edges)])
    found: NDArray[np.float64] = 10.0 * np.log10(powers + 1e-20)
    return found


def fit_width(song: Song, plan: Plan) -> Plan:
    """Return the plan with the width that makes the shaped song as wide as the reference asks."""
    wanted_db = plan.image.follows_side_db
    if wanted_db is None:
        return plan
    parts = _parts(song, PART_S)
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


def _parts(song: Song, part_s: float) -> list[Block]:
    n, length = song.spool.n_samples, round(part_s * song.sample_rate)
    if n <= N_PARTS * length:
        return [song.spool.read(0, n)]
    return [song.spool.read(start, start + length) for start in np.linspace(0, n - length, N_PARTS).astype(int)]


def _side_db(parts: list[Block]) -> float:
    """Return the level of the side against the mid: offsets do not count, for the chain takes them off."""
    side, mid = (
        _power_without_offset([part[0] + sign * part[1] for part in parts]) for sign in (np.float32(-1), np.float32(1))
    )
    return 10.0 * math.log10((side + 1e-20) / (mid + 1e-20))


def _power_without_offset(parts: list[NDArray[np.float32]]) -> float:
    total = sum(float(part.sum(dtype=np.float64)) for part in parts)
    squares = sum(float(np.square(part, dtype=np.float64).sum()) for part in parts)
    return max(0.0, squares - total**2 / max(1, sum(map(len, parts))))
