"""Blobs in a bucket of S3 or of a service that speaks its language."""

# ruff: noqa: ARG002 - the arguments are those of `Blobs`
from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from tonmeister.core.errors import MissingPartError, ParameterError, StorageError
from tonmeister.core.extras import how_to_install
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
from tonmeister.store.presign import presign

if TYPE_CHECKING:
    from obstore.store import S3Store

    from tonmeister.store.blobs import PartWriter

PART_BYTES = 8 << 20
"""How much of an upload is gathered in memory before it becomes an object."""


class S3Blobs:
    """Blobs in a bucket: ``prefix/ab/abcdef…``; growing uploads are objects under ``prefix/uploads/``."""

    MAX_RETRIES = 5

    def __init__(self, url: str):
        parts = urlsplit(url)
        self.url = url
        self._options = dict(parse_qsl(parts.query))
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        self._opened: S3Store | None = None
        unknown = sorted(set(self._options) - {"endpoint", "region"})
        if unknown:
            raise ParameterError(
                f"The storage's address has an option {unknown[0]!r} that is not known.",
                field="storage_url",
                value=unknown[0],
                bound=["endpoint", "region"],
                remedy="Keys belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            )

    @property
    def _store(self) -> S3Store:
        if self._opened is None:
            try:
                from obstore.store import S3Store
            except ImportError:
                raise MissingPartError(
                    "The storage is on S3, but obstore is not installed.",
                    field="storage_url",
                    remedy=how_to_install("cluster"),
                ) from None
            endpoint, region = self._options.get("endpoint"), self._options.get("region")
            config: dict[str, Any] = {"virtual_hosted_style_request": endpoint is None}
            config |= {"endpoint": endpoint} if endpoint else {}
            config |= {"region": region} if region else {}
            self._opened = S3Store(
                self._bucket,
                prefix=self._prefix or None,
                config=config,  # type: ignore[arg-type]
                client_options={"allow_http": bool(endpoint and endpoint.startswith("http://"))},
                retry_config={"max_retries": self.MAX_RETRIES, "retry_timeout": timedelta(seconds=60)},
            )
        return self._opened

    @staticmethod
    def _key(sha256: str) -> str:
        return f"blobs/{checked_name(sha256)[:2]}/{sha256}"

    def put(self, file: Path, sha256: str) -> None:
        """Store a file; one that is there and young is not sent again."""
        import obstore

        if self._is_there(sha256, file.stat().st_size):
            return
        with _told(sha256):
            obstore.put(self._store, self._key(sha256), file, chunk_size=PART_BYTES, max_concurrency=4)

    def _is_there(self, sha256: str, size_bytes: int) -> bool:
        """Tell whether a blob need not be sent; an old one is, so that a clean-up that runs now finds it young."""
        facts = self._facts(sha256)
        return facts is not None and facts.size_bytes == size_bytes and facts.changed_at > time.time() - 6 * 3600

    def _facts(self, sha256: str) -> BlobFacts | None:
        import obstore

        with _told(sha256):
            try:
                meta = obstore.head(self._store, self._key(sha256))
            except FileNotFoundError:
                return None
        return BlobFacts(sha256, meta["size"], meta["last_modified"].timestamp())

    def size(self, sha256: str) -> int:
        """Return the size in bytes."""
        facts = self._facts(sha256)
        if facts is None:
            raise missing(sha256)
        return facts.size_bytes

    def read(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Read bytes."""
        size_bytes = self.size(sha256)
        stop = size_bytes if stop is None else min(stop, size_bytes)
        return self._pieces(self._key(sha256), start, stop) if start < stop else iter(())

    def _pieces(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        import obstore

        with _told(key):
            try:
                answer = obstore.get(self._store, key, options={"range": (start, stop)})
            except FileNotFoundError:
                raise missing(key.rpartition("/")[2]) from None
            for piece in answer.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)

    def local(self, sha256: str, folder: Path) -> Path:
        """Download the blob into ``folder``, unless it is there from before."""
        path = folder / checked_name(sha256)
        if path.is_file():
            return path
        coming = folder / f".{uuid.uuid4().hex}"
        try:
            with coming.open("wb") as target:
                for piece in self.read(sha256):
                    target.write(piece)
            coming.replace(path)
        except OSError as error:
            raise disk_error(error, folder) from error
        finally:
            coming.unlink(missing_ok=True)
        return path

    def exists(self, sha256: str) -> bool:
        """Tell whether there is such a blob."""
        return self._facts(sha256) is not None

    def delete(self, sha256: str, *, unless_since: float | None = None) -> bool:
        """Remove a blob."""
        import obstore

        facts = self._facts(sha256)
        if facts is None or (unless_since is not None and facts.changed_at > unless_since):
            return False
        with _told(sha256):
            obstore.delete(self._store, self._key(sha256))
        return True

    def every(self) -> Iterator[BlobFacts]:
        """List all blobs."""
        import obstore

        with _told("blobs/"):
            for page in obstore.list(self._store, "blobs"):
                for meta in page:
                    name = meta["path"].rpartition("/")[2]
                    if is_name(name):
                        yield BlobFacts(name, meta["size"], meta["last_modified"].astimezone(UTC).timestamp())

    def link(self, sha256: str, *, name: str, media_type: str, expires_s: float) -> str | None:
        """Return a presigned address under which a browser saves the file by its name.

        None without keys in the environment: with those of a machine's role only plain addresses can be signed, under
        which the file would be called by its hash.
        """
        key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not key_id or not secret:
            return None
        import obstore

        with _told(sha256):
            plain = obstore.sign(self._store, "GET", self._key(sha256), timedelta(seconds=expires_s))
        given = {
            "response-content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "response-content-type": media_type,
        }
        return presign(plain, given, key_id=key_id, secret=secret)

    def check(self) -> None:
        """Write, read and delete a small object."""
        import obstore

        key = f"checks/{uuid.uuid4().hex}"
        with _told(key):
            obstore.put(self._store, key, b"tonmeister")
            obstore.get(self._store, key).bytes()
            obstore.delete(self._store, key)

    def open_part(self, upload_id: str, start: int) -> PartWriter:
        """Begin a stretch; its objects bear a name of their own, so that two writers cannot mix."""
        return _S3Part(self._store, f"uploads/{checked_upload(upload_id)}", start)

    def read_upload(self, upload_id: str, parts: list[Part], length: int) -> Iterator[bytes]:
        """Read an upload's objects one after the other."""
        for key, start, size_bytes in parts:
            yield from self._pieces(key, 0, min(size_bytes, length - start))

    def finish_upload(self, upload_id: str, parts: list[Part], length: int, sha256: str) -> None:
        """Join an upload's objects to a blob, by a multipart upload that holds a few parts in memory at a time."""
        import obstore

        if self._is_there(sha256, length):
            return
        with _told(sha256):
            # Not `obstore.put` with an iterator: that is asked for its items where nothing can be read from S3.
            writer = obstore.open_writer(self._store, self._key(sha256), buffer_size=PART_BYTES, max_concurrency=4)
            for piece in self.read_upload(upload_id, parts, length) if length else ():
                writer.write(piece)
            writer.close()  # only now does the blob appear; a writer that is never closed leaves nothing to be seen

    def drop_upload(self, upload_id: str, parts: list[Part]) -> None:
        """Remove an upload's objects, those of writers that died too."""
        import obstore

        prefix = f"uploads/{checked_upload(upload_id)}"
        with _told(prefix):
            keys = [meta["path"] for page in obstore.list(self._store, prefix) for meta in page]
            if keys:
                obstore.delete(self._store, keys)

    def every_upload(self) -> Iterator[tuple[str, float]]:
        """List the uploads of which there are objects."""
        import obstore

        changed: dict[str, float] = {}
        with _told("uploads/"):
            for page in obstore.list(self._store, "uploads"):
                for meta in page:
                    name = meta["path"].split("/")[1]
                    if is_upload(name):
                        changed[name] = max(changed.get(name, 0.0), meta["last_modified"].timestamp())
        yield from changed.items()

    def clear_coming(self, older_than_s: float) -> int:
        """Nothing can be seen of what did not arrive whole; a rule of the bucket removes its parts."""
        return 0


class _S3Part:
    def __init__(self, store: S3Store, prefix: str, start: int):
        self._store = store
        self._prefix = prefix
        self._writer = uuid.uuid4().hex[:8]
        self._start = start
        self._done = start
        self._waiting = bytearray()
        self._parts: list[Part] = []

    def write(self, chunk: bytes) -> None:
        self._waiting += chunk
        while len(self._waiting) >= PART_BYTES:
            self._send(PART_BYTES)

    def _send(self, size_bytes: int) -> None:
        import obstore

        key = f"{self._prefix}/{self._done:016d}-{self._writer}"
        with _told(key):
            obstore.put(self._store, key, bytes(self._waiting[:size_bytes]), use_multipart=False)
        self._parts.append([key, self._done, size_bytes])
        self._done += size_bytes
        del self._waiting[:size_bytes]

    def commit(self) -> tuple[int, list[Part]]:
        if self._waiting:
            self._send(len(self._waiting))
        parts, self._parts = self._parts, []
        return self._done - self._start, parts

    def discard(self, n_bytes: int) -> None:
        self._waiting.clear()
        self._parts = [part for part in self._parts if part[1] + part[2] <= self._start + n_bytes]
        self._done = self._start + n_bytes

    def close(self) -> None:
        self._waiting.clear()


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell errors of the object storage in our own words."""
    from obstore.exceptions import BaseError

    try:
        yield
    except BaseError as error:
        first = str(error).strip().partition("\n")[0][:300]
        raise StorageError(
            f"The object storage did not do its work ({what}): {first}",
            field="storage_url",
            remedy="Check TONMEISTER_STORAGE_URL, the keys and the bucket, and that the service answers.",
        ) from error
