"""Saturation without aliasing: what the curve adds is made at four times the rate, from the band below about 10 kHz."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native

OVERSAMPLING = 4
_VECTOR = 16
"""Samples that the kernel works on at once."""
_BEYOND = 32
"""Samples behind the end that its vectors may touch."""


@functools.cache
def interpolator(n_taps: int) -> NDArray[np.float32]:
    """Return the 4 x ``n_taps`` polyphase low-pass that interpolates and keeps the band below 0.2 of the sample rate.

    Above that band harmonics would be inaudible or fold back; it passes the saturator untouched.
    """
    return _polyphase(n_taps, 0.2)


@functools.cache
def decimator(n_taps: int) -> NDArray[np.float32]:
    """Return the 4 x ``n_taps`` polyphase low-pass of the way back; it cuts at 0.44 of the sample rate."""
    return _polyphase(n_taps, 0.44) / np.float32(OVERSAMPLING)


def _polyphase(n_taps: int, cutoff: float) -> NDArray[np.float32]:
    # An odd symmetric prototype behind one zero has its centre at index 2 * n_taps: phase 0 holds it, no delay is left.
    length = OVERSAMPLING * n_taps - 1
    k = np.arange(length) - length // 2
    taps = np.sinc(2 * cutoff * k / OVERSAMPLING) * np.kaiser(length, 9.0)
    taps *= OVERSAMPLING / taps.sum()
    return np.ascontiguousarray(np.concatenate([[0.0], taps]).reshape(n_taps, OVERSAMPLING).T, dtype=np.float32)


class Saturator:
    """A soft curve, tanh(drive x) / drive, on the band below 0.2 of the sample rate.

    The input is delayed by nothing: `push` returns what is final and `finish` the rest.

    Parameters
    ----------
    drive_db
        Level into the curve; 0 dB drive already bends full-scale peaks by 2.4 dB, so programme at -18 dBFS stays clean.
    n_channels
        Number of channels.
    n_taps
        Length of the interpolating and decimating filters per phase, even.

    Raises
    ------
    ValueError
        If ``n_taps`` is odd.

    Source
    ------
    tanh by its Padé approximant x (27 + x²) / (27 + 9 x²), exact to 2.4 % of full scale and equal to 1 at x = 3.
    """

    def __init__(self, drive_db: float, n_channels: int, n_taps: int = 24):
        if n_taps % 2:
            raise ValueError(f"n_taps must be even, got {n_taps}")
        self._drive = 10.0 ** (drive_db / 20.0)
        # The kernel walks forward through the sound, an interpolator backward: reversed once here.
        self._up = np.ascontiguousarray(interpolator(n_taps)[:, ::-1].T)
        self._down = np.ascontiguousarray(decimator(n_taps).T)
        self._n_taps = n_taps
        self._reach = n_taps - 1
        self._waiting = np.zeros((n_channels, self._reach + _BEYOND), np.float32)
        self._n_waiting = self._reach
        self._work = np.zeros(0, np.float32)

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take a block (channels, samples) and return the samples that became final.

        Raises
        ------
        ValueError
            If the block is not float32 of ``n_channels`` channels.
        """
        native.planar(block)
        if block.shape[0] != len(self._waiting):
            raise ValueError(f"the block has {block.shape[0]} channels, expected {len(self._waiting)}")
        self._take(block)
        n = self._n_waiting - 2 * self._reach
        if n <= 0:
            return np.zeros((block.shape[0], 0), np.float32)
        n_whole = -(-n // _VECTOR) * _VECTOR
        if len(self._work) < OVERSAMPLING * (n + self._n_taps + 39):
            self._work = np.empty(OVERSAMPLING * (n + self._n_taps + 39), np.float32)
        out = np.empty((block.shape[0], n_whole), np.float32)
        for sound, result in zip(self._waiting, out, strict=True):
            _saturate()(
                native.address(sound), n, native.address(self._up), native.address(self._down), self._n_taps,
                self._drive, native.address(self._work), native.address(result),
            )  # fmt: skip
        self._n_waiting -= n
        self._waiting[:, : self._n_waiting] = self._waiting[:, n : n + self._n_waiting]
        return out[:, :n]

    def _take(self, block: NDArray[np.float32]) -> None:
        end = self._n_waiting + block.shape[1]
        if end + _BEYOND > self._waiting.shape[1]:
            longer = np.zeros((len(self._waiting), end + _BEYOND), np.float32)
            longer[:, : self._n_waiting] = self._waiting[:, : self._n_waiting]
            self._waiting = longer
        self._waiting[:, self._n_waiting : end] = block
        # The kernel's vectors read on behind the sound; what lies there must be numbers, though it counts for nothing.
        self._waiting[:, end : end + _BEYOND] = 0
        self._n_waiting = end

    def finish(self) -> NDArray[np.float32]:
        """Return the samples still inside."""
        return self.push(np.zeros((self._waiting.shape[0], self._reach), np.float32))


@functools.cache
def _saturate():  # type: ignore[no-untyped-def]
    p = native.POINTER
    return native.bind("saturate", p, native.LONG, p, p, native.INT, native.FLOAT, p, p)
