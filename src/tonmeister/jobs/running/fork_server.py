"""A process that has imported all that jobs need and forks one process for each job: quick, and each starts clean.

It has one thread, so that forking is safe. Every job process leads a process group of its own. When it ends, however
that happens, the rest of its group is killed, and so are orphans that have left their group (on Linux they come to
this process). When the supervisor is gone, its end of the socket closes, and all jobs are killed.

Messages in both directions are three numbers. To here: fork (with the job's pipe as a file descriptor) and signal a
group. From here: a job has begun (number 0: it could not), a job has ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

MESSAGE = struct.Struct("!cqq")
FORK, SIGNAL, BEGUN, ENDED = b"F", b"S", b"B", b"E"
NICE = 5
"""Jobs give way to the server that answers people."""
END_S = 3.0
"""How long the dead are waited for at the end."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def main(descriptor: int, source: str, names: Iterable[str]) -> None:
    """Serve until the supervisor is gone; ``source`` is where the registry is found, ``names`` modules to import."""
    channel = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the closed socket ends it, after the jobs
    with contextlib.suppress(OSError):
        os.nice(NICE)
    _control(_PR_SET_CHILD_SUBREAPER, 1)
    _preload(source, names)
    _ForkServer(channel, source).serve()


def _preload(source: str, names: Iterable[str]) -> None:
    from tonmeister.jobs.running.child import load_registry

    modules = [*names, *(capability.function.partition(":")[0] for capability in load_registry(source).values())]
    for name in modules:
        # What cannot be imported fails where it is used, with an error that says so.
        with contextlib.suppress(ImportError, OSError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _control(option: int, value: int) -> None:
    """Ask the kernel for an option of this process; only Linux knows them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


class _ForkServer:
    def __init__(self, channel: socket.socket, source: str):
        self._channel = channel
        self._source = source
        self._jobs: set[int] = set()
        self._awake, self._wake = os.pipe()
        for end in (self._awake, self._wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        try:
            while True:
                ready, _, _ = select.select([self._channel.fileno(), self._awake], [], [])
                if self._awake in ready:
                    with contextlib.suppress(BlockingIOError):
                        while os.read(self._awake, 512):
                            pass
                    self._collect()
                if self._channel.fileno() in ready and not self._obey():
                    return
        except (BrokenPipeError, ConnectionResetError):
            return
        finally:
            self._end()

    def _end(self) -> None:
        """Kill all jobs, wait for their death, and then kill what has fled from them: it has come to us by then."""
        for pid in list(self._jobs):
            _kill_group(pid, signal.SIGKILL)
        until = time.monotonic() + END_S
        while time.monotonic() < until:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid:
                self._jobs.discard(pid)
            else:
                self._kill_orphans()
                time.sleep(0.01)

    def _obey(self) -> bool:
        text, descriptors, _, _ = socket.recv_fds(self._channel, MESSAGE.size, 1)
        while text and len(text) < MESSAGE.size:
            more = self._channel.recv(MESSAGE.size - len(text))
            if not more:
                return False
            text += more
        if not text:
            return False
        kind, first, second = MESSAGE.unpack(text)
        if kind == FORK:
            self._fork(descriptors[0])
        elif kind == SIGNAL and first in self._jobs:
            _kill_group(first, second)
        return True

    def _fork(self, pipe: int) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # too many processes, or no memory
            os.close(pipe)
            self._channel.sendall(MESSAGE.pack(BEGUN, 0, 0))
            return
        if pid == 0:
            self._become_job(pipe, parent)
        os.close(pipe)
        with contextlib.suppress(OSError):  # the child does the same: whoever comes first
            os.setpgid(pid, pid)
        self._jobs.add(pid)
        self._channel.sendall(MESSAGE.pack(BEGUN, pid, 0))

    def _become_job(self, pipe: int, parent: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, 0)
            _control(_PR_SET_CHILD_SUBREAPER, 0)
            _control(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            self._channel.close()
            os.close(self._awake)
            os.close(self._wake)
            from tonmeister.jobs.running.child import main as work

            code = work(pipe, self._source)
        except BaseException:  # noqa: BLE001 - the door of the process: nothing may return into the server's loop
            import traceback

            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _collect(self) -> None:
        """Bury the dead: first kill what is left of their groups, while their numbers cannot be given to others."""
        has_ended = False
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                break
            if found is None:
                break
            pid = found.si_pid
            if pid in self._jobs:
                _kill_group(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            if pid in self._jobs:
                self._jobs.discard(pid)
                has_ended = True
                self._channel.sendall(MESSAGE.pack(ENDED, pid, os.waitstatus_to_exitcode(status)))
        if has_ended:
            self._kill_orphans()

    def _kill_orphans(self) -> None:
        """Kill children that are no jobs and belong to no job's group: they fled from a job that has ended."""
        listing = Path(f"/proc/self/task/{os.getpid()}/children")
        if not listing.exists():
            return
        for word in listing.read_text().split():
            pid = int(word)
            if pid in self._jobs:
                continue
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if os.getpgid(pid) not in self._jobs:
                    os.kill(pid, signal.SIGKILL)


def _kill_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
