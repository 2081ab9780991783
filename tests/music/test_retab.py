"""Edits to a tab: what the player says holds, the rest is solved again, soon."""

from __future__ import annotations

import random
import time

import pytest

from tonmeister.music import fingering_path
from tonmeister.music.fingering import HandWish
from tonmeister.music.fretboard import TUNINGS, Fretboard, is_reachable
from tonmeister.music.retab import AddNote, DeleteNote, PitchNote, PlaceNote, Retab, edit_notes, name_note
from tonmeister.music.tab import Place, PlayedNote


def tune(n_notes: int, seed: int = 1) -> list[PlayedNote]:
    """Chords and runs over the whole neck."""
    rng = random.Random(seed)
    notes = []
    at_s = 0.0
    while len(notes) < n_notes:
        root = rng.choice((40, 43, 45, 47, 50, 52, 55, 57, 60, 64, 67, 71))
        steps = rng.choice(((0,), (0,), (0, 7), (0, 7, 12), (0, 7, 12, 16)))
        notes.extend(PlayedNote(at_s, at_s + 0.3, root + step) for step in steps)
        at_s += 0.25
    return notes


def test_a_place_holds_and_takes_the_pitch_that_is_given_with_it():
    song = [PlayedNote(0.0, 0.5, 45), PlayedNote(0.5, 1.0, 64)]
    edited, fingering = Retab(song, Fretboard()).solve([PlaceNote("64@500", Place(2, 7), 66)])
    assert edited.notes[1].midi == 66
    assert edited.retuned == {1}
    assert edited.names == ("45@0", "64@500")
    assert fingering.places[1] == Place(2, 7)
    assert edited.locks == {1: Place(2, 7)}


def test_a_place_that_sounds_another_pitch_changes_none():
    song = [PlayedNote(0.0, 0.5, 45), PlayedNote(0.5, 1.0, 62)]
    edited, fingering = Retab(song, Fretboard()).solve([PlaceNote("62@500", Place(6, 5))])
    assert [(each.edit, each.reason) for each in edited.unfit] == [(0, "another pitch sounds there")]
    assert edited.locks == {}
    assert edited.notes[1].midi == 62
    assert Fretboard().midi(fingering.places[1]) == 62
    retuned = [PitchNote("62@500", 45), PlaceNote("62@500", Place(6, 5))]
    assert Retab(song, Fretboard()).solve(retuned)[0].locks == {1: Place(6, 5)}, "it has that pitch by now"


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (Place(2, 3), Place(1, 13), "out of reach of what is locked"),
        (Place(2, 3), Place(2, 6), "another note is locked on that string"),
    ],
)
def test_what_is_in_the_way_of_a_place_is_named(first, second, reason):
    song = [PlayedNote(0.058, 0.5, 62), PlayedNote(0.058, 0.5, Fretboard().midi(second))]
    edits = [PlaceNote("62@58", first), PlaceNote(name_note(song[1]), second)]
    [unfit] = Retab(song, Fretboard()).solve(edits)[0].unfit
    assert (unfit.edit, unfit.reason, unfit.beside) == (1, reason, ("62@58",))


def test_a_hand_beyond_the_neck_is_not_followed():
    song = [PlayedNote(0.0, 0.5, 64)]
    edited, _ = Retab(song, Fretboard(capo=10)).solve([HandWish(0.0, 1.0, 12), HandWish(0.0, 1.0, 13)])
    assert edited.wishes == (HandWish(0.0, 1.0, 12),)
    assert [(each.edit, each.reason) for each in edited.unfit] == [(1, "no such place")]


