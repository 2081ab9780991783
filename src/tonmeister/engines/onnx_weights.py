"""The weights of an ONNX file, read without a library: only the file's layout is needed, not its graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_GRAPH = 7  # of ModelProto
_INITIALIZER = 5  # of GraphProto
_DIMS, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9  # of TensorProto
_FLOAT32 = 1


def read_onnx_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read the float32 arrays of an ONNX file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict of str to numpy.ndarray
        Each array that the file holds as raw little-endian float32, by its name.

    Raises
    ------
    ValueError
        If the file is no ONNX file or ends too soon.

    Notes
    -----
    Source: onnx.proto3 (messages ModelProto, GraphProto, TensorProto) and the encoding of protocol buffers.
    """
    found = {}
    try:
        for number, graph in _fields(memoryview(path.read_bytes())):
            if number == _GRAPH:
                for inner, tensor in _fields(graph):
                    if inner == _INITIALIZER:
                        name, array = _read_tensor(tensor)
                        if array is not None:
                            found[name] = array
    except (IndexError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is no whole ONNX file") from error
    return found


def _read_tensor(message: memoryview) -> tuple[str, NDArray[np.float32] | None]:
    shape: list[int] = []
    name, kind, raw = "", 0, None
    for number, value in _fields(message):
        if number == _DIMS:
            shape += [value] if isinstance(value, int) else _varints(value)
        elif number == _DATA_TYPE:
            kind = value
        elif number == _NAME:
            name = bytes(value).decode()
        elif number == _RAW_DATA:
            raw = value
    if kind != _FLOAT32 or raw is None:
        return name, None
    return name, np.frombuffer(raw, "<f4").astype(np.float32).reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"no such kind of field: {kind}")
        if at + size > len(message):
            raise IndexError("the file ends within a field")
        yield number, message[at : at + size]
        at += size


def _varints(message: memoryview) -> list[int]:
    found, at = [], 0
    while at < len(message):
        value, at = _varint(message, at)
        found.append(value)
    return found


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
