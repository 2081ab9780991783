"""Bends: joined where one string glides, never made up where another note begins."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.capabilities.transcribing.gliding import follow_ridge, join_chordal, join_line
from tonmeister.capabilities.transcribing.hearing import HeardSong, hear_chords
from tonmeister.capabilities.transcribing.profiles import least_likely, load_profile
from tonmeister.engines.note_judges import load_judge
from tonmeister.engines.note_network import NotePosteriors, hear_notes, rate_in_tune
from tonmeister.engines.pitch_tracker import PitchTrack
from tonmeister.media.reader import read_audio
from tonmeister.media.resample import resample_blocks
from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.tab import PlayedNote
from tonmeister.music.techniques import find_techniques

N_FRAMES = 100


def posteriors(*voices) -> NotePosteriors:
    """Return contours of voices, each a function of the frame that gives pitch and strength."""
    contour = np.full((N_FRAMES, 264), 0.1, np.float32)
    bins = np.arange(264)
    for voice in voices:
        for frame in range(N_FRAMES):
            midi, strength = voice(frame)
            peak = strength * np.exp(-0.5 * (bins - (3 * (midi - 21) + 1)) ** 2)
            contour[frame] = np.maximum(contour[frame], peak)
    keys = np.full((N_FRAMES, 88), 0.1, np.float32)
    return NotePosteriors(keys, keys, 1.2, contour)


def bent(frame: int) -> tuple[float, float]:
    return 64.0 + 2.0 * min(max((frame - 20) / 12, 0.0), 1.0), 0.7


def heard(song: NotePosteriors, *notes: tuple[int, int, int]) -> HeardSong:
    times = song.times_s
    played = tuple(PlayedNote(float(times[start]), float(times[stop]), midi) for start, stop, midi in notes)
    contours = {at: follow_ridge(song, note) for at, note in enumerate(played)}
    return HeardSong(played, (0.9,) * len(played), contours)


def bends(song: HeardSong, neck: Fretboard | None = None) -> list[list[float]]:
    found = find_techniques(song.notes, finger(song.notes, neck or Fretboard()), song.contours)
    return [[each.depth_cents for each in shapes if each.name == "bend"] for shapes in found]


def test_notes_that_a_string_glides_through_are_one_bent_note():
    song = posteriors(bent)
    joined = join_chordal(heard(song, (0, 25, 64), (25, 31, 65), (30, 90, 66)), song)
    assert [note.midi for note in joined.notes] == [64]
    assert joined.notes[0].offset_s == pytest.approx(song.times_s[90], abs=0.02)
    assert joined.confidence == (0.9,)
    assert bends(joined, Fretboard((40, 45, 50, 55, 59))) == [[200.0]]


def test_another_note_a_fret_above_is_no_bend():
    def fading(frame):
        return 56.0, max(0.6 - 0.01 * frame, 0.0)

    def later(frame):
        return 57.0, 0.6 if frame >= 25 else 0.0

    song = posteriors(fading, later)
    joined = join_chordal(heard(song, (0, 50, 56), (25, 90, 57)), song)
    assert [note.midi for note in joined.notes] == [56, 57]
    assert bends(joined) == [[], []]


def test_a_string_struck_anew_before_the_glide_takes_the_bend():
    song = posteriors(bent)
    joined = join_chordal(heard(song, (0, 10, 64), (10, 25, 64), (30, 90, 66)), song)
    assert [note.midi for note in joined.notes] == [64, 64]
    assert [each.onset_s for each in joined.notes] == pytest.approx(song.times_s[[0, 10]].tolist())
    assert joined.notes[1].offset_s > song.times_s[80]


def test_a_line_is_joined_by_the_ridge():
    song = posteriors(bent)
    track = PitchTrack(np.full(70, 440.0), np.zeros(70), np.zeros(70))
    line = heard(song, (0, 25, 64), (25, 31, 65), (31, 90, 66))
    joined = join_line(line, track, song)
    assert [note.midi for note in joined.notes] == [64]
    assert joined.contours[0].bend is not None


def test_a_low_line_is_joined_by_its_tracker():
    midi = np.array([40.0 + 2.0 * min(max((frame - 15) / 9, 0.0), 1.0) for frame in range(70)])
    sure = np.ones(70)
    sure[:3] = 0.0  # the tracker becomes sure of a note late
    track = PitchTrack(440.0 * 2 ** ((midi - 69) / 12), sure, np.zeros(70))
    notes = (PlayedNote(0.0, 0.3, 40), PlayedNote(0.3, 0.36, 41), PlayedNote(0.36, 1.0, 42))
    joined = join_line(HeardSong(notes, (0.9, 0.8, 0.9)), track, posteriors())
    assert [(note.midi, note.offset_s) for note in joined.notes] == [(40, 1.0)]


def test_a_bend_that_is_let_go_takes_the_note_that_it_comes_back_to():
    def let_go(frame):
        return 64.0 + float(np.interp(frame, [20, 32, 50, 62], [0.0, 2.0, 2.0, 0.0])), 0.7

    song = posteriors(let_go)
    joined = join_chordal(heard(song, (0, 25, 64), (29, 55, 66), (60, 90, 64)), song)
    assert [note.midi for note in joined.notes] == [64]
    assert joined.notes[0].offset_s == pytest.approx(song.times_s[90], abs=0.02)
    assert joined.contours[0].bend is not None
    assert joined.contours[0].bend.is_released


def test_a_string_struck_again_after_a_bend_is_another_note():
    def again(frame):
        return (64.0 + 2.0 * min(max((frame - 20) / 12, 0.0), 1.0), 0.7) if frame < 60 else (64.0, 0.7)

    song = posteriors(again)
    joined = join_chordal(heard(song, (0, 25, 64), (29, 60, 66), (60, 90, 64)), song)
    assert [note.midi for note in joined.notes] == [64, 64]
    assert joined.notes[1].onset_s == pytest.approx(song.times_s[60])
    assert joined.contours[0].bend is not None
    assert not joined.contours[0].bend.is_released


def test_a_steady_note_lies_on_its_own_pitch():
    song = posteriors(lambda frame: (64.0, 0.7))
    assert np.abs(follow_ridge(song, PlayedNote(0.0, 1.0, 64)).cents).max() < 5.0


def test_a_guitar_without_bends_has_none(shared_audio):
    audio = read_audio(shared_audio / "synth" / "d5_guitar_bn1_129_eb" / "guitar.ogg")
    rate, profile = rate_in_tune(0), load_profile("guitar")
    mono = audio.samples.mean(axis=0, keepdims=True)
    song = hear_notes(
        resample_blocks(iter([mono]), audio.sample_rate, rate, quality="HQ"), sample_rate=rate, n_workers=1
    )
    found = hear_chords(song, profile.proposals(50.0), load_judge(profile.judge), least_likely(50.0))
    joined = join_chordal(found, song)
    assert len(joined.notes) == len(found.notes) > 100
    assert not any(bends(joined))
    assert not any(bends(found))
