"""The cheapest way is the cheapest, and limits are kept."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from tonmeister.capabilities.mashing.planning.paths import Limits, Prices, costs_to_go, find_cheapest, find_path, keeps


def prices(seed: int, n_slots: int = 4, n_leads: int = 4, n_backs: int = 3) -> Prices:
    rng = np.random.default_rng(seed)
    return Prices(
        rng.random((n_slots, n_leads, n_backs)), rng.random((n_leads, n_leads)), rng.random((n_backs, n_backs))
    )


def limits(held: Prices, *, most: int = 9, least: tuple[int, ...] = (0, 0)) -> Limits:
    n_slots, n_leads, n_backs = held.slots.shape
    groups = np.array([-1, *(n % 2 for n in range(n_leads - 1))])
    most_lead = np.array([n_slots, *[most] * (n_leads - 1)])
    return Limits(most_lead, np.full(n_backs, 9), groups, np.array(least))


def all_ways(held: Prices):
    n_slots, n_leads, n_backs = held.slots.shape
    return itertools.product(itertools.product(range(n_leads), range(n_backs)), repeat=n_slots)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_as_cheap_as_the_cheapest_of_all(seed):
    held = prices(seed)
    path, cost = find_cheapest(held)
    assert held.of(path) == pytest.approx(cost)
    assert cost == pytest.approx(min(held.of(way) for way in all_ways(held)))


def test_what_is_to_come_is_priced_exactly():
    held = prices(7)
    rest = costs_to_go(held)
    assert (held.slots[0] + rest[0]).min() == pytest.approx(find_cheapest(held)[1])


@pytest.mark.parametrize("seed", range(5))
def test_with_limits_it_is_as_cheap_as_the_cheapest_that_keeps_them(seed):
    held = prices(seed)
    bounds = limits(held, most=1, least=(1, 1))
    found = find_path(held, bounds)
    assert found is not None
    path, cost, bound = found
    assert keeps(path, bounds)
    assert cost == pytest.approx(min(held.of(way) for way in all_ways(held) if keeps(way, bounds)))
    assert bound <= cost


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("least", [(2, 2), (0, 3), (3, 0)])
def test_bands_that_must_play_play_and_no_way_that_lets_them_is_cheaper(seed, least):
    held = prices(seed)
    bounds = replace(
        limits(held, most=2, least=(1, 1)), backing_group=np.array([0, 1, 1]), least_backing=np.array(least)
    )
    found = find_path(held, bounds)
    assert found is not None
    path, cost, _ = found
    groups = [int(bounds.backing_group[back]) for _, back in path]
    assert [groups.count(0) >= least[0], groups.count(1) >= least[1]] == [True, True]
    assert cost == pytest.approx(min(held.of(way) for way in all_ways(held) if keeps(way, bounds)))


def test_more_bands_than_there_are_slots_cannot_play():
    held = prices(3)
    asked = replace(limits(held), backing_group=np.array([0, 1, 1]), least_backing=np.array([3, 2]))
    assert find_path(held, asked) is None


def test_what_is_forbidden_is_never_taken():
    held = prices(1)
    held.slots[:, 1:] = np.inf
    path, _ = find_cheapest(held)
    assert {lead for lead, _ in path} == {0}
    assert find_path(held, limits(held, least=(1, 0))) is None
