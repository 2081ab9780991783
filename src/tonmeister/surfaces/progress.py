"""Progress for people: a bar with stage names on a terminal's standard error, elsewhere a line now and then."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

Style = Literal["bar", "lines", "sparse", "none"]

QUIET_S = 10.0
"""Work that is over by then needs no word; after it, a stage that lasts longer is told of so often."""
CLOSEST_S = 2.0
"""Stages that follow one another faster are not all told of."""


class Meter(Protocol):
    """Shows how far each of several pieces of work has come."""

    def show(self, index: int, fraction: float, stage: str) -> None:
        """Take the progress of one piece."""
        ...


class _Silence:
    def show(self, index: int, fraction: float, stage: str) -> None:
        """Show nothing."""


class _Lines:
    """One line whenever a stage begins."""

    def __init__(self, labels: list[str]):
        self._labels = labels
        self._stages: dict[int, str] = {}

    def show(self, index: int, fraction: float, stage: str) -> None:
        if self._stages.get(index) != stage:
            self._stages[index] = stage
            _say(f"{self._labels[index]}: {stage} ({fraction:.0%})")


class _SparseLines:
    """A line now and then, with the seconds since the beginning: for whoever reads a log."""

    def __init__(self, labels: list[str], clock: Callable[[], float] = time.monotonic):
        self._labels, self._clock = labels, clock
        self._began = self._told_at = clock()
        self._told: tuple[int, str] | None = None

    def show(self, index: int, fraction: float, stage: str) -> None:
        now = self._clock()
        is_begun = self._told is not None and (index, stage) != self._told
        if now - self._told_at < (CLOSEST_S if is_begun else QUIET_S):
            return
        self._told, self._told_at = (index, stage), now
        _say(f"{self._labels[index]}: {stage} ({fraction:.0%}, {now - self._began:.0f} s)")


def _say(line: str) -> None:
    """Write a line for people; where nobody reads any more the work goes on all the same."""
    try:
        print(line, file=sys.stderr, flush=True)  # noqa: T201
    except OSError:  # what could not be written would be tried once more at the end, and be the exit code
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


@contextmanager
def meter(labels: list[str], style: Style) -> Iterator[Meter]:
    """Open a display for pieces of work with these labels."""
    if style == "none":
        yield _Silence()
    elif style == "lines":
        yield _Lines(labels)
    elif style == "sparse":
        yield _SparseLines(labels)
    else:
        yield from _bar(labels)


def _bar(labels: list[str]) -> Iterator[Meter]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[label]}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[stage]}", markup=False),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=8)
    tasks: dict[int, TaskID] = {}

    class _Bar:
        def show(self, index: int, fraction: float, stage: str) -> None:
            if index not in tasks:
                tasks[index] = bar.add_task("", total=1.0, label=labels[index], stage=stage)
            bar.update(tasks[index], completed=fraction, stage=stage)
            if fraction >= 1.0 and len(labels) > 8:  # of a long batch, only what is going on is shown
                bar.update(tasks[index], visible=False)

    with bar:
        yield _Bar()
