"""Results and errors on paper: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from tonmeister.core.errors import OutputUnwritableError, TonmeisterError
from tonmeister.surfaces.envelope import envelope

if TYPE_CHECKING:
    from tonmeister.core.capability import Digest, Result


NAME_WIDTH = 20
"""Columns of names are not made narrower than this on a terminal."""
STDOUT = "stdout"
"""Field of the error that tells that nothing more can be told on standard output."""


def print_json(answers: Sequence[Result | TonmeisterError], *, as_list: bool) -> None:
    """Print one object, or the list of a batch, in which an error stands in the place of the result that failed."""
    data = [
        envelope(answer) if isinstance(answer, TonmeisterError) else json.loads(answer.model_dump_json())
        for answer in answers
    ]
    print_line(json.dumps(data if as_list else data[0], indent=2, ensure_ascii=False, allow_nan=False))


def print_digests(digests: Sequence[Digest]) -> None:
    """Print the tables, those with equal columns as one, each followed by its sentences."""
    tables: dict[tuple[str, tuple[str, ...]], list[Digest]] = {}
    for digest in digests:
        tables.setdefault((digest.title, digest.columns), []).append(digest)
    for (title, columns), members in tables.items():
        rows = [row for member in members for row in member.rows]
        if columns and rows:
            print_table(columns, rows, title)
        for member in members:
            if len(members) > 1 and len(member.sentences) > 1 and member.rows:
                print_line(f"\n{member.rows[0][0]}:")
            for sentence in member.sentences:
                print_line(sentence)


def names_apart(inputs: Sequence[str]) -> list[str]:
    """Return the name of each file, with as many folders before it as tell it from others of that name.

    Examples
    --------
    >>> names_apart(["one/mix.ogg", "two/mix.ogg", "two/bass.ogg"])
    ['one/mix.ogg', 'two/mix.ogg', 'bass.ogg']
    """
    paths = [PurePath(each).parts for each in inputs]

    def shortest(parts: tuple[str, ...]) -> str:
        others = [each for each in paths if each != parts]
        n = next((n for n in range(1, len(parts)) if all(each[-n:] != parts[-n:] for each in others)), len(parts))
        return str(PurePath(*parts[-n:]))

    return [shortest(parts) for parts in paths]


def told_apart(digest: Digest, given: str, named: str) -> Digest:
    """Return a digest in which a file that is called as it was ``given`` is called as it is ``named``."""
    name = PurePath(given).name
    if name == named:
        return digest
    return replace(
        digest,
        rows=tuple((named, *row[1:]) if row[0] == name else row for row in digest.rows),
        sentences=tuple(
            f"{named}{text.removeprefix(name)}" if text.startswith(f"{name}: ") else text for text in digest.sentences
        ),
    )


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table: drawn on a terminal, plain columns in a pipe or a file."""
    if sys.stdout.isatty():
        _draw(columns, rows, title)
        return
    if title:
        print_line(title)
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    is_number = [all(_is_number(row[k]) for row in rows) for k in range(len(columns))]
    for row in (columns, *rows):
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        )
        print_line("  ".join(cells).rstrip())


def _draw(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for k, column in enumerate(columns):
        cells = [row[k] for row in rows]
        is_number = all(map(_is_number, cells))
        # headings may break at spaces, figures never; names keep a readable width and fold beyond it
        words = max(len(word) for word in [*column.split(), *cells])
        least = words if is_number else min(words, NAME_WIDTH)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold", min_width=least)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_error(error: TonmeisterError, *, prefix: str = "") -> None:
    """Print one line on standard error: code, message, remedy."""
    text = " ".join(f"{prefix}error [{error.code}] {error}".split())
    sys.stderr.write(text + "\n")


def print_line(text: str) -> None:
    """Print a line on standard output.

    Raises
    ------
    BrokenPipeError
        If its reader has gone.
    OutputUnwritableError
        If it cannot be written otherwise; what it holds back is thrown away.
    """
    with _told():
        sys.stdout.write(text + "\n")


def flush() -> None:
    """Write what standard output holds back; raises as `print_line`."""
    with _told():
        sys.stdout.flush()


def forget_output() -> None:
    """Throw away what standard output holds back, so that the interpreter does not try it again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        forget_output()
        raise OutputUnwritableError(
            f"Standard output cannot be written: {error.strerror}.",
            field=STDOUT,
            remedy="Make room there, or send it elsewhere.",
        ) from error


def _is_number(cell: str) -> bool:
    return bool(cell) and (
        cell.strip() in ("-", "–", "") or cell.strip().lstrip("+-−").replace(".", "", 1).split(" ")[0].isdigit()
    )
