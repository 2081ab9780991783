"""Progress for people: a bar with stage names on a terminal's standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

Style = Literal["bar", "lines", "none"]


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
            print(f"{self._labels[index]}: {stage} ({fraction:.0%})", file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def meter(labels: list[str], style: Style) -> Iterator[Meter]:
    """Open a display for pieces of work with these labels."""
    if style == "none":
        yield _Silence()
    elif style == "lines":
        yield _Lines(labels)
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
