"""From float to integers: triangular dither, with or without noise shaping."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native

SHAPED_44K = (2.033, -2.165, 1.959, -1.590, 0.6149)
"""Error feedback that moves the noise of 44.1/48 kHz sound to where the ear hears least.

Source: S. P. Lipshitz, J. Vanderkooy, R. A. Wannamaker, "Minimally audible noise shaping", JAES 39 (1991), table 1,
5 taps.
"""


class Quantiser:
    """Rounds float sound to integers, once.

    Parameters
    ----------
    bit_depth
        16 or 24 (any of 8 ... 31).
    n_channels
        Number of channels; each gets its own noise.
    seed
        The same seed gives the same noise, however the sound is cut into blocks.
    dither
        False only rounds: for sound that already lies on the grid, and to show what dither is good for.
    shaped
        Feed the error back through `SHAPED_44K`.

    Raises
    ------
    ValueError
        For a bit depth outside 8 ... 31.
    """

    def __init__(self, bit_depth: int, n_channels: int, *, seed: int = 0, dither: bool = True, shaped: bool = False):
        if not 8 <= bit_depth <= 31:
            raise ValueError(f"bit_depth must be 8 to 31, got {bit_depth}")
        self.bit_depth = bit_depth
        self.n_clipped_samples = 0
        self._dither = int(dither)
        first = 0x9E3779B1 * (2 * seed + 1)
        self._seeds = [(first + 0x6C8E9CF5 * channel) & 0xFFFFFFFF for channel in range(n_channels)]
        self._shape = np.array(SHAPED_44K if shaped else (), np.float64)
        self._error = np.zeros((n_channels, max(1, len(self._shape))))
        self._at = 0

    def process(self, block: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return the block (channels, samples) as integers in [-2^(b-1), 2^(b-1) - 1].

        Raises
        ------
        ValueError
            If the block is not float32 of ``n_channels`` channels.
        """
        native.planar(block)
        if block.shape[0] != len(self._seeds):
            raise ValueError(f"the block has {block.shape[0]} channels, expected {len(self._seeds)}")
        out = np.empty(block.shape, np.int32)
        n = block.shape[1]
        for sound, result, seed, error in zip(block, out, self._seeds, self._error, strict=True):
            self.n_clipped_samples += _quantise()(
                native.address(sound), n, self._at, seed, self.bit_depth, self._dither, native.address(self._shape),
                len(self._shape), native.address(error), native.address(result),
            )  # fmt: skip
        self._at += n
        return out


@functools.cache
def _quantise():  # type: ignore[no-untyped-def]
    p, n, i = native.POINTER, native.LONG, native.INT
    return native.bind("quantise", p, n, n, n, i, i, p, i, p, p, result=n)
