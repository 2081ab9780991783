"""A score as JSON: all that is known of it, and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.note_values import Metre, Value
from tonmeister.music.score import Bar, Part, Score, WrittenBeat, WrittenNote
from tonmeister.music.tab import Place, PlayedNote, Technique

FORMAT = "tonmeister-score"
VERSION = 1


def write_json(score: Score, unfingered: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return a score as JSON; places within bars are exact fractions of a quarter such as ``"3/2"``.

    Every field is written, also where it is as usual: another program knows no defaults of ours.
    ``unfingered`` tells of the notes of ``unwritten`` what a reader asks: which they are, and why they are not written.
    """
    sheet = {"format": FORMAT, "version": VERSION} | _data(score)
    if unfingered:
        sheet["unfingered"] = [dict(each) for each in unfingered]
    return json.dumps(sheet, ensure_ascii=False, separators=(",", ":"))


def _data(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_data(part) for part in value]
    return str(value) if isinstance(value, Fraction) else value


def read_json(text: str) -> Score:
    """Read what `write_json` wrote; raise `FormatUnsupportedError` for anything else.

    Fields may be left out where they are as usual, as they are in older files.
    """
    try:
        sheet = json.loads(text)
        _check(sheet["format"], sheet["version"])
        return Score(
            title=sheet["title"],
            metre=Metre(**sheet["metre"]),
            bars=tuple(_bar(bar) for bar in sheet["bars"]),
            parts=tuple(_part(part) for part in sheet["parts"]),
            **{
                key: sheet[key]
                for key in ("artist", "n_fifths", "is_minor", "swing_percent", "tempo_bpm", "has_tempo")
                if key in sheet
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise FormatUnsupportedError(
            f"This is no score of ours: {fault}.",
            field="file",
            bound=f"{FORMAT} version {VERSION}",
            remedy="Hand in a file that was exported as JSON.",
        ) from fault


def _check(kind: str, version: int) -> None:
    if (kind, version) != (FORMAT, VERSION):
        raise ValueError(f"it is {kind!r} version {version!r}")


def _bar(sheet: dict[str, Any]) -> Bar:
    chords = tuple((Fraction(place), symbol) for place, symbol in sheet.get("chords", []))
    return Bar(sheet["start_s"], sheet["tempo_bpm"], chords, sheet.get("section", ""))


def _part(sheet: dict[str, Any]) -> Part:
    neck = sheet.get("fretboard")
    if neck is not None and "tuning" in neck:
        neck = neck | {"tuning": tuple(neck["tuning"])}
    return Part(
        name=sheet["name"],
        bars=tuple(tuple(_beat(beat) for beat in bar) for bar in sheet["bars"]),
        program=sheet.get("program", 25),
        fretboard=None if neck is None else Fretboard(**neck),
        notes=tuple(PlayedNote(**note) for note in sheet.get("notes", [])),
        unwritten=tuple(sheet.get("unwritten", [])),
        is_drums=bool(sheet.get("is_drums", False)),
        lower_bars=tuple(tuple(_beat(beat) for beat in bar) for bar in sheet.get("lower_bars", [])),
    )


def _beat(sheet: dict[str, Any]) -> WrittenBeat:
    return WrittenBeat(
        Fraction(sheet["start_quarters"]),
        Value(**sheet["value"]),
        tuple(_head(head) for head in sheet.get("notes", [])),
    )


def _head(sheet: dict[str, Any]) -> WrittenNote:
    place = Place(**sheet["place"]) if sheet.get("place") is not None else None
    techniques = tuple(Technique(**technique) for technique in sheet.get("techniques", []))
    return WrittenNote(**(sheet | {"place": place, "techniques": techniques}))
