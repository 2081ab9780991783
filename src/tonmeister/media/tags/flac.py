"""The metadata blocks of FLAC files (RFC 9639, section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.tags.files import MALFORMED, Cursor, SourceFile, rewriting
from tonmeister.media.tags.id3 import read_around
from tonmeister.media.tags.model import CuePoint, TagDraft, Tags, find_isrc
from tonmeister.media.tags.vorbis import build_comments, build_picture, comment_notes, read_comments, read_picture

_STREAMINFO, _PADDING, _SEEKTABLE, _COMMENT, _CUESHEET, _PICTURE = 0, 1, 3, 4, 5, 6
_REWRITTEN = {_PADDING, _COMMENT, _CUESHEET, _PICTURE}
_MAX_BLOCK_BYTES = (1 << 24) - 1
_MAX_BLOCKS = 5_000
_PADDING_BYTES = 4096
_LEAD_OUT = 255
_CHANNEL_MASK = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK"
_CHAPTER_ROUNDING_S = 0.0006


class _Block(NamedTuple):
    kind: int
    start: int
    stop: int


def read_flac(file: SourceFile, draft: TagDraft) -> None:
    """Read the metadata blocks; ID3 and APE tags around the file fill what they leave unsaid."""
    span = read_around(file)
    sample_rate = 0
    sheet: list[CuePoint] = []
    for block in _blocks(file, span.start, draft):
        if block.kind not in (_STREAMINFO, _COMMENT, _CUESHEET, _PICTURE):
            continue
        data = file.read(block.start, block.stop - block.start)
        try:
            if block.kind == _STREAMINFO:
                sample_rate = int.from_bytes(data[10:13], "big") >> 4
            elif block.kind == _COMMENT:
                read_comments(data, draft)
            elif block.kind == _PICTURE:
                draft.add_picture(read_picture(data))
            else:
                sheet += _read_cue_sheet(data, sample_rate, draft)
        except MALFORMED as error:
            draft.skip(f"A FLAC metadata block of type {block.kind}", error)
    draft.cue_points = _merge(draft.cue_points, sheet)
    draft.fill(span.draft)


def _blocks(file: SourceFile, offset: int, draft: TagDraft | None) -> Iterator[_Block]:
    """Go through the metadata blocks after the marker; the last one's ``stop`` is where the audio begins."""
    position = offset + 4
    for _ in range(_MAX_BLOCKS):
        head = file.read(position, 4)
        if len(head) < 4 or head[0] == 0xFF:
            break
        size = int.from_bytes(head[1:], "big")
        stop = position + 4 + size
        if stop > file.size:
            break
        yield _Block(head[0] & 0x7F, position + 4, stop)
        if head[0] & 0x80:
            return
        position = stop
    if draft is not None:
        draft.note("The FLAC metadata ends in the middle of a block; what follows was skipped.")


def _read_cue_sheet(data: bytes, sample_rate: int, draft: TagDraft) -> list[CuePoint]:
    cursor = Cursor(data)
    catalogue = cursor.take(128).partition(b"\0")[0].decode("ascii", "replace")
    cursor.take(8 + 1 + 258)
    if catalogue.strip("0 "):
        draft.text.setdefault("BARCODE", [catalogue.strip()])
    points = []
    for _ in range(cursor.number(1)):
        offset, number = cursor.number(8), cursor.number(1)
        isrc = find_isrc(cursor.take(12).decode("ascii", "replace").strip("\0"))
        cursor.take(14)
        indexes = {}
        for _ in range(cursor.number(1)):
            index_offset, index = cursor.number(8), cursor.number(1)
            cursor.take(3)
            indexes[index] = offset + index_offset
        is_lead_out = number in (170, _LEAD_OUT)
        if sample_rate and not is_lead_out:
            points.append(CuePoint.at_sample(indexes.get(1, offset), sample_rate, isrc=isrc))
    if len(points) == 1 and not points[0].position_samples:
        # One track from the start is a song with its codes, no mark in it.
        if points[0].isrc:
            draft.text.setdefault("ISRC", [points[0].isrc])
        return []
    return points


