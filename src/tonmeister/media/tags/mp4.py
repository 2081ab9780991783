"""Reading the tags, cover and chapters of MP4 and M4A files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tonmeister.media.tags.files import MALFORMED, Cursor, SourceFile
from tonmeister.media.tags.model import CuePoint, Picture, TagDraft
from tonmeister.media.tags.names import GENRES, MP4_ATOMS

_MAX_ATOMS = 20_000
_MAX_CHAPTERS = 4_096
_PICTURE_TYPES = {13: "image/jpeg", 14: "image/png", 27: "image/bmp"}
_UNSAID = {b"pgap", b"free", b"stik"}
CHAPTER_UNITS_PER_S = 10_000_000


class Atom(NamedTuple):
    """A box of the file: four letters, where it begins, where its content begins, where it ends."""

    kind: bytes
    offset: int
    start: int
    stop: int


def top_atoms(file: SourceFile) -> Iterator[Atom]:
    """Go through the atoms of the file; one that claims to end behind the file ends with it."""
    offset = 0
    for _ in range(_MAX_ATOMS):
        head = file.read(offset, 16)
        if len(head) < 8:
            return
        size, start = _size(head, file.size - offset)
        if size < start:
            return
        yield Atom(head[4:8], offset, offset + start, min(offset + size, file.size))
        offset += size


def atoms(data: bytes, start: int = 0, stop: int | None = None, *, is_strict: bool = False) -> Iterator[Atom]:
    """Go through the atoms inside a block; one that claims more than there is ends with it, or raises ValueError."""
    offset, stop = start, len(data) if stop is None else stop
    for _ in range(_MAX_ATOMS):
        if offset + 8 > stop:
            return
        size, n_head = _size(data[offset : offset + 16], 0)
        if not size and not is_strict:
            return
        if size < n_head or (is_strict and size > stop - offset):
            raise ValueError(f"the atom {data[offset + 4 : offset + 8]!r} claims {size} bytes, {stop - offset} present")
        yield Atom(data[offset + 4 : offset + 8], offset, offset + n_head, min(offset + size, stop))
        offset += size


def _size(head: bytes, n_left: int) -> tuple[int, int]:
    """Return the size of an atom, ``n_left`` for one that says it goes on to the end, and the size of its head."""
    size = int.from_bytes(head[:4], "big")
    if size == 1:
        return (int.from_bytes(head[8:16], "big"), 16) if len(head) >= 16 else (0, 16)
    return (n_left if size == 0 else size), 8


def find_path(data: bytes, *kinds: bytes, start: int = 0, stop: int | None = None) -> Atom | None:
    """Return the first atom along a path, or None."""
    for atom in atoms(data, start, stop):
        if atom.kind == kinds[0]:
            if len(kinds) == 1:
                return atom
            return find_path(data, *kinds[1:], start=content_start(data, atom), stop=atom.stop)
    return None


def content_start(data: bytes, atom: Atom) -> int:
    """Return where the children begin: behind four bytes of version in a ``meta`` of MP4, at once in QuickTime's."""
    if atom.kind == b"meta" and data[atom.start + 4 : atom.start + 8] != b"hdlr":
        return min(atom.start + 4, atom.stop)
    return atom.start


def read_mp4(file: SourceFile, draft: TagDraft) -> None:
    """Read iTunes-style tags, cover and chapters."""
    moov = next((atom for atom in top_atoms(file) if atom.kind == b"moov"), None)
    if moov is None:
        draft.note("The MP4 file has no movie header (moov), so its tags are unknown.")
        return
    data = file.read(moov.start, moov.stop - moov.start)
    try:
        ilst = find_path(data, b"udta", b"meta", b"ilst") or find_path(data, b"meta", b"ilst")
        if ilst is not None:
            for item in atoms(data, ilst.start, ilst.stop):
                _read_item(data, item, draft)
    except MALFORMED as error:
        draft.skip("The MP4 tag list", error)
    try:
        chpl = find_path(data, b"udta", b"chpl")
        if chpl is not None:
            _read_nero_chapters(data[chpl.start : chpl.stop], draft)
        if not draft.cue_points:
            _read_chapter_track(file, data, draft)
    except MALFORMED as error:
        draft.skip("The MP4 chapter list", error)


def _read_item(data: bytes, item: Atom, draft: TagDraft) -> None:
    try:
        if item.kind == b"----":
            _read_freeform(data, item, draft)
            return
        values = [
            _value(data[atom.start : atom.stop]) for atom in atoms(data, item.start, item.stop) if atom.kind == b"data"
        ]
        for kind, value in values:
            _add_value(item.kind, kind, value, draft)
    except MALFORMED as error:
        draft.skip(f"The MP4 tag {item.kind.decode('latin-1')}", error)


def _value(atom: bytes) -> tuple[int, bytes]:
    if len(atom) < 8:
        raise ValueError("its value is shorter than its head")
    return int.from_bytes(atom[1:4], "big"), atom[8:]


def _text(kind: int, value: bytes) -> str:
    return value.decode("utf-16-be" if kind == 2 else "utf-8", "replace")


