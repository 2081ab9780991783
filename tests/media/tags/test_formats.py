"""What other programs write, byte by byte: every version and trick of the tag formats is understood."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from media.tags.material import JPEG, PNG, make_all, sound_of
from tonmeister.media.ogg import checksum
from tonmeister.media.tags import CuePoint, Picture, Tags, read_tags, write_tags
from tonmeister.media.tags.id3 import genres
from tonmeister.media.tags.vorbis import build_comments


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_all(tmp_path_factory.mktemp("songs"))


def read(tmp_path: Path, data: bytes) -> Tags:
    path = tmp_path / "file"
    path.write_bytes(data)
    return read_tags(path)


def safe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def tag(major: int, body: bytes, flags: int = 0) -> bytes:
    return b"ID3" + bytes([major, 0, flags]) + safe(len(body)) + body


def frame(major: int, name: bytes, data: bytes, flags: int = 0) -> bytes:
    if major == 2:
        return name + len(data).to_bytes(3, "big") + data
    size = safe(len(data)) if major == 4 else len(data).to_bytes(4, "big")
    return name + size + bytes([0, flags]) + data


@pytest.mark.parametrize(
    ("encoded", "major"),
    [
        (b"\x00" + "Café".encode("latin-1"), 3),
        (b"\x01" + "Café".encode("utf-16"), 3),
        (b"\x01\xfe\xff" + "Café".encode("utf-16-be"), 3),
        (b"\x02" + "Café".encode("utf-16-be"), 4),
        (b"\x03" + "Café".encode(), 4),
        (b"\x03" + "Café\0".encode(), 4),
    ],
)
def test_id3_encodings(tmp_path: Path, encoded: bytes, major: int) -> None:
    assert read(tmp_path, tag(major, frame(major, b"TIT2", encoded))).text == {"TITLE": ("Café",)}


def test_id3v22(tmp_path: Path) -> None:
    body = (
        frame(2, b"TT2", b"\0Song")
        + frame(2, b"TRK", b"\x003/9")
        + frame(2, b"TRC", b"\0GBAYE6900531")
        + frame(2, b"COM", b"\0eng\0said")
        + frame(2, b"COM", b"\0engiTunNORM\0 0000")
        + frame(2, b"PIC", b"\0PNG\x03front\0" + PNG)
    )
    found = read(tmp_path, tag(2, body))
    assert dict(found.text) == {
        "TITLE": ("Song",),
        "TRACKNUMBER": ("3",),
        "TRACKTOTAL": ("9",),
        "ISRC": ("GBAYE6900531",),
        "COMMENT": ("said",),
        "ITUNNORM": ("0000",),
    }
    assert found.pictures == (Picture(PNG, "image/png", 3, "front"),)


def test_id3v23_dates_and_utf16_descriptions(tmp_path: Path) -> None:
    body = frame(3, b"TYER", b"\x002024") + frame(3, b"TDAT", b"\x000105") + frame(3, b"TIME", b"\x001830")
    body += frame(3, b"TXXX", b"\x01" + "My key".encode("utf-16") + b"\0\0" + "välue".encode("utf-16"))
    body += frame(3, b"USLT", b"\x01eng" + "d".encode("utf-16") + b"\0\0" + "wörds".encode("utf-16"))
    body += frame(3, b"APIC", b"\x01image/jpeg\0\x04" + "bäck".encode("utf-16") + b"\0\0" + JPEG)
    found = read(tmp_path, tag(3, body))
    assert dict(found.text) == {"DATE": ("2024-05-01T18:30",), "MY KEY": ("välue",), "LYRICS": ("wörds",)}
    assert found.pictures == (Picture(JPEG, "image/jpeg", 4, "bäck"),)


def test_id3_utf16_description_without_its_end(tmp_path: Path) -> None:
    found = read(tmp_path, tag(3, frame(3, b"USLT", b"\x01eng\xff\xfea\0\0b") + frame(3, b"TIT2", b"\0Song")))
    assert dict(found.text) == {"TITLE": ("Song",)}


def test_id3_unsynchronisation(tmp_path: Path) -> None:
    picture = b"\0image/jpeg\0\x03\0" + JPEG
    spread = picture.replace(b"\xff", b"\xff\0")
    whole = frame(3, b"APIC", picture).replace(b"\xff", b"\xff\0")
    assert read(tmp_path, tag(3, whole, 0x80)).pictures[0].data == JPEG
    marked = frame(4, b"APIC", safe(len(picture)) + spread, 0x02 | 0x01)
    assert read(tmp_path, tag(4, marked)).pictures[0].data == JPEG
    assert read(tmp_path, tag(4, frame(4, b"APIC", spread), 0x80)).pictures[0].data == JPEG


def test_id3_extended_headers_groups_and_compression(tmp_path: Path) -> None:
    plain = b"\0" + b"Song " * 50
    packed = zlib.compress(plain)
    v23 = len(plain).to_bytes(4, "big") + b"g" + packed
    body = b"\0\0\0\x06\0\0\0\0\0\0" + frame(3, b"TIT2", v23, 0x80 | 0x20)
    assert read(tmp_path, tag(3, body, 0x40)).first("TITLE") == ("Song " * 50).strip()
    v24 = b"g" + safe(len(plain)) + packed
    body = safe(6) + b"\x01\0" + frame(4, b"TIT2", v24, 0x40 | 0x08 | 0x01)
    assert read(tmp_path, tag(4, body, 0x40)).first("TITLE") == ("Song " * 50).strip()


def test_id3_says_what_it_leaves_out(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(80 << 20), 9)
    body = (
        frame(4, b"TIT2", safe(1) + bomb, 0x08 | 0x01)
        + frame(4, b"TPE1", b"x\0secret", 0x04)
        + frame(4, b"PRIV", b"owner\0data")
        + frame(4, b"TALB", b"\x09bad encoding")
        + frame(4, b"TCOM", b"\0kept")
    )
    found = read(tmp_path, tag(4, body))
    assert dict(found.text) == {"COMPOSER": ("kept",)}
    said = " ".join(found.notes)
    assert all(
        word in said
        for word in ("TIT2", "unreasonably large", "TPE1", "encrypted", "PRIV", "TALB", "no text encoding 9")
    )


def test_id3v24_with_the_sizes_of_old_itunes(tmp_path: Path) -> None:
    long = b"\0" + b"x" * 300
    body = b"TIT2" + len(long).to_bytes(4, "big") + b"\0\0" + long + frame(4, b"TALB", b"\0Album")
    found = read(tmp_path, tag(4, body))
    assert found.first("TITLE") == "x" * 300
    assert found.first("ALBUM") == "Album"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("17", ["Rock"]),
        ("(17)", ["Rock"]),
        ("(17)Rock", ["Rock"]),
        ("(4)(18)Own", ["Disco", "Techno", "Own"]),
        ("RX", ["Remix"]),
        ("((round) the clock", ["(round) the clock"]),
        ("999", ["999"]),
        ("²", ["²"]),
    ],
)
def test_id3_genres(said: str, meant: list[str]) -> None:
    assert genres(said) == meant


def test_id3_chapters(tmp_path: Path) -> None:
    def chapter(name: bytes, start: int, end: int, label: bytes) -> bytes:
        head = name + b"\0" + struct.pack(">IIII", start, end, 0xFFFFFFFF, 0xFFFFFFFF)
        return frame(3, b"CHAP", head + frame(3, b"TIT2", b"\0" + label))

    body = chapter(b"b", 1000, 4000, b"Two") + chapter(b"a", 0, 1000, b"One") + chapter(b"c", 5000, 6000, b"Three")
    cues = read(tmp_path, tag(3, body + frame(3, b"TLEN", b"\x006000"))).cue_points
    assert cues == (CuePoint(0.0, "One"), CuePoint(1.0, "Two", 3.0), CuePoint(5.0, "Three"))


def test_id3v1_only_fills(tmp_path: Path) -> None:
    v1 = (
        b"TAG"
        + b"Short".ljust(30, b"\0")
        + b"Ada".ljust(30, b" ")
        + bytes(30)
        + b"1999"
        + b"said".ljust(28, b"\0")
        + b"\0\x07\x11"
    )
    assert len(v1) == 128
    found = read(tmp_path, tag(3, frame(3, b"TIT2", b"\0Shorter no more")) + b"\xff\xfb\x90\x00" * 50 + v1)
    assert dict(found.text) == {
        "TITLE": ("Shorter no more",),
        "ARTIST": ("Ada",),
        "DATE": ("1999",),
        "COMMENT": ("said",),
        "TRACKNUMBER": ("7",),
        "GENRE": ("Rock",),
    }


def test_ape(tmp_path: Path) -> None:
    def item(key: bytes, value: bytes, flags: int = 0) -> bytes:
        return struct.pack("<II", len(value), flags) + key + b"\0" + value

    items = item(b"Title", b"Song") + item(b"Artist", b"Ada\0Bo") + item(b"Cover Art (Front)", b"front.jpg\0" + JPEG, 2)
    items += item(b"Year", b"2024") + item(b"Link", b"http://x", 4)
    footer = b"APETAGEX" + struct.pack("<IIII", 2000, len(items) + 32, 5, 0x80000000) + bytes(8)
    header = b"APETAGEX" + struct.pack("<IIII", 2000, len(items) + 32, 5, 0xA0000000) + bytes(8)
    found = read(tmp_path, b"\xff\xfb\x90\x00" * 50 + header + items + footer)
    assert dict(found.text) == {"TITLE": ("Song",), "ARTIST": ("Ada", "Bo"), "DATE": ("2024",)}
    assert found.pictures == (Picture(JPEG, "image/jpeg", 3, ""),)
    assert len(found.notes) == 1
    assert "Link" in found.notes[0]


def test_writing_an_mp3_takes_the_old_tags_away(made: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    bare = made["mp3"].read_bytes()
    v1 = b"TAG" + b"Old".ljust(124, b"\0") + b"\xff"
    footer = b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)
    path.write_bytes(tag(4, frame(4, b"TALB", b"\0Old")) + bare + footer + v1)
    write_tags(path, Tags({"TITLE": ("New",)}), sample_rate=44100, n_samples=24000)
    assert read_tags(path) == Tags({"TITLE": ("New",)})
    assert path.read_bytes().endswith(bare[-1000:])
    assert sound_of(path) == sound_of(made["mp3"])


def chunk(kind: bytes, data: bytes, order: str = "<") -> bytes:
    return kind + struct.pack(order + "I", len(data)) + data + bytes(len(data) % 2)


def test_wav_chunks_of_other_programs(tmp_path: Path) -> None:
    info = chunk(b"INAM", b"Caf\xe9\0") + chunk(b"ISRC", b"Tape 7") + chunk(b"IPRT", b"2/5\0") + chunk(b"XTRA", b"own")
    cue = (
        struct.pack("<I", 2)
        + struct.pack("<II4sIII", 7, 0, b"data", 0, 0, 100)
        + struct.pack("<II4sIII", 9, 0, b"data", 0, 0, 50)
    )
    adtl = chunk(b"labl", struct.pack("<I", 7) + b"odd\0") + chunk(
        b"ltxt", struct.pack("<II4sIHH", 7, 25, b"rgn ", 0, 0, 0)[:20]
    )
    adtl += chunk(b"note", struct.pack("<I", 9) + b"a note\0")
    body = (
        chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 1000, 2000, 2, 16))
        + chunk(b"data", bytes(400))
        + chunk(b"cue ", cue)
    )
    body += chunk(b"LIST", b"adtl" + adtl) + chunk(b"LIST", b"INFO" + info) + chunk(b"iXML", b"<x/>")
    found = read(tmp_path, b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body)
    assert dict(found.text) == {
        "TITLE": ("Café",),
        "SOURCE": ("Tape 7",),
        "TRACKNUMBER": ("2",),
        "TRACKTOTAL": ("5",),
        "XTRA": ("own",),
    }
    assert found.cue_points == (CuePoint.at_sample(50, 1000, "a note"), CuePoint.at_sample(100, 1000, "odd", 25))
    assert found.notes == ("WAV chunks that are not carried over: iXML.",)


def test_rifx(tmp_path: Path) -> None:
    body = chunk(b"fmt ", bytes(16), ">") + chunk(b"LIST", b"INFO" + chunk(b"IART", b"Ada\0", ">"), ">")
    assert read(tmp_path, b"RIFX" + struct.pack(">I", len(body) + 4) + b"WAVE" + body).text == {"ARTIST": ("Ada",)}


def test_other_chunks_of_a_wav_stay(made: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    data = made["wav"].read_bytes()
    before = data[:12] + chunk(b"LIST", b"INFO" + chunk(b"INAM", b"Old\0")) + data[12:] + chunk(b"mine", b"abc")
    path.write_bytes(before)
    write_tags(path, Tags({"TITLE": ("New",)}), sample_rate=44100, n_samples=24000)
    after = path.read_bytes()
    assert chunk(b"mine", b"abc") in after
    assert b"Old" not in after
    assert int.from_bytes(after[4:8], "little") == len(after) - 8
    assert read_tags(path).first("TITLE") == "New"
    assert sound_of(path) == sound_of(made["wav"])


def test_the_sizes_of_rf64_stay_true(made: dict[str, Path], tmp_path: Path) -> None:
    for text in ({"TITLE": ("New",)}, {"TITLE": ("New",), "ORIGINATOR": ("Studio",)}):
        path = tmp_path / "song.wav"
        path.write_bytes(made["rf64"].read_bytes())
        write_tags(path, Tags(text), sample_rate=44100, n_samples=24000)
        after = path.read_bytes()
        assert after[:4] == b"RF64"
        assert int.from_bytes(after[20:28], "little") == len(after) - 8
        assert int.from_bytes(after[28:36], "little") == 24000 * 4
        assert dict(read_tags(path).text) == text
        assert sound_of(path) == sound_of(made["rf64"])


def test_a_wav_that_outgrows_32_bits_becomes_rf64(
    made: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(made["wav"].read_bytes())
    monkeypatch.setattr("tonmeister.media.tags.riff._MAX_RIFF_BYTES", 1000)
    write_tags(path, Tags({"TITLE": ("New",)}), sample_rate=44100, n_samples=24000)
    after = path.read_bytes()
    assert after[:4] == b"RF64"
    assert int.from_bytes(after[20:28], "little") == len(after) - 8
    assert int.from_bytes(after[28:36], "little") == 24000 * 6
    assert read_tags(path).first("TITLE") == "New"
    assert sound_of(path) == sound_of(made["wav"])


def test_aiff(tmp_path: Path) -> None:
    rate = bytes.fromhex("400eac44000000000000")
    marks = struct.pack(">H", 2) + struct.pack(">HI", 1, 4410) + b"\x03Two" + struct.pack(">HI", 2, 0) + b"\x02On\0"
    comments = struct.pack(">HIHH", 1, 0, 0, 4) + b"said"
    body = (
        chunk(b"COMM", struct.pack(">HIH", 1, 10, 16) + rate, ">")
        + chunk(b"NAME", b"Song", ">")
        + chunk(b"AUTH", b"Ada", ">")
    )
    body += chunk(b"MARK", marks, ">") + chunk(b"COMT", comments, ">") + chunk(b"(c) ", b"2024", ">")
    body += chunk(b"ID3 ", tag(3, frame(3, b"TIT2", b"\0Song, in full")), ">")
    found = read(tmp_path, b"FORM" + struct.pack(">I", len(body) + 4) + b"AIFF" + body)
    assert dict(found.text) == {
        "TITLE": ("Song, in full",),
        "ARTIST": ("Ada",),
        "COMMENT": ("said",),
        "COPYRIGHT": ("2024",),
    }
    assert found.cue_points == (CuePoint.at_sample(0, 44100, "On"), CuePoint.at_sample(4410, 44100, "Two"))


def atom(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def test_mp4_numbers_and_types(tmp_path: Path) -> None:
    def item(kind: bytes, type_: int, value: bytes) -> bytes:
        return atom(kind, atom(b"data", struct.pack(">II", type_, 0) + value))

    def freeform(name: bytes, type_: int, value: bytes) -> bytes:
        value = atom(b"data", struct.pack(">II", type_, 0) + value)
        return atom(b"----", atom(b"mean", bytes(4) + b"com.apple.iTunes") + atom(b"name", bytes(4) + name) + value)

    items = item(b"\xa9nam", 2, "Café".encode("utf-16-be")) + item(b"gnre", 0, b"\0\x12") + item(b"tmpo", 21, b"\0\x7a")
    items += item(b"trkn", 0, b"\0\0\0\x03\0\0\0\0") + item(b"cpil", 21, b"\x01") + item(b"rtng", 21, b"\0")
    items += (
        freeform(b"ISRC", 1, b"GBAYE6900531")
        + freeform(b"iTunSMPB", 1, b" 0000")
        + freeform(b"Encoding Params", 0, b"\0\x01")
    )
    ilst = atom(b"ilst", items)
    hdlr = atom(b"hdlr", bytes(25))
    for meta in (bytes(4) + hdlr + ilst, hdlr + ilst):
        found = read(tmp_path, atom(b"ftyp", b"M4A ") + atom(b"moov", atom(b"udta", atom(b"meta", meta))))
        assert dict(found.text) == {
            "TITLE": ("Café",),
            "GENRE": ("Rock",),
            "BPM": ("122",),
            "TRACKNUMBER": ("3",),
            "COMPILATION": ("1",),
            "ISRC": ("GBAYE6900531",),
        }
        assert found.notes == ("The MP4 tag rtng is not carried over.",)


def test_mp4_chapter_track(tmp_path: Path) -> None:
    texts = [b"\0\x03One", b"\0\x08\xfe\xff" + "Tå!".encode("utf-16-be")]
    ftyp = atom(b"ftyp", b"M4A ") + atom(b"mdat", b"".join(texts))
    offset = 12 + 8
    stbl = atom(b"stts", struct.pack(">IIII", 0, 1, 2, 1500)) + atom(
        b"stsz", struct.pack(">IIIII", 0, 0, 2, *map(len, texts))
    )
    stbl += atom(b"stsc", struct.pack(">IIIII", 0, 1, 1, 2, 1)) + atom(b"stco", struct.pack(">III", 0, 1, offset))
    mdia = atom(b"mdhd", bytes(12) + struct.pack(">I", 1000)) + atom(b"minf", atom(b"stbl", stbl))
    tracks = atom(
        b"trak", atom(b"tkhd", bytes(12) + struct.pack(">I", 1)) + atom(b"tref", atom(b"chap", struct.pack(">I", 2)))
    )
    tracks += atom(b"trak", atom(b"tkhd", bytes(12) + struct.pack(">I", 2)) + atom(b"mdia", mdia))
    assert read(tmp_path, ftyp + atom(b"moov", tracks)).cue_points == (CuePoint(0.0, "One"), CuePoint(1.5, "Tå!"))


def test_mp4_offsets_that_would_overflow(tmp_path: Path) -> None:
    """A movie header that would push 32-bit offsets over their end goes behind the sound instead."""
    path = tmp_path / "song.m4a"
    stco = atom(b"stco", struct.pack(">III", 0, 1, 0xFFFFFFF0))
    moov = atom(b"moov", atom(b"trak", atom(b"mdia", atom(b"minf", atom(b"stbl", stco)))))
    sound = atom(b"mdat", b"sound" * 10)
    path.write_bytes(atom(b"ftyp", b"M4A ") + moov + sound)
    at = path.read_bytes().index(sound)
    write_tags(path, Tags({"TITLE": ("New",)}), sample_rate=44100, n_samples=1)
    after = path.read_bytes()
    assert after.index(sound) == at
    assert struct.pack(">III", 0, 1, 0xFFFFFFF0) in after
    assert read_tags(path).first("TITLE") == "New"


@pytest.mark.parametrize("kind", ["ogg", "opus"])
@pytest.mark.parametrize("n_bytes", [0, 200, 254, 255, 65_000, 200_000])
def test_ogg_pages_are_whole_and_numbered(made: dict[str, Path], kind: str, n_bytes: int, tmp_path: Path) -> None:
    path = tmp_path / f"song.{kind}"
    path.write_bytes(made[kind].read_bytes())
    write_tags(path, Tags({"LYRICS": ("x" * n_bytes,)}), sample_rate=44100, n_samples=24000)
    data, position, numbers = path.read_bytes(), 0, []
    while position < len(data):
        assert data[position : position + 4] == b"OggS"
        n_segments = data[position + 26]
        size = 27 + n_segments + sum(data[position + 27 : position + 27 + n_segments])
        page = data[position : position + size]
        numbers.append(int.from_bytes(page[18:22], "little"))
        assert int.from_bytes(page[22:26], "little") == checksum(page[:22] + bytes(4) + page[26:])
        position += size
    assert numbers == list(range(len(numbers)))
    assert sound_of(path) == sound_of(made[kind])


def test_flac_keeps_its_channel_mask_to_itself(made: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    data = made["flac"].read_bytes()
    mask = build_comments(Tags({"WAVEFORMATEXTENSIBLE_CHANNEL_MASK": ("0x3",)}), "maker", with_pictures=False)
    path.write_bytes(data[:42] + b"\x04" + len(mask).to_bytes(3, "big") + mask + data[42:])
    assert "WAVEFORMATEXTENSIBLE_CHANNEL_MASK" not in read_tags(path).text
    write_tags(path, Tags({"TITLE": ("New",)}), sample_rate=44100, n_samples=24000)
    assert b"maker" in path.read_bytes()
    assert b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x3" in path.read_bytes()
    assert read_tags(path) == Tags({"TITLE": ("New",)})


def test_flac_keeps_other_blocks(made: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    data = made["flac"].read_bytes()
    application = b"\x02" + (8).to_bytes(3, "big") + b"mineabcd"
    path.write_bytes(tag(3, frame(3, b"TIT2", b"\0Old")) + data[:42] + application + data[42:])
    assert read_tags(path).first("TITLE") == "Old"
    write_tags(path, Tags({"TITLE": ("New",)}), sample_rate=44100, n_samples=24000)
    after = path.read_bytes()
    assert after.startswith(b"fLaC")
    assert application in after
    assert after.endswith(data[-5000:])
    assert read_tags(path) == Tags({"TITLE": ("New",)})
    assert sound_of(path) == sound_of(made["flac"])
