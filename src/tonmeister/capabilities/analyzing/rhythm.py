"""Rhythm: tempo, beats, metre and bars from curves over time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.beats import Grid, at_whole_tempo, fit_grid, refine_times
from tonmeister.dsp.chroma import FRAME_S as PITCH_FRAME_S
from tonmeister.dsp.chroma import changes, pitch_classes, tone_rises
from tonmeister.dsp.onsets import FRAME_S, even_out, snare_flux, spectral_flux
from tonmeister.dsp.onsets_struck import find_strikes
from tonmeister.dsp.pulse import count_cycles, follow, profile_of, whole_cycles
from tonmeister.dsp.tempo import TempoPath, find_tempo_path, tempogram

if TYPE_CHECKING:
    from tonmeister.capabilities.analyzing.observing import Features

Floats = NDArray[np.float64]

N_ONSET_CURVES = 5
"""Rises of four groups of bands and of tones; then changes of harmony, bass and chord, rises like a snare's, and what a
network takes for a kick, a snare and a crash (`STROKES`)."""
HARMONY, BASS, CHORD, SNARE, KICK, STRUCK_SNARE, CRASH = range(5, 12)
N_CURVES = 12
STROKES = ("kick", "snare", "hat", "crash")
STROKES_FILE = Path(__file__).with_name("strokes_model.json")
_STROKE_SHAPE = (0.3, 0.8, 1.0, 0.8, 0.3)
_STROKE_FLOOR = 0.03
CHORD_REACH_S = 0.37
ONSET_WEIGHTS = np.array([1.2, 1.0, 1.0, 0.8, 1.0])
FACTORS = (1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0, 3.0)
SHIFTS = (0.0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3)
LEAST_RISE_DB = 0.1
"""Where levels rise less than this from frame to frame on average, nothing begins: a hum reads 0.05, songs 0.25."""
SLOWEST_BPM, FASTEST_BPM = 38.0, 250.0
STEADY_SHARE, STEADY_SCATTER_S = 0.72, 0.016
DELAY_S = 0.008
"""How much later the curves show an onset than it sounds."""


def rhythm_curves(features: Features, tuning_cents: float) -> NDArray[np.float32]:
    """Return what rhythm is heard by, shape (frames, `N_CURVES`).

    Five onset curves, changes of harmony, of bass and of chord, rises like a snare's, and kick, snare and crash.
    """
    flux = spectral_flux(features.level_db)
    if len(flux) == 0 or float(flux.mean()) < LEAST_RISE_DB:
        return np.zeros((len(flux), N_CURVES), np.float32)
    classes = pitch_classes(features.pitch, tuning_cents, low_midi=48, high_midi=84)
    bass = pitch_classes(features.pitch, tuning_cents, low_midi=28, high_midi=50)
    times = np.arange(len(flux)) * FRAME_S
    slow = np.column_stack([tone_rises(features.pitch), changes(classes), changes(bass)])
    slow_times = np.arange(len(slow)) * PITCH_FRAME_S
    tones = np.interp(times + PITCH_FRAME_S, slow_times, slow[:, 0]) if len(slow) else np.zeros(len(times))
    onsets = even_out(np.column_stack([flux, tones, snare_flux(flux)]).astype(np.float32))
    harmony = [np.interp(times, slow_times, slow[:, at]) if len(slow) else np.zeros(len(times)) for at in (1, 2)]
    chord = _chord_changes(features, times)
    struck = _struck(features.level_db)
    return np.column_stack([onsets[:, :N_ONSET_CURVES], *harmony, chord, onsets[:, -1], struck]).astype(np.float32)


def _struck(level_db: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how likely a kick, a snare and a crash are struck at each moment, shape (frames, 3)."""
    strikes, traits = find_strikes(level_db)
    likely = StrokesModel.load().judge(traits)[:, [STROKES.index(name) for name in ("kick", "snare", "crash")]]
    reach = len(_STROKE_SHAPE) // 2
    out = np.zeros((len(level_db) + 2 * reach, likely.shape[1]))
    for step, part in enumerate(_STROKE_SHAPE):
        np.maximum.at(out, strikes + step, likely * part)
    # a floor that no place stands out from where nothing is struck
    return np.asarray(out[reach:-reach] + _STROKE_FLOOR)


def _chord_changes(features: Features, times_s: NDArray[np.floating]) -> Floats:
    """Return how much the likely chord changes at each moment; 0 throughout where no chord network was heard."""
    heard = features.chord_classes.astype(np.float32)
    if len(heard) == 0:
        return np.zeros(len(times_s))
    # square roots are directions of length 1: two spreads of probability are compared by their angle
    change = changes(np.sqrt(np.maximum(heard, 0)), reach_s=CHORD_REACH_S, frame_s=features.chord_frame_s)
    frames_s = (np.arange(len(change)) - 0.5) * features.chord_frame_s
    return np.asarray(np.interp(times_s, frames_s, change))


