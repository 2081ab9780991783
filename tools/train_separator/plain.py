"""Songs as simple as they come: four chords in a circle, one pattern for each player, every player in his place.

The songs of `arranged.py` differ in what plays, who sings and how; these differ in notes and little else. They follow
the plan of another generator, so that what is learnt of them says how far the network gets on songs of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from effects import RATE, Sound, placed, room
from sampled import Layer, sampled
from spoken import Notes, Speaker

LENGTH_S = 16.0
_CIRCLES = ((0, 5, 9, 7), (9, 5, 0, 7), (0, 9, 5, 7), (2, 7, 0, 9), (9, 7, 5, 7), (0, 7, 9, 5), (0, 5, 0, 7))
"""Roots of the chords, a bar each, in semitones above the key."""
_MINOR_ROOTS = (2, 4, 9)
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_KICKS = ((0, 4, 8, 12), (0, 8), (0, 8, 10), (0, 6, 8), (0, 10))
"""Where in a bar of sixteenths the kick falls."""
_BASSES = (33, 33, 34, 34, 35, 38, 38, 39, 39, 32)
_KEYS, _GUITARS, _PADS = (0, 4, 5, 16, 2), (25, 27, 29, 30, 26), (48, 50, 89, 61, 49)
_VOICES = (("en-us", "f3"), ("en-us", "m3"), ("en-us", "f5"), ("en-gb", "m7"))

_Stroke = tuple[float, float, int, float]


@dataclass(frozen=True)
class _Plan:
    beat_s: float
    key: int
    circle: tuple[int, ...]
    n_bars: int

    def chord(self, bar: int) -> tuple[int, int, int]:
        """Return the chord of a bar in semitones above C."""
        root = self.circle[bar % len(self.circle)]
        third = 3 if root in _MINOR_ROOTS else 4
        return root + self.key, root + third + self.key, root + 7 + self.key


def plain(seed: int) -> dict[str, Sound]:
    """Return four stems, each (2, samples); the same seed gives the same song."""
    rng = np.random.default_rng([seed, 23])
    beat_s = 60 / rng.uniform(84, 140)
    n = int(LENGTH_S * RATE)
    circle = _CIRCLES[int(rng.integers(len(_CIRCLES)))]
    plan = _Plan(beat_s, int(rng.integers(12)), circle, int(np.ceil(LENGTH_S / beat_s / 4)))
    drums = sampled([Layer(0, _drums(rng, plan), is_drums=True)], n, with_effects=True)
    bass = sampled([Layer(int(rng.choice(_BASSES)), _bass(rng, plan))], n, with_effects=True)
    other = sampled(_others(rng, plan), n, with_effects=True)
    return {
        "drums": room(rng, drums, decay_s=0.4, level=0.06),
        "bass": np.repeat(bass.mean(axis=0, keepdims=True), 2, axis=0),
        "other": room(rng, other, decay_s=0.8, level=0.08),
        "vocals": room(rng, _singer(rng, plan, n), decay_s=0.9, level=0.15),
    }


def _drums(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    kicks = _KICKS[int(rng.integers(len(_KICKS)))]
    snare, every = int(rng.choice([38, 38, 40])), int(rng.choice([2, 2, 4, 1]))
    opens = int(rng.choice([14, 15, 99]))
    sixteenth = plan.beat_s / 4
    found = []
    for bar in range(plan.n_bars):
        strokes = [(at, 36, rng.uniform(0.85, 0.9)) for at in kicks]
        strokes += [(at, snare, 0.83) for at in (4, 12)]
        strokes += [(at, 46 if at == opens else 42, rng.uniform(0.47, 0.67)) for at in range(0, 16, every)]
        if bar % 4 == 0:
            strokes.append((0, 49, 0.71))
        if bar % 4 == 3:
            strokes += [(12 + step, tom, 0.79) for step, tom in enumerate((48, 47, 45, 43))]
        found += [(16 * bar + at, drum, loudness) for at, drum, loudness in strokes]
    return [(at * sixteenth, at * sixteenth + 0.1, drum, loudness) for at, drum, loudness in found]


def _bass(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    low = int(rng.integers(26, 30))
    kept, leaps, length = rng.uniform(0.75, 0.95), rng.uniform(0, 0.3), rng.uniform(0.8, 0.95)
    found = []
    for bar in range(plan.n_bars):
        root = low + (plan.chord(bar)[0] - low) % 12
        for eighth in range(8):
            if rng.random() < kept:
                onset_s = (4 * bar + eighth / 2) * plan.beat_s
                midi = root + 12 * int(eighth % 2 and rng.random() < leaps)
                found.append((onset_s, onset_s + length * plan.beat_s / 2, midi, 0.79))
    return found


def _others(rng: np.random.Generator, plan: _Plan) -> list[Layer]:
    keys, guitar, pad = [], [], []
    for bar in range(plan.n_bars):
        chord = plan.chord(bar)
        start_s, beat_s = 4 * bar * plan.beat_s, plan.beat_s
        for at in range(4):
            onset_s = start_s + at * beat_s
            keys += [(onset_s, onset_s + 0.9 * beat_s, 60 + midi % 12, rng.uniform(0.55, 0.7)) for midi in chord]
        for at in range(16):
            onset_s, midi = start_s + at * beat_s / 4, 48 + chord[(16 * bar + at) % 3] % 12 + 12 * (at % 4 == 3)
            # A fifth above the keys: together they play sevenths and ninths.
            guitar.append((onset_s, onset_s + 0.24 * beat_s, midi + 7, 0.59))
        pad += [(start_s, start_s + 3.95 * beat_s, 60 + midi % 12, 0.47) for midi in chord]
    side = float(rng.choice([-1, 1], p=[0.25, 0.75]))
    places = side * rng.uniform(0.35, 0.55), -side * rng.uniform(0.5, 0.7), 0.0
    played = zip((_KEYS, _GUITARS, _PADS), (keys, guitar, pad), places, strict=True)
    return [Layer(int(rng.choice(programs)), notes, pan) for programs, notes, pan in played]


def _singer(rng: np.random.Generator, plan: _Plan, n: int) -> Sound:
    speaker = Speaker(rng)
    speaker.speak(*_VOICES[int(rng.integers(len(_VOICES)))])
    speaker.vibrato_cents, speaker.vibrato_hz, speaker.jitter_cents = 20.0, 5.5, 0.0
    speaker.breath, speaker.air_db, speaker.talks = rng.uniform(0.02, 0.5), None, False
    return placed(speaker.sing(rng, _melody(rng, plan, 62 if speaker.is_high else 50), n), 0.0)


def _melody(rng: np.random.Generator, plan: _Plan, low: int) -> Notes:
    """Walk up and down a scale, six beats of eight: which scale, the singer finds without asking the band."""
    low += int(rng.integers(7))
    degree, at = 4, 0.0
    found: Notes = []
    while at < 4 * plan.n_bars - 2:
        if at % 8 >= 6:
            at = 8 * (at // 8 + 1)
            continue
        length = float(rng.choice([0.5, 1, 1, 1.5, 2]))
        degree = int(np.clip(degree + rng.integers(-2, 3), 0, 9))
        octave, step = divmod(degree, 7)
        midi = float(low + _MAJOR_SCALE[step] + 12 * octave)
        found.append((at * plan.beat_s, (at + 0.97 * length) * plan.beat_s, midi, 1.0))
        at += length
    return found
