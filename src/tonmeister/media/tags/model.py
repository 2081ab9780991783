"""What a song file says about its song: the words that all readers and writers of tags share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tonmeister.core.errors import ParameterError
from tonmeister.media.tags.names import canonical_name, describes_encoding

FRONT_COVER = 3
"""The picture type that ID3 and FLAC give to a front cover."""

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_LOUDNESS = re.compile(r"REPLAYGAIN_.*|R128_.*|MP3GAIN_.*|ITUNNORM")
_MAX_NOTES = 40


@dataclass(frozen=True)
class Picture:
    """A picture such as the cover: its encoded bytes, media type, ID3/FLAC picture type and description."""

    data: bytes
    mime: str = ""
    kind: int = FRONT_COVER
    description: str = ""


@dataclass(frozen=True)
class CuePoint:
    """A named place in a song, or a region where it has a duration.

    ``position_samples`` counts at ``sample_rate`` and is kept where the format counts in samples; ``isrc`` belongs to
    the track that begins here, in a file that holds a whole record.
    """

    position_s: float
    label: str = ""
    duration_s: float | None = None
    position_samples: int | None = None
    sample_rate: int | None = None
    isrc: str | None = None

    @classmethod
    def at_sample(
        cls,
        position_samples: int,
        sample_rate: int,
        label: str = "",
        n_samples: int | None = None,
        isrc: str | None = None,
    ) -> CuePoint:
        """Return the cue point at an exact sample, with a length of ``n_samples`` where it is a region."""
        duration_s = None if n_samples is None else n_samples / sample_rate
        return cls(position_samples / sample_rate, label, duration_s, position_samples, sample_rate, isrc)

    def position_at(self, sample_rate: int) -> int:
        """Return the position in samples at another rate, rounded once from the exact place."""
        if self.position_samples is not None and self.sample_rate:
            return (2 * self.position_samples * sample_rate + self.sample_rate) // (2 * self.sample_rate)
        return round(self.position_s * sample_rate)


@dataclass(frozen=True)
class Tags:
    """All that a file says about its song.

    ``text`` is keyed by upper-case Vorbis-comment names (TITLE, ALBUMARTIST, ISRC ...), each with one value or more;
    ``notes`` are plain sentences about what could not be read or was not kept.
    """

    text: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    cue_points: tuple[CuePoint, ...] = ()
    notes: tuple[str, ...] = ()

    def first(self, name: str) -> str | None:
        """Return the first value of a field, or None."""
        values = self.text.get(name.upper(), ())
        return values[0] if values else None

    @property
    def isrc(self) -> str | None:
        """The first valid International Standard Recording Code, in its 12 characters without hyphens, or None."""
        return next((isrc for isrc in map(find_isrc, self.text.get("ISRC", ())) if isrc), None)

    def with_text(self, **fields: str | Sequence[str] | None) -> Tags:
        """Return a copy with these fields set; None removes a field."""
        text = dict(self.text)
        for name, value in fields.items():
            key = canonical_name(name)
            values = () if value is None else (value,) if isinstance(value, str) else tuple(value)
            if values:
                text[key] = values
            else:
                text.pop(key, None)
        return replace(self, text=text)

    def without_loudness(self) -> Tags:
        """Return a copy without the gains that another loudness made untrue (ReplayGain, R128, mp3gain, iTunNORM)."""
        return replace(self, text={name: values for name, values in self.text.items() if not _LOUDNESS.fullmatch(name)})


def find_isrc(text: str) -> str | None:
    """Return the 12 characters of an ISRC written with or without hyphens, or None where it is not one."""
    compact = re.sub(r"[\s\-–]", "", text).upper().removeprefix("ISRC")
    return compact if _ISRC.fullmatch(compact) else None


def parse_isrc(text: str) -> str:
    """Return the 12 characters of an ISRC, or raise `ParameterError` where it is not one."""
    found = find_isrc(text)
    if found is None:
        raise ParameterError(
            f"isrc {text!r} is not an ISRC.",
            field="isrc",
            value=text,
            bound="CC-XXX-YY-NNNNN",
            remedy="Write two letters, three letters or digits, seven digits, as in GB-AYE-69-00531.",
        )
    return found


class TagDraft:
    """Tags while they are being read: the first source to name a field wins, and what is skipped is noted."""

    def __init__(self) -> None:
        self.text: dict[str, list[str]] = {}
        self.pictures: list[Picture] = []
        self.cue_points: list[CuePoint] = []
        self.notes: list[str] = []

    def add(self, name: str, value: str) -> None:
        """Add one value to a field; empty values and remarks about the source's encoding are left out."""
        key, value = canonical_name(name), value.strip("\0 \t\r\n\ufeff").replace("\0", " ")
        if not key or not value or describes_encoding(key):
            return
        values = self.text.setdefault(key, [])
        if value not in values:
            values.append(value)

    def add_picture(self, picture: Picture) -> None:
        """Add a picture, unless it is empty or here already."""
        if picture.data and all(picture.kind != p.kind or picture.data != p.data for p in self.pictures):
            mime = picture.mime.strip("\0 ").lower()
            known = mime if "/" in mime or mime == "-->" else ""
            self.pictures.append(replace(picture, mime=known or find_mime(picture.data) or mime))

    def note(self, sentence: str) -> None:
        """Remember what could not be read or kept."""
        if sentence not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(sentence)

    def skip(self, part: str, reason: object) -> None:
        """Note that a malformed part was left out."""
        self.note(f"{part} is malformed and was skipped: {str(reason)[:120]}.")

    def fill(self, other: TagDraft, *, cue_points: bool = True) -> None:
        """Take from a second source what this one does not say."""
        for name, values in other.text.items():
            self.text.setdefault(name, values)
        for picture in other.pictures:
            # The same picture may be told more poorly here, for example without its type.
            if all(picture.data != p.data for p in self.pictures):
                self.add_picture(picture)
        if cue_points and not self.cue_points:
            self.cue_points = other.cue_points
        for sentence in other.notes:
            self.note(sentence)

    def freeze(self) -> Tags:
        """Return the finished tags, with numbers such as 3/12 taken apart."""
        text = {name: tuple(values) for name, values in self.text.items()}
        for number, total in (("TRACKNUMBER", "TRACKTOTAL"), ("DISCNUMBER", "DISCTOTAL")):
            if number not in text:
                continue
            first, slash, of = text[number][0].partition("/")
            if slash:
                text[number] = (first.strip(), *text[number][1:])
                if of.strip(" 0") and total not in text:
                    text[total] = (of.strip(),)
            if not text[number][0].strip("0"):
                del text[number]
        cue_points = tuple(sorted(self.cue_points, key=lambda cue: cue.position_s))
        return Tags(text, tuple(self.pictures), cue_points, tuple(self.notes))


def find_mime(data: bytes) -> str:
    """Return the media type of a picture by its first bytes, or nothing."""
    for magic, mime in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF8", "image/gif"),
        (b"BM", "image/bmp"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
    ):
        if data.startswith(magic):
            return mime
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""