def test_notes_come_and_go():
    song = [PlayedNote(0.0, 0.5, 45), PlayedNote(0.5, 1.0, 64)]
    desk = Retab(song, Fretboard())
    edits = [DeleteNote("45@0"), AddNote(PlayedNote(0.25, 0.4, 52), Place(4, 2)), AddNote(PlayedNote(2.0, 2.5, 60))]
    edited, fingered = desk.solve(edits)
    assert edited.names == ("52@250", "64@500", "60@2000")
    assert fingered.places[0] == Place(4, 2)
    assert all(fingered.places)
    assert desk.solve()[0].names == ("45@0", "64@500")


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (PlaceNote("1@1", Place(1, 0)), "no such note"),
        (DeleteNote("1@1"), "no such note"),
        (PlaceNote("45@0", Place(1, 40)), "no such place"),
        (AddNote(PlayedNote(0.0, 1.0, 45)), "already added"),
        (AddNote(PlayedNote(0.01, 1.0, 47), Place(5, 2)), "another note is locked on that string"),
    ],
)
def test_what_cannot_be_followed_is_told_and_changes_nothing(edit, reason):
    song = [PlayedNote(0.0, 0.5, 45), PlayedNote(0.5, 1.0, 64)]
    edits = [PlaceNote("45@0", Place(5, 0)), edit]
    edited, fingered = Retab(song, Fretboard()).solve(edits)
    assert [(each.edit, each.reason) for each in edited.unfit] == [(1, reason)]
    assert edited.names == ("45@0", "64@500")
    assert fingered.places[0] == Place(5, 0)


def test_without_a_neck_nothing_can_be_placed():
    edited = edit_notes([PlayedNote(0.0, 1.0, 60)], [PlaceNote("60@0", Place(1, 1)), HandWish(0, 1, 5)])
    assert [each.reason for each in edited.unfit] == ["no neck", "no neck"]
    assert edited.notes[0].midi == 60


def test_the_hand_goes_where_it_is_asked_to_be():
    song = [PlayedNote(0.5 * at, 0.5 * at + 0.4, midi) for at, midi in enumerate((60, 62, 64, 65, 67, 65, 64, 62) * 4)]
    desk = Retab(song, Fretboard())
    low = desk.solve()[1].hand_frets
    wished = desk.solve([HandWish(4.0, 12.0, 8)])[1].hand_frets
    asked = [at for at, note in enumerate(song) if 4.0 <= note.onset_s < 12.0]
    assert sum(abs(wished[at] - 8) for at in asked) < sum(abs(low[at] - 8) for at in asked)
    assert all(abs(wished[at] - 8) <= 4 for at in asked[1:-1])


@pytest.mark.parametrize("seed", range(5))
def test_any_edits_leave_a_tab_that_can_be_played(seed):
    rng = random.Random(seed)
    song = tune(120, seed)
    desk = Retab(song, Fretboard(capo=rng.choice((0, 0, 2))))
    names = [name_note(note) for note in song]
    edits = []
    for _ in range(25):
        name = rng.choice(names)
        at_s = rng.uniform(0, 20)
        place = Place(rng.randint(1, 6), rng.randint(0, 15))
        edits.append(
            rng.choice(
                (
                    PlaceNote(name, place, rng.choice((None, desk.fretboard.midi(place)))),
                    DeleteNote(name),
                    AddNote(PlayedNote(at_s, at_s + 0.2, rng.randint(38, 90))),
                    HandWish(at_s, at_s + 3, rng.randint(1, 12)),
                )
            )
        )
    edited, fingered = desk.solve(edits)
    for at, place in edited.locks.items():
        assert fingered.places[at] == place
    by_time: dict[float, list[Place]] = {}
    for note, place in zip(edited.notes, fingered.places, strict=True):
        if place is not None:
            assert desk.fretboard.midi(place) == note.midi
            by_time.setdefault(note.onset_s, []).append(place)
    assert all(is_reachable(places) for places in by_time.values())
    left_out = {each.note for each in fingered.left_out}
    assert left_out == {at for at, place in enumerate(fingered.places) if place is None}


def test_a_transposed_tab_keeps_the_names_and_sounds_higher():
    song = [PlayedNote(0.5 * at, 0.5 * at + 0.4, midi) for at, midi in enumerate((60, 62, 64, 65))]
    edits = [
        PitchNote("62@500", 61),
        AddNote(PlayedNote(3.0, 3.5, 67)),
        PlaceNote("64@1000", Place(2, 7), 64),
        DeleteNote("65@1500"),
    ]
    edited, fingered = Retab(song, Fretboard(), transpose_semitones=2).solve(edits)
    assert edited.unfit == ()
    assert edited.names == ("60@0", "62@500", "64@1000", "67@3000")
    assert [note.midi for note in edited.notes] == [62, 63, 66, 69], "places are those of the neck"
    assert [Fretboard().midi(place) for place in fingered.places] == [62, 63, 66, 69]
    assert edit_notes(song, edits[:2], transpose_semitones=2).notes[-1].midi == 69
    too_high = edit_notes(song, [AddNote(PlayedNote(3.0, 3.5, 126)), PitchNote("60@0", 127)], transpose_semitones=2)
    assert [each.reason for each in too_high.unfit] == ["no such pitch", "no such pitch"]


