"""Random damage to small files of every format: an error of the tree or a repair, never a crash or a hang."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.material import decode_in_child, tones, write
from tonmeister.core.errors import error_classes
from tonmeister.media.writer import OutputFormat

FORMATS = {
    "wav16": (OutputFormat("wav", 44100, 2, 16), 30),
    "wav24": (OutputFormat("wav", 48000, 6, 24), 30),
    "wav32": (OutputFormat("wav", 44100, 1, 32), 20),
    "flac": (OutputFormat("flac", 44100, 2, 24), 30),
    "mp3": (OutputFormat("mp3", 44100, 2), 30),
    "ogg": (OutputFormat("ogg", 44100, 2), 30),
    "opus": (OutputFormat("opus", 48000, 2), 15),
    "m4a": (OutputFormat("m4a", 44100, 2), 15),
}


def damage(data: bytes, random: np.random.Generator) -> bytes:
    """Flip, cut, overwrite, double or zero a few places, half of the time in the header."""
    mutant = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        end = min(len(mutant), 200) if random.random() < 0.5 else len(mutant)
        at = int(random.integers(0, max(end, 1)))
        n_bytes = int(random.integers(1, 9))
        match int(random.integers(0, 5)):
            case 0:
                mutant[at : at + 1] = bytes([int(random.integers(0, 256))])
            case 1:
                mutant[at : at + n_bytes] = random.bytes(n_bytes)
            case 2:
                mutant[at : at + n_bytes] = b"\xff" * n_bytes
            case 3:
                del mutant[at : at + int(random.integers(1, 500))]
            case _:
                mutant[at:at] = mutant[at : at + 50]
    if random.random() < 0.3:
        del mutant[int(random.integers(0, len(mutant) + 1)) :]
    return bytes(mutant)


@pytest.mark.parametrize("name", [*FORMATS, "aiff"])
def test_random_damage(tmp_path: Path, name: str) -> None:
    if name == "m4a" and importlib.util.find_spec("av") is None:
        pytest.skip("the extra 'aac' is not installed")
    if name == "aiff":
        n_mutants = 25
        soundfile.write(tmp_path / "x", tones(2, 20000).T, 44100, "PCM_16", format="AIFF")
    else:
        fmt, n_mutants = FORMATS[name]
        write(tmp_path / "x", fmt, tones(fmt.n_channels, 20000, fmt.sample_rate))
    data = (tmp_path / "x").read_bytes()
    random = np.random.default_rng(list(name.encode()))
    mutants = []
    for index in range(n_mutants):
        mutants.append(tmp_path / f"{name}-{index}")
        mutants[-1].write_bytes(damage(data, random))
    codes = {cls.code for cls in error_classes()} - {"INTERNAL"}
    facts = decode_in_child([tmp_path / "x", *mutants])
    assert facts[0]["outcome"] == "ok"
    for fact in facts:
        assert fact["outcome"] in codes | {"ok"}, fact
        assert fact["time_s"] < 10, fact
        assert fact["rss_mb"] < 300, fact
        assert fact.get("finite", True), fact
