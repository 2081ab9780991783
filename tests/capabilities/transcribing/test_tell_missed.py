"""What is likely to be missing is told, and only then."""

from __future__ import annotations

from tonmeister.capabilities.transcribing.tell import tell_missed
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
