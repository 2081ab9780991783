"""The recipe: check the word given, fetch in a guarded process, look at what came, deliver."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from tonmeister.capabilities.fetching.params import FetchParams, FetchResult
from tonmeister.capabilities.fetching.wishes import NOTICE, check_fetch
from tonmeister.core.errors import LinkRefusedError
from tonmeister.engines.links.fetching import check_link, fetch_link
from tonmeister.media.reader import open_audio

if TYPE_CHECKING:
    from tonmeister.core.context import Context


def fetch(params: FetchParams, ctx: Context) -> FetchResult:
    """Fetch one address; what arrives is a sound file within the bounds, or nothing is delivered."""
    check_fetch(params)
    check_link(params.url, ctx.links)
    confirmed = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    folder = ctx.folder / "fetched"
    folder.mkdir()
    found = fetch_link(params.url, ctx.links, folder, ctx.part(0.0, 0.95))
    longest_s = min(ctx.links.max_duration_s, ctx.max_duration_s)
    with open_audio(found.path, max_duration_s=longest_s) as reader:  # refuses what is no sound
        if (reader.info.duration_s or 0.0) > longest_s:
            raise LinkRefusedError(
                f"What was found lasts {reader.info.duration_s:.0f} s.",
                field="url",
                value=params.url,
                bound=longest_s,
                remedy="Choose a shorter piece.",
            )
        suffix = (
            "." + reader.info.container.lower() if found.path.suffix in {"", ".unknown_video"} else found.path.suffix
        )
    size_mb = round(found.path.stat().st_size / (1 << 20), 3)
    ref = ctx.publish(found.path, _file_name(found.title, found.artist) + suffix)
    ctx.progress(1.0, "fetch")
    return FetchResult(
        file=ref,
        url=found.url,
        title=found.title,
        artist=found.artist,
        size_mb=size_mb,
        found_by=found.extractor,
        rights_confirmed_at=confirmed,
        notice=NOTICE,
    )


def _file_name(title: str | None, artist: str | None) -> str:
    name = " - ".join(part for part in (artist, title) if part) or "fetched"
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", name).strip(". ")[:120] or "fetched"
