"""Waveform extremes in the layout of BBC audiowaveform's data format, version 2, with 8 bits."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_EIGHT_BITS = 1


def write_waveform(file: Path, points: NDArray[np.float32], *, sample_rate: int, samples_per_point: int) -> None:
    """Write points of shape (points, channels, 2); full scale is 127, and what lies above it is cut there.

    The header has 24 bytes, little-endian: version 2, flags (1: 8 bits), sample rate in Hz, samples per pixel, number
    of pixels, channels. Values are rounded away from zero, so that no sound draws as silence.
    """
    scaled = points.astype(np.float64) * 127.0
    outward = np.where(scaled < 0, np.floor(scaled), np.ceil(scaled))
    header = struct.pack("<iIiiIi", 2, _EIGHT_BITS, sample_rate, samples_per_point, len(points), points.shape[1])
    file.write_bytes(header + np.clip(outward, -128, 127).astype(np.int8).tobytes())
