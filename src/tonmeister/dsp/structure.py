"""Form from likeness: where a song changes, and which of its parts are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LENGTH_BONUS = {8: 0.2, 16: 0.16, 4: 0.02, 12: 0.05, 32: 0.05, 24: 0.05}
"""What a section of so many bars earns in `find_boundaries`, in the unit of the greatest change."""


def self_likeness(*views: NDArray[np.floating]) -> Floats:
    """Return how alike any two units of a song are, 0 to 1.

    Parameters
    ----------
    views
        What each unit (bar) is like, seen in several ways: arrays of shape (units, features). Each counts alike.

    Returns
    -------
    ndarray
        Shape (units, units): for each view exp(-d²), d the distance as a share of the median distance; their mean.
    """
    total = np.zeros((len(views[0]), len(views[0])))
    for view in views:
        x = view.astype(np.float64)
        squares = np.sum(np.square(x), axis=1)
        apart = np.maximum(squares[:, np.newaxis] + squares - 2 * x @ x.T, 0.0)
        usual = float(np.median(apart[np.triu_indices(len(x), 1)])) if len(x) > 1 else 1.0
        total += np.exp(-apart / max(usual, 1e-9))
    return np.asarray(total / len(views))


def novelty(likeness: Floats, reach: int) -> Floats:
    """Return how much changes at the beginning of each unit: 0 to 1.

    Parameters
    ----------
    likeness
        From `self_likeness`.
    reach
        How many units before and after are compared.

    Notes
    -----
    Source: J. Foote, "Automatic audio segmentation using a measure of audio novelty" (ICME 2000): correlation with a
    checkerboard along the diagonal, here as the difference of means, so that ends are treated like the middle.
    """
    n = len(likeness)
    out = np.zeros(n)
    for at in range(1, n):
        low, high = max(0, at - reach), min(n, at + reach)
        before, after = slice(low, at), slice(at, high)
        within = 0.5 * (likeness[before, before].mean() + likeness[after, after].mean())
        edge = min(1.0, 0.5 + 0.5 * min(at - low, high - at) / reach)
        out[at] = max(0.0, (within - likeness[before, after].mean()) * edge)
    return out


def find_boundaries(
    change: Floats, *, shortest: int = 4, cost: float = 0.4, bonus: dict[int, float] | None = None
) -> list[int]:
    """Find the units that begin a section.

    Parameters
    ----------
    change
        From `novelty`, shape (units,).
    shortest
        Least units in a section, but for the first.
    cost
        What a boundary costs, in the unit of the greatest change.
    bonus
        What sections of certain lengths earn; None takes what suits bars.

    Returns
    -------
    list of int
        Rising, 0 first. The sum of changes, less the costs, plus what well-proportioned sections earn, is greatest.
    """
    n = len(change)
    if n == 0:
        return []
    top = float(change.max())
    if top <= 1e-6:
        return [0]
    gain = change / top
    # where hardly anything changes, nothing begins
    gain = gain * min(1.0, top / 0.15)
    earned = LENGTH_BONUS if bonus is None else bonus
    best = np.full(n + 1, -np.inf)
    came = np.zeros(n + 1, np.int64)
    best[0] = 0.0
    for stop in range(1, n + 1):
        for start in range(stop):
            length = stop - start
            if (length < shortest and start > 0) or (length == 1 and n > 1):
                continue
            score = best[start] + earned.get(length, 0.0) + (gain[start] - cost if start else 0.0)
            if score > best[stop]:
                best[stop], came[stop] = score, start
    bounds = []
    at = n
    while at > 0:
        at = int(came[at])
        bounds.append(at)
    return bounds[::-1]


def compare_sections(likeness: Floats, bounds: Sequence[int], n_units: int) -> Floats:
    """Return how alike any two sections are: the mean likeness of their units, and along their common course.

    Parameters
    ----------
    likeness
        From `self_likeness`.
    bounds
        First units of the sections.
    n_units
        How many units there are.
    """
    spans = list(zip(bounds, [*bounds[1:], n_units], strict=True))
    out = np.eye(len(spans))
    for i, (a, b) in enumerate(spans):
        for j, (c, d) in enumerate(spans[:i]):
            block = likeness[a:b, c:d]
            n = min(b - a, d - c)
            course = float(
                np.mean([np.mean(np.diagonal(block, k)) for k in (0, (d - c) - n, n - (b - a)) if k == 0 or n > 3])
            )
            out[i, j] = out[j, i] = 0.5 * float(block.mean()) + 0.5 * max(course, float(block.mean()))
    return out


def group_sections(alike: Floats, own: Floats, *, least: float = 0.82) -> list[int]:
    """Put sections that are alike into groups.

    Parameters
    ----------
    alike
        From `compare_sections`.
    own
        How alike each section is to itself: mean likeness of its units, shape (sections,).
    least
        Likeness of two groups, as a share of their likeness to themselves, from which they are one.

    Returns
    -------
    list of int
        Number of each section's group, by first appearance.
    """
    n = len(alike)
    ratio = alike / np.sqrt(np.maximum(own[:, np.newaxis] * own, 1e-9))
    groups = [[at] for at in range(n)]
    while len(groups) > 1:
        pairs = [
            (float(np.mean(ratio[np.ix_(a, b)])), i, j) for i, a in enumerate(groups) for j, b in enumerate(groups[:i])
        ]
        best, i, j = max(pairs)
        if best < least:
            break
        groups[j] += groups.pop(i)
    numbers = {at: min(group) for group in groups for at in group}
    order = sorted(set(numbers.values()))
    return [order.index(numbers[at]) for at in range(n)]


def cepstra(level_db: NDArray[np.floating], n: int = 12) -> Floats:
    """Return the shape of each spectrum: the cosine transform of its levels but the constant, shape (frames, n)."""
    bands = level_db.shape[1]
    basis = np.cos(math.pi / bands * (np.arange(bands)[:, np.newaxis] + 0.5) * np.arange(1, n + 1))
    return np.asarray(level_db.astype(np.float64) @ basis / bands)
