"""What was asked for: the neck, the edits, and whether they can be."""

from __future__ import annotations

from collections.abc import Sequence

from tonmeister.capabilities.transcribing.params import TabEdit, TranscribeParams
from tonmeister.capabilities.transcribing.profiles import Profile, load_profile
from tonmeister.core.errors import ParameterError
from tonmeister.music.fingering import HandWish
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.retab import AddNote, DeleteNote, Edit, PitchNote, PlaceNote
from tonmeister.music.tab import Place, PlayedNote
from tonmeister.music.tuning_text import HOW_TO_WRITE, Tuning, read_tuning, tuning_names

RINGS_ON_S = 60.0
"""So long after the song a note or a bar may end: its last bar is whole, and slow music has long ones."""


def check_transcribe(params: TranscribeParams) -> None:
    """Raise `ParameterError` for what no song can be transcribed with."""
    neck_of(params, load_profile(params.instrument))
    edits_of(params.edits)


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
        if params.tuning is not None or params.capo:
            raise ParameterError(
                f"tuning and capo mean nothing to {params.instrument}.",
                field="tuning" if params.tuning is not None else "capo",
                value=params.tuning or params.capo,
                remedy="Leave them out, or choose guitar, bass or ukulele.",
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

    place = Place(edit.string, edit.fret) if edit.string is not None and edit.fret is not None else None
    if edit.kind == "place":
        need("note", "string", "fret")
        assert edit.note is not None
        assert place is not None
        return PlaceNote(edit.note, place, edit.midi)
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
    return AddNote(PlayedNote(edit.start_s, edit.end_s, edit.midi, edit.velocity), place)
