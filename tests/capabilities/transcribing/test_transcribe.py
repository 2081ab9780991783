"""From sound to tab and files: what was played is written, what is doubtful is told, edits hold."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from capabilities.transcribing.conftest import SCALE, STEP_S, play
from tonmeister import app
from tonmeister.capabilities.transcribing.params import TabEdit, TranscribeParams
from tonmeister.capabilities.transcribing.run import draft
from tonmeister.capabilities.transcribing.wishes import check_transcribe, edits_of
from tonmeister.core.errors import AudioSilentError, CombinationError, DraftError, ParameterError
from tonmeister.core.held import Held
from tonmeister.dsp import synth
from tonmeister.jobs.context import LocalContext
from tonmeister.media.notation.ascii_tab import read_ascii_tab
from tonmeister.media.notation.guitar_pro import read_guitar_pro
from tonmeister.media.notation.midi import read_midi
from tonmeister.media.notation.score_json import read_json
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.retab import PlaceNote
from tonmeister.music.tab import Place
from tonmeister.music.theory import parse_chord, pitch_class
from tonmeister.music.tuning_text import read_tuning

ADDED = {"kind": "add", "midi": 64, "start_s": 0.25, "end_s": 0.5}
PLACED = {"kind": "place", "note": "62@58", "string": 2, "fret": 3}


def test_it_hears_what_was_played(scale_tab):
    found = {(note.midi, round(note.onset_s / STEP_S)) for note in scale_tab.notes}
    played = {(midi, at) for at, midi in enumerate(SCALE)}
    assert len(found & played) >= 0.9 * len(played)
    assert len(scale_tab.notes) <= 1.2 * len(played)
    assert scale_tab.engine == "polyphonic"


def test_every_note_in_the_tab_sounds_its_pitch(scale_tab):
    neck = Fretboard()
    for note in scale_tab.notes:
        if note.string is not None:
            assert neck.midi(Place(note.string, note.fret)) == note.midi
    placed = {note.name for note in scale_tab.notes if note.string is not None}
    left_out = {each.name for each in scale_tab.unfingered if each.reason != "string taken at that place"}
    assert placed | left_out == {note.name for note in scale_tab.notes}
    assert not placed & left_out


def test_the_grid_is_the_beat_that_was_played(scale_tab):
    right = [
        Fraction(note.onset_quarters) == round(note.onset_s / STEP_S)
        for note in scale_tab.notes
        if abs(note.onset_s / STEP_S - round(note.onset_s / STEP_S)) < 0.1
    ]
    assert sum(right) >= 0.95 * len(right)
    assert abs(scale_tab.tempo_bpm - 120) < 1


def test_every_file_holds_the_same_notes(scale_tab):
    files = {each.format: Path(each.file) for each in scale_tab.files}
    assert set(files) == {"midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json"}
    written = [note for note in scale_tab.notes if note.name not in {each.name for each in scale_tab.unfingered}]
    pitches = sorted(note.midi for note in written)
    assert sorted(note.midi for note in read_midi(files["midi"]).parts[0].notes) == pitches
    assert sorted(note.midi for note in read_guitar_pro(files["gp5"]).parts[0].notes) == pitches
    score = read_json(files["json"].read_text(encoding="utf-8"))
    assert sorted(head.midi for _, _, head in score.parts[0].heads) == pitches
    text = read_ascii_tab(files["ascii"].read_text(encoding="utf-8"))
    neck = Fretboard()
    assert sorted(neck.midi(place) for bar in text.bars for column in bar for place in column) == pitches
    assert len(score.bars) == len(scale_tab.bars)


def test_the_performance_is_kept_beside_the_page(scale_tab):
    played = read_midi(Path(next(each.file for each in scale_tab.files if each.format == "midi"))).parts[0].notes
    onsets = sorted(note.onset_s for note in played)
    kept = sorted(note.onset_s for note in scale_tab.notes)
    assert len(onsets) == len(kept)
    assert np.allclose(onsets, kept, atol=0.001), "on the recording's clock"


def test_what_is_not_on_the_page_is_in_the_midi_file_and_told(transcribe, scale, scale_tab):
    edits = [{"kind": "add", "midi": 84, "start_s": at, "end_s": 1.4} for at in (1.2, 1.21, 1.22)]
    for instrument, where, why in (
        ("piano", "score", "same pitch again too soon to be written: 2"),
        ("guitar", "tab", "same pitch twice"),
    ):
        made = transcribe(scale, instrument=instrument, edits=edits, format=("midi", "json"))
        played = read_midi(Path(made.files[0].file)).parts[0].notes
        assert sum(note.midi == 84 for note in played) == 3
        assert len(played) == made.n_notes
        told = next(warning for warning in made.warnings if f"not in the {where}" in warning)
        assert why in told
        assert "C6 at 1.2" in told
        assert "MIDI holds" in told
        digest = made.digest()
        assert digest.rows[0][digest.columns.index(f"not in the {where}")] == str(len(made.unfingered))
        assert told.startswith(f"{len(made.unfingered)} of {made.n_notes} notes")
        assert "unfingered, in the json file and in the result (--json), lists each with the reason" in told
        text = Path(made.files[1].file).read_text("utf-8")
        assert json.loads(text)["unfingered"] == [each.model_dump() for each in made.unfingered]
        assert len(read_json(text).parts[0].unwritten) == len(made.unfingered), "who reads it again minds no list"


def test_the_parameter_tells_how_edits_are_written():
    told = " ".join(TranscribeParams.model_fields["edits"].description.split())
    example = told[told.index("{") : told.rindex("}") + 1]
    assert edits_of([TabEdit(**json.loads(example))]) == [PlaceNote("64@1200", Place(2, 5))]
    values = {"note": "64@1200", "string": 2, "fret": 5, "midi": 64, "start_s": 1.0, "end_s": 2.0}
    for kind in get_args(TabEdit.model_fields["kind"].annotation):
        part = told[told.index(f'"{kind}"') :]
        named = part[part.index("(") + 1 : part.index(")")].split(";")[0].split(", ")
        assert len(edits_of([TabEdit(kind=kind, **{name: values[name] for name in named})])) == 1
        for name in named:
            with pytest.raises(ParameterError, match=f"needs {name}"):
                edits_of([TabEdit(kind=kind, **{other: values[other] for other in named if other != name})])


@pytest.mark.parametrize(
    ("given", "words", "field"),
    [
        ({"tuning": "EADGBE"}, "tuning means nothing to piano, which has no neck. Leave it out", "tuning"),
        ({"capo": 2}, "capo means nothing to piano, which has no neck. Leave it out", "capo"),
        (
            {"tuning": "EADGBE", "capo": 2},
            "tuning and capo mean nothing to piano, which has no neck. Leave them",
            "tuning",
        ),
        ({"style": "open"}, "style means nothing to piano, which has no neck. Leave it out, or choose guitar", "style"),
        ({"difficulty": "easy"}, "difficulty means nothing to piano", "difficulty"),
        ({"notation": "tab"}, "notation means nothing to piano", "notation"),
        ({"n_frets": 24}, "n_frets means nothing to piano", "n_frets"),
        ({"style": "open", "difficulty": "easy", "capo": 1}, "capo, style and difficulty mean nothing", "capo"),
    ],
)
def test_only_what_was_given_is_told_to_mean_nothing(given, words, field):
    with pytest.raises(ParameterError) as caught:
        check_transcribe(TranscribeParams(file="x", instrument="piano", **given))
    assert words in f"{caught.value.message} {caught.value.remedy}"
    assert caught.value.field == field


@pytest.mark.parametrize("instrument", ["piano", "voice", "drums", "any"])
@pytest.mark.parametrize("notation", ["standard", "both"])
def test_the_usual_is_no_wish_of_a_neck(instrument, notation):
    usual = {"tuning": None, "capo": 0, "n_frets": 22, "style": "any", "difficulty": "full"}
    check_transcribe(TranscribeParams(file="x", instrument=instrument, notation=notation, **usual))


def test_the_work_tells_what_it_does_in_words(transcribe, scale):
    told = []

    class Told(LocalContext):
        def progress(self, fraction, stage):
            told.append(stage)
            super().progress(fraction, stage)

    given = {"file": str(scale), "tempo_bpm": 120.0, "first_beat_s": 0.0, "metre": "4/4", "format": ()}
    with Told(transcribe.runner.settings, transcribe.runner.find, seed="") as context:
        draft(TranscribeParams(**given), context, Held())
    assert list(dict.fromkeys(told)) == [
        "Finding beats, chords and sections",
        "Listening for notes",
        "Choosing the notes",
        "Finding fingerings",
        "Writing the files",
        "done",
    ]


def test_less_sensitivity_finds_fewer_notes(transcribe, scale):
    few = transcribe(scale, sensitivity_percent=5, format=())
    many = transcribe(scale, sensitivity_percent=95, format=())
    assert few.n_notes < many.n_notes
    assert {note.name for note in few.notes if note.confidence > 0.97} <= {note.name for note in many.notes}


def test_edits_hold_and_the_rest_is_solved_around_them(transcribe, scale, scale_tab):
    first, second, third = (note for note in scale_tab.notes[:3])
    places = [place for place in Fretboard().places(third.midi) if place.string != third.string]
    edits = [
        {"kind": "delete", "note": first.name},
        {"kind": "place", "note": third.name, "string": places[0].string, "fret": places[0].fret},
        {"kind": "add", "start_s": 0.25, "end_s": 0.5, "midi": 64},
        {"kind": "hand", "start_s": 5.0, "end_s": 9.0, "fret": 9},
        {"kind": "delete", "note": "1@1"},
    ]
    edited = transcribe(scale, edits=edits, format=("json",))
    names = {note.name: note for note in edited.notes}
    assert first.name not in names
    assert second.name in names
    locked = names[third.name]
    assert (locked.string, locked.fret, locked.is_locked) == (places[0].string, places[0].fret, True)
    assert (names["64@250"].confidence, names["64@250"].is_doubtful) == (1.0, False)
    assert any("Edit 5" in warning and "no such note" in warning for warning in edited.warnings)
    stopped = [note for note in edited.notes if 5 <= note.onset_s < 8.5 and note.hand_fret]
    before = {note.name: note for note in scale_tab.notes}
    moved = np.mean([abs(note.hand_fret - 9) for note in stopped])
    assert moved < np.mean([abs(before[note.name].hand_fret - 9) for note in stopped if note.name in before])


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"instrument": "piano", "tuning": "EADGBE"}, "tuning"),
        ({"instrument": "voice", "capo": 2}, "capo"),
        ({"tuning": "loud"}, "tuning"),
        ({"n_frets": 5, "capo": 12}, "capo"),
        ({"edits": [{"kind": "place", "note": "40@0"}]}, "edits.0.string"),
        ({"edits": [{"kind": "pitch", "note": "40@0"}]}, "edits.0.midi"),
        ({"instrument": "drums", "transpose_semitones": 2}, "transpose_semitones"),
        ({"edits": [ADDED | {"string": 1, "fret": 1}]}, "edits.0.midi"),
        ({"edits": [ADDED | {"string": 1, "fret": 0}], "transpose_semitones": 1}, "edits.0.midi"),
        ({"edits": [ADDED | {"string": 1, "fret": 0}], "tuning": "drop C"}, "edits.0.midi"),
        ({"edits": [ADDED | {"string": 7, "fret": 0}]}, "edits.0.string"),
        ({"edits": [ADDED | {"string": 6, "fret": 23}]}, "edits.0.fret"),
        ({"edits": [ADDED | {"fret": 0}]}, "edits.0.string"),
        ({"edits": [{"kind": "hand", "start_s": 2, "end_s": 1, "fret": 3}]}, "edits.0.end_s"),
        ({"edits": [{"kind": "hand", "start_s": 1, "end_s": 2, "fret": 30}]}, "edits.0.fret"),
        ({"edits": [PLACED | {"string": 6, "fret": 5}]}, "edits.0.fret"),
        ({"tempo_bpm": 201.0, "tempo_factor": "double"}, "tempo_bpm"),
        ({"instrument": "piano", "format": ("gp5", "ascii")}, "format"),
        ({"instrument": "drums", "format": ("alphatex",)}, "format"),
        ({"edits": [PLACED | {"string": 7, "fret": 0}]}, "edits.0.string"),
        ({"edits": [PLACED | {"string": 2, "fret": 23}]}, "edits.0.fret"),
        ({"edits": [PLACED], "capo": 2}, "edits.0.fret"),
        ({"edits": [PLACED], "transpose_semitones": 2}, "edits.0.fret"),
        ({"edits": [{"kind": "pitch", "note": "62@58", "midi": 63}, PLACED]}, "edits.1.fret"),
    ],
)
def test_what_cannot_be_is_refused_by_name(transcribe, scale, params, field):
    with pytest.raises(ParameterError) as caught:
        transcribe(scale, **params)
    assert caught.value.field == field
    assert caught.value.remedy
    with pytest.raises(ParameterError):  # at every door, before the work
        app.capability("transcribe").check_early(TranscribeParams(file="any", **params))


def test_a_place_that_sounds_another_pitch_is_refused_with_what_would_do():
    with pytest.raises(ParameterError) as caught:
        check_transcribe(TranscribeParams(file="any", edits=[PLACED | {"string": 6, "fret": 5}]))
    assert "string 6, fret 5 sounds 45, but the note 62@58 is 62" in str(caught.value)
    assert caught.value.remedy == 'Give fret 22 on that string, or give "midi": 45 as well to change the pitch.'
    with pytest.raises(ParameterError, match="Give fret 3 of string 2 or fret 7 of string 3"):
        check_transcribe(TranscribeParams(file="any", n_frets=20, edits=[PLACED | {"string": 6, "fret": 5}]))


def test_a_place_with_its_pitch_or_one_that_sounds_it_is_accepted():
    for edit, more in (
        (PLACED, {}),
        (PLACED | {"fret": 1}, {"capo": 2}),
        (PLACED | {"fret": 5}, {"transpose_semitones": 2}),
        (PLACED | {"string": 6, "fret": 5, "midi": 45}, {}),
        (PLACED | {"string": 6, "fret": 5, "midi": 45}, {"capo": 4}),
        (PLACED, {"instrument": "piano"}),
    ):
        check_transcribe(TranscribeParams(file="any", edits=[edit], **more))
    moved = [PLACED | {"string": 6, "fret": 5, "midi": 45}, PLACED | {"string": 5, "fret": 0}]
    check_transcribe(TranscribeParams(file="any", edits=moved))


def test_an_edit_that_is_not_followed_is_told_with_what_is_in_its_way(transcribe, scale, scale_tab):
    first, second = scale_tab.notes[0], next(note for note in scale_tab.notes if note.midi == 64)
    high = {"kind": "add", "midi": 84, "start_s": second.onset_s, "end_s": second.onset_s + 0.3, "string": 1}
    wrong = f"{first.midi}@{first.name.split('@')[1]}9"
    edits = [
        {"kind": "delete", "note": wrong},
        {"kind": "delete", "note": "low E"},
        {"kind": "hand", "start_s": 1, "end_s": 2, "fret": 20},
        {"kind": "place", "note": second.name, "string": 3, "fret": 5},
        high,
        {"kind": "delete", "note": first.name},
        {"kind": "delete", "note": first.name},
    ]
    told = [each for each in transcribe(scale, edits=edits, capo=4, format=()).warnings if each.startswith("Edit ")]
    assert len(told) == 5
    assert f"Edit 1 (deleting {wrong}) was not followed: no such note; those nearest are " in told[0]
    assert "notes are named by pitch and time, such as " in told[1]
    assert "no such place; this neck has frets 0 to 18 above the capo on fret 4 on strings 1 to 6" in told[2]
    assert told[3].startswith(
        f"Edit 5 (adding) was not followed: out of reach of what is locked, {second.name} (string 3"
    )
    assert told[4].endswith("no such note any more, as edit 6 deletes it.")


def test_a_note_whose_pitch_was_changed_by_hand_is_told_as_told(transcribe, scale, scale_tab):
    note = min(scale_tab.notes, key=lambda each: each.confidence)
    made = transcribe(scale, edits=[{"kind": "pitch", "note": note.name, "midi": note.midi + 1}], format=())
    [changed] = [each for each in made.notes if each.name == note.name]
    assert (note.confidence < 1, changed.confidence, changed.is_doubtful) == (True, 1.0, False)
    same = transcribe(scale, edits=[{"kind": "pitch", "note": note.name, "midi": note.midi}], format=())
    assert next(each for each in same.notes if each.name == note.name).confidence == note.confidence


def test_what_an_added_note_is_said_to_sound_is_told_with_what_its_place_sounds():
    with pytest.raises(ParameterError) as caught:
        check_transcribe(TranscribeParams(file="any", edits=[ADDED | {"string": 2, "fret": 0}]))
    assert (caught.value.value, caught.value.bound) == (64, 59)
    assert "string 2, fret 0 sounds 59" in str(caught.value)
    assert "fret 5 of string 2 sounds 64" in str(caught.value.remedy)


def test_a_note_is_added_to_a_string_at_the_fret_that_sounds_its_pitch(transcribe, scale):
    for more, fret in (({}, 5), ({"tuning": "drop C"}, 7), ({"transpose_semitones": 2}, 7), ({"capo": 3}, 2)):
        check_transcribe(TranscribeParams(file="any", edits=[ADDED | {"string": 2, "fret": fret}], **more))
        made = transcribe(scale, edits=[ADDED | {"string": 2}], format=(), **more)
        [note] = [note for note in made.notes if note.name == "64@250"]
        assert (note.string, note.fret, note.is_locked) == (2, fret, True)


def test_a_draft_makes_texts_and_refuses_others_before_any_work(transcribe, scale):
    given = {"file": str(scale), "tempo_bpm": 120.0, "first_beat_s": 0.0, "metre": "4/4"}
    with LocalContext(transcribe.runner.settings, transcribe.runner.find, seed="") as context:
        made = draft(TranscribeParams(**given), context, Held())
    assert [each.format for each in made.files] == ["musicxml", "alphatex", "ascii", "chordpro", "json"]

    class Idle(LocalContext):
        def run(self, name, params, **others):
            raise AssertionError("nothing is to be done")

        fetch = label = run

    with (
        Idle(transcribe.runner.settings, transcribe.runner.find, seed="") as context,
        pytest.raises(CombinationError) as caught,
    ):
        draft(TranscribeParams(**given, format=("json", "midi", "pdf")), context, Held())
    assert caught.value.field == "format"
    assert "midi and pdf" in str(caught.value)
    assert set(caught.value.bound) == {"musicxml", "alphatex", "ascii", "chordpro", "json", "svg"}


def test_a_tuning_is_read_for_the_instrument_and_spelled_as_it_was_typed(transcribe, scale):
    flats = transcribe(scale, tuning="Eb Bb Eb Ab C Eb", format=())
    assert flats.tuning == "Eb2 Bb2 Eb3 Ab3 C4 Eb4"
    assert transcribe(scale, tuning="eadgbe", format=()).tuning == "guitar"
    assert transcribe(scale, tuning="drop D", format=()).tuning == "guitar drop D"
    with pytest.raises(ParameterError) as caught:
        transcribe(scale, tuning="EADGBX")
    told = str(caught.value)
    assert "'X' names no note" in told
    assert "half step down" in told
    assert told.count("EADGBX") == 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"edits": [{"kind": "add", "midi": 60, "start_s": 1e7, "end_s": 1e7 + 1}]}, "edits.0.start_s"),
        ({"edits": [{"kind": "add", "midi": 60, "start_s": 500, "end_s": 501}]}, "edits.0.start_s"),
        ({"edits": [{"kind": "add", "midi": 60, "start_s": 1, "end_s": 500}]}, "edits.0.end_s"),
        ({"edits": [{"kind": "hand", "fret": 3, "start_s": 1, "end_s": 500}]}, "edits.0.end_s"),
        ({"first_beat_s": 500}, "first_beat_s"),
    ],
)
def test_a_time_beyond_the_song_is_refused_with_its_bound(transcribe, scale, params, field):
    with pytest.raises(ParameterError) as caught:
        transcribe(scale, **params)
    assert caught.value.field == field
    assert str(caught.value.bound) in str(caught.value)
    assert caught.value.remedy


def test_a_note_may_ring_past_the_end(transcribe, scale):
    made = transcribe(scale, edits=[{"kind": "add", "midi": 60, "start_s": 10.5, "end_s": 13}], format=())
    assert any(note.name == "60@10500" for note in made.notes)
    assert len(made.bars) < 10


def test_work_that_is_to_end_ends_between_chords_and_bars(transcribe, scale):
    class Impatient(LocalContext):
        n_told = 0

        def progress(self, fraction, stage):
            self.n_told += fraction == 0.85
            if self.n_told > 5:
                raise DraftError("The draft takes longer than it may.", remedy="Begin a job.")
            super().progress(fraction, stage)

    given = {"file": str(scale), "tempo_bpm": 120.0, "first_beat_s": 0.0, "metre": "4/4", "format": ()}
    with Impatient(transcribe.runner.settings, transcribe.runner.find, seed="") as context:
        for more in ({}, {"instrument": "piano"}):
            with pytest.raises(DraftError):
                draft(TranscribeParams(**given, **more), context, Held())


def test_a_transposed_song_is_the_same_song_higher(transcribe, write_song, scale, scale_tab):
    higher = transcribe(scale, transpose_semitones=3, format=("midi", "json"))
    assert (scale_tab.transpose_semitones, higher.transpose_semitones) == (0, 3)
    assert [note.name for note in higher.notes] == [note.name for note in scale_tab.notes]
    assert [note.midi - 3 for note in higher.notes] == [note.midi for note in scale_tab.notes]
    assert [note.onset_quarters for note in higher.notes] == [note.onset_quarters for note in scale_tab.notes]
    neck = Fretboard()
    assert all(neck.midi(Place(note.string, note.fret)) == note.midi for note in higher.notes if note.string)
    written = read_midi(Path(next(each.file for each in higher.files if each.format == "midi"))).parts[0].notes
    assert sorted(note.midi for note in written) == sorted(note.midi for note in higher.notes)
    chords = [(48, 52, 55, 60), (53, 57, 60, 65), (55, 59, 62, 67), (48, 52, 55, 60)] * 2
    sound = sum(play([chord[voice] for chord in chords for _ in range(4)]) for voice in range(4)) / 4
    path = write_song("chords to transpose", sound)
    plain, moved = (transcribe(path, transpose_semitones=by, format=("chordpro",)) for by in (0, -2))
    assert pitch_class(moved.key.split()[0]) == (pitch_class(plain.key.split()[0]) - 2) % 12

    def roots(made):
        return [parse_chord(symbol).root for bar in made.bars for _, symbol in bar.chords if symbol != "N"]

    assert roots(moved) == [(root - 2) % 12 for root in roots(plain)]
    assert len(roots(moved)) > 3
    assert [each.figure for each in moved.theory.chords] == [each.figure for each in plain.theory.chords]
    assert moved.theory.paragraph != plain.theory.paragraph


def test_a_draft_is_what_a_job_would_make(transcribe, scale):
    first = transcribe(scale, format=())
    edits = [
        {"kind": "delete", "note": first.notes[1].name},
        {"kind": "pitch", "note": first.notes[2].name, "midi": 46},
    ]
    asked = []

    class Asked(LocalContext):
        def run(self, name, params, **others):
            asked.append(name)
            return super().run(name, params, **others)

    held = Held()
    with Asked(transcribe.runner.settings, transcribe.runner.find, seed="") as context:
        for params in ({}, {"edits": edits[:1]}, {"capo": 2}, {"edits": edits}, {"transpose_semitones": 1}):
            given = {
                "file": str(scale),
                "tempo_bpm": 120.0,
                "first_beat_s": 0.0,
                "metre": "4/4",
                "format": (),
                **params,
            }
            assert draft(TranscribeParams(**given), context, held) == transcribe(scale, format=(), **params)
    assert asked == ["analyze", "listen"], "nothing is asked for twice"


def test_files_that_cannot_be_are_told_and_the_others_made(transcribe, scale):
    made = transcribe(scale, instrument="piano", format=("midi", "gp5", "ascii"))
    assert [each.format for each in made.files] == ["midi"]
    assert sum("gp5" in warning or "ascii" in warning for warning in made.warnings) == 2
    assert all(note.string is None for note in made.notes)
    asked = transcribe(scale, instrument="piano", suggest_setups=True, format=())
    assert any("suggest_setups was not followed" in warning for warning in asked.warnings)
    assert not any("suggest_setups" in warning for warning in made.warnings)


def test_a_tempo_beyond_a_format_is_told(transcribe, scale):
    made = transcribe(scale, tempo_bpm=360, format=("gp5", "midi"))
    [told] = [each for each in made.warnings if "gp5" in each]
    assert told.startswith(
        "All bars of the gp5 file are written at 320 BPM, not 360: it holds tempi from 20 to 320 BPM."
    )
    assert not any("gp5" in each for each in transcribe(scale, tempo_bpm=360, format=("midi",)).warnings)


def test_a_capo_counts_frets_from_itself(transcribe, scale):
    made = transcribe(scale, capo=4, format=())
    neck = Fretboard(capo=4)
    assert {each.reason for each in made.unfingered} >= {"out of range"}
    for note in made.notes:
        if note.string is not None:
            assert neck.midi(Place(note.string, note.fret)) == note.midi


def test_a_single_voice_is_heard_as_one(transcribe, write_song):
    t_s = np.arange(round(0.5 * 22050)) / 22050
    tones = []
    for midi in (57, 60, 64, 62, 60, 57):
        hz = 440 * 2 ** ((midi - 69) / 12)
        tones.append(sum(np.sin(2 * np.pi * hz * k * t_s) / k**1.5 for k in range(1, 8)) * np.hanning(len(t_s)) ** 0.3)
    sung = transcribe(write_song("sung", 0.2 * np.concatenate(tones)[None]), instrument="voice", format=("midi",))
    assert sung.engine == "monophonic"
    assert [note.midi for note in sung.notes] == [57, 60, 64, 62, 60, 57]
    ends = [note.offset_s for note in sung.notes]
    assert all(end <= later.onset_s + 1e-6 for end, later in zip(ends, sung.notes[1:], strict=False))


def test_silence_is_refused_and_noise_gives_no_tune(transcribe, write_song):
    with pytest.raises(AudioSilentError):
        transcribe(write_song("silence", np.zeros((1, 44100))))
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (1, 5 * 22050))
    made = transcribe(write_song("noise", noise), tempo_bpm=None, first_beat_s=None, metre=None, format=("json",))
    assert made.n_notes <= 5
    assert made.warnings


def test_drums_and_noise_are_not_taken_for_one_another(transcribe, write_song):
    rng, rate = np.random.default_rng(2), 44_100
    sound = np.zeros((1, 9 * rate), np.float32)
    for beat in range(16):
        strike = synth.kick(rate, rng) if beat % 2 == 0 else synth.snare(rate, rng)
        start = round(0.5 * beat * rate)
        sound[:, start : start + strike.shape[1]] += strike[:, : sound.shape[1] - start]
    drums = write_song("drums alone", 0.5 * sound / np.abs(sound).max(), rate)
    made = transcribe(drums, instrument="guitar", format=())
    assert made.n_notes <= 2
    assert any("No notes were found" in warning or "no clear pitches" in warning for warning in made.warnings)
    noise = write_song("hiss", rng.uniform(-0.1, 0.1, (1, 5 * rate)), rate)
    struck = transcribe(noise, instrument="drums", format=())
    assert struck.n_notes <= 3
    assert struck.n_notes or any("No drums were found" in warning for warning in struck.warnings)


def test_percussion_heard_as_a_guitar_is_sent_to_the_drums(transcribe, shared_audio):
    free = {"tempo_bpm": None, "first_beat_s": None, "metre": None, "format": ()}
    made = transcribe(shared_audio / "synth" / "d1_rock_peatfire" / "drums.ogg", **free)
    assert (made.n_notes, made.key, made.tempo_bpm is None) == (0, None, False)
    assert any("There is a beat, but no tones" in text and "--instrument drums" in text for text in made.warnings)
    assert not any("steady tone" in text or "More sensitivity" in text for text in made.warnings)


def test_of_noise_no_notes_are_said_to_be_missing(transcribe, write_song):
    noise = np.random.default_rng(3).normal(0, 0.1, (1, 20 * 44_100))
    free = {"tempo_bpm": None, "first_beat_s": None, "metre": None, "format": ()}
    made = transcribe(write_song("long noise", noise, 44_100), **free)
    assert made.n_notes, "there would be nothing to be told of"
    assert any("is chance" in text for text in made.warnings)
    assert made.n_doubtful == made.n_notes == sum(note.is_doubtful for note in made.notes)
    assert not any("likely to be missing" in text for text in made.warnings)


@pytest.mark.parametrize("n_channels", [2, 6])
def test_drums_whose_sides_cancel_are_heard(transcribe, write_song, n_channels):
    rng, rate = np.random.default_rng(2), 44_100
    sound = np.zeros((n_channels, 6 * rate), np.float32)
    for beat in range(10):
        strike = synth.kick(rate, rng)[0]
        start = round((0.25 + 0.5 * beat) * rate)
        sound[0, start : start + len(strike)] += 0.5 * strike
    sound[1] = -sound[0]
    made = transcribe(write_song(f"cancelling {n_channels}", sound, rate), instrument="drums", format=())
    assert made.n_notes >= 10


def test_what_is_no_music_is_told_in_words_that_fit_the_instrument(transcribe, write_song):
    quiet = write_song("hum", 0.01 * np.sin(2 * np.pi * 50 * np.arange(4 * 22050) / 22050)[None])
    told = {name: transcribe(quiet, instrument=name, format=()) for name in ("drums", "ukulele")}
    assert told["drums"].n_notes == told["ukulele"].n_notes == 0
    assert "kick, snare and hi-hat" in told["drums"].warnings[-1]
    assert not any("pitch" in warning for warning in told["drums"].warnings if "drums" in warning)
    assert "pitch within the instrument's range" in told["ukulele"].warnings[-1]
    for made in told.values():
        assert not any("bars are counted" in warning for warning in made.warnings), "there is nothing to count"


def test_a_tone_that_is_taken_for_no_note_is_told_and_so_is_an_empty_file(transcribe, write_song):
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(5 * 44_100) / 44_100)
    path = write_song("tone", tone[None], 44_100)
    free = {"tempo_bpm": None, "first_beat_s": None, "metre": None, "format": ("midi", "json")}
    made = transcribe(path, instrument="any", **free)
    assert made.n_notes == 0
    assert any("No notes were found that sound played: the likeliest, A4 at" in warning for warning in made.warnings)
    assert not any("nothing in it has a pitch" in warning for warning in made.warnings)
    assert "There is no note in the files written: midi, json." in made.warnings
    sung = transcribe(path, instrument="voice", **free)
    assert [note.midi for note in sung.notes] == [69]
    assert not any("There is no note" in warning for warning in sung.warnings)


def test_a_voice_that_glides_is_told_to_be_speech(transcribe, write_song):
    rate = 22_050
    t_s = np.arange(rate // 4) / rate
    spoken, sung = [], []
    for n in range(24):
        low = 52 + n % 5
        fall = low + 5 * (1 - t_s / t_s[-1])
        for sound, midi in ((spoken, fall), (sung, np.full_like(t_s, low))):
            cycles = np.cumsum(440 * 2 ** ((midi - 69) / 12)) / rate
            wave = sum(np.sin(2 * np.pi * k * cycles) / k**1.5 for k in range(1, 8))
            sound.append(wave * np.hanning(len(t_s)) ** 0.3)
    free = {"tempo_bpm": None, "first_beat_s": None, "metre": None, "instrument": "voice", "format": ()}
    speech = transcribe(write_song("spoken", 0.2 * np.concatenate(spoken)[None]), **free)
    song = transcribe(write_song("held", 0.2 * np.concatenate(sung)[None]), **free)
    assert any("glides as in speech" in warning for warning in speech.warnings)
    assert not any("glides" in warning for warning in song.warnings)


def test_one_second_is_enough_for_an_honest_answer(transcribe, write_song):
    made = transcribe(write_song("short", play((52, 59))[:, :22050]), tempo_bpm=None, first_beat_s=None, metre=None)
    assert made.tempo_bpm is None
    assert any("No beat" in warning for warning in made.warnings)
    assert json.loads(made.model_dump_json())["n_notes"] == len(made.notes) >= 1


def test_the_network_runs_once_a_song(transcribe, scale, monkeypatch):
    from tonmeister.capabilities.listening import run

    heard = []
    hear = run.hear_notes
    monkeypatch.setattr(run, "hear_notes", lambda *given, **named: heard.append(1) or hear(*given, **named))
    transcribe(scale, format=())
    assert heard == [1]


def test_drums_are_written_as_general_midi_has_them(transcribe, write_song):
    rng = np.random.default_rng(2)
    rate = 44_100
    sound = np.zeros((1, 9 * rate), np.float32)
    for beat in range(16):
        strike = synth.kick(rate, rng) if beat % 2 == 0 else synth.snare(rate, rng)
        start = round((0.5 * beat + 0.1) * rate)
        sound[:, start : start + strike.shape[1]] += strike[:, : sound.shape[1] - start]
    path = write_song("beat", 0.5 * sound / np.abs(sound).max(), rate)
    formats = ("midi", "json", "musicxml", "alphatex", "svg")
    made = transcribe(path, instrument="drums", first_beat_s=0.1, format=formats)
    assert made.engine == "drums"
    kicks = [note for note in made.notes if note.midi == 36]
    snares = [note for note in made.notes if note.midi == 38]
    assert {round((note.onset_s - 0.1) * 2) for note in kicks} >= set(range(0, 16, 2))
    assert len({round((note.onset_s - 0.1) * 2) for note in snares} & set(range(1, 16, 2))) >= 7
    files = {each.format: Path(each.file) for each in made.files}
    assert set(files) == {"midi", "json", "musicxml", "svg"}
    assert any("alphatex" in warning for warning in made.warnings)
    assert any("Only kick, snare and hi-hat are told apart" in warning for warning in made.warnings)
    assert read_midi(files["midi"]).parts[0].is_drums
    assert read_json(files["json"].read_text(encoding="utf-8")).parts[0].is_drums
    sheet = files["musicxml"].read_text(encoding="utf-8")
    assert "<sign>percussion</sign>" in sheet
    assert "<unpitched>" in sheet
    assert "<pitch>" not in sheet


def test_theory_and_setups_are_told_where_they_are_asked_for(transcribe, write_song):
    chords = [(48, 52, 55, 60), (53, 57, 60, 65), (55, 59, 62, 67), (48, 52, 55, 60)] * 2
    sound = sum(play([chord[voice] for chord in chords for _ in range(4)]) for voice in range(4)) / 4
    made = transcribe(write_song("chords", sound), suggest_setups=True, format=("chordpro",))
    assert made.theory is not None
    assert made.theory.paragraph
    assert {each.figure[:2].rstrip("67") for each in made.theory.chords} & {"I", "IV", "V"}
    assert made.setups
    printed = [sentence for sentence in made.digest().sentences if ": setup " in sentence]
    assert len(printed) == len(made.setups)
    assert made.setups[0].tuning in printed[0]
    assert sum("as chosen" in sentence for sentence in printed) <= 1
    low = transcribe(write_song("chords", sound), suggest_setups=True, tuning="whole step down", capo=2, format=())
    for each in (made, low):
        strings = [
            tuple(string + setup.capo for string in read_tuning(setup.tuning, "guitar").midi) for setup in each.setups
        ]
        assert len(set(strings)) == len(strings), "no two answers sound and feel alike"
    assert ("guitar whole step down", 2) in {(setup.tuning, setup.capo) for setup in low.setups}
    assert "guitar" not in {setup.tuning for setup in low.setups if not setup.capo}, (
        "which would be the chosen one again"
    )
    assert [each.n_left_out for each in made.setups] == sorted(each.n_left_out for each in made.setups)
    assert "| " in Path(made.files[0].file).read_text(encoding="utf-8")


def test_chords_that_are_to_be_one_voice_are_told(transcribe, write_song, scale):
    chords = [(48, 55, 63), (50, 57, 65), (52, 58, 66)] * 3
    sound = sum(play([chord[voice] for chord in chords]) for voice in range(3)) / 3
    told = "single voice was asked for"
    made = transcribe(write_song("triads", sound), voices="one", format=())
    assert made.engine == "monophonic"
    assert any(told in warning for warning in made.warnings)
    assert not any(told in warning for warning in transcribe(scale, voices="one", format=()).warnings)


@pytest.mark.parametrize(
    ("file", "instrument", "is_line"),
    [
        ("annotated/vocadito_1/vocadito_1.wav", "voice", True),
        ("annotated/vocadito_1/vocadito_1.wav", "guitar", True),
        ("synth/d2_waltz_blaenwern/bass.ogg", "bass", True),
        ("synth/d5_guitar_bn1_129_eb/guitar.ogg", "guitar", False),
        ("synth/d7_guitar_carcassi_op60_2/guitar.ogg", "guitar", False),
    ],
)
def test_chords_that_a_single_line_implies_are_not_written_as_heard(
    transcribe, shared_audio, file, instrument, is_line
):
    free = {"tempo_bpm": None, "first_beat_s": None, "metre": None, "format": ("chordpro",)}
    made = transcribe(shared_audio / file, instrument=instrument, **free)
    assert {each.label for each in made.theory.chords} - {"N"}, "there would be nothing to be told of"
    assert made.theory.is_implied == is_line
    assert made.theory.paragraph.startswith("A single line sounds and no chords") == is_line
    assert any("No chord names are written" in text for text in made.warnings) == is_line
    written = re.findall(r"\[([^]]+)\]", Path(made.files[0].file).read_text("utf-8"))
    assert (set(written) == {"N.C."}) == is_line
    assert any(bar.chords for bar in made.bars) != is_line
