"""What the processes of jobs say, and what they are answered."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tonmeister.jobs.running.loop import Loop, say_trouble
from tonmeister.jobs.running.work import Work, asset_facts, kept_answer

if TYPE_CHECKING:
    from tonmeister.jobs.book.queue import Queue
    from tonmeister.jobs.bus import Bus
    from tonmeister.jobs.running.processes import ForkServer

PROGRESS_S = 1.0
"""How often progress is written to the database."""

_log = logging.getLogger("tonmeister.jobs")


class Talk:
    """Listens to job processes: tells the bus at once how far they are, and the database from time to time.

    The ``clerk`` finds the answers to their questions, the ``watch`` writes progress.
    """

    def __init__(
        self,
        queue: Queue,
        bus: Bus,
        forks: ForkServer,
        loop: Loop,
        clerk: ThreadPoolExecutor,
        watch: ThreadPoolExecutor,
    ):
        self._queue = queue
        self._bus = bus
        self._forks = forks
        self._loop = loop
        self._clerk = clerk
        self._watch = watch
        self._reached: dict[str, tuple[float, str]] = {}
        self._is_writing = False
        self.write_at = 0.0

    def listen(self, work: Work) -> None:
        """Take in what the work's process has said."""
        assert work.process is not None
        for message in work.process.receive():
            try:
                self._take_in(work, message)
            except (KeyError, TypeError, ValueError) as error:
                _log.error("A job's process speaks in riddles (%r); it is ended.", error)
                self._forks.signal(work.process, signal.SIGKILL)
        if work.process.is_cut:  # nothing can come from it any more
            self._forks.signal(work.process, signal.SIGKILL)

    def _take_in(self, work: Work, message: dict[str, Any]) -> None:
        kind = message["is"]
        if kind == "begun":
            assert work.process is not None
            work.process.has_begun = True
        elif kind == "progress":
            work.reached = (min(100.0, max(0.0, float(message["percent"]))), str(message["stage"])[:255])
            self._reached[work.claim.token] = work.reached
            self._bus.publish(work.progress(time.monotonic()))
        elif kind == "partial":
            token, name, data = work.claim.token, str(message["name"])[:64], message["data"]
            self._loop.later(
                self._clerk, lambda: self._loop.insist(lambda: self._queue.show(token, name, data)), _shown
            )
        elif kind in ("done", "failed"):
            work.outcome = message
            if work.process is not None:  # whatever it does after its last word is of no use
                self._forks.signal(work.process, signal.SIGKILL)
        elif kind == "find result":
            self._ask(work, lambda: kept_answer(self._queue.kept_result(str(message["key"]))))
        elif kind == "asset":
            self._ask(work, lambda: {"asset": asset_facts(self._queue.asset(str(message["id"])))})
        elif kind == "keep result":
            self._ask(work, lambda: self._keep(message))

    def _keep(self, message: dict[str, Any]) -> dict[str, Any]:
        self._queue.keep_result(message["key"], message["capability"], message["result"], message["products"])
        return {}

    def _ask(self, work: Work, question: Callable[[], dict[str, Any]]) -> None:
        def answered(future: Future[dict[str, Any]]) -> None:
            if work.process is not None and future.exception() is None:
                work.process.send({"is": "answer", **future.result()})
            elif work.process is not None:
                _log.error("A job's question could not be answered: %r", future.exception())
                self._forks.signal(work.process, signal.SIGKILL)

        self._loop.later(self._clerk, lambda: self._loop.insist(question), answered)

    def forget(self, token: str) -> None:
        """Write no more of work that is over."""
        self._reached.pop(token, None)

    def write(self, now: float) -> None:
        """Write how far all have come, if it is time to."""
        if not self._reached or self._is_writing or now < self.write_at:
            return
        self._is_writing = True
        self.write_at = now + PROGRESS_S
        reached, self._reached = self._reached, {}

        def written(future: Future[None]) -> None:
            self._is_writing = False
            if future.exception() is not None:
                say_trouble("writing progress", future.exception())

        self._loop.later(self._watch, lambda: self._queue.progress(reached), written)


def _shown(future: Future[None]) -> None:
    if future.exception() is not None:
        say_trouble("writing an intermediate result", future.exception())
