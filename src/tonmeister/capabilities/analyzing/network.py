"""Beats that a network of the user's hears, made one way to count: grid, bars and corrections follow as for our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.rhythm import (
    DELAY_S,
    N_ONSET_CURVES,
    ONSET_WEIGHTS,
    Count,
    follow_fixed,
    steady_grid,
)
from tonmeister.core.errors import ParameterError
from tonmeister.dsp.onsets import FRAME_S
from tonmeister.dsp.pulse import follow, profile_of
from tonmeister.engines.beat_network import FRAME_S as NETWORK_FRAME_S
from tonmeister.engines.beat_network import PEAK_REACH, BeatNetwork, load_beat_network, pick_beats
from tonmeister.engines.own_weights import check_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.analyzing.params import ObserveParams
    from tonmeister.core.context import Context

    Floats = NDArray[np.float64]

FEWEST_BEATS = 4
MOST_ODDS = 5.0
"""A network's log-odds beyond this count as this: one beat shall not outvote a song."""
N_KNOWN_BEATS = 60
"""How many beats' worth of evidence on bars a whole song counts for."""
_N_AROUND = 4


def open_network(params: ObserveParams, ctx: Context) -> BeatNetwork | None:
    """Return the network that was asked for: the file that was meant, its licence read and accepted."""
    if params.beat_model is None or params.beat_model_sha256 is None:
        return None
    path = ctx.fetch(params.beat_model)
    ctx.progress(0.0, "check the weights")
    check_weights(path, params.beat_model_sha256, field="beat_model_sha256")
    network = load_beat_network(path, name=ctx.label(params.beat_model), n_workers=ctx.n_workers)
    if not params.accept_weights_licence:
        raise ParameterError(
            f"The network {network.name} has a licence of its own. {network.licence}",
            field="accept_weights_licence", value=False, bound=True,
            remedy="Read it; if your use is within it, set accept_weights_licence.",
        )  # fmt: skip
    return network


@dataclass(frozen=True)
class HeardBeats:
    """What a network heard.

    Attributes
    ----------
    name
        Of the network.
    beats_s
        Where beats lie, rising.
    confidence
        Mean probability of these beats.
    logits
        Of beats and downbeats, shape (frames, 2).
    """

    name: str
    beats_s: Floats
    confidence: float
    logits: NDArray[np.float32]

    @staticmethod
    def of(logits: NDArray[np.float32], name: str) -> HeardBeats:
        """Pick the beats of what was observed."""
        beats_s, _ = pick_beats(logits)
        places = np.rint(beats_s / NETWORK_FRAME_S).astype(np.int64)
        likely = 1 / (1 + np.exp(-logits[places, 0].astype(np.float64)))
        return HeardBeats(name, beats_s, float(likely.mean()) if len(likely) else 0.0, logits)

    @property
    def period_s(self) -> float:
        """Median distance of beats."""
        return float(np.median(np.diff(self.beats_s)))

    def is_near(self, tempo_bpm: float, tolerance: float) -> bool:
        """Return whether the beats go at a tempo."""
        return len(self.beats_s) >= FEWEST_BEATS and abs(60 / self.period_s / tempo_bpm - 1) <= tolerance

    def within(self, beats_s: Floats) -> Floats:
        """Return those beats that lie between the first and the last that were heard, give or take half a beat."""
        margin_s = self.period_s / 2
        return np.asarray(beats_s[(beats_s > self.beats_s[0] - margin_s) & (beats_s < self.beats_s[-1] + margin_s)])

    def downbeat_odds(self, beats_s: Floats) -> Floats:
        """Return the log-odds of each beat to begin a bar."""
        reach = np.arange(-PEAK_REACH, PEAK_REACH + 1)
        places = np.rint(beats_s / NETWORK_FRAME_S).astype(np.int64)[:, np.newaxis] + reach
        odds = self.logits[np.clip(places, 0, len(self.logits) - 1), 1].max(axis=1)
        return np.asarray(odds, np.float64).clip(-MOST_ODDS, MOST_ODDS)


def count_heard(heard: HeardBeats, curves: NDArray[np.float32]) -> Count | None:
    """Return the beats that were heard as a way to count; None where they are too few.

    Where beats are missing the count goes on: the distance of those around tells how many.
    """
    if len(heard.beats_s) < FEWEST_BEATS:
        return None
    beats_s = heard.beats_s + DELAY_S
    steps = np.diff(beats_s)
    local = np.array(
        [np.median(steps[max(0, at - _N_AROUND) : at + _N_AROUND + 1]) for at in range(len(steps))], np.float64
    )
    numbers = np.concatenate([[0.0], np.cumsum(np.maximum(1, np.rint(steps / local)))])
    times_s = np.arange(len(curves)) * FRAME_S
    cycles = np.interp(times_s, beats_s, numbers)
    before, after = times_s < beats_s[0], times_s > beats_s[-1]
    cycles[before] = (times_s[before] - beats_s[0]) / local[0]
    cycles[after] = numbers[-1] + (times_s[after] - beats_s[-1]) / local[-1]
    grid = steady_grid(cycles, curves[:, :N_ONSET_CURVES] @ ONSET_WEIGHTS, heard_s=beats_s)
    exact = cycles
    if grid is not None:
        exact = follow_fixed(np.asarray((times_s - grid.first_s) / grid.period_s, np.float64), cycles)
    tempo_bpm = grid.tempo_bpm if grid else 60 / heard.period_s
    clarity = follow(curves[:, :N_ONSET_CURVES], exact, FRAME_S, ONSET_WEIGHTS).clarity
    return Count(1.0, 0.0, exact, cycles, grid, tempo_bpm, profile_of(curves, exact), clarity)


def weigh_downbeats(
    odds: Floats, features: Floats, scores: dict[int, Floats], accents: dict[int, Floats]
) -> tuple[Floats, dict[int, Floats], dict[int, Floats]]:
    """Return features, scores and accents (`tonmeister.dsp.bars.find_bars`) with a network's downbeats added."""
    beats, share = np.arange(len(odds)), min(1.0, N_KNOWN_BEATS / max(len(odds), 1))
    told, column = {}, {}
    for n, score in scores.items():
        begins = (beats - np.arange(n)[:, np.newaxis]) % n == 0
        told[n] = np.asarray(score - share * np.logaddexp(0, np.where(begins, -odds, odds)).sum(axis=1))
        column[n] = np.column_stack([accents[n], np.arange(n) == 0])
    return np.column_stack([features, odds]), told, column
