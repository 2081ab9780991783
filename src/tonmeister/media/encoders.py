"""How each format is encoded."""

from __future__ import annotations

import contextlib
import functools
import io
import struct
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from tonmeister.core.audio import Samples
from tonmeister.core.errors import MissingPartError, OutputError
from tonmeister.dsp.pcm import check_quantised, interleave, pack_int
from tonmeister.media import layout as speakers
from tonmeister.media import mp3_tag
from tonmeister.media.formats import OutputFormat
from tonmeister.media.ogg import set_serial

# libsndfile keeps whole blocks on its stack while it encodes Ogg: a long one crashes it.
_SNDFILE_BLOCK_SAMPLES = 16384

# LAME's own scale from 0 (best, slow) to 9.
_LAME_QUALITY = 3

# Nominal kbit/s of libvorbis in stereo for quality 0, 0.1 ... 1.
_VORBIS_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)

_RIFF_LIMIT_BYTES = 0xFFFFFFFF


class Encoder(Protocol):
    """One format being written to an open file."""

    def write(self, block: Any) -> None:
        """Encode a block."""
        ...

    def finish(self) -> None:
        """Complete the file; it is still open."""
        ...

    def abort(self) -> None:
        """Let go of everything."""
        ...


class WavEncoder:
    """WAV; RF64 beyond what 32 bits can count (EBU Tech 3306: the place for that is kept from the start)."""

    def __init__(self, file: BinaryIO, fmt: OutputFormat, *, limit_bytes: int = _RIFF_LIMIT_BYTES):
        self._file = file
        self._fmt = fmt
        self._limit_bytes = limit_bytes
        self._n_bytes = 0
        head = b"RIFF\0\0\0\0WAVE" + b"JUNK" + struct.pack("<I", 28) + bytes(28) + self._format()
        self._fact_at = len(head) + 8
        if fmt.bit_depth == 32:
            head += b"fact" + struct.pack("<II", 4, 0)
        self._data_at = len(head) + 4
        file.write(head + b"data\0\0\0\0")

    def _format(self) -> bytes:
        fmt = self._fmt
        assert fmt.bit_depth is not None
        floating = fmt.bit_depth == 32
        tag = 3 if floating else 1
        align = fmt.n_channels * fmt.bit_depth // 8
        plain = (fmt.n_channels, fmt.sample_rate, fmt.sample_rate * align, align, fmt.bit_depth)
        if fmt.n_channels <= 2 and fmt.bit_depth != 24:
            body = struct.pack("<HHIIHH", tag, *plain) + (b"\0\0" if floating else b"")
        else:
            # Microsoft wants the extended form for more than two channels and for more than 16 bits of integers.
            mask = speakers.to_mask(speakers.default_layout(fmt.n_channels))
            body = struct.pack("<HHIIHHHHI", 0xFFFE, *plain, 22, fmt.bit_depth, mask)
            body += struct.pack("<H", tag) + bytes.fromhex("0000 0000 1000 8000 00aa 0038 9b71")
        return b"fmt " + struct.pack("<I", len(body)) + body

    def write(self, block: Any) -> None:
        """Encode a block."""
        if self._fmt.bit_depth == 32:
            data: Any = interleave(np.ascontiguousarray(block)).data.cast("B")
        else:
            assert self._fmt.bit_depth is not None
            data = pack_int(np.ascontiguousarray(block), self._fmt.bit_depth).data
        self._file.write(data)
        self._n_bytes += len(data)

    def finish(self) -> None:
        """Write the lengths into the header."""
        assert self._fmt.bit_depth is not None
        if self._n_bytes % 2:
            self._file.write(b"\0")
        n_frames = self._n_bytes // (self._fmt.n_channels * self._fmt.bit_depth // 8)
        riff = self._file.tell() - 8
        patches = [(4, struct.pack("<I", min(riff, _RIFF_LIMIT_BYTES)))]
        patches.append((self._data_at, struct.pack("<I", min(self._n_bytes, _RIFF_LIMIT_BYTES))))
        if self._fmt.bit_depth == 32:
            patches.append((self._fact_at, struct.pack("<I", min(n_frames, _RIFF_LIMIT_BYTES))))
        if riff > self._limit_bytes:
            # RF64 holds the true lengths in ds64 and says "look there" in the old places.
            patches = [(at, b"\xff\xff\xff\xff") for at, _ in patches]
            patches.append((0, b"RF64"))
            patches.append((12, b"ds64" + struct.pack("<IQQQI", 28, riff, self._n_bytes, n_frames, 0)))
        for at, data in patches:
            self._file.seek(at)
            self._file.write(data)
        self._file.flush()

    def abort(self) -> None:
        """Nothing is held but the file."""


class _Sink(io.RawIOBase):
    """A file that remembers the error that libsndfile swallows."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        """Write, and return 0 where that failed."""
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = self.error or error
            return 0

    def readinto(self, buffer: Any) -> int:
        """Read."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move."""
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self.error = self.error or error
            return 0

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()


