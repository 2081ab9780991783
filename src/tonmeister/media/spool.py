"""A long signal that may not fit into memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from tonmeister.core.audio import Samples
from tonmeister.core.errors import OutputUnwritableError

LIMIT_BYTES = 128 * 1024 * 1024
_PIECE_SAMPLES = 65536


class Spool:
    """Sound that grows block by block: in memory while short, in a nameless temporary file beyond ``limit_bytes``.

    The file is planar in pieces of 65536 samples per channel: any part is reached with one read per piece and channel.
    """

    def __init__(self, n_channels: int, *, limit_bytes: int = LIMIT_BYTES, folder: Path | None = None):
        if n_channels < 1:
            raise ValueError(f"n_channels must be at least 1, got {n_channels}")
        self.n_channels = n_channels
        self.n_samples = 0
        self._limit_bytes = limit_bytes
        self._folder = folder
        self._pieces: list[Samples] = []
        self._file: int | None = None
        self._closed = False

    @property
    def in_memory(self) -> bool:
        """Whether no file is used."""
        return self._file is None

    def append(self, block: Samples) -> None:
        """Add sound at the end."""
        self._check(block)
        start = self.n_samples
        self.n_samples += block.shape[1]
        try:
            self._write(start, block)
        except BaseException:
            self.n_samples = start
            raise

    def overwrite(self, start: int, block: Samples) -> None:
        """Replace the sound from ``start`` on; the length stays."""
        self._check(block)
        if start < 0 or start + block.shape[1] > self.n_samples:
            raise ValueError(f"samples {start} to {start + block.shape[1]} are not within the {self.n_samples} there")
        self._write(start, block)

    def read(self, start: int, stop: int) -> Samples:
        """Return samples ``start`` to ``stop`` (cut at the end of the sound), freshly owned."""
        if self._closed:
            raise ValueError("the spool is closed")
        if not 0 <= start <= stop:
            raise ValueError(f"start and stop must ascend from 0, got {start} and {stop}")
        stop = min(stop, self.n_samples)
        start = min(start, stop)
        sound = np.empty((self.n_channels, stop - start), np.float32)
        for index, low, high, at in _cover(start, stop):
            target = sound[:, at : at + high - low]
            if self._file is None:
                target[:] = self._pieces[index][:, low:high]
                continue
            for channel in range(self.n_channels):
                self._pread(target[channel], self._offset(index, channel, low))
        return sound

    def blocks(self, n_samples: int, *, start: int = 0) -> Iterator[Samples]:
        """Yield the sound from ``start`` on in blocks of ``n_samples``, the last one shorter."""
        if n_samples < 1:
            raise ValueError(f"n_samples must be at least 1, got {n_samples}")
        for at in range(start, self.n_samples, n_samples):
            yield self.read(at, at + n_samples)

    def close(self) -> None:
        """Let go of memory and file."""
        self._closed = True
        self._pieces = []
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Spool:
        """Return the spool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _check(self, block: Samples) -> None:
        if self._closed:
            raise ValueError("the spool is closed")
        if block.dtype != np.float32 or block.ndim != 2 or block.shape[0] != self.n_channels:
            raise ValueError(
                f"a block must be float32 of shape ({self.n_channels}, samples), got {block.dtype} {block.shape}"
            )

    def _write(self, start: int, block: Samples) -> None:
        n_pieces = -(-self.n_samples // _PIECE_SAMPLES)
        if self._file is None and n_pieces * self._piece_bytes > self._limit_bytes:
            self._move_to_file()
        if self._file is None:
            while len(self._pieces) < n_pieces:
                self._pieces.append(np.empty((self.n_channels, _PIECE_SAMPLES), np.float32))
        for index, low, high, at in _cover(start, start + block.shape[1]):
            part = block[:, at : at + high - low]
            if self._file is None:
                self._pieces[index][:, low:high] = part
                continue
            for channel in range(self.n_channels):
                self._pwrite(np.ascontiguousarray(part[channel]), self._offset(index, channel, low))

    @property
    def _piece_bytes(self) -> int:
        return self.n_channels * _PIECE_SAMPLES * 4

    def _offset(self, index: int, channel: int, sample: int) -> int:
        return index * self._piece_bytes + (channel * _PIECE_SAMPLES + sample) * 4

    def _move_to_file(self) -> None:
        try:
            self._file, name = tempfile.mkstemp(prefix="tonmeister-", dir=self._folder)
        except OSError as error:
            raise _unwritable(error) from error
        Path(name).unlink()
        for index, piece in enumerate(self._pieces):
            self._pwrite(piece.reshape(-1), index * self._piece_bytes)
        self._pieces = []

    def _pwrite(self, row: Samples, offset: int) -> None:
        assert self._file is not None
        view = row.data.cast("B")
        while view:
            try:
                n_written = os.pwrite(self._file, view, offset)
            except OSError as error:
                raise _unwritable(error) from error
            view = view[n_written:]
            offset += n_written

    def _pread(self, row: Samples, offset: int) -> None:
        assert self._file is not None
        view = row.data.cast("B")
        while view:
            n_read = os.preadv(self._file, [view], offset)
            if n_read == 0:
                raise OSError("the temporary file ends before the sound in it")
            view = view[n_read:]
            offset += n_read


def _cover(start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (piece, first, last, offset from start) for each piece that samples ``start`` to ``stop`` touch."""
    at = start
    while at < stop:
        index, low = divmod(at, _PIECE_SAMPLES)
        high = min(_PIECE_SAMPLES, low + stop - at)
        yield index, low, high, at - start
        at += high - low


def _unwritable(error: OSError) -> OutputUnwritableError:
    return OutputUnwritableError(
        f"The temporary folder {tempfile.gettempdir()} does not take the sound: {error.strerror}.",
        field="folder",
        value=tempfile.gettempdir(),
        remedy="Free some space there, or set TMPDIR to a folder with room.",
    )
