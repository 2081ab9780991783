"""Files to sound."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np

from tonmeister.core.audio import Audio, Samples
from tonmeister.core.errors import (
    AudioEmptyError,
    AudioTooLongError,
    FileMissingError,
    FormatUnsupportedError,
    TonmeisterError,
)
from tonmeister.dsp.pcm import sanitise
from tonmeister.media import pcm_files
from tonmeister.media.decoder import Decoder, SourceInfo, unreadable
from tonmeister.media.sniff import Kind, sniff

__all__ = ["AudioReader", "SourceInfo", "await_sound", "open_audio", "read_audio"]

BLOCK_SAMPLES = 65536
HOT_PEAK_DBFS = 24.0

# WAVE format tags of ADPCM and GSM that libsndfile decodes, and AIFF-C's.
_SNDFILE_TAGS = {0x02, 0x11, 0x31, "ima4", "GSM"}


class AudioReader:
    """A sound file being read, once, from its beginning to its end. Closes itself as a context manager."""

    def __init__(self, decoder: Decoder, max_duration_s: float):
        self._decoder = decoder
        self._max_duration_s = max_duration_s
        self._started = False
        self._n_read = 0
        self._n_replaced = 0
        self._peak = 0.0
        self._notes: list[str] = []
        self.info = decoder.info
        known = self.info.n_samples
        if known is not None:
            self._check_length(known)

    @property
    def repairs(self) -> tuple[str, ...]:
        """Plain sentences about what was wrong and what was done about it, complete after reading."""
        return tuple(self._decoder.repairs + self._notes)

    def blocks(self, n_samples: int = BLOCK_SAMPLES) -> Iterator[Samples]:
        """Yield the sound in order, in freshly owned blocks of exactly ``n_samples``; the last may be shorter."""
        if self._started:
            raise ValueError("a reader reads once; open the file again")
        if n_samples < 1:
            raise ValueError(f"n_samples must be at least 1, got {n_samples}")
        self._started = True
        return self._blocks(n_samples)

    def skip(self, n_samples: int) -> int:
        """Pass over what comes first, before `blocks`, and return how many samples there were.

        PCM is passed over unread; all else is decoded, for nothing else tells exactly where a sample lies.
        """
        if self._started:
            raise ValueError("a reader skips before it reads")
        if isinstance(self._decoder, pcm_files.PcmDecoder):
            n_passed = self._decoder.skip(n_samples)
            self._n_read += n_passed
            return n_passed
        n_passed = 0
        while n_passed < n_samples:
            part = self._decoder.read(min(BLOCK_SAMPLES, n_samples - n_passed))
            if part.shape[1] == 0:
                break
            self._inspect(part)
            n_passed += part.shape[1]
        return n_passed

    def _blocks(self, n_samples: int) -> Iterator[Samples]:
        parts: list[Samples] = []
        n_held = 0
        while True:
            part = self._decoder.read(n_samples - n_held)
            if part.shape[1] == 0:
                break
            self._inspect(part)
            parts.append(part)
            n_held += part.shape[1]
            if n_held == n_samples:
                yield parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
                parts, n_held = [], 0
        self._conclude()
        if parts:
            yield parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def _inspect(self, part: Samples) -> None:
        n_replaced, peak = sanitise(part)
        self._n_read += part.shape[1]
        self._n_replaced += n_replaced
        self._peak = max(self._peak, peak)
        self._check_length(self._n_read)

    def _check_length(self, n_samples: int) -> None:
        limit_s = self._max_duration_s
        if n_samples > limit_s * self.info.sample_rate:
            path = self.info.path
            raise AudioTooLongError(
                f"{path.name} is longer than {limit_s:g} s, the limit set.",
                field="max_duration_s",
                value=n_samples / self.info.sample_rate,
                bound=limit_s,
                remedy="Cut it into parts.",
            )

    def _conclude(self) -> None:
        """Judge the whole."""
        path = self.info.path
        if self._n_read == 0:
            raise pcm_files.empty(path)
        n_values = self._n_read * self.info.n_channels
        if self._n_replaced == n_values:
            raise unreadable(path, "not one of its samples is a number")
        if self._n_replaced:
            self._notes.append(
                f"{self._n_replaced} of {n_values} samples were not numbers (NaN or infinite) and became silence."
            )
        if self._peak > 10 ** (HOT_PEAK_DBFS / 20):
            self._notes.append(
                f"Peaks reach {20 * np.log10(self._peak):+.1f} dBFS, far above full scale; they were kept."
            )

    def close(self) -> None:
        """Let go of the file."""
        self._decoder.close()

    def __enter__(self) -> AudioReader:
        """Return the reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def open_audio(path: Path, *, max_duration_s: float = 6 * 3600) -> AudioReader:
    """Open a sound file, of whatever kind its content is; the name's ending is not asked."""
    path = Path(path)
    file = _open_file(path)
    try:
        decoder = _choose_decoder(file, path, sniff(file))
        try:
            return AudioReader(decoder, max_duration_s)
        except BaseException:
            decoder.close()
            raise
    except BaseException:
        file.close()
        raise


