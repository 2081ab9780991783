"""Notes out of posteriors: like the published rule, told in the plainest words, and never an echo for a note."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tonmeister.engines.note_creation import Decoding, HeardNote, create_notes, drop_ghosts
from tonmeister.engines.note_network import NotePosteriors


def draw(seed: int, n_frames: int = 400, n_notes: int = 40) -> NotePosteriors:
    """Posteriors such as the network's: notes that swell and fade over a floor, echoes, and wobbles."""
    rng = np.random.default_rng(seed)
    note = rng.uniform(0.05, 0.25, (n_frames, 88))
    onset = rng.uniform(0.05, 0.3, (n_frames, 88))
    for _ in range(n_notes):
        start, key = int(rng.integers(0, n_frames - 5)), int(rng.integers(0, 88))
        length = int(rng.integers(3, 60))
        fade = np.linspace(rng.uniform(0.5, 1.0), rng.uniform(0.1, 0.6), length)[: n_frames - start]
        note[start : start + length, key] = np.maximum(note[start : start + length, key], fade)
        if rng.random() < 0.7:
            onset[start, key] = rng.uniform(0.3, 1.0)
    note = np.clip(note + rng.normal(0, 0.03, note.shape), 0, 1)
    return NotePosteriors(note.astype(np.float32), onset.astype(np.float32), n_frames * 256 / 22050)


def oracle(posteriors: NotePosteriors, d: Decoding) -> list[tuple[int, int, int, float]]:
    """The rule frame by frame, looking for the strongest frame anew each time."""
    note, onset = posteriors.note.astype(float), posteriors.onset.astype(float)
    n, keys = note.shape
    rise = np.zeros_like(note)
    for t in range(2, n):
        rise[t] = np.maximum(0, np.minimum(note[t] - note[t - 1], note[t] - note[t - 2]))
    onset = np.maximum(onset, onset.max() * rise / rise.max())
    left = note.copy()
    found = []

    def mute(t, key):
        left[t, max(key - 1, 0) : key + 2] = 0

    for t in reversed(range(1, n - 1)):
        for key in reversed(range(keys)):
            if not (onset[t, key] >= d.onset_threshold and onset[t - 1, key] < onset[t, key] > onset[t + 1, key]):
                continue
            at, weak = t + 1, 0
            while at < n - 1 and weak < d.gap_frames:
                weak = weak + 1 if left[at, key] < d.note_threshold else 0
                at += 1
            if at - weak - t > d.min_frames:
                for k in range(t, at - weak):
                    mute(k, key)
                found.append((t, at - weak, key + 21))
    while left.max() > d.note_threshold:
        t, key = np.unravel_index(left.argmax(), left.shape)
        left[t, key] = 0
        at, weak = t + 1, 0
        while at < n - 1 and weak < d.gap_frames:
            weak = weak + 1 if left[at, key] < d.note_threshold else 0
            mute(at, key)
            at += 1
        stop = at - 1 - weak
        at, weak = t - 1, 0
        while at > 0 and weak < d.gap_frames:
            weak = weak + 1 if left[at, key] < d.note_threshold else 0
            mute(at, key)
            at -= 1
        if stop - (at + 1 + weak) > d.min_frames:
            found.append((int(at + 1 + weak), int(stop), int(key) + 21))
    return sorted((start, stop, midi) for start, stop, midi in found)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("decoding", [Decoding(), Decoding(0.65, 0.45, 5), Decoding(0.3, 0.3, 3, gap_frames=4)])
def test_notes_are_those_of_the_plain_rule(seed, decoding):
    heard = draw(seed)
    made = [(each.start, each.stop, each.midi) for each in create_notes(heard, decoding)]
    assert sorted(made) == oracle(heard, decoding)
    assert len(made) > 3


def test_strength_is_the_mean_of_the_note_posterior():
    heard = draw(3)
    for each in create_notes(heard):
        assert each.strength == pytest.approx(heard.note[each.start : each.stop, each.midi - 21].mean(), abs=1e-6)


def test_time_grows_with_the_length_only():
    heard = draw(1, 3000, 300)
    longer = NotePosteriors(np.tile(heard.note, (4, 1)), np.tile(heard.onset, (4, 1)), 4 * heard.duration_s)

    def cost(posteriors):
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            create_notes(posteriors)
            best = min(best, time.process_time() - began)
        return best

    assert cost(longer) < 8 * cost(heard)  # four times, where the published code takes sixteen


def test_only_pitches_in_range_are_made():
    heard = draw(2)
    made = create_notes(heard, Decoding(low_midi=40, high_midi=64))
    assert made
    assert all(40 <= each.midi <= 64 for each in made)


@pytest.mark.parametrize("n_frames", [0, 1, 2])
def test_next_to_nothing_gives_no_notes(n_frames):
    empty = np.zeros((n_frames, 88), np.float32)
    assert create_notes(NotePosteriors(empty, empty, 0.0)) == []


def test_an_echo_goes_and_a_true_octave_stays():
    low, echo = HeardNote(10, 40, 48, 0.8), HeardNote(12, 30, 60, 0.4)
    octave, later = HeardNote(11, 40, 72, 0.7), HeardNote(30, 50, 60, 0.4)
    assert drop_ghosts([low, echo, octave, later], 0.7) == [low, octave, later]
    assert drop_ghosts([low, echo], 0.4) == [low, echo]


def test_a_file_may_begin_with_a_note():
    note, onset = np.full((2, 60, 88), 0.05, np.float32)
    note[0:30, 39], onset[0, 39] = 0.9, 0.8
    heard = NotePosteriors(note, onset, 0.7)
    found = create_notes(heard, Decoding(hears_first=True, seeks_silent_starts=False))
    assert [(each.start, each.midi) for each in found] == [(0, 60)]
    assert create_notes(heard, Decoding(seeks_silent_starts=False)) == []


def test_a_doubtful_note_beside_does_not_eat_a_true_one():
    note, onset = np.full((2, 80, 88), 0.05, np.float32)
    note[10:50, 39], onset[10, 39] = 0.9, 0.8
    note[14:50, 40], onset[14, 40] = 0.55, 0.55
    heard = NotePosteriors(note, onset, 0.9)
    spared = {each.midi for each in create_notes(heard, Decoding(mutes_beside=False))}
    eaten = {each.midi for each in create_notes(heard, Decoding())}
    assert 60 in spared
    assert 60 not in eaten
