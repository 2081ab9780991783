"""How sure a bend is: told with the note, and as a warning where it may be something else."""

from __future__ import annotations

from tonmeister.capabilities.transcribing.arrange import Frame, arrange
from tonmeister.capabilities.transcribing.hearing import HeardSong
from tonmeister.capabilities.transcribing.tell import tell_doubtful_bends, tell_notes
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.glides import Rise
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap
from tonmeister.music.retab import Retab
from tonmeister.music.tab import PlayedNote
from tonmeister.music.techniques import Contour


def told(*likelihoods: float | None):
    notes = tuple(PlayedNote(0.5 * at, 0.5 * at + 0.4, 66 + at) for at in range(len(likelihoods)))
    contours = {
        at: Contour((), (), is_followed=True, rise=Rise(0.1, 0.2, 200.0, None, likely) if likely is not None else None)
        for at, likely in enumerate(likelihoods)
    }
    heard = HeardSong(notes, (0.9,) * len(notes), contours)
    frame = Frame("Bent", "", TimeMap((0.0, 0.5)), Metre(), 0)
    made = arrange(heard, frame, part_name="Guitar", program=25, retab=Retab(notes, Fretboard()))
    return tell_notes(made)


def test_a_bend_tells_how_sure_it_is():
    notes = told(0.95, None, 0.6)
    assert [note.techniques for note in notes] == [("bend",), (), ("bend",)]
    assert [note.bend_confidence for note in notes] == [0.95, None, 0.6]
    assert [note.is_bend_doubtful for note in notes] == [False, False, True]
    assert not any(note.is_doubtful for note in notes)


def test_doubtful_bends_are_warned_of():
    assert tell_doubtful_bends(told(0.95, None)) == ()
    (said,) = tell_doubtful_bends(told(0.95, 0.6))
    assert said.startswith("1 of 2 bends is doubtful: G4 at 0.50 s may be a slide")
    (said,) = tell_doubtful_bends(told(0.6, 0.6, 0.6, 0.6))
    assert said.startswith("4 of 4 bends are doubtful: such as F#4 at 0.00 s, ")
