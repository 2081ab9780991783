"""What is not written for want of room is told, with the reason that holds."""

from __future__ import annotations

from tonmeister.capabilities.transcribing.arrange import Arrangement, Frame, arrange
from tonmeister.capabilities.transcribing.hearing import HeardSong
from tonmeister.capabilities.transcribing.tell import tell_unfingered
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap
from tonmeister.music.retab import PlaceNote, Retab
from tonmeister.music.tab import Place, PlayedNote


def written(notes: tuple[PlayedNote, ...], edits: tuple[PlaceNote, ...]) -> Arrangement:
    heard = HeardSong(notes, (1.0,) * len(notes))
    frame = Frame("Song", "", TimeMap(tuple(0.5 * at for at in range(9))), Metre(), 0)
    retab = Retab(notes, Fretboard())
    return arrange(heard, frame, part_name="Guitar", program=25, retab=retab, smallest="1/4", edits=edits)


def test_a_pitch_struck_again_on_another_string_is_told_as_a_taken_string():
    notes = (PlayedNote(0.0, 0.05, 53), PlayedNote(0.1, 0.5, 53), PlayedNote(1.0, 1.5, 60))
    made = written(notes, (PlaceNote("53@0", Place(4, 3)), PlaceNote("53@100", Place(5, 8))))
    assert [(each.name, each.reason) for each in tell_unfingered(made)] == [("53@100", "string taken at that place")]


def test_a_note_beyond_reach_of_what_is_written_beside_it_is_told_so():
    notes = (PlayedNote(0.0, 0.05, 41), PlayedNote(0.1, 0.5, 76), PlayedNote(1.0, 1.5, 60))
    made = written(notes, (PlaceNote("41@0", Place(6, 1)), PlaceNote("76@100", Place(1, 12))))
    assert [(each.name, each.reason) for each in tell_unfingered(made)] == [("76@100", "out of reach")]
