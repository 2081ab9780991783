"""A part of a file that looks like a whole one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Window(io.RawIOBase):
    """Bytes ``start`` to ``stop`` of a file, for decoders that stumble over what surrounds the sound."""

    def __init__(self, file: BinaryIO, start: int = 0, stop: int | None = None):
        self._file = file
        self._start = start
        self._stop = max(file.seek(0, 2) if stop is None else stop, start)
        self._at = start

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, within the window."""
        origin = (self._start, self._at, self._stop)[whence]
        self._at = min(max(origin + offset, self._start), self._stop)
        return self._at - self._start

    def tell(self) -> int:
        """Return the position in the window."""
        return self._at - self._start

    def read(self, size: int | None = -1) -> bytes:
        """Read up to ``size`` bytes."""
        left = self._stop - self._at
        self._file.seek(self._at)
        data = self._file.read(left if size is None or size < 0 else min(size, left))
        self._at += len(data)
        return data

    def readinto(self, buffer: Buffer) -> int:
        """Fill ``buffer`` as far as there is something."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)
