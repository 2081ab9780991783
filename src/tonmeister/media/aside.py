"""Sound heard aside: a listener in a thread of its own, while who reads or shapes it goes on."""

from __future__ import annotations

import collections
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

Block = TypeVar("Block")

MOST_WAITING = 4
"""Blocks that may wait for the listener; then who brings more waits for it."""


class Aside(Generic[Block]):
    """Hands blocks to a listener in the order in which they come; what it raises is raised by `push` or `finish`.

    Use it as a context manager: leaving it ends the thread. With ``n_workers`` 1 there is none, and `push` listens
    itself. A block that was pushed must not change any more.
    """

    def __init__(self, hear: Callable[[Block], object], n_workers: int):
        self._hear = hear
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="aside") if n_workers > 1 else None
        self._waiting: collections.deque[Future[object]] = collections.deque()

    @property
    def is_beside(self) -> bool:
        """Whether there is a thread: blocks are heard after `push` has returned."""
        return self._thread is not None

    def push(self, block: Block) -> None:
        """Hand over a block."""
        if self._thread is None:
            self._hear(block)
            return
        self._waiting.append(self._thread.submit(self._hear, block))
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popleft().result()

    def finish(self) -> None:
        """Wait until all is heard."""
        while self._waiting:
            self._waiting.popleft().result()

    def __enter__(self) -> Aside[Block]:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread; what waits after an exception is not heard."""
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)
