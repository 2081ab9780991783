"""Vorbis comments, and the picture block that FLAC, Ogg Vorbis and Opus share."""

from __future__ import annotations

import base64
import re

from tonmeister.media.tags.files import MALFORMED, Cursor
from tonmeister.media.tags.model import FRONT_COVER, CuePoint, Picture, TagDraft, Tags

_MAX_COMMENTS = 50_000
_CHAPTER = re.compile(r"CHAPTER(\d{3})(NAME)?")
_CHAPTER_TIME = re.compile(r"(\d{1,3}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)")


def read_comments(data: bytes, draft: TagDraft) -> str:
    """Read a block of Vorbis comments and return the vendor text in front of it."""
    cursor = Cursor(data, order="little")
    vendor = cursor.take(cursor.number(4)).decode("utf-8", "replace")
    starts: dict[str, float] = {}
    labels: dict[str, str] = {}
    cover_mime = ""
    n_comments = cursor.number(4)
    if n_comments > _MAX_COMMENTS:
        draft.note(f"{n_comments} comments are claimed; at most {_MAX_COMMENTS} are read.")
    for _ in range(min(n_comments, _MAX_COMMENTS)):
        try:
            name, equals, value = cursor.take(cursor.number(4)).decode("utf-8", "replace").partition("=")
        except MALFORMED as error:
            draft.skip("A Vorbis comment", error)
            break
        name = name.strip().upper()
        chapter = _CHAPTER.fullmatch(name)
        if not equals:
            draft.note("A Vorbis comment without a name was skipped.")
        elif name == "METADATA_BLOCK_PICTURE":
            _read_encoded_picture(value, draft)
        elif name == "COVERARTMIME":
            cover_mime = value
        elif name == "COVERART":
            try:
                draft.add_picture(Picture(base64.b64decode(value), cover_mime, FRONT_COVER))
            except MALFORMED as error:
                draft.skip("A cover in a Vorbis comment", error)
        elif chapter and chapter[2]:
            labels[chapter[1]] = value
        elif chapter and (time := _CHAPTER_TIME.fullmatch(value.strip())):
            starts[chapter[1]] = int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3])
        else:
            draft.add(name, value)
    draft.cue_points += [CuePoint(start, labels.get(number, "")) for number, start in starts.items()]
    return vendor


def _read_encoded_picture(value: str, draft: TagDraft) -> None:
    try:
        draft.add_picture(read_picture(base64.b64decode(value)))
    except MALFORMED as error:
        draft.skip("A picture in a Vorbis comment", error)


def read_picture(data: bytes) -> Picture:
    """Read a FLAC picture block; raise ValueError where it is malformed."""
    cursor = Cursor(data)
    kind = cursor.number(4)
    mime = cursor.take(cursor.number(4)).decode("ascii", "replace")
    description = cursor.take(cursor.number(4)).decode("utf-8", "replace")
    cursor.take(16)
    return Picture(cursor.take(cursor.number(4)), mime, min(kind, 255), description)


def build_picture(picture: Picture) -> bytes:
    """Return a FLAC picture block."""
    mime = picture.mime.encode("ascii", "replace")
    description = picture.description.encode("utf-8", "replace")
    width, height, n_bits = _find_size(picture.data)
    numbers = b"".join(number.to_bytes(4, "big") for number in (width, height, n_bits, 0))
    return b"".join(
        (
            _sized(picture.kind),
            _sized(len(mime)),
            mime,
            _sized(len(description)),
            description,
            numbers,
            _sized(len(picture.data)),
            picture.data,
        )
    )


def _sized(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _find_size(data: bytes) -> tuple[int, int, int]:
    """Return width, height and bits per pixel of a PNG or JPEG picture, zeros where they are not found."""
    if data.startswith(b"\x89PNG") and len(data) >= 26:
        n_components = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(data[25], 0)
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"), data[24] * n_components
    position = 2
    while data.startswith(b"\xff\xd8") and position + 10 < len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(data[position + at : position + at + 2], "big") for at in (5, 7))
            return width, height, data[position + 4] * data[position + 9]
        position += 2 + max(2, int.from_bytes(data[position + 2 : position + 4], "big"))
    return 0, 0, 0


def build_comments(tags: Tags, vendor: str, *, with_pictures: bool, extra: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return a block of Vorbis comments; chapters are in it, and the pictures where asked for."""
    comments = [*extra]
    comments += [(_field_name(name), value) for name, values in tags.text.items() for value in values]
    for number, cue in enumerate(tags.cue_points[:999], 1):
        total_ms = round(cue.position_s * 1000)
        minutes, ms = divmod(total_ms, 60_000)
        comments.append((f"CHAPTER{number:03}", f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"))
        comments.append((f"CHAPTER{number:03}NAME", cue.label))
    if with_pictures:
        comments += [
            ("METADATA_BLOCK_PICTURE", base64.b64encode(build_picture(picture)).decode("ascii"))
            for picture in tags.pictures
        ]
    parts = [_little(vendor), len(comments).to_bytes(4, "little")]
    parts += [_little(f"{name}={value}") for name, value in comments]
    return b"".join(parts)


def _little(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return len(data).to_bytes(4, "little") + data


def _field_name(name: str) -> str:
    """Return the name with what Vorbis forbids in names (all but 0x20 to 0x7D without '=') replaced."""
    return re.sub(r"[^\x20-\x3c\x3e-\x7d]", "_", name)


def comment_notes(tags: Tags) -> list[str]:
    """Return what Vorbis comments cannot say of these tags."""
    notes = []
    if any(_field_name(name) != name for name in tags.text):
        notes.append("Field names with characters outside of ASCII were changed: Vorbis comments do not allow them.")
    if len(tags.cue_points) > 999:
        notes.append("Only the first 999 cue points were kept: Vorbis comments count them in three digits.")
    if any(cue.duration_s is not None for cue in tags.cue_points):
        notes.append("The durations of cue points were not kept: Vorbis comments have only their beginnings.")
    return notes
