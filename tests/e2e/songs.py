"""Songs made by code."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np


def write_song(path: Path, duration_s: float = 2.0, sample_rate: int = 44100) -> Path:
    """Write a stereo WAV file of a swelling chord."""
    t_s = np.arange(round(duration_s * sample_rate)) / sample_rate
    swell = 0.1 + 0.1 * np.sin(2 * np.pi * 0.7 * t_s)
    sound = swell * sum(np.sin(2 * np.pi * hz * t_s) for hz in (110, 220.5, 331, 662))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(np.round(np.column_stack([sound, 0.9 * sound]) * 32767).astype("<i2").tobytes())
    return path


def write_silence(path: Path, duration_s: float) -> Path:
    """Write a long stereo WAV file at once: its samples are a hole in the file."""
    n_bytes = round(duration_s * 48000) * 4
    with path.open("wb") as file:
        file.write(
            b"RIFF"
            + struct.pack("<I", 36 + n_bytes)
            + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 1, 2, 48000, 192000, 4, 16)
        )
        file.write(b"data" + struct.pack("<I", n_bytes))
        file.truncate(44 + n_bytes)
    return path
