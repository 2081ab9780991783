"""Decisions on tone: the equaliser's curve, and the bands that are watched."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.aims import Aim, Choices
from tonmeister.capabilities.mastering.moments import percentile, steady
from tonmeister.capabilities.mastering.params import MasteringParams
from tonmeister.capabilities.mastering.portrait import PIVOT_HZ, Note, Portrait, is_empty
from tonmeister.capabilities.mastering.presets import Preset
from tonmeister.dsp.dynamics import Curve, DynamicBand


def _smoothed(values: NDArray[np.float64], n_side: int) -> NDArray[np.float64]:
    """Average over neighbouring third-octaves with a triangle of ``n_side`` bands to each side."""
    window = np.concatenate([np.arange(1, n_side + 2), np.arange(n_side, 0, -1)]).astype(float)
    padded = np.pad(values, n_side, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")


def decide_tonal_balance(
    song: Portrait, aim: Aim, params: MasteringParams, choices: Choices, amount: float, notes: list[Note]
) -> NDArray[np.float64]:
    """Decide the equaliser's curve over the third-octaves."""
    preset, bands = choices.preset, song.bands_hz
    if not params.eq.enabled:
        return np.zeros(len(bands))
    difference = aim.shape_db - song.shape_db
    # Where the song has nothing (band-limited material, codec low-pass), nothing is compared, smoothed in or raised.
    empty = is_empty(song.shape_db)
    difference = np.where(empty, 0.0, difference)
    if choices.mode == "adaptive":
        difference = _smoothed(difference, 3)
        wanted = np.sign(difference) * np.maximum(np.abs(difference) - preset.tolerance_db, 0.0)
    else:
        wanted = difference
    limit = preset.max_eq_db if params.eq.max_gain_db is None else params.eq.max_gain_db
    if choices.mode != "adaptive" and params.eq.max_gain_db is None:
        limit = max(limit, 10.0)
    correction = np.clip(wanted * amount, -limit, limit)
    correction = np.where(empty, np.minimum(correction, 0.0), correction)
    ends = np.interp(np.log(bands), np.log([25.0, 45.0, 14000.0, 18000.0]), [0.3, 1.0, 1.0, 0.3])
    correction = np.where(correction > 0, correction * ends, correction)
    octaves = np.log2(bands / 1000.0)
    tilt_db = preset.tilt_db if params.eq.tilt_db is None else params.eq.tilt_db
    colour = tilt_db * np.clip(octaves / 6.64, -0.6, 0.6)
    colour += preset.low_db / (1.0 + (bands / 120.0) ** 2) + preset.air_db / (1.0 + (10000.0 / bands) ** 2)
    colour += preset.presence_db * np.exp(-0.5 * (np.log2(bands / 3000.0) / 0.6) ** 2)
    reach = 1.0 if params.amount_percent is None else min(1.0, amount / 0.5)
    if params.eq.tilt_db is not None:
        reach = 1.0
    curve = np.clip(correction + colour * reach, -max(limit, 0.0), max(limit, 0.0))
    inside = (bands >= PIVOT_HZ[0]) & (bands <= PIVOT_HZ[1])
    curve = np.clip(curve - np.mean(curve[inside]), -limit, limit)
    if amount <= 0 and not np.any(np.abs(curve) >= 0.05):
        notes.append(Note("tonal balance", "Left alone: the amount is 0 %."))
    else:
        notes.extend(_tonal_notes(bands, np.where(empty, 0.0, curve), difference, colour * reach, aim.words))
    return np.asarray(curve)


REGIONS = (
    ("the deep bass", 25, 60),
    ("the bass", 60, 150),
    ("the low mids", 150, 500),
    ("the mids", 500, 2000),
    ("the presence", 2000, 6000),
    ("the highs", 6000, 12000),
    ("the air", 12000, 20500),
)


def _tonal_notes(
    bands: NDArray[np.float64],
    curve: NDArray[np.float64],
    difference: NDArray[np.float64],
    colour: NDArray[np.float64],
    words: str,
) -> list[Note]:
    notes = []
    for name, low, high in REGIONS:
        inside = (bands >= low) & (bands < high)
        if not inside.any():
            continue
        part = np.where(inside, curve, 0.0)
        at = int(np.argmax(np.abs(part)))
        gain = part[at]
        if abs(gain) < 0.3:
            continue
        hz = f"{bands[at]:.0f} Hz" if bands[at] < 1000 else f"{bands[at] / 1000:.3g} kHz"
        off = float(difference[at])
        if off * gain > 0 and abs(off) >= 0.5:
            verb = "are" if name.endswith(("mids", "highs")) else "is"
            than = f"{abs(off):.1f} dB {'weaker' if off > 0 else 'stronger'} than in {words}"
            reason = f"because {name} of the mix {verb} {than}"
        elif colour[at] * gain > 0 and abs(colour[at]) >= 0.2:
            reason = "for the character asked for"
        else:
            reason = "to keep the level of the middle through the other changes"
        notes.append(Note("tonal balance", f"{gain:+.1f} dB at {hz}, {reason}."))
    return notes or [Note("tonal balance", f"Left alone: the balance already matches {words} within what is taste.")]


def band_power_db(bands_hz: NDArray[np.float64], bands_db: NDArray[np.float64], low: float, high: float) -> float:
    """Return the level of all thirds of an octave between two frequencies together, or of the nearest one."""
    inside = (bands_hz >= low) & (bands_hz < high)
    if not inside.any():
        inside = np.zeros(len(bands_hz), bool)
        inside[int(np.argmin(np.abs(np.log(bands_hz / math.sqrt(max(low, 1.0) * high)))))] = True
    return float(10 * np.log10(np.sum(10 ** (bands_db[inside] / 10)) + 1e-20))


