"""Stereo width with mono bass."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import filters, native


class StereoWidth:
    """Scale the side signal; below ``mono_below_hz`` it fades away, above ``shelf_hz`` it takes an extra gain.

    The mid signal passes untouched, so the mono fold-down never changes.

    Parameters
    ----------
    width_percent
        100 leaves the side as it is, 0 is mono.
    mono_below_hz
        Corner of a second-order high-pass on the side; 0 for none.
    shelf_db, shelf_hz
        Extra gain of the side's highs.
    sample_rate
        In Hz.
    """

    def __init__(
        self,
        width_percent: float,
        sample_rate: int,
        *,
        mono_below_hz: float = 0.0,
        shelf_db: float = 0.0,
        shelf_hz: float = 4000.0,
    ):
        unity = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
        high_pass = filters.butterworth("high", mono_below_hz, sample_rate) if mono_below_hz > 0 else unity
        shelf = filters.shelf("high", min(shelf_hz, 0.4 * sample_rate), shelf_db, sample_rate) if shelf_db else unity
        self.sections = np.stack([high_pass, shelf])
        self.width = width_percent / 100.0
        self._state = np.zeros(4)

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Change a stereo block (2, samples) in place and return it.

        Raises
        ------
        ValueError
            If the block is not float32 stereo.
        """
        start, stride = native.planar(block)
        if block.shape[0] != 2:
            raise ValueError(f"the block must have 2 channels, got {block.shape[0]}")
        _stereo_width()(
            start, start + 4 * stride, block.shape[1], native.address(self.sections), self.width,
            native.address(self._state),
        )  # fmt: skip
        return block


@functools.cache
def _stereo_width():  # type: ignore[no-untyped-def]
    p = native.POINTER
    return native.bind("stereo_width", p, p, native.LONG, p, native.DOUBLE, p)
