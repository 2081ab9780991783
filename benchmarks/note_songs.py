"""Plain music made up by chance, with every note known: what averages over songs hide, one kind at a time.

Low riffs on guitars of six to eight strings, bass lines, chords struck again under a melody on keyboards, strummed
ukuleles and guitars, single lines of many instruments, and choirs of voices and strings. The same seed gives the same
music. What a judge is fitted to has seeds from 0, what it is tried on from 100; the latter has rhythms and instruments
that the former has not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LENGTH_S = 16.0
TRIED_FROM = 100
"""Seeds from here on are for trying only."""

Notes = list[tuple[float, float, int, int]]

MODES = ((0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 11), (0, 1, 3, 5, 7, 8, 10), (0, 3, 5, 6, 7, 10))
_RHYTHMS = ((0.5,), (0.5, 0.25, 0.25), (1, 0.5, 0.5), (0.25,), (0.75, 0.75, 0.5))
_TRIED_RHYTHMS = ((0.5, 0.5, 1), (0.75, 0.25), (1,), (1 / 3,), (0.5, 1, 0.5))
_PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 4), (5, 3, 0, 4))
_TRIED_PROGRESSIONS = ((0, 2, 3, 4), (1, 4, 0, 0), (0, 6, 3, 0))
_UKULELE = {0: (67, 60, 64, 72), 5: (69, 60, 65, 69), 7: (67, 62, 67, 71), 9: (69, 60, 64, 69), 2: (69, 62, 66, 69),
            4: (68, 64, 68, 71), 10: (70, 62, 65, 70)}  # fmt: skip
_STRINGS = (40, 45, 50, 55, 59, 64)


@dataclass(frozen=True)
class NoteSong:
    """Notes as (onset s, offset s, MIDI, velocity), who plays them, and the instrument's lowest pitch."""

    kind: str
    seed: int
    program: int
    low_midi: int
    notes: Notes

    @property
    def name(self) -> str:
        """A name for files."""
        return f"{self.kind}_{self.seed}_p{self.program}"


@dataclass(frozen=True)
class _Luck:
    rng: np.random.Generator
    is_tried: bool

    def one(self, known: tuple, tried: tuple) -> object:  # type: ignore[type-arg]
        among = tried if self.is_tried else known
        return among[int(self.rng.integers(len(among)))]

    def beat_s(self, slowest: float, fastest: float) -> float:
        return 60.0 / float(self.rng.uniform(slowest, fastest))

    def strike(self, notes: Notes, at_s: float, length_s: float, midi: int, velocity: float) -> None:
        start = max(0.05, at_s + float(self.rng.normal(0, 0.004)))
        level = int(np.clip(velocity + self.rng.normal(0, 6), 30, 125))
        notes.append((start, start + max(0.06, length_s), int(midi), level))


def riff(luck: _Luck) -> tuple[int, int, Notes]:
    """A single line on the low strings that keeps coming back to the lowest, sometimes with its fifth."""
    rng, notes = luck.rng, Notes()
    program = luck.one((24, 25, 26, 27, 28, 29, 29, 30, 30, 30), (25, 27, 30))
    low = int(rng.choice([40, 38, 36, 35, 33, 30]))
    return program, low, _line(luck, notes, low, 14, home=0.5, fifths=0.15 * (rng.random() < 0.3))


def bass(luck: _Luck) -> tuple[int, int, Notes]:
    """A bass line on four or five strings."""
    program = luck.one((32, 33, 34, 36, 38), (33, 35, 39))
    low = int(luck.rng.choice([28, 28, 28, 26, 23]))
    return program, low, _line(luck, Notes(), low, 20, home=float(luck.rng.uniform(0.1, 0.7)), fifths=0.0)


def line(luck: _Luck) -> tuple[int, int, Notes]:
    """A melody that repeats notes."""
    program, low = luck.one(
        ((40, 57), (56, 57), (65, 55), (73, 62), (0, 50), (11, 57), (71, 55), (81, 50)),
        ((41, 50), (66, 50), (68, 60), (60, 50)),
    )
    return program, low, _line(luck, Notes(), low + int(luck.rng.integers(0, 10)), 14, home=0.2, fifths=0.0)


