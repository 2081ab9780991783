"""What a file is, by its content: its name is not asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Literal

Route = Literal["wav", "aiff", "sndfile", "av", "refused"]

HEAD_BYTES = 65536
_SEARCHED_BYTES = 1 << 18


@dataclass(frozen=True)
class Kind:
    """A kind of file: who reads it, its container, FFmpeg's name for it, for a refused one what people call it."""

    route: Route
    container: str
    demuxer: str = ""
    spoken: str = ""
    start: int = 0


def _refused(spoken: str) -> Kind:
    return Kind("refused", "", spoken=spoken)


_PREFIXES: tuple[tuple[bytes, Kind], ...] = (
    (b"fLaC", Kind("sndfile", "flac")),
    (b".snd", Kind("sndfile", "au")),
    (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb", Kind("sndfile", "w64")),
    (b"\x1a\x45\xdf\xa3", Kind("av", "matroska", "matroska")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind("av", "asf", "asf")),
    (b"wvpk", Kind("av", "wavpack", "wv")),
    (b"TTA1", Kind("av", "tta", "tta")),
    (b"MAC ", Kind("av", "ape", "ape")),
    (b"MP+", Kind("av", "musepack", "mpc")),
    (b"MPCK", Kind("av", "musepack", "mpc8")),
    (b"DSD ", Kind("av", "dsf", "dsf")),
    (b"FRM8", Kind("av", "dff", "iff")),
    (b"tBaK", Kind("av", "tak", "tak")),
    (b"#!AMR", Kind("av", "amr", "amr")),
    (b"FLV\x01", Kind("av", "flv", "flv")),
    (b"\x89PNG", _refused("a PNG image")),
    (b"\xff\xd8\xff", _refused("a JPEG image")),
    (b"GIF8", _refused("a GIF image")),
    (b"BM", _refused("a bitmap image")),
    (b"II*\x00", _refused("a TIFF image")),
    (b"MM\x00*", _refused("a TIFF image")),
    (b"PK\x03\x04", _refused("a ZIP archive")),
    (b"PK\x05\x06", _refused("a ZIP archive")),
    (b"\x1f\x8b", _refused("a gzip archive")),
    (b"7z\xbc\xaf\x27\x1c", _refused("a 7z archive")),
    (b"Rar!", _refused("a RAR archive")),
    (b"BZh", _refused("a bzip2 archive")),
    (b"\xfd7zXZ", _refused("an xz archive")),
    (b"%PDF", _refused("a PDF document")),
    (b"\x7fELF", _refused("a program (ELF)")),
    (b"MThd", _refused("a MIDI file, which holds notes and no sound,")),
    (b"#EXTM3U", _refused("a playlist (M3U)")),
    (b"[playlist]", _refused("a playlist (PLS)")),
    (b"ffconcat", _refused("a playlist (ffconcat)")),
    (b"OFR ", _refused("an OptimFROG file")),
    (b"ADIF", _refused("an AAC file of the old kind ADIF")),
    (b"APETAGEX", _refused("a tag without sound")),
    (b"SQLite format 3", _refused("a database")),
)

_TEXTS: tuple[tuple[bytes, str], ...] = (
    (rb"<svg", "an SVG image"),
    (rb"<!doctype html|<html", "an HTML page"),
    (rb"<\?xml|<!doctype", "an XML document"),
    (rb"#EXT-X-", "a playlist (M3U)"),
)

_SYNC = re.compile(rb"\xff[\xe0-\xff]")


def sniff(file: BinaryIO) -> Kind:
    """Return the kind of the file."""
    start = _skip_id3(file)
    file.seek(start)
    head = file.read(HEAD_BYTES)
    for prefix, kind in _PREFIXES:
        if head.startswith(prefix) and not (prefix == b"BM" and not _is_bitmap(head)):
            return Kind(kind.route, kind.container, kind.demuxer, kind.spoken, start)
    found = _sniff_chunked(head) or _sniff_text(head) or _sniff_frames(file, head, start)
    if found is None:
        if start and not head.strip(b"\x00"):
            return _refused("a tag (ID3) without sound")
        return _refused("a file of an unknown kind")
    return found if found.start else Kind(found.route, found.container, found.demuxer, found.spoken, start)


def _is_bitmap(head: bytes) -> bool:
    return head[6:10] == b"\x00\x00\x00\x00" and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 108, 124)


def _skip_id3(file: BinaryIO) -> int:
    """Return where the content begins behind ID3v2 tags. A tag that claims to reach beyond the file hides nothing."""
    size = file.seek(0, 2)
    start = 0
    for _ in range(8):
        file.seek(start)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
            break
        length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        after = start + 10 + length + (10 if head[5] & 0x10 else 0)
        if after >= size:
            return start + 10 if length > size else start
        start = after
    return start


def _sniff_chunked(head: bytes) -> Kind | None:
    mark, form = head[:4], head[8:12]
    if mark in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        if form == b"WAVE":
            return Kind("wav", "wav")
        return _refused(
            {b"AVI ": "an AVI film", b"WEBP": "a WebP image", b"RMID": "a MIDI file"}.get(
                form, "a RIFF file without sound"
            )
        )
    if mark == b"caff":
        at_home = head[8:12] == b"desc" and head[28:32] in (b"lpcm", b"alac", b"ulaw", b"alaw")
        return Kind("sndfile" if at_home else "av", "caf", "caf")
    if mark == b"FORM":
        return Kind("aiff", "aiff") if form in (b"AIFF", b"AIFC") else _refused("an IFF file of another kind")
    if mark == b"OggS":
        return _sniff_ogg(head)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot"):
        return Kind("av", "m4a", "mov")
    if mark == b"TTA2":
        return _refused("a TTA file of the second kind")
    return None


