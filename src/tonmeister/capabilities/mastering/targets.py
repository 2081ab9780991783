"""From what the song is, and what was asked for, to a plan: every number that the chain needs, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.aims import (
    DEFAULT_TARGET_LUFS,
    Aim,
    Choices,
    aim_of_genres,
    aim_of_reference,
    blend,
    find_unlikeness,
    find_unused,
)
from tonmeister.capabilities.mastering.density import (
    WORKING_LUFS,
    decide_compression,
    limiter_ladder,
    loudness_squeeze,
)
from tonmeister.capabilities.mastering.image import Image, decide_image
from tonmeister.capabilities.mastering.params import MasteringParams, Mode
from tonmeister.capabilities.mastering.portrait import Note, Portrait, estimate_resemblance
from tonmeister.capabilities.mastering.presets import TierSettings
from tonmeister.capabilities.mastering.tone import decide_dynamic_eq, decide_tonal_balance
from tonmeister.core.errors import CombinationError
from tonmeister.dsp.dynamics import Curve, DynamicBand
from tonmeister.dsp.limiter import Ballistics

DEFAULT_CEILING_DBTP = -1.0
RUMBLE_HZ = 20.0
DC_BLOCK_HZ = 5.0
"""Corner that takes away nothing but a constant."""
AUDIBLE_OFFSET_DB = -52.0
"""An offset is worth a word from this level on, against the song's loudness."""
CROSSOVERS_HZ = (120.0, 700.0, 4500.0)


@dataclass(frozen=True)
class Plan:
    """Every number that the chain needs."""

    mode: Mode
    input_gain_db: float
    dc: tuple[float, ...]
    rumble_hz: float | None
    bands_hz: NDArray[np.float64]
    eq_db: NDArray[np.float64]
    eq_phase: str
    target_shape_db: NDArray[np.float64]
    dynamic_bands: tuple[DynamicBand, ...]
    dynamic_names: tuple[str, ...]
    crossovers_hz: tuple[float, float, float]
    bands: tuple[Curve, ...]
    three_bands: bool
    glue: Curve | None
    image: Image
    saturation_db: float
    target_lufs: float
    ceiling_dbtp: float
    ballistics: tuple[Ballistics, ...]
    max_gain_reduction_db: float
    dither: str | None
    tier: TierSettings
    resembles: dict[str, float]
    notes: tuple[Note, ...]
    warnings: tuple[str, ...] = ()


def make_plan(
    song: Portrait,
    params: MasteringParams,
    choices: Choices,
    reference: Portrait | None,
    sample_rate: int,
    *,
    record: Portrait | None = None,
) -> Plan:
    """Decide everything.

    Parameters
    ----------
    song, reference
        What was measured; ``reference`` where the mode needs one.
    params, choices
        What was asked for.
    sample_rate
        Rate of the master in Hz.
    record
        Portrait of the record that the song belongs to; its kind then decides the target, not the song's own.
    """
    preset = choices.preset
    resembles = estimate_resemblance(record or song)
    genres = aim_of_genres(song, choices, resembles)
    if choices.mode == "adaptive" or reference is None:
        aim = genres
    elif choices.mode == "reference":
        aim = aim_of_reference(song, reference, genres)
    else:
        aim = blend(genres, aim_of_reference(song, reference, genres))
    default_amount = preset.amount_percent if choices.mode == "adaptive" else 80.0
    amount = (params.amount_percent if params.amount_percent is not None else default_amount) / 100.0
    notes: list[Note] = []
    unlike = find_unlikeness(song, reference) if choices.mode == "reference" and reference is not None else None
    target_lufs, ceiling_dbtp = _loudness(params, choices, aim, song, notes)
    eq_db = decide_tonal_balance(song, aim, params, choices, amount, notes)
    dynamic_bands, names = decide_dynamic_eq(song, aim, params, preset, amount, eq_db, sample_rate, notes)
    crossovers = params.compressor.crossovers_hz or tuple(
        min(hz, 0.4 * sample_rate * r) for hz, r in zip(CROSSOVERS_HZ, (0.3, 0.6, 1.0), strict=True)
    )
    if not 20 <= crossovers[0] < crossovers[1] < crossovers[2] < 0.45 * sample_rate:
        raise CombinationError(
            f"compressor.crossovers_hz is {crossovers}, but must rise from at least 20 Hz "
            f"to less than {0.45 * sample_rate:.0f} Hz.",
            field="compressor.crossovers_hz",
            value=list(crossovers),
            remedy="Give three rising frequencies, for example 120 700 4500.",
        )
    bands, glue = decide_compression(
        song, aim, params, preset, amount, eq_db, crossovers, (target_lufs, ceiling_dbtp), notes
    )
    image = decide_image(song, aim, params, preset, amount, eq_db, notes)
    drive_db = params.saturation.drive_db
    squeeze_db = loudness_squeeze(song, target_lufs, ceiling_dbtp)
    if drive_db is None:
        drive_db = min(12.0, preset.saturation_db + aim.saturation_db + min(8.0, 1.2 * squeeze_db)) * min(
            1.0, amount / 0.5
        )
    if drive_db > 0.01:
        why = (
            "so that the loud target does not rest on the limiter alone"
            if squeeze_db > 0.5
            else "for density and warmth"
        )
        notes.append(
            Note(
                "saturation",
                f"Soft saturation with {drive_db:.1f} dB of drive below {0.2 * sample_rate / 1000:.0f} kHz, {why}.",
            )
        )
    max_reduction = params.max_gain_reduction_db
    rumble_hz, dc = decide_rumble(song, params, notes)
    return Plan(
        mode=choices.mode,
        input_gain_db=WORKING_LUFS - song.integrated_lufs,
        dc=dc,
        rumble_hz=rumble_hz,
        bands_hz=song.bands_hz,
        eq_db=eq_db,
        # A reference is followed in thirds of an octave, which ten bells cannot draw.
        eq_phase=params.eq.phase or (choices.tier.eq_phase if choices.mode == "adaptive" else "linear"),
        target_shape_db=aim.shape_db,
        dynamic_bands=tuple(dynamic_bands),
        dynamic_names=tuple(names),
        crossovers_hz=(crossovers[0], crossovers[1], crossovers[2]),
        bands=bands,
        three_bands=(params.compressor.n_bands or (3 if song.bands_hz[-1] < 5000 else 4)) == 3,
        glue=glue,
        image=image,
        saturation_db=drive_db,
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling_dbtp,
        ballistics=limiter_ladder(params, preset),
        max_gain_reduction_db=preset.max_gain_reduction_db if max_reduction is None else max_reduction,
        dither=params.dither.kind,
        tier=choices.tier,
        resembles=resembles,
        notes=tuple(notes),
        warnings=tuple(text for text in (unlike, find_unused(choices)) if text),
    )


