"""Solo guitar made up by chance, with everything true about its beats known.

Styles of the right hand (strummed, picked, plucked with the thumb on the beat, comped beside it), chords that may come
an eighth early, strings struck one after the other, a hand that is not exact and a tempo that wanders as without a
click. The same seed gives the same performance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from band_songs import MAJOR_CHORDS, MINOR_CHORDS, BandSong, _every, _third

OPEN_STRINGS = (40, 45, 50, 55, 59, 64)
GUITARS = (24, 25, 26, 27, 29)


@dataclass(frozen=True)
class Hand:
    """What the right hand does in a bar: places in beats; bass is plucked, chords strummed down or up, tones picked."""

    metre: str
    n_beats: int
    tempo_bpm: tuple[int, int]
    bass: tuple[float, ...] = ()
    down: tuple[float, ...] = ()
    up: tuple[float, ...] = ()
    picked: tuple[float, ...] = ()
    swing: float = 0.0
    early: float = 0.0
    """How often a chord comes half a beat before its bar."""
    sparse: float = 0.0
    """How often a stroke is left out."""


HANDS = {
    "strum": Hand("4/4", 4, (72, 132), (0,), (0, 1, 2, 3), (1.5, 2.5, 3.5)),
    "strum syncopated": Hand("4/4", 4, (84, 140), (0,), (0, 1, 3), (1.5, 2.5, 3.5), early=0.2),
    "sixteenths": Hand("4/4", 4, (76, 112), (), _every(0.5, 4), _every(0.5, 4, 0.25), sparse=0.35),
    "bossa": Hand("4/4", 4, (110, 160), (0, 2), (0, 1.5, 3), (), early=0.5, sparse=0.1),
    "samba comp": Hand("4/4", 4, (120, 170), (0, 2), (1, 2.5, 3.5), (), early=0.5, sparse=0.1),
    "swing comp": Hand("4/4", 4, (100, 190), (), (0, 1.5), (), swing=0.16, early=0.2, sparse=0.15),
    "four to the bar": Hand("4/4", 4, (110, 200), (0, 2), (0, 1, 2, 3), (), swing=0.16),
    "off-beat": Hand("4/4", 4, (70, 150), (0, 1.5, 2, 3), (0.5, 1.5, 2.5, 3.5), (), sparse=0.05),
    "travis": Hand("4/4", 4, (72, 120), (0, 1, 2, 3), (), (), (0, 1.5, 2.5, 3), early=0.1),
    "arpeggio": Hand("4/4", 4, (60, 110), (0,), (), (), _every(0.5, 4), sparse=0.05),
    "boom chick": Hand("2/4", 2, (84, 130), (0, 1), (0.5, 1.5), (), ()),
    "waltz": Hand("3/4", 3, (84, 150), (0,), (1, 2), (), ()),
    "waltz picked": Hand("3/4", 3, (72, 130), (0,), (), (), _every(0.5, 3), sparse=0.05),
    "six": Hand("6/8", 2, (44, 72), (0,), (), (), _every(1 / 3, 2)),
    "riff": Hand("4/4", 4, (84, 160), (0, 0.5, 1.5, 2, 3), (0, 1.5), (3.5,), (), sparse=0.1),
}  # fmt: skip


def perform(seed: int, length_s: float = 45.0) -> BandSong:
    """Make up a performance; its notes are on channel 0."""
    rng = np.random.default_rng(10_000 + seed)
    name = list(HANDS)[seed % len(HANDS)]
    hand = HANDS[name]
    bpm = float(rng.uniform(*hand.tempo_bpm))
    tonic, minor = int(rng.integers(12)), bool(rng.integers(2))
    n_bars = int(length_s * bpm / 60 / hand.n_beats)
    wander = rng.choice([0.0, 0.004, 0.012])
    pulse = 60 / bpm * (1 + np.cumsum(rng.normal(0, wander / 3, (n_bars + 2) * hand.n_beats)).clip(-0.05, 0.05))
    times = float(rng.uniform(0.1, 1.0)) + np.concatenate([[0], np.cumsum(pulse)])
    song = BandSong(seed, name, hand.metre, bpm, "", wander == 0.0)
    song.programs = {0: int(rng.choice(GUITARS))}
    jitter = float(rng.choice([0.004, 0.010, 0.016]))
    strum = float(rng.uniform(0.004, 0.016))
    tables = MINOR_CHORDS if minor else MAJOR_CHORDS
    chords = tables[int(rng.integers(len(tables)))]
    every = int(rng.choice([1, 1, 2]))
    notes: list[tuple[float, float, int, int]] = []

    def at(bar: int, place: float) -> float:
        if hand.swing and abs(place % 1 - 0.5) < 1e-6:
            place += hand.swing
        return float(np.interp(bar * hand.n_beats + place, np.arange(len(times)), times))

    def hit(midi: int, time_s: float, length_s: float, velocity: float) -> None:
        start = max(0.0, time_s + float(rng.normal(0, jitter)))
        level = int(np.clip(velocity + rng.normal(0, 7), 25, 127))
        notes.append((start, start + max(0.06, length_s), int(midi), level))

    early = False
    for bar in range(n_bars):
        shape = _shape(tonic, chords[bar // every % 4], minor)
        after = _shape(tonic, chords[(bar + 1) // every % 4], minor)
        for beat in range(hand.n_beats):
            song.beats.append((at(bar, beat), beat + 1))
        for k, place in enumerate(hand.bass):
            tone = shape[0] if k % 2 == 0 or rng.random() < 0.4 else shape[1]
            if rng.random() >= hand.sparse:
                hit(tone, at(bar, place), 0.8 * 60 / bpm, 92)
        skip, early = early, rng.random() < hand.early
        for places, strings in ((hand.down, shape[1:]), (hand.up, shape[:2:-1])):
            for place in places:
                if (skip and place == 0) or rng.random() < hand.sparse:
                    continue
                accent = 6 if rng.random() < 0.3 else 0
                for k, tone in enumerate(strings):
                    hit(tone, at(bar, place) + k * strum, 0.5 * 60 / bpm, 84 + accent - 2 * k)
        if early:
            for k, tone in enumerate(after[1:]):
                hit(tone, at(bar, hand.n_beats - 0.5) + k * strum, 60 / bpm, 90 - 2 * k)
        for k, place in enumerate(hand.picked):
            if rng.random() >= hand.sparse:
                hit(shape[1 + int(rng.integers(len(shape) - 1))] + (0 if k % 3 else 12 * (rng.random() < 0.3)),
                    at(bar, place), 0.9 * 60 / bpm, 80)  # fmt: skip
    song.notes = {0: notes}
    return song


def _shape(tonic: int, step: int, minor: bool) -> list[int]:
    """Return a chord's tones from the lowest string up."""
    root = (tonic + step) % 12
    tones = {root, (root + _third(step, minor)) % 12, (root + 7) % 12}
    bass = 40 + (root - 40) % 12
    upper = [next(string + fret for fret in range(12) if (string + fret) % 12 in tones) for string in OPEN_STRINGS]
    return [bass, *(tone for tone in upper if tone > bass)]
