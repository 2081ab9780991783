"""Linear-phase filters from a curve, applied block after block without delay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
    Frequency sampling on a dense grid and a Kaiser window (beta 6).
    """
    if n_taps % 2 == 0:
        raise ValueError(f"n_taps must be odd, got {n_taps}")
    n_grid = 1 << (4 * n_taps - 1).bit_length()
    grid = np.fft.rfftfreq(n_grid, 1.0 / sample_rate)
    db = np.interp(np.log(np.maximum(grid, 1e-3)), np.log(frequencies_hz), gains_db)
    half = n_taps // 2
    impulse = np.fft.irfft(10.0 ** (db / 20.0))
    taps = np.concatenate([impulse[-half:], impulse[: half + 1]]) * np.kaiser(n_taps, 6.0)
    return (taps + taps[::-1]) / 2.0


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
        Transform length; None chooses about eight times the filter's length.
    """

    def __init__(self, taps: NDArray[np.float64], n_channels: int, n_fft: int | None = None):
        self._half = len(taps) // 2
        self._n_fft = n_fft or max(4096, 1 << (8 * len(taps) - 1).bit_length())
        self._step = self._n_fft - len(taps) + 1
        self._transfer = np.fft.rfft(taps, self._n_fft).astype(np.complex64)
        self._overlap = len(taps) - 1
        # Half a filter of silence before the song stands in for the delay that is taken out.
        self._waiting = np.zeros((n_channels, self._half), np.float32)
        self._finished = False

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take a block (channels, samples) and return the samples that became final."""
        waiting = np.concatenate([self._waiting, block], axis=1)
        pieces = []
        while waiting.shape[1] >= self._n_fft:
            spectrum = np.fft.rfft(waiting[:, : self._n_fft], axis=1)
            spectrum *= self._transfer
            pieces.append(np.fft.irfft(spectrum, self._n_fft, axis=1)[:, self._overlap :].astype(np.float32, copy=False))
            waiting = waiting[:, self._step :]
        self._waiting = waiting
        return np.concatenate(pieces, axis=1) if pieces else np.zeros((block.shape[0], 0), np.float32)

    def finish(self) -> NDArray[np.float32]:
        """Return the samples still inside."""
        left = self._waiting.shape[1] - self._half
        tail = self.push(np.zeros((self._waiting.shape[0], self._n_fft + self._half), np.float32))
        return tail[:, : max(0, left)]
