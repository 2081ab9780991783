"""Decisions on density: compression, glue, saturation and the ways in which the limiter may move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.aims import Aim
from tonmeister.capabilities.mastering.params import MasteringParams
from tonmeister.capabilities.mastering.portrait import Note, Portrait
from tonmeister.capabilities.mastering.presets import Preset
from tonmeister.capabilities.mastering.tone import band_power_db
from tonmeister.dsp.dynamics import Curve
from tonmeister.dsp.limiter import Ballistics

WORKING_LUFS = -18.0
"""Every song is brought to this loudness first, so that no decision depends on how loud the mix came in."""

DENSE_ENOUGH_DB = 0.5
"""A peak-to-loudness ratio this little above the aim is dense enough."""


def loudness_squeeze(song: Portrait, target_lufs: float, ceiling_dbtp: float) -> float:
    """Return by how many dB the target squeezes the song's peaks beyond the 3 dB that a limiter does unheard."""
    return max(0.0, song.plr_db - (ceiling_dbtp - target_lufs) - 3.0)


def limiter_ladder(params: MasteringParams, preset: Preset) -> tuple[Ballistics, ...]:
    """Return the limiter's ways to move, from slow and clean to fast and loud; what the user fixed stays in all."""
    fixed = params.limiter
    release = fixed.release_ms or preset.limiter_release_ms
    rungs = (
        (4.0, 8.0, 1.0, 400.0),
        (4.0, 5.0, 0.5, 200.0),
        (3.0, 4.0, 0.33, 120.0),
        (2.0, 3.0, 0.25, 80.0),
        (1.5, 1.0, 0.15, 60.0),
    )
    return tuple(
        dict.fromkeys(
            Ballistics(
                lookahead_ms=fixed.lookahead_ms or lookahead,
                hold_ms=fixed.hold_ms or hold,
                release_ms=fixed.release_ms or release * share,
                sustain_ms=fixed.sustain_ms or sustain,
            )
            for lookahead, hold, share, sustain in rungs
        )
    )


def decide_compression(
    song: Portrait,
    aim: Aim,
    params: MasteringParams,
    preset: Preset,
    amount: float,
    eq_db: NDArray[np.float64],
    crossovers: Sequence[float],
    loudness: tuple[float, float],
    notes: list[Note],
) -> tuple[tuple[Curve, ...], Curve | None]:
    """Decide the bands' curves and the glue."""
    options = params.compressor
    target_lufs, ceiling_dbtp = loudness
    loud = loudness_squeeze(song, target_lufs, ceiling_dbtp)
    # An open song needs more than one near its aim, and a dense one nothing: splitting it into bands would turn their
    # phases and raise its peaks by more than compression takes. A loud target is dense: what the bands do not give, the
    # limiter would have to take.
    wanted_plr_db = min(aim.plr_db, max(ceiling_dbtp - target_lufs, 5.0))
    is_dense = song.plr_db <= wanted_plr_db + DENSE_ENOUGH_DB
    need = 0.0 if is_dense else float(np.clip(0.5 + (song.plr_db - wanted_plr_db) / 8.0, 0.0, 2.0))
    if wanted_plr_db < aim.plr_db:
        need *= max(1.0, 0.5 / max(aim.compression, 0.1))
    strength = min(1.8, aim.compression * preset.compression_percent / 100.0 * need * min(1.4, amount / 0.5))
    level = song.bands_db + eq_db + WORKING_LUFS - song.integrated_lufs
    edges = (0.0, *crossovers, 1e6)
    # Bands that let every attack through would hand the whole of a loud target to the limiter.
    attack = options.attack_ms or preset.attack_ms * float(np.clip(1.0 - loud / 8.0, 0.25, 1.0))
    release = options.release_ms or preset.release_ms
    ratio = options.ratio or 1.0 + 1.5 * strength
    range_db = options.range_db if options.range_db is not None else 2.0 + 4.0 * strength
    offset = options.threshold_db if options.threshold_db is not None else 5.0 - 5.0 * strength
    curves = []
    idle = not options.enabled or (strength < 0.02 and options.ratio is None)
    three = options.n_bands == 3
    for k, (slow, pace) in enumerate(((2.0, 1.5), (1.3, 1.2), (1.0, 1.0), (0.5, 0.67))):
        low, high = edges[k], edges[k + 1]
        if three and k < 2:
            low, high = edges[0], edges[2]
        mean = band_power_db(song.bands_hz, level, low, high)
        curves.append(
            Curve(
                mean + offset if not idle else 1000.0,
                1.0 if idle else ratio,
                6.0,
                0.0 if idle else range_db,
                attack_ms=attack * slow,
                release_ms=release * pace,
            )
        )
    glue_options = params.glue
    glue: Curve | None = None
    glue_strength = strength if glue_options.ratio is None else max(strength, 0.5)
    if glue_options.enabled and glue_strength >= 0.02:
        whole = band_power_db(song.bands_hz, level, 1, 1e6)
        glue = Curve(
            whole + (glue_options.threshold_db if glue_options.threshold_db is not None else 2.0 - 2.0 * glue_strength),
            glue_options.ratio or 1.0 + 0.7 * glue_strength,
            8.0,
            glue_options.range_db if glue_options.range_db is not None else 1.0 + 2.0 * glue_strength,
            attack_ms=glue_options.attack_ms or 30.0,
            release_ms=glue_options.release_ms or 250.0,
        )
    usual = "what the loud target leaves" if wanted_plr_db < aim.plr_db else f"usual for {aim.words}"
    figures = f"a peak-to-loudness ratio of {song.plr_db:.1f} dB, and {wanted_plr_db:.1f} dB is {usual}"
    if not options.enabled:
        notes.append(Note("compressor", "Switched off."))
    elif idle and amount <= 0:
        notes.append(Note("compressor", "Left alone: the amount is 0 %."))
    elif idle:
        notes.append(Note("compressor", f"Left alone: the mix has {figures}."))
    elif options.ratio is not None:
        notes.append(Note("compressor", f"{3 if three else 4} bands at {ratio:.2f}:1, as asked."))
    else:
        notes.append(
            Note(
                "compressor",
                f"{3 if three else 4} bands at {ratio:.2f}:1, because the mix has {figures}.",
            )
        )
    return tuple(curves), glue