def _add_value(atom: bytes, kind: int, value: bytes, draft: TagDraft) -> None:
    if atom in MP4_ATOMS:
        draft.add(MP4_ATOMS[atom], _text(kind, value))
    elif atom in (b"trkn", b"disk"):
        number, total = int.from_bytes(value[2:4], "big"), int.from_bytes(value[4:6], "big")
        prefix = "TRACK" if atom == b"trkn" else "DISC"
        draft.add(prefix + "NUMBER", str(number or ""))
        draft.add(prefix + "TOTAL", str(total or ""))
    elif atom == b"covr":
        draft.add_picture(Picture(value, _PICTURE_TYPES.get(kind, "")))
    elif atom == b"gnre":
        number = int.from_bytes(value[:2], "big")
        if 1 <= number <= len(GENRES):
            draft.add("GENRE", GENRES[number - 1])
    elif atom in (b"tmpo", b"cpil"):
        number = int.from_bytes(value[:4], "big")
        draft.add("BPM" if atom == b"tmpo" else "COMPILATION", str(number or ""))
    elif kind == 1:
        draft.add(atom.decode("latin-1").replace("\xa9", ""), _text(kind, value))
    elif atom not in _UNSAID:
        draft.note(f"The MP4 tag {atom.decode('latin-1')} is not carried over.")


def _read_freeform(data: bytes, item: Atom, draft: TagDraft) -> None:
    name = ""
    for atom in atoms(data, item.start, item.stop):
        if atom.kind == b"name":
            name = data[atom.start + 4 : atom.stop].decode("utf-8", "replace")
        elif atom.kind == b"data":
            kind, value = _value(data[atom.start : atom.stop])
            if kind not in (0, 1, 2):
                draft.note(f"The MP4 tag {name[:40]!r} is not text and is not carried over.")
            elif name.upper() == "BPM":
                # The exact tempo beside the whole beats of ``tmpo``.
                draft.text["BPM"] = [_text(kind, value)]
            elif kind or _is_text(value):
                draft.add(name, _text(kind, value))


def _is_text(value: bytes) -> bool:
    """Tell whether a value of no declared type is text, as many programs write it."""
    return all(byte >= 0x20 or byte in b"\t\r\n" for byte in value)


def _read_nero_chapters(data: bytes, draft: TagDraft) -> None:
    cursor = Cursor(data)
    version = cursor.number(1)
    cursor.take(3 + (4 if version else 0))
    for _ in range(cursor.number(1)):
        position_s = cursor.number(8) / CHAPTER_UNITS_PER_S
        label = cursor.take(cursor.number(1)).decode("utf-8", "replace")
        draft.cue_points.append(CuePoint(position_s, label))


def _read_chapter_track(file: SourceFile, moov: bytes, draft: TagDraft) -> None:
    """Read QuickTime chapters: a text track that another track refers to."""
    tracks = [atom for atom in atoms(moov) if atom.kind == b"trak"]
    wanted: set[int] = set()
    for track in tracks:
        reference = find_path(moov, b"tref", b"chap", start=track.start, stop=track.stop)
        if reference is not None:
            wanted.add(int.from_bytes(moov[reference.start : reference.start + 4], "big"))
    for track in tracks:
        header = find_path(moov, b"tkhd", start=track.start, stop=track.stop)
        at = 0 if header is None else header.start + (20 if moov[header.start] else 12)
        if header is not None and int.from_bytes(moov[at : at + 4], "big") in wanted:
            _read_text_samples(file, moov, track, draft)


def _read_text_samples(file: SourceFile, moov: bytes, track: Atom, draft: TagDraft) -> None:
    media_header = find_path(moov, b"mdia", b"mdhd", start=track.start, stop=track.stop)
    table = find_path(moov, b"mdia", b"minf", b"stbl", start=track.start, stop=track.stop)
    if media_header is None or table is None:
        raise ValueError("the chapter track has no sample table")
    at = media_header.start + (20 if moov[media_header.start] else 12)
    timescale = int.from_bytes(moov[at : at + 4], "big")
    parts = {atom.kind: moov[atom.start : atom.stop] for atom in atoms(moov, table.start, table.stop)}
    offsets = _sample_offsets(parts)
    durations: list[int] = []
    times = Cursor(parts.get(b"stts", b""), 4)
    for _ in range(times.number(4)):
        n_samples, duration = times.number(4), times.number(4)
        durations += [duration] * min(n_samples, _MAX_CHAPTERS - len(durations))
    position = 0
    for offset, duration in zip(offsets, durations, strict=False):
        head = file.read(offset, 2)
        text = file.read(offset + 2, int.from_bytes(head, "big"))
        is_utf16 = text[:2] in (b"\xfe\xff", b"\xff\xfe")
        label = text.decode("utf-16" if is_utf16 else "utf-8", "replace")
        draft.cue_points.append(CuePoint(position / max(1, timescale), label))
        position += duration


def _sample_offsets(parts: dict[bytes, bytes]) -> list[int]:
    """Return where each sample of a track lies in the file, from its tables."""
    sizes_table = Cursor(parts.get(b"stsz", b""), 4)
    common, n_samples = sizes_table.number(4), sizes_table.number(4)
    n_samples = min(n_samples, _MAX_CHAPTERS)
    sizes = [common or sizes_table.number(4) for _ in range(n_samples)]
    n_bytes = 8 if b"co64" in parts else 4
    chunk_table = Cursor(parts.get(b"co64") or parts.get(b"stco", b""), 4)
    chunks = [chunk_table.number(n_bytes) for _ in range(min(chunk_table.number(4), _MAX_CHAPTERS))]
    run_table = Cursor(parts.get(b"stsc", b""), 4)
    runs = [
        (run_table.number(4), run_table.number(4), run_table.number(4))
        for _ in range(min(run_table.number(4), _MAX_CHAPTERS))
    ]
    offsets: list[int] = []
    for index, chunk in enumerate(chunks, 1):
        per_chunk = next((count for first, count, _ in reversed(runs) if first <= index), 0)
        for _ in range(min(per_chunk, n_samples - len(offsets))):
            offsets.append(chunk)
            chunk += sizes[len(offsets) - 1]
    return offsets
