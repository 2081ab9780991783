"""The library: files that were uploaded, and files that jobs made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import anyio.to_thread
from fastapi import APIRouter, Header, Query, Request, Response

from tonmeister.surfaces.rest.answers import (
    answer,
    answer_or_unchanged,
    asset_data,
    asset_tag,
    version_data,
)
from tonmeister.surfaces.rest.incoming import IncomingFile, receive_form
from tonmeister.surfaces.rest.models import (
    AssetChange,
    AssetData,
    AssetPage,
    AssetState,
    RestoreAsk,
    TagList,
    VersionData,
    VersionPage,
)
from tonmeister.surfaces.rest.queries import AssetId, Cursor, Limit, VersionId
from tonmeister.surfaces.rest.studio import Door, Studio, owner_of

if TYPE_CHECKING:
    from tonmeister.store.assets import Asset

router = APIRouter(prefix="/assets", tags=["Library"])
tags_router = APIRouter(prefix="/tags", tags=["Library"])

AssetOrder = Literal[
    "created_at",
    "-created_at",
    "name",
    "-name",
    "duration_s",
    "-duration_s",
    "integrated_lufs",
    "-integrated_lufs",
    "size_bytes",
    "-size_bytes",
]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=256, description="The `ETag` that was read: refuses if it has changed since."),
]


@router.post(
    "",
    response_model=AssetData,
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary", "description": "The file."}},
                    }
                }
            },
        }
    },
)
async def upload_asset(request: Request, studio: Door) -> Response:
    """Upload a file in one request. It is prepared for playing by a job of the studio's own."""
    async with receive_form(request, studio.incoming, max_bytes=studio.max_upload_bytes) as form:
        file = form.only_file("file", "audio")
        asset = await anyio.to_thread.run_sync(keep, studio, file, owner_of(request))
    data = asset_data(asset)
    return answer(data, 201, {"location": data["links"]["self"], "etag": asset_tag(asset)})


@router.get("", response_model=AssetPage)
def list_assets(
    studio: Door,
    q: Annotated[str | None, Query(max_length=255, description="Words in name, title or artist.")] = None,
    tag: Annotated[list[str] | None, Query(description="Only assets that carry all these tags.")] = None,
    kind: Annotated[Literal["upload", "product", "part"] | None, Query(description="Only this kind.")] = None,
    state: Annotated[list[AssetState] | None, Query(description="Only assets in one of these states.")] = None,
    audio: Annotated[bool | None, Query(description="Only sound, or only what is not.")] = None,
    deleted: Annotated[bool, Query(description="What is in the bin, instead.")] = False,
    sha256: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="Only files of this content.")] = None,
    sort: Annotated[AssetOrder, Query(description="By what; a minus turns the order round.")] = "-created_at",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List the library. The figures of a sound are in the asset itself alone, not in the list."""
    page = studio.assets.page(
        q=q,
        tags=tuple(tag or ()),
        kind=kind,
        states=tuple(state or ()),
        is_audio=audio,
        is_deleted=deleted,
        sha256=sha256,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    return answer(
        {
            "items": [asset_data(asset, with_figures=False) for asset in page.items],
            "next_cursor": page.next_cursor,
            "n_total": page.n_total,
        }
    )


@router.get("/{asset_id}", response_model=AssetData, responses={304: {"description": "Unchanged."}})
def get_asset(request: Request, asset_id: AssetId, studio: Door) -> Response:
    """Return what is known about an asset."""
    asset = studio.assets.get(asset_id, with_deleted=True)
    return answer_or_unchanged(request, asset_data(asset), asset_tag(asset))


@router.patch("/{asset_id}", response_model=AssetData)
def change_asset(asset_id: AssetId, ask: AssetChange, studio: Door, if_match: IfMatch = None) -> Response:
    """Rename an asset, or tag it."""
    asset = studio.assets.change(
        asset_id,
        name=ask.name,
        tags=None if ask.tags is None else tuple(ask.tags),
        revision=revision_of(asset_id, if_match),
    )
    return answer(asset_data(asset), headers={"etag": asset_tag(asset)})


@router.delete("/{asset_id}", status_code=204, response_class=Response)
def delete_asset(asset_id: AssetId, studio: Door) -> Response:
    """Put an asset into the bin, from where it can be taken back."""
    studio.assets.bin(asset_id)
    return Response(status_code=204)


@router.post("/{asset_id}/restore", response_model=AssetData)
def restore_asset(asset_id: AssetId, studio: Door) -> Response:
    """Take an asset out of the bin."""
    studio.assets.take_out(asset_id)
    asset = studio.assets.get(asset_id)
    return answer(asset_data(asset), headers={"etag": asset_tag(asset)})


@router.get("/{asset_id}/versions", response_model=VersionPage)
def list_versions(
    asset_id: AssetId,
    studio: Door,
    capability: Annotated[str | None, Query(max_length=64, description="Only what this capability made.")] = None,
    results: Annotated[bool, Query(description="With the results, which are long.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List what was made of an asset, the latest first: its masters, alone, in a batch or on an album.

    Versions stay when the jobs that made them are cleared from the history; one whose files all lie in the bin is
    not listed.
    """
    song = studio.assets.get(asset_id, with_deleted=True)
    page = studio.versions.page(song.id, capability=capability, limit=limit, cursor=cursor)
    return answer(
        {
            "items": [version_data(version, with_result=results) for version in page.items],
            "next_cursor": page.next_cursor,
            "n_total": page.n_total,
        }
    )


