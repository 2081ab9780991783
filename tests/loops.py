"""Event loops for tests: each on a thread of its own, for the thread of the tests may hold the loop of a browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any


def run_async(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine to its end, and return or raise what it does."""
    done: list[Any] = []
    failed: list[BaseException] = []

    def go() -> None:
        try:
            done.append(asyncio.run(work()))
        except BaseException as error:  # noqa: BLE001 - told again on the thread that asked
            failed.append(error)

    thread = threading.Thread(target=go, name="loop")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]
