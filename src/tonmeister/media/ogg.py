"""Pages of Ogg streams (RFC 3533): their checksum, and a serial number that follows from what they hold."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_HEAD_BYTES = 27
_SERIAL, _CHECKSUM = slice(14, 18), slice(22, 26)


def checksum(page: bytes) -> int:
    """Return the checksum of an Ogg page whose checksum field is zero.

    Ogg's CRC-32 has zlib's polynomial without reflection, start value and final inversion: reversing the bits of every
    byte and of the result lets zlib do it at its speed.
    """
    reflected = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REVERSED), "big")


def set_serial(file: BinaryIO) -> None:
    """Give the one stream of a finished, undamaged file a serial number made of its content.

    Encoders draw it at random, so that no two runs would give the same file; a fixed number would not do either, since
    the streams of songs that are chained one behind the other must differ in it.
    """
    content = 0
    for _, page in _pages(file):
        content = zlib.crc32(page[_HEAD_BYTES:], content)
    for start, page in _pages(file):
        page[_SERIAL] = content.to_bytes(4, "little")
        page[_CHECKSUM] = bytes(4)
        page[_CHECKSUM] = checksum(bytes(page)).to_bytes(4, "little")
        file.seek(start)
        file.write(page)
    file.seek(0, 2)


def _pages(file: BinaryIO) -> Iterator[tuple[int, bytearray]]:
    start = 0
    while True:
        file.seek(start)
        page = bytearray(file.read(_HEAD_BYTES))
        if not page:
            return
        if len(page) < _HEAD_BYTES or page[:4] != b"OggS":
            raise ValueError(f"no Ogg page begins at byte {start}")
        page += file.read(page[26])
        page += file.read(sum(page[_HEAD_BYTES:]))
        yield start, page
        start += len(page)
