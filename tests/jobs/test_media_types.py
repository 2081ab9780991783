"""What a name stands for, on any machine."""

from __future__ import annotations

import mimetypes

import pytest

from tonmeister.jobs.media_types import guess_media_type, is_audio_type, promises_sound

SOUND = {
    "a.wav": "audio/wav",
    "a.flac": "audio/flac",
    "A.MP3": "audio/mpeg",
    "a.m4a": "audio/mp4",
    "a.ogg": "audio/ogg",
    "a.opus": "audio/ogg",
    "a.aiff": "audio/aiff",
    "a.w64": "audio/x-w64",
}
NO_SOUND = {
    "a.mid": "audio/midi",
    "A.MIDI": "audio/midi",
    "a.gp5": "application/x-guitar-pro",
    "a.musicxml": "application/vnd.recordare.musicxml+xml",
    "a.alphatex": "text/plain",
    "a-tab.txt": "text/plain",
    "a.cho": "text/plain",
    "a.pdf": "application/pdf",
    "a.svg": "image/svg+xml",
    "a-score.json": "application/json",
    "a.zip": "application/zip",
    "a.cue": "application/x-cue",
    "a": "application/octet-stream",
    "mid": "application/octet-stream",
}


@pytest.mark.parametrize("own_table", ["none", "odd"])
def test_the_type_is_of_the_name_and_not_of_the_machine(own_table, monkeypatch):
    table = mimetypes.MimeTypes()  # what every Python knows
    if own_table == "odd":
        for kind, suffix in (("audio/sp-midi", ".mid"), ("application/vnd.wv.csp+wbxml", ".wv"), ("x/y", ".mp3")):
            table.add_type(kind, suffix)
    monkeypatch.setattr(mimetypes, "guess_type", table.guess_type)
    assert {name: guess_media_type(name) for name in SOUND | NO_SOUND} == SOUND | NO_SOUND
    assert guess_media_type("a.wv") == "audio/x-wavpack"


def test_notes_and_lists_are_no_sound():
    assert all(is_audio_type(kind) and promises_sound(kind) for kind in SOUND.values())
    assert not any(is_audio_type(kind) or promises_sound(kind) for kind in NO_SOUND.values())
    assert not any(is_audio_type(kind) for kind in ("audio/sp-midi", "audio/mpegurl", "audio/x-scpls"))
    assert (is_audio_type("video/mp4"), promises_sound("video/mp4")) == (False, True)
