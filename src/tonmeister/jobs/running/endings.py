"""What becomes of a step whose process has ended."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from tonmeister.core.errors import InternalError, TonmeisterError
from tonmeister.jobs.running.loop import is_passing
from tonmeister.jobs.troubles import late

if TYPE_CHECKING:
    from tonmeister.jobs.book.queue import Queue
    from tonmeister.jobs.running.work import Work

_log = logging.getLogger("tonmeister.jobs")


def firmly(queue: Queue, token: str, hand_in: Callable[[], Any]) -> Any:
    """Hand in an outcome; one that the database can never take fails the step, for waiting does not help."""
    try:
        return hand_in()
    except (KeyError, TypeError, ValueError) as error:  # a UnicodeError is one of value
        reason = repr(error)
    except SQLAlchemyError as error:
        if is_passing(error):
            raise
        reason = str(error).partition("\n")[0]
    _log.error("An outcome cannot be kept: %s", reason)
    trouble = InternalError("The work's result cannot be kept: the database refuses it.", remedy="Please report it.")
    return queue.fail(token, trouble)


def ending_of(
    work: Work, exit_code: int, queue: Queue, *, are_forks_there: bool, limit_s: float, is_orphan: bool = False
) -> Callable[[], Any]:
    """Return how to hand in what became of the work."""
    token, outcome = work.claim.token, work.outcome
    if work.ending == "lost":
        return lambda: "lost"
    if outcome is not None and outcome["is"] == "done":
        return lambda: _commit(queue, token, outcome)
    if work.ending == "cancelled":
        return lambda: queue.end_cancelled(token)
    if work.ending == "stopping":
        return lambda: give_back(queue, [token], is_orphan=is_orphan)
    if work.ending == "late" or exit_code == -signal.SIGXCPU:
        return lambda: queue.fail(token, late(limit_s))
    if outcome is not None:
        error = _ToldError(dict(outcome["error"]))
        return lambda: queue.fail(token, error, is_transient=bool(outcome["is_transient"]))
    if not are_forks_there or (work.process is not None and not work.process.has_begun):
        # The fork server went and its jobs with it, or the process had not begun: no fault of the work.
        return lambda: queue.lose(token)
    return lambda: queue.crash(token, ending_words(exit_code))


def give_back(queue: Queue, tokens: Iterable[str], *, is_orphan: bool) -> None:
    """Put back what is not done: unharmed at an orderly stop, as lost and counted where the server died."""
    if not is_orphan:
        queue.release(tokens)
        return
    for token in tokens:
        queue.lose(token)


def task_ending(work: Work, error: BaseException | None, result: Any, queue: Queue) -> Callable[[], Any]:
    """Return how to hand in what became of a task of the studio's own."""
    token = work.claim.token
    if error is None:
        return lambda: queue.finish(token, result)
    if isinstance(error, TonmeisterError):
        return lambda: queue.fail(token, error)
    from tonmeister.jobs.worker import fault

    _log.error("The task %s failed.", work.claim.capability, exc_info=error)
    has_passed = isinstance(error, SQLAlchemyError | OSError)
    return lambda: queue.fail(token, fault(error), is_transient=has_passed)


def _commit(queue: Queue, token: str, outcome: dict[str, Any]) -> bool:
    return queue.finish(
        token,
        outcome["result"],
        outcome["products"],
        cpu_s=float(outcome["cpu_s"]),
        peak_memory_bytes=int(outcome["peak_memory_bytes"]),
    )


class _ToldError(TonmeisterError):
    """An error that arrived as data."""

    def __init__(self, data: dict[str, Any]):
        super().__init__(str(data.get("message", "")))
        self._data = data

    def details(self) -> dict[str, Any]:
        return self._data


def ending_words(exit_code: int) -> str:
    """Say how a process ended."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"signal {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"signal {-exit_code}"
