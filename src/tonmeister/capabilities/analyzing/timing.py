"""From the ways to count to the answer: tempo, beats and bars of a song, with what the player corrected."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.counting import (
    Counted,
    RhythmModel,
    beat_classes,
    describe,
    judge_bars,
    rank_counts,
)
from tonmeister.capabilities.analyzing.params import (
    AnalyzeParams,
    Metre,
    MetreAlternative,
    Tempo,
    TempoAlternative,
    TempoPoint,
)
from tonmeister.capabilities.analyzing.rhythm import (
    BASS,
    DELAY_S,
    FACTORS,
    HARMONY,
    N_ONSET_CURVES,
    ONSET_WEIGHTS,
    Count,
    find_counts,
    hear_tempo,
)
from tonmeister.dsp.bars import BAR_LENGTHS, Bars, describe_beats, find_bars, likeness
from tonmeister.dsp.beats import Grid, refine_times
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import profile_of, whole_cycles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_CLARITY = 0.12
SHORTEST_S = 3.0
LEAST_STRENGTH = 0.175
"""Where no tight grid is found, tempo must stand out at least this much from window to window: speech and freely sung
melody read up to 0.18, a strummed guitar 0.165 to 0.22, bands 0.27 and more."""
FEW_BEATS = 24
SHORT_EVIDENCE = (0.28, 0.22)
"""With fewer beats than that, chance makes grids, so clarity and strength must both be high: of 3 to 6 s of noise none
reads more than 0.25 in the one where the other is above 0.22; recorded loops read 0.34 and 0.29 at least."""
TIGHT_S = 0.009
"""Onsets that lie this near to an even grid, by their median, are no chance; speech comes to 0.011."""
LOOSEST_S = 0.013
"""Onsets that lie further from an even grid, by their median, were not played to it: sought up to 0.04 s away,
chance reads 0.02 and a click that drifts by 0.033 reads 0.018, songs played to a click up to 0.009."""
_N_ALTERNATIVES = 3
_RELATIONS = {
    1 / 3: "third", 1 / 2: "half", 2 / 3: "two thirds", 3 / 4: "three quarters", 4 / 3: "four thirds",
    3 / 2: "three halves", 2.0: "double", 3.0: "triple",
}  # fmt: skip
_METRES = {"2/4": 2, "3/4": 3, "4/4": 4, "6/8": 2}
_TERNARY = 0.05
_RIVAL = 0.5
"""A metre this likely beside the chosen one makes it ambiguous."""
_LEAST_WEIGHT = 0.02


@dataclass(frozen=True)
class Timing:
    """When what is counted.

    Attributes
    ----------
    tempo, metre
        None where there is no beat.
    tempo_map
        Tempo over time.
    beats_s
        Times of the beats.
    downbeats
        Indices of beats that begin bars.
    clarity
        How far onsets gather at the beats.
    """

    tempo: Tempo | None
    metre: Metre | None
    tempo_map: tuple[TempoPoint, ...]
    beats_s: Floats
    downbeats: NDArray[np.int64]
    clarity: float

    def edges_s(self, duration_s: float) -> Floats:
        """Return where beats begin and the last one ends, over the whole song; half seconds where there is no beat."""
        if len(self.beats_s) < 2:
            return np.append(np.arange(0.0, max(duration_s - 0.25, 0.1), 0.5), duration_s)
        return np.append(self.beats_s, min(duration_s, 2 * self.beats_s[-1] - self.beats_s[-2]))


NO_TIMING = Timing(None, None, (), np.zeros(0), np.zeros(0, np.int64), 0.0)


def judge_timing(
    curves: NDArray[np.float32], classes: NDArray[np.floating], duration_s: float, params: AnalyzeParams
) -> Timing:
    """Find tempo, beats and bars; what the player says holds."""
    is_told = params.tempo_bpm is not None
    if duration_s < SHORTEST_S or not curves[:, :N_ONSET_CURVES].any():
        return NO_TIMING
    path, strength = hear_tempo(curves, params.tempo_bpm)
    counts = find_counts(curves, path, factors=(1.0,) if is_told else FACTORS)
    if params.first_beat_s is not None:
        counts = [_through(count, params.first_beat_s) for count in counts if count.shift == 0.0]
    model = RhythmModel.load()
    ranked = rank_counts(counts, curves, classes, model)
    if not ranked:
        return NO_TIMING
    best = ranked[0]
    clarity = best.count.clarity
    is_short = np.ptp(best.count.cycles) < FEW_BEATS
    is_even = not is_short and best.count.grid is not None and best.count.grid.scatter_s < TIGHT_S
    least_clarity, least_strength = SHORT_EVIDENCE if is_short else (LEAST_CLARITY, LEAST_STRENGTH)
    if not is_told and (clarity < least_clarity or (not is_even and strength < least_strength)):
        return replace(NO_TIMING, clarity=clarity)
    if params.tempo_factor != "same":
        best = _recount(best, curves, classes, 2.0 if params.tempo_factor == "double" else 0.5)
    lengths = (_METRES[params.metre],) if params.metre else BAR_LENGTHS
    beats_s, is_steady, scatter_s = _settle(best, curves, params.first_beat_s)
    known = None if params.first_beat_s is None else int(np.abs(beats_s - params.first_beat_s).argmin())
    best = _on(best, beats_s + DELAY_S, curves, classes)
    bars = find_bars(best.features, judge_bars(best, model, lengths), model.accents(lengths), first=known)
    downbeats = np.nonzero(bars.places == 0)[0]
    grid = best.count.grid if is_steady else None
    tempo = _tempo(best, ranked, beats_s, grid, scatter_s, is_told=is_told, strength=strength)
    return Timing(
        tempo=tempo,
        metre=_metre(bars, best, ranked, model, params),
        tempo_map=_tempo_map(beats_s, downbeats, tempo),
        beats_s=beats_s,
        downbeats=downbeats,
        clarity=clarity,
    )


def _through(count: Count, time_s: float) -> Count:
    """Return the same pulse shifted so that a beat lies at ``time_s``."""
    at = float(np.interp(time_s + DELAY_S, np.arange(len(count.cycles)) * FRAME_S, count.cycles))
    shift = at - round(at)
    rolled = np.roll(count.profile, -round(shift * len(count.profile)), axis=0)
    return replace(
        count, cycles=count.cycles - shift, followed=count.followed - shift, shift=shift % 1.0, profile=rolled
    )


def _recount(best: Counted, curves: NDArray[np.float32], classes: NDArray[np.floating], factor: float) -> Counted:
    """Return the way to count ``factor`` times as fast whose beats lie on those found, or between every two of them."""
    count = best.count
    cycles = count.cycles * factor
    grid = count.grid
    if grid is not None:
        grid = replace(grid, period_s=grid.period_s / factor, scatter_s=grid.scatter_s)
    followed = count.followed * factor
    made = replace(
        count,
        cycles=cycles,
        followed=followed,
        grid=grid,
        tempo_bpm=count.tempo_bpm * factor,
        factor=count.factor * factor,
        profile=profile_of(curves, cycles),
    )
    choices = [made] if factor > 1 else [made, replace(made, cycles=cycles - 0.5, followed=followed - 0.5)]
    described = [describe(choice, curves, classes) for choice in choices]
    usable = [choice for choice in described if choice is not None]
    if not usable:
        return best
    # beats of the slower count carry the more of bass and of changes of harmony
    return max(usable, key=lambda each: float(_strength(each, curves)))


def _strength(counted: Counted, curves: NDArray[np.float32]) -> float:
    places = np.clip(np.rint(counted.beats_s / FRAME_S).astype(np.int64), 0, len(curves) - 1)
    return float(curves[places][:, [0, HARMONY, BASS]].mean(axis=0) @ np.array([1.0, 2.0, 2.0]))


def _settle(best: Counted, curves: NDArray[np.float32], first_beat_s: float | None) -> tuple[Floats, bool, float]:
    """Return the beats as they sounded, whether they are even throughout, and how far onsets lie from them."""
    pulse_curve = curves[:, :N_ONSET_CURVES] @ ONSET_WEIGHTS
    beats_s = best.beats_s
    off, scatter_s = _off(beats_s, pulse_curve)
    is_steady = best.count.grid is not None
    if is_steady and first_beat_s is None:
        strays = _strays(off)
        if scatter_s > LOOSEST_S:
            # an even grid that the playing drifts about: what was followed is nearer
            beats_s, is_steady = whole_cycles(best.count.followed, FRAME_S), False
            off, scatter_s = _off(beats_s, pulse_curve)
            beats_s = beats_s + _smooth(off)
        elif strays.any():
            # the grid ends where the tempo changes: from there on the beats follow the playing
            beats_s, is_steady = _patch(beats_s, strays, best.count.followed), False
    elif first_beat_s is None:
        beats_s = beats_s + _smooth(off)
    beats_s = beats_s - DELAY_S
    beats_s = np.where((beats_s < 0) & (beats_s > -0.03), 0.0, beats_s)
    return beats_s[beats_s >= 0], is_steady, scatter_s


def _off(beats_s: Floats, curve: NDArray[np.floating]) -> tuple[Floats, float]:
    """Return how far the onset beside each beat lies from it, NaN where none was heard, and the median of that."""
    heard, is_heard = refine_times(beats_s / FRAME_S, curve, reach=4)
    off = np.where(is_heard, heard * FRAME_S - beats_s, np.nan)
    return off, float(np.nanmedian(np.abs(off - np.nanmedian(off)))) if is_heard.any() else 0.0


def _strays(off: Floats, n_window: int = 16, least: float = 0.35) -> NDArray[np.bool_]:
    """Return which beats lie in stretches where onsets are heard beside the beats, but seldom on them."""
    heard = np.isfinite(off)
    if heard.sum() < n_window:
        return np.zeros(len(off), bool)
    near = heard & (np.abs(np.nan_to_num(off) - np.nanmedian(off)) < 0.025)
    strays = np.zeros(len(off), bool)
    for start in range(0, len(off) - n_window + 1, n_window // 4):
        part = slice(start, start + n_window)
        if heard[part].sum() >= n_window // 2 and near[part].sum() < least * heard[part].sum():
            strays[part] = True
    return strays


def _patch(beats_s: Floats, strays: NDArray[np.bool_], followed: Floats) -> Floats:
    """Return the beats with those of stretches that leave the grid taken from the pulse as it was followed."""
    other = whole_cycles(followed, FRAME_S)
    period = float(np.median(np.diff(beats_s)))
    kept = list(beats_s[~strays])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], strays, [False]]).astype(int)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        low = beats_s[start] - period / 2
        high = beats_s[stop] - period / 2 if stop < len(beats_s) else np.inf
        kept += [time for time in other if low <= time < high]
    merged = np.sort(np.array(kept))
    far = np.concatenate([[True], np.diff(merged) > 0.5 * period])
    return np.asarray(merged[far])


def _smooth(off: Floats, reach: int = 2) -> Floats:
    """Return the running median of how far onsets lie from their beats; 0 where none was heard."""
    padded = np.pad(off, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    known = np.isfinite(windows).any(axis=1)
    out = np.zeros(len(off))
    out[known] = np.nanmedian(windows[known], axis=1)
    return out


def _on(best: Counted, beats_s: Floats, curves: NDArray[np.float32], classes: NDArray[np.floating]) -> Counted:
    """Describe the beats as they were settled."""
    on_beats = beat_classes(classes, beats_s)
    features = describe_beats(curves, on_beats, beats_s / FRAME_S)
    return replace(best, beats_s=beats_s, features=features, alike=likeness(features, on_beats))


def _tempo(
    best: Counted,
    ranked: list[Counted],
    beats_s: Floats,
    grid: Grid | None,
    scatter_s: float,
    *,
    is_told: bool,
    strength: float,
) -> Tempo:
    median_bpm = 60.0 / float(np.median(np.diff(beats_s))) if len(beats_s) > 1 else best.count.tempo_bpm
    tempo_bpm = grid.tempo_bpm if grid else median_bpm
    scores = np.array([counted.score for counted in ranked])
    weights = np.exp(scores - scores.max())
    by_tempo: dict[float, float] = {}
    for counted, weight in zip(ranked, weights, strict=True):
        key = next((known for known in by_tempo if abs(known / counted.count.tempo_bpm - 1) < 0.02), None)
        if key is None:
            by_tempo[counted.count.tempo_bpm] = float(weight)
        else:
            by_tempo[key] += float(weight)
    total = sum(by_tempo.values())
    own = next((w for bpm, w in by_tempo.items() if abs(bpm / best.count.tempo_bpm - 1) < 0.02), 0.0)
    others = sorted(((w, bpm) for bpm, w in by_tempo.items() if abs(bpm / tempo_bpm - 1) >= 0.02), reverse=True)
    return Tempo(
        tempo_bpm=round(tempo_bpm, 3),
        confidence=1.0 if is_told else round(own / total * (1.0 if grid else min(1.0, 2.5 * strength)), 3),
        alternatives=tuple(
            TempoAlternative(
                tempo_bpm=round(bpm, 3),
                weight=round(min(1.0, w / max(own, 1e-9)), 3),
                relation=_relation(bpm / tempo_bpm),
            )
            for w, bpm in others[:_N_ALTERNATIVES]
        ),
        is_steady=grid is not None,
        error_percent=round(100 * grid.error, 5) if grid else None,
        scatter_ms=round(1000 * scatter_s, 1),
    )


def _relation(ratio: float) -> str:
    return next((name for known, name in _RELATIONS.items() if abs(ratio / known - 1) < 0.02), "other")


def _metre(bars: Bars, best: Counted, ranked: list[Counted], model: RhythmModel, params: AnalyzeParams) -> Metre:
    if params.metre is not None:
        numerator, denominator = (int(part) for part in params.metre.split("/"))
        return Metre(
            numerator=numerator, denominator=denominator, n_beats_per_bar=bars.n_beats, confidence=1.0,
            is_ambiguous=False, alternatives=(),
        )  # fmt: skip
    signature = _signature(bars.n_beats, best.ternary)
    weights = {signature: bars.confidence}
    for n, share in bars.shares.items():
        weights.setdefault(_signature(n, best.ternary), share)
    rival, weight = _compound_rival(signature, ranked, model)
    if rival:
        weights[rival] = max(weight, weights.get(rival, 0.0))
    total = sum(weights.values())
    others = sorted(((each / total, name) for name, each in weights.items() if name != signature), reverse=True)
    confidence = weights[signature] / total
    return Metre(
        numerator=signature[0],
        denominator=signature[1],
        n_beats_per_bar=bars.n_beats,
        confidence=round(confidence, 3),
        is_ambiguous=bool(others and others[0][0] > _RIVAL * confidence),
        alternatives=tuple(
            MetreAlternative(numerator=over, denominator=under, weight=round(weight, 3))
            for weight, (over, under) in others
            if weight >= _LEAST_WEIGHT
        ),
    )


def _signature(n_beats: int, ternary: float) -> tuple[int, int]:
    return (6, 8) if n_beats == 2 and ternary > _TERNARY else (n_beats, 4)


def _compound_rival(
    signature: tuple[int, int], ranked: list[Counted], model: RhythmModel
) -> tuple[tuple[int, int] | None, float]:
    """Return 6/8 for a 3/4 that could be one, or the other way round, and how likely it is beside it, at most 1.

    They are other ways to count: their beats are three to two.
    """
    other = {(3, 4): (6, 8), (6, 8): (3, 4)}.get(signature)
    if other is None:
        return None, 0.0
    first, found = ranked[0], 0.0
    for counted in ranked[1:]:
        ratio = counted.count.tempo_bpm / first.count.tempo_bpm
        if min(abs(ratio / known - 1) for known in (2 / 3, 3 / 2, 1 / 3, 3)) > 0.02:
            continue
        likely = {n: float(np.logaddexp.reduce(each)) for n, each in judge_bars(counted, model).items()}
        if _signature(max(likely, key=lambda n: likely[n]), counted.ternary) == other:
            found += float(np.exp(min(0.0, counted.score - first.score)))
    return other, min(1.0, found)


def _tempo_map(beats_s: Floats, downbeats: NDArray[np.int64], tempo: Tempo) -> tuple[TempoPoint, ...]:
    if tempo.is_steady or len(downbeats) < 2:
        first = float(beats_s[0]) if len(beats_s) else 0.0
        return (TempoPoint(time_s=round(first, 4), tempo_bpm=tempo.tempo_bpm),)
    spans = itertools.pairwise(downbeats)
    return tuple(
        TempoPoint(
            time_s=round(float(beats_s[a]), 4), tempo_bpm=round(60.0 * float((b - a) / (beats_s[b] - beats_s[a])), 2)
        )
        for a, b in spans
    )
