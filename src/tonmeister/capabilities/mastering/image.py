"""Decisions on the stereo image."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.aims import Aim
from tonmeister.capabilities.mastering.params import MasteringParams
from tonmeister.capabilities.mastering.portrait import Note, Portrait
from tonmeister.capabilities.mastering.presets import Preset
from tonmeister.dsp.spectrum import BANDS_HZ

SHELF_HZ = 4000.0
"""Where `StereoWidth` begins to lift the highs of the sides."""
MAX_SHELF_DB = 3.0
AUDIBLE_DB = 0.25
FOLLOW_RANGE_DB = (-18.0, 6.0)
"""Widening is bounded, for there may be little to widen; narrowing takes back what other stages brought."""


def predict_side_db(
    song: Portrait, eq_db: NDArray[np.float64], *, shelf_db: float = 0.0, mono_below_hz: float = 0.0
) -> float:
    """Return the level of the side against the mid after an equaliser and the filters of the side, in dB.

    An equaliser moves both alike in each band, but where it raises bands in which the song is wide, the whole gets
    wider: 10 dB of treble can make a song of 5 % one of 20 %.
    """
    if not song.width_percent_by_band or not math.isfinite(song.side_db):
        return song.side_db
    hz = song.bands_hz
    side = np.zeros(len(hz))
    for (low, high), percent in zip(BANDS_HZ, song.width_percent_by_band, strict=True):
        if math.isfinite(percent):
            side[(hz >= low) & (hz < high * 1.01)] = percent / 100.0
    power = 10 ** (song.bands_db / 10)

    def ratio_db(gain: NDArray[np.float64], side_gain: NDArray[np.float64]) -> float:
        loud = power * gain
        return float(10 * np.log10((loud @ (side * side_gain) + 1e-20) / (loud @ (1.0 - side) + 1e-20)))

    filtered = 10 ** (shelf_db / 10 * (hz / SHELF_HZ) ** 2 / (1 + (hz / SHELF_HZ) ** 2))
    if mono_below_hz > 0:
        filtered = filtered * (hz / mono_below_hz) ** 4 / (1 + (hz / mono_below_hz) ** 4)
    open_gain = np.ones(len(hz))
    return song.side_db + ratio_db(10 ** (eq_db / 10), filtered) - ratio_db(open_gain, open_gain)


@dataclass(frozen=True)
class Image:
    """What is done to the stereo image.

    Attributes
    ----------
    width_percent, shelf_db, mono_below_hz
        Gain of the sides, extra gain of their highs, and where the bass becomes mono.
    follows_side_db
        Level of the side against the mid that the master should have, where a reference is followed: compression and
        saturation widen too, so the width is fitted to what the chain makes of the song.
    min_correlation
        Widening stops before the correlation falls below this.
    """

    width_percent: float = 100.0
    shelf_db: float = 0.0
    mono_below_hz: float = 0.0
    follows_side_db: float | None = None
    min_correlation: float = -1.0


def decide_image(
    song: Portrait,
    aim: Aim,
    params: MasteringParams,
    preset: Preset,
    amount: float,
    eq_db: NDArray[np.float64],
    notes: list[Note],
) -> Image:
    """Decide width, the shelf of the side's highs, and where the bass becomes mono."""
    options = params.width
    if song.is_mono or not options.enabled:
        return Image()
    reach = min(1.0, amount / 0.5)
    mono_below_hz = _mono_below(song, aim, params, reach, notes)
    shelf_db = 0.0
    follows_db: float | None = None
    if options.width_percent is not None:
        percent = options.width_percent
    else:
        change_db = 0.0
        if math.isfinite(song.side_db - aim.side_db):
            if params.reference and amount > 0:
                follows_db = song.side_db + (aim.side_db - song.side_db) * amount
                change_db, shelf_db = _follow(song, aim, amount, follows_db, eq_db, mono_below_hz)
            else:
                # A genre's usual width is only a hint.
                change_db = float(np.clip((aim.side_db - predict_side_db(song, eq_db)) * 0.5 * amount, -2.5, 2.5))
        if abs(change_db) < AUDIBLE_DB:
            change_db = 0.0
        character_db = 20 * math.log10(max(1e-3, 1.0 + (preset.width_percent / 100.0 - 1.0) * reach))
        percent = 100.0 * 10 ** ((change_db + character_db) / 20)
        if follows_db is not None:
            follows_db += character_db
    image = Image(percent, shelf_db, mono_below_hz, follows_db, options.min_correlation)
    equalised_db = predict_side_db(song, eq_db, shelf_db=shelf_db)
    image, is_guarded = guarded(image, equalised_db)
    if follows_db is None:
        if is_guarded:
            notes.append(guard_note(image))
        elif options.width_percent is not None and percent != 100.0:
            notes.append(Note("width", f"Set the sides to {percent:.0f} % of their level, as asked."))
        elif options.width_percent is None and abs(percent - 100.0) >= 1.0:
            notes.append(Note("width", _why(percent, equalised_db, aim, preset)))
    if abs(shelf_db) >= AUDIBLE_DB:
        verb = "Raised" if shelf_db > 0 else "Lowered"
        notes.append(
            Note(
                "width",
                f"{verb} the sides' highs (above {SHELF_HZ / 1000:.0f} kHz) by {abs(shelf_db):.1f} dB, "
                f"towards {aim.words}.",
            )
        )
    if mono_below_hz:
        why = "as asked" if options.mono_below_hz is not None else "for a firm low end on every system"
        notes.append(Note("width", f"Made the bass below {mono_below_hz:.0f} Hz mono, {why}."))
    return image


