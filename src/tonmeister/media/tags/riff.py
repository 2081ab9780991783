"""Tags, broadcast data and cue points of WAV files: RIFF, RF64 and BW64."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.tags.files import MALFORMED, Cursor, SourceFile, rewriting, unwritable
from tonmeister.media.tags.id3 import id3v2_size, read_id3v2
from tonmeister.media.tags.id3_write import build_id3v2
from tonmeister.media.tags.model import CuePoint, TagDraft, Tags, find_isrc
from tonmeister.media.tags.names import BEXT_NAMES, INFO_CHUNK_BY_NAME, INFO_CHUNKS

_MAX_CHUNKS = 10_000
_MAX_RIFF_BYTES = 0xFFFFFFFF
_TOLD_IN_DS64 = 0xFFFFFFFF
_MAX_POSITION = 0xFFFFFFFF
_BEXT_BYTES = 602
_TIME_REFERENCE_RATE = "TIME_REFERENCE_RATE_HZ"
_UNCARRIED = {b"iXML", b"axml", b"_PMX", b"smpl", b"inst", b"acid", b"plst", b"cart", b"chna"}
_REPLACED = {b"bext", b"cue ", b"id3 ", b"ID3 "}

Order = Literal["little", "big"]


class Chunk(NamedTuple):
    """A chunk of an IFF file: its letters, and where its content begins and ends."""

    kind: bytes
    start: int
    stop: int
    claimed_bytes: int


def chunks(file: SourceFile, order: Order, data_bytes: int | None = None) -> Iterator[Chunk]:
    """Go through the chunks of a file; ``data_bytes`` is the true size of a data chunk whose own says -1."""
    position = 12
    for _ in range(_MAX_CHUNKS):
        head = file.read(position, 8)
        if len(head) < 8 or not all(0x20 <= byte < 0x7F for byte in head[:4]):
            return
        size = int.from_bytes(head[4:], order)
        if head[:4] == b"data" and size == _TOLD_IN_DS64 and data_bytes is not None:
            size = data_bytes
        start = position + 8
        yield Chunk(head[:4], start, min(start + size, file.size), size)
        position = start + size + size % 2


def list_items(data: bytes, order: Order) -> Iterator[tuple[bytes, bytes]]:
    """Go through the sub-chunks of a LIST."""
    position = 4
    for _ in range(_MAX_CHUNKS):
        if position + 8 > len(data):
            return
        size = int.from_bytes(data[position + 4 : position + 8], order)
        yield data[position : position + 4], data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2


def text_of(data: bytes) -> str:
    """Return a text whose encoding is not told: UTF-8 where it is that, otherwise Windows' western one."""
    data = data.partition(b"\0")[0]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


class _Parts:
    """What the chunks of one WAV file say, before it is known which goes first."""

    def __init__(self) -> None:
        self.sample_rate = 0
        self.id3 = TagDraft()
        self.info = TagDraft()
        self.bext: bytes = b""
        self.positions: dict[int, int] = {}
        self.labels: dict[int, str] = {}
        self.lengths: dict[int, int] = {}


def _data_bytes(file: SourceFile) -> int | None:
    """Return the size of the audio by the ``ds64`` chunk, which stands first in RF64 and BW64."""
    head = file.read(0, 36)
    return int.from_bytes(head[28:36], "little") if head[:4] in (b"RF64", b"BW64") and head[12:16] == b"ds64" else None


def read_wav(file: SourceFile, draft: TagDraft) -> None:
    """Read the ID3 chunk, LIST INFO, bext, cue points and their labels."""
    order: Order = "big" if file.read(0, 4) == b"RIFX" else "little"
    parts, uncarried = _Parts(), []
    for chunk in chunks(file, order, _data_bytes(file)):
        if chunk.kind in _UNCARRIED:
            uncarried.append(chunk.kind.decode("ascii").strip())
        if chunk.kind not in (b"fmt ", b"LIST", *_REPLACED):
            continue
        data = file.read(chunk.start, chunk.stop - chunk.start)
        try:
            _read_chunk(chunk.kind, data, order, parts)
        except MALFORMED as error:
            draft.skip(f"The WAV chunk {chunk.kind.decode('ascii').strip()!r}", error)
    if uncarried:
        draft.note(f"WAV chunks that are not carried over: {', '.join(sorted(set(uncarried)))}.")
    _join_cue_points(parts, draft)
    draft.fill(parts.id3)
    draft.fill(parts.info)
    if parts.bext:
        broadcast = TagDraft()
        _read_bext(parts.bext, parts.sample_rate, broadcast)
        draft.fill(broadcast)


