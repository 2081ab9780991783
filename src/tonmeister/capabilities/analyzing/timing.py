"""From the ways to count to the answer: tempo, beats and bars of a song, with what the player corrected."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.counting import (
    Counted,
    Judge,
    RhythmModel,
    count_traits,
    describe,
    hear_kick,
    judge_bars,
    rank_counts,
    redescribe,
    score_bars,
)
from tonmeister.capabilities.analyzing.cutting import begins_struck
from tonmeister.capabilities.analyzing.network import HeardBeats, count_heard, weigh_downbeats
from tonmeister.capabilities.analyzing.params import (
    HIGHEST_BPM,
    AnalyzeParams,
    Metre,
    MetreAlternative,
    Placing,
    Tempo,
    TempoAlternative,
    TempoPoint,
)
from tonmeister.capabilities.analyzing.placing import SAME_TEMPO, tell_placing, told_placing
from tonmeister.capabilities.analyzing.rhythm import (
    BASS,
    DELAY_S,
    FACTORS,
    HARMONY,
    N_ONSET_CURVES,
    Count,
    find_counts,
    hear_tempo,
)
from tonmeister.capabilities.analyzing.settling import settle, settle_between
from tonmeister.core.errors import ParameterError
from tonmeister.dsp.bars import BAR_LENGTHS, Bars, find_bars
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import profile_of

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
_N_ALTERNATIVES = 3
_RELATIONS = {
    1 / 3: "third", 1 / 2: "half", 2 / 3: "two thirds", 3 / 4: "three quarters", 4 / 3: "four thirds",
    3 / 2: "three halves", 2.0: "double", 3.0: "triple",
}  # fmt: skip
_METRES = {"2/4": 2, "3/4": 3, "4/4": 4, "6/8": 2}
COMPOUND = 0.2
"""Two beats to a bar that divide by three more than this (`counting.thirds`) are 6/8; 0.1 to 0.3 are as good."""
COMPOUND_SPREAD = 0.15
"""How near that makes both likely."""
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
    engine
        What found the beats: "own", "network" and its name, "told" or "none".
    placing
        Where beats and bars lie, and where else they may lie; None where there is no bar, or they were counted as told.
    """

    tempo: Tempo | None
    metre: Metre | None
    tempo_map: tuple[TempoPoint, ...]
    beats_s: Floats
    downbeats: NDArray[np.int64]
    clarity: float
    engine: str = "own"
    placing: Placing | None = None

    def edges_s(self, duration_s: float) -> Floats:
        """Return where beats begin and the last one ends, over the whole song; half seconds where there is no beat."""
        if len(self.beats_s) < 2:
            return np.append(np.arange(0.0, max(duration_s - 0.25, 0.1), 0.5), duration_s)
        return np.append(self.beats_s, min(duration_s, 2 * self.beats_s[-1] - self.beats_s[-2]))


NO_TIMING = Timing(None, None, (), np.zeros(0), np.zeros(0, np.int64), 0.0, "none")


@dataclass(frozen=True)
class _Ways:
    """The likeliest ways to count, none where there is no beat.

    ``confidence`` says how sure any beat is, ``loose_confidence`` the same where the beats follow no even grid, and
    ``clarity`` how far onsets gather.
    """

    ranked: list[Counted]
    judge: Judge | None = None
    confidence: float = 0.0
    loose_confidence: float = 0.0
    clarity: float = 0.0


def judge_timing(
    curves: NDArray[np.float32],
    classes: NDArray[np.floating],
    duration_s: float,
    params: AnalyzeParams,
    heard: HeardBeats | None = None,
) -> Timing:
    """Find tempo, beats and bars; what the player says holds, and beats that a network heard stand for our own."""
    if duration_s < SHORTEST_S:
        return NO_TIMING
    model = RhythmModel.load()
    ways = (
        _search(curves, classes, duration_s, params, model)
        if heard is None
        else _take(heard, curves, classes, params, model)
    )
    if not ways.ranked or ways.judge is None:
        return replace(NO_TIMING, clarity=ways.clarity)
    best = ways.ranked[0]
    rivals = _elsewhere(best, ways.ranked)
    if params.tempo_factor != "same":
        factor = 2.0 if params.tempo_factor == "double" else 0.5
        best, rivals = _recount(best, curves, classes, ways.judge, factor)
    lengths = (_METRES[params.metre],) if params.metre else BAR_LENGTHS
    if params.tempo_factor == "double":
        _check_doubled(ways.ranked[0].count.tempo_bpm, params)
        beats_s, is_steady, scatter_s = settle_between(ways.ranked[0], best, curves, params.first_beat_s)
    else:
        beats_s, is_steady, scatter_s = settle(best, curves, params.first_beat_s)
    if heard is not None:
        beats_s = heard.within(beats_s)
    known = None if params.first_beat_s is None else int(np.abs(beats_s - params.first_beat_s).argmin())
    best = redescribe(best, beats_s + DELAY_S, curves, classes)
    evidence = best.features, judge_bars(best, ways.judge, lengths), ways.judge.accents(lengths)
    if heard is not None:
        evidence = weigh_downbeats(heard.downbeat_odds(beats_s), *evidence)
    bars = find_bars(*evidence, first=known)
    downbeats = np.nonzero(bars.places == 0)[0]
    tempo = _tempo(best, ways, beats_s, scatter_s, is_told=params.tempo_bpm is not None, is_steady=is_steady)
    if known is None:
        placing = tell_placing(best, rivals, bars, evidence[1][bars.n_beats], ways.judge, curves, classes)
        if placing is not None and heard is not None:
            placing = placing.model_copy(update={"beat_confidence": heard.confidence})
    else:
        placing = told_placing(float(beats_s[downbeats[0]]))
    return Timing(
        tempo=tempo,
        metre=_metre(bars, best, ways.ranked, ways.judge, params),
        tempo_map=_tempo_map(beats_s, downbeats, tempo),
        beats_s=beats_s,
        downbeats=downbeats,
        clarity=ways.clarity,
        engine="own" if heard is None else f"network {heard.name}",
        placing=placing,
    )


