"""A loop with everything to itself, and threads that wait for the database in its stead."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

T = TypeVar("T")
_PAUSE_S, _MAX_PAUSE_S = 0.05, 2.0
_log = logging.getLogger("tonmeister.jobs")


class Loop:
    """What threads have found out is done by the loop, one thing after the other; a pipe wakes it."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.awake, self._wake = os.pipe()
        for end in (self.awake, self._wake):
            os.set_blocking(end, False)
        self.is_ending = threading.Event()
        self._lock = threading.Lock()
        self._is_closed = False

    def wake(self) -> None:
        """Have the loop look around at once; from any thread."""
        with self._lock:
            if not self._is_closed:
                with contextlib.suppress(BlockingIOError):
                    os.write(self._wake, b"x")

    def call(self, work: Callable[[], None]) -> None:
        """Have the loop do something; from any thread."""
        self._calls.put(work)
        self.wake()

    def drain(self) -> None:
        """Take note of having been woken."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.awake, 512):
                pass

    def do_calls(self) -> None:
        """Do what was called for."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._calls.get_nowait()()

    def later(self, thread: ThreadPoolExecutor, work: Callable[[], T], then: Callable[[Future[T]], None]) -> None:
        """Have a thread do something, and the loop go on with its future."""
        thread.submit(work).add_done_callback(lambda future: self.call(lambda: then(future)))

    def insist(self, work: Callable[[], T]) -> T:
        """Do something with the database until it works: it may be away for a while, or its disk be full."""
        pause_s = _PAUSE_S
        while True:
            try:
                return work()
            except SQLAlchemyError as error:
                if not is_passing(error) or self.is_ending.wait(pause_s):
                    raise
                say_trouble("writing", error)
                pause_s = min(_MAX_PAUSE_S, pause_s * 2.0)

    def close(self) -> None:
        """Close the pipe; who calls from now on is not heard."""
        with self._lock:
            self._is_closed = True
            os.close(self.awake)
            os.close(self._wake)


def is_passing(error: SQLAlchemyError) -> bool:
    """Tell whether the same may work later: the database is away, its disk full, or another was in the way."""
    if isinstance(error, OperationalError | InterfaceError | PendingRollbackError | PoolTimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def say_trouble(what: str, error: BaseException | None) -> None:
    """Log that the database gave trouble."""
    _log.warning("The database gave trouble at %s: %s", what, str(error).partition("\n")[0])