@router.get("/{asset_id}/versions/{version_id}", response_model=VersionData)
def get_version(asset_id: AssetId, version_id: VersionId, studio: Door) -> Response:
    """Return one version of an asset, with its result."""
    song = studio.assets.get(asset_id, with_deleted=True)
    return answer(version_data(studio.versions.get(song.id, version_id)))


@router.post("/{asset_id}/versions/{version_id}/restore", response_model=VersionData)
def restore_version(asset_id: AssetId, version_id: VersionId, studio: Door, ask: RestoreAsk | None = None) -> Response:
    """Bring an earlier version back as the newest, with its files; those in between stay.

    The answer is the version that it is now. Nothing happens to one that is the newest already.
    """
    song = studio.assets.get(asset_id)
    restored = studio.versions.restore(song.id, version_id, ask.base_version if ask else None)
    return answer(version_data(restored))


@tags_router.get("", response_model=TagList)
def list_tags(studio: Door) -> Response:
    """List all tags in use."""
    return answer({"items": [{"tag": tag, "n_assets": n_assets} for tag, n_assets in studio.assets.tags()]})


def keep(studio: Studio, file: IncomingFile, owner: str | None) -> Asset:
    """Put a file that has arrived into storage and the library, if the owner has room for it."""
    studio.uploads.check_quota(owner, file.size_bytes)
    studio.blobs.put(file.path, file.sha256)
    return studio.workshop.add_asset(file.sha256, file.size_bytes, plain_name(file.name), owner=owner)


def plain_name(name: str) -> str:
    """Return a client's file name without folders and control characters, at most 255 characters long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in last if character.isprintable()).strip()
    if len(shown) <= 255:
        return shown or "file"
    stem, dot, suffix = shown.rpartition(".")
    return stem[: 254 - len(suffix)] + dot + suffix if dot and len(suffix) < 16 else shown[:255]


def revision_of(asset_id: str, if_match: str | None) -> int | None:
    """Return the revision that an ``If-Match`` header names; none where it is absent or ``*``."""
    if if_match is None or if_match.strip() == "*":
        return None
    name, _, number = if_match.strip().removeprefix("W/").strip('"').rpartition(".")
    if name != asset_id or not number.isdigit():
        return -1  # the tag of something else: no revision fits it
    return int(number)