@dataclass(frozen=True)
class StrokesModel:
    """What was learnt about what is struck beside other instruments: weights and biases of a network of two layers."""

    first: Floats
    shift: Floats
    last: Floats
    bias: Floats

    @staticmethod
    def load() -> StrokesModel:
        """Read the model that lies beside this module."""
        kept = json.loads(STROKES_FILE.read_text(encoding="utf-8"))
        return StrokesModel(**{name: np.array(values) for name, values in kept.items()})

    def judge(self, traits: NDArray[np.floating]) -> Floats:
        """Return how likely each strike is each of `STROKES`, of its traits (`find_strikes`): shape (strikes, 4)."""
        scores = np.tanh(traits @ self.first + self.shift) @ self.last + self.bias
        return np.asarray(1 / (1 + np.exp(-scores.clip(-40, 40))))


@dataclass(frozen=True)
class Count:
    """One way to count the beats.

    Attributes
    ----------
    factor, shift
        Tempo as a multiple of the tempo path, and how far the beats lie from where onsets gather most, in beats.
    cycles
        Beats gone by at each frame: even where the song is steady.
    followed
        The same as they were followed, whether the song is steady or not.
    grid
        The even grid, where the song is steady.
    tempo_bpm
        Median tempo.
    profile
        What happens where in the beat (`tonmeister.dsp.pulse.profile_of`).
    clarity
        How far onsets gather.
    """

    factor: float
    shift: float
    cycles: Floats
    followed: Floats
    grid: Grid | None
    tempo_bpm: float
    profile: Floats
    clarity: float


def find_counts(curves: NDArray[np.float32], path: TempoPath, *, factors: tuple[float, ...] = FACTORS) -> list[Count]:
    """Find all ways to count that are worth a thought."""
    onsets = curves[:, :N_ONSET_CURVES]
    pulse_curve = np.asarray(onsets @ ONSET_WEIGHTS)
    counts = []
    for factor in factors:
        if len(factors) > 1 and not SLOWEST_BPM <= path.median_bpm * factor <= FASTEST_BPM:
            continue
        pulse = follow(onsets, count_cycles(path, len(curves), FRAME_S, factor), FRAME_S, ONSET_WEIGHTS)
        cycles: Floats = pulse.cycles
        grid = steady_grid(pulse.cycles, pulse_curve)
        if grid is not None:
            cycles = np.asarray((np.arange(len(curves)) * FRAME_S - grid.first_s) / grid.period_s, np.float64)
            cycles = follow_fixed(cycles, pulse.cycles)
        profile = profile_of(curves, cycles)
        tempo_bpm = grid.tempo_bpm if grid else path.median_bpm * factor
        for shift in SHIFTS:
            rolled = np.roll(profile, -round(shift * len(profile)), axis=0)
            counts.append(
                Count(factor, shift, cycles - shift, pulse.cycles - shift, grid, tempo_bpm, rolled, pulse.clarity)
            )
    return counts


def follow_fixed(exact: Floats, heard: Floats) -> Floats:
    """Return exact cycles shifted by the half beat, if any, that brings most of them near the heard ones."""
    apart = (heard - exact) % 1.0
    return exact if np.mean(np.cos(2 * np.pi * apart)) >= 0 else exact - 0.5


def steady_grid(cycles: Floats, curve: NDArray[np.floating], heard_s: Floats | None = None) -> Grid | None:
    """Return the even grid that the beats follow, if they do, whether they jumped by a half or not.

    It is fitted to the onsets beside the beats; if these follow none, to ``heard_s``, which somebody else heard.
    """
    beats_s = whole_cycles(cycles, FRAME_S)
    if len(beats_s) < 8:
        return None
    times, is_heard = refine_times(beats_s / FRAME_S, curve, reach=4)
    for heard in (times[is_heard] * FRAME_S, heard_s):
        if heard is None:
            continue
        grid = fit_grid(heard, period_s=float(np.median(np.diff(beats_s))), n_parts=2)
        if grid is not None and grid.share >= STEADY_SHARE and grid.scatter_s <= STEADY_SCATTER_S:
            return at_whole_tempo(grid, heard)
    return None


def hear_tempo(curves: NDArray[np.float32], around_bpm: float | None = None) -> tuple[TempoPath, float]:
    """Return the path of tempo, up to a factor, and how far any tempo stands out in the middle window."""
    times_s, strength = tempogram(curves[:, :N_ONSET_CURVES] @ ONSET_WEIGHTS, FRAME_S)
    return find_tempo_path(times_s, strength, around_bpm=around_bpm), float(np.median(strength.max(axis=1)))
