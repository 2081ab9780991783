"""What a player needs: the listening copy in segments that join to the sample, waveforms, a spectrogram."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from tonmeister.core.errors import AssetPreparingError, FormatUnsupportedError, ParameterError, TonmeisterError
from tonmeister.surfaces.rest.answers import API, answer_or_unchanged, asset_tag, is_match
from tonmeister.surfaces.rest.files import pieces_of
from tonmeister.surfaces.rest.models import Manifest
from tonmeister.surfaces.rest.queries import AssetId
from tonmeister.surfaces.rest.studio import Door, Studio
from tonmeister.surfaces.rest.tidying import make_room

if TYPE_CHECKING:
    from tonmeister.store.assets import Asset

router = APIRouter(prefix="/audio/{asset_id}", tags=["Audio"])

IMMUTABLE = "private, max-age=31536000, immutable"
"""What was prepared once is never changed: its address holds the asset, whose content is fixed."""
RATES = (44100, 48000, 88200, 96000, 192000)

_CUTTING = threading.BoundedSemaphore(4)
"""Cutting is work for the processor; more at once would only hold up the rest."""


def _picture(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}, "description": "The file."},
        304: {"description": "Unchanged since `If-None-Match`."},
    }


@router.get("/manifest", response_model=Manifest, responses={304: {"description": "Unchanged."}})
def get_manifest(request: Request, asset_id: AssetId, studio: Door) -> Response:
    """Return what a player needs to know; 409 `ASSET_PREPARING` until the asset is ready."""
    asset = studio.assets.get(asset_id, with_deleted=True)
    return answer_or_unchanged(request, manifest(asset, _prepared(asset)), asset_tag(asset))


@router.get("/seg/{n}.flac", response_class=StreamingResponse, responses=_picture("audio/flac"))
def get_segment(
    request: Request,
    asset_id: AssetId,
    n: Annotated[int, Path(ge=0, le=10**6, description="Number of the segment, from 0.")],
    studio: Door,
    rate: Annotated[int | None, Query(description="Sample rate in Hz; the listening copy's own if left out.")] = None,
) -> Response:
    """Return one segment of the listening copy as FLAC."""
    asset = studio.assets.get(asset_id, with_deleted=True)
    listening = _prepared(asset)["listening"]
    if rate is not None and rate not in RATES:
        raise ParameterError(
            f"rate is {rate}, which is not among the sample rates.",
            field="rate",
            value=rate,
            bound=list(RATES),
            remedy=f"Choose one of: {', '.join(map(str, RATES))}.",
        )
    tag = f'"{asset.sha256[:24]}.{n}.{rate or 0}"'
    headers = {"etag": tag, "cache-control": IMMUTABLE}
    if is_match(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    from tonmeister.media.segments import cut_segment

    copy = studio.assets.get(listening["file"], with_deleted=True)
    with _CUTTING:
        file = studio.blobs.local(copy.sha256, studio.listening)
        if file.parent == studio.listening:  # a copy of what lies elsewhere: keep it for the next segments
            os.utime(file)
            make_room(studio.listening)
        segment = cut_segment(file, n, sample_rate=None if rate == listening["sample_rate"] else rate)
    return Response(segment, 200, headers, "audio/flac")


@router.get(
    "/peaks/{samples_per_pixel}.dat",
    response_class=StreamingResponse,
    responses=_picture("application/octet-stream"),
)
def get_peaks(
    request: Request,
    asset_id: AssetId,
    samples_per_pixel: Annotated[int, Path(ge=1, le=2**31, description="One of the resolutions in the manifest.")],
    studio: Door,
) -> Response:
    """Return the waveform at one resolution, in the layout of BBC audiowaveform's data format, version 2."""
    asset = studio.assets.get(asset_id, with_deleted=True)
    levels = {level["samples_per_pixel"]: level["file"] for level in _prepared(asset)["peaks"]}
    if samples_per_pixel not in levels:
        raise ParameterError(
            f"There is no waveform with {samples_per_pixel} samples a pixel.",
            field="samples_per_pixel",
            value=samples_per_pixel,
            bound=sorted(levels),
            remedy=f"Choose one of: {', '.join(map(str, sorted(levels)))}.",
        )
    return _send_part(request, studio, levels[samples_per_pixel], "application/octet-stream")


@router.get("/spectrogram.webp", response_class=StreamingResponse, responses=_picture("image/webp"))
def get_spectrogram(request: Request, asset_id: AssetId, studio: Door) -> Response:
    """Return the spectrogram: time to the right, mel bands upwards, black at -90 dB."""
    asset = studio.assets.get(asset_id, with_deleted=True)
    return _send_part(request, studio, _prepared(asset)["spectrogram"], "image/webp")


def manifest(asset: Asset, prepared: dict[str, Any]) -> dict[str, Any]:
    """Return a prepared asset as `models.Manifest`."""
    listening, figures = prepared["listening"], prepared["measurement"]
    place = f"{API}/audio/{asset.id}"
    return {
        "asset_id": asset.id,
        "name": asset.name,
        "sample_rate": listening["sample_rate"],
        "n_channels": listening["n_channels"],
        "n_samples": listening["n_samples"],
        "duration_s": prepared["duration_s"],
        "gain_db": listening["gain_db"],
        "segment_samples": listening["segment_samples"],
        "n_segments": max(1, -(-listening["n_samples"] // listening["segment_samples"])),
        "segment_url": f"{place}/seg/{{n}}.flac",
        "peaks": [
            {
                "samples_per_pixel": level["samples_per_pixel"],
                "url": f"{place}/peaks/{level['samples_per_pixel']}.dat",
            }
            for level in prepared["peaks"]
        ],
        "spectrogram_url": f"{place}/spectrogram.webp",
        "integrated_lufs": figures["integrated_lufs"],
        "true_peak_dbtp": figures["true_peak_dbtp"],
        "loudness": _curves(figures),
    }


def _curves(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "start_s": 3.0,
        "hop_s": 0.1,
        "momentary_lufs": [],
        "short_term_lufs": list(figures["short_term_curve_lufs"]),
    }


def _prepared(asset: Asset) -> dict[str, Any]:
    """Return what was prepared; raise the error that says why there is nothing."""
    if asset.state == "ready" and asset.prepared is not None and "listening" in asset.prepared:
        return asset.prepared
    if asset.state == "preparing":
        raise AssetPreparingError(
            f"{asset.name} is still being prepared for playing.",
            field="asset_id",
            value=asset.id,
            remedy="Ask again in a moment, or wait for the event asset_ready.",
        )
    if asset.error is not None:
        raise _told(asset)
    raise FormatUnsupportedError(
        f"{asset.name} is not sound, so it cannot be played.", field="asset_id", value=asset.id, remedy="Download it."
    )


def _told(asset: Asset) -> TonmeisterError:
    from tonmeister.core.errors import error_classes

    error = asset.error or {}
    kinds = {cls.code: cls for cls in error_classes()}
    kind = kinds.get(str(error.get("code")), TonmeisterError)
    given = {name: error.get(name) for name in ("field", "value", "bound", "remedy")}
    return kind(str(error.get("message", "It could not be prepared.")), **given)


def _send_part(request: Request, studio: Studio, part_id: str, media_type: str) -> Response:
    part = studio.assets.get(part_id, with_deleted=True)
    tag = f'"{part.sha256[:32]}"'
    headers = {"etag": tag, "cache-control": IMMUTABLE}
    if is_match(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    headers["content-length"] = str(part.size_bytes)
    return StreamingResponse(pieces_of(request, studio.blobs, part.sha256), 200, headers, media_type)