def _open_file(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FileMissingError(
                f"{path} is a folder.", field="file", value=str(path), remedy="Name one sound file in it."
            )
        if not stat.S_ISREG(mode):
            raise FileMissingError(
                f"{path} is not a regular file.",
                field="file",
                value=str(path),
                remedy="Copy the sound into a file first.",
            )
        return path.open("rb")
    except PermissionError as error:
        raise FileMissingError(
            f"{path} may not be read.",
            field="file",
            value=str(path),
            remedy="Allow reading it (its permissions forbid it).",
        ) from error
    except (OSError, ValueError) as error:
        raise FileMissingError(
            f"There is no file {path}.", field="file", value=str(path), remedy="Check the path."
        ) from error


def _choose_decoder(file: BinaryIO, path: Path, kind: Kind) -> Decoder:
    if kind.route == "refused":
        raise _refusal(file, path, kind)
    if kind.route in ("wav", "aiff"):
        wav = kind.route == "wav"
        stored = pcm_files.read_wav_header(file, path) if wav else pcm_files.read_aiff_header(file, path)
        if stored.foreign is None:
            return pcm_files.PcmDecoder(file, path, kind.container, stored)
        kind = Kind(
            "sndfile" if stored.foreign in _SNDFILE_TAGS else "av", kind.container, kind.route, start=kind.start
        )
    if kind.route == "sndfile":
        from tonmeister.media.sndfile import SndfileDecoder

        return SndfileDecoder(file, path, kind)
    from tonmeister.media.av_link import AvDecoder

    return AvDecoder(file, path, kind)


def _refusal(file: BinaryIO, path: Path, kind: Kind) -> FormatUnsupportedError | AudioEmptyError:
    if file.seek(0, 2) == 0:
        return AudioEmptyError(
            f"{path.name} is empty: 0 bytes.",
            field="file",
            value=str(path),
            remedy="Export or download the song again.",
        )
    return FormatUnsupportedError(
        f"This is {kind.spoken} named {path.name}.",
        field="file",
        value=str(path),
        remedy="Choose a sound file: WAV, AIFF, FLAC, MP3, Ogg Vorbis, Opus or M4A.",
    )


def await_sound(
    blocks: Iterator[Samples], silent: Callable[[int], TonmeisterError], *, go_on: Callable[[], None] = lambda: None
) -> Iterator[Samples]:
    """Yield sound as it comes, but digital silence at the beginning not before something follows it.

    Where nothing does, what ``silent`` returns for that many samples is raised: hours of silence cost no more than
    their reading. ``go_on`` is called for each block held back; what it raises ends the reading.
    """
    held: list[tuple[int, ...]] = []
    n_silent = 0
    for block in blocks:
        if not block.any():
            go_on()
            held.append(block.shape)
            n_silent += block.shape[1]
            continue
        for shape in held:
            yield np.zeros(shape, np.float32)
        yield block
        yield from blocks
        return
    raise silent(n_silent)


def read_audio(path: Path, *, sample_rate: int | None = None, max_duration_s: float = 6 * 3600) -> Audio:
    """Read a whole sound file, resampled where ``sample_rate`` (Hz) asks for another than its own."""
    with open_audio(path, max_duration_s=max_duration_s) as reader:
        parts = list(reader.blocks())
        rate = reader.info.sample_rate
    sound = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    if sample_rate is None or sample_rate == rate:
        return Audio(sound, rate)
    from tonmeister.media.resample import resample

    return Audio(resample(sound, rate, sample_rate), sample_rate)
