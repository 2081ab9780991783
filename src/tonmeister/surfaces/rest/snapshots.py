"""Answers that many clients ask for at once, read from the database once for all of them.

An answer is kept for a second at most (progress is written no more often), and dropped at once when the bus tells of a
change, or before the sockets tell their clients of one that the bus has not brought (yet): whoever reads after a change
that this server made, heard of or told of sees it. Only a change that nobody here has heard of is seen later, by that
second.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tonmeister.jobs.bus import Bus

T = TypeVar("T")

MAX_AGE_S = 1.0
_MAX_KEPT = 2048
_N_THREADS = 4


class Snapshots:
    """Keeps what was just read; reads that are asked for while one is under way share it."""

    def __init__(self, bus: Bus):
        self._generation = 0
        self._last = 0
        self._generations = itertools.count(1)
        self._kept: dict[Any, tuple[float, int, Any]] = {}
        self._under_way: dict[Any, asyncio.Future[Any]] = {}
        self._threads = ThreadPoolExecutor(_N_THREADS, thread_name_prefix="snapshots")
        self._forget = bus.subscribe(self._take)

    def fresh(self, key: Any) -> Any | None:
        """Return what is kept under a key, if it is still fresh."""
        kept = self._kept.get(key)
        if kept is None or kept[1] != self._generation or time.monotonic() - kept[0] >= MAX_AGE_S:
            return None
        return kept[2]

    async def get(self, key: Any, read: Callable[[], T]) -> T:
        """Return what ``read`` returns, called in a thread unless its answer is still fresh."""
        value: T | None = self.fresh(key)
        if value is not None:
            return value
        loop, generation = asyncio.get_running_loop(), self._generation
        place = (key, generation, id(loop))
        reading = self._under_way.get(place)
        if reading is None:
            reading = loop.run_in_executor(self._threads, read)
            self._under_way[place] = reading
            reading.add_done_callback(lambda done: self._keep(place, done))
        found: T = await asyncio.shield(reading)
        return found

    def heed(self, seq: int) -> None:
        """Drop what was read before an event, unless the bus has told of it or of a later one."""
        if seq > self._last:
            self._generation = next(self._generations)
            self._last = seq

    def close(self) -> None:
        """Listen no more."""
        self._forget()
        self._threads.shutdown(wait=False)

    def _keep(self, place: tuple[Any, int, int], done: asyncio.Future[Any]) -> None:
        self._under_way.pop(place, None)
        if done.cancelled() or done.exception() is not None:
            return
        if len(self._kept) >= _MAX_KEPT:
            self._kept.clear()
        self._kept[place[0]] = (time.monotonic(), place[1], done.result())

    def _take(self, message: dict[str, Any]) -> None:
        # Progress without a number is not in the database: it changes nothing that is read there.
        seq = message.get("seq")
        if message.get("type") != "progress" or seq is not None:
            self._generation = next(self._generations)
            self._last = max(self._last, seq or 0)  # only now: `heed`, in another thread, relies on it