def _line(luck: _Luck, notes: Notes, low: int, span: int, *, home: float, fifths: float) -> Notes:
    rng = luck.rng
    beat_s, rhythm = luck.beat_s(76, 150), luck.one(_RHYTHMS, _TRIED_RHYTHMS)
    scale = [step + 12 * octave for octave in range(3) for step in MODES[int(rng.integers(len(MODES)))]]
    scale = [step for step in scale if step <= span]
    held, again, at_s, place = float(rng.uniform(0.45, 1.0)), float(rng.uniform(0.1, 0.6)), 0.3, 0
    step = 0
    while at_s < LENGTH_S:
        length_s = rhythm[place % len(rhythm)] * beat_s
        if rng.random() < home:
            step = 0
        elif rng.random() >= again:
            step = int(np.clip(step + rng.integers(-3, 4), 0, len(scale) - 1))
        if rng.random() > 0.06:
            luck.strike(notes, at_s, held * length_s, low + scale[step], 96)
            if rng.random() < fifths:
                luck.strike(notes, at_s, held * length_s, low + scale[step] + 7, 92)
        at_s += length_s
        place += 1
    return notes


def _chord(tonic: int, degree: int, minor: bool) -> list[int]:
    scale = MODES[0] if minor else MODES[1]
    return [(tonic + scale[(degree + third) % 7]) % 12 for third in (0, 2, 4)]


def _voiced(classes: list[int], lowest: int, n: int) -> list[int]:
    return [midi for midi in range(lowest, lowest + 30) if midi % 12 in classes][:n]


def keys(luck: _Luck) -> tuple[int, int, Notes]:
    """Bass notes, chords struck again and again or broken, and a melody that doubles them."""
    rng, notes = luck.rng, Notes()
    program = luck.one((0, 0, 1, 2, 4, 5, 16), (0, 3, 6))
    beat_s, tonic, minor = luck.beat_s(70, 140), int(rng.integers(12)), bool(rng.integers(2))
    degrees = luck.one(_PROGRESSIONS, _TRIED_PROGRESSIONS)
    n_voices, middle = int(rng.integers(2, 5)), int(rng.integers(48, 62))
    style, octaves = int(rng.integers(3)), bool(rng.integers(2))
    n_bars = int((LENGTH_S - 0.3) / (4 * beat_s))
    for bar in range(n_bars):
        at_s = 0.3 + 4 * bar * beat_s
        classes = _chord(tonic, degrees[bar % len(degrees)], minor)
        root = _voiced(classes[:1], 28 if rng.random() < 0.5 else 36, 1)[0]
        for low in (root, root + 12) if octaves else (root,):
            luck.strike(notes, at_s, 3.8 * beat_s, low, 84)
        tones = _voiced(classes, middle, n_voices)
        for beat in range(4) if style == 0 else range(0, 4, 2) if style == 1 else ():
            for tone in tones:
                luck.strike(notes, at_s + beat * beat_s, 0.9 * beat_s * (1 + (style == 1)), tone, 70)
        for eighth in range(8) if style == 2 else ():
            luck.strike(notes, at_s + eighth * beat_s / 2, 0.45 * beat_s, tones[eighth % len(tones)], 72)
        upper = _voiced(classes if rng.random() < 0.6 else [(tonic + s) % 12 for s in MODES[not minor]], middle + 12, 6)
        for beat in range(4):
            if rng.random() < 0.85:
                luck.strike(notes, at_s + beat * beat_s, 0.9 * beat_s, upper[int(rng.integers(len(upper)))], 98)
    return program, 21, notes


def ukulele(luck: _Luck) -> tuple[int, int, Notes]:
    """Strummed chords on re-entrant strings."""
    rng, notes = luck.rng, Notes()
    beat_s, capo = luck.beat_s(80, 140), int(rng.integers(0, 4))
    chords = rng.choice(list(_UKULELE), 4)
    strokes = luck.one(((0, 1, 2, 3), (0, 1, 1.5, 2.5, 3), (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5)),
                       ((0, 1.5, 2.5, 3.5), (0, 1, 1.5, 2.5, 3, 3.5)))  # fmt: skip
    apart_s = float(rng.uniform(0.006, 0.022))
    for bar in range(int((LENGTH_S - 0.3) / (4 * beat_s))):
        shape = _UKULELE[int(chords[bar % 4])]
        for beat in strokes:
            strings = shape if beat % 1 == 0 else shape[::-1]
            for at, midi in enumerate(dict.fromkeys(strings)):
                at_s = 0.3 + (4 * bar + beat) * beat_s + at * apart_s
                luck.strike(notes, at_s, 0.42 * beat_s, midi + capo, 92)
    return luck.one((24, 24, 25), (24, 46)), 60, notes


