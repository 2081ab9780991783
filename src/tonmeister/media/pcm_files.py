"""WAV and AIFF: read here, because broken headers are common and other readers refuse or misread them."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tonmeister.core.audio import Samples
from tonmeister.core.errors import AudioEmptyError
from tonmeister.dsp.pcm import Encoding, unpack
from tonmeister.media import layout as speakers
from tonmeister.media.decoder import SourceInfo, check_stream, unreadable

_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_GUID_TAIL = bytes.fromhex("0000 1000 8000 00aa 0038 9b71")
_GUID_TAIL_BIG = bytes.fromhex("0000 0010 8000 00aa 0038 9b71")
_UNKNOWN_LENGTH = 0xFFFFFFFF
_MAX_CHUNKS = 10_000
# Below this many bytes a forgotten length field (0) and a really empty chunk cannot be told apart.
_PEEKED_BYTES = 1 << 16

_CODECS = {Encoding.FLOAT: "float", Encoding.A_LAW: "alaw", Encoding.MU_LAW: "mulaw"}


@dataclass
class Stored:
    """Where and how a file stores its samples. ``foreign`` names a codec that is decoded elsewhere."""

    sample_rate: int = 0
    n_channels: int = 0
    width: int = 0
    encoding: Encoding = Encoding.SIGNED
    big_endian: bool = False
    bit_depth: int = 0
    layout: tuple[str, ...] = ()
    data_start: int = 0
    n_bytes: int = 0
    foreign: int | str | None = None
    repairs: list[str] = field(default_factory=list)

    @property
    def n_frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.n_channels * self.width


class PcmDecoder:
    """The samples of a WAV or AIFF file."""

    def __init__(self, file: BinaryIO, path: Path, container: str, stored: Stored):
        self._file = file
        self._stored = stored
        self._left = stored.n_bytes // stored.n_frame_bytes
        self._at = stored.data_start
        self.repairs = stored.repairs
        codec = _CODECS.get(stored.encoding, "pcm")
        self.info = SourceInfo(
            path,
            container,
            codec,
            stored.sample_rate,
            stored.n_channels,
            self._left,
            stored.bit_depth,
            stored.layout,
            is_lossy=stored.encoding in (Encoding.A_LAW, Encoding.MU_LAW),
            n_samples_guessed=self._left,
        )

    def skip(self, n_samples: int) -> int:
        """Pass over samples without reading them; return how many there were."""
        n_passed = min(n_samples, self._left)
        self._left -= n_passed
        self._at += n_passed * self._stored.n_frame_bytes
        return n_passed

    def read(self, n_samples: int) -> Samples:
        """Return the next samples."""
        stored = self._stored
        wanted = min(n_samples, self._left) * stored.n_frame_bytes
        data = bytearray(wanted)
        view = memoryview(data)
        n_read = 0
        while n_read < wanted:
            n_more = os.preadv(self._file.fileno(), [view[n_read:]], self._at + n_read)
            if n_more == 0:
                break
            n_read += n_more
        sound = unpack(view[:n_read], stored.n_channels, stored.width, stored.encoding, big_endian=stored.big_endian)
        if sound.shape[1] < min(n_samples, self._left):
            self.repairs.append(
                f"The file became shorter while it was read; {sound.shape[1]} samples of the last block are there."
            )
            self._left = sound.shape[1]
        self._left -= sound.shape[1]
        self._at += wanted
        return sound

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_wav_header(file: BinaryIO, path: Path) -> Stored:
    """Find out where and how a WAV file (RIFF, RIFX, RF64, BW64) stores its samples."""
    size = file.seek(0, 2)
    file.seek(0)
    mark = file.read(12)[:4]
    order = ">" if mark == b"RIFX" else "<"
    stored: Stored | None = None
    found: tuple[int, int] | None = None
    long_data: int | None = None
    at = 12
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            break
        name, length = struct.unpack(order + "4sI", head)
        at += 8
        if name == b"ds64" and length >= 24:
            long_data = struct.unpack(order + "Q", file.read(24)[8:16])[0] if at + 24 <= size else None
        elif name == b"fmt ":
            stored = stored or _parse_fmt(file.read(min(length, 64)), order, path)
        elif name == b"data":
            length = long_data if length == _UNKNOWN_LENGTH and long_data else length
            if length == 0 and size - at >= 4 and not _chunks_follow(file, at, size, order):
                length = _UNKNOWN_LENGTH
            found = found if found and found[1] else (at, length)
            if stored is not None:
                break
        at += length + length % 2
    if stored is None:
        raise unreadable(path, "its WAV header has no format description")
    if found is None:
        raise empty(path)
    stored.data_start = found[0]
    stored.n_bytes = min(found[1], size - found[0])
    if stored.foreign is None:
        _finish(stored, found[1], path)
        _settle_justification(file, stored)
    return stored


def _chunks_follow(file: BinaryIO, at: int, size: int, order: str) -> bool:
    """Tell whether a clean chain of chunks leads from ``at`` to the end of the file."""
    for _ in range(64):
        if at >= size - 1:
            return True
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or not all(32 <= byte < 127 for byte in head[:4]):
            return False
        length = struct.unpack(order + "I", head[4:])[0]
        at += 8 + length + length % 2
    return False


def _parse_fmt(body: bytes, order: str, path: Path) -> Stored:
    if len(body) < 14:
        raise unreadable(path, "its format description is cut short")
    tag, n_channels, rate, _, align = struct.unpack(order + "HHIIH", body[:14])
    bits = struct.unpack(order + "H", body[14:16])[0] if len(body) >= 16 else 8
    mask = 0
    valid = bits
    if tag == _EXTENSIBLE and len(body) >= 40:
        valid, mask = struct.unpack(order + "HI", body[18:24])
        known = body[28:40] == (_GUID_TAIL if order == "<" else _GUID_TAIL_BIG) or body[28:40] == _GUID_TAIL
        tag = struct.unpack(order + "I", body[24:28])[0] if known else tag
    elif tag == _EXTENSIBLE:
        tag = _PCM
    check_stream(path, rate, n_channels)
    stored = Stored(rate, n_channels, layout=speakers.from_mask(mask, n_channels), big_endian=order == ">")
    if tag not in (_PCM, _FLOAT, _A_LAW, _MU_LAW):
        stored.foreign = tag
        return stored
    if not 1 <= bits <= 64:
        raise unreadable(path, f"its header speaks of {bits} bits per sample")
    stored.width = -(-bits // 8)
    stored.bit_depth = valid if 1 <= valid <= bits else bits
    if align % n_channels == 0 and stored.width <= align // n_channels <= 8:
        stored.width = align // n_channels
    else:
        stored.repairs.append(
            f"The header contradicts itself: {align} bytes for {n_channels} channels of {bits} bits; the bits count."
        )
    stored.encoding = {_FLOAT: Encoding.FLOAT, _A_LAW: Encoding.A_LAW, _MU_LAW: Encoding.MU_LAW}.get(
        tag, Encoding.SIGNED
    )
    if tag == _PCM and bits <= 8 and stored.width == 1:
        stored.encoding = Encoding.UNSIGNED
    if stored.encoding is Encoding.FLOAT and stored.width not in (4, 8):
        raise unreadable(path, f"floating-point samples of {bits} bits are not defined")
    if stored.encoding in (Encoding.A_LAW, Encoding.MU_LAW) and stored.width != 1:
        raise unreadable(path, f"companded samples of {bits} bits are not defined")
    return stored


def _finish(stored: Stored, n_claimed: int, path: Path) -> None:
    """Compare what the header claims with what is there."""
    if stored.n_bytes < stored.n_frame_bytes:
        raise empty(path)
    if n_claimed >= _UNKNOWN_LENGTH - 1 and stored.n_bytes < n_claimed and n_claimed <= _UNKNOWN_LENGTH:
        stored.repairs.append(
            "The header does not say how long the sound is; everything up to the end of the file was read."
        )
    elif stored.n_bytes < n_claimed:
        missing_s = (n_claimed - stored.n_bytes) / stored.n_frame_bytes / stored.sample_rate
        stored.repairs.append(f"The file ends {missing_s:.3g} s before its header says; what is there was read.")
    if stored.n_bytes % stored.n_frame_bytes:
        stored.repairs.append("The last sample is incomplete and was left out.")


def _settle_justification(file: BinaryIO, stored: Stored) -> None:
    """Find out where 24 bits lie in 32: to the left by the standard, to the right in many files."""
    if stored.encoding is not Encoding.SIGNED or stored.width != 4 or stored.bit_depth != 24:
        return
    file.seek(stored.data_start)
    peeked = np.frombuffer(file.read(min(stored.n_bytes, _PEEKED_BYTES) // 4 * 4), np.uint8).reshape(-1, 4)
    low, high = (peeked[:, 3], peeked[:, 0]) if stored.big_endian else (peeked[:, 0], peeked[:, 3])
    if low.any() and np.isin(high, (0, 255)).all():
        stored.encoding = Encoding.LOW_24_OF_32


def empty(path: Path) -> AudioEmptyError:
    """Return the error for a file without samples."""
    return AudioEmptyError(
        f"{path.name} holds no sound: not a single sample.",
        field="file",
        value=str(path),
        remedy="Export the song again.",
    )


_AIFC = {
    b"NONE": (Encoding.SIGNED, True, None),
    b"twos": (Encoding.SIGNED, True, None),
    b"in24": (Encoding.SIGNED, True, 3),
    b"in32": (Encoding.SIGNED, True, 4),
    b"sowt": (Encoding.SIGNED, False, None),
    b"42ni": (Encoding.SIGNED, False, 3),
    b"42n1": (Encoding.SIGNED, False, 3),
    b"23ni": (Encoding.SIGNED, False, 4),
    b"raw ": (Encoding.UNSIGNED, True, None),
    b"fl32": (Encoding.FLOAT, True, 4),
    b"FL32": (Encoding.FLOAT, True, 4),
    b"fl64": (Encoding.FLOAT, True, 8),
    b"FL64": (Encoding.FLOAT, True, 8),
    b"alaw": (Encoding.A_LAW, True, 1),
    b"ALAW": (Encoding.A_LAW, True, 1),
    b"ulaw": (Encoding.MU_LAW, True, 1),
    b"ULAW": (Encoding.MU_LAW, True, 1),
}


def read_aiff_header(file: BinaryIO, path: Path) -> Stored:
    """Find out where and how an AIFF or AIFF-C file stores its samples."""
    size = file.seek(0, 2)
    file.seek(8)
    compressed = file.read(4) == b"AIFC"
    stored: Stored | None = None
    n_frames = 0
    found: tuple[int, int] | None = None
    at = 12
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or (stored and found):
            break
        name, length = struct.unpack(">4sI", head)
        at += 8
        if name == b"COMM":
            stored, n_frames = _parse_comm(file.read(min(length, 64)), compressed, path)
        elif name == b"SSND" and length >= 8:
            offset = struct.unpack(">I", file.read(8)[:4].ljust(4, b"\0"))[0]
            found = (min(at + 8 + offset, size), max(length - 8 - offset, 0))
        at += length + length % 2
    if stored is None:
        raise unreadable(path, "its AIFF header has no format description")
    if found is None:
        raise empty(path)
    stored.data_start = found[0]
    stored.n_bytes = min(found[1], size - found[0])
    if stored.foreign is None:
        n_claimed = n_frames * stored.n_frame_bytes
        stored.n_bytes = min(stored.n_bytes, n_claimed)
        _finish(stored, n_claimed, path)
    return stored


def _parse_comm(body: bytes, compressed: bool, path: Path) -> tuple[Stored, int]:
    if len(body) < 18:
        raise unreadable(path, "its format description is cut short")
    n_channels, n_frames, bits, exponent, mantissa = struct.unpack(">hIhHQ", body[:18])
    power = (exponent & 0x7FFF) - 16383 - 63
    rate = 0.0 if exponent & 0x8000 or power > 0 else float(mantissa) * 2.0**power
    check_stream(path, rate, n_channels)
    stored = Stored(round(rate), n_channels, layout=speakers.default_layout(n_channels), big_endian=True)
    kind = body[18:22] if compressed and len(body) >= 22 else b"NONE"
    if kind not in _AIFC:
        stored.foreign = kind.decode("latin-1").strip()
        return stored, n_frames
    encoding, big, width = _AIFC[kind]
    if not 1 <= bits <= 64 and width is None:
        raise unreadable(path, f"its header speaks of {bits} bits per sample")
    stored = replace(stored, encoding=encoding, big_endian=big, width=width or -(-bits // 8))
    stored.bit_depth = bits if 1 <= bits <= 8 * stored.width else 8 * stored.width
    return stored, n_frames
