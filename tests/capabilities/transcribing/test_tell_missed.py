"""What is likely to be missing, or to be chance, is told, and only then."""

from __future__ import annotations

from tonmeister.capabilities.transcribing.arrange import Frame, arrange
from tonmeister.capabilities.transcribing.hearing import HeardSong
from tonmeister.capabilities.transcribing.tell import tell_doubts, tell_missed, tell_notes
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap
from tonmeister.music.retab import AddNote
from tonmeister.music.tab import PlayedNote

HIGH, LOW = PlayedNote(0.0, 0.5, 60, 90), PlayedNote(0.5, 1.0, 30, 90)


def test_a_share_that_is_likely_missing_is_told():
    (told,) = tell_missed(0.36, [HIGH], "any")
    assert "36 % of the notes" in told


def test_the_lowest_notes_are_told_to_be_hard():
    (told,) = tell_missed(0.05, [HIGH, LOW], "guitar")
    assert told.startswith("1 of 2 notes")
    assert "B1" in told


def test_nothing_is_told_of_what_is_clear_struck_or_empty():
    assert tell_missed(0.1, [HIGH], "piano") == ()
    assert tell_missed(0.5, [LOW], "drums") == ()
    assert tell_missed(0.5, [], "guitar") == ()


def test_nothing_is_said_to_be_missing_where_it_may_be_no_music():
    assert tell_missed(0.75, [HIGH, LOW], "guitar", is_tuneless=True) == ()


def test_what_is_heard_in_no_music_is_doubtful_and_what_a_player_adds_is_not():
    heard = HeardSong((HIGH, LOW), (0.95, 0.9))
    frame = Frame("Hiss", "", TimeMap((0.0, 0.5)), Metre(), 0)
    made = arrange(heard, frame, part_name="Notes", program=0, edits=(AddNote(PlayedNote(1.0, 1.5, 64)),))
    assert [note.is_doubtful for note in tell_notes(made)] == [False, False, False]
    assert [note.is_doubtful for note in tell_notes(made, is_tuneless=True)] == [True, True, False]
    (told,) = tell_doubts(made, "any", is_tuneless=True, is_beat_alone=False)
    assert told.endswith("every note that was heard is doubtful.")
    assert tell_doubts(made, "any", is_tuneless=False, is_beat_alone=False) == ()
