"""What a file is, by its content."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.reader import open_audio
from tonmeister.media.sniff import n_mpeg_frames, parse_mpeg_header, sniff


def a_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


DISGUISES = {
    "a PNG image": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "a JPEG image": b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(50),
    "a ZIP archive": a_zip(),
    "an HTML page": b"  <!DOCTYPE html><html><body>404</body></html>",
    "an SVG image": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
    "an XML document": b"<?xml version='1.0'?><score-partwise/>",
    "a program (ELF)": b"\x7fELF\x02\x01\x01" + bytes(50),
    "a MIDI file": b"MThd\0\0\0\x06\0\x01\0\x01\0\x60",
    "a playlist (M3U)": b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/x.ts\n",
    "a playlist (PLS)": b"[playlist]\nFile1=http://127.0.0.1/x\n",
    "a playlist (ffconcat)": b"ffconcat version 1.0\nfile /etc/hostname\n",
    "a PDF document": b"%PDF-1.7\n",
    "a gzip archive": b"\x1f\x8b\x08\0" + bytes(30),
    "a text file": "Liebe Grüße aus dem Studio\n".encode(),
    "an AVI film": b"RIFF\x20\0\0\0AVI LIST" + bytes(30),
    "a file of an unknown kind": bytes(range(1, 256)) * 3,
}


@pytest.mark.parametrize("spoken", DISGUISES)
def test_disguises_are_named(tmp_path: Path, spoken: str) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(DISGUISES[spoken])
    with pytest.raises(FormatUnsupportedError) as told:
        open_audio(path)
    assert str(told.value).startswith(f"This is {spoken}")
    assert "named song.wav" in str(told.value)


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"fLaC" + bytes(40), "flac"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "m4a"),
        (b"\0\0\0\x08free\0\0\0\x20mdat", "m4a"),
        (b"\x1a\x45\xdf\xa3" + bytes(30), "matroska"),
        (b"wvpk" + bytes(30), "wavpack"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"FORM\0\0\0\0AIFCFVER", "aiff"),
    ],
)
def test_containers_are_known_by_their_head(head: bytes, container: str) -> None:
    assert sniff(io.BytesIO(head)).container == container
    tagged = b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + head
    assert (sniff(io.BytesIO(tagged)).container, sniff(io.BytesIO(tagged)).start) == (container, 20)


def test_mpeg_headers() -> None:
    frame = parse_mpeg_header(b"\xff\xfb\x90\x64", 0)
    assert frame is not None
    assert (frame.layer, frame.sample_rate, frame.bitrate_kbps, frame.n_bytes, frame.n_samples) == (
        3,
        44100,
        128,
        417,
        1152,
    )
    low = parse_mpeg_header(b"\xff\xe3\x88\xc4", 0)
    assert low is not None
    assert (low.sample_rate, low.bitrate_kbps, low.n_samples, low.n_channels) == (8000, 64, 576, 1)
    assert parse_mpeg_header(b"\xff\xff\xff\xff", 0) is None
    assert parse_mpeg_header(b"\xff\xfb", 0) is None
    assert n_mpeg_frames((b"\xff\xfb\x90\x64" + bytes(413)) * 5, 0, 3) == 3


def test_an_mp3_is_found_behind_rubbish() -> None:
    stream = (b"\xff\xfb\x90\x64" + bytes(413)) * 5
    kind = sniff(io.BytesIO(b"\xff\xe0rubbish\x01" * 40 + stream))
    assert (kind.container, kind.start) == ("mp3", 400)
