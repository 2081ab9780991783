"""Writing the tags, cover and chapters of M4A files: a new ``udta`` in the movie header, the audio where it was."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.tags.files import SourceFile, rewriting
from tonmeister.media.tags.model import FRONT_COVER, CuePoint, Picture, Tags
from tonmeister.media.tags.mp4 import CHAPTER_UNITS_PER_S, Atom, atoms, top_atoms
from tonmeister.media.tags.names import MP4_ATOMS, MUSICBRAINZ_NAMES

_UTF8, _WHOLE_NUMBER, _UNTYPED = 1, 21, 0
_PICTURE_TYPES = {"image/jpeg": 13, "image/png": 14, "image/bmp": 27}
_MAX_CHAPTERS = 255
_MAX_LABEL_BYTES = 255
_ATOM_BY_NAME = {name: atom for atom, name in MP4_ATOMS.items()}
_CONTAINERS = {b"trak", b"mdia", b"minf", b"stbl"}
_HANDLER = bytes(8) + b"mdirappl" + bytes(9)


def write_mp4(path: Path, tags: Tags) -> list[str]:
    """Replace the tags, covers and chapters of an M4A file; where the audio moves, its offset tables follow."""
    notes = _picture_notes(tags.pictures) + _chapter_notes(tags.cue_points)
    with rewriting(path) as (source, target):
        top = list(top_atoms(source))
        moov = next((atom for atom in top if atom.kind == b"moov"), None)
        if moov is None or any(atom.kind in (b"moof", b"sidx") for atom in top):
            raise FormatUnsupportedError(
                f"{path.name} is not an M4A file with one whole movie header.",
                field="path",
                value=path.name,
                remedy="Fragmented MP4 is not written.",
            )
        data = source.read(moov.start, moov.stop - moov.start)
        _write_around(source, target, moov, _rebuild(data, tags))
    return notes


def _write_around(source: SourceFile, target: BinaryIO, moov: Atom, content: bytes) -> None:
    """Write the file with the new movie header in the place of the old one."""
    shift = len(content) + 8 - (moov.stop - moov.offset)
    if not _fits(content, moov.stop, shift):
        # 32-bit offsets that would overflow stay true when the header goes to the end and a gap keeps its place.
        source.copy(0, moov.offset, target)
        target.write(_gap(moov.stop - moov.offset))
        source.copy(moov.stop, source.size, target)
        target.write(_atom(b"moov", content))
        return
    source.copy(0, moov.offset, target)
    target.write(_atom(b"moov", _shifted(content, moov.stop, shift)))
    source.copy(moov.stop, source.size, target)


def _gap(size: int) -> bytes:
    return _atom(b"free", bytes(size - 8))


def _atom(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def _offset_tables(data: bytes, start: int, stop: int) -> list[Atom]:
    found = []
    for atom in atoms(data, start, stop, is_strict=True):
        if atom.kind in (b"stco", b"co64"):
            found.append(atom)
        elif atom.kind in _CONTAINERS:
            found += _offset_tables(data, atom.start, atom.stop)
    return found


def _entries(data: bytes, table: Atom) -> tuple[int, int, int]:
    """Return the width of a table's entries in bytes, where they begin, and how many there really are."""
    n_bytes = 8 if table.kind == b"co64" else 4
    claimed = int.from_bytes(data[table.start + 4 : table.start + 8], "big")
    return n_bytes, table.start + 8, min(claimed, (table.stop - table.start - 8) // n_bytes)


def _fits(content: bytes, moved_from: int, shift: int) -> bool:
    for table in _offset_tables(content, 0, len(content)):
        n_bytes, start, n_entries = _entries(content, table)
        for at in range(start, start + n_entries * n_bytes, n_bytes):
            offset = int.from_bytes(content[at : at + n_bytes], "big")
            if offset >= moved_from and (offset + shift).bit_length() > 8 * n_bytes:
                return False
    return True


def _shifted(content: bytes, moved_from: int, shift: int) -> bytes:
    """Return the movie header with every offset behind it moved."""
    if not shift:
        return content
    moved = bytearray(content)
    for table in _offset_tables(content, 0, len(content)):
        n_bytes, start, n_entries = _entries(content, table)
        for at in range(start, start + n_entries * n_bytes, n_bytes):
            offset = int.from_bytes(content[at : at + n_bytes], "big")
            if offset >= moved_from:
                moved[at : at + n_bytes] = (offset + shift).to_bytes(n_bytes, "big")
    return bytes(moved)


def _rebuild(moov: bytes, tags: Tags) -> bytes:
    """Return the content of the movie header with its user data replaced; user data of other kinds stays."""
    kept, user_data = [], []
    for atom in atoms(moov, is_strict=True):
        if atom.kind == b"udta":
            user_data += [
                moov[child.offset : child.stop]
                for child in _readable(moov, atom)
                if child.kind not in (b"meta", b"chpl") and child.kind[:1] != b"\xa9"
            ]
        elif atom.kind != b"meta" or b"mdir" not in moov[atom.start : atom.start + 32]:
            kept.append(moov[atom.offset : atom.stop])
    items = _build_items(tags)
    if items:
        user_data.append(_atom(b"meta", bytes(4) + _atom(b"hdlr", _HANDLER) + _atom(b"ilst", items)))
    if tags.cue_points:
        user_data.append(_atom(b"chpl", _build_chapters(tags.cue_points)))
    if user_data:
        kept.append(_atom(b"udta", b"".join(user_data)))
    return b"".join(kept)


def _readable(data: bytes, parent: Atom) -> list[Atom]:
    # QuickTime ends a list of user data with four zero bytes; `atoms` stops there by itself.
    return list(atoms(data, parent.start, parent.stop, is_strict=True))


def _data(kind: int, value: bytes) -> bytes:
    return _atom(b"data", kind.to_bytes(4, "big") + bytes(4) + value)


def _texts(values: tuple[str, ...]) -> bytes:
    return b"".join(_data(_UTF8, value.encode("utf-8", "replace")) for value in values)


def _freeform(name: str, values: tuple[str, ...]) -> bytes:
    spoken = MUSICBRAINZ_NAMES.get(name, name)
    head = _atom(b"mean", bytes(4) + b"com.apple.iTunes") + _atom(b"name", bytes(4) + spoken.encode("utf-8", "replace"))
    return _atom(b"----", head + _texts(values))


def _whole(text: str | None, limit: int = 0xFFFF) -> int | None:
    """Return the number that a text is, where it is a whole one that fits."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 and int(text) <= limit else None


def _build_items(tags: Tags) -> bytes:
    items = [_pair(tags, b"trkn", "TRACK", 2), _pair(tags, b"disk", "DISC", 0)]
    for name, values in tags.text.items():
        if name in ("TRACKNUMBER", "TRACKTOTAL", "DISCNUMBER", "DISCTOTAL"):
            if len(values) > 1 or _whole(values[0]) is None or str(int(values[0])) != values[0]:
                items.append(_freeform(name, values))
        elif name == "BPM":
            tempo_bpm = values[0].split(".")[0]
            if _whole(tempo_bpm):
                items.append(_atom(b"tmpo", _data(_WHOLE_NUMBER, int(tempo_bpm).to_bytes(2, "big"))))
            if _whole(values[0]) is None or len(values) > 1:
                items.append(_freeform(name, values))
        elif name == "COMPILATION" and values == ("1",):
            items.append(_atom(b"cpil", _data(_WHOLE_NUMBER, b"\x01")))
        elif name in _ATOM_BY_NAME:
            items.append(_atom(_ATOM_BY_NAME[name], _texts(values)))
        else:
            items.append(_freeform(name, values))
    covers = [
        _data(_PICTURE_TYPES.get(picture.mime, _UNTYPED), picture.data) for picture in _front_first(tags.pictures)
    ]
    if covers:
        items.append(_atom(b"covr", b"".join(covers)))
    return b"".join(items)


def _pair(tags: Tags, kind: bytes, prefix: str, n_padding: int) -> bytes:
    number, total = _whole(tags.first(prefix + "NUMBER")), _whole(tags.first(prefix + "TOTAL"))
    if not number and not total:
        return b""
    return _atom(
        kind,
        _data(
            _UNTYPED, bytes(2) + (number or 0).to_bytes(2, "big") + (total or 0).to_bytes(2, "big") + bytes(n_padding)
        ),
    )


def _front_first(pictures: tuple[Picture, ...]) -> list[Picture]:
    return sorted(pictures, key=lambda picture: picture.kind != FRONT_COVER)


def _picture_notes(pictures: tuple[Picture, ...]) -> list[str]:
    if any(picture.kind != FRONT_COVER or picture.description for picture in pictures):
        return ["The types and descriptions of pictures were not kept: M4A has covers only."]
    return []


def _chapter_notes(cue_points: tuple[CuePoint, ...]) -> list[str]:
    notes = []
    if len(cue_points) > _MAX_CHAPTERS:
        notes.append(f"Only the first {_MAX_CHAPTERS} cue points were kept: M4A holds no more.")
    if any(cue.duration_s is not None for cue in cue_points):
        notes.append("The durations of cue points were not kept: M4A has only their beginnings.")
    if any(len(cue.label.encode("utf-8", "replace")) > _MAX_LABEL_BYTES for cue in cue_points):
        notes.append(f"Names of cue points longer than {_MAX_LABEL_BYTES} bytes were shortened.")
    return notes


def _build_chapters(cue_points: tuple[CuePoint, ...]) -> bytes:
    parts = [b"\x01" + bytes(3 + 4), bytes([min(len(cue_points), _MAX_CHAPTERS)])]
    for cue in cue_points[:_MAX_CHAPTERS]:
        label = cue.label.encode("utf-8", "replace")[:_MAX_LABEL_BYTES].decode("utf-8", "ignore").encode("utf-8")
        parts.append(round(cue.position_s * CHAPTER_UNITS_PER_S).to_bytes(8, "big") + bytes([len(label)]) + label)
    return b"".join(parts)
