"""Compressors: four Linkwitz-Riley bands with a glue compressor over their sum, and a dynamic equaliser."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import filters, native

N_BANDS = 4


def control_cell(sample_rate: int) -> int:
    """Return the number of samples between two gain values: a power of two near 0.7 ms, at most 512."""
    return int(min(512, max(8, 1 << round(math.log2(sample_rate * 0.00073)))))


@dataclass(frozen=True)
class Curve:
    """A gain computer with its ballistics.

    Attributes
    ----------
    threshold_db
        Level of power above which gain is reduced, dB.
    ratio
        Input dB per output dB above the threshold, >= 1.
    knee_db
        Width of the soft knee.
    range_db
        The most gain reduction.
    attack_ms, release_ms
        Time constants of the power follower.
    makeup_db
        Gain after the reduction.
    """

    threshold_db: float
    ratio: float
    knee_db: float = 6.0
    range_db: float = 12.0
    attack_ms: float = 15.0
    release_ms: float = 150.0
    makeup_db: float = 0.0

    def factors(self, cell_s: float) -> list[float]:
        """Return threshold, knee, slope, range, attack and release factors per cell, makeup: the kernels' words."""
        return [
            self.threshold_db,
            self.knee_db,
            1.0 - 1.0 / self.ratio,
            self.range_db,
            math.exp(-1000.0 * cell_s / self.attack_ms),
            math.exp(-1000.0 * cell_s / self.release_ms),
            self.makeup_db,
        ]


