"""The supervisor's side of the fork server: job processes to talk to, to signal, to bury."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tonmeister.jobs.running.child import MAX_MESSAGE_BYTES
from tonmeister.jobs.running.fork_server import BEGUN, ENDED, FORK, MESSAGE, SIGNAL

PRELOAD = (
    "numpy",
    "numpy.fft",
    "numpy.linalg",
    "numpy.random",
    "soundfile",
    "soxr",
    "pydantic",
    "tonmeister.jobs.store_context",
    "tonmeister.store.blobs_disk",
    "tonmeister.store.blobs_s3",
)
PATIENCE_S = 3
"""A job process that stops in the middle of a message must not hold up the others."""
_START = (
    "import sys; sys.path[:0] = sys.argv[3].split(chr(0x1f)); "
    "from tonmeister.jobs.running.fork_server import main; main(int(sys.argv[1]), sys.argv[2], sys.argv[4:])"
)
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class JobProcess:
    """A process that waits for one piece of work, does it, and ends."""

    def __init__(self, connection: Connection):
        self.connection = connection
        self.pid: int | None = None
        self.exit_code: int | None = None
        self.is_cut = False
        self.has_begun = False
        """It has said that it has its work; before that its death is no fault of the work."""

    @property
    def is_ready(self) -> bool:
        """Tell whether it has begun and lives, as far as is known."""
        return self.pid is not None and self.exit_code is None and not self.is_cut

    def send(self, message: dict[str, Any]) -> bool:
        """Send a message; false if the process is gone."""
        try:
            self.connection.send_bytes(json.dumps(message, separators=(",", ":")).encode())
        except (OSError, ValueError):
            self.is_cut = True
            return False
        return True

    def receive(self) -> list[dict[str, Any]]:
        """Return the messages that are there; afterwards `is_cut` tells whether the other end is closed."""
        found = []
        try:
            while self.connection.poll():
                message = json.loads(self.connection.recv_bytes(MAX_MESSAGE_BYTES))
                if isinstance(message, dict):
                    found.append(message)
        except (EOFError, OSError, ValueError):
            self.is_cut = True
        return found

    def close(self) -> None:
        """Close the pipe."""
        with contextlib.suppress(OSError):
            self.connection.close()


class ForkServer:
    """The process that forks job processes. When it dies, all of them do; `start` begins anew."""

    def __init__(self, source: str, n_threads: int):
        self._source = source
        self._n_threads = n_threads
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._coming: collections.deque[JobProcess] = collections.deque()
        self._living: dict[int, JobProcess] = {}

    @property
    def is_running(self) -> bool:
        """Tell whether it is there, as far as is known."""
        return self._channel is not None

    @property
    def channel(self) -> socket.socket:
        """Its socket, to wait on."""
        assert self._channel is not None
        return self._channel

    def start(self) -> None:
        """Start the process; it imports what jobs need while we go on."""
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: the current folder holds the user's files, not modules to import
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    sys.executable,
                    "-P",
                    "-c",
                    _START,
                    str(theirs.fileno()),
                    self._source,
                    "\x1f".join(import_folders()),
                    *PRELOAD,
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, **dict.fromkeys(_THREADS, str(self._n_threads))},
            )
        self._channel = ours

    def fork(self) -> JobProcess:
        """Ask for a job process; `receive` tells when it has begun."""
        ours, theirs = socket.socketpair()
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", PATIENCE_S, 0))
        process = JobProcess(Connection(ours.detach()))
        with theirs:
            try:
                socket.send_fds(self.channel, [MESSAGE.pack(FORK, 0, 0)], [theirs.fileno()])
            except OSError:
                process.is_cut = True
                process.exit_code = -signal.SIGKILL
                return process
        self._coming.append(process)
        return process

    def signal(self, process: JobProcess, number: int) -> None:
        """Send a signal to the whole group of a job process."""
        if process.pid is None or process.exit_code is not None:
            return
        with contextlib.suppress(OSError):
            self.channel.sendall(MESSAGE.pack(SIGNAL, process.pid, number))

    def receive(self) -> list[JobProcess]:
        """Take in what the server has to tell; return the processes that have ended."""
        ended: list[JobProcess] = []
        try:
            text = self.channel.recv(MESSAGE.size * 64)
            while len(text) % MESSAGE.size:
                more = self.channel.recv(MESSAGE.size - len(text) % MESSAGE.size)
                text = text + more if more else b""
        except OSError:
            text = b""
        if not text:
            return self._lost()
        for kind, pid, code in MESSAGE.iter_unpack(text):
            if kind == BEGUN:
                process = self._coming.popleft()
                if pid == 0:
                    process.exit_code = 1
                    ended.append(process)
                else:
                    process.pid = pid
                    self._living[pid] = process
            elif kind == ENDED and pid in self._living:
                process = self._living.pop(pid)
                process.exit_code = code
                ended.append(process)
        return ended

    def _lost(self) -> list[JobProcess]:
        """The server is gone, and the kernel kills its jobs; we see to their groups."""
        gone = [*self._living.values(), *self._coming]
        for pid in self._living:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        for process in gone:
            process.exit_code = -signal.SIGKILL
        self._living.clear()
        self._coming.clear()
        self.stop()
        return gone

    def stop(self) -> None:
        """End the server, which ends all job processes with all that they have started."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            try:
                self._process.wait(timeout=5.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def import_folders() -> list[str]:
    """Return where modules are imported from; the current folder is made whole, for the other end may be elsewhere."""
    package_folder = str(Path(__file__).resolve().parents[3])
    return [*(folder for folder in sys.path if folder and Path(folder).is_dir()), package_folder]
