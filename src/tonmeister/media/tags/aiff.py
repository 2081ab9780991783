"""Reading the texts, markers and ID3 chunk of AIFF files."""

from __future__ import annotations

from tonmeister.media.tags.files import MALFORMED, Cursor, SourceFile
from tonmeister.media.tags.id3 import id3v2_size, read_id3v2
from tonmeister.media.tags.model import CuePoint, TagDraft
from tonmeister.media.tags.riff import chunks, text_of

_TEXTS = {b"NAME": "TITLE", b"AUTH": "ARTIST", b"(c) ": "COPYRIGHT", b"ANNO": "COMMENT"}
_UNCARRIED = {b"INST", b"MIDI", b"APPL", b"AESD"}


def read_aiff(file: SourceFile, draft: TagDraft) -> None:
    """Read an AIFF or AIFF-C file's tags; its ID3 chunk goes before the older texts."""
    texts, uncarried = TagDraft(), []
    sample_rate = 0.0
    markers: list[tuple[int, str]] = []
    for chunk in chunks(file, "big"):
        if chunk.kind in _UNCARRIED:
            uncarried.append(chunk.kind.decode("ascii"))
        if chunk.kind not in (*_TEXTS, b"COMM", b"MARK", b"COMT", b"ID3 ", b"id3 "):
            continue
        data = file.read(chunk.start, chunk.stop - chunk.start)
        try:
            if chunk.kind in _TEXTS:
                texts.add(_TEXTS[chunk.kind], text_of(data))
            elif chunk.kind == b"COMM":
                sample_rate = read_extended(data[8:18])
            elif chunk.kind == b"MARK":
                markers += _read_markers(data)
            elif chunk.kind == b"COMT":
                _read_comments(data, texts)
            elif id3v2_size(data[:10]) is not None:
                read_id3v2(data, draft)
        except MALFORMED as error:
            draft.skip(f"The AIFF chunk {chunk.kind.decode('ascii').strip()!r}", error)
    if uncarried:
        draft.note(f"AIFF chunks that are not carried over: {', '.join(sorted(set(uncarried)))}.")
    if markers and 1 <= sample_rate < 10_000_000:
        draft.cue_points = [CuePoint.at_sample(position, round(sample_rate), label) for position, label in markers]
    elif markers:
        draft.note("The markers have no place in time: the AIFF file has no usable sample rate.")
    draft.fill(texts)


def _read_markers(data: bytes) -> list[tuple[int, str]]:
    cursor, found = Cursor(data), []
    for _ in range(cursor.number(2)):
        cursor.take(2)
        position = cursor.number(4)
        n_bytes = cursor.number(1)
        found.append((position, text_of(cursor.take(n_bytes))))
        if n_bytes % 2 == 0 and cursor.n_left:
            cursor.take(1)
    return found


def _read_comments(data: bytes, draft: TagDraft) -> None:
    cursor = Cursor(data)
    for _ in range(cursor.number(2)):
        cursor.take(6)
        n_bytes = cursor.number(2)
        draft.add("COMMENT", text_of(cursor.take(n_bytes)))
        if n_bytes % 2 and cursor.n_left:
            cursor.take(1)


def read_extended(data: bytes) -> float:
    """Return the number in ten bytes of the 80-bit floating-point format."""
    if len(data) < 10:
        raise ValueError("its sample rate is incomplete")
    exponent, mantissa = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
    sign, power = -1 if exponent & 0x8000 else 1, (exponent & 0x7FFF) - 16383 - 63
    return sign * mantissa * 2.0 ** max(-1000, min(900, power))
