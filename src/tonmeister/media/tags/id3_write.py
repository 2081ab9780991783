"""Writing ID3v2.4 tags.

2.4 and not 2.3: it alone has UTF-8, several values in a field and whole dates, and everything of the last fifteen years
reads it. Texts in plain ASCII are marked as Latin-1, which the oldest players understand too.
"""

from __future__ import annotations

from pathlib import Path

from tonmeister.media.tags.files import rewriting
from tonmeister.media.tags.id3 import read_around
from tonmeister.media.tags.model import CuePoint, Tags
from tonmeister.media.tags.names import ID3_FRAME_BY_NAME, ID3_ROLES, MUSICBRAINZ_NAMES

_MAX_BYTES = (1 << 28) - 1
_PADDING = bytes(1024)
_MAX_CHAPTERS_IN_CONTENTS = 255
_NO_OFFSET = b"\xff\xff\xff\xff"


def write_mp3(path: Path, tags: Tags, sample_rate: int, n_samples: int) -> list[str]:
    """Put an ID3v2.4 tag before the audio of an MP3 file, in place of all tags that it has."""
    tag, notes = build_id3v2(tags, sample_rate=sample_rate, n_samples=n_samples)
    with rewriting(path) as (source, target):
        span = read_around(source)
        target.write(tag)
        source.copy(span.start, span.stop, target)
    return notes


def build_id3v2(tags: Tags, *, sample_rate: int, n_samples: int, with_chapters: bool = True) -> tuple[bytes, list[str]]:
    """Return a whole ID3v2.4 tag, and notes on what it cannot hold."""
    notes: list[str] = []
    frames = _text_frames(tags)
    if with_chapters and tags.cue_points:
        frames += _chapter_frames(tags.cue_points, sample_rate, n_samples)
    body = b"".join(frames)
    for picture in tags.pictures:
        encoding, description = _encode(picture.description)
        head = (
            bytes([encoding])
            + picture.mime.encode("latin-1", "replace")
            + b"\0"
            + bytes([picture.kind & 0xFF])
            + description
            + b"\0"
        )
        frame_bytes = len(head) + len(picture.data) + 10
        if len(body) + frame_bytes + len(_PADDING) > _MAX_BYTES:
            notes.append(f"A picture of {len(picture.data)} bytes does not fit into an ID3 tag and was left out.")
        else:
            body += _frame("APIC", head + picture.data)
    if len(body) + len(_PADDING) > _MAX_BYTES:
        notes.append("The tags are larger than an ID3 tag can be and were left out.")
        body = b""
    body += _PADDING
    return b"ID3\x04\x00\x00" + _synchsafe(len(body)) + body, notes


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _frame(name: str, data: bytes) -> bytes:
    # Sizes beyond what seven-bit bytes can say never reach the file: the tag as a whole is refused first.
    return name.encode("ascii") + _synchsafe(len(data)) + b"\0\0" + data


def _encode(*texts: str) -> tuple[int, bytes]:
    """Return the encoding and the texts, separated by zeros."""
    joined = "\0".join(text.replace("\0", " ") for text in texts)
    return (0, joined.encode("ascii")) if joined.isascii() else (3, joined.encode("utf-8", "replace"))


def _text_frame(name: str, *texts: str) -> bytes:
    encoding, data = _encode(*texts)
    return _frame(name, bytes([encoding]) + data)


def _language_frame(name: str, language: str, description: str, values: tuple[str, ...]) -> bytes:
    encoding, data = _encode(description, *values)
    return _frame(name, bytes([encoding]) + language.encode("ascii") + data)


def _text_frames(tags: Tags) -> list[bytes]:
    language = tags.first("LANGUAGE") or ""
    language = language.lower() if len(language) == 3 and language.isascii() and language.isalpha() else "XXX"
    frames, people = [], []
    for name, values in tags.text.items():
        if name in ("TRACKTOTAL", "DISCTOTAL") and name.replace("TOTAL", "NUMBER") in tags.text:
            continue
        if name in ("TRACKNUMBER", "DISCNUMBER"):
            total = tags.first(name.replace("NUMBER", "TOTAL"))
            frames.append(
                _text_frame(ID3_FRAME_BY_NAME[name], f"{values[0]}/{total}" if total else values[0], *values[1:])
            )
        elif name in ID3_ROLES:
            people += [text for value in values for text in (ID3_ROLES[name], value)]
        elif name == "COMMENT" or name.startswith("COMMENT:"):
            frames.append(_language_frame("COMM", language, name[8:], values))
        elif name == "LYRICS":
            frames.append(_language_frame("USLT", language, "", values))
        elif name == "MUSICBRAINZ_TRACKID" and len(values) == 1:
            frames.append(_frame("UFID", b"http://musicbrainz.org\0" + values[0].encode("ascii", "replace")[:64]))
        elif name in ("WEBSITE", "LICENSE", "URL") and len(values) == 1 and values[0].isascii() and ":" in values[0]:
            head = b"\0\0" if name == "URL" else b""
            frames.append(_frame(ID3_FRAME_BY_NAME[name], head + values[0].encode("ascii")))
        elif name in ID3_FRAME_BY_NAME and not ID3_FRAME_BY_NAME[name].startswith("W"):
            frames.append(_text_frame(ID3_FRAME_BY_NAME[name], *values))
        else:
            frames.append(_text_frame("TXXX", MUSICBRAINZ_NAMES.get(name, name), *values))
    if people:
        frames.append(_text_frame("TIPL", *people))
    return frames


def _chapter_frames(cue_points: tuple[CuePoint, ...], sample_rate: int, n_samples: int) -> list[bytes]:
    length_ms = round(1000 * n_samples / sample_rate)
    starts_ms = [round(cue.position_s * 1000) for cue in cue_points]
    names = [f"chp{index}" for index in range(len(cue_points))]
    frames = [_text_frame("TLEN", str(length_ms))]
    for cue, start_ms, next_ms, name in zip(cue_points, starts_ms, [*starts_ms[1:], length_ms], names, strict=True):
        end_ms = next_ms if cue.duration_s is None else round((cue.position_s + cue.duration_s) * 1000)
        times = start_ms.to_bytes(4, "big") + max(start_ms, end_ms).to_bytes(4, "big")
        title = _text_frame("TIT2", cue.label) if cue.label else b""
        frames.append(_frame("CHAP", name.encode() + b"\0" + times + _NO_OFFSET * 2 + title))
    listed = names[:_MAX_CHAPTERS_IN_CONTENTS]
    frames.append(
        _frame("CTOC", b"toc\0\x03" + bytes([len(listed)]) + b"".join(name.encode() + b"\0" for name in listed))
    )
    return frames
