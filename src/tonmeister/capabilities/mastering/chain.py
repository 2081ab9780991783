"""The chain from mix to premaster: everything before the limiter, block after block.

Signal flow: DC and rumble filter, tonal balance, dynamic EQ and de-esser, multiband compressor and glue, stereo width,
saturation. Each stage works on blocks of a fixed length that the chain cuts itself, so that the way in which sound
arrives never changes what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.targets import Plan
from tonmeister.dsp import filters
from tonmeister.dsp.dynamics import DynamicEq, MultibandCompressor
from tonmeister.dsp.fir import LinearPhaseFilter, linear_phase
from tonmeister.dsp.saturation import Saturator
from tonmeister.dsp.width import StereoWidth

Block = NDArray[np.float32]
BLOCK_SAMPLES = 32768


class Rebuffer:
    """Cuts a stream into blocks of equal length."""

    def __init__(self, n_channels: int, n_samples: int):
        self._block = np.empty((n_channels, n_samples), np.float32)
        self._filled = 0

    def push(self, sound: Block) -> Iterator[Block]:
        """Give the blocks that became full; each is the receiver's, some lie in ``sound``."""
        at, size = 0, self._block.shape[1]
        while at < sound.shape[1]:
            if not self._filled and sound.shape[1] - at >= size:
                yield sound[:, at : at + size]
                at += size
                continue
            n = min(size - self._filled, sound.shape[1] - at)
            self._block[:, self._filled : self._filled + n] = sound[:, at : at + n]
            self._filled += n
            at += n
            if self._filled == size:
                full, self._block = self._block, np.empty_like(self._block)
                self._filled = 0
                yield full

    def rest(self) -> Block:
        """Return what is left."""
        return self._block[:, : self._filled].copy()


class ReductionLog:
    """Figures of a stage's gain, collected as it runs."""

    _AT_ONCE = 64

    def __init__(self, names: tuple[str, ...]):
        self.names = names
        self._deepest = np.zeros(len(names))
        self._sum = np.zeros(len(names))
        self._active = np.zeros(len(names))
        self._n = 0
        self._waiting: list[NDArray[np.float32]] = []

    def add(self, gains_db: NDArray[np.float32]) -> None:
        """Take gains in dB, (n_cells, at least n_names)."""
        self._waiting.append(gains_db)
        if len(self._waiting) == self._AT_ONCE:
            self._count()

    def _count(self) -> None:
        if self._waiting:
            gains = np.concatenate(self._waiting)[:, : len(self.names)]
            self._deepest = np.minimum(self._deepest, gains.min(axis=0, initial=0.0))
            self._sum += gains.sum(axis=0, dtype=np.float64)
            self._active += (gains < -0.5).sum(axis=0)
            self._n += len(gains)
            self._waiting = []

    def rows(self) -> list[tuple[str, float, float, float]]:
        """Return name, deepest and mean reduction in dB (positive), and share of the time above 0.5 dB in percent."""
        self._count()
        n = max(1, self._n)
        return [
            (name, float(-self._deepest[k]) + 0.0, float(-self._sum[k] / n) + 0.0, float(100.0 * self._active[k] / n))
            for k, name in enumerate(self.names)
        ]


class Chain:
    """All stages before the limiter, for stereo sound (2, samples).

    `push` and `finish` return the samples that became final; their lengths sum to the input's.
    """

    def __init__(self, plan: Plan, sample_rate: int):
        gain = 10.0 ** (plan.input_gain_db / 20.0)
        self._dc = np.array([plan.dc[0], plan.dc[-1]], np.float32)[:, None] if any(plan.dc) else None
        sections = []
        if plan.rumble_hz is not None:
            sections.append(filters.butterworth("high", plan.rumble_hz, sample_rate)[None])
        self._fir: LinearPhaseFilter | None = None
        audible = bool(np.max(np.abs(plan.eq_db)) >= 0.05)
        if audible and plan.eq_phase == "linear":
            n_taps = int(plan.tier.n_fir_taps * max(1.0, sample_rate / 48000)) | 1
            self._fir = LinearPhaseFilter(linear_phase(plan.bands_hz, plan.eq_db, n_taps, sample_rate), 2)
        elif audible:
            sections.append(filters.fit_graphic_eq(plan.bands_hz, plan.eq_db, sample_rate)[0])
        cascade = np.concatenate(sections) if sections else np.array([[1.0, 0.0, 0.0, 0.0, 0.0]])
        cascade[0, :3] *= gain
        self._cascade = filters.BiquadCascade(cascade, 2)
        self._blocks = Rebuffer(2, BLOCK_SAMPLES)
        self._dynamic = DynamicEq(plan.dynamic_bands, sample_rate) if plan.dynamic_bands else None
        self.dynamic_log = ReductionLog(plan.dynamic_names)
        working = any(curve.range_db > 0 for curve in plan.bands) or plan.glue is not None
        self._multiband: MultibandCompressor | None = None
        if working:
            self._multiband = MultibandCompressor(
                plan.crossovers_hz, plan.bands, plan.glue, sample_rate, three_bands=plan.three_bands
            )
        self.compressor_log = ReductionLog(("low band", "low-mid band", "high-mid band", "high band", "glue"))
        image = plan.image
        changes_image = abs(image.width_percent - 100.0) > 0.05 or image.mono_below_hz > 0 or image.shelf_db != 0
        self._width = (
            StereoWidth(image.width_percent, sample_rate, mono_below_hz=image.mono_below_hz, shelf_db=image.shelf_db)
            if changes_image
            else None
        )
        self._saturator = (
            Saturator(plan.saturation_db, 2, plan.tier.n_saturation_taps) if plan.saturation_db > 0.01 else None
        )

    def push(self, block: Block) -> list[Block]:
        """Take sound (2, samples), which may be changed, and return the pieces that became final."""
        if self._dc is not None:
            block -= self._dc
        self._cascade.process(block)
        if self._fir is not None:
            block = self._fir.push(block)
        return [piece for full in self._blocks.push(block) if (piece := self._work(full)).shape[1]]

    def finish(self) -> list[Block]:
        """Return the pieces still inside."""
        pieces = []
        if self._fir is not None:
            pieces = [self._work(full) for full in self._blocks.push(self._fir.finish())]
        pieces.append(self._work(self._blocks.rest()))
        if self._saturator is not None:
            pieces.append(self._saturator.finish())
        return [piece for piece in pieces if piece.shape[1]]

    def _work(self, block: Block) -> Block:
        if self._dynamic is not None:
            self.dynamic_log.add(self._dynamic.process(block))
        if self._multiband is not None:
            self.compressor_log.add(self._multiband.process(block))
        if self._width is not None:
            self._width.process(block)
        return block if self._saturator is None else self._saturator.push(block)
