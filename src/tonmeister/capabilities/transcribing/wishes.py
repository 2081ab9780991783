"""What was asked for: the neck, the edits, and whether they can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import get_args

from tonmeister.capabilities.transcribing.params import HIGHEST_BPM, FileFormat, TabEdit, TranscribeParams
from tonmeister.capabilities.transcribing.profiles import Profile, load_profile
from tonmeister.core.errors import CombinationError, ParameterError
from tonmeister.music.fingering import HandWish
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.retab import AddNote, DeleteNote, Edit, PitchNote, PlaceNote
from tonmeister.music.tab import Place, PlayedNote
from tonmeister.music.tuning_text import HOW_TO_WRITE, Tuning, read_tuning, tuning_names

RINGS_ON_S = 60.0
"""So long after the song a note or a bar may end: its last bar is whole, and slow music has long ones."""

TEXT_FORMATS: tuple[FileFormat, ...] = ("musicxml", "alphatex", "ascii", "chordpro", "json", "svg")
"""What a draft can hold: it is an answer, and makes no files."""


def check_transcribe(params: TranscribeParams) -> None:
    """Raise `ParameterError` for what no song can be transcribed with."""
    neck = neck_of(params, load_profile(params.instrument))
    edits_of(params.edits)
    _check_places(params, neck)
    _check_formats(params, neck)
    if params.tempo_bpm is not None and params.tempo_factor == "double" and 2 * params.tempo_bpm > HIGHEST_BPM:
        raise ParameterError(
            f"tempo_bpm is {params.tempo_bpm:g} and tempo_factor double, but {2 * params.tempo_bpm:g} BPM is more than "
            f"{HIGHEST_BPM:.0f}.",
            field="tempo_bpm",
            value=params.tempo_bpm,
            bound=f"at most {HIGHEST_BPM / 2:.0f} where tempo_factor is double",
            remedy="Leave out tempo_factor: tempo_bpm alone is the tempo of the beats.",
        )


def _check_formats(params: TranscribeParams, neck: Fretboard | None) -> None:
    """Raise `CombinationError` where none of the files that are asked for can be made; of some, the result tells."""
    lacking: tuple[FileFormat, ...] = () if neck else ("gp5", "ascii")
    if params.instrument == "drums":
        lacking = (*lacking, "alphatex")
    if not params.format or any(kind not in lacking for kind in params.format):
        return
    asked = " and ".join(dict.fromkeys(params.format))
    able = [kind for kind in get_args(FileFormat) if kind not in lacking]
    raise CombinationError(
        f"format is {asked}, which cannot hold {params.instrument}: gp5 and ascii are tabs of a neck"
        f"{', alphatex holds no drums' if 'alphatex' in lacking else ''}.",
        field="format",
        value=list(params.format),
        bound=able,
        remedy=f"Choose among {', '.join(able)}, or an instrument with strings: guitar, bass or ukulele.",
    )


def _check_places(params: TranscribeParams, neck: Fretboard | None) -> None:
    """Raise `ParameterError` for a place or a fret of the hand that the neck has not, or that sounds another pitch.

    A note that was heard is named after its pitch, so that no song is needed to know it. A place that comes with its
    pitch holds on any neck (`music.retab.PlaceNote`) and is not checked; neither is a hand beyond the frets that a
    capo leaves, which is told when it is not followed: both are edits that were right before the neck was strung
    otherwise.
    """
    pitches: dict[str, int] = {}
    for number, edit in enumerate(params.edits):
        if edit.kind in ("place", "pitch") and edit.note is not None and edit.midi is not None:
            pitches[edit.note] = edit.midi
        elif edit.kind == "place" and neck is not None:
            place = _check_place(number, edit, neck)
            pitch = pitches.get(edit.note or "", _heard_midi(edit.note))
            if pitch is not None:
                _check_sounding(number, edit, pitch, place, neck, params.transpose_semitones)
        elif edit.kind == "hand" and edit.fret is not None and edit.fret > params.n_frets and neck is not None:
            raise ParameterError(
                f"edits.{number}.fret is {edit.fret}, but this neck has {neck.n_frets} frets.",
                field=f"edits.{number}.fret",
                value=edit.fret,
                bound=f"from 0 to {neck.last_fret}",
                remedy="Choose a lower fret for the index finger; n_frets tells how many the neck has.",
            )
        elif edit.kind == "add" and edit.fret is not None and edit.midi is not None and neck is not None:
            _check_pitch(number, edit.midi, _check_place(number, edit, neck), neck, params.transpose_semitones)


def _check_place(number: int, edit: TabEdit, neck: Fretboard) -> Place:
    """Return the place of an edit; raise `ParameterError` where the neck has none such."""
    frees = "leave out string and fret: the hand then finds a place" if edit.kind == "add" else "leave out the edit"
    if edit.string is None or edit.fret is None:
        raise ParameterError(
            f"edits.{number} (add) needs string: a fret alone is no place.",
            field=f"edits.{number}.string",
            remedy="Give the string, or leave out the fret: the hand then finds a place.",
        )
    if edit.string > neck.n_strings:
        raise ParameterError(
            f"edits.{number}.string is {edit.string}, but this neck has {neck.n_strings} strings.",
            field=f"edits.{number}.string",
            value=edit.string,
            bound=f"from 1 to {neck.n_strings}",
            remedy=f"Choose a string of this neck, or {frees}.",
        )
    if edit.fret > neck.last_fret:
        above = " above the capo" if neck.capo else ""
        raise ParameterError(
            f"edits.{number}.fret is {edit.fret}, but this neck has {neck.last_fret} frets{above}.",
            field=f"edits.{number}.fret",
            value=edit.fret,
            bound=f"from 0 to {neck.last_fret}",
            remedy=f"Choose a lower fret, or {frees}.",
        )
    return Place(edit.string, edit.fret)


def _heard_midi(name: str | None) -> int | None:
    """Return the pitch that a note is named after, if it is the name of one."""
    found = re.fullmatch(r"(\d{1,3})@\d+", name or "")
    return int(found[1]) if found else None


def _check_sounding(number: int, edit: TabEdit, pitch: int, place: Place, neck: Fretboard, higher: int) -> None:
    """Raise `ParameterError` where a note is to be locked to a place that sounds another pitch."""
    sounding = neck.midi(place) - higher
    if pitch == sounding:
        return
    written = f" in the recording, as everything is written {higher:+d}" if higher else ""
    fits = neck.places(pitch + higher)
    there = next((f"Give fret {each.fret} on that string" for each in fits if each.string == place.string), None)
    others = [f"fret {each.fret} of string {each.string}" for each in fits]
    where = there or (
        f"Give {' or '.join(others)}" if others else "No place of this neck sounds it: leave out the edit"
    )
    raise ParameterError(
        f"edits.{number} (place): string {place.string}, fret {place.fret} sounds {sounding}{written}, but the note "
        f"{edit.note} is {pitch}.",
        field=f"edits.{number}.fret",
        value=place.fret,
        bound=[f"string {each.string}, fret {each.fret}" for each in fits],
        remedy=f'{where}, or give "midi": {sounding} as well to change the pitch.',
    )


def _check_pitch(number: int, midi: int, place: Place, neck: Fretboard, higher: int) -> None:
    """Raise `ParameterError` where a place sounds another pitch than the one that is given."""
    sounding = neck.midi(place) - higher
    if midi == sounding:
        return
    fret = midi + higher - neck.open_midi(place.string)
    there = f"fret {fret} of string {place.string} sounds {midi}. " if 0 <= fret <= neck.last_fret else ""
    written = f" in the recording, as everything is written {higher:+d}" if higher else ""
    raise ParameterError(
        f"edits.{number}.midi is {midi}, but string {place.string}, fret {place.fret} sounds {sounding}{written}.",
        field=f"edits.{number}.midi",
        value=midi,
        bound=sounding,
        remedy=f"Give {sounding}, or another place: {there}Without a fret the pitch tells it.",
    )


def check_times(params: TranscribeParams, duration_s: float) -> None:
    """Raise `ParameterError` for a time beyond the song: bars would be counted up to it, and fill the memory."""
    times = [("first_beat_s", params.first_beat_s, duration_s)]
    for number, edit in enumerate(params.edits):
        times.append((f"edits.{number}.start_s", edit.start_s, duration_s))
        times.append((f"edits.{number}.end_s", edit.end_s, duration_s + RINGS_ON_S))
    for field, time_s, latest_s in times:
        if time_s is not None and time_s > latest_s:
            raise ParameterError(
                f"{field} is {time_s:g}, but must be at most {latest_s:.3f}: the song is {duration_s:.3f} s long.",
                field=field,
                value=time_s,
                bound=f"at most {latest_s:.3f}",
                remedy="Choose a time within the song.",
            )


def neck_of(params: TranscribeParams, profile: Profile) -> Fretboard | None:
    """Return the neck, if the instrument has one."""
    if params.instrument == "drums" and params.transpose_semitones:
        raise ParameterError(
            "Drums cannot be transposed.",
            field="transpose_semitones",
            value=params.transpose_semitones,
            bound=0,
            remedy="Leave it out.",
        )
    if profile.tuning is None:
        idle = {
            name: value
            for name, value in _of_necks(params).items()
            if value != TranscribeParams.model_fields[name].default
        }
        if idle:
            raise ParameterError(
                f"{_listed(idle)} {'means' if len(idle) == 1 else 'mean'} nothing to {params.instrument}, which has no "
                "neck.",
                field=next(iter(idle)),
                value=next(iter(idle.values())),
                remedy=f"Leave {'it' if len(idle) == 1 else 'them'} out, or choose guitar, bass or ukulele.",
            )
        return None
    tuning = tuning_of(params, profile.tuning)
    try:
        return Fretboard(tuning.midi, n_frets=params.n_frets, capo=params.capo)
    except ValueError as error:
        raise ParameterError(
            f"capo is {params.capo}, but n_frets is {params.n_frets}: on a capo there no fret is left to play.",
            field="capo",
            value=params.capo,
            bound=f"from 0 to {params.n_frets - 1}",
            remedy="Put the capo lower, or tell how many frets the neck has (n_frets).",
        ) from error


def _of_necks(params: TranscribeParams) -> dict[str, object]:
    """Return what is asked of a neck or of the hand on it."""
    given = params.model_dump(include={"tuning", "capo", "n_frets", "style", "difficulty", "notation"})
    # a score is all that there is without a neck, whether it is asked for alone or with the tab
    return {name: value for name, value in given.items() if name != "notation" or value == "tab"}


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def tuning_of(params: TranscribeParams, usual: str) -> Tuning:
    """Return the tuning that was asked for, spelled as it was written, or the usual one."""
    names = tuning_names(params.instrument)
    try:
        return read_tuning(usual if params.tuning is None else params.tuning, params.instrument)
    except ValueError as error:
        raise ParameterError(
            f"{error}.",
            field="tuning",
            value=params.tuning,
            bound=names,
            remedy=f"{HOW_TO_WRITE}, or a name: {', '.join(names)}.",
        ) from error


def text_formats_of(params: TranscribeParams) -> tuple[FileFormat, ...]:
    """Return the formats that a draft is asked for, by default those of the usual ones that are text."""
    if "format" not in params.model_fields_set:
        return tuple(kind for kind in params.format if kind in TEXT_FORMATS)
    refused = [kind for kind in params.format if kind not in TEXT_FORMATS]
    if refused:
        raise CombinationError(
            f"A draft holds text alone, and {' and '.join(refused)} {'is' if len(refused) == 1 else 'are'} none.",
            field="format",
            value=list(params.format),
            bound=list(TEXT_FORMATS),
            remedy=f"Ask for {', '.join(TEXT_FORMATS)} alone, or begin a job.",
        )
    return params.format


def edits_of(edits: Sequence[TabEdit]) -> list[Edit]:
    """Return the edits as music knows them."""
    return [_edit(number, each) for number, each in enumerate(edits)]


def _edit(number: int, edit: TabEdit) -> Edit:
    def need(*names: str) -> None:
        for name in names:
            if getattr(edit, name) is None:
                raise ParameterError(
                    f"edits.{number} ({edit.kind}) needs {name}.",
                    field=f"edits.{number}.{name}",
                    remedy=f"Give {', '.join(names)}.",
                )

    if edit.kind == "place":
        need("note", "string", "fret")
        assert edit.note is not None
        assert edit.string is not None
        assert edit.fret is not None
        return PlaceNote(edit.note, Place(edit.string, edit.fret), edit.midi)
    if edit.kind == "delete":
        need("note")
        assert edit.note is not None
        return DeleteNote(edit.note)
    if edit.kind == "pitch":
        need("note", "midi")
        assert edit.note is not None
        assert edit.midi is not None
        return PitchNote(edit.note, edit.midi)
    need("start_s", "end_s", "midi" if edit.kind == "add" else "fret")
    assert edit.start_s is not None
    assert edit.end_s is not None
    if edit.end_s <= edit.start_s:
        raise ParameterError(
            f"edits.{number} ends before it begins.",
            field=f"edits.{number}.end_s",
            value=edit.end_s,
            bound=edit.start_s,
            remedy="Let it end later.",
        )
    if edit.kind == "hand":
        assert edit.fret is not None
        return HandWish(edit.start_s, edit.end_s, edit.fret)
    assert edit.midi is not None
    # of a string alone, any fret will do: the pitch tells which
    place = None if edit.string is None else Place(edit.string, edit.fret or 0)
    return AddNote(PlayedNote(edit.start_s, edit.end_s, edit.midi, edit.velocity), place)
