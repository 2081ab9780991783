"""PyAV's side: decodes or encodes one file in a process of its own (``python -m tonmeister.media.av_process``).

A codec that crashes, hangs or grows takes this process with it and nothing else. It reads the one file that it is
handed, opens no other, and speaks no network protocol. Decoding: the file is standard input; the answer on standard
output is a row of messages, each a letter, a length and as many bytes: H (what it is, JSON), A (sound: the planes of
one frame or more), E (the end, JSON). Encoding: planar float32 comes in as blocks, each with its number of samples in
front; the answer is one E.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO

from tonmeister.media.window import Window

MESSAGE = struct.Struct("<cI")
COUNT = struct.Struct("<I")

MEMORY_LIMIT_BYTES = 2 << 30
_BATCH_SAMPLES = 16384
_MAX_DAMAGES = 1000
_EXACT_DEMUXERS = {"tta", "wv", "caf", "ogg", "ape", "tak"}
# HE-AAC may count time in samples of half the rate.
_COARSEST_TICK_SAMPLES = 2


def _limit() -> None:
    for what, value in ((resource.RLIMIT_AS, MEMORY_LIMIT_BYTES), (resource.RLIMIT_CORE, 0)):
        # macOS refuses a bound on the address space.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (value, resource.getrlimit(what)[1]))


def _send(letter: bytes, *parts: bytes | memoryview) -> None:
    out = sys.stdout.buffer
    out.write(MESSAGE.pack(letter, sum(len(part) for part in parts)))
    for part in parts:
        out.write(part)
    out.flush()


def _end(**facts: Any) -> None:
    _send(b"E", json.dumps(facts).encode())


def decode(demuxer: str, start: int) -> None:
    """Decode standard input."""
    import av

    av.logging.set_level(av.logging.PANIC)
    with os.fdopen(0, "rb", closefd=False) as file:
        try:
            # No protocol is on the list "none": whatever a file refers to stays unopened.
            container = av.open(
                Window(file, start),
                mode="r",
                format=demuxer,
                options={"protocol_whitelist": "none", "enable_drefs": "0"},
                metadata_errors="replace",
            )
        except (av.FFmpegError, ValueError, OSError, MemoryError) as error:
            _end(error="unreadable", reason=_spoken(error))
            return
        if not container.streams.audio:
            _end(error="no_sound" if container.streams.video else "unreadable", reason="no sound found in it")
            return
        try:
            _decode_stream(container, container.streams.audio[0], demuxer)
        except (av.FFmpegError, ValueError, OSError, MemoryError) as error:
            _end(error="unreadable", reason=_spoken(error))


def _spoken(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)


def _decode_stream(container: Any, stream: Any, demuxer: str) -> None:
    tally = {"n_damages": 0}
    sender: _Sender | None = None
    changed = False
    for frame in _frames(container, stream, tally):
        if sender is None:
            sender = _Sender(frame, _describe(container, stream, frame, demuxer))
        if _shape(frame) == sender.shape:
            sender.add(frame)
        else:
            changed = True
    if sender is not None:
        sender.finish()
    _end(n_damages=tally["n_damages"], changed=changed)


def _frames(container: Any, stream: Any, tally: dict[str, int]) -> Iterator[Any]:
    """Yield what can be decoded, counting what cannot."""
    import av

    packets = container.demux(stream)
    while tally["n_damages"] <= _MAX_DAMAGES:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError:
            tally["n_damages"] += 1
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            tally["n_damages"] += 1


def _shape(frame: Any) -> tuple[int, str, int]:
    return frame.sample_rate, frame.format.name, len(frame.layout.channels)


class _Sender:
    """Sends frames in batches, and holds the latest one back, because the last of all may be too long."""

    def __init__(self, first: Any, limit: int | None):
        self.shape = _shape(first)
        self._left = sys.maxsize if limit is None else limit
        self._batch: list[tuple[Any, int]] = []
        self._n_batched = 0
        self._held: Any = None

    def add(self, frame: Any) -> None:
        if self._held is not None:
            self._push(self._held, self._held.samples)
        self._held = frame

    def finish(self) -> None:
        if self._held is not None:
            self._push(self._held, self._held.samples - _surplus(self._held))
        self._flush()

    def _push(self, frame: Any, n_samples: int) -> None:
        n_samples = min(n_samples, self._left)
        if n_samples <= 0:
            return
        self._left -= n_samples
        self._batch.append((frame, n_samples))
        self._n_batched += n_samples
        if self._n_batched >= _BATCH_SAMPLES:
            self._flush()

    def _flush(self) -> None:
        if not self._batch:
            return
        first = self._batch[0][0]
        width = first.format.bytes * (1 if first.format.is_planar else len(first.layout.channels))
        planes = [
            memoryview(frame.planes[index])[: n_samples * width]
            for index in range(len(first.planes))
            for frame, n_samples in self._batch
        ]
        _send(b"A", COUNT.pack(self._n_batched), *planes)
        self._batch, self._n_batched = [], 0


def _surplus(frame: Any) -> int:
    """Return how much of the last frame lies beyond the end that its packet states, where time counts samples."""
    if frame.time_base is None or not frame.duration or frame.time_base * frame.sample_rate > _COARSEST_TICK_SAMPLES:
        return 0
    due = round(frame.duration * frame.time_base * frame.sample_rate)
    return frame.samples - due if 0 < due < frame.samples else 0


def _describe(container: Any, stream: Any, frame: Any, demuxer: str) -> int | None:
    """Send what the file is, and return after how many samples to stop, where that is known."""
    rate = frame.sample_rate
    exact = guessed = None
    if stream.duration:
        length = Fraction(stream.duration) * stream.time_base * rate
        guessed = round(length)
        # An MP4's own length comes from its edit list, in milliseconds more often than not.
        if demuxer in _EXACT_DEMUXERS and stream.time_base * rate <= 1:
            exact = guessed
    elif container.duration:
        guessed = round(Fraction(container.duration, 1_000_000) * rate)
    gap = str(container.metadata.get("iTunSMPB", "")).split()
    if demuxer == "mov" and len(gap) > 3:
        # iTunes: delay, padding, and the true number of samples, in hexadecimal.
        with contextlib.suppress(ValueError):
            claimed = int(gap[3], 16)
            exact = guessed = claimed if 0 < claimed < (guessed or claimed) + rate else None
    facts = {
        "codec": stream.codec_context.name,
        "sample_rate": rate,
        "n_channels": len(frame.layout.channels),
        "speakers": [channel.name for channel in frame.layout.channels],
        "format": frame.format.name,
        "n_samples": exact,
        "n_samples_guessed": guessed,
    }
    _send(b"H", json.dumps(facts).encode())
    return exact if demuxer == "mov" else None


def encode(path: str, sample_rate: int, n_channels: int, bitrate_kbps: int) -> None:
    """Encode standard input as AAC in an MP4 file."""
    import av

    av.logging.set_level(av.logging.PANIC)
    try:
        _encode(path, sample_rate, n_channels, bitrate_kbps, sys.stdin.buffer)
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        _end(error="failed", reason=_spoken(error), errno=getattr(error, "errno", None))
    else:
        _end()


def _encode(path: str, sample_rate: int, n_channels: int, bitrate_kbps: int, source: BinaryIO) -> None:
    import av

    layout = "mono" if n_channels == 1 else "stereo"
    # A movie timescale in samples lets the edit list say the length exactly.
    options = {"movie_timescale": str(sample_rate), "movflags": "+faststart"}
    with av.open(f"file:{path}", "w", format="ipod", options=options) as container:
        stream = container.add_stream("aac", rate=sample_rate, layout=layout)
        stream.bit_rate = bitrate_kbps * 1000
        n_done = 0
        while head := source.read(COUNT.size):
            n_samples = COUNT.unpack(head)[0]
            frame = av.AudioFrame(format="fltp", layout=layout, samples=n_samples)
            for plane in frame.planes:
                plane.update(source.read(n_samples * 4))
            frame.sample_rate = sample_rate
            frame.time_base = Fraction(1, sample_rate)
            frame.pts = n_done
            n_done += n_samples
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


def main() -> None:
    """Do what the command line says, in JSON."""
    _limit()
    task = json.loads(sys.argv[1])
    if task.pop("do") == "decode":
        decode(**task)
    else:
        encode(**task)


if __name__ == "__main__":
    main()
