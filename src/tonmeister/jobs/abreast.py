"""Steps of one piece of work side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any, Protocol

from tonmeister.core.errors import CancelledError

Tell = Callable[[float, str], None]


class Runs(Protocol):
    """Something that runs a step."""

    def __call__(self, name: str, params: Mapping[str, Any], *, tell: Tell | None = None) -> Any:
        """Run it."""
        ...


def run_abreast(
    run: Runs,
    steps: Sequence[tuple[str, Mapping[str, Any]]],
    n_workers: int,
    tell: Tell | None,
    each: Callable[[int, Any], None] | None = None,
) -> list[Any]:
    """Run steps in threads and return their results in order; see `tonmeister.core.context.Context.run_all`."""
    reached = [0.0] * len(steps)
    lock = Lock()
    failed: list[BaseException] = []

    def one(number: int) -> Any:
        def told(fraction: float, stage: str) -> None:
            if failed:
                raise CancelledError("Another step beside this one has failed.")
            with lock:
                reached[number] = max(reached[number], fraction)
                if tell is not None:
                    tell(sum(reached) / len(reached), stage)

        name, params = steps[number]
        made = run(name, params, tell=told)
        with lock:
            reached[number] = 1.0
            if each is not None:
                each(number, made)
        return made

    with ThreadPoolExecutor(max_workers=max(1, min(len(steps), n_workers))) as pool:
        futures = [pool.submit(one, number) for number in range(len(steps))]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            if future.done() and not future.cancelled() and (error := future.exception()) is not None:
                failed.append(error)
                for other in futures:
                    other.cancel()
                raise error
    return [future.result() for future in futures]
