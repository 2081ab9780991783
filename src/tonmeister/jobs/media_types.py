"""What kind of file a name stands for."""

from __future__ import annotations

import mimetypes


def guess_media_type(name: str) -> str:
    """Return the media type that the name's suffix stands for."""
    extra = {
        ".flac": "audio/flac",
        ".wav": "audio/wav",
        ".opus": "audio/ogg",
        ".w64": "audio/x-w64",
        ".dat": "application/octet-stream",
    }
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return extra.get(suffix) or mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def is_audio_type(media_type: str) -> bool:
    """Tell whether a file of this media type holds sound."""
    return media_type.startswith("audio/")
