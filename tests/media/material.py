"""Sounds and files for the tests of media."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonmeister.core.audio import Samples
from tonmeister.media.writer import AudioWriter, OutputFormat

TESTS = Path(__file__).resolve().parents[1]


def tones(n_channels: int, n_samples: int, sample_rate: int = 44100) -> Samples:
    """A plucked tone per channel, each of its own frequency, with a little noise."""
    time_s = np.arange(n_samples) / sample_rate
    decay = np.exp(-6 * (time_s * 4 % 1))
    rows = [0.4 * np.sin(2 * np.pi * 331 * (index + 1) * time_s) * decay for index in range(n_channels)]
    noise = np.random.default_rng(3).normal(0, 0.003, (n_channels, n_samples))
    return (np.stack(rows) + noise).astype(np.float32)


def quantise(sound: Samples, bit_depth: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    scale = 2.0 ** (bit_depth - 1)
    return np.clip(np.rint(sound.astype(np.float64) * scale), -scale, scale - 1).astype(np.int32)


def write(path: Path, fmt: OutputFormat, sound: Samples, block: int = 5000) -> Samples:
    """Write a file and return what a lossless one holds."""
    data = quantise(sound, fmt.bit_depth or 0) if fmt.is_quantised else sound
    with AudioWriter(path, fmt) as writer:
        for start in range(0, sound.shape[1], block):
            writer.write(data[:, start : start + block])
    return (data / 2.0 ** ((fmt.bit_depth or 0) - 1)).astype(np.float32) if fmt.is_quantised else sound


def decode_in_child(files: list[Path], *, timeout_s: float = 240) -> list[dict[str, Any]]:
    """Decode files in a process of its own, so that a crash fails a test and does not end the test run."""
    script = Path(__file__).with_name("decode_child.py")
    done = subprocess.run(
        [sys.executable, str(script)],
        input="\n".join(map(str, files)).encode(),
        capture_output=True,
        timeout=timeout_s,
    )
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if done.returncode != 0:
        culprit = files[len(lines)] if len(lines) < len(files) else "the end"
        pytest.fail(f"decoding died with {done.returncode} at {culprit}: {done.stderr.decode()[-2000:]}")
    assert len(lines) == len(files)
    return lines
