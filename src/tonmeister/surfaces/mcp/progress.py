"""Progress from work in a thread to the client: the latest word, not more often than one can read."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PAUSE_S = 0.1


class Telling:
    """Takes progress from any thread and tells the latest of it, rising, for as long as its block lasts."""

    def __init__(self, tell: Callable[[float, float | None, str | None], Awaitable[None]]):
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._latest: tuple[float, str] | None = None
        self._told = -1.0
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def note(self, percent: float, message: str) -> None:
        """Take note of progress; from any thread, at once."""
        self._latest = (percent, message)
        self._loop.call_soon_threadsafe(self._changed.set)

    async def __aenter__(self) -> Telling:
        """Begin to tell."""
        self._task = asyncio.create_task(self._go_on())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Stop telling; if all went well, the word under way is told whole, and the end too."""
        assert self._task is not None
        if kind is None:
            self._ended.set()
            self._changed.set()
        else:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on(self) -> None:
        while not self._ended.is_set():
            await self._changed.wait()
            self._changed.clear()
            await self._tell_latest()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), PAUSE_S)
        await self._tell_latest()

    async def _tell_latest(self) -> None:
        if self._latest is not None and self._latest[0] > self._told:  # the protocol wants it to rise
            self._told, message = self._latest
            await self._tell(self._told, 100.0, message)
