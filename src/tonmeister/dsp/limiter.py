"""A look-ahead limiter on true peaks, and the loudness that comes out of it.

The limiter is split in two. `gain_nodes` turns the true peak of each cell of samples into a gain curve; `apply_nodes`
multiplies. Between the two, `limited_bins` predicts the loudness of the limited sound from energies alone, so that gain
and limiter can be solved together without touching a sample.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native


def limiter_cell(sample_rate: int) -> int:
    """Return the samples per cell: a power of two near 0.36 ms, at least 8."""
    return int(max(8, 1 << round(math.log2(sample_rate * 0.00036))))


@dataclass(frozen=True)
class Ballistics:
    """How the limiter moves.

    Attributes
    ----------
    lookahead_ms
        The gain begins to fall this long before a peak.
    hold_ms
        It stays down this long after; keeps bass from being bent.
    release_ms
        Time constant of the way back from a short peak.
    sustain_ms
        Time constant of the slow envelope that dense limiting falls back to.
    """

    lookahead_ms: float = 4.0
    hold_ms: float = 8.0
    release_ms: float = 50.0
    sustain_ms: float = 400.0


def gain_nodes(
    peak: NDArray[np.float32],
    limit: float,
    cell: int,
    sample_rate: int,
    ballistics: Ballistics,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return the limiter's gain at the edges of all cells.

    Parameters
    ----------
    peak
        Largest true-peak magnitude in each cell, float32 (n_cells,), linear.
    limit
        The magnitude that must not be exceeded after the gain.
    cell, sample_rate
        Samples per cell, and Hz.
    ballistics
        Time constants.
    out
        Array for the result, float32 (n_cells + 1,).

    Returns
    -------
    float32 (n_cells + 1,), each in (0, 1]: with gain drawn straight between nodes, ``gain * peak <= limit`` in every
    cell.

    Raises
    ------
    ValueError
        If ``limit`` is not positive, or ``out`` not float32 of that shape.

    Source
    ------
    Sliding minimum (M. van Herk 1992) and two box averages of together the look-ahead's width; two-envelope release.
    """
    if not limit > 0:
        raise ValueError(f"limit must be positive, got {limit}")
    n = len(peak)
    cell_ms = 1000.0 * cell / sample_rate
    ahead = max(2, round(ballistics.lookahead_ms / cell_ms))
    hold = max(1, round(ballistics.hold_ms / cell_ms))
    box_1 = (ahead + 2) // 2
    box_2 = ahead + 2 - box_1
    nodes = _result((n + 1,), out)
    work = np.empty(2 * (hold + ahead + 1), np.float32)
    _limiter_nodes()(
        native.address(peak), n, limit, hold, ahead, box_1, box_2,
        math.exp(-cell_ms / ballistics.release_ms), math.exp(-cell_ms / ballistics.sustain_ms),
        math.exp(-cell_ms / (0.5 * ballistics.sustain_ms)), native.address(nodes), native.address(work),
    )  # fmt: skip
    return nodes


def limited_bins(
    energy: NDArray[np.float32], nodes: NDArray[np.float32], cell: int, hop_samples: float, n_bins: int
) -> NDArray[np.float64]:
    """Return energy after limiting, collected in bins of ``hop_samples``.

    Parameters
    ----------
    energy
        K-weighted energy (sum over samples and weighted channels) of each cell before limiting, float32 (n_cells,).
    nodes
        From `gain_nodes`.

    Returns
    -------
    float64 (n_bins,). Gain and K-weighting are taken to commute, which holds to about 0.02 LU, since the gain moves
    slowly.

    Raises
    ------
    ValueError
        If there is not one node more than there are cells.
    """
    if len(nodes) != len(energy) + 1:
        raise ValueError(f"{len(energy)} cells have {len(energy) + 1} nodes, got {len(nodes)}")
    bins = np.zeros(n_bins)
    _limited_power()(
        native.address(energy), native.address(nodes), len(energy), cell, hop_samples, native.address(bins), n_bins
    )
    return bins


def apply_nodes(
    x: NDArray[np.float32],
    start: int,
    cell: int,
    nodes: NDArray[np.float32],
    gain: float,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return ``gain`` times the nodes' curve times ``x``.

    Parameters
    ----------
    x
        float32 (channels, samples), beginning at sample ``start`` of the song.
    start
        A multiple of ``cell``.

    Raises
    ------
    ValueError
        If ``start`` is not a multiple of ``cell``, the nodes end too early, or ``out`` is not float32 of the shape of
        ``x``.
    """
    native.planar(x)
    n = x.shape[1]
    if start < 0 or start % cell:
        raise ValueError(f"start must be a multiple of {cell}, got {start}")
    if (len(nodes) - 1) * cell < start + n:
        raise ValueError(f"{len(nodes)} nodes of {cell} samples end before sample {start + n}")
    y = _result(x.shape, out)
    for source, target in zip(x, y, strict=True):
        _apply_nodes()(native.address(source), n, start, cell, native.address(nodes), gain, native.address(target))
    return y


def _result(shape: tuple[int, ...], out: NDArray[np.float32] | None) -> NDArray[np.float32]:
    if out is None:
        return np.empty(shape, np.float32)
    if out.shape != shape or out.dtype != np.float32:
        raise ValueError(f"out must be float32 of shape {shape}, got {out.dtype} {out.shape}")
    return out


@functools.cache
def _limiter_nodes():  # type: ignore[no-untyped-def]
    p, n, d = native.POINTER, native.LONG, native.DOUBLE
    return native.bind("limiter_nodes", p, n, native.FLOAT, n, n, n, n, d, d, d, p, p)


@functools.cache
def _limited_power():  # type: ignore[no-untyped-def]
    p, n = native.POINTER, native.LONG
    return native.bind("limited_power", p, p, n, native.INT, native.DOUBLE, p, n)


@functools.cache
def _apply_nodes():  # type: ignore[no-untyped-def]
    p, n = native.POINTER, native.LONG
    return native.bind("apply_nodes", p, n, n, native.INT, p, native.FLOAT, p)
