"""Metadata that survives: read from any format, written to any other.

`read_tags` goes by content and never fails over malformed metadata: what it skips it says in ``notes``. `write_tags`
gives a finished file its tags in place of those that it has, leaves the audio untouched, and returns what the format
cannot hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tonmeister.core.errors import FileMissingError, FormatUnsupportedError, ParameterError
from tonmeister.media.tags.aiff import read_aiff
from tonmeister.media.tags.files import MALFORMED, SourceFile, unwritable
from tonmeister.media.tags.flac import read_flac, write_flac
from tonmeister.media.tags.id3 import id3v2_size, read_around
from tonmeister.media.tags.id3_write import write_mp3
from tonmeister.media.tags.model import CuePoint, Picture, TagDraft, Tags, find_isrc, parse_isrc
from tonmeister.media.tags.mp4 import read_mp4
from tonmeister.media.tags.mp4_write import write_mp4
from tonmeister.media.tags.names import canonical_name
from tonmeister.media.tags.ogg import read_ogg, write_ogg
from tonmeister.media.tags.riff import read_wav, write_wav

__all__ = ["CuePoint", "Picture", "Tags", "find_isrc", "parse_isrc", "read_tags", "write_tags"]


def _read_generic(file: SourceFile, draft: TagDraft) -> None:
    draft.fill(read_around(file).draft)


_READERS: dict[str, Callable[[SourceFile, TagDraft], None]] = {
    "wav": read_wav,
    "aiff": read_aiff,
    "flac": read_flac,
    "ogg": read_ogg,
    "opus": read_ogg,
    "m4a": read_mp4,
    "mp3": _read_generic,
}


def find_container(file: SourceFile) -> str:
    """Return which kind of tags the content calls for; ``mp3`` is also the word for tags around any other stream."""
    start = 0
    for _ in range(8):
        size = id3v2_size(file.read(start, 10))
        if size is None or start + size >= file.size:
            break
        start += size
    head = file.read(start, 12)
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:4] in (b"fLaC", b"OggS"):
        return "flac" if head[:4] == b"fLaC" else "ogg"
    return "m4a" if head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip") else "mp3"


def read_tags(path: Path, container: str | None = None) -> Tags:
    """Read what a file says about its song, by its content or as the ``container`` named (wav, flac, mp3, m4a ...).

    Malformed metadata is skipped and told of in ``notes``; only a file that cannot be opened raises.
    """
    draft = TagDraft()
    try:
        with path.open("rb") as opened:
            file = SourceFile(opened)
            reader = _READERS.get(container or "") or _READERS[find_container(file)]
            try:
                reader(file, draft)
            except MALFORMED as error:
                draft.skip("The metadata", error)
    except OSError as error:
        raise FileMissingError(
            f"The file {path.name} could not be read: {error.strerror or error}.",
            field="path",
            value=path.name,
            remedy="Check the path and that you may read it.",
        ) from error
    return draft.freeze()


def write_tags(path: Path, tags: Tags, *, sample_rate: int, n_samples: int) -> tuple[str, ...]:
    """Give a finished WAV, FLAC, MP3, Ogg Vorbis, Opus or M4A file these tags, in place of those that it has.

    The audio bytes stay as they are. ``sample_rate`` in Hz and ``n_samples`` per channel are those of the file: cue
    points are counted in them. Returns plain sentences about what the format cannot hold.
    """
    if sample_rate < 1 or n_samples < 0:
        raise ParameterError(
            f"sample_rate {sample_rate} Hz and n_samples {n_samples} are no length of audio.",
            field="sample_rate",
            value=sample_rate,
            remedy="Give the rate and the samples per channel of the file that is tagged.",
        )
    kept, notes = _prepare(tags, sample_rate, n_samples)
    try:
        with path.open("rb") as opened:
            container = find_container(SourceFile(opened))
    except OSError as error:
        raise unwritable(path, error) from error
    writers: dict[str, Callable[[], list[str]]] = {
        "wav": lambda: write_wav(path, kept, sample_rate, n_samples),
        "flac": lambda: write_flac(path, kept, sample_rate, n_samples),
        "mp3": lambda: write_mp3(path, kept, sample_rate, n_samples),
        "ogg": lambda: write_ogg(path, kept),
        "m4a": lambda: write_mp4(path, kept),
    }
    if container not in writers:
        raise FormatUnsupportedError(
            f"Tags cannot be written to {path.name}, which is {container.upper()}.",
            field="path",
            value=path.name,
            bound=sorted(writers),
            remedy="Tags are written to WAV, FLAC, MP3, Ogg Vorbis, Opus and M4A.",
        )
    try:
        notes += writers[container]()
    except MALFORMED as error:
        raise FormatUnsupportedError(
            f"{path.name} is damaged, so no tags can be written to it: {error}.",
            field="path",
            value=path.name,
            remedy="Write the file anew from its sound.",
        ) from error
    if container != "flac" and any(cue.isrc for cue in kept.cue_points):
        notes.append("The ISRCs of single cue points were not kept: only FLAC has a place for them.")
    return tuple(dict.fromkeys(notes))


def _prepare(tags: Tags, sample_rate: int, n_samples: int) -> tuple[Tags, list[str]]:
    """Return the tags in their canonical names without empty values, the cue points in order and inside of the song."""
    text: dict[str, tuple[str, ...]] = {}
    for name, values in tags.text.items():
        cleaned = tuple(value.replace("\0", " ") for value in values if value.strip("\0 "))
        if cleaned and canonical_name(name):
            text.setdefault(canonical_name(name), cleaned)
    inside = [cue for cue in tags.cue_points if 0 <= cue.position_at(sample_rate) <= n_samples]
    notes = []
    if len(inside) < len(tags.cue_points):
        notes.append(f"{len(tags.cue_points) - len(inside)} cue points lie outside of the song and were left out.")
    inside.sort(key=lambda cue: cue.position_s)
    labelled = [replace(cue, label=cue.label.replace("\0", " ")) for cue in inside]
    return replace(tags, text=text, cue_points=tuple(labelled)), notes
