"""The signals of EBU Tech 3341 (2023), Tech 3342 (2023) and ITU-R BS.2217, synthesised from their published recipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Segment = tuple[float, float | None]
"""Seconds, peak level in dBFS (None is silence)."""

RATES_HZ = (44100, 48000, 88200, 96000, 192000)
LOUDNESS_TOLERANCE_LU = 0.1
RANGE_TOLERANCE_LU = 1.0
PEAK_TOLERANCE_DB = (-0.4, 0.2)


@dataclass(frozen=True)
class Programme:
    """A 1 kHz tone in segments, the same in all channels but for their gains, and what a meter must read."""

    name: str
    segments: Sequence[Segment]
    integrated_lufs: float | None = None
    momentary_max_lufs: float | None = None
    short_term_max_lufs: float | None = None
    range_lu: float | None = None
    gains_db: tuple[float, ...] = (0.0, 0.0)

    def blocks(self, sample_rate: int) -> Iterator[NDArray[np.float32]]:
        """Yield the sound, segment by segment, without a jump of the tone's phase."""
        second = np.sin(2 * np.pi * 1000 / sample_rate * np.arange(sample_rate))  # 1000 whole periods
        gains = 10 ** (np.array(self.gains_db)[:, None] / 20)
        start = 0
        for seconds, level_dbfs in self.segments:
            n = round(seconds * sample_rate)
            amplitude = 0.0 if level_dbfs is None else 10 ** (level_dbfs / 20)
            for first in range(start, start + n, sample_rate):
                index = np.arange(first, min(first + sample_rate, start + n)) % sample_rate
                yield (amplitude * gains * second[index]).astype(np.float32)
            start += n


PROGRAMMES = (
    Programme("3341-1", [(20, -23)], -23, -23, -23),
    Programme("3341-2", [(20, -33)], -33, -33, -33),
    Programme("3341-3", [(10, -36), (60, -23), (10, -36)], -23),
    Programme("3341-4", [(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23),
    Programme("3341-5", [(20, -26), (20.1, -20), (20, -26)], -23),
    Programme("3341-6", [(20, 0)], -23, gains_db=(-28, -28, -24, -30, -30)),
    *(
        Programme(f"3341-10-{i + 1}", [(i * 0.15, None), (3, -23), (1, None)], short_term_max_lufs=-23)
        for i in range(20)
    ),
    *(
        Programme(f"3341-13-{i + 1}", [(i * 0.02, None), (0.4, -23), (1, None)], momentary_max_lufs=-23)
        for i in range(20)
    ),
    Programme("3342-1", [(20, -20), (20, -30)], range_lu=10),
    Programme("3342-2", [(20, -20), (20, -15)], range_lu=5),
    Programme("3342-3", [(20, -40), (20, -20)], range_lu=20),
    Programme("3342-4", [(20, -50), (20, -35), (20, -20), (20, -35), (20, -50)], range_lu=15),
    Programme(
        "2217-absolute-gate",
        [(0.8, None), (0.5, -69.5), (0.5, None), (0.5, -69.5), (0.5, None), (0.5, -69.5), (0.7, None)],
        -69.5,
    ),
    Programme("2217-relative-gate", [(0.5, None), (0.9, -19.9), (1.3, -7.1), (0.8, -19.9), (0.5, None)], -10),
)

STEADY_SHORT_TERM = Programme("3341-9", [(1.34, -20), (1.66, -30)] * 5)
STEADY_MOMENTARY = Programme("3341-12", [(0.18, -20), (0.22, -30)] * 25)


def live_segments(window_s: float, step_s: float) -> list[list[Segment]]:
    """Return the twenty segments of the live twins, 3341-11 (3 s, 0.15 s) and 3341-14 (0.4 s, 0.02 s)."""
    return [[(i * step_s, None), (window_s, -38 + i), (window_s - i * step_s, None)] for i in range(20)]


def tapered(x: NDArray[np.float64], n_fade: int) -> NDArray[np.float64]:
    """Fade in and out linearly."""
    ramp = np.ones(len(x))
    ramp[:n_fade] = np.arange(n_fade) / n_fade
    ramp[len(x) - n_fade :] = ramp[:n_fade][::-1]
    return x * ramp


def sampled_sine(sample_rate: int, division: int, degrees: float, amplitude: float) -> NDArray[np.float32]:
    """3341-15 to 19: a sine at a fraction of the sample rate, its samples beside its crests."""
    n = np.arange(int(0.5 * sample_rate))
    x = amplitude * np.sin(2 * np.pi * n / division + np.deg2rad(degrees))
    return np.repeat(tapered(x, sample_rate // 10)[None], 2, axis=0).astype(np.float32)


def hidden_crest(sample_rate: int, offset: int) -> NDArray[np.float32]:
    """3341-20 to 23: one period of fs/4 at full scale within fs/6 at half scale, sampled at four offsets.

    Made at four times the rate, low-passed to half the sample rate and decimated.
    """
    n_half = 4 * sample_rate // 4 // 24 * 24
    around = 0.5 * np.sin(2 * np.pi * np.arange(n_half) / 24)
    period = np.sin(2 * np.pi * np.arange(16) / 16)
    x = tapered(np.concatenate([around, period, around]), 4 * sample_rate // 10)
    t = np.arange(-192, 193)
    low_pass = np.sinc(t / 4) * np.kaiser(385, 9.0)
    y = np.convolve(x, low_pass / low_pass.sum(), mode="same")
    return np.repeat(y[offset::4][None], 2, axis=0).astype(np.float32)


def peak_signals(sample_rate: int) -> Iterator[tuple[str, NDArray[np.float32], float]]:
    """Yield name, sound and true peak in dBTP of 3341-15 to 23."""
    yield "3341-15", sampled_sine(sample_rate, 4, 0, 0.5), -6.0
    yield "3341-16", sampled_sine(sample_rate, 4, 45, 0.5), -6.0
    yield "3341-17", sampled_sine(sample_rate, 6, 60, 0.5), -6.0
    yield "3341-18", sampled_sine(sample_rate, 8, 67.5, 0.5), -6.0
    yield "3341-19", sampled_sine(sample_rate, 4, 45, 1.41), 3.0
    for offset in range(4):
        yield f"3341-{20 + offset}", hidden_crest(sample_rate, offset), 0.0
