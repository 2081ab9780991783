"""Ctrl-C: stop cleanly, and within a second in any case."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tonmeister.core.errors import EXIT_CODES

LIMIT_S = 0.85
"""After this long the process ends by force; the promise is one second."""


def _is_called_back(frame: FrameType | None) -> bool:
    """Return whether libsndfile is reading a file through Python just now.

    An exception there reaches nobody: it would be printed and forgotten. The event ends the work at its next step.
    """
    while frame is not None:
        if frame.f_code.co_name.startswith("vio_") and frame.f_globals.get("__name__") == "soundfile":
            return True
        frame = frame.f_back
    return False


@contextmanager
def stoppable(abandon: Callable[[], None]) -> Iterator[threading.Event]:
    """Turn interrupt, hang-up and terminate into a cancelled piece of work.

    The first signal sets the event and interrupts what waits. If the work has not stopped after `LIMIT_S` (it may be
    inside a decoder that listens to nobody), ``abandon`` removes its traces and the process ends.
    """
    cancel = threading.Event()

    def end_by_force() -> None:
        abandon()
        os._exit(EXIT_CODES["CANCELLED"])

    def stop(_number: int, frame: FrameType | None) -> None:
        if cancel.is_set():
            return
        cancel.set()
        timer.start()
        if not _is_called_back(frame):
            raise KeyboardInterrupt

    timer = threading.Timer(LIMIT_S, end_by_force)
    timer.daemon = True
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield cancel
    finally:
        timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
