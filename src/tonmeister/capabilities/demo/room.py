"""The room the band plays in: a handful of early reflections for each player, and one reverberation for all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

# Lengths of the delay lines at 44.1 kHz; primes, so that their echoes do not coincide.
_LINES_SAMPLES = (1423, 1597, 1777, 1951, 2137, 2339, 2531, 2713)
_REFERENCE_RATE = 44_100
_N_TAPS = 6
_BLOCK_SAMPLES = 16_384


def add_reflections(sound: NDArray[np.float32], sample_rate: int, rng: np.random.Generator, level_db: float) -> None:
    """Add reflections off walls 8 to 38 ms away, other ones on each side, to a stereo sound in place.

    A reflection carries the sound of both channels and fades with its distance.
    """
    centre = 0.5 * (sound[0] + sound[1])
    # A wall takes the treble first.
    centre[1:] = 0.5 * (centre[1:] + centre[:-1])
    gain = 10 ** (level_db / 20)
    for side in sound:
        delays_s = 0.008 + 0.03 * (np.arange(_N_TAPS) + rng.random(_N_TAPS)) / _N_TAPS
        taps = [
            (round(float(delay_s) * sample_rate), np.float32(gain * (-1) ** number * 0.008 / delay_s))
            for number, delay_s in enumerate(delays_s)
        ]
        # Block by block, so that all taps find the sound still in the processor's cache.
        for start in range(0, side.size, _BLOCK_SAMPLES):
            stop = min(start + _BLOCK_SAMPLES, side.size)
            for delay, weight in taps:
                first = max(start, delay)
                if first < stop:
                    side[first:stop] += weight * centre[first - delay : stop - delay]


def add_reverberation(
    stems: NDArray[np.float32],
    sample_rate: int,
    sends_db: tuple[float, ...],
    *,
    decay_s: float,
    progress: Callable[[float], None],
) -> None:
    """Add each stem's own part of one common reverberation to it in place.

    ``stems`` has the shape (stems, 2, samples). The room is linear: reverberation of the sum is the sum of
    reverberations, so the stems add up to a band that plays in one room.

    A feedback delay network of eight lines, mixed by a Householder reflection (which loses no energy), damped by a
    two-point mean weighted towards the present. Source: Jot and Chaigne, "Digital delay networks for designing
    artificial reverberators", AES 90th Convention, 1991.
    """
    lengths = [round(length * sample_rate / _REFERENCE_RATE) for length in _LINES_SAMPLES]
    n_stems, _, n_samples = stems.shape
    n_lines = len(lengths)
    # A block may be as long as the shortest line, since nothing in it depends on itself.
    block = lengths[0] - 1
    reach = lengths[-1] + 1
    loss = np.array([10 ** (-3 * length / (decay_s * sample_rate)) for length in lengths], np.float32)[:, np.newaxis]
    gains = np.array([10 ** (level / 20) for level in sends_db], np.float32)[:, np.newaxis]
    ways = np.array([1, -1, 1, 1, -1, 1, 1, -1], np.float32)[:, np.newaxis]
    tape = np.zeros((n_stems, n_lines, reach + 32 * block), np.float32)
    place = reach
    heard = np.empty((n_stems, n_lines, block), np.float32)
    for number, start in enumerate(range(0, n_samples, block)):
        n = min(block, n_samples - start)
        if place + n > tape.shape[2]:
            tape[:, :, :reach] = tape[:, :, place - reach : place].copy()
            place = reach
        for line, length in enumerate(lengths):
            first = place - length
            heard[:, line, :n] = (
                0.72 * tape[:, line, first : first + n] + 0.28 * tape[:, line, first - 1 : first - 1 + n]
            )
        now = heard[:, :, :n]
        now *= loss
        here = stems[:, :, start : start + n]
        send = (0.5 * gains) * (here[:, 0] + here[:, 1])
        fresh = tape[:, :, place : place + n]
        np.subtract(now, (2 / n_lines) * now.sum(axis=1, keepdims=True), out=fresh)
        fresh += send[:, np.newaxis] * ways
        here[:, 0] += now[:, 0::2].sum(axis=1)
        here[:, 1] += now[:, 1::2].sum(axis=1)
        place += n
        if number % 128 == 0:
            progress(start / n_samples)
