"""Blobs in a folder of this machine."""

# ruff: noqa: ARG002 - the arguments are those of `Blobs`
from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.store.blob_names import (
    PIECE_BYTES,
    Part,
    checked_name,
    checked_upload,
    disk_error,
    is_name,
    is_upload,
    missing,
)
from tonmeister.store.blobs import BlobFacts

if TYPE_CHECKING:
    from tonmeister.store.blobs import PartWriter


class DiskBlobs:
    """Blobs in a folder: ``ab/abcdef…``, with ``.coming`` for files on their way in and ``.uploads``."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.url = self.folder.as_uri()

    def _path(self, sha256: str) -> Path:
        return self.folder / checked_name(sha256)[:2] / sha256

    def put(self, file: Path, sha256: str) -> None:
        """Store a file under its hash: a second name for it on the same disk, else a copy."""
        target = self._path(sha256)
        size_bytes = file.stat().st_size
        try:
            self._put(file, target, size_bytes)
        except OSError as error:
            raise disk_error(error, self.folder) from error

    def _put(self, file: Path, target: Path, size_bytes: int) -> None:
        with contextlib.suppress(FileNotFoundError):
            if target.stat().st_size == size_bytes:
                os.utime(target)  # a clean-up that runs now sees that it is wanted
                return
        self._make_folders(target.parent)
        coming = self.folder / ".coming" / uuid.uuid4().hex
        try:
            try:
                os.link(file, coming)
            except OSError as error:
                if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES):
                    raise
                shutil.copyfile(file, coming)
            with contextlib.suppress(PermissionError):  # the file may belong to somebody else
                coming.chmod(0o444)
            os.utime(coming)
            _sync(coming)
            coming.replace(target)
            _sync(target.parent)
        finally:
            coming.unlink(missing_ok=True)

    def _make_folders(self, folder: Path) -> None:
        (self.folder / ".coming").mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            _sync(self.folder)

    def size(self, sha256: str) -> int:
        """Return the size in bytes."""
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            raise missing(sha256) from None

    def read(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Read bytes; the file is opened at once, so that a missing one is told before the first piece."""
        try:
            source = self._path(sha256).open("rb")
        except FileNotFoundError:
            raise missing(sha256) from None
        return _pieces(source, start, stop)

    def local(self, sha256: str, folder: Path) -> Path:
        """Return the blob itself."""
        path = self._path(sha256)
        if not path.is_file():
            raise missing(sha256)
        return path

    def exists(self, sha256: str) -> bool:
        """Tell whether there is such a blob."""
        return self._path(sha256).is_file()

    def delete(self, sha256: str, *, unless_since: float | None = None) -> bool:
        """Remove a blob. It is taken aside before its age is looked at: a `put` that comes between makes it anew."""
        path = self._path(sha256)
        aside = self.folder / ".coming" / uuid.uuid4().hex
        aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if unless_since is not None and aside.stat().st_mtime > unless_since:
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def every(self) -> Iterator[BlobFacts]:
        """List all blobs, in the order of their names."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for entry in sorted(os.scandir(folder), key=lambda found: found.name):
                if is_name(entry.name):
                    with contextlib.suppress(FileNotFoundError):  # deleted while we look
                        facts = entry.stat()
                        yield BlobFacts(entry.name, facts.st_size, facts.st_mtime)

    def link(self, sha256: str, *, name: str, media_type: str, expires_s: float) -> str | None:
        """A disk has no address of its own."""
        return None

    def check(self) -> None:
        """Write, read and delete a small file."""
        place = self.folder / ".coming"
        try:
            place.mkdir(parents=True, exist_ok=True)
            probe = place / uuid.uuid4().hex
            probe.write_bytes(b"tonmeister")
            probe.unlink()
        except OSError as error:
            raise disk_error(error, self.folder) from error

    def clear_coming(self, older_than_s: float) -> int:
        """Remove what processes that died left on its way in; return how many files went."""
        n_removed = 0
        place = self.folder / ".coming"
        for path in place.iterdir() if place.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_ctime < time.time() - older_than_s:
                    path.unlink()
                    n_removed += 1
        return n_removed

    def _upload(self, upload_id: str) -> Path:
        return self.folder / ".uploads" / checked_upload(upload_id)

    def open_part(self, upload_id: str, start: int) -> PartWriter:
        """Open an upload's file at ``start``."""
        path = self._upload(upload_id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _DiskPart(path, start)
        except OSError as error:
            raise disk_error(error, self.folder) from error

    def read_upload(self, upload_id: str, parts: list[Part], length: int) -> Iterator[bytes]:
        """Read an upload's bytes."""
        if length == 0:
            return iter(())
        try:
            return _pieces(self._upload(upload_id).open("rb"), 0, length)
        except FileNotFoundError:
            raise missing(upload_id) from None

    def finish_upload(self, upload_id: str, parts: list[Part], length: int, sha256: str) -> None:
        """Give an upload's file a second name as a blob."""
        if length == 0:
            self.open_part(upload_id, 0).close()
        self.put(self._upload(upload_id), sha256)

    def drop_upload(self, upload_id: str, parts: list[Part]) -> None:
        """Remove an upload's file."""
        self._upload(upload_id).unlink(missing_ok=True)

    def every_upload(self) -> Iterator[tuple[str, float]]:
        """List the uploads of which there is a file."""
        place = self.folder / ".uploads"
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                if is_upload(path.name):
                    yield path.name, path.stat().st_mtime


class _DiskPart:
    def __init__(self, path: Path, start: int):
        self._place = path.parent
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        self._start = start
        self._at = start
        os.ftruncate(self._file, start)

    def write(self, chunk: bytes) -> None:
        view = memoryview(chunk)
        try:
            while view:
                n_written = os.pwrite(self._file, view, self._at)
                self._at += n_written
                view = view[n_written:]
        except OSError as error:
            raise disk_error(error, self._place) from error

    def commit(self) -> tuple[int, list[Part]]:
        getattr(os, "fdatasync", os.fsync)(self._file)
        return self._at - self._start, []

    def discard(self, n_bytes: int) -> None:
        self._at = self._start + n_bytes
        os.ftruncate(self._file, self._at)

    def close(self) -> None:
        os.close(self._file)


def _pieces(source: Any, start: int, stop: int | None) -> Iterator[bytes]:
    with source:
        source.seek(start)
        left = None if stop is None else stop - start
        while left is None or left > 0:
            piece = source.read(PIECE_BYTES if left is None else min(PIECE_BYTES, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece


def _sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows does not open folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