DEESS_HZ = 6800.0
DEESS_Q = 1.4
HISS_DB = 6.0
"""A hiss stands this far over what the song mostly has there; steady noise strays by less."""
NOT_SHARP_DB = 2.0
"""What lies this far below the usual mean is not sharp, however far it stands out in a dull song."""
RESONANCE_Q = 4.3
STICKING_DB = 3.5
"""A band is watched where it sticks out this far over its surroundings in the mean of the song."""
RINGING_DB = 4.0
"""A resonance rings where its band stands this far over the quarter of the moments in which it is softest."""
OVER_SURROUNDINGS_DB = 3.0


def decide_dynamic_eq(
    song: Portrait,
    aim: Aim,
    params: MasteringParams,
    preset: Preset,
    amount: float,
    eq_db: NDArray[np.float64],
    sample_rate: int,
    notes: list[Note],
) -> tuple[list[DynamicBand], list[str]]:
    """Decide the bands of the dynamic equaliser, with their names.

    Thresholds come from single moments of the song: frequent hisses raise the mean of their band, and would hide in it.
    """
    options = params.dynamic_eq
    if not options.enabled or amount <= 0:
        return [], []
    reach = min(1.0, amount / 0.5)
    deess_range = (preset.deess_range_db if options.deess_range_db is None else options.deess_range_db) * reach
    resonance_range = (
        preset.resonance_range_db if options.resonance_range_db is None else options.resonance_range_db
    ) * reach
    bands, names = [], []
    deess_hz = options.deess_hz or DEESS_HZ
    heard = np.interp(deess_hz, song.bands_hz, (~is_empty(song.shape_db)).astype(float)) > 0.5
    if deess_range > 0 and deess_hz < 0.4 * sample_rate and heard:
        bands.append(_de_esser(song, aim, deess_hz, deess_range, eq_db, notes))
        names.append("de-esser")
    if resonance_range > 0:
        for band in _resonances(song, resonance_range, eq_db, notes):
            bands.append(band)
            names.append(f"resonance at {band.frequency_hz:.0f} Hz")
    return bands, names


def _de_esser(
    song: Portrait, aim: Aim, hz: float, range_db: float, eq_db: NDArray[np.float64], notes: list[Note]
) -> DynamicBand:
    heard = song.moments or steady(song.bands_db)
    moments = heard.heard_db(song.bands_hz, hz, DEESS_Q, eq_db)
    mostly = percentile(moments, 50)
    usual = float(steady(aim.shape_db).heard_db(song.bands_hz, hz, DEESS_Q, np.zeros(len(eq_db)))[0])
    threshold = max(mostly + HISS_DB, usual - NOT_SHARP_DB)
    share = 100.0 * float(np.mean(moments > threshold))
    found = f"in {share:.0f} % of the moments measured" if share >= 1 else "in hardly any of the moments measured"
    notes.append(
        Note(
            "de-esser",
            f"Watches for hisses around {hz / 1000:.3g} kHz: the band mostly lies {-mostly:.0f} dB below the whole; "
            f"it lies above {threshold:.0f} dB, where the de-esser begins, {found}.",
        )
    )
    curve = Curve(threshold, 3.0, 4.0, range_db, attack_ms=1.0, release_ms=60.0)
    return DynamicBand(hz, DEESS_Q, curve, relative=True)


def _resonances(song: Portrait, range_db: float, eq_db: NDArray[np.float64], notes: list[Note]) -> list[DynamicBand]:
    level = song.bands_db + eq_db
    around = _smoothed(level, 4)
    whole = band_power_db(song.bands_hz, level, 1, 1e6)
    # Beside a band that holds nothing everything sticks out.
    beside = np.convolve(is_empty(song.shape_db), np.ones(9), mode="same") > 0
    candidates = np.where((song.bands_hz >= 150) & (song.bands_hz <= 6500) & ~beside, level - around, -np.inf)
    heard = song.moments or steady(song.bands_db)
    bands = []
    for _ in range(2):
        at = int(np.argmax(candidates))
        sticking = float(candidates[at])
        if sticking < STICKING_DB:
            break
        candidates[max(0, at - 3) : at + 4] = -np.inf
        hz = float(song.bands_hz[at])
        moments = heard.heard_db(song.bands_hz, hz, RESONANCE_Q, eq_db)
        threshold = max(percentile(moments, 25) + RINGING_DB, float(around[at]) - whole + OVER_SURROUNDINGS_DB)
        share = 100.0 * float(np.mean(moments > threshold))
        sticks = f"{hz:.0f} Hz, which sticks out {sticking:.1f} dB over its surroundings"
        if share == 0:
            notes.append(Note("dynamic EQ", f"Left {sticks}, as it is: it does so steadily, and never rings out."))
            continue
        notes.append(
            Note(
                "dynamic EQ",
                f"Watches {sticks}, and lowers it by up to {range_db:.1f} dB while it rings out "
                f"({max(share, 1):.0f} % of the moments measured).",
            )
        )
        curve = Curve(threshold, 2.5, 4.0, range_db, attack_ms=8.0, release_ms=120.0)
        bands.append(DynamicBand(hz, RESONANCE_Q, curve, relative=True))
    return bands