def _merge(named: list[CuePoint], exact: list[CuePoint]) -> list[CuePoint]:
    """Join chapter comments, which have names, with the cue sheet, which counts in samples."""
    if not exact:
        return named
    labels = {round(cue.position_s * 1000): cue for cue in named}
    joined = []
    for cue in exact:
        nearest_ms = round(cue.position_s * 1000)
        match = next((labels.pop(ms) for ms in (nearest_ms, nearest_ms - 1, nearest_ms + 1) if ms in labels), None)
        label = match.label if match and abs(match.position_s - cue.position_s) < 0.001 + _CHAPTER_ROUNDING_S else ""
        joined.append(CuePoint(cue.position_s, label, None, cue.position_samples, cue.sample_rate, cue.isrc))
    return joined + list(labels.values())


def write_flac(path: Path, tags: Tags, sample_rate: int, n_samples: int) -> list[str]:
    """Replace the comments, pictures, cue sheet and padding of a FLAC file; all other blocks and the audio stay."""
    notes = comment_notes(tags)
    with rewriting(path) as (source, target):
        span = read_around(source)
        if source.read(span.start, 4) != b"fLaC":
            raise FormatUnsupportedError(f"{path.name} is not a FLAC file.", field="path", value=path.name)
        present = list(_blocks(source, span.start, None))
        if not present or present[0].kind != _STREAMINFO:
            raise FormatUnsupportedError(f"{path.name} has no FLAC stream information.", field="path", value=path.name)
        vendor, extra = _keep_technical(source, present)
        blocks = [
            (block.kind, source.read(block.start, block.stop - block.start))
            for block in present
            if block.kind not in _REWRITTEN
        ]
        if tags.cue_points:
            # Before the comments: FFmpeg lets the later block name the chapters, and only comments have names.
            blocks.append((_CUESHEET, _build_cue_sheet(tags, sample_rate, n_samples, notes)))
        blocks.append((_COMMENT, build_comments(tags, vendor, with_pictures=False, extra=extra)))
        blocks += [(_PICTURE, build_picture(picture)) for picture in tags.pictures]
        fitting = [(kind, data) for kind, data in blocks if len(data) <= _MAX_BLOCK_BYTES]
        notes += [
            f"{'A picture' if kind == _PICTURE else 'Text'} of {len(data)} bytes was left out: a FLAC block has 16 MiB."
            for kind, data in blocks
            if len(data) > _MAX_BLOCK_BYTES
        ]
        target.write(b"fLaC")
        for kind, data in fitting:
            target.write(bytes([kind]) + len(data).to_bytes(3, "big") + data)
        target.write(bytes([_PADDING | 0x80]) + _PADDING_BYTES.to_bytes(3, "big") + bytes(_PADDING_BYTES))
        source.copy(present[-1].stop, source.size, target)
    return notes


def _keep_technical(source: SourceFile, present: list[_Block]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the vendor text and the channel mask of the comments that are replaced: both are about this encoding."""
    for block in present:
        if block.kind == _COMMENT:
            data = source.read(block.start, block.stop - block.start)
            try:
                vendor = read_comments(data, TagDraft())
            except MALFORMED:
                continue
            at = data.upper().find(_CHANNEL_MASK.encode() + b"=")
            if at >= 4:
                size = int.from_bytes(data[at - 4 : at], "little")
                return vendor, ((_CHANNEL_MASK, data[at : at + size].partition(b"=")[2].decode("utf-8", "replace")),)
            return vendor, ()
    return "", ()


def _build_cue_sheet(tags: Tags, sample_rate: int, n_samples: int, notes: list[str]) -> bytes:
    barcode = tags.first("BARCODE") or ""
    catalogue = barcode.encode("ascii") if barcode.isascii() and len(barcode) <= 128 else b""
    points = tags.cue_points[: _LEAD_OUT - 1]
    if len(points) < len(tags.cue_points):
        notes.append(f"Only the first {_LEAD_OUT - 1} cue points are exact to the sample: FLAC holds no more.")
    sheet = [catalogue.ljust(128, b"\0"), bytes(8), bytes(1 + 258), bytes([len(points) + 1])]
    for number, cue in enumerate(points, 1):
        isrc = (find_isrc(cue.isrc or "") or "").encode("ascii").ljust(12, b"\0")
        sheet.append(cue.position_at(sample_rate).to_bytes(8, "big") + bytes([number]) + isrc + bytes(14) + b"\x01")
        sheet.append(bytes(8) + b"\x01" + bytes(3))
    sheet.append(n_samples.to_bytes(8, "big") + bytes([_LEAD_OUT]) + bytes(12 + 14 + 1))
    return b"".join(sheet)
