"""What both kinds of storage share: names that lead nowhere else, and errors told alike."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

from tonmeister.core.errors import BlobMissingError, ParameterError, StorageError, StorageFullError, TonmeisterError

PIECE_BYTES = 1 << 18
"""How much is read at once."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_UPLOAD = re.compile(r"[0-9a-f-]{36}")

Part = list[Any]
"""An object that holds a stretch of an upload in S3: key, start, size. On a disk there are none."""


def is_name(name: str) -> bool:
    """Tell whether this is the name of a blob."""
    return _SHA256.fullmatch(name) is not None


def is_upload(name: str) -> bool:
    """Tell whether this is the identity of an upload."""
    return _UPLOAD.fullmatch(name) is not None


def checked_name(sha256: str) -> str:
    """Return the name of a blob; raise `BlobMissingError` for what cannot be one."""
    if not _SHA256.fullmatch(sha256):
        raise BlobMissingError(
            f"{sha256[:80]!r} is not the name of a file in storage.",
            field="sha256",
            value=sha256[:80],
            bound="64 hexadecimal digits",
            remedy="Ask for a file by its asset.",
        )
    return sha256


def missing(sha256: str) -> BlobMissingError:
    """Return the error for a blob that is not there."""
    return BlobMissingError(
        f"The file {sha256[:12]}… is not in storage.",
        field="sha256",
        value=sha256,
        remedy="Put it back from the backups: tonmeister check --repair.",
    )


def checked_upload(upload_id: str) -> str:
    """Return the identity of an upload; raise `ParameterError` for what cannot be one."""
    if not _UPLOAD.fullmatch(upload_id):
        raise ParameterError(f"{upload_id[:80]!r} is not the identity of an upload.", field="id", value=upload_id[:80])
    return upload_id


def disk_error(error: OSError, place: Path) -> TonmeisterError:
    """Return what went wrong with a folder in our own words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFullError(
            f"There is no room left in the storage {str(place)!r}.",
            field="storage_url",
            value=str(place),
            remedy="Free some space, or delete songs and empty the bin.",
        )
    return StorageError(
        f"The storage {str(place)!r} does not take files: {error.strerror or error}.",
        field="storage_url",
        value=str(place),
        remedy="Check that the folder exists and may be written to.",
    )