def strum(luck: _Luck) -> tuple[int, int, Notes]:
    """Open chords on six strings, strummed, or plucked with the thumb on the beat."""
    rng, notes = luck.rng, Notes()
    beat_s, tonic, minor = luck.beat_s(70, 130), int(rng.integers(12)), bool(rng.integers(2))
    degrees, is_plucked = luck.one(_PROGRESSIONS, _TRIED_PROGRESSIONS), bool(rng.integers(2))
    for bar in range(int((LENGTH_S - 0.3) / (4 * beat_s))):
        classes = _chord(tonic, degrees[bar % len(degrees)], minor)
        root = _voiced(classes[:1], 40, 1)[0]
        shape = [root, *(next(s + f for f in range(12) if (s + f) % 12 in classes) for s in _STRINGS)]
        shape = sorted({midi for midi in shape if midi >= root})
        for eighth in range(8):
            at_s = 0.3 + (4 * bar + eighth / 2) * beat_s
            if is_plucked:
                if eighth % 2 == 0:
                    luck.strike(notes, at_s, 0.9 * beat_s, shape[eighth // 2 % 2], 96)
                if rng.random() < 0.75:
                    luck.strike(notes, at_s, 0.8 * beat_s, shape[int(rng.integers(2, len(shape)))], 82)
            elif eighth in (0, 2, 4, 6) or rng.random() < 0.5:
                down = eighth % 2 == 0
                for at, midi in enumerate(shape if down else shape[:-4:-1]):
                    luck.strike(notes, at_s + 0.012 * at, 0.42 * beat_s, midi, 90)
    return luck.one((24, 25, 26, 27, 29), (25, 28)), 40, notes


def choir(luck: _Luck) -> tuple[int, int, Notes]:
    """Four voices that move together."""
    rng, notes = luck.rng, Notes()
    program = luck.one((48, 52, 19, 42), (49, 53, 41))
    beat_s, tonic, minor = luck.beat_s(60, 100), int(rng.integers(12)), bool(rng.integers(2))
    voices, at_s = [43, 52, 58, 65], 0.3
    while at_s < LENGTH_S:
        classes = _chord(tonic, int(rng.integers(0, 7)), minor)
        length_s = beat_s * float(rng.choice([1, 1, 2, 0.5]))
        for voice, before in enumerate(voices):
            near = [midi for midi in range(before - 5, before + 6) if midi % 12 in classes]
            voices[voice] = int(np.clip(rng.choice(near), (40, 47, 53, 58)[voice], (57, 64, 70, 78)[voice]))
        for midi in sorted(set(voices)):
            luck.strike(notes, at_s, 0.98 * length_s, midi, 88)
        at_s += length_s
    return program, 36, notes


KINDS: dict[str, Callable[[_Luck], tuple[int, int, Notes]]] = {
    "riff": riff,
    "bass": bass,
    "line": line,
    "keys": keys,
    "ukulele": ukulele,
    "strum": strum,
    "choir": choir,
}


def make_up(kind: str, seed: int) -> NoteSong:
    """Make up a piece."""
    rng = np.random.default_rng([list(KINDS).index(kind), seed])
    program, low, notes = KINDS[kind](_Luck(rng, seed >= TRIED_FROM))
    return NoteSong(kind, seed, program, low, _struck_once(notes))


def _struck_once(notes: Notes) -> Notes:
    """Return the notes in order; a key struck twice at once counts once, and is let go before it is struck again."""
    kept: dict[int, Notes] = {}
    for start, stop, midi, velocity in sorted(notes):
        before = kept.setdefault(midi, [])
        if before and start - before[-1][0] < 0.05:
            continue
        if before and before[-1][1] > start - 0.005:
            before[-1] = (before[-1][0], start - 0.005, midi, before[-1][3])
        before.append((start, stop, midi, velocity))
    return sorted(note for group in kept.values() for note in group)