class MultibandCompressor:
    """Four bands, each with a compressor, summed and glued.

    Without any gain the sum is an all-pass: flat magnitude. The detectors follow the power of both channels, so that
    the stereo image stays where it is.

    Parameters
    ----------
    crossovers_hz
        Three rising frequencies.
    bands
        Four curves from low to high.
    glue
        Curve of the compressor over the sum, or None.
    glue_low_percent
        How much the lowest band counts for the glue's detector.
    three_bands
        Give the two lowest bands one detector (the curve of the lowest counts for both).
    sample_rate
        In Hz.

    Raises
    ------
    ValueError
        If the crossovers do not rise or lie above 0.45 of the sample rate.

    Source
    ------
    Splits after Lipshitz and Vanderkooy 1983 with all-pass compensation of the opposite branch; gain computer after
    D. Giannoulis, M. Massberg, J. Reiss, "Digital dynamic range compressor design", JAES 60 (2012).
    """

    def __init__(
        self,
        crossovers_hz: Sequence[float],
        bands: Sequence[Curve],
        glue: Curve | None,
        sample_rate: int,
        *,
        glue_low_percent: float = 30.0,
        three_bands: bool = False,
    ):
        f1, f2, f3 = crossovers_hz
        if not 0 < f1 < f2 < f3 < 0.45 * sample_rate:
            raise ValueError(f"crossovers must rise and stay below {0.45 * sample_rate:.0f} Hz, got {crossovers_hz}")
        self.cell = control_cell(sample_rate)
        cell_s = self.cell / sample_rate
        self._filters = _split_tree((f1, f2, f3), sample_rate)
        curves = [bands[0], bands[0], bands[2], bands[3]] if three_bands else list(bands)
        self._bands = np.array([curve.factors(cell_s) for curve in curves])
        glue_curve = glue or Curve(0.0, 1.0)
        self._glue = np.array([*glue_curve.factors(cell_s)[:6], glue_low_percent / 100.0, 1.0 if glue else 0.0])
        self._linked = int(three_bands)
        self._state = np.zeros(65)
        self._state[56:61] = 1e-12
        self._state[61:65] = 10.0 ** (self._bands[:, 6] / 20.0)

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compress a stereo block (2, samples) in place; all blocks but the last hold whole cells.

        Returns
        -------
        float32 (n_cells, 5): gain in dB of the four bands and of the glue.

        Raises
        ------
        ValueError
            If the block is not float32 stereo.
        """
        start, stride = native.planar(block)
        if block.shape[0] != 2:
            raise ValueError(f"the block must have 2 channels, got {block.shape[0]}")
        n = block.shape[1]
        gains = np.empty((-(-n // self.cell), 5), np.float32)
        _multiband()(
            start, start + 4 * stride, n, self.cell, native.address(self._filters), native.address(self._bands),
            native.address(self._glue), self._linked, native.address(self._state), native.address(gains),
        )  # fmt: skip
        return gains


def _split_tree(crossovers_hz: tuple[float, float, float], sample_rate: int) -> NDArray[np.float64]:
    f1, f2, f3 = crossovers_hz

    def pair(a: filters.Sections, b: filters.Sections) -> NDArray[np.float64]:
        return np.stack([a, a, b, b], axis=1)

    def design(kind: str, hz: float) -> filters.Sections:
        return filters.butterworth(kind, hz, sample_rate)  # type: ignore[arg-type]

    return np.ascontiguousarray(
        np.stack(
            [
                pair(design("low", f2), design("high", f2)),
                pair(design("all", f3), design("all", f1)),
                pair(design("low", f1), design("low", f3)),
                pair(design("high", f1), design("high", f3)),
            ]
        )
    )


@dataclass(frozen=True)
class DynamicBand:
    """One bell of the dynamic equaliser.

    Attributes
    ----------
    frequency_hz, q
        Where it listens and works.
    curve
        Threshold, ratio ...; with ``relative`` the threshold is the band's power against the whole signal's, in dB.
    relative
        Compare with the whole signal: a de-esser that works alike on quiet and loud passages.
    """

    frequency_hz: float
    q: float
    curve: Curve
    relative: bool = False


class DynamicEq:
    """Up to four bells whose gain follows the sound in their own band.

    Parameters
    ----------
    bands
        At most four.
    sample_rate
        In Hz.

    Raises
    ------
    ValueError
        For more than four bands.
    """

    def __init__(self, bands: Sequence[DynamicBand], sample_rate: int):
        if len(bands) > 4:
            raise ValueError(f"at most 4 bands, got {len(bands)}")
        self.cell = control_cell(sample_rate)
        cell_s = self.cell / sample_rate
        idle = DynamicBand(1000.0, 1.0, Curve(1000.0, 1.0))
        padded = [*bands, *[idle] * (4 - len(bands))]
        sections = [filters.band_pass(min(b.frequency_hz, 0.45 * sample_rate), b.q, sample_rate) for b in padded]
        self._sections = np.array(sections)
        self._bands = np.array([[*b.curve.factors(cell_s)[:6], float(b.relative)] for b in padded])
        self._n_pairs = 1 if len(bands) <= 2 else 2
        self._whole_release = math.exp(-cell_s / 0.2)
        self._state = np.zeros(25)

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Equalise a stereo block (2, samples) in place; all blocks but the last hold whole cells.

        Returns
        -------
        float32 (n_cells, 4): gain in dB of each band.

        Raises
        ------
        ValueError
            If the block is not float32 stereo.
        """
        start, stride = native.planar(block)
        if block.shape[0] != 2:
            raise ValueError(f"the block must have 2 channels, got {block.shape[0]}")
        n = block.shape[1]
        gains = np.empty((-(-n // self.cell), 4), np.float32)
        _dynamic_eq()(
            start, start + 4 * stride, n, self.cell, native.address(self._sections), native.address(self._bands),
            self._n_pairs, self._whole_release, native.address(self._state), native.address(gains),
        )  # fmt: skip
        return gains


@functools.cache
def _multiband():  # type: ignore[no-untyped-def]
    p = native.POINTER
    return native.bind("multiband", p, p, native.LONG, native.INT, p, p, p, native.INT, p, p)


@functools.cache
def _dynamic_eq():  # type: ignore[no-untyped-def]
    p = native.POINTER
    return native.bind("dynamic_eq", p, p, native.LONG, native.INT, p, p, native.INT, native.DOUBLE, p, p)
