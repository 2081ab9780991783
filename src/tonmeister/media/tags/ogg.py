"""Vorbis comments inside Ogg: finding the header packets, and laying new pages in front of the audio (RFC 3533)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.ogg import checksum
from tonmeister.media.tags.files import MALFORMED, MAX_BLOCK, SourceFile, rewriting
from tonmeister.media.tags.model import TagDraft, Tags
from tonmeister.media.tags.vorbis import build_comments, comment_notes, read_comments, read_picture

_MAX_HEADER_PAGES = 20_000
_CONTINUED, _FIRST = 0x01, 0x02


class _Codec(NamedTuple):
    """How a codec begins its first packet and its comment packet, and how many header packets it has."""

    name: str
    first: bytes
    comment: bytes
    n_headers: int


_CODECS = (
    _Codec("Vorbis", b"\x01vorbis", b"\x03vorbis", 3),
    _Codec("Opus", b"OpusHead", b"OpusTags", 2),
    _Codec("FLAC", b"\x7fFLAC", b"", 2),
    _Codec("Speex", b"Speex   ", b"", 2),
)


class _Page(NamedTuple):
    offset: int
    flags: int
    granule: bytes
    serial: bytes
    sequence: int
    lacing: bytes
    payload: bytes

    @property
    def size(self) -> int:
        return 27 + len(self.lacing) + len(self.payload)


@dataclass
class _Headers:
    """The header packets of the first song in the file, and the pages that hold them."""

    codec: _Codec
    serial: bytes
    packets: list[bytes] = field(default_factory=list)
    pages: list[_Page] = field(default_factory=list)
    is_whole: bool = False


def _pages(file: SourceFile, offset: int) -> Iterator[_Page]:
    """Go through the pages from ``offset``; damage between them is leapt over."""
    while offset < file.size:
        head = file.read(offset, 27 + 255)
        if head[:4] != b"OggS":
            found = _find_capture(file, offset + 1)
            if found is None:
                return
            offset = found
            continue
        if len(head) < 27:
            return
        lacing = head[27 : 27 + head[26]]
        page = _Page(
            offset,
            head[5],
            head[6:14],
            head[14:18],
            int.from_bytes(head[18:22], "little"),
            lacing,
            file.read(offset + 27 + head[26], sum(lacing)),
        )
        if len(lacing) < head[26] or len(page.payload) < sum(lacing):
            return
        yield page
        offset += page.size


def _find_capture(file: SourceFile, offset: int) -> int | None:
    block = file.read(offset, 1 << 16)
    found = block.find(b"OggS")
    return None if found < 0 else offset + found


def _read_headers(file: SourceFile, n_packets: int) -> _Headers | None:
    """Collect header packets of the first stream of a known codec: ``n_packets`` of them, 0 for all that it has."""
    headers: _Headers | None = None
    partial: list[bytes] = []
    n_bytes = 0
    for n_pages, page in enumerate(_pages(file, 0)):
        n_bytes += len(page.payload)
        if n_pages >= _MAX_HEADER_PAGES or n_bytes > MAX_BLOCK:
            break
        if headers is None:
            codec = next((codec for codec in _CODECS if page.payload.startswith(codec.first)), None)
            if codec is None or not page.flags & _FIRST:
                continue
            headers = _Headers(codec, page.serial)
        elif page.serial != headers.serial:
            continue
        headers.pages.append(page)
        position = 0
        for size in page.lacing:
            partial.append(page.payload[position : position + size])
            position += size
            if size < 255:
                headers.packets.append(b"".join(partial))
                partial = []
        if len(headers.packets) >= (n_packets or headers.codec.n_headers):
            headers.is_whole = True
            break
    return headers


def read_ogg(file: SourceFile, draft: TagDraft) -> None:
    """Read the comments of the first Vorbis, Opus, FLAC or Speex stream."""
    headers = _read_headers(file, 2)
    if headers is None:
        draft.note("The Ogg file holds no Vorbis, Opus, FLAC or Speex stream with comments.")
        return
    if not headers.is_whole:
        draft.note("The Ogg file ends before its comments do.")
        return
    packet = headers.packets[1]
    try:
        if headers.codec.name == "FLAC":
            _read_flac_packets(file, packet, draft)
        elif packet.startswith(headers.codec.comment):
            read_comments(packet[len(headers.codec.comment) :], draft)
        else:
            draft.note("The Ogg file's second packet holds no comments.")
    except MALFORMED as error:
        draft.skip("The block of Vorbis comments", error)


def _read_flac_packets(file: SourceFile, packet: bytes, draft: TagDraft) -> None:
    if packet[:1] and packet[0] & 0x7F == 4:
        read_comments(packet[4:], draft)
    headers = _read_headers(file, 12)
    for block in headers.packets[2:] if headers else ():
        if block[:1] == b"\xff":
            return
        if block[:1] and block[0] & 0x7F == 6:
            draft.add_picture(read_picture(block[4:]))


def write_ogg(path: Path, tags: Tags) -> list[str]:
    """Replace the comments of an Ogg Vorbis or Opus file; audio packets stay, in pages numbered anew if need be."""
    notes = comment_notes(tags)
    with rewriting(path) as (source, target):
        headers = _read_headers(source, 0)
        if headers is None or not headers.is_whole or headers.codec.name not in ("Vorbis", "Opus"):
            raise _unsupported(path)
        codec, packets = headers.codec, headers.packets
        if len(packets) != codec.n_headers or not packets[1].startswith(codec.comment):
            raise _unsupported(path)
        vendor = read_comments(packets[1][len(codec.comment) :], TagDraft())
        framing_bit = b"\x01" if codec.name == "Vorbis" else b""
        comment = codec.comment + build_comments(tags, vendor, with_pictures=True) + framing_bit
        laid = _lay_pages([comment, *packets[2:]], headers.serial)
        own = {page.offset for page in headers.pages}
        first = headers.pages[0]
        last = headers.pages[-1]
        shift = 1 + len(laid) - len(headers.pages)
        # Headers of other streams that stand between keep their place before the new pages.
        position = first.offset + first.size
        source.copy(0, position, target)
        for page in _pages(source, position):
            if page.offset > last.offset:
                break
            if page.offset not in own:
                source.copy(page.offset, page.offset + page.size, target)
        for page_bytes in laid:
            target.write(page_bytes)
        _copy_audio(source, last.offset + last.size, headers.serial, shift, target)
    return notes


def _copy_audio(source: SourceFile, start: int, serial: bytes, shift: int, target: BinaryIO) -> None:
    position = start
    if shift:
        for page in _pages(source, start):
            if page.offset > position:
                source.copy(position, page.offset, target)
            if page.serial == serial and not page.flags & _FIRST:
                target.write(
                    _build_page(page.flags, page.granule, serial, page.sequence + shift, page.lacing, page.payload)
                )
            else:
                source.copy(page.offset, page.offset + page.size, target)
            position = page.offset + page.size
    source.copy(position, source.size, target)


def _lay_pages(packets: list[bytes], serial: bytes) -> list[bytes]:
    """Return pages, numbered from 1, that hold these header packets one after the other and end with the last."""
    lacing, ends = bytearray(), set()
    for packet in packets:
        lacing += b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
        ends.add(len(lacing))
    data, position = b"".join(packets), 0
    pages: list[bytes] = []
    for start in range(0, len(lacing), 255):
        segment = bytes(lacing[start : start + 255])
        size = sum(segment)
        flags = _CONTINUED if start and start not in ends else 0
        # A page on which no packet ends has no position: minus one.
        ends_here = any(start < end <= start + len(segment) for end in ends)
        granule = bytes(8) if ends_here else b"\xff" * 8
        pages.append(_build_page(flags, granule, serial, len(pages) + 1, segment, data[position : position + size]))
        position += size
    return pages


def _build_page(flags: int, granule: bytes, serial: bytes, sequence: int, lacing: bytes, payload: bytes) -> bytes:
    head = b"OggS\0" + bytes([flags]) + granule + serial + (sequence & 0xFFFFFFFF).to_bytes(4, "little")
    tail = bytes([len(lacing)]) + lacing + payload
    return head + checksum(head + bytes(4) + tail).to_bytes(4, "little") + tail


def _unsupported(path: Path) -> FormatUnsupportedError:
    return FormatUnsupportedError(
        f"{path.name} does not begin with the headers of an Ogg Vorbis or Opus stream.",
        field="path",
        value=path.name,
        remedy="Tags are written to Ogg Vorbis and Opus.",
    )
