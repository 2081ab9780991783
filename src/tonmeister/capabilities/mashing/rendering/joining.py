"""Sections laid end to end, with what sounds before and after them overlapping, written as they become final."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np

from tonmeister.core.audio import Samples
from tonmeister.media.writer import AudioWriter, OutputFormat


class Joiner:
    """Writes a stereo WAV file from sounds that are added in the order of their beginnings.

    Memory holds no more than what sounds at once. As a context manager it removes the file where an exception passes.
    """

    def __init__(self, path: Path, sample_rate: int, *, n_first: int = 0, n_last: int | None = None):
        """Write from sample ``n_first`` of the timeline to ``n_last``, or to the end of all that is added."""
        self.path = path
        self._writer = AudioWriter(path, OutputFormat("wav", sample_rate, 2, 32))
        self._at = n_first
        self._n_last = n_last
        self._pending = np.zeros((2, 0), np.float32)

    def add(self, start: int, sound: Samples) -> None:
        """Add a sound (2, samples) whose first sample has the place ``start``; none that follows begins earlier."""
        self._flush(start)
        skipped = max(0, self._at - start)
        sound = sound[:, skipped:]
        offset = start + skipped - self._at
        n_needed = offset + sound.shape[1]
        if n_needed > self._pending.shape[1]:
            self._pending = np.pad(self._pending, ((0, 0), (0, n_needed - self._pending.shape[1])))
        self._pending[:, offset:n_needed] += sound

    def _flush(self, until: int) -> None:
        n = until - self._at
        if n <= 0:
            return
        ready = self._pending[:, :n]
        self._write(np.pad(ready, ((0, 0), (0, n - ready.shape[1]))))
        self._pending = self._pending[:, n:].copy()
        self._at = until

    def _write(self, sound: Samples) -> None:
        if self._n_last is not None:
            sound = sound[:, : max(0, self._n_last - self._at)]
        if sound.shape[1]:
            self._writer.write(np.ascontiguousarray(sound))

    def finish(self, n_end: int) -> int:
        """Write what is left, at least up to ``n_end``; return the file's length in samples."""
        self._flush(max(n_end, self._at + self._pending.shape[1]))
        self._writer.close()
        return self._writer.n_samples

    def __enter__(self) -> Joiner:
        """Return the joiner."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, or remove the file."""
        self._writer.__exit__(kind, error, trace)
