"""Several files as one ZIP file, made while it is sent: sound is not compressed again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tonmeister.store.blobs import Blobs


class _Outlet:
    """A file that cannot be sought in, emptied as it fills."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits below."""

    def take(self) -> bytes:
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken


def zip_of(blobs: Blobs, entries: Sequence[tuple[str, str, float]]) -> Iterator[bytes]:
    """Yield a ZIP file of blobs, each given by the name it shall have, its hash, and when it was made."""
    outlet = _Outlet()
    taken: set[str] = set()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, sha256, made_at in entries:
            info = zipfile.ZipInfo(_free(name, taken), datetime.fromtimestamp(made_at, UTC).timetuple()[:6])
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as target:
                for part in blobs.read(sha256):
                    target.write(part)
                    yield outlet.take()
            yield outlet.take()
    yield outlet.take()


def _free(name: str, taken: set[str]) -> str:
    """Return the name, numbered if another file of the archive has it already; without any folder."""
    path = PurePath(name.replace("\\", "/")).name or "file"
    stem, suffix = PurePath(path).stem, PurePath(path).suffix
    number, free = 1, path
    while free.lower() in taken:
        number += 1
        free = f"{stem}-{number}{suffix}"
    taken.add(free.lower())
    return free
