"""Many pieces of work in worker processes.

The standard library's pools lose every piece when one worker dies and cannot end a running piece. Here each worker is
a process group of its own with a pipe: a crash costs only its own piece, and cancelling ends the group.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tonmeister.core.errors import CancelledError, InternalError, TonmeisterError

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Params, Result
    from tonmeister.jobs.outputs import OutputWish
    from tonmeister.settings import Settings

BatchReport = Callable[[int, float, str], None]
"""Takes the progress of one of many: its index, the fraction done (0 to 1) and the name of the stage."""

GRACE_S = 0.6
"""How long a cancelled worker may take to tidy up before it is killed; the promise is one second for the whole."""

_START = "import sys; sys.path.append(sys.argv[1]); from tonmeister.jobs.worker import main; main()"
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


def run_in_workers(
    settings: Settings,
    find: Callable[[str], Capability[Any, Any]],
    capability: Capability[Any, Any],
    items: Sequence[Params],
    wish: OutputWish,
    *,
    on_progress: BatchReport | None = None,
    cancel: threading.Event | None = None,
) -> list[Result | TonmeisterError]:
    """Run ``capability`` on every item; return results and errors in order, or raise `CancelledError`."""
    if not items:
        return []
    n_processes = min(settings.n_cores, len(items))
    folder = Path(tempfile.mkdtemp(prefix="tonmeister-batch-", dir=settings.temporary_folder)).resolve()
    shared = dataclasses.replace(settings, n_workers=max(1, settings.n_cores // n_processes), temporary_folder=folder)
    pool = _Pool(lambda params: (shared, find, capability, params, wish), items, on_progress)
    try:
        pool.start(n_processes)
        return pool.collect(cancel or threading.Event())
    except KeyboardInterrupt:
        raise _cancelled() from None
    finally:
        pool.end()
        shutil.rmtree(folder, ignore_errors=True)


class _Worker:
    """One process, with a thread that reads what it sends into the common queue."""

    def __init__(self, inbox: queue.SimpleQueue[tuple[_Worker, tuple[Any, ...]]]):
        self.index: int | None = None
        self.delivered: list[Path] = []
        package_folder = str(Path(__file__).resolve().parents[2])
        # -P: the current folder holds the user's files, not modules to import
        self.process = subprocess.Popen(  # noqa: S603 - our own program, no word of it from outside
            [sys.executable, "-P", "-c", _START, package_folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, **_ONE_THREAD},
        )
        self.reader = threading.Thread(target=self._read, args=(inbox,), daemon=True)
        self.reader.start()

    def _read(self, inbox: queue.SimpleQueue[tuple[_Worker, tuple[Any, ...]]]) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(EOFError, pickle.UnpicklingError, OSError, ValueError):
            while True:
                inbox.put((self, pickle.load(self.process.stdout)))  # noqa: S301 - our own child process
        inbox.put((self, ("gone",)))

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin

    def give(self, index: int, request: tuple[Any, ...]) -> None:
        self.index, self.delivered = index, []
        with contextlib.suppress(BrokenPipeError):  # a process that died already is noticed by its reader
            pickle.dump(request, self.stdin)
            self.stdin.flush()

    def signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def end(self) -> int:
        """Kill what is left of the process and all that it started, and return its exit code."""
        self.signal_group(signal.SIGKILL)
        code = self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        return code


class _Pool:
    """Hands out the items, collects the answers, replaces workers that died."""

    def __init__(
        self, request: Callable[[Params], tuple[Any, ...]], items: Sequence[Params], on_progress: BatchReport | None
    ):
        self._request = request
        self._items = items
        self._on_progress = on_progress
        self._waiting = list(range(len(items)))[::-1]
        self._answers: dict[int, Result | TonmeisterError] = {}
        self._inbox: queue.SimpleQueue[tuple[_Worker, tuple[Any, ...]]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []

    def start(self, n_processes: int) -> None:
        for _ in range(n_processes):
            self._add_worker()

    def _add_worker(self) -> None:
        worker = _Worker(self._inbox)
        self._workers.append(worker)
        self._feed(worker)

    def _feed(self, worker: _Worker) -> None:
        if self._waiting:
            index = self._waiting.pop()
            worker.give(index, self._request(self._items[index]))
        else:
            worker.index = None

    def collect(self, cancel: threading.Event) -> list[Result | TonmeisterError]:
        while len(self._answers) < len(self._items):
            if cancel.is_set():
                raise _cancelled()
            try:
                worker, message = self._inbox.get(timeout=0.1)
            except queue.Empty:
                continue
            self._take(worker, message)
        return [self._answers[index] for index in range(len(self._items))]

    def _take(self, worker: _Worker, message: tuple[Any, ...]) -> None:
        index, kind = worker.index, message[0]
        if index is None:
            return
        if kind == "progress":
            if self._on_progress:
                self._on_progress(index, message[1], message[2])
        elif kind == "delivered":
            worker.delivered.append(message[1])
        elif kind == "gone":
            self._answers[index] = self._lost(worker)
            self._workers.remove(worker)
            if self._waiting:
                self._add_worker()
        else:
            self._answers[index] = message[1]
            self._feed(worker)

    def _lost(self, worker: _Worker) -> InternalError:
        code = worker.end()
        _remove(worker.delivered)
        reason = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return InternalError(
            f"The process that worked on it ended unexpectedly ({reason}).",
            remedy="If the machine ran out of memory, use fewer jobs at once; otherwise please report it.",
        )

    def end(self) -> None:
        """End every worker: those at work are asked, and killed when they do not answer; their files are removed."""
        busy = [worker for worker in self._workers if worker.index is not None and worker.index not in self._answers]
        for worker in busy:
            worker.signal_group(signal.SIGTERM)
        deadline = time.monotonic() + (GRACE_S if busy else 0.0)
        while busy and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                worker, message = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
                if message[0] == "delivered":
                    worker.delivered.append(message[1])
                elif message[0] == "done":  # it was finished before it heard: a result in full, whose files stay
                    worker.delivered = []
                if message[0] in ("done", "failed", "gone") and worker in busy:
                    busy.remove(worker)
        for worker in self._workers:
            worker.end()
        for worker in busy:
            _remove(worker.delivered)


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _cancelled() -> CancelledError:
    return CancelledError(
        "The work was cancelled.", remedy="What was finished before stays; start it again for the rest."
    )