def test_a_place_with_its_pitch_holds_on_another_neck():
    song = [PlayedNote(0.0, 0.5, 59)]
    edits = [PlaceNote("59@0", Place(3, 4), 59)]

    def placed(neck, higher=0):
        edited, fingered = Retab(song, neck, transpose_semitones=higher).solve(edits)
        assert edited.notes[0].midi == 59 + higher
        return fingered.places[0], 0 in edited.locks

    assert placed(Fretboard()) == (Place(3, 4), True)
    assert placed(Fretboard(capo=3)) == (Place(3, 1), True)
    assert placed(Fretboard(), higher=2) == (Place(3, 6), True)
    assert placed(Fretboard(TUNINGS["guitar DADGAD"])) == (Place(3, 4), True)
    place, is_locked = placed(Fretboard(capo=5))
    assert (is_locked, Fretboard(capo=5).midi(place)) == (False, 59), "below that string's first note"


def test_another_pitch_frees_the_place():
    song = [PlayedNote(0.0, 0.5, 64)]
    edited, fingered = Retab(song, Fretboard()).solve([PlaceNote("64@0", Place(2, 5)), PitchNote("64@0", 65)])
    assert edited.locks == {}
    assert Fretboard().midi(fingered.places[0]) == edited.notes[0].midi == 65


@pytest.mark.parametrize("kept", [3, 0])
def test_what_is_remembered_changes_no_answer(kept, monkeypatch):
    monkeypatch.setattr(fingering_path, "_KEPT_STEPS", kept)
    rng = random.Random(8)
    song = tune(90, 3)
    names = [name_note(note) for note in song]
    desk, edits = Retab(song, Fretboard()), []
    for at in range(20):
        name, at_s = rng.choice(names), rng.uniform(0, 15)
        place = Place(rng.randint(1, 6), rng.randint(0, 15))
        edits += [
            (
                PlaceNote(name, place, Fretboard().midi(place)),
                DeleteNote(name),
                AddNote(PlayedNote(at_s, at_s + 0.2, rng.randint(45, 80))),
                HandWish(at_s, at_s + 3, rng.randint(1, 12)),
            )[at % 4]
        ]
        for n_followed in (len(edits), rng.randint(0, len(edits))):  # forwards, and somewhere back
            assert desk.solve(edits[:n_followed]) == Retab(song, Fretboard()).solve(edits[:n_followed])


def test_a_long_song_is_solved_again_in_less_time_than_anew():
    song = tune(1500)
    began = time.process_time()
    desk = Retab(song, Fretboard())
    desk.solve()
    anew = time.process_time() - began
    names = [name_note(note) for note in song]
    best = float("inf")
    for at in (100, 400, 700):
        edits = [DeleteNote(names[at]), AddNote(PlayedNote(7.1, 7.3, 64))]
        began = time.process_time()
        desk.solve(edits)
        best = min(best, time.process_time() - began)
    assert best < anew


def test_a_bent_note_is_stopped_by_a_finger_and_not_locked():
    song = [PlayedNote(0.0, 0.5, 64), PlayedNote(1.0, 1.5, 64)]
    song = Retab(song, Fretboard())
    assert [place.fret for place in song.solve()[1].places] == [0, 0]
    edited, fingering = song.solve(bent={"64@1000"})
    assert fingering.places[1].fret > 0
    assert Fretboard().midi(fingering.places[1]) == 64
    assert edited.locks == {}


def test_a_bent_note_stays_open_where_no_other_string_has_it():
    _, fingering = Retab([PlayedNote(0.0, 0.5, 40)], Fretboard()).solve(bent={"40@0"})
    assert fingering.places[0].fret == 0
