"""What the player tells of tempo and first beat, and the song does not bear out: counted exactly as it was told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.counting import RhythmModel, describe, hear_kick, judge_bars
from tonmeister.capabilities.analyzing.params import HIGHEST_BPM, AnalyzeParams, Metre, Tempo, TempoFactor, TempoPoint
from tonmeister.capabilities.analyzing.rhythm import DELAY_S, N_ONSET_CURVES, ONSET_WEIGHTS, Count
from tonmeister.capabilities.analyzing.timing import COMPOUND, SHORTEST_S, Timing
from tonmeister.core.errors import ParameterError
from tonmeister.dsp.bars import BAR_LENGTHS, find_bars
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import profile_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TOLERANCE = 0.04
_NEAR, _SAME = 0.02, 0.011
_FACTORS: dict[TempoFactor, float] = {"half": 0.5, "same": 1.0, "double": 2.0}
_BEATS = {"2/4": 2, "3/4": 3, "4/4": 4, "6/8": 2}
_N_PLACES = 96


@dataclass(frozen=True)
class Told:
    """Beats and bars, and what the player should know of how they came about."""

    timing: Timing
    warnings: tuple[str, ...] = ()


def check_analyze(params: AnalyzeParams) -> None:
    """Raise `ParameterError` for a tempo that is too fast to be counted twice as fast."""
    if params.tempo_bpm is not None and params.tempo_bpm * _FACTORS[params.tempo_factor] > HIGHEST_BPM:
        raise ParameterError(
            f"tempo_bpm is {params.tempo_bpm:g} and tempo_factor double, but {2 * params.tempo_bpm:g} BPM is more than "
            f"{HIGHEST_BPM:.0f}.",
            field="tempo_bpm",
            value=params.tempo_bpm,
            bound=f"at most {HIGHEST_BPM / 2:.0f} where tempo_factor is double",
            remedy="Leave out tempo_factor: tempo_bpm alone is the tempo of the beats.",
        )


def check_first_beat(params: AnalyzeParams, duration_s: float) -> None:
    """Raise `ParameterError` for a first beat beyond the song."""
    time_s = params.first_beat_s
    if time_s is not None and time_s > duration_s:
        raise ParameterError(
            f"first_beat_s is {time_s:g}, but must be at most {duration_s:.3f}: the song ends there.",
            field="first_beat_s",
            value=time_s,
            bound=f"at most {duration_s:.3f}",
            remedy="Choose a time within the song.",
        )


def hold_tempo(
    timing: Timing,
    curves: NDArray[np.float32],
    classes: NDArray[np.floating],
    duration_s: float,
    params: AnalyzeParams,
    find_untold: Callable[[TempoFactor], Timing],
) -> Told:
    """Return the beats as they were found, or counted evenly where none were found near the tempo that was told.

    ``find_untold`` finds beats as if no tempo had been told, counted half or twice as fast if need be. Where the told
    tempo is one of these, they are the beats: what else the song has at that tempo lies beside them. A song that is
    steady at a tempo that has nothing to do with the told one has no beat near that either where beats that were found
    there only wander after onsets, or are even at the edge of what was looked for.
    """
    if params.tempo_bpm is None or duration_s < SHORTEST_S:
        return Told(timing)
    tempo_bpm = params.tempo_bpm * _FACTORS[params.tempo_factor]
    untold = find_untold("same")
    factor = _relation(untold, tempo_bpm)
    if factor is not None:
        related = untold if factor == "same" else find_untold(factor)
        if related.tempo is not None and _is_near(related, tempo_bpm):
            told = related.tempo.model_copy(update={"is_told": True, "confidence": 1.0})
            return _found(replace(related, tempo=told), tempo_bpm)
    is_found = _is_near(timing, tempo_bpm)
    is_steady_elsewhere = untold.tempo is not None and untold.tempo.is_steady and not _is_near(untold, tempo_bpm)
    if is_found and (_is_even_at(timing, tempo_bpm) or not is_steady_elsewhere):
        return _found(timing, tempo_bpm)
    if duration_s < 120.0 / tempo_bpm:
        return Told(
            timing, (f"The tempo of {tempo_bpm:g} BPM was not used: the song is shorter than two beats of it.",)
        )
    why = f"No {'steady beat' if is_found else 'beat'} was found near {tempo_bpm:g} BPM"
    return Told(
        _count(curves, classes, duration_s, tempo_bpm, params),
        (f"{why}: beats are counted evenly at the tempo that was told, wherever onsets lie. {_tell_untold(untold)}",),
    )


def _relation(untold: Timing, tempo_bpm: float) -> TempoFactor | None:
    """Return how the beats that were found are counted at the tempo that was told; None where they cannot be."""
    if untold.tempo is None:
        return None
    found_bpm = untold.tempo.tempo_bpm
    for name, factor in _FACTORS.items():
        if abs(found_bpm * factor / tempo_bpm - 1) <= TOLERANCE and found_bpm * factor <= HIGHEST_BPM:
            return name
    return None


def _is_even_at(timing: Timing, tempo_bpm: float) -> bool:
    """Return whether beats are on one grid at about the told tempo, and not at the edge of what was looked for."""
    return timing.tempo is not None and timing.tempo.is_steady and abs(timing.tempo.tempo_bpm / tempo_bpm - 1) <= _NEAR


def _found(timing: Timing, tempo_bpm: float) -> Told:
    """Return beats that were found, with what they go at where that is not quite the tempo that was told."""
    if timing.tempo is None or abs(timing.tempo.tempo_bpm / tempo_bpm - 1) <= _SAME:
        return Told(timing)
    return Told(timing, (f"You told {tempo_bpm:g} BPM; the beats found near it go at {timing.tempo.tempo_bpm:.2f}.",))


def _is_near(timing: Timing, tempo_bpm: float) -> bool:
    """Return whether beats were found that go at about this tempo."""
    if timing.tempo is None or len(timing.beats_s) < 2:
        return False
    played_bpm = 60.0 / float(np.median(np.diff(timing.beats_s)))
    return all(abs(bpm / tempo_bpm - 1) <= TOLERANCE for bpm in (timing.tempo.tempo_bpm, played_bpm))


def _tell_untold(untold: Timing) -> str:
    if untold.tempo is None:
        return "Without that tempo no beat was found at all."
    steady = "steady" if untold.tempo.is_steady else "not steady"
    return (
        f"Without that tempo {untold.tempo.tempo_bpm:.2f} BPM was found: {steady}, "
        f"{100 * untold.tempo.confidence:.0f} % sure."
    )


def _count(
    curves: NDArray[np.float32],
    classes: NDArray[np.floating],
    duration_s: float,
    tempo_bpm: float,
    params: AnalyzeParams,
) -> Timing:
    period_s = 60.0 / tempo_bpm
    told_s = params.first_beat_s
    first_s = _best_place_s(curves, period_s) if told_s is None else told_s % period_s
    beats_s = np.arange(first_s, duration_s, period_s)
    cycles = np.asarray((np.arange(len(curves)) * FRAME_S - first_s - DELAY_S) / period_s, np.float64)
    count = Count(1.0, 0.0, cycles, cycles, None, tempo_bpm, profile_of(curves, cycles), 0.0)
    counted = describe(count, curves, classes)
    lengths = (_BEATS[params.metre],) if params.metre else BAR_LENGTHS
    if counted is None or len(counted.beats_s) != len(beats_s):
        n, confidence, is_compound = lengths[0] if params.metre else 4, 0.0, False
        places = np.arange(len(beats_s)) % n
    else:
        judge = RhythmModel.load().judge_for(hear_kick([counted.traits]))
        bars = find_bars(counted.features, judge_bars(counted, judge, lengths), judge.accents(lengths))
        n, confidence, is_compound, places = bars.n_beats, bars.confidence, counted.thirds > COMPOUND, bars.places
    if told_s is not None:
        places = (np.arange(len(beats_s)) - round((told_s - first_s) / period_s)) % n
    downbeats = np.nonzero(places == 0)[0]
    tempo = Tempo(
        tempo_bpm=round(tempo_bpm, 3),
        confidence=0.0,
        alternatives=(),
        is_told=True,
        is_steady=True,
        error_percent=None,
        scatter_ms=None,
    )
    return Timing(
        tempo=tempo,
        metre=_metre(n, confidence, params, is_compound=is_compound),
        tempo_map=(TempoPoint(time_s=round(float(beats_s[0]), 4), tempo_bpm=tempo.tempo_bpm),),
        beats_s=beats_s,
        downbeats=downbeats,
        clarity=0.0,
        engine="told",
    )


def _best_place_s(curves: NDArray[np.float32], period_s: float) -> float:
    """Return where the first beat lies for most onsets to fall on beats."""
    pulse = np.asarray(curves[:, :N_ONSET_CURVES] @ ONSET_WEIGHTS)
    times_s = np.arange(len(pulse)) * FRAME_S
    places = np.arange(_N_PLACES) / _N_PLACES * period_s
    strength = [float(np.interp(np.arange(at, times_s[-1], period_s), times_s, pulse).mean()) for at in places]
    return max(0.0, float(places[int(np.argmax(strength))]) - DELAY_S)


def _metre(n: int, confidence: float, params: AnalyzeParams, *, is_compound: bool) -> Metre:
    if params.metre is not None:
        numerator, denominator = (int(part) for part in params.metre.split("/"))
        confidence = 1.0
    else:
        numerator, denominator = (6, 8) if n == 2 and is_compound else (n, 4)
    return Metre(
        numerator=numerator,
        denominator=denominator,
        n_beats_per_bar=n,
        confidence=round(confidence, 3),
        is_ambiguous=False,
        alternatives=(),
    )
