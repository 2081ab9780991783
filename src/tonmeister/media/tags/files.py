"""Reading blocks of a file that may lie about its sizes, and putting a rewritten file in place."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from tonmeister.core.errors import OutputUnwritableError

MALFORMED = (ValueError, IndexError, OverflowError, struct.error, zlib.error)
"""What a reader may raise over a malformed part; the part is then skipped and noted."""

MAX_BLOCK = 256 << 20
"""The most bytes of metadata held in memory at once; ID3 itself ends there."""

_COPY_BYTES = 1 << 20


class SourceFile:
    """A file opened for reading, in which no claimed size reaches beyond the real end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def read(self, offset: int, n_bytes: int) -> bytes:
        """Return up to ``n_bytes`` from ``offset``, fewer where the file ends first."""
        n_bytes = max(0, min(n_bytes, self.size - offset, MAX_BLOCK))
        if not n_bytes or offset < 0:
            return b""
        self._file.seek(offset)
        return self._file.read(n_bytes)

    def copy(self, start: int, stop: int, target: BinaryIO) -> None:
        """Copy the bytes from ``start`` to ``stop`` to another file."""
        self._file.seek(start)
        while start < stop:
            block = self._file.read(min(_COPY_BYTES, stop - start))
            if not block:
                return
            target.write(block)
            start += len(block)


class Cursor:
    """Reads numbers and bytes from a block one after the other, never past its end."""

    def __init__(self, data: bytes, position: int = 0, order: Literal["little", "big"] = "big") -> None:
        self.data = data
        self.position = position
        self._order: Literal["little", "big"] = order

    @property
    def n_left(self) -> int:
        """Bytes not yet read."""
        return max(0, len(self.data) - self.position)

    def take(self, n_bytes: int) -> bytes:
        """Return the next bytes; raise ValueError where there are fewer."""
        if n_bytes < 0 or n_bytes > self.n_left:
            raise ValueError(f"{n_bytes} bytes claimed, {self.n_left} present")
        self.position += n_bytes
        return self.data[self.position - n_bytes : self.position]

    def number(self, n_bytes: int) -> int:
        """Return the next bytes as an unsigned number."""
        return int.from_bytes(self.take(n_bytes), self._order)

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(self.n_left)


@contextmanager
def rewriting(path: Path) -> Iterator[tuple[SourceFile, BinaryIO]]:
    """Open a file for reading and another in its place; the second replaces the first if all goes well."""
    beside = path.with_name(path.name + ".tagged")
    try:
        try:
            with path.open("rb") as source, beside.open("xb") as target:
                yield SourceFile(source), target
            beside.replace(path)
        except FileExistsError:
            raise
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> OutputUnwritableError:
    """Return the error that tells why tags could not be written."""
    return OutputUnwritableError(
        f"The tags of {path.name} could not be written: {error.strerror or error}.",
        field="path",
        value=path.name,
        remedy="Make sure that the folder is writable and the disk is not full.",
    )
