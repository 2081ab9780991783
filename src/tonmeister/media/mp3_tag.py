"""The Info frame in front of an MP3 stream, which tells decoders how many samples to leave out at both ends."""

from __future__ import annotations

import struct
from typing import BinaryIO

from tonmeister.dsp.pcm import crc16
from tonmeister.media.sniff import MpegFrame, parse_mpeg_header

ENCODER_DELAY_SAMPLES = 576
"""What LAME's encoder puts in front of the sound (its ENCDELAY); the decoder's own 529 come on top."""

_TAG_BYTES = 156
_SCANNED_BYTES = 1 << 20


def info_frame_header(sample_rate: int, n_channels: int, bitrate_kbps: int) -> bytes:
    """Return the header of a frame that holds the tag, of the stream's own bitrate where that is large enough."""
    rates = {44100: (3, 0), 48000: (3, 1), 32000: (3, 2), 22050: (2, 0), 24000: (2, 1), 16000: (2, 2)}
    version, rate_index = {**rates, 11025: (0, 0), 12000: (0, 1), 8000: (0, 2)}[sample_rate]
    mode = 0xC0 if n_channels == 1 else 0x40
    headers = [bytes((0xFF, 0xE3 | version << 3, index << 4 | rate_index << 2, mode)) for index in range(1, 15)]
    frames = [(header, parse_mpeg_header(header, 0)) for header in headers]
    fitting = [
        (header, frame) for header, frame in frames if frame and frame.n_bytes >= 4 + frame.n_side_bytes + _TAG_BYTES
    ]
    own = [header for header, frame in fitting if frame.bitrate_kbps == bitrate_kbps]
    return own[0] if own else fitting[0][0]


def frame_of(header: bytes) -> MpegFrame:
    """Return what a header made by `info_frame_header` says."""
    frame = parse_mpeg_header(header, 0)
    assert frame is not None
    return frame


def count_frames(file: BinaryIO, start: int) -> tuple[int, int]:
    """Return how many frames follow from ``start``, and the CRC-16 of their bytes."""
    file.seek(start)
    held = b""
    skip = n_frames = crc = 0
    while data := file.read(_SCANNED_BYTES):
        crc = crc16(data, crc)
        held += data
        at = skip
        while (frame := parse_mpeg_header(held, at)) is not None:
            n_frames += 1
            at += frame.n_bytes
        # The last frame may end in the next chunk: what is left of it is passed over there.
        skip = max(0, at - len(held))
        held = held[at:]
    return n_frames, crc


def build_info_frame(header: bytes, n_samples: int, n_frames: int, n_stream_bytes: int, crc: int, kbps: int) -> bytes:
    """Return the whole Info frame.

    ``n_stream_bytes`` and ``crc`` are of the frames behind it. Layout: the Xing header and LAME's extension (its
    ``VbrTag.c``; "MP3 Info Tag" revision 1 by Gabriel Bouvigne and others).
    """
    frame = frame_of(header)
    padding = n_frames * frame.n_samples - ENCODER_DELAY_SAMPLES - n_samples
    n_total = n_stream_bytes + frame.n_bytes
    contents = bytes(index * 255 // 99 for index in range(100))
    tag = b"Info" + struct.pack(">III", 0x0F, n_frames, n_total) + contents + struct.pack(">I", 100)
    gaps = ENCODER_DELAY_SAMPLES << 12 | max(0, min(padding, 0xFFF))
    extension = b"LAME3.100" + bytes((0x01, 0)) + bytes(8) + bytes((0, min(kbps, 255))) + gaps.to_bytes(3, "big")
    extension += bytes(4) + struct.pack(">IH", n_total, crc)
    whole = header + bytes(frame.n_side_bytes) + tag + extension
    whole += struct.pack(">H", crc16(whole))
    return whole.ljust(frame.n_bytes, b"\0")
