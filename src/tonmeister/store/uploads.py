"""Uploads that can be resumed: the core of tus 1.0, without HTTP.

What counts is the offset in the database: it is moved only after the bytes before it are safe, so that a cut, a crash
or a full disk costs at most what came since the last commit, and a client that asks for the offset can go on. One
request writes at a time: it holds a lock with a token in the upload's row, which it renews as bytes arrive; one that
fell silent loses it to the next.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import (
    ChecksumUnknownError,
    ConflictError,
    ParameterError,
    StorageQuotaError,
    UploadGoneError,
    UploadLockedError,
    UploadMissingError,
    UploadOffsetError,
)
from tonmeister.store.assets import Assets
from tonmeister.store.database import Database, make_id
from tonmeister.store.names import clean_name
from tonmeister.store.tables import UPLOADS
from tonmeister.store.upload_stretch import RunningHashes, Stretch, too_large

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from tonmeister.store.blobs import Blobs, PartWriter

LOCK_S = 10.0
"""How long a writer that falls silent keeps its lock."""

CHECKSUMS = ("sha1", "sha256")
"""Checksum algorithms that a client may use for a request's bytes."""


def check_algorithm(name: str) -> None:
    """Raise `ChecksumUnknownError` if this is no checksum algorithm that a client may use."""
    if name not in CHECKSUMS:
        raise ChecksumUnknownError(
            f"The checksum algorithm {name[:40]!r} is not known.",
            field="upload-checksum",
            value=name[:40],
            bound=CHECKSUMS,
            remedy=f"Use one of {', '.join(CHECKSUMS)}.",
        )


@dataclass(frozen=True)
class Upload:
    """An upload as it stands."""

    id: str
    name: str
    metadata: dict[str, Any]
    length_bytes: int | None
    """None until it is told (deferred)."""
    offset_bytes: int
    state: str
    """"open" or "finished"."""
    sha256: str | None
    """Once it is finished."""
    asset_id: str | None
    owner: str | None
    created_at: float
    expires_at: float

    @property
    def is_complete(self) -> bool:
        """Tell whether all bytes have come."""
        return self.offset_bytes == self.length_bytes


