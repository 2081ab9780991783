"""Sound made longer or shorter without a change of pitch: a phase vocoder whose channels turn together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native

Samples = NDArray[np.float32]

WINDOW_S = 4096 / 44100
HOP_S = 0.02
MOST_CHANNELS = 16
RATES = (1 / 32, 32.0)
_KAISER = 8.0
_SHARE = 0.75
"""What a bin takes from its neighbour's turn, from the next but one its square, and so on."""
_RISE = 6.0
"""A bin whose energy is so many times that of a hop earlier is new."""
_NEWS = 0.3
"""Weight of what is new beside what goes on."""
_LOWEST_NEWS_HZ = 290.0
"""Below, a tone that is struck anew must not break what rings on."""
_BATCH = 8


def stretch_time(audio: Samples, sample_rate: int, rate: float) -> Samples:
    """Change how long a sound takes, not its pitch.

    Parameters
    ----------
    audio
        Shape (channels, samples), float32, up to 16 channels. All turn together: the image between them stays, and what
        is stretched side by side, such as the stems of a song, adds up to the stretch of its sum.
    sample_rate
        In Hz, 8000 or more.
    rate
        2.0 plays twice as fast; 1/32 to 32.

    Returns
    -------
    Shape (channels, round(samples / rate)), float32. A moment at ``t`` of the source lies at ``t / rate``.

    Raises
    ------
    ValueError
        If the sound is not float32 of 1 to 16 channels, or rate or sample rate out of bounds.

    Notes
    -----
    Every 20 ms a window of 93 ms is laid down. Each bin is turned so that it goes on from where the window before has
    left it (as Puckette's vocoder does, from the sound exactly one hop earlier). The turn is that of the sum of all
    channels and of the bins around it, by their energies, so that the partials of a peak stay together. Bins whose
    energy has just risen have nothing to go on from: they are moved as one to the time at which they belong, which the
    slope of their phase tells.

    Source
    ------
    Puckette, "Phase-locked vocoder" (WASPAA 1995); Röbel, "A new approach to transient processing in the phase vocoder"
    (DAFx 2003) for the idea of letting new bins stand. Turning channels alike is what Signalsmith Stretch does with the
    loudest of them. Compared with that by ``benchmarks/stretching.py``.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(44100) / 44100, dtype=np.float64).astype(np.float32)[np.newaxis]
    >>> stretch_time(tone, 44100, 0.5).shape
    (1, 88200)
    """
    _check(audio, sample_rate, rate)
    n_channels, n = audio.shape
    n_out = round(n / rate)
    frame = _frame(sample_rate, rate)
    n_frames = (n_out + frame.n_window // 2) // frame.hop + 2
    first = -(frame.n_window // 2 // frame.hop) - 1
    numbers = np.arange(first, n_frames)
    centres = np.rint(numbers * (frame.hop * rate)).astype(np.int64)
    before = frame.n_window // 2 + frame.hop - int(centres[0])
    after = max(0, int(centres[-1]) + frame.n_window - n)
    # Eight samples at a time are read.
    padded = np.zeros((n_channels, before + n + after), np.float32)
    padded[:, before : before + n] = audio
    starts = centres + (before - frame.n_window // 2)
    lead = frame.n_window // 2 - first * frame.hop
    made = np.zeros((n_channels, lead + max(n_out, int(numbers[-1]) * frame.hop + frame.n_window)), np.float32)
    _lay(padded, starts, frame, made)
    return np.ascontiguousarray(made[:, lead : lead + n_out])


def _check(audio: Samples, sample_rate: int, rate: float) -> None:
    if audio.ndim != 2 or audio.dtype != np.float32 or not 1 <= audio.shape[0] <= MOST_CHANNELS:
        raise ValueError(
            f"audio must be float32 of shape (1 to {MOST_CHANNELS}, samples), got {audio.dtype} {audio.shape}"
        )
    if sample_rate < 8000:
        raise ValueError(f"sample_rate is {sample_rate}; it must be 8000 or more")
    if not RATES[0] <= rate <= RATES[1]:
        raise ValueError(f"rate is {rate}; it must be {RATES[0]:g} to {RATES[1]:g}")


class _Frame:
    """Window, hop, and the tables of the transform."""

    def __init__(self, sample_rate: int, rate: float):
        self.n_window = 8 * round(WINDOW_S * sample_rate / 8)
        self.hop = round(HOP_S * sample_rate)
        power = 1 << (self.n_window - 1).bit_length()
        self.n = 3 * power // 4 if 3 * power // 4 >= self.n_window else power
        self.n_bins = (self.n // 2 + 8) // 8 * 8
        window = np.kaiser(self.n_window + 1, _KAISER)[:-1]
        laid = np.zeros(-(-self.n_window // self.hop) * self.hop)
        laid[: self.n_window] = np.square(window)
        norm = laid.reshape(-1, self.hop).sum(axis=0)
        self.window = window.astype(np.float32)
        self.back_window = (window / norm[np.arange(self.n_window) % self.hop] / self.n).astype(np.float32)
        angles = -2.0 * np.pi * np.arange(self.n) / self.n
        self.twiddles = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        self.order = _order(self.n)
        lowest = round(_LOWEST_NEWS_HZ * self.n / sample_rate)
        self.settings = np.array([_SHARE, _RISE, _NEWS, lowest, 1.0 / rate - 1.0], np.float32)


@functools.lru_cache(maxsize=4)
def _frame(sample_rate: int, rate: float) -> _Frame:
    return _Frame(sample_rate, rate)


def _order(n: int) -> NDArray[np.int32]:
    """Return where each bin of a transform of ``n`` lies: those of a power of two are bit-reversed."""
    if n % 3 == 0:
        third = n // 3
        inner = _order(third)
        order = np.empty(n, np.int32)
        for part in range(3):
            order[part::3] = part * third + inner
        return order
    n_bits = n.bit_length() - 1
    numbers = np.arange(n)
    reversed_bits = np.zeros(n, np.int32)
    for bit in range(n_bits):
        reversed_bits |= (((numbers >> bit) & 1) << (n_bits - 1 - bit)).astype(np.int32)
    return reversed_bits


def _lay(padded: Samples, starts: NDArray[np.int64], frame: _Frame, made: Samples) -> None:
    """Add all frames to ``made``, the first at its beginning."""
    n_channels = padded.shape[0]
    n_pairs = (n_channels + 1) // 2
    last = np.zeros((n_pairs, 4 * frame.n_bins), np.float32)
    work = np.empty(16 * frame.n + 64 * frame.n_bins * n_pairs + 4 * frame.n_bins + 8, np.float32)
    kernel, (sound, stride) = _kernel(), native.planar(padded)
    begin, to, to_stride = native.address(starts), native.address(made), made.strides[0] // 4
    tables = (frame.window, frame.back_window, frame.twiddles, frame.order, frame.settings, last, work)
    places = [native.address(table) for table in tables]
    for number in range(0, len(starts), _BATCH):
        kernel(
            sound, stride, n_channels, begin + 8 * number, min(_BATCH, len(starts) - number),
            frame.hop, frame.n, frame.n_window, *places, to + 4 * number * frame.hop, to_stride,
        )  # fmt: skip


@functools.cache
def _kernel() -> Callable[..., Any]:
    pointer, long, whole = native.POINTER, native.LONG, native.INT
    return native.bind(
        "lay_frames", pointer, long, whole, pointer, whole, long, long, long, *[pointer] * 7, pointer, long
    )
