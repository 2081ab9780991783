"""Weighted sums of neighbours over planes of numbers: convolutions of small networks and banks of filters."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native

Floats = NDArray[np.float32]
LANES = 8


def sum_taps(
    x: Floats,
    offsets: NDArray[np.int64],
    weights: Floats,
    bias: Floats,
    out: Floats,
    *,
    row_step: int = 0,
    is_rectified: bool = False,
) -> None:
    """Add up weighted neighbours.

    Parameters
    ----------
    x
        What is summed, of any shape, contiguous. It must hold all that the offsets reach.
    offsets
        (n_taps,): where each tap reads, counted from the first element of ``x``.
    weights
        (n_taps, n_out), or (n_rows, n_taps, n_out) where each row has its own; contiguous.
    bias
        (n_out,)
    out
        (n_out, n_rows, n_columns), written in place; the last axis contiguous and a multiple of 8 long.
    row_step
        How much further a row reads than the one before it.
    is_rectified
        Whether what falls below zero becomes zero.

    Raises
    ------
    ValueError
        If shapes do not fit together, or a tap reaches outside ``x``.

    Source
    ------
    The definition; any convolution is such a sum, with the offsets saying where its neighbours lie in memory. Eight
    columns lie in a vector, and four outputs by 24 columns are summed at once in registers.

    Examples
    --------
    >>> out = np.zeros((1, 1, 8), np.float32)
    >>> one = np.ones((2, 1), np.float32)
    >>> sum_taps(np.arange(9, dtype=np.float32), np.array([0, 1]), one, np.zeros(1, np.float32), out)
    >>> out[0, 0]
    array([ 1.,  3.,  5.,  7.,  9., 11., 13., 15.], dtype=float32)
    """
    n_out, n_rows, n_columns = out.shape
    n_taps = len(offsets)
    wanted = (n_rows, n_taps, n_out) if weights.ndim == 3 else (n_taps, n_out)
    if weights.shape != wanted or bias.shape != (n_out,):
        raise ValueError(f"weights must have the shape {wanted} and bias ({n_out},), got {weights.shape}, {bias.shape}")
    if n_columns % LANES or not out.flags.writeable:
        raise ValueError(f"out must be writeable with a multiple of {LANES} columns, got {n_columns}")
    if not out.size or not n_taps:
        raise ValueError("there is nothing to sum: no tap, output, row or column")
    for name, array, kind in (("x", x, np.float32), ("weights", weights, np.float32), ("bias", bias, np.float32)):
        if array.dtype != kind or not array.flags.c_contiguous:
            raise ValueError(f"{name} must be contiguous float32, got {array.dtype}")
    if offsets.dtype != np.int64 or out.dtype != np.float32 or not offsets.flags.c_contiguous:
        raise ValueError(f"offsets must be int64 and out float32, got {offsets.dtype} and {out.dtype}")
    furthest = (n_rows - 1) * row_step
    first, last = int(offsets.min()) + min(0, furthest), int(offsets.max()) + max(0, furthest) + n_columns
    if first < 0 or last > x.size:
        raise ValueError(f"the taps reach from {first} to {last}, but x holds 0 to {x.size}")
    _kernel()(
        *(native.address(x), row_step, native.address(offsets), native.address(weights)),
        *(n_taps * n_out if weights.ndim == 3 else 0, native.address(bias), n_taps),
        *(n_out, n_rows, n_columns // LANES, int(is_rectified)),
        *(native.address(out), out.strides[0] // 4, out.strides[1] // 4),
    )


@functools.cache
def _kernel() -> Callable[..., Any]:
    p, n = native.POINTER, native.LONG
    return native.bind("sum_taps", p, n, p, p, n, p, n, n, n, n, native.INT, p, n, n)
