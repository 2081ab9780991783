"""Reading ID3v1, ID3v2.2, 2.3 and 2.4, and finding where the tags of an MPEG file end and its audio begins."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tonmeister.media.tags.ape import find_ape, read_ape
from tonmeister.media.tags.files import MALFORMED, Cursor, SourceFile
from tonmeister.media.tags.model import CuePoint, Picture, TagDraft
from tonmeister.media.tags.names import GENRES, ID3_FRAMES, ID3_ROLES, ID3_UNSAID, ID3V22_FRAMES

_MAX_FRAMES = 10_000
_MAX_INFLATED = 64 << 20
_FRAME_ID = re.compile(rb"[A-Z][A-Z0-9]{2}[A-Z0-9 ]")
_ROLE_NAMES = {role.lower(): name for name, role in ID3_ROLES.items()}


def synchsafe(data: bytes) -> int:
    """Return the number held in the lower seven bits of each byte."""
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number


def id3v2_size(head: bytes) -> int | None:
    """Return the whole size of the ID3v2 tag that begins with these ten bytes, or None where none does."""
    if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or head[4] == 0xFF or max(head[6:10]) > 0x7F:
        return None
    has_footer = head[3] >= 4 and head[5] & 0x10
    return 10 + synchsafe(head[6:10]) + (10 if has_footer else 0)


@dataclass
class TagSpan:
    """Where the audio of a file lies between the tags before and behind it, and what those tags say."""

    start: int
    stop: int
    draft: TagDraft = field(default_factory=TagDraft)


def read_around(file: SourceFile) -> TagSpan:
    """Read the ID3 and APE tags before and behind the audio of a file."""
    span = TagSpan(0, file.size)
    for _ in range(8):
        size = id3v2_size(file.read(span.start, 10))
        if size is None:
            break
        _fill_id3v2(file.read(span.start, size), span.draft)
        span.start = min(span.start + size, file.size)
    last = TagDraft()
    for _ in range(8):
        size = _read_trailing(file, span, last)
        if not size:
            break
        span.stop -= size
    # ID3v1 cuts its texts at 30 characters, so every other tag goes before it.
    span.draft.fill(last)
    return span


def _read_trailing(file: SourceFile, span: TagSpan, last: TagDraft) -> int:
    """Read the last tag before ``span.stop`` and return its size, 0 where there is none."""
    stop, room = span.stop, span.stop - span.start
    tail = file.read(max(span.start, stop - 160), min(160, room))
    size = 0
    if tail[-10:-7] == b"3DI" and max(tail[-4:]) < 0x80 and 20 + synchsafe(tail[-4:]) <= room:
        size = 20 + synchsafe(tail[-4:])
        _fill_id3v2(file.read(stop - size, size), span.draft)
    elif tail[-128:-125] == b"TAG" and room >= 128:
        size = 128
        read_id3v1(tail[-128:], last)
    elif tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        size = int(tail[-15:-9]) + 15
        span.draft.note("A Lyrics3 tag was not read.")
    elif ape := find_ape(file, span.start, stop):
        size = stop - ape[0]
        part = TagDraft()
        read_ape(file.read(*ape), part)
        span.draft.fill(part)
    return size if size <= room else 0


def _fill_id3v2(tag: bytes, draft: TagDraft) -> None:
    part = TagDraft()
    read_id3v2(tag, part)
    draft.fill(part)


def read_id3v1(tag: bytes, draft: TagDraft) -> None:
    """Read the 128 bytes of an ID3v1 or 1.1 tag."""
    comment, track = tag[97:127], 0
    if comment[28] == 0 and comment[29]:
        comment, track = comment[:28], comment[29]
    for name, data in (
        ("TITLE", tag[3:33]),
        ("ARTIST", tag[33:63]),
        ("ALBUM", tag[63:93]),
        ("DATE", tag[93:97]),
        ("COMMENT", comment),
    ):
        draft.add(name, data.partition(b"\0")[0].decode("latin-1"))
    if track:
        draft.add("TRACKNUMBER", str(track))
    if tag[127] < len(GENRES):
        draft.add("GENRE", GENRES[tag[127]])


def read_id3v2(tag: bytes, draft: TagDraft) -> None:
    """Read a whole ID3v2 tag, header included; malformed frames are skipped and noted."""
    major, flags = tag[3], tag[5]
    body = tag[10 : 10 + synchsafe(tag[6:10])]
    if major not in (2, 3, 4):
        draft.note(f"An ID3v2.{major} tag was not read: there are 2.2, 2.3 and 2.4.")
        return
    if len(body) < synchsafe(tag[6:10]):
        draft.note("The ID3 tag says that it is longer than the file.")
    if flags & 0x80 and major < 4:
        body = _undo_unsynchronisation(body)
    start = 0
    if flags & 0x40:
        if major == 2:
            draft.note("A compressed ID3v2.2 tag was not read: no such compression was ever defined.")
            return
        start = synchsafe(body[:4]) if major == 4 else 4 + int.from_bytes(body[:4], "big")
    _Reading(major, bool(flags & 0x80), draft).read(body, start)


def _undo_unsynchronisation(data: bytes) -> bytes:
    return data.replace(b"\xff\x00", b"\xff")


def decode(encoding: int, data: bytes) -> str:
    """Return text in one of the four encodings of ID3."""
    if encoding == 0:
        return data.decode("latin-1")
    if encoding == 3:
        return data.decode("utf-8", "replace")
    if encoding == 2 or data.startswith(b"\xfe\xff"):
        return data.decode("utf-16-be", "replace").lstrip("\ufeff")
    if encoding == 1:
        return data.decode("utf-16-le", "replace").lstrip("\ufeff")
    raise ValueError(f"there is no text encoding {encoding}")


def _split(encoding: int, data: bytes) -> tuple[str, bytes]:
    """Take a terminated text from the front; return it and what follows."""
    if encoding in (0, 3):
        head, _, rest = data.partition(b"\0")
        return decode(encoding, head), rest
    stop = data.find(b"\0\0")
    while stop >= 0 and stop % 2:
        stop = data.find(b"\0\0", stop + 1)
    return (decode(encoding, data), b"") if stop < 0 else (decode(encoding, data[:stop]), data[stop + 2 :])


def _values(data: bytes) -> list[str]:
    return [part.strip("\ufeff") for part in decode(data[0], data[1:]).split("\0")] if data else []


@dataclass
class _Chapter:
    start_ms: int
    end_ms: int
    label: str


class _Reading:
    """One tag being read: its version, and what several frames say together."""

    def __init__(self, major: int, unsynchronised: bool, draft: TagDraft) -> None:
        self.major = major
        self.unsynchronised = unsynchronised and major == 4
        self.draft = draft
        self.date: dict[str, str] = {}
        self.chapters: list[_Chapter] = []
        self.length_ms: int | None = None
        self.unkept: list[str] = []
        self.n_frames = 0
        self.n_inflated = 0

    def read(self, body: bytes, start: int) -> None:
        """Read all frames."""
        for frame, data in self._frames(body, start):
            try:
                self._read_frame(frame, data)
            except MALFORMED as error:
                self.draft.skip(f"The ID3 frame {frame}", error)
        self._finish()

    def _frames(self, body: bytes, start: int) -> Iterator[tuple[str, bytes]]:
        n_id, n_head = (3, 6) if self.major == 2 else (4, 10)
        position = start
        while position + n_head < len(body) and body[position]:
            self.n_frames += 1
            if self.n_frames > _MAX_FRAMES:
                self.draft.note(f"Only the first {_MAX_FRAMES} frames of the ID3 tag were read.")
                return
            name = body[position : position + n_id]
            if not _FRAME_ID.fullmatch(name.ljust(4, b" ")):
                self.draft.note("The ID3 tag is damaged: what follows its last readable frame was skipped.")
                return
            size = self._size(body, position)
            flags = 0 if self.major == 2 else body[position + 9]
            position += n_head
            data = body[position : position + size]
            position += size
            frame = name.decode("ascii")
            frame = ID3V22_FRAMES.get(frame, frame) if self.major == 2 else frame.strip()
            if len(data) < size:
                self.draft.skip(f"The ID3 frame {frame}", f"{size} bytes claimed, {len(data)} present")
                return
            try:
                yield frame, self._unpack(data, flags)
            except MALFORMED as error:
                self.draft.skip(f"The ID3 frame {frame}", error)

    def _size(self, body: bytes, position: int) -> int:
        if self.major == 2:
            return int.from_bytes(body[position + 3 : position + 6], "big")
        raw = body[position + 4 : position + 8]
        plain = int.from_bytes(raw, "big")
        if self.major == 3 or max(raw) > 0x7F:
            return plain
        safe = synchsafe(raw)
        # Old iTunes wrote plain sizes into 2.4 tags: believe them where only they lead to another frame.
        if safe != plain and not _is_boundary(body, position + 10 + safe) and _is_boundary(body, position + 10 + plain):
            return plain
        return safe

    def _unpack(self, data: bytes, flags: int) -> bytes:
        """Return the content of a frame, without grouping, length, unsynchronisation and compression."""
        if self.major == 2:
            return data
        is_new = self.major == 4
        compressed, encrypted, grouped = (0x08, 0x04, 0x40) if is_new else (0x80, 0x40, 0x20)
        if flags & encrypted:
            raise ValueError("it is encrypted")
        if is_new:
            data = data[1:] if flags & grouped else data
            data = data[4:] if flags & (0x01 | compressed) else data
            data = _undo_unsynchronisation(data) if flags & 0x02 or self.unsynchronised else data
        else:
            data = data[4:] if flags & compressed else data
            data = data[1:] if flags & grouped else data
        return self._inflate(data) if flags & compressed else data

    def _inflate(self, data: bytes) -> bytes:
        unpacker = zlib.decompressobj()
        room = _MAX_INFLATED - self.n_inflated
        unpacked = unpacker.decompress(data, room) if room > 0 else b""
        self.n_inflated += len(unpacked)
        if not unpacker.eof:
            raise ValueError("its compressed content is incomplete or unreasonably large")
        return unpacked

    def _read_frame(self, frame: str, data: bytes) -> None:
        special: dict[str, Callable[[bytes], None]] = {
            "TXXX": self._user_text,
            "WXXX": self._user_url,
            "COMM": self._comment,
            "USLT": self._lyrics,
            "APIC": self._picture,
            "UFID": self._identifier,
            "CHAP": self._chapter,
            "TCON": self._genre,
            "TIPL": self._people,
            "IPLS": self._people,
            "TMCL": self._musicians,
        }
        if frame in special:
            special[frame](data)
        elif frame in ("TYER", "TDAT", "TIME"):
            self.date[frame] = "".join(_values(data)[:1]).strip()
        elif frame == "TLEN":
            digits = "".join(_values(data)[:1])
            self.length_ms = int(digits) if digits.isdecimal() else None
        elif frame.startswith("T") or frame in ("MVNM", "MVIN", "GRP1"):
            if frame not in ID3_UNSAID:
                for value in _values(data):
                    self.draft.add(ID3_FRAMES.get(frame, frame), value)
        elif frame.startswith("W"):
            self.draft.add(ID3_FRAMES.get(frame, frame), data.partition(b"\0")[0].decode("latin-1"))
        elif frame not in ("CTOC", "SEEK", "ASPI", "CRM"):
            self.unkept.append(frame)

    def _user_text(self, data: bytes) -> None:
        name, *values = _values(data)
        for value in values:
            self.draft.add(name or "TXXX", value)

    def _user_url(self, data: bytes) -> None:
        _, url = _split(data[0], data[1:])
        self.draft.add("URL", url.partition(b"\0")[0].decode("latin-1"))

    def _comment(self, data: bytes) -> None:
        description, rest = _split(data[0], data[4:])
        is_program_data = description.startswith("iTun")
        name = description if is_program_data or not description else f"COMMENT:{description}"
        for value in _values(data[:1] + rest):
            self.draft.add(name or "COMMENT", value)

    def _lyrics(self, data: bytes) -> None:
        _, rest = _split(data[0], data[4:])
        for value in _values(data[:1] + rest):
            self.draft.add("LYRICS", value)

    def _picture(self, data: bytes) -> None:
        if self.major == 2:
            mime, rest = {b"JPG": "image/jpeg", b"PNG": "image/png", b"-->": "-->"}.get(data[1:4], ""), data[4:]
        else:
            mime, rest = _split(0, data[1:])
        description, picture = _split(data[0], rest[1:])
        self.draft.add_picture(Picture(picture, mime, rest[0], description))

    def _identifier(self, data: bytes) -> None:
        owner, _, identifier = data.partition(b"\0")
        if owner == b"http://musicbrainz.org":
            self.draft.add("MUSICBRAINZ_TRACKID", identifier.decode("latin-1"))
        else:
            self.unkept.append("UFID")

    def _genre(self, data: bytes) -> None:
        for value in _values(data):
            for genre in genres(value):
                self.draft.add("GENRE", genre)

    def _people(self, data: bytes) -> None:
        values = _values(data)
        for role, person in zip(values[::2], values[1::2], strict=False):
            self.draft.add(_ROLE_NAMES.get(role.lower(), role or "PERFORMER"), person)

    def _musicians(self, data: bytes) -> None:
        values = _values(data)
        for instrument, person in zip(values[::2], values[1::2], strict=False):
            self.draft.add("PERFORMER", f"{person} ({instrument})" if instrument else person)

    def _chapter(self, data: bytes) -> None:
        _, rest = _split(0, data)
        cursor = Cursor(rest)
        start_ms, end_ms = cursor.number(4), cursor.number(4)
        cursor.take(8)
        label = ""
        for frame, content in self._frames(cursor.rest(), 0):
            if frame == "TIT2":
                label = "".join(_values(content)[:1])
        self.chapters.append(_Chapter(start_ms, end_ms, label))

    def _finish(self) -> None:
        year, day, time = (self.date.get(frame, "") for frame in ("TYER", "TDAT", "TIME"))
        if year and "DATE" not in self.draft.text:
            if len(year) == 4 and len(day) == 4 and day.isdecimal():
                year += f"-{day[2:]}-{day[:2]}"
                if len(time) == 4 and time.isdecimal():
                    year += f"T{time[:2]}:{time[2:]}"
            self.draft.add("DATE", year)
        self.chapters.sort(key=lambda chapter: chapter.start_ms)
        ends = [chapter.start_ms for chapter in self.chapters[1:]] + [self.length_ms]
        for chapter, next_ms in zip(self.chapters, ends, strict=False):
            # A chapter that reaches to the next one, or to the end of the song, is a point and no region.
            is_region = chapter.start_ms < chapter.end_ms < 0xFFFFFFFF and chapter.end_ms != next_ms
            duration_s = (chapter.end_ms - chapter.start_ms) / 1000 if is_region else None
            self.draft.cue_points.append(CuePoint(chapter.start_ms / 1000, chapter.label, duration_s))
        if self.unkept:
            self.draft.note(f"ID3 frames that are not carried over: {', '.join(sorted(set(self.unkept)))[:200]}.")


def _is_boundary(body: bytes, position: int) -> bool:
    return position == len(body) or (
        position < len(body) and (body[position] == 0 or bool(_FRAME_ID.fullmatch(body[position : position + 4])))
    )


def genres(text: str) -> list[str]:
    """Return the names in a genre as ID3 writes it: ``17``, ``(17)``, ``(17)(4)Own name``, ``RX``."""
    found = []
    while match := re.match(r"\((\d+|RX|CR)\)", text):
        found.append(match[1])
        text = text[match.end() :]
    text = text.removeprefix("(") if text.startswith("((") else text
    named = [_genre_name(code) for code in found]
    if text and _genre_name(text) not in named:
        named.append(_genre_name(text))
    return named


def _genre_name(code: str) -> str:
    if code.isdecimal() and int(code[:4]) < len(GENRES):
        return GENRES[int(code[:4])]
    return {"RX": "Remix", "CR": "Cover"}.get(code, code)
