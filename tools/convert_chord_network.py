"""Turn the chord network's weights from Keras's HDF5 file into a plain .npz, with the standard library alone.

    python tools/convert_chord_network.py model.h5 chord_network.npz

Read is the part of HDF5 that the file uses: superblock version 0, groups as symbol tables, datasets of little-endian
numbers without chunks or compression (HDF5 File Format Specification, version 1.0). Anything else is refused.
Kept are the network's weights under Keras's layer names; the optimiser's state is left behind.
"""

from __future__ import annotations

import io
import math
import struct
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_ROOT = "model_weights/"
N_ARRAYS = 44

_DATASPACE, _DATATYPE, _LAYOUT, _CONTINUATION, _SYMBOL_TABLE = 0x01, 0x03, 0x08, 0x10, 0x11


@dataclass(frozen=True)
class Array:
    """An array as the file holds it: shape and little-endian float32 in C order."""

    shape: tuple[int, ...]
    data: bytes


class Hdf5:
    """The datasets of an HDF5 file, by path."""

    def __init__(self, content: bytes) -> None:
        if content[:8] != _SIGNATURE or content[8] != 0 or content[13:15] != b"\x08\x08":
            raise ValueError("that is no HDF5 file with a superblock of version 0 and offsets of 8 bytes")
        self._content = content
        (self._root,) = self._read("<Q", 64)

    def _read(self, layout: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(layout, self._content, at)

    def arrays(self) -> dict[str, Array]:
        """Return every dataset of 32-bit floats."""
        return dict(self._walk(self._root, ""))

    def _walk(self, address: int, path: str) -> Iterator[tuple[str, Array]]:
        messages = dict(self._messages(address))
        if _SYMBOL_TABLE in messages:
            tree, heap = self._read("<QQ", messages[_SYMBOL_TABLE])
            (names,) = self._read("<Q", heap + 24)
            for name, child in self._entries(tree, names):
                yield from self._walk(child, f"{path}/{name}" if path else name)
        elif _LAYOUT in messages and self._is_float32(messages[_DATATYPE]):
            yield path, self._array(messages)

    def _messages(self, address: int) -> Iterator[tuple[int, int]]:
        version, _, _, _, size = self._read("<BBHII", address)
        if version != 1:
            raise ValueError(f"object headers must be of version 1, got {version}")
        blocks = [(address + 16, size)]
        for start, length in blocks:
            at = start
            while at + 8 <= start + length:
                kind, n_bytes = self._read("<HH", at)
                if kind == _CONTINUATION:
                    offset, more = self._read("<QQ", at + 8)
                    blocks.append((offset, more))
                else:
                    yield kind, at + 8
                at += 8 + n_bytes

    def _entries(self, tree: int, names: int) -> Iterator[tuple[str, int]]:
        if self._content[tree : tree + 4] != b"TREE":
            raise ValueError("a group's index must be a B-tree of version 1")
        level, n_children = self._read("<BH", tree + 5)
        for index in range(n_children):
            (child,) = self._read("<Q", tree + 32 + 16 * index)
            if level:
                yield from self._entries(child, names)
                continue
            (n_symbols,) = self._read("<H", child + 6)
            for symbol in range(n_symbols):
                name_at, header = self._read("<QQ", child + 8 + 40 * symbol)
                start = names + name_at
                yield self._content[start : self._content.index(b"\0", start)].decode(), header

    def _is_float32(self, at: int) -> bool:
        kind, _, _, _, size = self._read("<BBBBI", at)
        return kind & 0x0F == 1 and size == 4

    def _array(self, messages: dict[int, int]) -> Array:
        version, rank = self._read("<BB", messages[_DATASPACE])
        layout_version, layout_class = self._read("<BB", messages[_LAYOUT])
        if version != 1 or layout_version != 3 or layout_class != 1:
            raise ValueError("datasets must be stored in one piece, uncompressed")
        shape = self._read(f"<{rank}Q", messages[_DATASPACE] + 8)
        address, size = self._read("<QQ", messages[_LAYOUT] + 2)
        if size != 4 * math.prod(shape) or address + size > len(self._content):
            raise ValueError(f"a dataset of shape {shape} must take {4 * math.prod(shape)} bytes, got {size}")
        return Array(shape, self._content[address : address + size])


def convert_chord_network(content: bytes) -> bytes:
    """Return the .npz of a Keras HDF5 file of the chord network; the same bytes for the same file."""
    weights = {
        path.removeprefix(_ROOT).rpartition("/")[0].split("/")[0] + "." + _short(path): array
        for path, array in Hdf5(content).arrays().items()
        if path.startswith(_ROOT)
    }
    if len(weights) != N_ARRAYS:
        raise ValueError(f"the chord network has {N_ARRAYS} arrays of weights, this file has {len(weights)}")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, array in sorted(weights.items()):
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), _npy(array))
    return packed.getvalue()


def _short(path: str) -> str:
    """Name a weight within its layer, such as ``kernel`` or ``forward_gru_1.bias``."""
    parts = path.removesuffix(":0").split("/")
    return ".".join(parts[3:])


def _npy(array: Array) -> bytes:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {array.shape!r}, }}".encode()
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + array.data


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    target.write_bytes(convert_chord_network(source.read_bytes()))
    print(f"{target}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
