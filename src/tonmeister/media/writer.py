"""Sound to files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from tonmeister.core.audio import Samples
from tonmeister.core.errors import CombinationError
from tonmeister.media.deliver import unwritable
from tonmeister.media.encoders import Encoder, LameEncoder, SndfileEncoder, WavEncoder
from tonmeister.media.formats import ALLOWED, CONTAINERS, Container, OutputFormat, check_format

__all__ = [
    "ALLOWED",
    "CONTAINERS",
    "AudioWriter",
    "Container",
    "OutputFormat",
    "check_format",
    "encode_file",
]

Block = Samples | NDArray[np.int32]


class AudioWriter:
    """Writes one sound file. As a context manager it removes the file again where an exception passes through.

    Quantised formats (16 and 24 bits) take int32 samples that are dithered already; all others take float32. The
    writer never quantises, except that LAME takes 16 bits: what is finer is dithered (TPDF) on the way into an MP3.
    """

    def __init__(self, path: Path, fmt: OutputFormat):
        check_format(fmt)
        self.path = Path(path)
        self.fmt = fmt
        self.n_samples = 0
        self._closed = False
        try:
            self._file = self.path.open("w+b")
        except OSError as error:
            raise unwritable(self.path, error) from error
        try:
            self._encoder = self._start()
        except BaseException:
            self._remove()
            raise

    def _start(self) -> Encoder:
        container = self.fmt.container
        if container == "wav":
            return WavEncoder(self._file, self.fmt)
        if container == "mp3":
            return LameEncoder(self._file, self.fmt)
        if container == "m4a":
            from tonmeister.media.av_link import AvEncoder

            return AvEncoder(self.path, self.fmt)
        return SndfileEncoder(self._file, self.fmt)

    def write(self, block: Block) -> None:
        """Add a block: float32, or int32 sample values where the format is quantised; shape (channels, samples)."""
        if self._closed:
            raise ValueError("the writer is closed")
        wanted = np.int32 if self.fmt.is_quantised else np.float32
        if block.dtype != wanted or block.ndim != 2 or block.shape[0] != self.fmt.n_channels:
            raise ValueError(
                f"{self.fmt.container} of {self.fmt.bit_depth or 'no'} bits takes {np.dtype(wanted).name} of shape "
                f"({self.fmt.n_channels}, samples), got {block.dtype} {block.shape}"
            )
        if block.shape[1] == 0:
            return
        with self._told():
            self._encoder.write(block)
        self.n_samples += block.shape[1]

    def close(self) -> None:
        """Complete the file."""
        if self._closed:
            return
        self._closed = True
        try:
            with self._told():
                self._encoder.finish()
                self._file.close()
        except BaseException:
            self._remove()
            raise

    def _told(self) -> contextlib.AbstractContextManager[None]:
        return _told(self.path)

    def _remove(self) -> None:
        self._closed = True
        if hasattr(self, "_encoder"):
            self._encoder.abort()
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def __enter__(self) -> AudioWriter:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Complete the file, or remove it after an exception."""
        if kind is None:
            self.close()
        else:
            self._remove()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def encode_file(
    source_wav: Path, target: Path, fmt: OutputFormat, *, progress: Callable[[float], None] | None = None
) -> None:
    """Write a finished file in another format: resampled where needed, never dithered again.

    Quantised targets take only sources of their rate whose samples they can hold unchanged; whatever else needs dither
    is the business of the chain that made the source. May run in a thread or a process of its own.
    """
    from tonmeister.media.reader import open_audio
    from tonmeister.media.resample import resample_blocks

    check_format(fmt)
    with open_audio(source_wav) as reader:
        info = reader.info
        if info.n_channels != fmt.n_channels:
            raise CombinationError(
                f"{source_wav.name} has {info.n_channels} channels, the output {fmt.n_channels}.",
                field="n_channels",
                value=fmt.n_channels,
                bound=info.n_channels,
                remedy="Ask for the same number.",
            )
        if fmt.is_quantised:
            assert fmt.bit_depth is not None
            holds = info.codec in ("pcm", "flac") and (info.bit_depth or 99) <= fmt.bit_depth
            if info.sample_rate != fmt.sample_rate or not holds:
                raise CombinationError(
                    f"{source_wav.name} cannot become {fmt.bit_depth} bits at {fmt.sample_rate} Hz without dither.",
                    field="bit_depth",
                    value=fmt.bit_depth,
                    bound=info.bit_depth,
                    remedy="Master to this format directly.",
                )
        blocks = resample_blocks(reader.blocks(), info.sample_rate, fmt.sample_rate)
        n_due = (info.n_samples or info.n_samples_guessed or 0) * fmt.sample_rate / info.sample_rate
        with AudioWriter(target, fmt) as writer:
            for block in blocks:
                writer.write(_exact_integers(block, fmt.bit_depth) if fmt.is_quantised else block)
                if progress is not None and n_due:
                    progress(min(writer.n_samples / n_due, 1.0))


def _exact_integers(block: Samples, bit_depth: int | None) -> NDArray[np.int32]:
    assert bit_depth is not None
    scaled = block * np.float32(2 ** (bit_depth - 1))
    whole = scaled.astype(np.int32)
    if not np.array_equal(whole, scaled):
        raise CombinationError(
            f"The source holds samples finer than {bit_depth} bits.",
            field="bit_depth",
            value=bit_depth,
            remedy="Master to this format directly.",
        )
    return whole