def guarded(image: Image, unchanged_side_db: float) -> tuple[Image, bool]:
    """Return the image, widened no further than its guard allows, and whether the guard acted.

    The correlation of a balanced image with power M and S is (M - S) / (M + S).
    """
    power, guard = 10 ** (unchanged_side_db / 10), image.min_correlation
    if image.width_percent <= 100.0 or guard <= -1.0 or power <= 0:
        return image, False
    widest_percent = 100.0 * max(1.0, math.sqrt((1.0 - guard) / (1.0 + guard) / power))
    if image.width_percent <= widest_percent:
        return image, False
    return replace(image, width_percent=widest_percent), True


def guard_note(image: Image) -> Note:
    """Tell why the image is not as wide as it was meant to be."""
    return Note(
        "width",
        f"Widened no further than {image.width_percent:.0f} %, because the correlation would fall below "
        f"{image.min_correlation:.2f}.",
    )


def _mono_below(song: Portrait, aim: Aim, params: MasteringParams, reach: float, notes: list[Note]) -> float:
    asked = params.width.mono_below_hz
    hz = asked if asked is not None else aim.mono_below_hz * reach
    if hz < 20.0:
        return 0.0
    if asked is None and song.low_correlation < 0.0:
        notes.append(
            Note(
                "width", f"Left the bass as it is: its correlation is {song.low_correlation:.2f}, mono would cancel it."
            )
        )
        return 0.0
    return hz


def _follow(
    song: Portrait, aim: Aim, amount: float, wanted_db: float, eq_db: NDArray[np.float64], mono_below_hz: float
) -> tuple[float, float]:
    """Return change and shelf in dB with which the equalised song comes as near to the reference as asked."""
    change_db = wanted_db - predict_side_db(song, eq_db, mono_below_hz=mono_below_hz)
    shelf_db = 0.0
    if math.isfinite(song.side_high_db - aim.side_high_db):
        wanted_high_db = song.side_high_db + (aim.side_high_db - song.side_high_db) * amount
        shelf_db = float(np.clip(wanted_high_db - song.side_high_db - change_db, -MAX_SHELF_DB, MAX_SHELF_DB))
    reached_db = predict_side_db(song, eq_db, shelf_db=shelf_db, mono_below_hz=mono_below_hz)
    return float(np.clip(wanted_db - reached_db, *FOLLOW_RANGE_DB)), shelf_db


def _why(percent: float, equalised_db: float, aim: Aim, preset: Preset) -> str:
    done = f"{'Widened' if percent > 100 else 'Narrowed'} the sides to {percent:.0f} %"
    if math.isfinite(aim.side_db) and (aim.side_db - equalised_db) * (percent - 100.0) > 0:
        return (
            f"{done}: against the middle they lie at {equalised_db:.1f} dB after the equaliser, "
            f"and {aim.side_db:.1f} dB is usual for {aim.words}."
        )
    return f"{done}, for the character of the preset {preset.title}."
