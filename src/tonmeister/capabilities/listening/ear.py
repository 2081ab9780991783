"""A file as one ear hears it: mono, and how loud it got."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.media.polarity import CANCELLED, are_opposite, stereo_blocks
from tonmeister.media.reader import AudioReader

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples

BLOCK_SAMPLES = 65536


class Ear:
    """Hears a file in mono, and remembers its highest sample."""

    def __init__(self, reader: AudioReader, path: Path, *, max_duration_s: float):
        self._reader = reader
        self._is_opposite = are_opposite(path, max_duration_s=max_duration_s)
        self.peak = 0.0

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was wrong with the file and what was done about it, complete after hearing."""
        return (*self._reader.repairs, *((CANCELLED,) if self._is_opposite else ()))

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound as the mean of left and right; surround is folded to stereo before."""
        for block in stereo_blocks(self._reader, BLOCK_SAMPLES, is_opposite=self._is_opposite):
            self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
            yield block.mean(axis=0, keepdims=True, dtype=np.float32)
