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
        Transform length, at least twice the number of taps; None chooses about eight times.

    Raises
    ------
    ValueError
        If the number of taps is even or ``n_fft`` too short.
    """

    def __init__(self, taps: NDArray[np.float64], n_channels: int, n_fft: int | None = None):
        if len(taps) % 2 == 0:
            raise ValueError(f"taps must be odd in number, got {len(taps)}")
        self._n_fft = n_fft or max(4096, 1 << (8 * len(taps) - 1).bit_length())
        if self._n_fft < 2 * len(taps):
            raise ValueError(f"n_fft must be at least {2 * len(taps)} for {len(taps)} taps, got {self._n_fft}")
        self._half = len(taps) // 2
        self._overlap = len(taps) - 1
        self._step = self._n_fft - self._overlap
        transfer = np.fft.rfft(taps, self._n_fft)
        # The middle of the response is a plain gain, exact in float32; only what differs from it goes through the
        # transform, whose rounding is the smaller for it.
        turned = (transfer * np.exp(2j * np.pi * self._half * np.arange(len(transfer)) / self._n_fft)).real
        middle = 0.5 * (turned.max() + turned.min())
        rest = np.array(taps, np.float64)
        rest[self._half] -= middle
        self._gain = np.float32(middle)
        self._transfer = np.fft.rfft(rest, self._n_fft).astype(np.complex64)
        self._window = np.zeros((n_channels, self._n_fft), np.float32)
        # Half a filter of silence before the song stands in for the delay that is taken out.
        self._n_filled = self._half

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take a block (channels, samples) and return the samples that became final."""
        n = block.shape[1]
        n_turns = max(0, self._n_filled + n - self._overlap) // self._step
        out = np.empty((len(self._window), n_turns * self._step), np.float32)
        at = 0
        for turn in range(n_turns):
            end = at + self._n_fft - self._n_filled
            self._window[:, self._n_filled :] = block[:, at:end]
            self._turn(out[:, turn * self._step : (turn + 1) * self._step])
            at = end
        self._window[:, self._n_filled : self._n_filled + n - at] = block[:, at:]
        self._n_filled += n - at
        return out

    def _turn(self, out: NDArray[np.float32]) -> None:
        """Filter the full window into ``out`` and keep of it what the next one overlaps."""
        np.multiply(self._window[:, self._half : self._half + self._step], self._gain, out=out)
        spectrum = np.fft.rfft(self._window, axis=1)
        spectrum *= self._transfer
        out += np.fft.irfft(spectrum, self._n_fft, axis=1)[:, self._overlap :]
        self._window[:, : self._overlap] = self._window[:, self._step :]
        self._n_filled = self._overlap

    def finish(self) -> NDArray[np.float32]:
        """Return the samples still inside."""
        left = max(0, self._n_filled - self._half)
        tail = self.push(np.zeros((len(self._window), self._n_fft + self._half), np.float32))
        return tail[:, :left]
