"""Resumable uploads by tus 1.0 (https://tus.io): creation, checksum, expiration, termination."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from email.utils import formatdate
from typing import TYPE_CHECKING, Annotated, Any

import anyio.from_thread
import anyio.to_thread
from fastapi import APIRouter, Header, Path, Request, Response
from starlette.requests import ClientDisconnect

from tonmeister.core.errors import ApiVersionError, ContentTypeError, RequestError
from tonmeister.store.uploads import check_algorithm
from tonmeister.surfaces.rest.answers import API, answer, moment
from tonmeister.surfaces.rest.assets import plain_name
from tonmeister.surfaces.rest.errors import refuse
from tonmeister.surfaces.rest.models import UploadData
from tonmeister.surfaces.rest.studio import Door, Studio, owner_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tonmeister.store.uploads import Upload

router = APIRouter(prefix="/uploads", tags=["Uploads"])

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"
CHUNK_TYPE = "application/offset+octet-stream"

_MARK = (b"tus-resumable", VERSION.encode())
_PLACE = re.compile(re.escape(f"{API}/uploads") + "(/.*)?")
_PIECE_BYTES = 1 << 20
_CLIENT_GONE = 499

UploadId = Annotated[str, Path(min_length=1, max_length=64, description="Id of an upload.")]
Resumable = Annotated[str | None, Header(alias="Tus-Resumable", description="The version of tus: 1.0.0.")]
Length = Annotated[
    int | None, Header(alias="Upload-Length", ge=0, le=2**62, description="The size of the file in bytes.")
]
Defer = Annotated[
    str | None, Header(alias="Upload-Defer-Length", pattern="^1$", description="1: the size is told later.")
]
Metadata = Annotated[
    str | None,
    Header(
        alias="Upload-Metadata",
        max_length=8192,
        description="Pairs of a name and a value in base64, separated by commas; `filename` is understood.",
    ),
]
Offset = Annotated[int, Header(alias="Upload-Offset", ge=0, le=2**62, description="Where the bytes begin.")]
Checksum = Annotated[
    str | None,
    Header(alias="Upload-Checksum", max_length=256, description="`sha256` or `sha1`, a space, the sum in base64."),
]

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": False,
        "content": {CHUNK_TYPE: {"schema": {"type": "string", "format": "binary", "description": "Bytes."}}},
    }
}
_OFFSET_HEADERS = {
    "Upload-Offset": {"description": "How many bytes have arrived.", "schema": {"type": "integer"}},
    "Tonmeister-Asset": {
        "description": "The id of the asset that the complete upload became.",
        "schema": {"type": "string"},
    },
}


@router.options("", status_code=204, response_class=Response)
async def describe_uploads(studio: Door) -> Response:
    """Tell which version and extensions of tus are spoken."""
    return Response(status_code=204, headers=_abilities(studio))


@router.options("/{upload_id}", status_code=204, response_class=Response)
async def describe_upload(upload_id: UploadId, studio: Door) -> Response:
    """Tell which version and extensions of tus are spoken; they are the same for all uploads."""
    _ = upload_id
    return Response(status_code=204, headers=_abilities(studio))


@router.post(
    "",
    status_code=201,
    response_class=Response,
    openapi_extra=_BODY,
    responses={201: {"description": "`Location` says where to send the bytes.", "headers": _OFFSET_HEADERS}},
)
async def create_upload(
    request: Request,
    studio: Door,
    resumable: Resumable = None,
    length: Length = None,
    defer: Defer = None,
    metadata: Metadata = None,
    checksum: Checksum = None,
) -> Response:
    """Begin an upload; the first bytes may come along."""
    if (refused := _check_version(studio, resumable)) is not None:
        return refused
    if (length is None) == (defer is None):
        raise RequestError(
            "Exactly one of Upload-Length and Upload-Defer-Length is needed.",
            field="upload-length",
            value=length,
            remedy="Send the size of the file in bytes.",
        )
    named = read_metadata(metadata)
    name = plain_name(named.get("filename") or named.get("name") or "upload")
    sum_sent = read_checksum(checksum)
    upload = await anyio.to_thread.run_sync(studio.uploads.create, length, name, named, owner_of(request))
    headers = {"location": f"{API}/uploads/{upload.id}", "upload-expires": _http_date(upload.expires_at)}
    offset, asset_id = 0, None
    if request.headers.get("content-type", "").partition(";")[0].strip() == CHUNK_TYPE:
        try:
            offset = await _append(request, studio, upload.id, 0, sum_sent)
        except ClientDisconnect:
            return Response(status_code=_CLIENT_GONE)
    if offset == upload.length_bytes:
        asset_id = await anyio.to_thread.run_sync(adopt, studio, upload)
    headers["upload-offset"] = str(offset)
    return Response(status_code=201, headers=headers | _asset(asset_id))


@router.head(
    "/{upload_id}",
    status_code=200,
    response_class=Response,
    responses={200: {"description": "How far the upload has come.", "headers": _OFFSET_HEADERS}},
)
def head_upload(upload_id: UploadId, studio: Door, resumable: Resumable = None) -> Response:
    """Tell how far an upload has come, in headers."""
    if (refused := _check_version(studio, resumable)) is not None:
        return refused
    upload = studio.uploads.head(upload_id)
    headers = {
        "upload-offset": str(upload.offset_bytes),
        "cache-control": "no-store",
        "upload-expires": _http_date(upload.expires_at),
    }
    if upload.length_bytes is None:
        headers["upload-defer-length"] = "1"
    else:
        headers["upload-length"] = str(upload.length_bytes)
    if upload.metadata:
        headers["upload-metadata"] = write_metadata(upload.metadata)
    return Response(status_code=200, headers=headers | _asset(upload.asset_id))


@router.get("/{upload_id}", response_model=UploadData)
def get_upload(upload_id: UploadId, studio: Door) -> Response:
    """Tell how far an upload has come, as JSON."""
    upload = studio.uploads.head(upload_id)
    return answer(
        {
            "id": upload.id,
            "name": upload.name,
            "offset": upload.offset_bytes,
            "length": upload.length_bytes,
            "state": upload.state,
            "asset_id": upload.asset_id,
            "expires_at": moment(upload.expires_at),
        },
        headers={"cache-control": "no-store"},
    )


@router.patch(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    openapi_extra=_BODY,
    responses={204: {"description": "The bytes are safe.", "headers": _OFFSET_HEADERS}},
)
async def append_to_upload(
    request: Request,
    upload_id: UploadId,
    studio: Door,
    offset: Offset,
    resumable: Resumable = None,
    length: Length = None,
    checksum: Checksum = None,
) -> Response:
    """Send the next bytes. With the last ones, `Tonmeister-Asset` names the asset that the upload has become."""
    if (refused := _check_version(studio, resumable)) is not None:
        return refused
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != CHUNK_TYPE:
        raise ContentTypeError(
            f"The body must be {CHUNK_TYPE}.",
            field="content-type",
            value=kind,
            bound=CHUNK_TYPE,
            remedy="Set the header Content-Type.",
        )
    sum_sent = read_checksum(checksum)
    if length is not None:
        await anyio.to_thread.run_sync(studio.uploads.set_length, upload_id, length)
    upload = await anyio.to_thread.run_sync(studio.uploads.head, upload_id)
    reached = offset
    # Nothing sent at the end of what is all there asks only what became of it.
    if not (upload.is_complete and offset == upload.offset_bytes and request.headers.get("content-length") == "0"):
        try:
            reached = await _append(request, studio, upload_id, offset, sum_sent)
        except ClientDisconnect:
            return Response(status_code=_CLIENT_GONE)
        upload = await anyio.to_thread.run_sync(studio.uploads.head, upload_id)
    asset_id = None
    if upload.is_complete:
        asset_id = await anyio.to_thread.run_sync(adopt, studio, upload)
    headers = {"upload-offset": str(reached), "upload-expires": _http_date(upload.expires_at)}
    return Response(status_code=204, headers=headers | _asset(asset_id))


@router.delete("/{upload_id}", status_code=204, response_class=Response)
def end_upload(upload_id: UploadId, studio: Door, resumable: Resumable = None) -> Response:
    """End an upload and forget what came."""
    if (refused := _check_version(studio, resumable)) is not None:
        return refused
    studio.uploads.terminate(upload_id)
    return Response(status_code=204)


def adopt(studio: Studio, upload: Upload) -> str:
    """Make a complete upload an asset; once more gives the same."""
    if upload.asset_id is not None:
        return upload.asset_id
    sha256, size_bytes = studio.uploads.finish(upload.id)
    current = studio.uploads.head(upload.id)
    if current.asset_id is not None:
        return current.asset_id
    asset = studio.workshop.add_asset(sha256, size_bytes, upload.name, owner=upload.owner)
    studio.uploads.attach(upload.id, asset.id)
    return asset.id


async def _append(
    request: Request, studio: Studio, upload_id: str, offset: int, checksum: tuple[str, bytes] | None
) -> int:
    """Hand the body over to a thread that writes it, in pieces of about a megabyte."""
    stream = request.stream()

    async def next_piece() -> bytes:
        gathered = bytearray()
        async for chunk in stream:
            gathered += chunk
            if len(gathered) >= _PIECE_BYTES:
                break
        return bytes(gathered)

    def pieces() -> Iterator[bytes]:
        while piece := anyio.from_thread.run(next_piece):
            yield piece

    return await anyio.to_thread.run_sync(lambda: studio.uploads.write(upload_id, offset, pieces(), checksum))


class TusAnswers:
    """Says in every answer about uploads which version of tus it is of, whoever gives it: errors are told outside too.

    What answers elsewhere of this server is left alone.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or _PLACE.fullmatch(scope["path"]) is None:
            await self.app(scope, receive, send)
            return

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [pair for pair in message.get("headers", ()) if pair[0].lower() != _MARK[0]]
                message["headers"] = [*given, _MARK]
            await send(message)

        await self.app(scope, receive, send_marked)


