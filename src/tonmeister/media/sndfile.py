"""FLAC, MP3, Ogg Vorbis, Opus and a few rare containers, decoded by libsndfile."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tonmeister.core.audio import Samples
from tonmeister.media import layout as speakers
from tonmeister.media.decoder import SourceInfo, check_stream, unreadable
from tonmeister.media.sniff import Kind, parse_mpeg_header
from tonmeister.media.window import Window

if TYPE_CHECKING:
    import soundfile

# libsndfile keeps whole Ogg blocks on its stack: large ones crash it.
BLOCK_SAMPLES = 16384

_DEPTHS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}
_MAX_DAMAGES_AT_ONCE = 16
_PAGE_SEARCH_BYTES = 1 << 17
_UNKNOWN = 1 << 62


class SndfileDecoder:
    """A file that libsndfile decodes."""

    def __init__(self, file: BinaryIO, path: Path, kind: Kind):
        import soundfile

        self.repairs: list[str] = []
        self._file = file
        stop = self._trim_ogg() if kind.container in ("ogg", "opus") else None
        self._path = path
        self._error = soundfile.SoundFileError
        try:
            self._sound = soundfile.SoundFile(Window(file, kind.start, stop))
        except (soundfile.SoundFileError, TypeError) as error:
            raise unreadable(path, _reason(error)) from error
        self._n_read = 0
        self._n_damages = 0
        self._layout: tuple[str, ...] = ()
        try:
            self.info = self._describe(self._sound, path, kind)
        except BaseException:
            self.close()
            raise

    def _describe(self, sound: soundfile.SoundFile, path: Path, kind: Kind) -> SourceInfo:
        check_stream(path, sound.samplerate, sound.channels)
        n_frames: int | None = sound.frames if 0 < sound.frames < _UNKNOWN else None
        self._is_sure = kind.container not in ("mp3", "ogg", "opus") or (
            kind.container == "mp3" and self._has_xing(kind.start)
        )
        self._n_promised = n_frames if self._is_sure else None
        layout = speakers.default_layout(sound.channels)
        if kind.container in ("ogg", "opus"):
            layout = speakers.VORBIS_ORDER.get(sound.channels, layout)
        self._layout = layout
        depth = _DEPTHS.get(sound.subtype)
        codec = {"VORBIS": "vorbis", "OPUS": "opus"}.get(sound.subtype, "flac" if kind.container == "flac" else "")
        codec = codec or ("mp3" if sound.subtype == "MPEG_LAYER_III" else "mp2" if "MPEG" in sound.subtype else "")
        codec = codec or ("pcm" if depth else sound.subtype.lower())
        exact = n_frames if kind.container != "mp3" or self._is_sure else None
        return SourceInfo(
            path,
            kind.container,
            codec,
            sound.samplerate,
            sound.channels,
            exact,
            depth,
            tuple(layout[index] for index in speakers.normal_order(layout) or range(len(layout))),
            is_lossy=depth is None and "ALAC" not in sound.subtype,
            n_samples_guessed=n_frames,
        )

    def _has_xing(self, start: int) -> bool:
        """Tell whether the first MPEG frame carries the tag that counts the frames."""
        self._file.seek(start)
        head = self._file.read(256)
        frame = parse_mpeg_header(head, 0)
        return frame is not None and (
            head[4 + frame.n_side_bytes :][:4] in (b"Xing", b"Info") or head[36:40] == b"VBRI"
        )

    def _trim_ogg(self) -> int | None:
        """Return where the last whole page ends, because libsndfile reads nothing at all when the last one is cut."""
        size = self._file.seek(0, 2)
        start = max(0, size - _PAGE_SEARCH_BYTES)
        self._file.seek(start)
        tail = self._file.read(_PAGE_SEARCH_BYTES)
        at = len(tail)
        while (at := tail.rfind(b"OggS", 0, at)) >= 0:
            head = tail[at : at + 27]
            if len(head) < 27:
                continue
            table = tail[at + 27 : at + 27 + head[26]]
            end = at + 27 + head[26] + sum(table)
            if len(table) == head[26] and end <= len(tail):
                if not head[5] & 4:
                    self.repairs.append("The file is cut off: its end mark is missing; what is there was read.")
                return start + end
        return None

    def read(self, n_samples: int) -> Samples:
        """Return the next samples."""
        frames = np.empty((min(n_samples, BLOCK_SAMPLES), self.info.n_channels), np.float32)
        n_read = None
        for _ in range(_MAX_DAMAGES_AT_ONCE):
            n_read = self._fill(frames)
            if n_read is not None:
                break
        if not n_read:
            self._account()
            n_read = 0
        self._n_read += n_read
        sound = np.ascontiguousarray(frames[:n_read].T)
        order = speakers.normal_order(self._layout)
        return sound if order is None else np.ascontiguousarray(sound[list(order)])

    def _fill(self, frames: NDArray[np.float32]) -> int | None:
        """Decode into ``frames`` and return how many came; None if there is nothing but damage here."""
        frames.fill(np.nan)
        try:
            return len(self._sound.read(out=frames))
        except self._error:
            self._n_damages += 1
            # What was decoded before the damage lies in the block; the rest still holds what it was filled with.
            return int(np.count_nonzero(~np.isnan(frames[:, 0]))) or None

    def _account(self) -> None:
        """Say what is missing."""
        if self._n_read == 0 and (self._n_damages or self.repairs):
            raise unreadable(self._path, "no part of the sound is intact")
        if self._n_damages:
            self.repairs.append("The file is damaged; the parts that can be decoded were read.")
        missing = (self._n_promised or 0) - self._n_read
        if missing > 0 and missing > 0.05 * self.info.sample_rate:
            self.repairs.append(
                f"The file ends {missing / self.info.sample_rate:.3g} s before its header says; what is there was read."
            )
        self._n_promised = None
        self._n_damages = 0

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(self._error):
            self._sound.close()
        self._file.close()


def _reason(error: Exception) -> str:
    """Return what libsndfile says, without its name for the file object."""
    text = getattr(error, "error_string", str(error)).rstrip(".")
    return f"its decoder says '{text}'"
