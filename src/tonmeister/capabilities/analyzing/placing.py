"""Where beats and bars lie at the tempo that was found, how sure that is, and where else they may lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from tonmeister.capabilities.analyzing.counting import Counted, Judge, judge_bars, redescribe
from tonmeister.capabilities.analyzing.params import Placing, PlacingAlternative
from tonmeister.capabilities.analyzing.rhythm import DELAY_S
from tonmeister.capabilities.analyzing.settling import settle
from tonmeister.dsp.bars import Bars, find_bars

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SAME_TEMPO = 0.02
"""Ways to count whose tempos are this near each other lie differently at the same tempo."""
BEATS_NEAR, BARS_NEAR = 2.75, 2.5
"""A rival whose log-likelihood lies less than this below that of what was chosen is told. Chosen on songs left out of
learning; what these catch, and how often they warn without need, is in the README."""
_BEATS_LOGIT, _BARS_LOGIT = (0.28, 0.8), (1.1, 0.59)
"""Logit of the rival being right: minus the first and the second times the log-likelihood between them, fitted to the
same songs. A whole song's log-likelihoods are too sure: what happens on its beats is not independent."""

_PARTS = 12
"""Parts of a beat that a shift is told in: halves, thirds and quarters."""


def rival_weight(margin: float, logit: tuple[float, float]) -> float:
    """Return how likely the rival is the right one."""
    return 1 / (1 + math.exp(logit[0] + logit[1] * margin))


def tell_placing(
    best: Counted,
    rivals: Sequence[Counted],
    bars: Bars,
    bar_scores: Floats,
    judge: Judge,
    curves: NDArray[np.float32],
    classes: NDArray[np.floating],
) -> Placing | None:
    """Return where beats and bars lie and what comes near; none without a whole bar.

    ``best`` holds the beats as they were settled, ``rivals`` ways to count at another place but the same tempo,
    ``bar_scores`` the log-likelihoods of the beats that may begin the first bar.
    """
    firsts = np.flatnonzero(bars.places == 0)
    if len(firsts) == 0:
        return None
    beats_s = best.beats_s - DELAY_S
    first = int(firsts[0])
    found: list[PlacingAlternative] = []
    beat_doubt = bar_doubt = 0.0
    for rival in sorted(rivals, key=lambda each: -each.score)[:1]:
        beat_doubt = rival_weight(best.score - rival.score, _BEATS_LOGIT)
        if best.score - rival.score < BEATS_NEAR:
            starts_s = _bars_s(rival, bars.n_beats, judge, curves, classes)
            found.append(_alternative("beats", starts_s, beats_s, first, beat_doubt))
    order = np.argsort(-bar_scores)
    if len(order) > 1:
        margin = float(bar_scores[order[0]] - bar_scores[order[1]])
        bar_doubt = rival_weight(margin, _BARS_LOGIT)
        starts_s = beats_s[int(order[1]) :: bars.n_beats]
        if margin < BARS_NEAR and len(starts_s) and bars.places[order[1]] != 0:
            found.append(_alternative("bars", starts_s, beats_s, first, bar_doubt))
    return Placing(
        first_beat_s=round(float(beats_s[first]), 4),
        beat_confidence=round(1 - beat_doubt, 3),
        bar_confidence=round(1 - bar_doubt, 3),
        alternatives=tuple(sorted(found, key=lambda each: -each.weight)),
    )


def told_placing(first_s: float) -> Placing:
    """Return where beats and bars lie when the player told it."""
    return Placing(first_beat_s=round(first_s, 4), beat_confidence=1.0, bar_confidence=1.0, alternatives=())


def _alternative(
    moves: Literal["beats", "bars"], starts_s: Floats, beats_s: Floats, first: int, weight: float
) -> PlacingAlternative:
    """Return another place of bars that begin at ``starts_s``: told by the one that lies nearest to the first bar."""
    at_s = float(starts_s[np.abs(starts_s - beats_s[first]).argmin()])
    period_s = float(np.median(np.diff(beats_s)))
    # beats that go by up to there, and as fast as usual before the first one
    gone = float(np.interp(at_s, beats_s, np.arange(len(beats_s)))) + min(0.0, at_s - float(beats_s[0])) / period_s
    return PlacingAlternative(
        moves=moves,
        n_beats_later=round(round(_PARTS * (gone - first)) / _PARTS, 2),
        first_beat_s=round(at_s, 3),
        weight=round(weight, 3),
    )


def _bars_s(
    rival: Counted, n_beats: int, judge: Judge, curves: NDArray[np.float32], classes: NDArray[np.floating]
) -> Floats:
    """Return where the bars of another way to count begin."""
    beats_s = settle(rival, curves, None)[0]
    settled = redescribe(rival, beats_s + DELAY_S, curves, classes)
    bars = find_bars(settled.features, judge_bars(settled, judge, (n_beats,)), judge.accents((n_beats,)))
    return np.asarray(beats_s[bars.places == 0])