def read_metadata(text: str | None) -> dict[str, str]:
    """Return the pairs of an ``Upload-Metadata`` header."""
    found: dict[str, str] = {}
    for pair in (text or "").split(","):
        name, _, value = pair.strip().partition(" ")
        if not name:
            continue
        try:
            found[name] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise RequestError(
                f"The value of {name!r} in Upload-Metadata is not UTF-8 text in base64.",
                field="upload-metadata",
                value=value[:80],
                remedy="Encode each value in base64.",
            ) from None
    return found


def write_metadata(metadata: dict[str, Any]) -> str:
    """Return pairs as an ``Upload-Metadata`` header."""
    pairs = ((name, base64.b64encode(str(value).encode()).decode()) for name, value in metadata.items())
    return ",".join(f"{name} {value}".strip() for name, value in pairs if re.fullmatch(r"[!-+\--~]+", name))


def read_checksum(text: str | None) -> tuple[str, bytes] | None:
    """Return algorithm and digest of an ``Upload-Checksum`` header."""
    if text is None:
        return None
    name, _, value = text.strip().partition(" ")
    name = name.lower()
    check_algorithm(name)
    try:
        return name, base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        raise RequestError(
            "Upload-Checksum is not an algorithm and a sum in base64.",
            field="upload-checksum",
            value=text,
            remedy='Write it like "sha256 <base64>".',
        ) from None


def _check_version(studio: Studio, given: str | None) -> Response | None:
    if given == VERSION:
        return None
    error = ApiVersionError(
        f"Tus-Resumable is {given!r}; version {VERSION} is spoken here.",
        field="tus-resumable",
        value=given,
        bound=VERSION,
        remedy=f"Send the header Tus-Resumable: {VERSION}.",
    )
    return refuse(error, _abilities(studio), status=412)  # what tus prescribes


def _abilities(studio: Studio) -> dict[str, str]:
    return {
        "tus-version": VERSION,
        "tus-extension": EXTENSIONS,
        "tus-max-size": str(studio.uploads.max_bytes),
        "tus-checksum-algorithm": "sha256,sha1",
    }


def _asset(asset_id: str | None) -> dict[str, str]:
    return {"tonmeister-asset": asset_id} if asset_id else {}


def _http_date(time_s: float) -> str:
    return formatdate(time_s, usegmt=True)
