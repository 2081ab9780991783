"""CUE sheets: the order, names, codes and gaps of a record as text that burning and player programs read.

Times are minutes, seconds and frames of a 75th of a second, the frame of the compact disc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tonmeister.core.errors import FormatUnsupportedError, ParameterError
from tonmeister.media.tags.model import find_isrc, parse_isrc

N_FRAMES_PER_S = 75
_MAX_TRACKS = 99
_MAX_LINES = 20_000
_FILE_KINDS = {"mp3": "MP3", "aif": "AIFF", "aiff": "AIFF", "aifc": "AIFF"}
_FILE_LINE = re.compile(r'FILE\s+(?:"(?P<quoted>[^"]*)"|(?P<bare>.+?))\s+(?P<kind>\S+)', re.IGNORECASE)
_TIME = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})")


@dataclass(frozen=True)
class CueTrack:
    """One track of a record.

    ``index_01_s`` is where its music begins in ``file``, ``index_00_s`` where the pause before it begins in the same
    file; ``pregap_s`` is silence before it that no file holds.
    """

    file: str
    title: str = ""
    performer: str = ""
    songwriter: str = ""
    isrc: str | None = None
    index_00_s: float | None = None
    index_01_s: float = 0.0
    pregap_s: float = 0.0


@dataclass(frozen=True)
class CueSheet:
    """A record: its tracks in order, its own names, its EAN or UPC, and remarks such as DATE and GENRE."""

    tracks: tuple[CueTrack, ...]
    title: str = ""
    performer: str = ""
    songwriter: str = ""
    catalog: str | None = None
    remarks: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def parse_catalog(text: str) -> str:
    """Return the 13 digits of an EAN, or of a UPC with its leading zero; raise `ParameterError` where it is neither.

    The last digit has to agree with the others (GS1 modulo 10), so that a mistyped number is not pressed.
    """
    digits = re.sub(r"[\s\-]", "", text)
    ean = digits.rjust(13, "0")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) in (12, 13)
    if not is_number or sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(ean)) % 10:
        raise ParameterError(
            f"catalog {text!r} is not an EAN or UPC.",
            field="catalog",
            value=text,
            bound="12 or 13 digits, the last of which checks the others",
            remedy="Compare it with the number under the barcode.",
        )
    return ean


def n_frames(time_s: float) -> int:
    """Return the nearest frame of a 75th of a second."""
    return round(time_s * N_FRAMES_PER_S)


def format_time(time_s: float) -> str:
    """Return a time as ``mm:ss:ff``."""
    seconds, frames = divmod(n_frames(time_s), N_FRAMES_PER_S)
    return f"{seconds // 60:02}:{seconds % 60:02}:{frames:02}"


def write_cue_sheet(sheet: CueSheet) -> str:
    """Return the text of a CUE sheet; tracks that name the same file share its FILE line.

    Raises `ParameterError` over a wrong ISRC or catalogue number, times out of order, or a number of tracks that a disc
    cannot hold.
    """
    if not 1 <= len(sheet.tracks) <= _MAX_TRACKS:
        raise ParameterError(
            f"tracks has {len(sheet.tracks)} entries.",
            field="tracks",
            value=len(sheet.tracks),
            bound=f"1 to {_MAX_TRACKS}",
            remedy="Divide the record among several sheets.",
        )
    lines = [f"REM {_bare(name.upper())} {_remark(value)}" for name, value in sheet.remarks.items()]
    if sheet.catalog:
        lines.append(f"CATALOG {parse_catalog(sheet.catalog)}")
    lines += _names("", sheet.performer, sheet.title, sheet.songwriter)
    before: CueTrack | None = None
    for number, track in enumerate(sheet.tracks, 1):
        _check_times(number, track, before)
        if before is None or before.file != track.file:
            kind = _FILE_KINDS.get(track.file.rpartition(".")[2].lower(), "WAVE")
            lines.append(f'FILE "{_file_name(track.file)}" {kind}')
        lines.append(f"  TRACK {number:02} AUDIO")
        lines += _names("    ", track.performer, track.title, track.songwriter)
        if track.isrc:
            lines.append(f"    ISRC {parse_isrc(track.isrc)}")
        if n_frames(track.pregap_s) > 0:
            lines.append(f"    PREGAP {format_time(track.pregap_s)}")
        if track.index_00_s is not None:
            lines.append(f"    INDEX 00 {format_time(track.index_00_s)}")
        lines.append(f"    INDEX 01 {format_time(track.index_01_s)}")
        before = track
    return "\n".join(lines) + "\n"


def _names(indent: str, performer: str, title: str, songwriter: str) -> list[str]:
    fields = (("PERFORMER", performer), ("TITLE", title), ("SONGWRITER", songwriter))
    return [f"{indent}{name} {_quoted(text)}" for name, text in fields if text]


def _check_times(number: int, track: CueTrack, before: CueTrack | None) -> None:
    is_same_file = before is not None and before.file == track.file
    earliest = n_frames(before.index_01_s) if before is not None and is_same_file else -1
    pause = track.index_01_s if track.index_00_s is None else track.index_00_s
    if not 0 <= n_frames(pause) <= n_frames(track.index_01_s) or n_frames(pause) <= earliest or track.pregap_s < 0:
        raise ParameterError(
            f"index_01_s of track {number} is {track.index_01_s}, with a pause from {pause} s.",
            field="index_01_s",
            value=track.index_01_s,
            bound="not below 0, behind the pause, and behind the track before in the same file",
            remedy="Give the tracks in the order in which they play.",
        )


def _quoted(text: str) -> str:
    # The format has no way to write a quotation mark inside of quotation marks.
    return '"' + " ".join(text.replace('"', "'").split()) + '"'


def _file_name(name: str) -> str:
    if not name or re.search(r'["\x00-\x1f]', name):
        raise ParameterError(
            f"file {name!r} cannot be named in a CUE sheet.",
            field="file",
            value=name,
            bound="a name without quotation marks and line breaks",
            remedy="Rename the file.",
        )
    return name


def _bare(text: str) -> str:
    return "_".join(text.replace('"', "'").split())


def _remark(text: str) -> str:
    return text if re.fullmatch(r"[^\s\"]+", text) else _quoted(text)


def read_cue_sheet(text: str) -> CueSheet:
    """Return what a CUE sheet says; lines that are not understood are skipped and told of in ``notes``.

    Raises `FormatUnsupportedError` where the text holds no track at all.
    """
    reading = _Reading()
    for line in _lines(text):
        reading.read(line)
    reading.finish_track()
    if not reading.tracks:
        raise FormatUnsupportedError(
            "The text is not a CUE sheet: it has no track with a file and a beginning.",
            field="text",
            remedy="A CUE sheet has lines such as FILE, TRACK and INDEX 01.",
        )
    return replace(reading.sheet, tracks=tuple(reading.tracks), notes=tuple(reading.notes))


def _lines(text: str) -> Iterator[str]:
    for line in text.removeprefix("\ufeff").splitlines()[:_MAX_LINES]:
        if stripped := line.strip("\0 \t"):
            yield stripped


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text.strip('"')


class _Reading:
    """A sheet being read line by line."""

    def __init__(self) -> None:
        self.sheet = CueSheet(())
        self.remarks: dict[str, str] = {}
        self.tracks: list[CueTrack] = []
        self.notes: list[str] = []
        self.file = ""
        self.track: CueTrack | None = None
        self.has_beginning = False

    def read(self, line: str) -> None:
        """Take in one line."""
        word, _, rest = line.partition(" ")
        word, rest = word.upper(), rest.strip()
        if word == "REM":
            name, _, value = rest.partition(" ")
            if name and self.track is None:
                self.remarks[name.upper()] = _unquoted(value)
                self.sheet = replace(self.sheet, remarks=self.remarks)
        elif word == "FILE" and (found := _FILE_LINE.fullmatch(line)):
            self.file = found["quoted"] if found["quoted"] is not None else found["bare"]
            if self.track is not None and not self.has_beginning:
                # Some programs put a track's pause at the end of the file before its own.
                self.track = replace(self.track, file=self.file, index_00_s=None)
        elif word == "TRACK":
            self.finish_track()
            self.track, self.has_beginning = CueTrack(self.file), False
            if not rest.upper().endswith("AUDIO"):
                self.note(line)
        elif word in ("TITLE", "PERFORMER", "SONGWRITER"):
            self.name(word.lower(), _unquoted(rest))
        elif not self.read_code_or_time(word, rest):
            self.note(line)

    def name(self, which: str, text: str) -> None:
        """Set a name of the record or of the track at hand."""
        names: dict[str, Any] = {which: text}
        if self.track is None:
            self.sheet = replace(self.sheet, **names)
        else:
            self.track = replace(self.track, **names)

    def read_code_or_time(self, word: str, rest: str) -> bool:
        """Take in a code or a time; return whether the line was one."""
        if word == "CATALOG":
            try:
                self.sheet = replace(self.sheet, catalog=parse_catalog(_unquoted(rest)))
            except ParameterError:
                return False
            return True
        if self.track is None:
            return False
        if word == "ISRC":
            isrc = find_isrc(_unquoted(rest))
            self.track = replace(self.track, isrc=isrc)
            return isrc is not None
        number, _, time = rest.rpartition(" ")
        time_s = _find_time_s(time)
        if time_s is None:
            return word == "FLAGS"
        if word == "PREGAP":
            self.track = replace(self.track, pregap_s=time_s)
        elif word == "INDEX" and number.strip() in ("0", "00"):
            self.track = replace(self.track, index_00_s=time_s)
        elif word == "INDEX" and number.strip() in ("1", "01"):
            self.track, self.has_beginning = replace(self.track, index_01_s=time_s), True
        else:
            return False
        return True

    def finish_track(self) -> None:
        """Keep the track at hand if it is whole."""
        if self.track is not None and self.has_beginning and self.track.file:
            self.tracks.append(self.track)
        elif self.track is not None:
            self.notes.append(f"Track {len(self.tracks) + 1} has no file or no beginning and was skipped.")
        self.track = None

    def note(self, line: str) -> None:
        """Remember a line that was not understood."""
        if len(self.notes) < 40:
            self.notes.append(f"Not understood and skipped: {line[:80]}")


def _find_time_s(text: str) -> float | None:
    found = _TIME.fullmatch(text)
    if found is None or int(found[2]) > 59 or int(found[3]) >= N_FRAMES_PER_S:
        return None
    return int(found[1]) * 60 + int(found[2]) + int(found[3]) / N_FRAMES_PER_S
