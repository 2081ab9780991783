"""What kind of file a name stands for."""

from __future__ import annotations

import mimetypes
from pathlib import PurePath

# The machine's own table is asked last: it differs from one machine to the next, and some call MIDI "audio/sp-midi".
_BY_SUFFIX = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".caf": "audio/x-caf",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".w64": "audio/x-w64",
    ".wav": "audio/wav",
    ".wma": "audio/x-ms-wma",
    ".wv": "audio/x-wavpack",
    ".mid": "audio/midi",
    ".midi": "audio/midi",
    ".gp": "application/x-guitar-pro",
    ".gp3": "application/x-guitar-pro",
    ".gp4": "application/x-guitar-pro",
    ".gp5": "application/x-guitar-pro",
    ".gpx": "application/x-guitar-pro",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".mxl": "application/vnd.recordare.musicxml",
    ".alphatex": "text/plain",
    ".cho": "text/plain",
    ".cue": "application/x-cue",
    ".dat": "application/octet-stream",
}

_WITHOUT_SOUND = frozenset({"audio/midi", "audio/sp-midi", "audio/rtp-midi", "audio/mpegurl", "audio/x-scpls"})
"""Types of the family "audio" whose files hold notes, or names of files, and no sound."""


def guess_media_type(name: str) -> str:
    """Return the media type that the name's suffix stands for."""
    known = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    return known or mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def is_audio_type(media_type: str) -> bool:
    """Tell whether a file of this media type holds sound."""
    return media_type.startswith("audio/") and media_type not in _WITHOUT_SOUND


def promises_sound(media_type: str) -> bool:
    """Tell whether who reads this media type would play the file: sound, or a film."""
    return is_audio_type(media_type) or media_type.startswith("video/")
