"""What one request adds to an upload: bytes, their hash, and the commits on the way."""

from __future__ import annotations

import collections
import hashlib
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import ChecksumError, UploadLockedError, UploadTooLargeError

if TYPE_CHECKING:
    from tonmeister.store.uploads import Uploads

COMMIT_BYTES = 64 << 20
COMMIT_S = 2.0
"""A running request commits when so much has come, or so much time has gone."""

_N_HASHES = 64


class RunningHashes:
    """Hashes of what has come, so that the end of an upload need not read it again. Lost ones only cost time."""

    def __init__(self) -> None:
        self._known: collections.OrderedDict[str, tuple[int, Any]] = collections.OrderedDict()
        self._lock = threading.Lock()

    def take(self, upload_id: str, offset_bytes: int) -> Any:
        """Take the running hash of an upload out, if it is known up to this offset."""
        with self._lock:
            at, known = self._known.pop(upload_id, (-1, None))
        if offset_bytes == 0:
            return hashlib.sha256()
        return known if at == offset_bytes else None

    def keep(self, upload_id: str, offset_bytes: int, known: Any) -> None:
        """Keep a running hash for the next request."""
        with self._lock:
            self._known[upload_id] = (offset_bytes, known)
            while len(self._known) > _N_HASHES:
                self._known.popitem(last=False)

    def forget(self, upload_id: str) -> None:
        """Let go of a hash."""
        with self._lock:
            self._known.pop(upload_id, None)


class Stretch:
    """What one request appends."""

    def __init__(
        self, uploads: Uploads, row: dict[str, Any], token: str, checksum: tuple[str, bytes] | None, bound: int
    ):
        self._uploads = uploads
        self._id = row["id"]
        self._token = token
        self._parts: list[Any] = list(row["parts"])
        self._start = self._at = row["offset_bytes"]
        self._bound = bound
        self._checksum = checksum
        self._sum = hashlib.new(checksum[0]) if checksum else None
        self._hash = uploads.hashes.take(self._id, self._start)
        self._writer = uploads.open_part(self._id, self._start)
        self._committed_at = self._renewed_at = time.monotonic()
        self._n_waiting = 0

    def take(self, chunks: Iterable[bytes]) -> int:
        """Take all that comes, and return the new offset."""
        try:
            for chunk in chunks:
                if chunk:
                    self._append(chunk)
        except (UploadTooLargeError, UploadLockedError):
            raise
        except BaseException:
            # The client is gone, or the storage is full: what is whole stays, unless it can no longer be checked.
            if self._checksum is None:
                self._commit()
            raise
        if self._sum is not None and self._checksum is not None and self._sum.digest() != self._checksum[1]:
            self._uploads.renew(self._id, self._token)
            self._writer.discard(0)
            raise ChecksumError(
                f"The bytes from {self._start} on do not have the checksum that came with them.",
                field="upload-checksum",
                bound=f"{self._checksum[0]} {self._sum.hexdigest()}",
                remedy="Send them again from the same offset.",
            )
        self._commit()
        return int(self._at)

    def _append(self, chunk: bytes) -> None:
        if self._at + len(chunk) > self._bound:
            raise too_large(self._at + len(chunk), self._bound)
        if time.monotonic() - self._renewed_at >= self._uploads.lock_s / 3:
            # Bytes that come after a long silence must not be written once another request has taken over.
            self._uploads.renew(self._id, self._token)
            self._renewed_at = time.monotonic()
        self._writer.write(chunk)
        if self._hash is not None:
            self._hash.update(chunk)
        if self._sum is not None:
            self._sum.update(chunk)
        self._at += len(chunk)
        self._n_waiting += len(chunk)
        if self._checksum is None and (
            self._n_waiting >= COMMIT_BYTES or time.monotonic() - self._committed_at >= COMMIT_S
        ):
            self._commit()

    def _commit(self) -> None:
        n_bytes, parts = self._writer.commit()
        self._parts += parts
        self._uploads.commit(self._id, self._token, self._start + n_bytes, self._parts)
        self._committed_at = self._renewed_at = time.monotonic()
        self._n_waiting = 0
        if self._hash is not None and self._start + n_bytes == self._at:
            self._uploads.hashes.keep(self._id, self._at, self._hash.copy())

    def close(self) -> None:
        """Let go of the file."""
        self._writer.close()


def too_large(n_bytes: int, bound: int) -> UploadTooLargeError:
    """Return the error for more bytes than are taken."""
    return UploadTooLargeError(
        f"The upload has {n_bytes} bytes; at most {bound} are taken.",
        field="upload-length",
        value=n_bytes,
        bound=bound,
        remedy="Send no more than was announced, or have TONMEISTER_MAX_UPLOAD_MB raised.",
    )
