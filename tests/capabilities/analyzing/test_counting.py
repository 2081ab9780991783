"""What tells ways to count apart: thirds of the beat, a kick drum, networks mixed for songs with and without one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tonmeister.capabilities.analyzing import timing
from tonmeister.capabilities.analyzing.counting import (
    RhythmModel,
    count_traits,
    hear_kick,
    n_count_traits,
    thirds,
)
from tonmeister.capabilities.analyzing.params import AnalyzeParams
from tonmeister.capabilities.analyzing.rhythm import KICK, N_CURVES, N_ONSET_CURVES, Count
from tonmeister.dsp.bars import Bars
from tonmeister.dsp.pulse import N_BINS


def profile(*places: float, kick: float = 0.0) -> np.ndarray:
    """Return a beat with onsets at places of it."""
    bins = np.arange(N_BINS) / N_BINS
    out = np.full((N_BINS, N_CURVES), 0.1)
    for place in places:
        apart = np.abs((bins - place + 0.5) % 1 - 0.5)
        out[:, :N_ONSET_CURVES] += 3 * np.exp(-0.5 * (apart * N_BINS / 1.5) ** 2)[:, np.newaxis]
    out[:, KICK] = 1.0
    out[0:2, KICK] += kick
    out[-2:, KICK] += kick
    return out


def count(of_it: np.ndarray) -> Count:
    return Count(1.0, 0.0, np.zeros(2), np.zeros(2), None, 120.0, of_it, 0.3)


@pytest.mark.parametrize("places", [(0, 1 / 3, 2 / 3), (0, 2 / 3), (0, 1 / 3)])
def test_beats_of_three_are_known_with_any_of_their_thirds(places):
    assert thirds(profile(*places)) > 0.5


@pytest.mark.parametrize("places", [(0,), (0, 1 / 2), (0, 1 / 4, 1 / 2, 3 / 4), (0, 3 / 4), (0, 1 / 2, 2 / 3)])
def test_other_beats_are_none(places):
    assert thirds(profile(*places)) < timing.COMPOUND


def test_a_kick_drum_is_heard_on_the_beats_of_any_count():
    without, some, much = (count_traits(count(profile(0, kick=kick))) for kick in (0.0, 0.6, 3.0))
    assert len(without) == n_count_traits()
    assert hear_kick([without]) == hear_kick([]) == 0
    assert 0 < hear_kick([some]) < 1
    assert hear_kick([without, much]) == hear_kick([much, some]) == 1


def test_networks_are_mixed_by_what_is_heard():
    rng = np.random.default_rng(0)
    n, traits, units = 3, 9, 2
    weights = {"linear": (n, traits), "hidden": (n, traits, units), "bias": (n, units), "out": (n, units)}
    learnt = {name: rng.normal(size=shape) for name, shape in weights.items()}
    shares = np.array([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]])
    model = RhythmModel(np.ones(3), rng.normal(size=traits), np.full(traits, 2.0), **learnt, shares=shares)
    rows = rng.normal(size=(5, traits))
    x = (rows - model.mean) / model.spread
    each = [x @ model.linear[at] + np.tanh(x @ model.hidden[at] + model.bias[at]) @ model.out[at] for at in range(n)]
    np.testing.assert_allclose(model.judge_for(0.0).judge(rows), 0.25 * each[1] + 0.75 * each[2])
    np.testing.assert_allclose(model.judge_for(1.0).judge(rows), 0.5 * each[0] + 0.5 * each[1])
    middle = 0.5 * (model.judge_for(0.0).judge(rows) + model.judge_for(1.0).judge(rows))
    np.testing.assert_allclose(model.judge_for(0.5).judge(rows), middle)


def test_the_shares_of_what_ships_add_up():
    model = RhythmModel.load()
    np.testing.assert_allclose(model.shares.sum(axis=1), 1, atol=1e-4)
    assert set(model.judge_for(0.3).accents()) == {2, 3, 4}


@pytest.mark.parametrize(
    ("of_three", "told", "rival"), [(0.9, (6, 8), None), (0.25, (6, 8), (2, 4)), (0.1, (2, 4), (6, 8))]
)
def test_two_beats_that_divide_by_three_are_six_eighths_and_the_rival_is_named(of_three, told, rival):
    bars = Bars(2, np.arange(8) % 2, {}, 0.9, 1.0, {2: 0.9, 3: 0.05, 4: 0.05})
    metre = timing._metre(bars, SimpleNamespace(thirds=of_three), [SimpleNamespace()], None, AnalyzeParams(file="x"))
    assert (metre.numerator, metre.denominator) == told
    assert metre.is_ambiguous == (rival is not None)
    if rival:
        assert (metre.alternatives[0].numerator, metre.alternatives[0].denominator) == rival