def _read_chunk(kind: bytes, data: bytes, order: Order, parts: _Parts) -> None:
    if kind == b"fmt ":
        parts.sample_rate = int.from_bytes(data[4:8], order)
    elif kind in (b"id3 ", b"ID3 "):
        if id3v2_size(data[:10]) is None:
            raise ValueError("it does not begin as an ID3 tag does")
        read_id3v2(data, parts.id3)
    elif kind == b"bext":
        if len(data) < 346:
            raise ValueError("it is too short")
        parts.bext = data
    elif kind == b"cue ":
        cursor = Cursor(data, order=order)
        for _ in range(min(cursor.number(4), len(data) // 24)):
            number = cursor.number(4)
            cursor.take(16)
            parts.positions[number] = cursor.number(4)
    elif data[:4] == b"INFO":
        for item, value in list_items(data, order):
            text = text_of(value)
            if item == b"ISRC":
                # The chunk means the source of the material; some programs put the code of the same letters there.
                parts.info.add("ISRC" if find_isrc(text) else "SOURCE", text)
            else:
                parts.info.add(INFO_CHUNKS.get(item, item.decode("latin-1")), text)
    elif data[:4] == b"adtl":
        for item, value in list_items(data, order):
            number = int.from_bytes(value[:4], order)
            if item in (b"labl", b"note"):
                text = text_of(value[4:])
                if item == b"labl" or number not in parts.labels:
                    parts.labels[number] = text
            elif item == b"ltxt" and len(value) >= 20:
                parts.lengths[number] = int.from_bytes(value[4:8], order)
                if len(value) > 20:
                    parts.labels.setdefault(number, text_of(value[20:]))


def _join_cue_points(parts: _Parts, draft: TagDraft) -> None:
    if parts.positions and not parts.sample_rate:
        draft.note("The cue points have no place in time: the WAV file has no sample rate.")
        return
    for number, position in parts.positions.items():
        n_samples = parts.lengths.get(number) or None
        draft.cue_points.append(
            CuePoint.at_sample(position, parts.sample_rate, parts.labels.get(number, ""), n_samples)
        )


def _read_bext(data: bytes, sample_rate: int, draft: TagDraft) -> None:
    position = 0
    for name, size in zip(BEXT_NAMES[:5], (256, 32, 32, 10, 8), strict=True):
        draft.add(name, text_of(data[position : position + size]))
        position += size
    time_reference_samples = int.from_bytes(data[338:346], "little")
    if time_reference_samples:
        draft.add("TIME_REFERENCE", str(time_reference_samples))
        draft.add(_TIME_REFERENCE_RATE, str(sample_rate))
    draft.add("CODING_HISTORY", text_of(data[_BEXT_BYTES:]))


def write_wav(path: Path, tags: Tags, sample_rate: int, n_samples: int) -> list[str]:
    """Add tags to a WAV file in place of those that it has; other chunks and the audio stay."""
    tag, notes = build_id3v2(tags, sample_rate=sample_rate, n_samples=n_samples, with_chapters=False)
    cue_points = tuple(cue for cue in tags.cue_points if cue.position_at(sample_rate) <= _MAX_POSITION)
    if len(cue_points) < len(tags.cue_points):
        notes.append("Cue points behind the 4294967295th sample were left out: WAV cannot count further.")
    behind = _build_cue_points(cue_points, sample_rate) + _build_info(tags)
    if tags.text or tags.pictures:
        behind += _chunk(b"id3 ", tag)
    before = _build_bext(tags, sample_rate, notes)
    try:
        with path.open("r+b") as file:
            if not before and _append(SourceFile(file), file, behind):
                return notes
    except OSError as error:
        raise unwritable(path, error) from error
    with rewriting(path) as (source, target):
        form = source.read(0, 4)
        if form not in (b"RIFF", b"RF64", b"BW64") or source.read(8, 4) != b"WAVE":
            raise FormatUnsupportedError(f"{path.name} is not a little-endian WAV file.", field="path", value=path.name)
        _rewrite(source, target, form, before, behind)
    return notes


def _is_replaced(file: SourceFile, chunk: Chunk) -> bool:
    return chunk.kind in _REPLACED or (chunk.kind == b"LIST" and file.read(chunk.start, 4) in (b"INFO", b"adtl"))


def _append(source: SourceFile, file: BinaryIO, behind: bytes) -> bool:
    """Put the new chunks behind the others without moving the audio; False where the file's build does not allow it."""
    form, data_bytes = source.read(0, 4), _data_bytes(source)
    present = list(chunks(source, "little", data_bytes))
    kept = [chunk for chunk in present if not _is_replaced(source, chunk)]
    whole = all(chunk.stop - chunk.start == chunk.claimed_bytes for chunk in kept)
    if not kept or not whole or kept != present[: len(kept)] or b"data" not in [chunk.kind for chunk in kept]:
        return False
    end = kept[-1].stop
    total = end + end % 2 + len(behind) - 8
    if form == b"RIFF" and total <= _MAX_RIFF_BYTES:
        place, size = 4, total.to_bytes(4, "little")
    elif form in (b"RF64", b"BW64") and data_bytes is not None:
        place, size = 20, total.to_bytes(8, "little")
    else:
        return False
    file.seek(end)
    file.truncate()
    file.write(bytes(end % 2) + behind)
    file.seek(place)
    file.write(size)
    return True


def _rewrite(source: SourceFile, target: BinaryIO, form: bytes, before: bytes, behind: bytes) -> None:
    """Write the whole file anew: header, broadcast data, what it had, the new chunks."""
    kept = [
        chunk
        for chunk in chunks(source, "little", _data_bytes(source))
        if chunk.kind != b"ds64" and not _is_replaced(source, chunk)
    ]
    sizes = [chunk.stop - chunk.start for chunk in kept]
    total = 4 + len(before) + len(behind) + sum(8 + size + size % 2 for size in sizes)
    is_long = total > _MAX_RIFF_BYTES or form != b"RIFF"
    if is_long:
        data_bytes = next((size for chunk, size in zip(kept, sizes, strict=True) if chunk.kind == b"data"), 0)
        sample_count = bytes(8)
        head = (total + 36).to_bytes(8, "little") + data_bytes.to_bytes(8, "little") + sample_count + bytes(4)
        target.write((form if form != b"RIFF" else b"RF64") + b"\xff" * 4 + b"WAVE" + _chunk(b"ds64", head))
    else:
        target.write(b"RIFF" + total.to_bytes(4, "little") + b"WAVE")
    target.write(before)
    for chunk, size in zip(kept, sizes, strict=True):
        told = _TOLD_IN_DS64 if is_long and chunk.kind == b"data" else size
        target.write(chunk.kind + told.to_bytes(4, "little"))
        source.copy(chunk.start, chunk.stop, target)
        target.write(bytes(size % 2))
    target.write(behind)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def _text(text: str) -> bytes:
    return text.replace("\0", " ").encode("utf-8", "replace") + b"\0"


def _build_info(tags: Tags) -> bytes:
    items = [
        _chunk(INFO_CHUNK_BY_NAME[name], _text("; ".join(values)))
        for name, values in tags.text.items()
        if name in INFO_CHUNK_BY_NAME
    ]
    if tags.isrc:
        items.append(_chunk(b"ISRC", _text(tags.isrc)))
    return _chunk(b"LIST", b"INFO" + b"".join(items)) if items else b""


def _build_cue_points(cue_points: tuple[CuePoint, ...], sample_rate: int) -> bytes:
    if not cue_points:
        return b""
    table, labels = [len(cue_points).to_bytes(4, "little")], []
    for number, cue in enumerate(cue_points, 1):
        name, position = number.to_bytes(4, "little"), cue.position_at(sample_rate).to_bytes(4, "little")
        table.append(name + position + b"data" + bytes(8) + position)
        if cue.label:
            labels.append(_chunk(b"labl", name + _text(cue.label)))
        if cue.duration_s is not None:
            length = min(_MAX_POSITION, round(cue.duration_s * sample_rate)).to_bytes(4, "little")
            labels.append(_chunk(b"ltxt", name + length + b"rgn " + bytes(8)))
    adtl = _chunk(b"LIST", b"adtl" + b"".join(labels)) if labels else b""
    return _chunk(b"cue ", b"".join(table)) + adtl


def _build_bext(tags: Tags, sample_rate: int, notes: list[str]) -> bytes:
    """Return a ``bext`` chunk (EBU Tech 3285, version 1, which has no loudness) where a field of it is known."""
    if not any(name in tags.text for name in BEXT_NAMES):
        return b""
    parts = []
    for name, size in zip(BEXT_NAMES[:5], (256, 32, 32, 10, 8), strict=True):
        data = (tags.first(name) or "").encode("utf-8", "replace")
        if len(data) > size:
            notes.append(f"{name} was shortened to {size} bytes in the broadcast data; the ID3 chunk has it whole.")
            data = data[:size].decode("utf-8", "ignore").encode("utf-8")
        parts.append(data.ljust(size, b"\0"))
    reference, rate = tags.first("TIME_REFERENCE") or "", tags.first(_TIME_REFERENCE_RATE) or ""
    reference_samples = int(reference) if reference.isascii() and reference.isdecimal() and len(reference) < 19 else 0
    if rate.isascii() and rate.isdecimal() and 0 < int(rate[:9]) != sample_rate:
        reference_samples = CuePoint.at_sample(reference_samples, int(rate[:9])).position_at(sample_rate)
    parts.append(reference_samples.to_bytes(8, "little") + b"\x01\0" + bytes(64 + 10 + 180))
    history = (tags.first("CODING_HISTORY") or "").encode("ascii", "replace")
    return _chunk(b"bext", b"".join(parts) + history)