def _check_doubled(found_bpm: float, params: AnalyzeParams) -> None:
    """Raise `ParameterError` where the beats that were found are too fast to be counted twice as fast."""
    if params.tempo_bpm is None and 2 * found_bpm > HIGHEST_BPM:
        raise ParameterError(
            f"tempo_factor is double, but the beats were found at {found_bpm:.1f} BPM: twice as fast is more than "
            f"{HIGHEST_BPM:.0f} BPM.",
            field="tempo_factor",
            value="double",
            bound=f"at most {HIGHEST_BPM:.0f} BPM",
            remedy="Leave it out.",
        )


def _elsewhere(best: Counted, ranked: list[Counted]) -> list[Counted]:
    """Return the other ways to count at the tempo of the best."""
    return [
        each
        for each in ranked
        if each is not best and abs(each.count.tempo_bpm / best.count.tempo_bpm - 1) < SAME_TEMPO
    ]


def _take(
    heard: HeardBeats,
    curves: NDArray[np.float32],
    classes: NDArray[np.floating],
    params: AnalyzeParams,
    model: RhythmModel,
) -> _Ways:
    """Return what a network heard as the one way to count."""
    count = count_heard(heard, curves)
    if count is not None and params.first_beat_s is not None:
        count = _through(count, params.first_beat_s)
    counted = None if count is None else describe(count, curves, classes)
    if count is None or counted is None:
        return _Ways([])
    judge = model.judge_for(hear_kick([counted.traits]))
    return _Ways([counted], judge, heard.confidence, heard.confidence, count.clarity)


def _search(
    curves: NDArray[np.float32],
    classes: NDArray[np.floating],
    duration_s: float,
    params: AnalyzeParams,
    model: RhythmModel,
) -> _Ways:
    """Return the likeliest of all ways to count, if there is a beat to count at all."""
    is_told = params.tempo_bpm is not None
    if not curves[:, :N_ONSET_CURVES].any():
        return _Ways([])
    path, strength = hear_tempo(curves, params.tempo_bpm)
    counts = find_counts(curves, path, factors=(1.0,) if is_told else FACTORS)
    judge = model.judge_for(hear_kick([count_traits(count) for count in counts]))
    ranked = rank_counts(counts, curves, classes, judge)
    if not ranked:
        return _Ways([])
    if begins_struck(curves):
        judge = replace(judge, cut_s=duration_s)
        ranked = _weigh_beginning(ranked, judge)
    best = ranked[0]
    clarity = best.count.clarity
    is_short = np.ptp(best.count.cycles) < FEW_BEATS
    is_even = not is_short and best.count.grid is not None and best.count.grid.scatter_s < TIGHT_S
    least_clarity, least_strength = SHORT_EVIDENCE if is_short else (LEAST_CLARITY, LEAST_STRENGTH)
    if not is_told and (clarity < least_clarity or (not is_even and strength < least_strength)):
        return _Ways([], clarity=clarity)
    if params.first_beat_s is not None:
        # where the beats lie tells nothing of their tempo: that stays as it was found
        moved = describe(_through(best.count, params.first_beat_s), curves, classes)
        ranked = [] if moved is None else [replace(moved, score=best.score), *ranked[1:]]
    return _Ways(ranked, judge, 1.0, min(1.0, 2.5 * strength), clarity)


def _weigh_beginning(ranked: list[Counted], judge: Judge) -> list[Counted]:
    """Judge where the beats lie anew, by where the file was cut; that tells nothing of the tempo, which stays."""
    best = ranked[0]
    rivals = _elsewhere(best, ranked)
    weighed = [score_bars(each, judge) for each in (best, *rivals)]
    higher = best.score - max(each.score for each in weighed)
    weighed = sorted((replace(each, score=each.score + higher) for each in weighed), key=lambda each: -each.score)
    others = [each for each in ranked if each is not best and not any(each is rival for rival in rivals)]
    return [weighed[0], *sorted([*weighed[1:], *others], key=lambda each: -each.score)]


