"""Files named by the SHA-256 of their content, on a disk or in S3. Nothing that is written is ever changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from tonmeister.core.errors import ParameterError
from tonmeister.store.blob_names import Part


@dataclass(frozen=True)
class BlobFacts:
    """One file in storage."""

    sha256: str
    size_bytes: int
    changed_at: float


class Blobs(Protocol):
    """Storage of files named by their content, and of uploads that are still growing."""

    url: str

    def put(self, file: Path, sha256: str) -> None:
        """Store a file under its hash, whole or not at all; once more is harmless. Do not write to ``file`` after."""
        ...

    def size(self, sha256: str) -> int:
        """Return the size in bytes; raise `BlobMissingError` if there is no such blob."""
        ...

    def read(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Read bytes from ``start`` up to ``stop`` (not included), piece by piece."""
        ...

    def local(self, sha256: str, folder: Path) -> Path:
        """Return a file to read: the blob itself on a disk, else a copy in ``folder``. Never write to it."""
        ...

    def exists(self, sha256: str) -> bool:
        """Tell whether there is such a blob."""
        ...

    def delete(self, sha256: str, *, unless_since: float | None = None) -> bool:
        """Remove a blob and tell whether it went; it stays if it was put (again) after the time ``unless_since``."""
        ...

    def every(self) -> Iterator[BlobFacts]:
        """List all blobs."""
        ...

    def link(self, sha256: str, *, name: str, media_type: str, expires_s: float) -> str | None:
        """Return an address of the storage itself that works for a while, or None where it has no such thing."""
        ...

    def check(self) -> None:
        """Write, read and delete a small file; raise `StorageError` if that fails."""
        ...

    def open_part(self, upload_id: str, start: int) -> PartWriter:
        """Begin to write bytes of an upload from ``start`` on; what an earlier writer left beyond is dropped."""
        ...

    def read_upload(self, upload_id: str, parts: list[Part], length: int) -> Iterator[bytes]:
        """Read an upload's bytes from the beginning."""
        ...

    def finish_upload(self, upload_id: str, parts: list[Part], length: int, sha256: str) -> None:
        """Make a complete upload a blob; once more is harmless. What it is made of stays until it is dropped."""
        ...

    def drop_upload(self, upload_id: str, parts: list[Part]) -> None:
        """Remove what there is of an upload."""
        ...

    def every_upload(self) -> Iterator[tuple[str, float]]:
        """List the uploads of which something is in storage, with the time of their last change."""
        ...

    def clear_coming(self, older_than_s: float) -> int:
        """Remove what processes that died left on its way in; return how many files went."""
        ...


class PartWriter(Protocol):
    """Writes one stretch of an upload."""

    def write(self, chunk: bytes) -> None:
        """Take bytes."""
        ...

    def commit(self) -> tuple[int, list[Part]]:
        """Make what was taken last; return how many bytes of it there are, and the parts made since the last call."""
        ...

    def discard(self, n_bytes: int) -> None:
        """Keep only the first ``n_bytes`` of what was written here."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def open_blobs(storage_url: str) -> Blobs:
    """Open the storage at ``file:///folder`` or ``s3://bucket/prefix?endpoint=…&region=…``."""
    from tonmeister.store.blobs_disk import DiskBlobs
    from tonmeister.store.blobs_s3 import S3Blobs

    parts = urlsplit(storage_url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and not parts.query:
        return DiskBlobs(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        return S3Blobs(storage_url)
    raise ParameterError(
        "The storage's address is neither file:///folder nor s3://bucket/prefix.",
        field="storage_url",
        bound=["file:///folder", "s3://bucket/prefix?endpoint=…&region=…"],
        remedy="Correct TONMEISTER_STORAGE_URL.",
    )


def hash_file(file: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file's content and its size in bytes."""
    with file.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256")
        return digest.hexdigest(), source.tell()
