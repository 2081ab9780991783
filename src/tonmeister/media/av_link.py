"""PyAV from outside: starts its process, talks to it, and ends it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tonmeister.core.audio import Samples
from tonmeister.core.errors import FormatUnsupportedError, MissingPartError, OutputError
from tonmeister.core.extras import how_to_install
from tonmeister.dsp.pcm import Encoding, unpack
from tonmeister.media import layout as speakers
from tonmeister.media.av_process import COUNT, MESSAGE
from tonmeister.media.decoder import SourceInfo, check_stream, unreadable
from tonmeister.media.formats import OutputFormat
from tonmeister.media.sniff import Kind

PATIENCE_S = 60.0
"""How long a decoder may be silent before it counts as hung."""

_MAX_MESSAGE_BYTES = 1 << 28
_FORMATS = {
    "u8": (Encoding.UNSIGNED, 1, 8),
    "s16": (Encoding.SIGNED, 2, 16),
    "s32": (Encoding.SIGNED, 4, 32),
    "s64": (Encoding.SIGNED, 8, 64),
    "flt": (Encoding.FLOAT, 4, 32),
    "dbl": (Encoding.FLOAT, 8, 64),
}
# These state a length that is about right; others have it guessed from their first bitrate.
_HONEST_CONTAINERS = ("m4a", "matroska", "asf")
_LOSSLESS = ("alac", "flac", "tta", "wavpack", "ape", "tak", "pcm_", "dsd_", "truehd", "mlp", "wmalossless")


def check_installed(what: str) -> None:
    """Raise `MissingPartError` if PyAV is not there to do ``what``."""
    if importlib.util.find_spec("av") is None:
        raise MissingPartError(
            f"{what} needs PyAV, which is not installed.",
            field="file",
            remedy=how_to_install("aac"),
        )


class AvProcess:
    """A running PyAV process."""

    def __init__(self, task: dict[str, Any], stdin: Any, what: str):
        check_installed(what)
        # A file named av.py in the user's folder must not be imported: -P, and no empty entry in the path.
        folders = [str(Path(__file__).resolve().parents[2]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(folder for folder in folders if folder)}
        command = [sys.executable, "-P", "-m", "tonmeister.media.av_process", json.dumps(task)]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        self.process = subprocess.Popen(  # noqa: S603 (our own module)
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=self._errors, env=environment
        )

    def receive(self) -> tuple[bytes, bytes] | None:
        """Return the next message's letter and contents; None when the process died without a word or went silent."""
        head = self._read(MESSAGE.size)
        if head is None:
            return None
        letter, length = MESSAGE.unpack(head)
        body = self._read(length) if length <= _MAX_MESSAGE_BYTES else None
        return None if body is None else (letter, body)

    def _read(self, n_bytes: int) -> bytes | None:
        assert self.process.stdout is not None
        handle = self.process.stdout.fileno()
        parts = bytearray()
        while len(parts) < n_bytes:
            if not select.select([handle], [], [], PATIENCE_S)[0]:
                return None
            data = os.read(handle, min(n_bytes - len(parts), 1 << 20))
            if not data:
                return None
            parts += data
        return bytes(parts)

    def last_words(self) -> str:
        """Return how the process ended."""
        self.kill()
        code = self.process.returncode
        self._errors.seek(0)
        lines = self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()
        return f"its decoder ended with {f'signal {-code}' if code < 0 else f'code {code}'}" + (
            f" ({lines[-1]})" if lines else ""
        )

    def kill(self) -> None:
        """End the process, however it fares."""
        if self.process.poll() is None:
            # One that has said all that it has to say is about to leave by itself.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.01)
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End the process and close the pipes."""
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._errors.close()


class AvDecoder:
    """A file that PyAV decodes, in a process of its own."""

    def __init__(self, file: BinaryIO, path: Path, kind: Kind):
        self.repairs: list[str] = []
        self._path = path
        self._file = file
        self._ended = False
        self._n_read = 0
        self._held: Samples | None = None
        task = {"do": "decode", "demuxer": kind.demuxer, "start": kind.start}
        self._process = AvProcess(task, file, f"Reading {path.name} ({kind.container})")
        try:
            self.info = self._describe(self._expect(b"H"), kind)
        except BaseException:
            self.close()
            raise

    def _expect(self, letter: bytes) -> Any:
        message = self._process.receive()
        if message is None:
            raise unreadable(self._path, self._process.last_words())
        if message[0] == b"E":
            self._conclude(json.loads(message[1]))
            raise unreadable(self._path, "there is no sound in it that can be decoded")
        assert message[0] == letter
        return json.loads(message[1])

    def _describe(self, facts: dict[str, Any], kind: Kind) -> SourceInfo:
        n_channels = int(facts["n_channels"])
        check_stream(self._path, facts["sample_rate"], n_channels)
        name = facts["format"]
        self._planar = name.endswith("p") and name[:-1] in _FORMATS
        self._encoding, self._width, depth = _FORMATS[name.removesuffix("p")]
        self._layout = speakers.from_ffmpeg(facts["speakers"])
        self._n_channels = n_channels
        codec = facts["codec"]
        is_lossy = not codec.startswith(_LOSSLESS)
        # FFmpeg hands 24 bits over in 32; which of the two it was, PyAV does not tell.
        bits = 24 if name.startswith("s32") and not codec.startswith("pcm_s32") else depth
        order = speakers.normal_order(self._layout)
        return SourceInfo(
            self._path,
            kind.container,
            codec,
            facts["sample_rate"],
            n_channels,
            facts["n_samples"],
            None if is_lossy else bits,
            self._layout if order is None else tuple(self._layout[index] for index in order),
            is_lossy,
            facts["n_samples_guessed"],
        )

    def read(self, n_samples: int) -> Samples:
        """Return the next samples."""
        while self._held is None and not self._ended:
            message = self._process.receive()
            if message is None:
                reason = self._process.last_words()
                if self._n_read == 0:
                    raise unreadable(self._path, reason)
                self.repairs.append(f"The rest of the file cannot be decoded ({reason}); what came before was read.")
                self._ended = True
            elif message[0] == b"A":
                self._held = self._unpack(message[1])
            else:
                self._conclude(json.loads(message[1]))
                self._account()
                self._ended = True
        if self._held is None:
            return np.zeros((self._n_channels, 0), np.float32)
        block = self._held
        self._held = None
        if block.shape[1] > n_samples:
            self._held = block[:, n_samples:]
            block = block[:, :n_samples].copy()
        elif not block.flags.owndata:
            block = block.copy()
        self._n_read += block.shape[1]
        return block

    def _unpack(self, body: bytes) -> Samples:
        n_samples = COUNT.unpack(body[: COUNT.size])[0]
        data = memoryview(body)[COUNT.size :]
        if not self._planar:
            sound = unpack(data, self._n_channels, self._width, self._encoding)
        else:
            n_bytes = n_samples * self._width
            planes = (data[index * n_bytes : (index + 1) * n_bytes] for index in range(self._n_channels))
            sound = np.concatenate([unpack(plane, 1, self._width, self._encoding) for plane in planes])
        order = speakers.normal_order(self._layout)
        return sound if order is None else np.ascontiguousarray(sound[list(order)])

    def _conclude(self, facts: dict[str, Any]) -> None:
        """Turn what the process reports at its end into an error or a repair."""
        if facts.get("error") == "no_sound":
            raise FormatUnsupportedError(
                f"{self._path.name} holds no sound.", field="file", value=str(self._path), remedy="Choose a sound file."
            )
        if facts.get("error") and self._n_read == 0:
            raise unreadable(self._path, f"its decoder says '{facts['reason']}'")
        if facts.get("error") or facts.get("n_damages"):
            self.repairs.append("The file is damaged; the parts that can be decoded were read.")
        if facts.get("changed"):
            self.repairs.append(
                "Sample rate or channels change within the file; only what is like its beginning was read."
            )

    def _account(self) -> None:
        info = self.info
        promised = info.n_samples or (info.n_samples_guessed if info.container in _HONEST_CONTAINERS else None) or 0
        tolerance_s = 0.05 if info.n_samples else 0.5
        missing_s = (promised - self._n_read) / info.sample_rate
        if missing_s > tolerance_s:
            self.repairs.append(f"The file ends {missing_s:.3g} s before its header says; what is there was read.")

    def close(self) -> None:
        """End the process."""
        self._process.close()
        self._file.close()


class AvEncoder:
    """AAC in an MP4 file, encoded by PyAV in a process of its own."""

    def __init__(self, path: Path, fmt: OutputFormat):
        self._fmt = fmt
        task = {
            "do": "encode",
            "path": str(path.absolute()),
            "sample_rate": fmt.sample_rate,
            "n_channels": fmt.n_channels,
            "bitrate_kbps": fmt.kbps,
        }
        self._process = AvProcess(task, subprocess.PIPE, "Writing M4A")

    def write(self, block: Any) -> None:
        """Encode a block."""
        pipe = self._process.process.stdin
        assert pipe is not None
        try:
            for start in range(0, block.shape[1], 65536):
                part = np.ascontiguousarray(block[:, start : start + 65536], np.float32)
                pipe.write(COUNT.pack(part.shape[1]))
                pipe.write(part.data.cast("B"))
        except BrokenPipeError:
            self._raise_failure()

    def finish(self) -> None:
        """Complete the file."""
        pipe = self._process.process.stdin
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
        self._raise_failure()
        self._process.close()

    def _raise_failure(self) -> None:
        """Raise what the process reports, if it reports a failure."""
        message = self._process.receive()
        if message is None:
            raise OutputError(f"The AAC encoder failed: {self._process.last_words()}.", field="format", value="m4a")
        facts = json.loads(message[1])
        if facts.get("errno"):
            raise OSError(facts["errno"], facts["reason"])
        if facts.get("error"):
            raise OutputError(f"The AAC encoder failed: {facts['reason']}.", field="format", value="m4a")

    def abort(self) -> None:
        """End the process."""
        self._process.close()
