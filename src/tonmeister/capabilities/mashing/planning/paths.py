"""The cheapest way through slots: exact dynamic programming, and a search that keeps limits of reuse.

A state is a pair of a lead and a backing phrase. Transitions of leads and of backings cost independently, so a step of
the programme is done in two: over leads, then over backings.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Path = tuple[tuple[int, int], ...]
BEAM = 64
BRANCHES = 48


@dataclass(frozen=True)
class Prices:
    """What everything costs.

    Attributes
    ----------
    slots
        Each state in each slot: shape (slots, leads, backings); infinite where it is not allowed.
    lead_steps, backing_steps
        From one lead or backing to the next: shapes (leads, leads) and (backings, backings).
    """

    slots: Floats
    lead_steps: Floats
    backing_steps: Floats

    def of(self, path: Path) -> float:
        """Return what a way costs."""
        total = float(sum(self.slots[t, lead, back] for t, (lead, back) in enumerate(path)))
        for (lead, back), (next_lead, next_back) in itertools.pairwise(path):
            total += float(self.lead_steps[lead, next_lead] + self.backing_steps[back, next_back])
        return total


def _none() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Limits:
    """What a way must keep to.

    Attributes
    ----------
    most_lead, most_backing
        How often each lead and each backing may be used: shapes (leads,) and (backings,).
    lead_group
        Which song each lead is of, -1 for no lead: shape (leads,).
    least_slots
        In how many slots each song must lead at least: shape (songs,).
    backing_group
        Which song each backing is of: shape (backings,).
    least_backing
        In how many slots each song must back at least: shape (songs,); empty for nothing asked.
    """

    most_lead: NDArray[np.int64]
    most_backing: NDArray[np.int64]
    lead_group: NDArray[np.int64]
    least_slots: NDArray[np.int64]
    backing_group: NDArray[np.int64] = field(default_factory=_none)
    least_backing: NDArray[np.int64] = field(default_factory=_none)


def find_cheapest(prices: Prices) -> tuple[Path, float]:
    """Return the cheapest way and its cost, without limits of reuse; exact, in O(slots * L * B * (L + B))."""
    cost = prices.slots[0]
    back: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for slot in prices.slots[1:]:
        over_leads = cost[:, np.newaxis, :] + prices.lead_steps[:, :, np.newaxis]
        lead_from = over_leads.argmin(axis=0)
        middle = np.take_along_axis(over_leads, lead_from[np.newaxis], 0)[0]
        over_backs = middle[:, :, np.newaxis] + prices.backing_steps[np.newaxis]
        back_from = over_backs.argmin(axis=1)
        cost = np.take_along_axis(over_backs, back_from[:, np.newaxis, :], 1)[:, 0, :] + slot
        back.append((lead_from, back_from))
    lead, backing = (int(at) for at in np.unravel_index(int(cost.argmin()), cost.shape))
    least = float(cost[lead, backing])
    path = [(lead, backing)]
    for lead_from, back_from in reversed(back):
        lead, backing = path[-1]
        earlier_backing = int(back_from[lead, backing])
        path.append((int(lead_from[lead, earlier_backing]), earlier_backing))
    return tuple(reversed(path)), least


def costs_to_go(prices: Prices) -> Floats:
    """Return for each slot and state what the cheapest rest of the way costs: shape (slots, L, B)."""
    n = len(prices.slots)
    rest = np.zeros_like(prices.slots)
    for t in range(n - 2, -1, -1):
        ahead = prices.slots[t + 1] + rest[t + 1]
        over_backs = (ahead[:, np.newaxis, :] + prices.backing_steps[np.newaxis]).min(axis=2)
        rest[t] = (prices.lead_steps[:, :, np.newaxis] + over_backs[np.newaxis]).min(axis=1)
    return rest


def find_path(prices: Prices, limits: Limits) -> tuple[Path, float, float] | None:
    """Return the cheapest way found that keeps the limits, its cost, and a bound that no way can be below.

    Where the exact programme's way keeps the limits, it is the answer. Else a beam search, guided by the exact cost to
    go, which never overestimates. None if no way keeps the limits or none is found.
    """
    free, bound = find_cheapest(prices)
    if not np.isfinite(bound):
        return None
    if keeps(free, limits):
        return free, bound, bound
    found = _search(prices, limits)
    return None if found is None else (found, prices.of(found), bound)


def keeps(path: Sequence[tuple[int, int]], limits: Limits) -> bool:
    """Tell whether a whole way keeps the limits."""
    leads, backs = _counts(path, limits)
    groups = _group_counts(path, limits)
    return bool(
        np.all(leads <= limits.most_lead)
        and np.all(backs <= limits.most_backing)
        and np.all(groups >= limits.least_slots)
        and np.all(_backing_counts(path, limits) >= limits.least_backing)
    )


def _counts(path: Sequence[tuple[int, int]], limits: Limits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    leads = np.bincount([lead for lead, _ in path], minlength=len(limits.most_lead))
    return leads, np.bincount([back for _, back in path], minlength=len(limits.most_backing))


def _group_counts(path: Sequence[tuple[int, int]], limits: Limits) -> NDArray[np.int64]:
    groups = [int(limits.lead_group[lead]) for lead, _ in path]
    return np.bincount([group for group in groups if group >= 0], minlength=len(limits.least_slots))


def _backing_counts(path: Sequence[tuple[int, int]], limits: Limits) -> NDArray[np.int64]:
    groups = [int(limits.backing_group[back]) for _, back in path] if len(limits.least_backing) else []
    return np.bincount(np.array(groups, np.int64), minlength=len(limits.least_backing))


def _search(prices: Prices, limits: Limits) -> Path | None:
    n_slots, _, n_back = prices.slots.shape
    rest = costs_to_go(prices)
    beam: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for t in range(n_slots):
        grown: list[tuple[Floats, Floats, NDArray[np.int64]]] = []
        for spent, path in beam:
            step = prices.slots[t]
            if path:
                lead, back = path[-1]
                step = step + prices.lead_steps[lead][:, np.newaxis] + prices.backing_steps[back][np.newaxis]
            ahead = _allowed(step + rest[t], path, limits, n_slots - t).ravel()
            n_kept = min(BRANCHES, ahead.size)
            places = np.argpartition(ahead, n_kept - 1)[:n_kept]
            grown.append((spent + ahead[places], spent + step.ravel()[places], places))
        expected = np.concatenate([entry[0] for entry in grown])
        spents = np.concatenate([entry[1] for entry in grown])
        places = np.concatenate([entry[2] for entry in grown])
        whose = np.repeat(np.arange(len(grown)), [len(entry[2]) for entry in grown])
        best = [int(at) for at in np.argsort(expected, kind="stable")[:BEAM] if np.isfinite(expected[at])]
        if not best:
            return None
        beam = [
            (float(spents[at]), [*beam[whose[at]][1], (int(places[at]) // n_back, int(places[at]) % n_back)])
            for at in best
        ]
    return tuple(beam[0][1])


def _allowed(ahead: Floats, path: Sequence[tuple[int, int]], limits: Limits, n_left: int) -> Floats:
    """Return costs with infinity where a limit would be broken; ``n_left`` slots are to be filled, this one too."""
    leads, backs = _counts(path, limits)
    ahead[leads >= limits.most_lead] = np.inf
    ahead[:, backs >= limits.most_backing] = np.inf
    lacking = np.maximum(limits.least_slots - _group_counts(path, limits), 0)
    short = np.maximum(limits.least_backing - _backing_counts(path, limits), 0)
    if max(lacking.sum(), short.sum()) > n_left:
        ahead[:] = np.inf
    if lacking.sum() == n_left:
        # every slot that is left must go to a song that has led too little
        helps = (limits.lead_group >= 0) & (lacking[np.maximum(limits.lead_group, 0)] > 0)
        ahead[~helps] = np.inf
    if short.sum() == n_left:
        ahead[:, short[limits.backing_group] == 0] = np.inf
    return ahead
