"""Where finished files go."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tonmeister.core.errors import CombinationError, OutputExistsError, OutputUnwritableError


@dataclass(frozen=True)
class OutputWish:
    """What the user asked for: a folder, a file name or nothing, and replacing.

    A path is a folder if it is one already, ends in a slash or has no suffix: one of `pathlib.Path` keeps no slash.
    """

    path: str | None = None
    overwrite: bool = False
    is_bare_file: bool = False
    """A name without a suffix is that of a file: the work has made none of its own, and its result is written there."""

    @property
    def folder(self) -> Path | None:
        """The folder asked for, if it is a folder."""
        if self.path is None:
            return None
        path = Path(self.path).expanduser()
        is_folder = path.is_dir() or self.path.endswith(("/", os.sep)) or path.name in ("", "..")
        return path if is_folder or self._is_bare(path) else None

    @property
    def file(self) -> Path | None:
        """The file name asked for, if it is one."""
        return Path(self.path).expanduser() if self.path is not None and self.folder is None else None

    def for_result(self) -> OutputWish:
        """Return the wish of work that has made no files: a name without a suffix is a file, unless it is a folder."""
        path = Path(self.path or "").expanduser()
        is_bare = self.path is not None and not self.path.endswith(("/", os.sep)) and self._is_bare(path)
        return OutputWish(self.path, self.overwrite, is_bare_file=is_bare)

    def _is_bare(self, path: Path) -> bool:
        return not self.is_bare_file and not path.suffix and not path.exists()

    def check(self) -> None:
        """Raise the error that delivering would meet, before the work is done for nothing."""
        if self.file is None:
            return
        if not self.file.parent.is_dir():
            raise OutputUnwritableError(
                f"There is no folder {str(self.file.parent)!r}.",
                field="output",
                value=self.path,
                remedy="Create it, or name another.",
            )
        if self.file.exists() and not self.overwrite:
            raise OutputExistsError(
                f"{str(self.file)!r} is already there.",
                field="output",
                value=self.path,
                remedy="Choose another name, or allow overwriting (--overwrite).",
            )

    def for_batch(self, n_items: int) -> OutputWish:
        """Return the wish for several pieces of work at once; raise `CombinationError` if it names a single file."""
        if n_items > 1 and self.file is not None:
            raise CombinationError(
                f"output is the file {self.path!r}, but there are {n_items} inputs.",
                field="output",
                value=self.path,
                bound="a folder",
                remedy=f"Name a folder: {self.path}/",
            )
        return OutputWish(f"{self.path}/", self.overwrite) if n_items > 1 and self.path is not None else self


@dataclass
class Placing:
    """Decides the final path of each file that one piece of work delivers.

    The first file is the main product. Where its stem was changed (the user named a file, or the name was taken), the
    stems of those that follow are changed in the same way, so that ``song-2.wav`` and ``song-2.html`` belong together.
    """

    wish: OutputWish
    inputs: list[Path] = field(default_factory=list)
    _stem: tuple[str, str] | None = None
    """The main product's proposed and actual stem."""
    _is_named_file_made: bool = False

    def candidates(self, name: str, near: Path | None) -> Iterable[tuple[Path, bool]]:
        """Yield the paths to try for a file proposed as ``name``, each with whether it may replace what is there."""
        proposed = Path(name)
        if self.wish.file is not None:
            yield self._named(proposed), self.wish.overwrite
            return
        folder = self.wish.folder or (near.parent if near is not None else Path.cwd())
        wanted = folder / (self._follow(proposed.stem) + proposed.suffix)
        if self.wish.overwrite and not self._is_input(wanted):
            yield wanted, True
            return
        yield wanted, False
        for number in range(2, 10_000):
            yield wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}"), False

    def settle(self, name: str, final: Path) -> None:
        """Take note of where a file went."""
        if self._stem is None:
            self._stem = (Path(name).stem, final.stem)
        if self.wish.file is not None and final == self.wish.file:
            self._is_named_file_made = True

    def check_complete(self) -> None:
        """Raise `CombinationError` if files were delivered, but none under the very name asked for."""
        wanted = self.wish.file
        if wanted is not None and self._stem is not None and not self._is_named_file_made:
            raise CombinationError(
                f"output is {wanted.name!r}, but no file made is of that kind ({wanted.suffix or 'no suffix'}).",
                field="output",
                value=str(wanted),
                remedy="Ask for that format too, or give the output the suffix of the format.",
            )

    def _named(self, proposed: Path) -> Path:
        wanted = self.wish.file
        assert wanted is not None
        if self._stem is None:
            final = (
                wanted
                if proposed.suffix.lower() == wanted.suffix.lower()
                else wanted.with_name(wanted.stem + proposed.suffix)
            )
        else:
            final = wanted.with_name(self._follow(proposed.stem, base=wanted.stem) + proposed.suffix)
            if final.name.lower() == wanted.name.lower():
                final = wanted
        if self._is_input(final):
            raise OutputExistsError(
                f"The output {str(final)!r} is the input itself.",
                field="output",
                value=str(final),
                remedy="Choose another name.",
            )
        return final

    def _follow(self, stem: str, base: str | None = None) -> str:
        if self._stem is None:
            return stem
        proposed, actual = self._stem
        actual = base or actual
        return (
            actual + stem.removeprefix(proposed) if stem.startswith(proposed) else (f"{base}-{stem}" if base else stem)
        )

    def _is_input(self, path: Path) -> bool:
        return path.exists() and any(source.exists() and path.samefile(source) for source in self.inputs)


def make_folder(folder: Path) -> None:
    """Create the folder that the user asked for, if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritableError(
            f"The folder {str(folder)!r} cannot be created: {error.strerror}.",
            field="output",
            value=str(folder),
            remedy="Choose a folder that you may write to.",
        ) from None
