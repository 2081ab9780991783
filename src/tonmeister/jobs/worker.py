"""What a worker process does: take a piece of work from the pipe, run it, send progress and result back.

Messages are pickled tuples over the worker's own standard input and output; both ends are this program.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

from tonmeister.core.errors import InternalError, TonmeisterError


def main() -> None:
    """Serve pieces of work until the pipe closes."""
    requests, replies = _own_channel()
    cancel = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides; the terminal's Ctrl-C reaches it alone
    signal.signal(signal.SIGTERM, lambda *_: cancel.set())
    lock = threading.Lock()

    def send(*message: Any) -> None:
        with lock:
            pickle.dump(message, replies)
            replies.flush()

    waiting: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting, cancel), daemon=True).start()
    while (request := waiting.get()) is not None:
        try:
            send("done", _work(request, cancel, send))
        except TonmeisterError as error:
            send("failed", error)
        except BrokenPipeError:
            return
        except Exception as error:  # noqa: BLE001 - the door of the process: a fault of ours must not end the batch
            send("failed", fault(error))


def _listen(requests: IO[bytes], waiting: queue.SimpleQueue[tuple[Any, ...] | None], cancel: threading.Event) -> None:
    """Take requests; when the parent is gone, however it ended, cancel the work that nobody waits for."""
    with contextlib.suppress(EOFError, pickle.UnpicklingError, OSError):
        while True:
            waiting.put(pickle.load(requests))  # noqa: S301 - the other end is our own parent process
    cancel.set()
    waiting.put(None)


def fault(error: BaseException) -> InternalError:
    """Wrap an unexpected exception, with the place in our code where it arose."""
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {Path(last[0].filename).name}:{last[0].lineno}" if last else ""
    return InternalError(
        f"A fault of Tonmeister: {type(error).__name__}: {error}{place}.",
        remedy="Please report it with the command and, if you can, the file.",
    )


def _work(request: tuple[Any, ...], cancel: threading.Event, send: Any) -> Any:
    from tonmeister.jobs.runner import Runner

    settings, find, capability, params, wish = request
    return Runner(settings, find).run_here(
        capability,
        params,
        output=wish.path,
        overwrite=wish.overwrite,
        cancel=cancel,
        on_progress=lambda fraction, stage: send("progress", fraction, stage),
        on_delivery=lambda path: send("delivered", path),
    )


def _own_channel() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the pipe to the parent to ourselves: what any library prints goes to standard error."""
    replies = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - lives as long as the process
    return requests, replies
