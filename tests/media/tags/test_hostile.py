"""No file, however broken, makes the reading of tags fail, hang or swell; what is skipped is said."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from pathlib import Path

import pytest

from media.tags.material import full_tags, make_all, rate_hz
from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.tags import Tags, read_tags, write_tags

N_MUTATIONS = 300


def timed_read(path: Path) -> tuple[Tags, float]:
    begin = time.process_time()
    tags = read_tags(path)
    return tags, time.process_time() - begin


@pytest.mark.parametrize(
    "folder", ["hostile/mutagen", "hostile/generated", "hostile/hound", "hostile/scipy_wav", "formats"]
)
def test_real_and_broken_files(shared_audio: Path, folder: str) -> None:
    paths = sorted(path for path in (shared_audio / folder).rglob("*") if path.is_file())
    assert paths
    for path in paths:
        _, spent_s = timed_read(path)
        assert spent_s < 2.0, path.name


def test_real_tags_are_understood(shared_audio: Path) -> None:
    folder = shared_audio / "hostile" / "mutagen"
    flac = read_tags(folder / "silence-44-s.flac")
    assert flac.text["ARTIST"] == ("piman", "jzig")
    assert flac.first("BARCODE") == "1234567890123"
    assert [cue.position_samples for cue in flac.cue_points] == [0, 44100, 88200]
    assert len(flac.pictures) == 1
    assert read_tags(folder / "id3v22-test.mp3").first("TITLE") == "cosmic american"
    assert read_tags(folder / "id3v23_unsynch.id3").first("ARTIST") == "Nina Simone"
    assert read_tags(folder / "id3v24_extended_header.id3").first("ALBUM") == "Mutagen Bug Reports"
    assert read_tags(folder / "audacious-trailing-id32-id31.mp3").first("ALBUM") == "Quod Libet Test Data"
    assert read_tags(folder / "silence-2s-PCM-16000-08-ID3v23.wav").first("TRACKTOTAL") == "10"
    assert read_tags(folder / "with-id3.aif").first("TITLE") == "AIFF title"
    assert read_tags(folder / "truncated-64bit.mp4").first("ARTIST") == "Foobarella"
    assert len(read_tags(folder / "multipagecomment.ogg").first("BIGGER") or "") > 65_000
    assert len(read_tags(folder / "nero-chapters.m4b").cue_points) == 112
    assert [picture.mime for picture in read_tags(folder / "has-tags.m4a").pictures] == ["image/png", "image/jpeg"]
    assert "claimed" in " ".join(read_tags(folder / "ooming-header.flac").notes)


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    made = make_all(tmp_path_factory.mktemp("songs"))
    for kind, path in made.items():
        write_tags(path, full_tags(rate_hz(kind)), sample_rate=rate_hz(kind), n_samples=24000)
    return {kind: path.read_bytes() for kind, path in made.items()}


def mutations(data: bytes, kind: str) -> list[bytes]:
    """Flip bytes where the tags are, put extreme numbers in, cut the end off."""
    draw = random.Random(f"tags {kind}")
    near = [
        at
        for mark in (b"TIT2", b"TITLE", b"moov", b"ilst", b"LIST", b"cue ", b"id3 ", b"fLaC", b"OggS", b"ID3")
        for at in [data.find(mark)]
    ]
    places = [at for at in near if at >= 0] + [0]
    found = []
    for _ in range(N_MUTATIONS):
        damaged = bytearray(data)
        for _ in range(draw.randint(1, 12)):
            at = min(max(0, draw.choice(places) + draw.randint(-40, 900)), len(damaged) - 5)
            if draw.random() < 0.3:
                damaged[at : at + 4] = draw.choice(
                    [b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\x01", b"\x80\0\0\0"]
                )
            else:
                damaged[at] ^= 1 << draw.randrange(8)
        found.append(bytes(damaged[: draw.randrange(len(damaged))] if draw.random() < 0.15 else damaged))
    return found


@pytest.mark.parametrize("kind", ["wav", "rf64", "flac", "mp3", "ogg", "opus", "m4a", "fast.m4a"])
def test_damaged_tags(tagged: dict[str, bytes], kind: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    slowest_s, n_titles, n_notes, n_refused = 0.0, 0, 0, 0
    for number, data in enumerate(mutations(tagged[kind], kind)):
        path.write_bytes(data)
        tags, spent_s = timed_read(path)
        slowest_s = max(slowest_s, spent_s)
        n_titles += tags.first("TITLE") == "Größe – 音楽 🎸"
        n_notes += bool(tags.notes)
        if number % 5 == 0:
            try:
                write_tags(path, Tags({"TITLE": ("new",)}), sample_rate=44100, n_samples=24000)
            except FormatUnsupportedError:
                n_refused += 1
                assert path.read_bytes() == data
            else:
                assert read_tags(path).first("TITLE") == "new"
    assert slowest_s < 1.0
    assert n_titles > 0
    assert n_notes > 0
    assert n_refused < N_MUTATIONS / 5
    assert [found.name for found in tmp_path.iterdir()] == ["damaged"]


def ogg_page(payload_lacing: bytes, payload: bytes, sequence: int, flags: int) -> bytes:
    head = b"OggS\0" + bytes([flags]) + bytes(8) + b"song" + struct.pack("<II", sequence, 0)
    return head + bytes([len(payload_lacing)]) + payload_lacing + payload


def claims() -> dict[str, bytes]:
    """Return small files that claim enormous contents or repeat the smallest part for ever."""
    picture = struct.pack(">II", 3, 0xFFFFFFF0)
    first = ogg_page(b"\x07", b"\x01vorbis", 0, 2)
    return {
        "an ID3 tag of 256 MB": b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"TIT2\x7f\x7f\x7f\x7f\0\0\x03x",
        "empty ID3 frames": b"ID3\x04\0\0\0\x7f\x7f\x7f" + b"TIT2\0\0\0\0\0\0" * 150_000,
        "chapters in chapters": b"ID3\x04\0\0\0\x7f\x7f\x7f" + (b"CHAP\0\x7f\x7f\x7f\0\0x\0" + bytes(16)) * 60_000,
        "comments": b"fLaC\x84" + (40).to_bytes(3, "big") + bytes(4) + b"\xff" * 36,
        "empty comments": b"fLaC\x84\xff\xff\xff" + bytes(4) + b"\xff\xff\xff\xff" + bytes((1 << 24) - 9),
        "a FLAC picture": b"fLaC\x86" + (40).to_bytes(3, "big") + picture + bytes(32),
        "empty FLAC blocks": b"fLaC" + b"\x01\0\0\0" * 1_000_000,
        "empty Ogg pages": first + ogg_page(b"", b"", 1, 0) * 200_000,
        "Ogg pages with gaps": first + (ogg_page(b"", b"", 1, 0) + b"-") * 100_000,
        "an endless Ogg packet": first + ogg_page(b"\xff" * 255, b"\x03vorbis" + bytes(65018), 1, 0) * 60,
        "empty atoms": b"\0\0\0\x08ftyp" + b"\0\0\0\x08free" * 500_000,
        "atoms in a tag list": b"\0\0\0\x08ftyp"
        + struct.pack(">I", 4_000_032)
        + b"moov"
        + struct.pack(">I", 4_000_024)
        + b"udta"
        + struct.pack(">I", 4_000_016)
        + b"meta"
        + bytes(4)
        + struct.pack(">I", 4_000_004)
        + b"ilst"
        + b"\0\0\0\x08abcd" * 500_000,
        "chunks": b"RIFF\xff\xff\xff\xffWAVE" + b"LIST\0\0\0\0" * 400_000,
        "a LIST of nothing": b"RIFF\xff\xff\xff\xffWAVELIST"
        + struct.pack("<I", 4_000_000)
        + b"INFO"
        + b"INAM\0\0\0\0" * 500_000,
        "cue points": b"RIFF\xff\xff\xff\xffWAVEcue \xff\xff\xff\xff\xff\xff\xff\xff" + bytes(240_000),
        "markers": b"FORM\xff\xff\xff\xffAIFFMARK\xff\xff\xff\xff\xff\xff" + bytes(400_000),
        "APE items": bytes(99)
        + b"\0\0\0\0\0\0\0\0ab\0" * 100_000
        + b"APETAGEX"
        + struct.pack("<IIII", 2000, 1_100_032, 0xFFFFFFFF, 0)
        + bytes(8),
    }


@pytest.mark.parametrize("claim", claims())
def test_claims_cost_no_more_than_the_file(claim: str, tmp_path: Path) -> None:
    path = tmp_path / "claim"
    path.write_bytes(claims()[claim])
    n_bytes = path.stat().st_size
    _, spent_s = timed_read(path)
    assert spent_s < 1.0
    tracemalloc.start()
    try:
        read_tags(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * n_bytes + (8 << 20)