def _sniff_ogg(head: bytes) -> Kind:
    """Look at the first packet of each logical stream, all of which begin before any other page."""
    packets = []
    at = 0
    while head[at : at + 4] == b"OggS" and len(head) > at + 27 and head[at + 5] & 2:
        n_segments = head[at + 26]
        packets.append(head[at + 27 + n_segments : at + 27 + n_segments + 16])
        at += 27 + n_segments + sum(head[at + 27 : at + 27 + n_segments])
    alone = len(packets) == 1
    for packet in packets:
        if packet.startswith(b"\x01vorbis"):
            return Kind("sndfile" if alone else "av", "ogg", "ogg")
        if packet.startswith(b"OpusHead"):
            return Kind("sndfile" if alone else "av", "opus", "ogg")
        if packet.startswith((b"\x7fFLAC", b"fLaC")):
            # libsndfile refuses some FLAC streams in Ogg ("unknown error in flac decoder").
            return Kind("av", "oggflac", "ogg")
        if packet.startswith(b"Speex   "):
            return Kind("av", "speex", "ogg")
    return _refused("an Ogg file without a sound that is known here")


def _sniff_text(head: bytes) -> Kind | None:
    sample = head[:4096]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        sample = sample.decode("utf-16", "ignore").encode()
        if sample.isascii() and sample.strip():
            return _refused("a text file")
        return None
    if any(byte < 9 or 13 < byte < 27 for byte in sample) or not sample.strip():
        return None
    try:
        sample[:-4].decode()
    except UnicodeDecodeError:
        return None
    for pattern, spoken in _TEXTS:
        if re.search(pattern, sample, re.IGNORECASE):
            return _refused(spoken)
    return _refused("a text file")


def _sniff_frames(file: BinaryIO, head: bytes, start: int) -> Kind | None:
    """Look for streams that have no header of their own: MPEG audio, ADTS, AC-3."""
    if head[:2] == b"\x0b\x77":
        return Kind(
            "av",
            "eac3" if len(head) > 5 and head[5] >> 3 > 10 else "ac3",
            "eac3" if len(head) > 5 and head[5] >> 3 > 10 else "ac3",
        )
    if (
        head[:1] == b"\x47"
        and all(head[at : at + 1] == b"\x47" for at in range(0, min(len(head), 188 * 5), 188))
        and len(head) > 188 * 3
    ):
        return Kind("av", "mpegts", "mpegts")
    file.seek(start)
    data = file.read(_SEARCHED_BYTES)
    for match in _SYNC.finditer(data):
        at = match.start()
        if is_adts_run(data, at):
            return Kind("av", "adts", "aac", start=start + at)
        if n_mpeg_frames(data, at, 3) >= 3 or (at == 0 and n_mpeg_frames(data, at, 3) >= 1 and len(data) < 8192):
            return Kind("sndfile", "mp3", "mp3", start=start + at)
    return None


_MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MPEG_KBPS = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


@dataclass(frozen=True)
class MpegFrame:
    """The header of one MPEG audio frame."""

    layer: int
    sample_rate: int
    n_channels: int
    bitrate_kbps: int
    n_bytes: int
    n_samples: int
    n_side_bytes: int


def parse_mpeg_header(data: bytes, at: int) -> MpegFrame | None:
    """Return the MPEG audio frame header at ``at``, or None if there is none (ISO/IEC 11172-3, 13818-3)."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer_bits = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    index, rate_index = data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or layer_bits == 0 or index in (0, 15) or rate_index == 3:
        return None
    rate = _MPEG_RATES[version][rate_index]
    table = (3, layer_bits) if version == 3 else (2, 3 if layer_bits == 3 else 2)
    kbps = _MPEG_KBPS[table][index - 1]
    padding = data[at + 2] >> 1 & 1
    mono = data[at + 3] >> 6 == 3
    if layer_bits == 3:
        n_bytes, n_samples = (12000 * kbps // rate + padding) * 4, 384
    else:
        n_samples = 576 if layer_bits == 1 and version != 3 else 1152
        n_bytes = n_samples // 8 * 1000 * kbps // rate + padding
    side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    return MpegFrame(4 - layer_bits, rate, 1 if mono else 2, kbps, n_bytes, n_samples, side)


def n_mpeg_frames(data: bytes, at: int, limit: int) -> int:
    """Count how many consistent MPEG audio frames follow one another from ``at``, up to ``limit``."""
    first: MpegFrame | None = None
    for count in range(limit):
        frame = parse_mpeg_header(data, at)
        if frame is None or (first and (frame.layer, frame.sample_rate) != (first.layer, first.sample_rate)):
            return count
        first = first or frame
        at += frame.n_bytes
        if at > len(data):
            return count
    return limit


def is_adts_run(data: bytes, at: int) -> bool:
    """Tell whether three ADTS frames of AAC, or all that are there, follow one another from ``at``."""
    for count in range(3):
        if at + 7 > len(data):
            return count > 1 or (count == 1 and at == len(data))
        if data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0 or data[at + 2] >> 2 & 15 > 12:
            return False
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        if length < 8:
            return False
        at += length
    return True