def decide_rumble(song: Portrait, params: MasteringParams, notes: list[Note]) -> tuple[float | None, tuple[float, ...]]:
    """Decide the corner of the high-pass (None for no filter), and the offset that is taken off before it."""
    if (not params.eq.enabled or params.amount_percent == 0) and params.eq.rumble_hz is None:
        return None, (0.0,)
    rumble_hz = RUMBLE_HZ if params.eq.rumble_hz is None else max(params.eq.rumble_hz, DC_BLOCK_HZ)
    offset_db = max((20 * math.log10(abs(value)) for value in song.dc if value), default=-math.inf)
    if offset_db - song.integrated_lufs > AUDIBLE_OFFSET_DB:
        notes.insert(0, Note("dc", f"Removed a DC offset of {offset_db:.0f} dBFS."))
    # The filter takes any offset away, but rings where a song begins with one. Taking it off a song that begins with
    # silence would put a step there instead.
    is_open = [abs(first - mean) < abs(first) for first, mean in zip(song.opening, song.dc, strict=True)]
    return rumble_hz, tuple(mean if at_once else 0.0 for mean, at_once in zip(song.dc, is_open, strict=True))


def _loudness(
    params: MasteringParams, choices: Choices, aim: Aim, song: Portrait, notes: list[Note]
) -> tuple[float, float]:
    platform = choices.platform
    if params.target_lufs is not None:
        target, why = params.target_lufs, "you asked for it"
    elif platform is not None:
        target, why = platform.target_lufs, f"{platform.title} plays at that loudness"
        if song.is_mono and platform.mono_target_lufs is not None:
            target = platform.mono_target_lufs
    elif aim.target_lufs is not None:
        target, why = aim.target_lufs, f"that is the loudness of {aim.words}"
    elif choices.preset.target_lufs is not None:
        target, why = choices.preset.target_lufs, f"the preset {choices.preset.title} asks for it"
    else:
        target, why = DEFAULT_TARGET_LUFS, "most streaming services play at that loudness"
    target = float(np.clip(target, -36.0, -4.0))
    if params.ceiling_dbtp is not None:
        ceiling = params.ceiling_dbtp
    elif platform is not None:
        ceiling = platform.ceiling_dbtp
        if platform.loud_ceiling_dbtp is not None and target > platform.target_lufs:
            ceiling = platform.loud_ceiling_dbtp
    else:
        ceiling = aim.ceiling_dbtp if aim.ceiling_dbtp is not None else DEFAULT_CEILING_DBTP
    notes.append(
        Note(
            "loudness",
            f"From {song.integrated_lufs:.1f} to {target:.1f} LUFS under a ceiling of {ceiling:.1f} dBTP, "
            f"because {why}.",
        )
    )
    return target, ceiling


def with_loudness(plan: Plan, *, target_lufs: float | None = None, ceiling_dbtp: float | None = None) -> Plan:
    """Return the plan with another loudness or ceiling."""
    return replace(
        plan,
        target_lufs=plan.target_lufs if target_lufs is None else target_lufs,
        ceiling_dbtp=plan.ceiling_dbtp if ceiling_dbtp is None else ceiling_dbtp,
    )
