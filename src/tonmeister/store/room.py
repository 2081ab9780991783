"""How much room is left where the studio writes, and what is told where it is too little for work."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tonmeister.settings import Settings

LEAST_FREE_BYTES = 100_000_000
"""Work that begins with less would fail before it has done anything."""
SMALL_DISK_BYTES = 1_000_000_000
"""A disk that is smaller as a whole was chosen so: nothing is known of what fits, work tries and fails by name."""


@dataclass(frozen=True)
class Shortage:
    """A disk with too little room."""

    folder: Path
    free_bytes: int
    needed_bytes: int

    def __str__(self) -> str:
        """Return what is told of it."""
        return (
            f"Waits for room on the disk of {str(self.folder)!r}: {self.free_bytes / 1e6:.1f} MB are free, work begins "
            f"with {self.needed_bytes / 1e6:.0f} MB. Free some space, or delete songs and empty the bin; it then goes "
            "on by itself."
        )


def find_shortage(settings: Settings) -> Shortage | None:
    """Return the folder that work writes to and whose disk has too little room to begin; None where all have enough."""
    for folder in _folders(settings):
        there = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if there is None:
            continue
        disk = shutil.disk_usage(there)
        if disk.free < LEAST_FREE_BYTES and disk.total >= SMALL_DISK_BYTES:
            return Shortage(folder, disk.free, LEAST_FREE_BYTES)
    return None


def _folders(settings: Settings) -> Iterator[Path]:
    yield settings.data_folder
    if settings.temporary_folder is not None:
        yield settings.temporary_folder
