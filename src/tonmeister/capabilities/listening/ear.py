"""A file as one ear hears it: mono, and how loud it got."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.media.fold import fold_to_stereo
from tonmeister.media.reader import AudioReader

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples

BLOCK_SAMPLES = 65536


class Ear:
    """Hears a file in mono, and remembers its highest sample."""

    def __init__(self, reader: AudioReader):
        self._reader = reader
        self.peak = 0.0

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound as the mean of left and right; surround is folded to stereo before."""
        blocks = self._reader.blocks(BLOCK_SAMPLES)
        if self._reader.info.n_channels > 2:
            blocks = fold_to_stereo(blocks, self._reader.info.layout)
        for block in blocks:
            self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
            yield block.mean(axis=0, keepdims=True, dtype=np.float32)
