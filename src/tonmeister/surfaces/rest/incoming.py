"""Files that arrive in one request (multipart/form-data), written and hashed as they come, never held in memory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import anyio.to_thread
import python_multipart
from fastapi import Request
from python_multipart.exceptions import MultipartParseError

from tonmeister.core.errors import ContentTypeError, RequestError, UploadTooLargeError
from tonmeister.store.blob_names import disk_error

_BATCH_BYTES = 1 << 20
_MAX_FIELD_BYTES = 1 << 20
_MAX_PARTS = 1000


@dataclass
class IncomingFile:
    """One file of a form."""

    field: str
    name: str
    path: Path
    sha256: str
    size_bytes: int


@dataclass
class Form:
    """What a form held."""

    texts: dict[str, str] = field(default_factory=dict)
    files: list[IncomingFile] = field(default_factory=list)

    def only_file(self, *names: str) -> IncomingFile:
        """Return the one file, sent under one of these names; raise `RequestError` if there is none, or more."""
        found = [file for file in self.files if file.field in names]
        if len(found) != 1 or len(self.files) != 1:
            raise RequestError(
                f"The form holds {len(self.files)} files; one is needed, in the field {names[0]!r}.",
                field=names[0],
                value=[file.field for file in self.files],
                bound=list(names),
                remedy=f"Send the file as multipart/form-data in the field {names[0]!r}.",
            )
        return found[0]


@asynccontextmanager
async def receive_form(request: Request, folder: Path, *, max_bytes: int) -> AsyncIterator[Form]:
    """Read a form, its files into a temporary folder that vanishes afterwards."""
    kind, options = python_multipart.multipart.parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise ContentTypeError(
            "The body must be multipart/form-data with a boundary.",
            field="content-type",
            value=request.headers.get("content-type"),
            bound="multipart/form-data",
            remedy="Send a form with the file in it.",
        )
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes + (1 << 20):
        raise _too_large(max_bytes)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        reader = _Reader(Path(name), max_bytes)
        try:
            parser = python_multipart.MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
            waiting = bytearray()
            async for chunk in request.stream():
                waiting += chunk
                if len(waiting) >= _BATCH_BYTES:
                    await anyio.to_thread.run_sync(parser.write, bytes(waiting))
                    waiting.clear()
            await anyio.to_thread.run_sync(parser.write, bytes(waiting))
            parser.finalize()
            if not reader.is_complete:
                raise RequestError("The form breaks off.", field="body", remedy="Send it again.")
        except OSError as error:
            raise disk_error(error, folder) from error
        except MultipartParseError as error:
            raise RequestError(f"The form cannot be read: {error}.", field="body", remedy="Send it again.") from None
        finally:
            reader.close()
        yield reader.form


class _Reader:
    """Takes what the parser finds."""

    def __init__(self, folder: Path, max_bytes: int):
        self.form = Form()
        self.is_complete = False
        self._folder = folder
        self._max_bytes = max_bytes
        self._n_parts = 0
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._text = bytearray()
        self._target: BinaryIO | None = None
        self._hash: Any = None
        self._size_bytes = 0
        self._field, self._name = "", ""

    def callbacks(self) -> dict[str, Any]:
        """Return what the parser shall call."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_name,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def close(self) -> None:
        """Close a file that did not arrive whole."""
        if self._target is not None:
            with suppress(OSError):
                self._target.close()

    def _begin(self) -> None:
        self._n_parts += 1
        if self._n_parts > _MAX_PARTS:
            raise RequestError(f"The form has more than {_MAX_PARTS} parts.", field="body", bound=_MAX_PARTS)
        self._headers, self._text, self._size_bytes = {}, bytearray(), 0

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers(self) -> None:
        _, options = python_multipart.multipart.parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            self._target = None
            return
        self._name = options[b"filename"].decode("utf-8", "replace")
        self._hash = hashlib.sha256()
        self._target = (self._folder / str(self._n_parts)).open("wb")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._size_bytes += end - start
        part = memoryview(data)[start:end]
        if self._target is not None:
            if self._size_bytes > self._max_bytes:
                raise _too_large(self._max_bytes)
            self._hash.update(part)
            self._target.write(part)
            return
        if self._size_bytes > _MAX_FIELD_BYTES:
            raise RequestError(
                f"The field {self._field!r} is longer than {_MAX_FIELD_BYTES} bytes.",
                field=self._field,
                bound=_MAX_FIELD_BYTES,
                remedy="Send files as files of the form.",
            )
        self._text += part

    def _end(self) -> None:
        if self._target is None:
            self.form.texts[self._field] = self._text.decode("utf-8", "replace")
            return
        self._target.close()
        path = self._folder / str(self._n_parts)
        file = IncomingFile(self._field, self._name, path, self._hash.hexdigest(), self._size_bytes)
        self._target = None
        self.form.files.append(file)

    def _finish(self) -> None:
        self.is_complete = True


def _too_large(max_bytes: int) -> UploadTooLargeError:
    return UploadTooLargeError(
        f"The file is larger than {max_bytes / 1e6:.0f} MB.",
        field="file",
        bound=f"{max_bytes} bytes",
        remedy="Raise TONMEISTER_MAX_UPLOAD_MB, or send less.",
    )
