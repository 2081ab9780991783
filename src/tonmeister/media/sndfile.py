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
from tonmeister.media.hush import hushed
from tonmeister.media.sniff import Kind, parse_mpeg_header
from tonmeister.media.window import Window

if TYPE_CHECKING:
    import soundfile

# libsndfile keeps whole Ogg blocks on its stack: large ones crash it.
BLOCK_SAMPLES = 16384

_DEPTHS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}
_MAX_DAMAGES_AT_ONCE = 16
_MAX_DAMAGES = 50
_SKIPS_SAMPLES = (4096, 8192, 16384, 65536, 262144)
_PAGE_SEARCH_BYTES = 1 << 17
_UNKNOWN = 1 << 62


class SndfileDecoder:
    """A file that libsndfile decodes."""

    def __init__(self, file: BinaryIO, path: Path, kind: Kind):
        import soundfile

        self.repairs: list[str] = []
        self._file = file
        self._kind = kind
        self._stop = self._trim_ogg() if kind.container in ("ogg", "opus") else None
        self._path = path
        self._error = soundfile.SoundFileError
        try:
            self._sound = self._open()
        except (soundfile.SoundFileError, TypeError) as error:
            raise unreadable(path, _reason(error)) from error
        self._n_read = 0
        self._n_damages = 0
        self._is_stuck = self._ended = False
        self._n_silent = self._n_replaced = 0
        self._layout: tuple[str, ...] = ()
        try:
            self.info = self._describe(self._sound, path, kind)
        except BaseException:
            self.close()
            raise

    def _open(self) -> soundfile.SoundFile:
        import soundfile

        with hushed():
            return soundfile.SoundFile(Window(self._file, self._kind.start, self._stop))

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
        n_wanted = min(n_samples, BLOCK_SAMPLES)
        frames = np.empty((n_wanted, self.info.n_channels), np.float32)
        n_read = self._mend(frames)
        for _ in range(_MAX_DAMAGES_AT_ONCE):
            if n_read or self._ended:
                break
            n_read = self._fill(frames) or self._mend(frames)
        if not n_read:
            self._account()
        self._n_read += n_read
        sound = frames[:n_read].T
        order = speakers.normal_order(self._layout)
        return sound.copy() if order is None else sound[list(order)].copy()

    def _fill(self, frames: NDArray[np.float32]) -> int:
        """Decode into ``frames`` and return how many came; 0 at the end, and where there is nothing but damage."""
        frames.fill(np.nan)
        try:
            with hushed():
                n_read = len(self._sound.read(out=frames))
        except self._error:
            self._n_damages += 1
            self._is_stuck = self._kind.container == "flac"
            # What was decoded before the damage lies in the block; the rest still holds what it was filled with.
            return int(np.count_nonzero(~np.isnan(frames[:, 0])))
        self._ended = n_read == 0
        return n_read

    def _mend(self, frames: NDArray[np.float32]) -> int:
        """Return silence for as long as the FLAC stream is damaged; libsndfile stays where it stumbled for good."""
        if self._is_stuck:
            self._is_stuck = False
            self._n_silent = self._resume() if self._n_damages <= _MAX_DAMAGES else 0
            self._n_replaced += self._n_silent
            self._ended = self._n_silent == 0
        n_silent = min(len(frames), self._n_silent)
        frames[:n_silent] = 0
        self._n_silent -= n_silent
        return n_silent

    def _resume(self) -> int:
        """Begin again behind the damage and return how many samples that skips; 0 where nothing follows."""
        for n_skipped in _SKIPS_SAMPLES:
            try:
                sound = self._open()
            except self._error:
                return 0
            try:
                with hushed():
                    sound.seek(self._n_read + n_skipped)
            except self._error:
                sound.close()
                continue
            self._sound.close()
            self._sound = sound
            return n_skipped
        return 0

    def _account(self) -> None:
        """Say what is missing."""
        if self._n_read == 0 and (self._n_damages or self.repairs):
            raise unreadable(self._path, "no part of the sound is intact")
        if self._n_replaced:
            lost_s = self._n_replaced / self.info.sample_rate
            self.repairs.append(f"The file is damaged; {lost_s:.3g} s that cannot be decoded became silence.")
        elif self._n_damages:
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
        with contextlib.suppress(self._error), hushed():
            self._sound.close()
        self._file.close()


def _reason(error: Exception) -> str:
    """Return what libsndfile says, without its name for the file object."""
    text = getattr(error, "error_string", str(error)).rstrip(".")
    # libsndfile's words for an MP3 without a whole frame.
    return "no part of the sound is intact" if "possibly a pipe" in text else f"its decoder says '{text}'"