def _through(count: Count, time_s: float) -> Count:
    """Return the same pulse shifted so that a beat lies at ``time_s``."""
    at = float(np.interp(time_s + DELAY_S, np.arange(len(count.cycles)) * FRAME_S, count.cycles))
    shift = at - round(at)
    rolled = np.roll(count.profile, -round(shift * len(count.profile)), axis=0)
    return replace(
        count,
        cycles=count.cycles - shift,
        followed=count.followed - shift,
        shift=(count.shift + shift) % 1.0,
        profile=rolled,
    )


def _recount(
    best: Counted, curves: NDArray[np.float32], classes: NDArray[np.floating], judge: Judge, factor: float
) -> tuple[Counted, list[Counted]]:
    """Return the way to count ``factor`` times as fast, and others at that tempo.

    Its beats lie on those found and between them, or on every second of them: those that carry the more of bass and of
    changes of harmony.
    """
    count = best.count
    cycles, followed = count.cycles * factor, count.followed * factor
    grid = None if count.grid is None else replace(count.grid, period_s=count.grid.period_s / factor)
    made = replace(
        count,
        cycles=cycles,
        followed=followed,
        grid=grid,
        tempo_bpm=count.tempo_bpm * factor,
        factor=count.factor * factor,
        profile=profile_of(curves, cycles),
    )
    choices = [made, _later(made, 0.5)]
    usable = [describe(choice, curves, classes) for choice in choices]
    scored = [score_bars(each, judge) for each in usable if each is not None]
    if not scored:
        return best, []
    chosen = scored[0] if factor > 1 else max(scored, key=lambda each: _strength(each, curves))
    return chosen, [each for each in scored if each is not chosen]


def _later(count: Count, beats: float) -> Count:
    """Return the same pulse with beats that much later."""
    profile = np.roll(count.profile, -round(beats * len(count.profile)), axis=0)
    return replace(count, cycles=count.cycles - beats, followed=count.followed - beats, profile=profile)


def _strength(counted: Counted, curves: NDArray[np.float32]) -> float:
    places = np.clip(np.rint(counted.beats_s / FRAME_S).astype(np.int64), 0, len(curves) - 1)
    return float(curves[places][:, [0, HARMONY, BASS]].mean(axis=0) @ np.array([1.0, 2.0, 2.0]))


def _tempo(best: Counted, ways: _Ways, beats_s: Floats, scatter_s: float, *, is_told: bool, is_steady: bool) -> Tempo:
    grid, ranked = best.count.grid if is_steady else None, ways.ranked
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
        confidence=1.0 if is_told else round(own / total * (ways.confidence if grid else ways.loose_confidence), 3),
        alternatives=tuple(
            TempoAlternative(
                tempo_bpm=round(bpm, 3),
                weight=round(min(1.0, w / max(own, 1e-9)), 3),
                relation=_relation(bpm / tempo_bpm),
            )
            for w, bpm in others[:_N_ALTERNATIVES]
        ),
        is_told=is_told,
        is_steady=grid is not None,
        error_percent=round(100 * grid.error, 5) if grid else None,
        scatter_ms=round(1000 * scatter_s, 1),
    )


def _relation(ratio: float) -> str:
    return next((name for known, name in _RELATIONS.items() if abs(ratio / known - 1) < 0.02), "other")


def _metre(bars: Bars, best: Counted, ranked: list[Counted], judge: Judge, params: AnalyzeParams) -> Metre:
    if params.metre is not None:
        numerator, denominator = (int(part) for part in params.metre.split("/"))
        return Metre(
            numerator=numerator, denominator=denominator, n_beats_per_bar=bars.n_beats, confidence=1.0,
            is_ambiguous=False, alternatives=(),
        )  # fmt: skip
    signature = _signature(bars.n_beats, best.thirds)
    compound = 1 / (1 + math.exp((COMPOUND - best.thirds) / COMPOUND_SPREAD))
    weights = {(n, 4): share for n, share in bars.shares.items() if n != 2}
    two = bars.shares.get(2, 0.0)
    weights |= {(6, 8): two * compound, (2, 4): two * (1 - compound)}
    rival, weight = _compound_rival(signature, ranked, judge)
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


def _signature(n_beats: int, thirds: float) -> tuple[int, int]:
    return (6, 8) if n_beats == 2 and thirds > COMPOUND else (n_beats, 4)


def _compound_rival(
    signature: tuple[int, int], ranked: list[Counted], judge: Judge
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
        likely = {n: float(np.logaddexp.reduce(each)) for n, each in judge_bars(counted, judge).items()}
        if _signature(max(likely, key=lambda n: likely[n]), counted.thirds) == other:
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
