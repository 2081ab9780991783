"""Samples as files store them, and as the house holds them: float32, planar."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.native import INT, LONG, POINTER, address, bind, planar

Bytes = bytes | bytearray | memoryview


class Encoding(IntEnum):
    """How a file stores one sample. Integers are left-justified in their bytes unless the name says otherwise."""

    UNSIGNED = 0
    SIGNED = 1
    FLOAT = 2
    A_LAW = 3
    MU_LAW = 4
    LOW_24_OF_32 = 5


_WIDTHS = {
    Encoding.UNSIGNED: range(1, 9),
    Encoding.SIGNED: range(1, 9),
    Encoding.FLOAT: (4, 8),
    Encoding.A_LAW: (1,),
    Encoding.MU_LAW: (1,),
    Encoding.LOW_24_OF_32: (4,),
}


@functools.cache
def _kernel(name: str) -> Callable[..., Any]:
    types: dict[str, tuple[Any, ...]] = {
        "pcm_unpack": (POINTER, POINTER, LONG, LONG, INT, INT, INT, INT),
        "pcm_pack_int": (POINTER, LONG, POINTER, LONG, INT, INT),
        "pcm_range": (POINTER, LONG, LONG, INT, POINTER),
        "pcm_interleave": (POINTER, LONG, POINTER, LONG, INT),
        "pcm_sanitise": (POINTER, LONG, LONG, INT, POINTER),
        "pcm_crc16": (POINTER, LONG, INT),
    }
    results = {"pcm_sanitise": ctypes.c_int64, "pcm_crc16": ctypes.c_int32}
    return bind(name, *types[name], result=results.get(name))


def unpack(
    data: Bytes, n_channels: int, n_bytes: int, encoding: Encoding, *, big_endian: bool = False
) -> NDArray[np.float32]:
    """Turn interleaved stored samples into sound.

    Parameters
    ----------
    data
        Interleaved samples; bytes beyond the last whole frame are ignored.
    n_channels
        Number of channels, at least 1.
    n_bytes
        Bytes per stored sample: 1 to 8 for integers, 4 or 8 for floats, 1 for A-law and µ-law (ITU-T G.711).
    encoding
        What the bytes mean.
    big_endian
        Whether the highest byte comes first.

    Returns
    -------
    NDArray[np.float32]
        Shape (channels, samples), freshly owned. Integer full scale becomes ±1.0; integers wider than 25 bits are
        rounded to float32.

    Raises
    ------
    ValueError
        If width and encoding do not go together or there is no channel.
    """
    if n_channels < 1:
        raise ValueError(f"n_channels must be at least 1, got {n_channels}")
    if n_bytes not in _WIDTHS[encoding]:
        raise ValueError(f"{encoding.name} samples cannot have {n_bytes} bytes")
    raw = np.frombuffer(data, np.uint8)
    n_frames = raw.size // (n_channels * n_bytes)
    sound = np.empty((n_channels, n_frames), np.float32)
    _kernel("pcm_unpack")(address(raw), *planar(sound), n_frames, n_channels, n_bytes, int(encoding), int(big_endian))
    return sound


def pack_int(samples: NDArray[np.int32], bit_depth: int) -> NDArray[np.uint8]:
    """Turn quantised samples into interleaved little-endian bytes.

    Parameters
    ----------
    samples
        int32, shape (channels, samples), values within ``[-2**(bit_depth-1), 2**(bit_depth-1) - 1]``.
    bit_depth
        16, 24 or 32.

    Returns
    -------
    NDArray[np.uint8]
        The bytes, in one dimension.

    Raises
    ------
    ValueError
        If a value would wrap around, or type, shape or depth is another.
    """
    check_quantised(samples, bit_depth)
    n_channels, n_frames = samples.shape
    n_bytes = bit_depth // 8
    data = np.empty(n_channels * n_frames * n_bytes, np.uint8)
    _kernel("pcm_pack_int")(address(samples), samples.strides[0] // 4, address(data), n_frames, n_channels, n_bytes)
    return data


def check_quantised(samples: NDArray[np.int32], bit_depth: int) -> None:
    """Refuse what are not integer samples of ``bit_depth`` bits.

    Parameters
    ----------
    samples
        int32, shape (channels, samples).
    bit_depth
        16, 24 or 32.

    Raises
    ------
    ValueError
        If a value would wrap around, or type, shape or depth is another.
    """
    if bit_depth not in (16, 24, 32):
        raise ValueError(f"bit_depth must be 16, 24 or 32, got {bit_depth}")
    if samples.dtype != np.int32 or samples.ndim != 2:
        raise ValueError(
            f"quantised samples must be int32 of shape (channels, samples), got {samples.dtype} {samples.shape}"
        )
    found = np.zeros(2, np.int32)
    _kernel("pcm_range")(address(samples), samples.strides[0] // 4, samples.shape[1], samples.shape[0], address(found))
    bound = 2 ** (bit_depth - 1)
    if found[0] < -bound or found[1] >= bound:
        raise ValueError(f"quantised samples must lie within {-bound} and {bound - 1}, got {found[0]} to {found[1]}")


def interleave(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn sound into interleaved float32 samples.

    Parameters
    ----------
    samples
        float32, shape (channels, samples), contiguous along time.

    Returns
    -------
    NDArray[np.float32]
        Shape (samples, channels), contiguous.

    Raises
    ------
    ValueError
        If type or layout is another.
    """
    where, stride = planar(samples)
    frames = np.empty(samples.shape[::-1], np.float32)
    _kernel("pcm_interleave")(where, stride, address(frames), samples.shape[1], samples.shape[0])
    return frames


def sanitise(samples: NDArray[np.float32]) -> tuple[int, float]:
    """Replace NaN and infinity by 0, in place.

    Parameters
    ----------
    samples
        float32, shape (channels, samples), contiguous along time, writable.

    Returns
    -------
    tuple[int, float]
        How many samples were replaced, and the greatest magnitude of the others.

    Raises
    ------
    ValueError
        If type or layout is another, or the array is read-only.
    """
    if not samples.flags.writeable:
        raise ValueError("samples must be writable")
    where, stride = planar(samples)
    peak = np.zeros(1, np.float32)
    n_replaced = _kernel("pcm_sanitise")(where, stride, samples.shape[1], samples.shape[0], address(peak))
    return int(n_replaced), float(peak[0])


def crc16(data: Bytes, start: int = 0) -> int:
    """Return the CRC-16 (polynomial 0x8005, reflected) of some bytes.

    Parameters
    ----------
    data
        The bytes.
    start
        The CRC of what came before.

    Returns
    -------
    int
        0 to 65535. Source: CRC-16/ARC; its check value, of ``b"123456789"``, is 0xBB3D.
    """
    raw = np.frombuffer(data, np.uint8)
    return int(_kernel("pcm_crc16")(address(raw), raw.size, start))
