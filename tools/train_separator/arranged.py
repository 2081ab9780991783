"""Plain pop songs: patterns for sampled instruments (`sampled.py`) and a melody for a voice (`spoken.py`).

Where the bands of `songs.py` are as hard to take apart as we can make them, these are as clear as a first demo is:
every part keeps to its pattern and its place.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from effects import RATE, Sound, driven, room
from sampled import Layer, sampled
from spoken import Notes, choir

LENGTH_S = 16.0
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_PROGRESSIONS = (
    (0, 5, 3, 4), (5, 3, 0, 4), (0, 4, 5, 3), (1, 4, 0, 5), (0, 3, 4, 3), (0, 3), (5, 4, 3, 4), (3, 4, 2, 5),
    (0, 2, 3, 4), (0, 6, 3, 0), (0, 5, 1, 4), (0, 0, 3, 4),
)  # fmt: skip
_KITS = (0, 0, 0, 0, 8, 16, 24, 25, 32)
_BASSES = (32, 33, 33, 34, 34, 35, 36, 38, 38, 39)
_COMPING = (0, 0, 1, 2, 3, 4, 4, 5, 5, 6, 7, 11, 16, 16, 17, 18, 19, 21, 24, 25, 26, 27, 28, 29, 30, 46, 62, 63)
_PICKED = (0, 4, 5, 11, 12, 24, 25, 25, 26, 27, 27, 28, 29, 29, 30, 30, 45, 46, 80, 81, 84, 104)
_PADS = (16, 19, 48, 48, 49, 50, 50, 51, 61, 61, 62, 88, 89, 89, 90, 92, 94, 95)
_LEADS = (0, 4, 11, 22, 26, 27, 29, 30, 40, 42, 56, 57, 60, 61, 64, 65, 66, 68, 71, 73, 80, 81, 87)
# Where in a bar of sixteenths the kick falls.
_KICKS = ((0, 8), (0, 6, 8), (0, 4, 8, 12), (0, 10), (0, 7, 10), (0, 3, 8, 11), (0, 8, 10), (0, 6, 10, 14), (0,))
# How chords are struck in a bar: onset and length in beats.
_RHYTHMS = (
    ((0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (3.0, 1.0)),
    ((0.0, 2.0), (2.0, 2.0)),
    ((0.5, 0.5), (1.5, 0.5), (2.5, 0.5), (3.5, 0.5)),
    ((0.0, 1.5), (1.5, 1.5), (3.0, 1.0)),
    tuple((at / 2, 0.5) for at in range(8)),
    ((0.0, 4.0),),
)

_Stroke = tuple[float, float, int, float]


@dataclass(frozen=True)
class _Plan:
    """What all players agree on."""

    beat_s: float
    key: int
    scale: tuple[int, ...]
    chords: tuple[int, ...]
    """Degree of the scale for each bar."""
    loose_s: float
    n: int

    def bars(self) -> list[tuple[float, int]]:
        """Return onset and degree of every bar."""
        length_s = 4 * self.beat_s
        count = int(np.ceil(self.n / RATE / length_s))
        return [(bar * length_s, self.chords[bar % len(self.chords)]) for bar in range(count)]

    def midi(self, degree: int, low: int) -> int:
        """Return a step of the scale as a pitch at or above ``low``, in the octave of the step."""
        octave, step = divmod(degree, 7)
        return low + (self.scale[step] + self.key - low) % 12 + 12 * octave


def arranged(seed: int) -> dict[str, Sound]:
    """Return four stems, each (2, samples); the same seed gives the same song."""
    rng = np.random.default_rng([seed, 22])
    plan = _Plan(
        beat_s=60 / rng.uniform(76, 150),
        key=int(rng.integers(12)),
        scale=_MAJOR if rng.random() < 0.65 else _MINOR,
        chords=_PROGRESSIONS[int(rng.integers(len(_PROGRESSIONS)))],
        loose_s=rng.uniform(0, 0.008) if rng.random() < 0.5 else 0.0,
        n=int(LENGTH_S * RATE),
    )
    with_effects = bool(rng.random() < 0.7)
    drums = Layer(int(rng.choice(_KITS)), _drums(rng, plan), is_drums=True)
    bass = Layer(int(rng.choice(_BASSES)), _bass(rng, plan))
    stems = {
        "drums": sampled([drums], plan.n, with_effects=with_effects),
        "bass": sampled([bass], plan.n, with_effects=with_effects),
        "other": sampled(_others(rng, plan), plan.n, with_effects=with_effects),
        "vocals": choir(rng, _melody(rng, plan), plan.n, plan.beat_s),
    }
    if rng.random() < 0.8:
        stems["bass"] = np.repeat(stems["bass"].mean(axis=0, keepdims=True), 2, axis=0)
    if rng.random() < 0.15:
        stems["drums"] = driven(stems["drums"], rng.uniform(0.15, 0.5))
    for name, chance, longest_s in (("drums", 0.6, 0.8), ("bass", 0.1, 0.4), ("other", 0.6, 1.6)):
        if rng.random() < chance:
            level = 10 ** rng.uniform(-1.6, -0.8)
            stems[name] = room(rng, stems[name], decay_s=rng.uniform(0.2, longest_s), level=level)
    return stems


def _drums(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    sixteenth = plan.beat_s / 4
    kick = _KICKS[int(rng.integers(len(_KICKS)))]
    kick_drum, snare = int(rng.choice([36, 36, 35])), int(rng.choice([38, 38, 40, 40, 39, 37]))
    backbeat = (4, 12) if rng.random() < 0.85 else (8,)
    every = int(rng.choice([1, 2, 2, 2, 4]))
    hat = int(rng.choice([42, 42, 42, 42, 44, 51, 53, 54, 70]))
    opens = rng.choice([7, 14, 2, 99], p=[0.2, 0.3, 0.1, 0.4])
    fills = rng.random() < 0.6
    found: list[tuple[float, int, float]] = []
    for number, (start_s, _) in enumerate(plan.bars()):
        filled = fills and number % 4 == 3
        found += [(start_s + at * sixteenth, kick_drum, rng.uniform(0.75, 0.95)) for at in kick]
        found += [(start_s + at * sixteenth, snare, rng.uniform(0.7, 0.95)) for at in backbeat if not filled or at < 12]
        for at in range(0, 16, every):
            drum = 46 if at == opens and hat in (42, 44) else hat
            found.append((start_s + at * sixteenth, drum, rng.uniform(0.4, 0.65) + 0.12 * (at % 4 == 0)))
        if filled:
            toms = rng.choice([[48, 47, 45, 43], [38, 38, 48, 43], [50, 48, 47, 41]])
            found += [(start_s + (12 + at) * sixteenth, int(one), 0.8) for at, one in enumerate(toms)]
        if number % 4 == 0 and rng.random() < 0.7:
            found.append((start_s, int(rng.choice([49, 57])), rng.uniform(0.6, 0.8)))
        if rng.random() < 0.15:
            found.append((start_s + float(rng.choice([7, 9, 15])) * sixteenth, snare, rng.uniform(0.2, 0.4)))
    return [(max(0.0, at + rng.normal(0, plan.loose_s)), at + 0.1, drum, loud) for at, drum, loud in found]


def _bass(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    kinds = ["eighths", "held", "octaves", "fifths", "sparse", "walking"]
    kind = str(rng.choice(kinds, p=[0.4, 0.15, 0.15, 0.1, 0.1, 0.1]))
    kept, length = rng.uniform(0.75, 1.0), rng.uniform(0.7, 0.98)
    low, beat = int(rng.integers(26, 31)), plan.beat_s
    found: list[_Stroke] = []
    for start_s, degree in plan.bars():
        root = plan.midi(degree, low)
        if kind == "held":
            found.append((start_s, start_s + 3.9 * beat, root, 0.8))
            continue
        steps = {"walking": 4, "sparse": 2}.get(kind, 8)
        gap = 4 * beat / steps
        for at in range(steps):
            if rng.random() > kept:
                continue
            midi = root
            if at % 2 and (kind == "octaves" or (kind == "eighths" and rng.random() < 0.15)):
                midi += 12
            elif kind == "fifths" and at % 4 == 2:
                midi = plan.midi(degree + 4, low)
            elif kind == "walking" and at:
                midi = plan.midi(degree + (2, 4, 5)[at - 1], low)
            onset = start_s + at * gap + rng.normal(0, plan.loose_s)
            found.append((max(0.0, onset), onset + length * gap, midi, rng.uniform(0.65, 0.9)))
    return found


def _others(rng: np.random.Generator, plan: _Plan) -> list[Layer]:
    roles = [str(one) for one in rng.choice(["comping", "picked", "pad", "lead"], 3, p=[0.35, 0.3, 0.25, 0.1])]
    if rng.random() < 0.5:
        roles = ["comping", "picked", "pad"]
    roles = roles[: int(rng.choice([1, 2, 3, 3, 3]))]
    players = {
        "comping": (_comping, _COMPING),
        "picked": (_picked, _PICKED),
        "pad": (_pad, _PADS),
        "lead": (_lead, _LEADS),
    }
    side = float(rng.choice([-1, 1]))
    layers = []
    for number, role in enumerate(roles):
        place = (side * rng.uniform(0.2, 0.8), -side * rng.uniform(0.3, 0.9), rng.uniform(-0.3, 0.3))[number]
        pan = place if rng.random() < 0.75 else 0.0
        play, programs = players[role]
        layers.append(Layer(int(rng.choice(programs)), play(rng, plan), pan, rng.uniform(-6, 0)))
    return layers


def _comping(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    beat, low = plan.beat_s, int(rng.choice([48, 55, 60, 60, 60]))
    rhythm = _RHYTHMS[int(rng.integers(len(_RHYTHMS)))]
    held, loudness = rng.uniform(0.6, 0.97), rng.uniform(0.45, 0.75)
    steps = (0, 2, 4, 6) if rng.random() < 0.2 else (0, 2, 4)
    found = []
    for start_s, degree in plan.bars():
        chord = [low + (plan.midi(degree + step, 0) - low) % 12 for step in steps]
        for (at, length), midi in itertools.product(rhythm, chord):
            onset, offset = start_s + at * beat, start_s + (at + held * length) * beat
            found.append((onset, offset, midi, loudness + rng.uniform(0, 0.15)))
    return found


def _picked(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    per_beat, low = int(rng.choice([2, 4, 4])), int(rng.choice([48, 52, 55, 55, 60, 67]))
    order = ((0, 1, 2, 1), (0, 1, 2, 3), (0, 2, 1, 2), (2, 1, 0, 1), (0, 1, 2))[int(rng.integers(5))]
    gap, loudness = plan.beat_s / per_beat, rng.uniform(0.5, 0.75)
    length = rng.uniform(0.6, 1.8)
    found = []
    for start_s, degree in plan.bars():
        chord = [low + (plan.midi(degree + step, 0) - low) % 12 for step in (0, 2, 4)]
        chord.append(chord[0] + 12)
        for at in range(4 * per_beat):
            onset = max(0.0, start_s + at * gap + rng.normal(0, plan.loose_s))
            found.append((onset, onset + length * gap, chord[order[at % len(order)]], loudness))
    return found


def _pad(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    low, loudness = int(rng.choice([48, 55, 60, 60, 67])), rng.uniform(0.4, 0.65)
    return [
        (start_s, start_s + 3.95 * plan.beat_s, low + (plan.midi(degree + step, 0) - low) % 12, loudness)
        for start_s, degree in plan.bars()
        for step in (0, 2, 4)
    ]


def _lead(rng: np.random.Generator, plan: _Plan) -> list[_Stroke]:
    """Play a line moved to its register by any number of semitones: what is out of key has to come apart as well."""
    low = int(rng.choice([55, 60, 67, 72]))
    return [(a, b, round(m) - 50 + low, v) for a, b, m, v in _walk(rng, plan, 50, rests=0.5)]


def _melody(rng: np.random.Generator, plan: _Plan) -> Notes:
    return _walk(rng, plan, int(rng.integers(46, 54)), rests=0.12)


def _walk(rng: np.random.Generator, plan: _Plan, low: int, *, rests: float) -> Notes:
    """Walk up and down the scale in phrases of two bars, with a breath after each."""
    lengths = ((0.5, 1, 1, 1.5, 2), (0.5, 0.5, 0.5, 1), (1, 2, 3), (0.5, 1, 1))[int(rng.integers(4))]
    phrase, breath = 8, float(rng.choice([1, 2, 2]))
    end, at, degree = plan.n / RATE / plan.beat_s, 0.0, 3
    held = rng.uniform(0.85, 0.98)
    found: Notes = []
    while at < end - 1:
        length = float(rng.choice(lengths))
        left = phrase - breath - at % phrase
        if left <= 0:
            at = (at // phrase + 1) * phrase
            continue
        length = min(length, left)
        degree = int(np.clip(degree + rng.integers(-2, 3), -1, 9))
        if rng.random() > rests:
            midi = float(plan.midi(degree, low))
            found.append((at * plan.beat_s, (at + held * length) * plan.beat_s, midi, rng.uniform(0.7, 1.0)))
        at += length
    return found