class Uploads:
    """The uploads of a studio.

    ``max_bytes`` bounds one file, ``quota_bytes`` all that one user has uploaded; ``expiry_s`` is how long an upload
    may rest.
    """

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        *,
        max_bytes: int,
        quota_bytes: int | None = None,
        expiry_s: float = 86400.0,
        lock_s: float = LOCK_S,
    ):
        self._database = database
        self._blobs = blobs
        self._assets = Assets(database)
        self.max_bytes = max_bytes
        self._quota_bytes = quota_bytes
        self._expiry_s = expiry_s
        self.lock_s = lock_s
        self.hashes = RunningHashes()

    def create(
        self,
        length_bytes: int | None,
        name: str,
        metadata: Mapping[str, Any] | None = None,
        owner: str | None = None,
    ) -> Upload:
        """Begin an upload; without a length, that is told later."""
        if length_bytes is not None:
            self._check_length(length_bytes)
        upload_id = make_id()
        with self._database.write() as connection:
            self._check_quota(connection, owner, length_bytes or 0)
            now = self._database.now(connection)
            connection.execute(
                sa.insert(UPLOADS).values(
                    id=upload_id,
                    name=clean_name(name),
                    metadata=dict(metadata or {}),
                    length_bytes=length_bytes,
                    offset_bytes=0,
                    parts=[],
                    state="open",
                    owner=owner,
                    created_at=now,
                    expires_at=now + self._expiry_s,
                )
            )
            return _record(self._row(connection, upload_id))

    def head(self, upload_id: str) -> Upload:
        """Return an upload as it stands; raise `UploadMissingError` or, if it expired, `UploadGoneError`."""
        with self._database.read() as connection:
            row = self._row(connection, upload_id)
            if row["state"] == "open" and row["expires_at"] < self._database.now(connection):
                raise _gone(upload_id, "has expired")
            return _record(row)

    def write(
        self,
        upload_id: str,
        offset_bytes: int,
        chunks: Iterable[bytes],
        checksum: tuple[str, bytes] | None = None,
    ) -> int:
        """Append bytes and return the new offset.

        Where ``chunks`` raises (the client is gone), what arrived before stays, and the exception goes on. With a
        ``checksum`` (algorithm, digest) all of it stays or nothing.

        Raises
        ------
        ChecksumUnknownError
            The checksum's algorithm is none of `CHECKSUMS`.
        UploadOffsetError
            The bytes do not begin where the upload stands.
        UploadLockedError
            Another request is writing.
        UploadTooLargeError
            There is more than was announced, or than is allowed; nothing beyond the last commit stays.
        ChecksumError
            The bytes do not have the checksum that was sent with them.
        """
        if checksum is not None:
            check_algorithm(checksum[0])
        with self._locked(upload_id, at_bytes=offset_bytes) as (row, token):
            if row["offset_bytes"] != offset_bytes:
                raise _misplaced(row, offset_bytes)
            stretch = Stretch(self, row, token, checksum, self._bound(row))
            try:
                return stretch.take(chunks)
            finally:
                stretch.close()

    def set_length(self, upload_id: str, length_bytes: int) -> Upload:
        """Tell the length of an upload that began without; once told, it stays."""
        self._check_length(length_bytes)
        with self._database.write() as connection:
            row = self._open_row(connection, upload_id)
            if row["length_bytes"] not in (None, length_bytes) or row["offset_bytes"] > length_bytes:
                raise ConflictError(
                    f"The upload's length cannot become {length_bytes} bytes.",
                    field="upload-length",
                    value=length_bytes,
                    bound=row["length_bytes"] if row["length_bytes"] is not None else f"{row['offset_bytes']} or more",
                    remedy="A length is told once, and covers what has come.",
                )
            self._check_quota(connection, row["owner"], length_bytes - row["offset_bytes"])
            self._update(connection, upload_id, {"length_bytes": length_bytes})
            return _record(self._row(connection, upload_id))

    def terminate(self, upload_id: str) -> None:
        """End an upload and forget what came; a finished one is only forgotten, its asset stays."""
        with self._locked(upload_id, needs_open=False) as (row, _):
            self._blobs.drop_upload(upload_id, row["parts"])
            with self._database.write() as connection:
                connection.execute(sa.delete(UPLOADS).where(UPLOADS.c.id == upload_id))
            self.hashes.forget(upload_id)

    def finish(self, upload_id: str) -> tuple[str, int]:
        """Make a complete upload a blob and return its hash and size; once more returns the same."""
        with self._locked(upload_id, needs_open=False) as (row, token):
            if row["state"] == "finished":
                return row["sha256"], row["length_bytes"]
            length = row["length_bytes"]
            if length is None or row["offset_bytes"] != length:
                raise ConflictError(
                    f"The upload is not complete: {row['offset_bytes']} of {'?' if length is None else length} bytes.",
                    field="id",
                    value=upload_id,
                    bound=length,
                    remedy="Send the rest, or tell its length.",
                )
            with self._renewing(upload_id, token) as renew:
                sha256 = self._hash_of(upload_id, row["parts"], length, renew)
                self._blobs.finish_upload(upload_id, row["parts"], length, sha256)
            with self._database.write() as connection:
                self._update(connection, upload_id, {"state": "finished", "sha256": sha256, "parts": []}, token)
            self._blobs.drop_upload(upload_id, row["parts"])
            self.hashes.forget(upload_id)
            return sha256, length

    def attach(self, upload_id: str, asset_id: str, connection: Connection | None = None) -> None:
        """Note which asset a finished upload became."""
        if connection is not None:
            self._update(connection, upload_id, {"asset_id": asset_id})
            return
        with self._database.write() as own:
            self._update(own, upload_id, {"asset_id": asset_id})

    def unattached(self) -> list[Upload]:
        """Return uploads that are complete, but became no asset, because the server stopped in between."""
        with self._database.read() as connection:
            query = sa.select(UPLOADS).where(
                UPLOADS.c.asset_id.is_(None), UPLOADS.c.offset_bytes == UPLOADS.c.length_bytes
            )
            return [_record(row) for row in connection.execute(query).mappings()]

    def expire(self) -> int:
        """Remove uploads that rested for too long, and finished ones after a while; return how many."""
        n_removed = 0
        with self._database.read() as connection:
            now = self._database.now(connection)
            query = sa.select(UPLOADS.c.id).where(UPLOADS.c.expires_at < now)
            expired = connection.execute(query).scalars().all()
        for upload_id in expired:
            with contextlib.suppress(UploadLockedError, UploadMissingError):
                self.terminate(upload_id)
                n_removed += 1
        return n_removed

    # -- bounds

    def _check_length(self, length_bytes: int) -> None:
        if length_bytes < 0:
            raise ParameterError(
                f"The length is {length_bytes} bytes.",
                field="upload-length",
                value=length_bytes,
                bound="0 or more",
                remedy="Send the file's size in bytes.",
            )
        if length_bytes > self.max_bytes:
            raise too_large(length_bytes, self.max_bytes)

    def check_quota(self, owner: str | None, more_bytes: int) -> None:
        """Raise `StorageQuotaError` if a user's uploads would take more than they may; for files that come whole."""
        if self._quota_bytes is not None:
            with self._database.read() as connection:
                self._check_quota(connection, owner, more_bytes)

    def _check_quota(self, connection: Connection, owner: str | None, more_bytes: int) -> None:
        if self._quota_bytes is None:
            return
        used_bytes = self._assets.used_bytes(connection, owner)
        if used_bytes + more_bytes > self._quota_bytes:
            raise StorageQuotaError(
                f"Your uploads take {used_bytes / 1e6:.0f} MB of {self._quota_bytes / 1e6:.0f} MB; "
                f"{more_bytes / 1e6:.1f} MB more do not fit.",
                field="upload-length",
                value=more_bytes,
                bound=self._quota_bytes,
                remedy="Delete songs and empty the bin, or have TONMEISTER_UPLOAD_QUOTA_MB raised.",
            )

    def _bound(self, row: Mapping[str, Any]) -> int:
        """Return up to which offset an upload may grow."""
        length: int | None = row["length_bytes"]
        if length is not None:
            return length
        if self._quota_bytes is None:
            return self.max_bytes
        with self._database.read() as connection:
            left_bytes = self._quota_bytes - self._assets.used_bytes(connection, row["owner"])
        return min(self.max_bytes, int(row["offset_bytes"]) + max(0, left_bytes))

    # -- rows and locks

    def _row(self, connection: Connection, upload_id: str) -> dict[str, Any]:
        row = connection.execute(sa.select(UPLOADS).where(UPLOADS.c.id == upload_id)).mappings().first()
        if row is None:
            raise UploadMissingError(
                f"There is no upload {upload_id[:80]!r}.",
                field="id",
                value=upload_id[:80],
                remedy="Begin a new one.",
            )
        return dict(row)

    def _open_row(self, connection: Connection, upload_id: str, at_bytes: int | None = None) -> dict[str, Any]:
        row = self._row(connection, upload_id)
        if row["state"] != "open":
            if at_bytes is not None and at_bytes < row["offset_bytes"]:
                # An earlier request, thought dead, brought the rest: who asks for the offset learns of the asset.
                raise _misplaced(row, at_bytes)
            raise _gone(upload_id, "is finished")
        if row["expires_at"] < self._database.now(connection):
            raise _gone(upload_id, "has expired")
        return row

    def _update(
        self, connection: Connection, upload_id: str, values: Mapping[str, Any], token: str | None = None
    ) -> None:
        query = sa.update(UPLOADS).where(UPLOADS.c.id == upload_id)
        if token is not None:
            query = query.where(UPLOADS.c.lock_token == token)
        if connection.execute(query.values(**values)).rowcount != 1:
            raise _locked(upload_id)

    @contextlib.contextmanager
    def _locked(
        self, upload_id: str, *, needs_open: bool = True, at_bytes: int | None = None
    ) -> Iterator[tuple[dict[str, Any], str]]:
        token = make_id()
        with self._database.write() as connection:
            now = self._database.now(connection)
            is_free = sa.or_(UPLOADS.c.lock_token.is_(None), UPLOADS.c.lock_until < now)
            taken = connection.execute(
                sa.update(UPLOADS)
                .where(UPLOADS.c.id == upload_id, is_free)
                .values(lock_token=token, lock_until=now + self.lock_s)
            )
            # An error here takes the lock back, for the transaction is rolled back.
            row = self._open_row(connection, upload_id, at_bytes) if needs_open else self._row(connection, upload_id)
            if taken.rowcount != 1:
                raise _locked(upload_id)
        try:
            yield row, token
        finally:
            with self._database.write() as connection:
                connection.execute(
                    sa.update(UPLOADS)
                    .where(UPLOADS.c.id == upload_id, UPLOADS.c.lock_token == token)
                    .values(lock_token=None, lock_until=None)
                )

    def commit(self, upload_id: str, token: str, offset_bytes: int, parts: list[Any]) -> None:
        """Move an upload's offset and renew its lock; raise `UploadLockedError` if that was lost."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            values = {"offset_bytes": offset_bytes, "parts": parts, "expires_at": now + self._expiry_s}
            self._update(connection, upload_id, values | {"lock_until": now + self.lock_s}, token)

    def renew(self, upload_id: str, token: str) -> None:
        """Renew a lock; raise `UploadLockedError` if it was lost."""
        with self._database.write() as connection:
            until = self._database.now(connection) + self.lock_s
            self._update(connection, upload_id, {"lock_until": until}, token)

    @contextlib.contextmanager
    def _renewing(self, upload_id: str, token: str) -> Iterator[Callable[[], None]]:
        """Keep a lock while a long piece of work goes on in this thread."""
        done, lost = threading.Event(), threading.Event()

        def renew() -> None:
            while not done.wait(self.lock_s / 4):
                try:
                    self.renew(upload_id, token)
                except UploadLockedError:
                    lost.set()
                    return

        def check() -> None:
            if lost.is_set():
                raise _locked(upload_id)

        thread = threading.Thread(target=renew, name="upload-lock", daemon=True)
        thread.start()
        try:
            yield check
        finally:
            done.set()
            thread.join()

    # -- hashes

    def _hash_of(self, upload_id: str, parts: list[Any], length: int, check: Callable[[], None]) -> str:
        known = self.hashes.take(upload_id, length)
        if known is None:
            known = hashlib.sha256()
            for piece in self._blobs.read_upload(upload_id, parts, length):
                known.update(piece)
                check()
        digest: str = known.hexdigest()
        return digest

    def open_part(self, upload_id: str, offset_bytes: int) -> PartWriter:
        """Begin to write at an offset."""
        return self._blobs.open_part(upload_id, offset_bytes)


def _record(row: Any) -> Upload:
    return Upload(**{name: row[name] for name in Upload.__dataclass_fields__})


def _gone(upload_id: str, what: str) -> UploadGoneError:
    return UploadGoneError(f"The upload {upload_id} {what}.", field="id", value=upload_id, remedy="Begin a new one.")


def _misplaced(row: Mapping[str, Any], offset_bytes: int) -> UploadOffsetError:
    return UploadOffsetError(
        f"The upload stands at {row['offset_bytes']} bytes, not at {offset_bytes}.",
        field="upload-offset",
        value=offset_bytes,
        bound=row["offset_bytes"],
        remedy="Ask for the offset (HEAD), and go on from there.",
    )


def _locked(upload_id: str) -> UploadLockedError:
    return UploadLockedError(
        f"Another request is writing to the upload {upload_id}.",
        field="id",
        value=upload_id,
        remedy=f"Wait; a request that fell silent loses its place after {LOCK_S:.0f} s.",
    )
