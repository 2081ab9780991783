"""The supervisor as a process of the server's own: started, watched, started again when it dies."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from tonmeister.jobs.bus import MAX_MESSAGE_BYTES, LocalBus, Message, PipeSender
from tonmeister.jobs.running.processes import import_folders

if TYPE_CHECKING:
    from tonmeister.jobs.book.rules import Rules
    from tonmeister.settings import Settings

_START = (
    "import sys; sys.path[:0] = sys.argv[2].split(chr(0x1f)); "
    "from tonmeister.jobs.running.supervisor_process import main; main(int(sys.argv[1]))"
)
_PAUSES_S = (0.1, 0.5, 2.0, 5.0)
_STEADY_S = 30.0
"""A supervisor that lived so long is started again at once."""
_log = logging.getLogger("tonmeister.jobs")


@dataclass(frozen=True)
class SupervisorOrder:
    """What a supervisor process is told at its start."""

    settings: Settings
    source: str
    preparer: str | None
    rules: Rules | None
    version: str


class SupervisorProcess:
    """Keeps one supervisor process running. Its events come over a pipe onto ``bus``, and those of ``bus`` reach it."""

    def __init__(
        self,
        settings: Settings,
        source: str,
        bus: LocalBus | None,
        *,
        preparer: str | None = None,
        rules: Rules | None = None,
        version: str = "",
    ):
        self._order = SupervisorOrder(settings, source, preparer, rules, version)
        self._bus = bus
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._sender: PipeSender | None = None
        self._is_stopping = threading.Event()
        self._watch: threading.Thread | None = None
        self._detach: Any = None

    @property
    def pid(self) -> int | None:
        """The process's number, if there is one now."""
        with self._lock:
            return None if self._process is None or self._process.poll() is not None else self._process.pid

    def start(self) -> None:
        """Start the process and watch over it."""
        if self._bus is not None:
            self._detach = self._bus.attach(self._send)
        self._launch()
        self._watch = threading.Thread(target=self._watch_over, name="supervisor-watch", daemon=True)
        self._watch.start()

    def stop(self, timeout_s: float = 15.0) -> None:
        """End it: work that is being done goes back to the queue."""
        self._is_stopping.set()
        if self._detach is not None:
            self._detach()
        with self._lock:
            process, connection = self._process, self._connection
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._watch is not None:
            self._watch.join(5.0)
        if self._sender is not None:
            self._sender.close()
        if connection is not None:
            connection.close()

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-c", _START, str(theirs.fileno()), "\x1f".join(import_folders())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        connection = Connection(ours.detach())
        with contextlib.suppress(OSError):
            connection.send_bytes(pickle.dumps(self._order))
        with self._lock:
            if self._sender is not None:
                self._sender.close()
            self._process, self._connection, self._sender = process, connection, PipeSender(connection.send_bytes)

    def _send(self, message: Message) -> None:
        with self._lock:
            if self._sender is not None:
                self._sender(message)

    def _watch_over(self) -> None:
        n_deaths = 0
        while True:
            connection, process = self._connection, self._process
            assert connection is not None
            assert process is not None
            began = time.monotonic()
            with contextlib.suppress(EOFError, OSError):
                while True:
                    text = connection.recv_bytes(MAX_MESSAGE_BYTES * 2)
                    if self._bus is not None:
                        self._bus.receive(json.loads(text))
            if self._is_stopping.is_set():
                return
            process.kill()
            code = process.wait()
            connection.close()
            n_deaths = 0 if time.monotonic() - began > _STEADY_S else n_deaths + 1
            _log.error("The supervisor ended (exit code %s); it is started again.", code)
            if self._is_stopping.wait(_PAUSES_S[min(n_deaths, len(_PAUSES_S) - 1)]):
                return
            self._launch()


class _PipeBus(LocalBus):
    """The supervisor's end: what it publishes goes to the server, what comes from there is told here."""

    def __init__(self, connection: Connection, stop: threading.Event, orphaned: threading.Event):
        super().__init__()
        self._connection = connection
        self._stop = stop
        self._orphaned = orphaned
        self.attach(PipeSender(connection.send_bytes))

    def read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self.receive(json.loads(self._connection.recv_bytes(MAX_MESSAGE_BYTES * 2)))
        if not self._stop.is_set():  # at an orderly stop we are told first, and the pipe is closed when we have gone
            self._orphaned.set()
        self._stop.set()  # the server is gone, and so are we


def main(descriptor: int) -> None:
    """Be the supervisor of the server at the other end of the pipe."""
    from tonmeister.jobs.running.supervisor import Supervisor

    connection = Connection(descriptor)
    order: SupervisorOrder = pickle.loads(connection.recv_bytes())  # noqa: S301 - our own parent process
    stop, orphaned = threading.Event(), threading.Event()
    supervisor: Supervisor | None = None

    def end(*_: Any) -> None:
        stop.set()
        if supervisor is not None:
            supervisor.wake()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=os.environ.get("TONMEISTER_LOG_LEVEL", "INFO").upper())
    bus = _PipeBus(connection, stop, orphaned)
    threading.Thread(target=bus.read, name="server", daemon=True).start()
    settings = order.settings
    supervisor = Supervisor(
        settings,
        order.source,
        preparer=order.preparer,
        bus=bus if settings.bus_url is None else None,
        rules=order.rules,
        version=order.version,
    )
    supervisor.run(stop, orphaned=orphaned)
