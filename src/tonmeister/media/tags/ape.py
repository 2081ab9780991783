"""Reading APE tags (versions 1 and 2), which stand at the end of MP3, Musepack, WavPack and Monkey's Audio files."""

from __future__ import annotations

from tonmeister.media.tags.files import MALFORMED, Cursor, SourceFile
from tonmeister.media.tags.model import FRONT_COVER, Picture, TagDraft

_FOOTER_BYTES = 32
_MAX_ITEMS = 5_000
_PICTURE_KINDS = {"COVER ART (FRONT)": FRONT_COVER, "COVER ART (BACK)": 4}


def find_ape(file: SourceFile, start: int, stop: int) -> tuple[int, int] | None:
    """Return offset and size of the APE tag that ends at ``stop``, or None."""
    footer = file.read(stop - _FOOTER_BYTES, _FOOTER_BYTES) if stop - start >= _FOOTER_BYTES else b""
    if footer[:8] != b"APETAGEX":
        return None
    size = int.from_bytes(footer[12:16], "little")
    has_header = int.from_bytes(footer[20:24], "little") & 0x80000000
    offset = stop - size - (_FOOTER_BYTES if has_header else 0)
    if size < _FOOTER_BYTES or offset < start:
        return None
    return offset, stop - offset


def read_ape(tag: bytes, draft: TagDraft) -> None:
    """Read a whole APE tag, footer included."""
    footer = tag[-_FOOTER_BYTES:]
    n_items = int.from_bytes(footer[16:20], "little")
    cursor = Cursor(tag[_FOOTER_BYTES if tag[:8] == b"APETAGEX" else 0 : -_FOOTER_BYTES], order="little")
    for _ in range(min(n_items, _MAX_ITEMS)):
        try:
            _read_item(cursor, draft)
        except MALFORMED as error:
            draft.skip("An item of the APE tag", error)
            return


def _read_item(cursor: Cursor, draft: TagDraft) -> None:
    size, flags = cursor.number(4), cursor.number(4)
    stop = cursor.data.find(b"\0", cursor.position, cursor.position + 256)
    if stop < 0:
        raise ValueError("its name does not end")
    key = cursor.take(stop - cursor.position).decode("latin-1")
    cursor.take(1)
    value = cursor.take(size)
    kind = flags >> 1 & 3
    if kind == 1 and key.upper().startswith("COVER ART"):
        name, _, picture = value.partition(b"\0")
        draft.add_picture(
            Picture(
                picture, "", _PICTURE_KINDS.get(key.upper(), 0), "" if b"." in name else name.decode("utf-8", "replace")
            )
        )
    elif kind == 0:
        for text in value.split(b"\0"):
            draft.add(key, text.decode("utf-8", "replace"))
    else:
        draft.note(f"The APE item {key[:40]!r} is not carried over.")
