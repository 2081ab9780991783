"""What kinds of file are called on the web, by their content."""

from __future__ import annotations

UNKNOWN = "application/octet-stream"

_BY_CONTAINER = {
    "wav": "audio/wav",
    "aiff": "audio/aiff",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "oggflac": "audio/ogg",
    "speex": "audio/ogg",
    "m4a": "audio/mp4",
    "adts": "audio/aac",
    "ac3": "audio/ac3",
    "eac3": "audio/eac3",
    "au": "audio/basic",
    "w64": "audio/x-w64",
    "caf": "audio/x-caf",
    "matroska": "audio/x-matroska",
    "asf": "audio/x-ms-wma",
    "wavpack": "audio/x-wavpack",
    "tta": "audio/x-tta",
    "ape": "audio/x-ape",
    "musepack": "audio/x-musepack",
    "dsf": "audio/x-dsf",
    "dff": "audio/x-dff",
    "tak": "audio/x-tak",
    "amr": "audio/amr",
    "flv": "video/x-flv",
    "mpegts": "video/mp2t",
}


def media_type_of(container: str) -> str:
    """Return the media type of a kind of file that `sniff` tells.

    Parameters
    ----------
    container
        The kind: ``"mp3"``.

    Returns
    -------
    str
        The registered type where there is one, else the one in use; `UNKNOWN` for a kind that has none.

    Source: IANA's registry of media types; RFC 5334 for Ogg.
    """
    return _BY_CONTAINER.get(container, UNKNOWN)
