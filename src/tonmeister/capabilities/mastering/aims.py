"""What the master should be like: a genre's figures, those of the genres it resembles, a reference's, or a blend."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.params import MasteringParams, Mode
from tonmeister.capabilities.mastering.portrait import Portrait, genre_shape, is_empty
from tonmeister.capabilities.mastering.presets import Genre, Platform, Preset, TierSettings, catalogue, choose
from tonmeister.core.errors import CombinationError

DEFAULT_TARGET_LUFS = -14.0


@dataclass(frozen=True)
class Choices:
    """The names in the parameters, looked up."""

    mode: Mode
    preset: Preset
    genre: Genre | None
    genre_title: str
    platform: Platform | None
    tier: TierSettings


def look_up(params: MasteringParams) -> Choices:
    """Find preset, genre, platform and tier; raise before any work begins where something does not fit."""
    data = catalogue()
    mode: Mode = params.mode or ("reference" if params.reference else "adaptive")
    if mode != "adaptive" and not params.reference:
        raise CombinationError(
            f"mode {mode!r} needs a reference song.",
            field="reference",
            remedy="Give a finished song with --reference, or choose mode adaptive.",
        )
    if mode == "adaptive" and params.reference:
        raise CombinationError(
            "A reference song was given, but mode is 'adaptive', which does not use one.",
            field="mode",
            value="adaptive",
            remedy="Leave the mode out, or choose reference or hybrid.",
        )
    genre = choose("genre", data.genre, params.genre) if params.genre else None
    return Choices(
        mode=mode,
        preset=choose("preset", data.preset, params.preset),
        genre=genre,
        genre_title=genre.title if genre else "",
        platform=choose("platform", data.platform, params.platform) if params.platform else None,
        tier=choose("tier", data.tier, params.tier),
    )


@dataclass(frozen=True)
class Aim:
    """What the master should be like: a genre's figures, a reference's, or a blend."""

    words: str
    shape_db: NDArray[np.float64]
    plr_db: float
    side_db: float
    side_high_db: float
    compression: float
    mono_below_hz: float
    saturation_db: float
    target_lufs: float | None
    ceiling_dbtp: float | None


def aim_of_genres(song: Portrait, choices: Choices, resembles: dict[str, float]) -> Aim:
    """Return the aim of the genre asked for, or of those that the song resembles."""
    if choices.genre is not None:
        members, words = {choices.genre: 1.0}, f"{choices.genre_title} records"
    else:
        # The song's own neighbourhood, steadied by a third of plain pop so that an odd mix is not its own excuse.
        genres = catalogue().genre
        weights = {name: share * 0.67 for name, share in resembles.items()}
        weights["pop"] = weights.get("pop", 0.0) + 0.33
        total = sum(weights.values())
        members = {genres[name]: weight / total for name, weight in weights.items()}
        words = "records of a similar kind"

    def mean(pick: str) -> float:
        return float(sum(weight * getattr(genre, pick) for genre, weight in members.items()))

    return Aim(
        words=words,
        shape_db=np.asarray(sum(weight * genre_shape(genre, song.bands_hz) for genre, weight in members.items())),
        plr_db=mean("plr_db"),
        side_db=mean("side_db"),
        side_high_db=mean("side_db"),
        compression=mean("compression_percent") / 100.0,
        mono_below_hz=mean("mono_below_hz"),
        saturation_db=mean("saturation_db") if choices.genre else 0.0,
        target_lufs=choices.genre.target_lufs if choices.genre else None,
        ceiling_dbtp=choices.genre.ceiling_dbtp if choices.genre else None,
    )


def aim_of_reference(song: Portrait, reference: Portrait, genres: Aim) -> Aim:
    """Return the aim to be like the reference; ``genres`` decides what a reference cannot tell."""
    denser_db = song.plr_db - reference.plr_db
    return Aim(
        words="the reference",
        shape_db=np.interp(song.bands_hz, reference.bands_hz, reference.shape_db),
        plr_db=reference.plr_db,
        side_db=reference.side_db,
        side_high_db=reference.side_high_db,
        compression=float(np.clip(denser_db / 8.0, 0.0, 1.0)),
        mono_below_hz=min(genres.mono_below_hz, 120.0),
        saturation_db=0.0,
        target_lufs=reference.integrated_lufs,
        ceiling_dbtp=None,
    )


def find_unused(choices: Choices) -> str | None:
    """Return a hint where a genre and a reference were both asked for and one hardly counts."""
    if choices.mode != "reference" or choices.genre is None:
        return None
    return (
        f"The reference decides tone, dynamics, width and loudness; of the genre {choices.genre_title} only the mono "
        "bass is used. Choose --mode hybrid to blend both."
    )


UNLIKE_DB = 6.0
"""A reference whose balance differs by this much from the mix, root mean square, is another kind of music."""


def tonal_distance_db(song: Portrait, reference: Portrait) -> float:
    """Return how far two tonal balances lie apart from 50 Hz to 12.5 kHz, root mean square."""
    heard = (song.bands_hz >= 50) & (song.bands_hz <= 12500) & ~is_empty(song.shape_db)
    theirs = np.interp(song.bands_hz, reference.bands_hz, reference.shape_db)
    difference = (theirs - song.shape_db)[heard & ~is_empty(theirs)]
    return math.sqrt(float(np.mean(difference**2))) if len(difference) else math.inf


def find_unlikeness(song: Portrait, reference: Portrait) -> str | None:
    """Return a warning where a reference is so unlike the mix that following it would bend the song."""
    apart_db = tonal_distance_db(song, reference)
    if apart_db <= UNLIKE_DB:
        return None
    return (
        f"The reference is very unlike the mix: their tonal balances lie {apart_db:.1f} dB apart (root mean square). "
        "Following it bends the song; choose a reference nearer to it, --mode hybrid, or less with --amount-percent."
    )


def blend(a: Aim, b: Aim) -> Aim:
    """Return the middle of two aims."""

    def mid(x: float, y: float) -> float:
        return 0.5 * (x + y) if math.isfinite(x) and math.isfinite(y) else (x if math.isfinite(x) else y)

    return Aim(
        words="the blend of the reference and records of its kind",
        shape_db=0.5 * (a.shape_db + b.shape_db),
        plr_db=mid(a.plr_db, b.plr_db),
        side_db=mid(a.side_db, b.side_db),
        side_high_db=mid(a.side_high_db, b.side_high_db),
        compression=mid(a.compression, b.compression),
        mono_below_hz=mid(a.mono_below_hz, b.mono_below_hz),
        saturation_db=mid(a.saturation_db, b.saturation_db),
        target_lufs=None
        if b.target_lufs is None
        else mid(a.target_lufs if a.target_lufs is not None else DEFAULT_TARGET_LUFS, b.target_lufs),
        ceiling_dbtp=a.ceiling_dbtp,
    )
