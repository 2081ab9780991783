"""A file as one ear hears it: mono, and how loud it got."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.media.polarity import CANCELLED, look_ahead, stereo_blocks
from tonmeister.media.reader import AudioReader

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples

BLOCK_SAMPLES = 65536


class Ear:
    """Hears a file in mono, and remembers its highest sample. Silence from end to end is known before hearing."""

    def __init__(self, reader: AudioReader, path: Path, *, max_duration_s: float, go_on: Callable[[], None]):
        self._reader = reader
        self._outlook = look_ahead(path, max_duration_s=max_duration_s, go_on=go_on)
        self.peak = 0.0

    @property
    def silence_s(self) -> float | None:
        """Length of a file in which every sample is zero; None where something sounds."""
        n_samples = self._outlook.silent_samples
        return None if n_samples is None else n_samples / self._reader.info.sample_rate

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was wrong with the file and what was done about it, complete after hearing."""
        if self.silence_s is not None:
            return self._outlook.repairs
        return (*self._reader.repairs, *((CANCELLED,) if self._outlook.is_opposite else ()))

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound as the mean of left and right; surround is folded to stereo before."""
        for block in stereo_blocks(self._reader, BLOCK_SAMPLES, is_opposite=self._outlook.is_opposite):
            self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
            yield block.mean(axis=0, keepdims=True, dtype=np.float32)
