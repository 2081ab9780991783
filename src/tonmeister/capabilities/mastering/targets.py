"""From what the song is, and what was asked for, to a plan: every number that the chain needs, each with its reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.params import MasteringParams, Mode
from tonmeister.capabilities.mastering.presets import (
    ANCHORS_HZ,
    Genre,
    Platform,
    Preset,
    TierSettings,
    catalogue,
    choose,
)
from tonmeister.core.errors import CombinationError
from tonmeister.dsp.dynamics import Curve, DynamicBand
from tonmeister.dsp.limiter import Ballistics

WORKING_LUFS = -18.0
"""Every song is brought to this loudness first, so that no decision depends on how loud the mix came in."""
DEFAULT_TARGET_LUFS = -14.0
DEFAULT_CEILING_DBTP = -1.0
CROSSOVERS_HZ = (120.0, 700.0, 4500.0)
SPEECH_SIDE_DB = -20.0
"""Genres narrower than this are speech."""
PIVOT_HZ = (200.0, 5000.0)
"""Spectra are compared after levelling them over this range."""


@dataclass(frozen=True)
class Portrait:
    """What decisions are made from: the figures of a song, independent of its level.

    Attributes
    ----------
    bands_hz, bands_db
        Third-octave centres and levels (mean square of both channels summed, dBFS).
    integrated_lufs, true_peak_dbtp, range_lu
        Loudness, true peak, loudness range.
    side_db
        Level of the side against the mid signal; -inf for mono.
    side_high_db
        The same above 4 kHz.
    dc
        Mean of each channel.
    is_mono
        One channel, or two equal ones.
    """

    bands_hz: NDArray[np.float64]
    bands_db: NDArray[np.float64]
    integrated_lufs: float
    true_peak_dbtp: float
    range_lu: float
    side_db: float
    side_high_db: float
    dc: tuple[float, ...]
    is_mono: bool

    @property
    def plr_db(self) -> float:
        """True peak to loudness ratio."""
        return self.true_peak_dbtp - self.integrated_lufs

    @property
    def shape_db(self) -> NDArray[np.float64]:
        """The spectrum levelled over `PIVOT_HZ`."""
        return levelled(self.bands_hz, self.bands_db)


def levelled(bands_hz: NDArray[np.float64], bands_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the spectrum minus its mean over `PIVOT_HZ`."""
    inside = (bands_hz >= PIVOT_HZ[0]) & (bands_hz <= PIVOT_HZ[1])
    return bands_db - float(np.mean(np.maximum(bands_db[inside], -120.0)))


@dataclass(frozen=True)
class Note:
    """One reason, in plain words."""

    stage: str
    text: str


@dataclass(frozen=True)
class Plan:
    """Every number that the chain needs."""

    mode: Mode
    input_gain_db: float
    dc: tuple[float, ...]
    rumble_hz: float
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
    width_percent: float
    width_shelf_db: float
    mono_below_hz: float
    saturation_db: float
    target_lufs: float
    ceiling_dbtp: float
    ballistics: tuple[Ballistics, ...]
    max_gain_reduction_db: float
    dither: str | None
    tier: TierSettings
    resembles: dict[str, float]
    notes: tuple[Note, ...]


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
    """Find preset, genre, platform and tier; raise before any work begins when a name is unknown or things do not fit."""
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