class SndfileEncoder:
    """FLAC, Ogg Vorbis and Opus, by libsndfile."""

    def __init__(self, file: BinaryIO, fmt: OutputFormat):
        import soundfile

        self._fmt = fmt
        self._file = file
        self._sink = _Sink(file)
        kind, subtype = {"flac": ("FLAC", f"PCM_{fmt.bit_depth}"), "ogg": ("OGG", "VORBIS"), "opus": ("OGG", "OPUS")}[
            fmt.container
        ]
        self._errors = (soundfile.SoundFileError, AssertionError)
        self._sound = soundfile.SoundFile(
            self._sink, "w", fmt.sample_rate, fmt.n_channels, subtype, format=kind, compression_level=_compression(fmt)
        )

    def write(self, block: Any) -> None:
        """Encode a block."""
        if self._fmt.bit_depth is not None:
            check_quantised(np.ascontiguousarray(block), self._fmt.bit_depth)
        for start in range(0, block.shape[1], _SNDFILE_BLOCK_SAMPLES):
            part = block[:, start : start + _SNDFILE_BLOCK_SAMPLES]
            if self._fmt.bit_depth is not None:
                # libsndfile takes integers left-justified and drops the bits below the depth, which are 0.
                part = part << (32 - self._fmt.bit_depth)
            self._guard(functools.partial(self._sound.write, np.ascontiguousarray(part.T)))

    def finish(self) -> None:
        """Complete the file."""
        self._guard(self._sound.close)
        if self._fmt.container in ("ogg", "opus"):
            set_serial(self._file)
        self._guard(self._file.flush)

    def _guard(self, call: Callable[[], Any]) -> None:
        try:
            call()
        except self._errors as error:
            if self._sink.error is None:
                raise OutputError(
                    f"The {self._fmt.container} encoder failed: {error}.", field="format", value=self._fmt.container
                ) from error
        if self._sink.error is not None:
            raise self._sink.error

    def abort(self) -> None:
        """Close libsndfile's side."""
        with contextlib.suppress(*self._errors):
            self._sound.close()


def _compression(fmt: OutputFormat) -> float:
    """Return libsndfile's compression level, which means quality, bitrate or effort depending on the codec."""
    if fmt.container == "flac":
        return 5 / 8
    if fmt.container == "opus":
        # ogg_opus.c: 6 to 256 kbit/s per channel.
        return float(np.clip(1 - (fmt.kbps / fmt.n_channels - 6) / 250, 0, 1))
    return 1 - float(np.interp(fmt.kbps * 2 / fmt.n_channels, _VORBIS_KBPS, np.linspace(0, 1, len(_VORBIS_KBPS))))


class LameEncoder:
    """MP3 of constant bitrate, by LAME, with the Info frame that makes it gapless."""

    def __init__(self, file: BinaryIO, fmt: OutputFormat):
        try:
            import lameenc  # type: ignore[import-not-found, unused-ignore]
        except ImportError as error:
            raise MissingPartError(
                "Writing MP3 needs the LAME encoder, which is not installed.",
                field="format",
                value="mp3",
                remedy="Install it with: pip install lameenc",
            ) from error
        self._file = file
        self._fmt = fmt
        self._n_samples = 0
        self._header = mp3_tag.info_frame_header(fmt.sample_rate, fmt.n_channels, fmt.kbps)
        self._start = mp3_tag.frame_of(self._header).n_bytes
        # The same song must give the same file.
        self._random = np.random.default_rng(0x6D70)
        self._lame = lameenc.Encoder()
        self._lame.silence()
        self._lame.set_bit_rate(fmt.kbps)
        self._lame.set_in_sample_rate(fmt.sample_rate)
        self._lame.set_out_sample_rate(fmt.sample_rate)
        self._lame.set_channels(fmt.n_channels)
        self._lame.set_quality(_LAME_QUALITY)
        file.write(bytes(self._start))

    def write(self, block: Any) -> None:
        """Encode a block."""
        self._n_samples += block.shape[1]
        for start in range(0, block.shape[1], 65536):
            frames = np.ascontiguousarray(self.to_16_bits(block[:, start : start + 65536]).T)
            self._file.write(self._lame.encode(frames.tobytes()))

    def to_16_bits(self, block: Samples) -> NDArray[np.int16]:
        """Return the samples as LAME takes them, dithered where they are finer than 16 bits."""
        scaled = block * np.float32(32768)
        whole = np.rint(scaled)
        if not np.array_equal(scaled, whole):
            dither = self._random.random(scaled.shape, np.float32) - self._random.random(scaled.shape, np.float32)
            whole = np.rint(scaled + dither)
        clipped: NDArray[np.int16] = np.clip(whole, -32768, 32767).astype(np.int16)
        return clipped

    def finish(self) -> None:
        """Complete the stream, and describe it in front."""
        self._file.write(self._lame.flush())
        end = self._file.tell()
        n_frames, crc = mp3_tag.count_frames(self._file, self._start)
        frame = mp3_tag.build_info_frame(
            self._header, self._n_samples, n_frames, end - self._start, crc, self._fmt.kbps
        )
        self._file.seek(0)
        self._file.write(frame)
        self._file.flush()

    def abort(self) -> None:
        """Nothing is held but the file."""
