"""Ogg files are the same from run to run."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from media.material import tones, write
from tonmeister.media.ogg import checksum, set_serial
from tonmeister.media.reader import read_audio
from tonmeister.media.tags import Tags, write_tags
from tonmeister.media.writer import OutputFormat

FORMATS = (OutputFormat("ogg", 44100, 2), OutputFormat("ogg", 96000, 1), OutputFormat("opus", 48000, 2))


def test_checksum() -> None:
    def slow(data: bytes) -> int:
        register = 0
        for byte in data:
            register ^= byte << 24
            for _ in range(8):
                register = (register << 1 ^ (0x04C11DB7 if register & 0x80000000 else 0)) & 0xFFFFFFFF
        return register

    for data in (b"", b"\0", b"OggS" + bytes(range(256)), b"\xff" * 99):
        assert checksum(data) == slow(data)


def serials(data: bytes) -> set[bytes]:
    """Return the serial numbers of all pages, whose checksums must be right."""
    found, position = set(), 0
    while position < len(data):
        table = data[position + 27 : position + 27 + data[position + 26]]
        page = data[position : position + 27 + len(table) + sum(table)]
        assert page[:4] == b"OggS"
        assert int.from_bytes(page[22:26], "little") == checksum(page[:22] + bytes(4) + page[26:])
        found.add(page[14:18])
        position += len(page)
    return found


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("tagged", [False, True])
def test_the_same_sound_gives_the_same_file(fmt: OutputFormat, tagged: bool, tmp_path: Path) -> None:
    files = []
    for name, sound in (("a", tones(fmt.n_channels, 30000)), ("b", tones(fmt.n_channels, 30000))):
        path = tmp_path / f"{name}.{fmt.container}"
        write(path, fmt, sound)
        if tagged:
            write_tags(path, Tags({"TITLE": ("Song",)}), sample_rate=fmt.sample_rate, n_samples=30000)
        files.append(path.read_bytes())
    assert files[0] == files[1]
    assert len(serials(files[0])) == 1


@pytest.mark.parametrize("fmt", FORMATS)
def test_another_sound_has_another_serial(fmt: OutputFormat, tmp_path: Path) -> None:
    sound = tones(fmt.n_channels, 30000)
    write(tmp_path / "a", fmt, sound)
    write(tmp_path / "b", fmt, sound * np.float32(0.5))
    one, other = (tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()
    assert serials(one) != serials(other)
    # So the two may follow each other in one file, which libsndfile reads up to the first's end.
    (tmp_path / "both.ogg").write_bytes(one + other)
    assert read_audio(tmp_path / "both.ogg").samples.shape[1] >= 30000


def test_what_is_no_ogg_is_refused() -> None:
    with pytest.raises(ValueError, match="no Ogg page begins at byte 0"):
        set_serial(io.BytesIO(b"RIFF" + bytes(40)))