def genre_shape(genre: Genre, bands_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a genre's tonal balance at the third-octave centres, levelled over `PIVOT_HZ`."""
    curve = np.interp(np.log(bands_hz), np.log(ANCHORS_HZ), genre.tonal_balance_db)
    return levelled(bands_hz, curve)


def estimate_resemblance(song: Portrait, *, n_best: int = 3) -> dict[str, float]:
    """Return the genres that the song's tone and dynamics are nearest to, with shares that sum to 1.

    This compares figures, not music: a distance over tonal balance (40 Hz to 12 kHz, the deep bass at half weight), peak to
    loudness ratio, loudness range and width, turned into shares. It names what a record of that balance usually is, not
    what the song is. Speech is left out: nothing in these figures tells it from a quiet, narrow song.
    """
    weight = np.interp(song.bands_hz, [39.0, 40.0, 80.0, 100.0, 12500.0, 12600.0], [0.0, 0.5, 0.5, 1.0, 1.0, 0.0])
    distances = {}
    for name, genre in catalogue().genre.items():
        if genre.side_db <= SPEECH_SIDE_DB:
            continue
        difference = song.shape_db - genre_shape(genre, song.bands_hz)
        tone = math.sqrt(float(np.average(np.clip(difference, -24.0, 24.0) ** 2, weights=weight)))
        side = 0.0 if song.is_mono else float(np.clip(song.side_db - genre.side_db, -12, 12)) / 12.0
        # A mix has higher peaks than the record it will be, so its dynamics say little.
        dynamics = math.hypot(
            (min(song.plr_db, 22.0) - genre.plr_db) / 16.0, (min(song.range_lu, 20.0) - genre.range_lu) / 6.0
        )
        distances[name] = math.hypot(tone / 2.5, dynamics, side)
    nearest = min(distances.values())
    shares = {name: math.exp(2.0 * (nearest**2 - distance**2)) for name, distance in distances.items()}
    best = sorted(shares, key=lambda name: -shares[name])[:n_best]
    total = sum(shares[name] for name in best)
    return {name: round(shares[name] / total, 3) for name in best if shares[name] / total >= 0.05}


@dataclass(frozen=True)
class _Aim:
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


def _aim_of_genres(song: Portrait, choices: Choices, resembles: dict[str, float]) -> _Aim:
    if choices.genre is not None:
        members, words = {choices.genre: 1.0}, choices.genre_title
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

    return _Aim(
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


def _aim_of_reference(song: Portrait, reference: Portrait, genres: _Aim) -> _Aim:
    denser_db = song.plr_db - reference.plr_db
    return _Aim(
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


def _blend(a: _Aim, b: _Aim) -> _Aim:
    def mid(x: float, y: float) -> float:
        return 0.5 * (x + y) if math.isfinite(x) and math.isfinite(y) else (x if math.isfinite(x) else y)

    return _Aim(
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
    genres = _aim_of_genres(song, choices, resembles)
    if choices.mode == "adaptive" or reference is None:
        aim = genres
    elif choices.mode == "reference":
        aim = _aim_of_reference(song, reference, genres)
    else:
        aim = _blend(genres, _aim_of_reference(song, reference, genres))
    default_amount = preset.amount_percent if choices.mode == "adaptive" else 80.0
    amount = (params.amount_percent if params.amount_percent is not None else default_amount) / 100.0
    notes: list[Note] = []
    target_lufs, ceiling_dbtp = _loudness(params, choices, aim, song, notes)
    eq_db = _tonal_balance(song, aim, params, choices, amount, notes)
    dynamic_bands, names = _dynamic_eq(song, params, preset, amount, eq_db, sample_rate, notes)
    crossovers = params.compressor.crossovers_hz or tuple(
        min(hz, 0.4 * sample_rate * r) for hz, r in zip(CROSSOVERS_HZ, (0.3, 0.6, 1.0), strict=True)
    )
    if not 20 <= crossovers[0] < crossovers[1] < crossovers[2] < 0.45 * sample_rate:
        raise CombinationError(
            f"compressor.crossovers_hz is {crossovers}, but must rise from at least 20 Hz to less than {0.45 * sample_rate:.0f} Hz.",
            field="compressor.crossovers_hz",
            value=list(crossovers),
            remedy="Give three rising frequencies, for example 120 700 4500.",
        )
    bands, glue = _compression(song, aim, params, preset, amount, eq_db, crossovers, (target_lufs, ceiling_dbtp), notes)
    width_percent, shelf_db, mono_below_hz = _width(song, aim, params, preset, amount, notes)
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
    rumble_hz = 20.0 if params.eq.rumble_hz is None else params.eq.rumble_hz
    if not params.eq.enabled:
        rumble_hz = params.eq.rumble_hz or 0.0
    dc_db = max((20 * math.log10(abs(v)) for v in song.dc if v), default=-math.inf)
    if dc_db > -70:
        notes.insert(0, Note("dc", f"Removed a DC offset of {dc_db:.0f} dBFS."))
    return Plan(
        mode=choices.mode,
        input_gain_db=WORKING_LUFS - song.integrated_lufs,
        dc=song.dc,
        rumble_hz=rumble_hz,
        bands_hz=song.bands_hz,
        eq_db=eq_db,
        eq_phase=params.eq.phase or choices.tier.eq_phase,
        target_shape_db=aim.shape_db,
        dynamic_bands=tuple(dynamic_bands),
        dynamic_names=tuple(names),
        crossovers_hz=(crossovers[0], crossovers[1], crossovers[2]),
        bands=bands,
        three_bands=(params.compressor.n_bands or (3 if song.bands_hz[-1] < 5000 else 4)) == 3,
        glue=glue,
        width_percent=width_percent,
        width_shelf_db=shelf_db,
        mono_below_hz=mono_below_hz,
        saturation_db=drive_db,
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling_dbtp,
        ballistics=limiter_ladder(params, preset),
        max_gain_reduction_db=preset.max_gain_reduction_db if max_reduction is None else max_reduction,
        dither=params.dither.kind,
        tier=choices.tier,
        resembles=resembles,
        notes=tuple(notes),
    )


def loudness_squeeze(song: Portrait, target_lufs: float, ceiling_dbtp: float) -> float:
    """Return by how many dB the target squeezes the song's peaks beyond the 3 dB that a limiter does unheard."""
    return max(0.0, song.plr_db - (ceiling_dbtp - target_lufs) - 3.0)


def limiter_ladder(params: MasteringParams, preset: Preset) -> tuple[Ballistics, ...]:
    """Return the limiter's ways to move from slow and clean to fast and loud; what the user fixed stays in all of them."""
    fixed = params.limiter
    release = fixed.release_ms or preset.limiter_release_ms
    rungs = ((4.0, 8.0, 1.0, 400.0), (4.0, 5.0, 0.5, 200.0), (3.0, 4.0, 0.33, 120.0), (2.0, 3.0, 0.25, 80.0))
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


def _loudness(
    params: MasteringParams, choices: Choices, aim: _Aim, song: Portrait, notes: list[Note]
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
            f"From {song.integrated_lufs:.1f} to {target:.1f} LUFS under a ceiling of {ceiling:.1f} dBTP, because {why}.",
        )
    )
    return target, ceiling


def _smoothed(values: NDArray[np.float64], n_side: int) -> NDArray[np.float64]:
    """Average over neighbouring third-octaves with a triangle of ``n_side`` bands to each side."""
    window = np.concatenate([np.arange(1, n_side + 2), np.arange(n_side, 0, -1)]).astype(float)
    padded = np.pad(values, n_side, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")


def _tonal_balance(
    song: Portrait, aim: _Aim, params: MasteringParams, choices: Choices, amount: float, notes: list[Note]
) -> NDArray[np.float64]:
    preset, bands = choices.preset, song.bands_hz
    if not params.eq.enabled:
        return np.zeros(len(bands))
    difference = aim.shape_db - song.shape_db
    if choices.mode == "adaptive":
        difference = _smoothed(difference, 3)
        wanted = np.sign(difference) * np.maximum(np.abs(difference) - preset.tolerance_db, 0.0)
    else:
        wanted = _smoothed(difference, 1)
    limit = preset.max_eq_db if params.eq.max_gain_db is None else params.eq.max_gain_db
    if choices.mode != "adaptive" and params.eq.max_gain_db is None:
        limit = max(limit, 8.0)
    correction = np.clip(wanted * amount, -limit, limit)
    # Nothing is raised where the song has nothing (band-limited material, codec low-pass) nor at the ends of hearing.
    emptiness = np.clip((difference - 18.0) / 6.0, 0.0, 1.0)
    correction = np.where(correction > 0, correction * (1.0 - emptiness), correction)
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
    notes.extend(_tonal_notes(bands, curve, difference, aim.words))
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
    bands: NDArray[np.float64], curve: NDArray[np.float64], difference: NDArray[np.float64], words: str
) -> list[Note]:
    notes = []
    for name, low, high in REGIONS:
        inside = (bands >= low) & (bands < high)
        if not inside.any():
            continue
        at = int(np.argmax(np.abs(np.where(inside, curve, 0.0))))
        gain = curve[at]
        if abs(gain) < 0.3:
            continue
        hz = f"{bands[at]:.0f} Hz" if bands[at] < 1000 else f"{bands[at] / 1000:.3g} kHz"
        off = float(np.mean(difference[inside]))
        if off * gain > 0 and abs(off) >= 0.5:
            reason = f"because {name} of the mix {'are' if name.endswith('s') and name != 'the bass' and name != 'the deep bass' else 'is'} {abs(off):.1f} dB {'weaker' if off > 0 else 'stronger'} than in {words}"
        else:
            reason = "for the character of the preset"
        notes.append(Note("tonal balance", f"{gain:+.1f} dB at {hz}, {reason}."))
    return notes or [Note("tonal balance", f"Left alone: the balance already matches {words} within what is taste.")]


def _band_power_db(bands_hz: NDArray[np.float64], bands_db: NDArray[np.float64], low: float, high: float) -> float:
    inside = (bands_hz >= low) & (bands_hz < high)
    if not inside.any():
        inside = np.zeros(len(bands_hz), bool)
        inside[int(np.argmin(np.abs(np.log(bands_hz / math.sqrt(max(low, 1.0) * high)))))] = True
    return float(10 * np.log10(np.sum(10 ** (bands_db[inside] / 10)) + 1e-20))


def _dynamic_eq(
    song: Portrait,
    params: MasteringParams,
    preset: Preset,
    amount: float,
    eq_db: NDArray[np.float64],
    sample_rate: int,
    notes: list[Note],
) -> tuple[list[DynamicBand], list[str]]:
    options = params.dynamic_eq
    bands: list[DynamicBand] = []
    names: list[str] = []
    if not options.enabled or amount <= 0:
        return bands, names
    level = song.bands_db + eq_db
    whole = _band_power_db(song.bands_hz, level, 1, 1e6)
    reach = min(1.0, amount / 0.5)
    deess_range = (preset.deess_range_db if options.deess_range_db is None else options.deess_range_db) * reach
    deess_hz = options.deess_hz or 6800.0
    if deess_range > 0 and deess_hz < 0.4 * sample_rate:
        mean = _band_power_db(song.bands_hz, level, deess_hz / 1.45, deess_hz * 1.45) - whole
        curve = Curve(mean + 6.0, 3.0, 4.0, deess_range, attack_ms=1.0, release_ms=60.0)
        bands.append(DynamicBand(deess_hz, 1.4, curve, relative=True))
        names.append("de-esser")
    resonance_range = (
        preset.resonance_range_db if options.resonance_range_db is None else options.resonance_range_db
    ) * reach
    if resonance_range > 0:
        sticking = level - _smoothed(level, 4)
        candidates = np.where((song.bands_hz >= 150) & (song.bands_hz <= 6500), sticking, -np.inf)
        for _ in range(2):
            at = int(np.argmax(candidates))
            if candidates[at] < 3.5:
                break
            hz = float(song.bands_hz[at])
            mean = float(level[at] - whole)
            bands.append(
                DynamicBand(
                    hz,
                    4.3,
                    Curve(mean + 1.5, 2.5, 4.0, resonance_range, attack_ms=8.0, release_ms=120.0),
                    relative=True,
                )
            )
            names.append(f"resonance at {hz:.0f} Hz")
            notes.append(
                Note(
                    "dynamic EQ",
                    f"Watches {hz:.0f} Hz, which sticks out {candidates[at]:.1f} dB over its surroundings, and lowers it by up to {resonance_range:.1f} dB while it does.",
                )
            )
            candidates[max(0, at - 3) : at + 4] = -np.inf
    return bands, names


def _compression(
    song: Portrait,
    aim: _Aim,
    params: MasteringParams,
    preset: Preset,
    amount: float,
    eq_db: NDArray[np.float64],
    crossovers: Sequence[float],
    loudness: tuple[float, float],
    notes: list[Note],
) -> tuple[tuple[Curve, ...], Curve | None]:
    options = params.compressor
    target_lufs, ceiling_dbtp = loudness
    loud = loudness_squeeze(song, target_lufs, ceiling_dbtp)
    # A song that is already as dense as its kind needs half of the usual; an open one more. A loud target is a dense one:
    # what the bands do not give, the limiter would have to take.
    wanted_plr_db = min(aim.plr_db, max(ceiling_dbtp - target_lufs, 5.0))
    need = float(np.clip(0.5 + (song.plr_db - wanted_plr_db) / 8.0, 0.0, 2.0))
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
        mean = _band_power_db(song.bands_hz, level, low, high)
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
        whole = _band_power_db(song.bands_hz, level, 1, 1e6)
        glue = Curve(
            whole + (glue_options.threshold_db if glue_options.threshold_db is not None else 2.0 - 2.0 * glue_strength),
            glue_options.ratio or 1.0 + 0.7 * glue_strength,
            8.0,
            glue_options.range_db if glue_options.range_db is not None else 1.0 + 2.0 * glue_strength,
            attack_ms=glue_options.attack_ms or 30.0,
            release_ms=glue_options.release_ms or 250.0,
        )
    if idle:
        notes.append(
            Note(
                "compressor",
                f"Left alone: a peak-to-loudness ratio of {song.plr_db:.1f} dB needs no more density for {aim.words}.",
            )
        )
    else:
        notes.append(
            Note(
                "compressor",
                f"{3 if three else 4} bands at {ratio:.2f}:1, because the mix has a peak-to-loudness ratio of {song.plr_db:.1f} dB and {wanted_plr_db:.1f} dB is {'what the loud target leaves' if wanted_plr_db < aim.plr_db else f'usual for {aim.words}'}.",
            )
        )
    return tuple(curves), glue


def _width(
    song: Portrait, aim: _Aim, params: MasteringParams, preset: Preset, amount: float, notes: list[Note]
) -> tuple[float, float, float]:
    options = params.width
    if song.is_mono or not options.enabled:
        return 100.0, 0.0, 0.0
    reach = min(1.0, amount / 0.5)
    shelf_db = 0.0
    if options.width_percent is not None:
        percent = options.width_percent
    else:
        change_db = (
            float(np.clip((aim.side_db - song.side_db) * 0.5 * amount, -2.5, 2.5))
            if math.isfinite(song.side_db - aim.side_db)
            else 0.0
        )
        if abs(change_db) < 0.25:
            change_db = 0.0
        percent = 100.0 * 10 ** (change_db / 20) * (1.0 + (preset.width_percent / 100.0 - 1.0) * reach)
        if params.reference and math.isfinite(song.side_high_db - aim.side_high_db):
            shelf_db = float(np.clip((aim.side_high_db - song.side_high_db) * 0.5 * amount - change_db, -2.0, 2.0))
    mono_below_hz = options.mono_below_hz if options.mono_below_hz is not None else aim.mono_below_hz * reach
    if mono_below_hz < 20.0:
        mono_below_hz = 0.0
    # Correlation of a balanced image with power M and S is (M - S) / (M + S): widen no further than the guard allows.
    guard = options.min_correlation
    side_power = 10 ** (song.side_db / 10)
    if percent > 100.0 and guard < 1.0:
        allowed = math.sqrt((1.0 - guard) / (1.0 + guard) / side_power) if guard > -1.0 and side_power > 0 else math.inf
        if percent / 100.0 > allowed:
            percent = 100.0 * max(1.0, allowed)
            notes.append(
                Note(
                    "width",
                    f"Widened no further than {percent:.0f} %, because the correlation would fall below {guard:.2f}.",
                )
            )
    if abs(percent - 100.0) >= 1.0:
        notes.append(
            Note(
                "width",
                f"{'Widened' if percent > 100 else 'Narrowed'} the sides to {percent:.0f} %, towards the image of {aim.words}.",
            )
        )
    if mono_below_hz:
        notes.append(
            Note("width", f"Made the bass below {mono_below_hz:.0f} Hz mono, for a firm low end on every system.")
        )
    return percent, shelf_db, mono_below_hz


def with_loudness(plan: Plan, *, target_lufs: float | None = None, ceiling_dbtp: float | None = None) -> Plan:
    """Return the plan with another loudness or ceiling."""
    return replace(
        plan,
        target_lufs=plan.target_lufs if target_lufs is None else target_lufs,
        ceiling_dbtp=plan.ceiling_dbtp if ceiling_dbtp is None else ceiling_dbtp,
    )
