"""The files themselves: whole or in part, by their asset or by a signed link that works for a while."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from tonmeister.core.errors import RangeError, SignatureError
from tonmeister.surfaces.rest.answers import API, answer, is_match, moment
from tonmeister.surfaces.rest.errors import refuse
from tonmeister.surfaces.rest.methods import is_head
from tonmeister.surfaces.rest.models import LinkData
from tonmeister.surfaces.rest.queries import AssetId
from tonmeister.surfaces.rest.studio import Door, Studio

if TYPE_CHECKING:
    from tonmeister.store.assets import Asset
    from tonmeister.store.blobs import Blobs

router = APIRouter(tags=["Library"])

LINK_S = 3600.0
MAX_LINK_S = 7 * 86400.0
_REDIRECT_S = 300.0

_BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
FILE_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"description": "The whole file.", **_BINARY},
    206: {"description": "The stretch that `Range` asks for.", **_BINARY},
    304: {"description": "Unchanged since `If-None-Match`."},
    307: {"description": "A download that the storage itself has: follow `Location`."},
}

Download = Annotated[bool, Query(description="Offer it for saving instead of showing it.")]
RangeHeader = Annotated[
    str | None, Header(alias="Range", max_length=256, description="One stretch of bytes: `bytes=0-1023`.")
]

_SHOWN = ("audio/", "video/", "image/png", "image/jpeg", "image/webp", "image/svg+xml", "text/plain", "text/html")
"""Kinds that browsers show in place; reports are HTML, shown in a sandbox by the content security policy."""


@router.get("/assets/{asset_id}/file", response_class=StreamingResponse, responses=FILE_ANSWERS)
def get_file(
    request: Request, asset_id: AssetId, studio: Door, download: Download = False, wanted: RangeHeader = None
) -> Response:
    """Return the file of an asset; `Range` and `If-None-Match` are understood."""
    return send_file(request, studio, studio.assets.get(asset_id, with_deleted=True), wanted, is_download=download)


@router.get("/assets/{asset_id}/link", response_model=LinkData)
def make_link(
    asset_id: AssetId,
    studio: Door,
    expires_s: Annotated[float, Query(ge=1, le=MAX_LINK_S, description="For how many seconds it works.")] = LINK_S,
) -> Response:
    """Make a link that gives the file to whoever has it, for a while."""
    asset = studio.assets.get(asset_id)
    expires = int(time.time() + expires_s)
    query = urlencode({"expires": expires, "signature": sign(studio.secret, asset.id, expires)})
    url = f"{API}/files/{asset.id}?{query}"
    if studio.settings.public_url:
        url = studio.settings.public_url.rstrip("/") + url
    return answer({"url": url, "expires_at": moment(expires)}, headers={"cache-control": "no-store"})


@router.get("/files/{asset_id}", response_class=StreamingResponse, responses=FILE_ANSWERS)
def get_signed_file(
    request: Request,
    asset_id: AssetId,
    studio: Door,
    expires: Annotated[int, Query(ge=0, le=2**40, description="Until when it works, in seconds since 1970.")],
    signature: Annotated[str, Query(min_length=1, max_length=128, description="Made by the server.")],
    download: Download = False,
    wanted: RangeHeader = None,
) -> Response:
    """Return a file by a signed link."""
    if not hmac.compare_digest(signature.encode(), sign(studio.secret, asset_id, expires).encode()):
        raise SignatureError("The link is not one that this server made.", field="signature", remedy="Ask for another.")
    if expires < time.time():
        raise SignatureError(
            f"The link has expired at {moment(expires)}.", field="expires", value=expires, remedy="Ask for another."
        )
    asset = studio.assets.get(asset_id)
    return send_file(request, studio, asset, wanted, is_download=download, is_redirected=True)


def sign(secret: bytes, asset_id: str, expires: int) -> str:
    """Return the signature of a link."""
    return hmac.new(secret, f"file\n{asset_id}\n{expires}".encode(), hashlib.sha256).hexdigest()


def send_file(
    request: Request,
    studio: Studio,
    asset: Asset,
    wanted: str | None,
    *,
    is_download: bool,
    is_redirected: bool | None = None,
) -> Response:
    """Return the file of an asset, or the stretch of it that is asked for.

    Downloads are left to storage that has addresses of its own. What a page shows or plays comes from here, for its
    policy lets it load from nowhere else; so do the headers for those who ask for nothing else.
    """
    tag = f'"{asset.sha256[:32]}"'
    headers = {
        "etag": tag,
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=0, must-revalidate",
        "content-disposition": disposition(asset.name, asset.media_type, is_download=is_download),
        "x-content-type-options": "nosniff",
    }
    if is_match(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    if (is_download if is_redirected is None else is_redirected) and not is_head(request):
        elsewhere = studio.blobs.link(asset.sha256, name=asset.name, media_type=asset.media_type, expires_s=_REDIRECT_S)
        if elsewhere is not None:
            return RedirectResponse(elsewhere, 307, {"cache-control": "no-store"})
    size = studio.blobs.size(asset.sha256)
    if_range = request.headers.get("if-range")
    try:
        stretch = read_range(wanted, size) if wanted and (if_range is None or if_range == tag) else None
    except RangeError as error:
        return refuse(error, {"content-range": f"bytes */{size}"})
    start, stop = stretch or (0, size)
    headers["content-length"] = str(stop - start)
    if stretch is not None:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
    return StreamingResponse(
        pieces_of(request, studio.blobs, asset.sha256, start, stop), 206 if stretch else 200, headers, asset.media_type
    )


def pieces_of(request: Request, blobs: Blobs, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Return the bytes of a file for an answer; where nobody reads them the file is only looked for."""
    if is_head(request):
        blobs.size(sha256)
        return iter(())
    return blobs.read(sha256, start, stop)


def read_range(text: str, size: int) -> tuple[int, int] | None:
    """Return the first and the end of the one stretch that a ``Range`` header names.

    None stands for the whole: for units other than bytes and for several stretches at once, which a server may leave
    out of account (RFC 9110, 14.2). Raises `RangeError` where the stretch lies beyond the end.
    """
    found = re.fullmatch(r"\s*bytes\s*=\s*(\d{0,200})-(\d{0,200})\s*", text)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, stop = max(0, size - int(found[2])), size
    else:
        start, stop = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= size or start >= stop:
        raise RangeError(
            f"The stretch {text!r} lies outside of the file, which has {size} bytes.",
            field="range",
            value=text,
            bound=f"0 to {size - 1}",
            remedy="Ask for bytes within the file.",
        )
    return start, stop


def disposition(name: str, media_type: str, *, is_download: bool) -> str:
    """Return a ``Content-Disposition`` header that carries any name, by RFC 6266."""
    kind = "attachment" if is_download or not media_type.startswith(_SHOWN) else "inline"
    plain = "".join(c if 32 <= ord(c) < 127 and c not in '"\\%' else "_" for c in name)
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{extended}'
