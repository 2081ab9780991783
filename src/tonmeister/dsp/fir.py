"""Linear-phase filters from a curve, applied block after block without delay."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native


def linear_phase(
    frequencies_hz: NDArray[np.float64], gains_db: NDArray[np.float64], n_taps: int, sample_rate: int
) -> NDArray[np.float64]:
    """Design a symmetric filter whose magnitude follows a curve.

    Parameters
    ----------
    frequencies_hz, gains_db
        The curve at rising frequencies > 0, float64 (n,); joined by straight lines over log frequency, level beyond.
    n_taps
        Odd length.
    sample_rate
        In Hz.

    Returns
    -------
    float64 (n_taps,)

    Raises
    ------
    ValueError
        If ``n_taps`` is even.

    Source
    ------
    Frequency sampling on a dense grid under a Kaiser window (beta 6); what the window smears is added to the wanted
    response and the design repeated, as far as so many taps can follow.
    """
    if n_taps % 2 == 0:
        raise ValueError(f"n_taps must be odd, got {n_taps}")
    n_grid = 1 << (4 * n_taps - 1).bit_length()
    grid = np.fft.rfftfreq(n_grid, 1.0 / sample_rate)
    wanted = 10.0 ** (np.interp(np.log(np.maximum(grid, 1e-3)), np.log(frequencies_hz), gains_db) / 20.0)
    half = n_taps // 2
    window = np.kaiser(n_taps, 6.0)[half:]
    aim, around_zero = wanted, np.zeros(n_grid)
    for _ in range(4):
        side = np.fft.irfft(aim, n_grid)[: half + 1] * window
        around_zero[: half + 1] = side
        around_zero[n_grid - half :] = side[:0:-1]
        aim = aim + wanted - np.fft.rfft(around_zero).real
    return np.concatenate([side[:0:-1], side])


class LinearPhaseFilter:
    """A symmetric filter by overlap-save in float32, with its delay taken out.

    `push` returns what is final; `finish` the rest. The lengths of all returned pieces sum to the input's length.

    Parameters
    ----------
    taps
        Odd number of symmetric taps, (n_taps,).
    n_channels
        Number of channels.
    n_fft
        Transform length, a power of two of at least twice the number of taps; None chooses about four times.

    Raises
    ------
    ValueError
        If the taps are even in number or not symmetric, or ``n_fft`` does not suit them.
    """

    def __init__(self, taps: NDArray[np.float64], n_channels: int, n_fft: int | None = None):
        if len(taps) % 2 == 0 or not np.array_equal(taps, taps[::-1]):
            raise ValueError(f"taps must be symmetric and odd in number, got {len(taps)}")
        reach = len(taps) // 2
        self._n_fft = n_fft or max(1024, 1 << (3 * len(taps)).bit_length())
        if self._n_fft < max(64, 2 * len(taps)) or self._n_fft & (self._n_fft - 1):
            raise ValueError(f"n_fft must be a power of two of at least {max(64, 2 * len(taps))}, got {self._n_fft}")
        # The kernel works on eight samples at once.
        self._half = -(-reach // 8) * 8
        self._step = self._n_fft - 2 * self._half
        around_zero = np.zeros(self._n_fft)
        around_zero[: reach + 1] = taps[reach:]
        around_zero[self._n_fft - reach :] = taps[:reach]
        response = np.fft.fft(around_zero).real
        # The middle of the response is a plain gain, exact in float32; only what differs from it goes through the
        # transform, whose rounding is the smaller for it.
        self._gain = 0.5 * (response.max() + response.min())
        order = _reversal(self._n_fft)
        self._response = ((response - self._gain) / self._n_fft)[order].astype(np.float32)
        angles = -2.0 * np.pi * np.arange(self._n_fft) / self._n_fft
        self._twiddles = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        self._work = np.empty(16 * self._n_fft + 8, np.float32)
        self._window = np.zeros((n_channels, _LANES * self._step + 2 * self._half), np.float32)
        # Half a filter of silence before the song stands in for the delay that is taken out.
        self._n_filled = self._half

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take a block (channels, samples) and return the samples that became final.

        Raises
        ------
        ValueError
            If the block is not float32 of ``n_channels`` channels.
        """
        native.planar(block)
        if block.shape[0] != len(self._window):
            raise ValueError(f"the block has {block.shape[0]} channels, expected {len(self._window)}")
        n, length = block.shape[1], self._window.shape[1]
        n_turns = max(0, self._n_filled + n - 2 * self._half) // (_LANES * self._step)
        out = np.empty((len(self._window), n_turns * _LANES * self._step), np.float32)
        at = 0
        for turn in range(n_turns):
            end = at + length - self._n_filled
            self._window[:, self._n_filled :] = block[:, at:end]
            self._turn(out[:, turn * _LANES * self._step :], _LANES)
            self._window[:, : 2 * self._half] = self._window[:, length - 2 * self._half :]
            self._n_filled = 2 * self._half
            at = end
        self._window[:, self._n_filled : self._n_filled + n - at] = block[:, at:]
        self._n_filled += n - at
        return out

    def _turn(self, out: NDArray[np.float32], n_frames: int) -> None:
        """Filter the first frames of the window into ``out``."""
        for channel in range(0, len(out), 2):
            x, y = self._window[channel : channel + 2], out[channel : channel + 2]
            _overlap_save()(
                native.address(x[0]), native.address(x[-1]) if len(x) == 2 else None, n_frames, self._n_fft, self._half,
                native.address(self._response), self._gain, native.address(self._twiddles), native.address(self._work),
                native.address(y[0]), native.address(y[-1]),
            )  # fmt: skip

    def finish(self) -> NDArray[np.float32]:
        """Return the samples still inside."""
        left = max(0, self._n_filled - self._half)
        self._window[:, self._n_filled :] = 0
        n_frames = -(-left // self._step)
        out = np.empty((len(self._window), n_frames * self._step), np.float32)
        # What remains after as many frames as fit at once lies within one more.
        for first in range(0, n_frames, _LANES):
            n_here = min(_LANES, n_frames - first)
            self._turn(out[:, first * self._step :], n_here)
            kept = self._window[:, _LANES * self._step :].copy()
            self._window[:] = 0
            self._window[:, : kept.shape[1]] = kept
        self._n_filled = self._half
        self._window[:] = 0
        return out[:, :left]


_LANES = 8
"""Frames that the kernel transforms at once."""


def _reversal(n: int) -> NDArray[np.int64]:
    """Return which bin lies where after the kernel's transform: the bits of the index in reverse."""
    order = np.zeros(1, np.int64)
    while len(order) < n:
        order = np.concatenate([2 * order, 2 * order + 1])
    return order


@functools.cache
def _overlap_save() -> Callable[..., Any]:
    p, n = native.POINTER, native.LONG
    return native.bind("overlap_save", p, p, native.INT, n, n, p, native.FLOAT, p, p, p, p)
