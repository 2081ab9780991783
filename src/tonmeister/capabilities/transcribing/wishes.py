"""What was asked for: the neck, the edits, and whether they can be."""

from __future__ import annotations

from collections.abc import Sequence

from tonmeister.capabilities.transcribing.params import FileFormat, TabEdit, TranscribeParams
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


def _check_places(params: TranscribeParams, neck: Fretboard | None) -> None:
    """Raise `ParameterError` where the string and fret of an added note are no place, or sound another pitch."""
    for number, edit in enumerate(params.edits):
        if edit.kind != "add" or edit.fret is None or edit.midi is None or neck is None:
            continue
        if edit.string is None:
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
                remedy="Choose a string of this neck, or leave out string and fret: the hand then finds a place.",
            )
        if edit.fret > neck.last_fret:
            raise ParameterError(
                f"edits.{number}.fret is {edit.fret}, but this neck has {neck.last_fret} frets above the capo.",
                field=f"edits.{number}.fret",
                value=edit.fret,
                bound=f"from 0 to {neck.last_fret}",
                remedy="Choose a lower fret, or leave it out: the pitch then tells the fret.",
            )
        _check_pitch(number, edit.midi, Place(edit.string, edit.fret), neck, params.transpose_semitones)


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
        given = {"tuning": params.tuning, "capo": params.capo or None}
        idle = [name for name, value in given.items() if value is not None]
        if idle:
            raise ParameterError(
                f"{' and '.join(idle)} {'means' if len(idle) == 1 else 'mean'} nothing to {params.instrument}.",
                field=idle[0],
                value=given[idle[0]],
                remedy=f"Leave {'it' if len(idle) == 1 else 'them'} out, or choose guitar, bass or ukulele.",
            )
        return None
    tuning = tuning_of(params, profile.tuning)
    try:
        return Fretboard(tuning.midi, n_frets=params.n_frets, capo=params.capo)
    except ValueError as error:
        raise ParameterError(
            f"This is no neck: {error}.", field="capo", value=params.capo, remedy="Choose fewer frets for the capo."
        ) from error


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
