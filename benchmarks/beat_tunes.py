"""Folk tunes of known metre, played by made-up bands: melodies and chords that people wrote, bars that are true.

The tunes are MIDI files of two tracks, melody and chords, with the upbeat filled up to a whole bar, as those of the
Nottingham collection (github.com/jukedeck/nottingham-dataset). Who plays, how and how fast is made up, and what the
drums are: one of FluidR3's kits, those of another sound font, or a kit of `tools/train_separator`. The same tune and
seed give the same song.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile

from band_songs import (
    CRASH,
    HAT,
    KICK,
    OPEN_HAT,
    RIDE,
    SHAKER,
    SNARE,
    SOUND_FONT,
    STICK,
    BandSong,
    render,
    write_midi,
)

KITS = (0, 8, 16, 24, 25, 32, 40)
"""Kits of FluidR3 by their program."""
ROOT = Path(__file__).resolve().parents[1]
OTHER_FONT = ROOT / "web" / "node_modules" / "@coderline" / "alphatab" / "dist" / "soundfont" / "sonivox.sf2"

LONGEST_S = 60.0
SHORTEST_BARS = 8
LEAST_ON_BARS = 0.55
"""Chords of tunes whose bars lie where the file says begin there, or half a bar later."""
THIRD, SIXTH = 1 / 3, 1 / 6


@dataclass(frozen=True)
class Tune:
    """A melody (place, length, midi) and chords (place, tones), places in beats of the metre's own pulse."""

    name: str
    metre: str
    n_pulses: int
    n_bars: int
    melody: tuple[tuple[float, float, int], ...]
    chords: tuple[tuple[float, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Style:
    """What may be played: kick, snare, cymbal, bass and chord each by one of several patterns, places in beats."""

    tempo_bpm: tuple[int, int]
    kick: tuple[tuple[float, ...], ...]
    snare: tuple[tuple[float, ...], ...]
    cymbal: tuple[tuple[float, ...], ...]
    bass: tuple[tuple[float, ...], ...]
    chord: tuple[tuple[float, ...], ...]


def _every(step: float, n: float, start: float = 0.0) -> tuple[float, ...]:
    return tuple(float(x) for x in np.arange(start, n - 1e-6, step))


STYLES = {
    "2/4": (
        Style((92, 144), ((0, 1), (0,), (0, 1)), ((0.5, 1.5), (1,), ()), (_every(0.5, 2), (0.5, 1.5), _every(0.25, 2)),
              ((0, 1), (0,)), ((0.5, 1.5), _every(0.5, 2), (0,))),
    ),
    "3/4": (
        Style((84, 190), ((0,), (0, 2), (0,), ()), ((1, 2), (2,), (1,), ()),
              ((0, 1, 2), _every(0.5, 3), (1, 2), ()), ((0,), (0, 2), (0, 1, 2)), ((1, 2), (0,), _every(0.5, 3))),
        Style((56, 92), ((0,), (0, 1.5)), ((1,), (2,)), (_every(0.5, 3), _every(0.25, 3)), ((0,), (0, 1.5, 2)),
              ((0, 1, 2), (0,), _every(0.5, 3))),
    ),
    "4/4": (
        Style((84, 168), ((0, 2), (0, 2, 2.5), (0, 1.5, 2), (0, 1, 2, 3), (0,)), ((1, 3), (1, 3), (2,), (1, 2.5, 3)),
              (_every(0.5, 4), _every(1, 4), _every(1, 4, 0.5), _every(0.25, 4)),
              ((0, 2), _every(1, 4), _every(0.5, 4), (0, 1.5, 2)),
              ((0,), _every(1, 4, 0.5), (0, 1.5, 2.5), (1, 3), _every(0.5, 4))),
        Style((54, 84), ((0, 2.5), (0, 1.75, 2.5)), ((1, 3),), (_every(0.25, 4), _every(0.5, 4)), ((0, 2), (0, 1.5, 2)),
              ((0, 2), (0,), _every(0.5, 4))),
    ),
    "6/8": (
        Style((76, 132), ((0,), (0, 1), ()), ((1,), (), (2 * THIRD, 1 + 2 * THIRD)),
              (_every(THIRD, 2), (0, 2 * THIRD, 1, 1 + 2 * THIRD), (0, 1)), ((0, 1), (0,)),
              (_every(THIRD, 2), (0, 2 * THIRD, 1, 1 + 2 * THIRD), (THIRD, 2 * THIRD, 1 + THIRD, 1 + 2 * THIRD))),
        Style((42, 70), ((0,), (0, 2 * THIRD)), ((1,),), (_every(THIRD, 2), _every(SIXTH, 2)), ((0, 1), (0,)),
              (_every(THIRD, 2), (0,), (0, 1))),
    ),
}  # fmt: skip


def read_tune(path: Path) -> Tune | None:
    """Read a tune; None where its bars are not sure or of another metre."""
    file = mido.MidiFile(path, clip=True)
    metres = {f"{m.numerator}/{m.denominator}" for track in file.tracks for m in track if m.type == "time_signature"}
    if len(file.tracks) != 2 or len(metres) != 1 or not metres <= set(STYLES):
        return None
    metre = metres.pop()
    over, under = (int(part) for part in metre.split("/"))
    pulse = file.ticks_per_beat * (1.5 if under == 8 else 4 / under)
    n_pulses = round(over * 4 / under * file.ticks_per_beat / pulse)
    melody, tones = (_notes(track, pulse) for track in file.tracks)
    n_bars = int((melody[-1][0] + melody[-1][1] + 0.01) / n_pulses) if melody else 0
    if n_bars < SHORTEST_BARS or not tones:
        return None
    places = sorted({round(at, 3) for at, _, _ in tones})
    on_bars = np.mean([min(at % n_pulses, n_pulses - at % n_pulses) < 0.01 for at in places])
    if on_bars < LEAST_ON_BARS:
        return None
    chords = tuple((at, tuple(sorted(midi for start, _, midi in tones if abs(start - at) < 0.01))) for at in places)
    return Tune(path.stem, metre, n_pulses, n_bars, tuple(melody), chords)


def _notes(track: mido.MidiTrack, pulse: float) -> list[tuple[float, float, int]]:
    tick, begun, found = 0, {}, []
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            begun[message.note] = tick
        elif message.type in ("note_on", "note_off") and message.note in begun:
            start = begun.pop(message.note)
            found.append((start / pulse, (tick - start) / pulse, message.note))
    return sorted(found)


def play(tune: Tune, seed: int) -> BandSong:
    """Make up who plays the tune, and how."""
    rng = np.random.default_rng(20_000 + seed)
    styles = STYLES[tune.metre]
    style = styles[int(rng.random() * len(styles) * 0.999) if rng.random() < 0.5 else 0]
    bpm = float(np.round(rng.uniform(*style.tempo_bpm), 0 if rng.random() < 0.6 else 2))
    n_intro = int(rng.choice([0, 1, 2, 4]))
    n_bars = min(int(LONGEST_S * bpm / 60 / tune.n_pulses), n_intro + 4 * tune.n_bars)
    drift = float(rng.choice([0.0, 0.0, 0.01]))
    pulse = 60 / bpm * (1 + drift * np.cumsum(rng.normal(0, 0.15, (n_bars + 2) * tune.n_pulses)).clip(-3, 3))
    times = float(rng.uniform(0.05, 1.0)) + np.concatenate([[0], np.cumsum(pulse)])
    swing = float(rng.choice([0.0, 0.0, 0.0, 0.12, 0.16])) if tune.metre in ("2/4", "4/4") else 0.0
    jitter = float(rng.choice([0.0, 0.005, 0.010]))
    song = BandSong(seed, f"{tune.metre} {tune.name}", tune.metre, bpm, "", drift == 0.0)
    song.programs = {0: int(rng.choice([32, 33, 34, 38])), 1: int(rng.choice([0, 4, 24, 25, 26, 27, 29, 16, 21])),
                     2: 48, 3: int(rng.choice([65, 73, 56, 80, 40, 22, 71, 105]))}  # fmt: skip
    song.notes = {channel: [] for channel in (0, 1, 2, 3, 9)}

    def at(place: float) -> float:
        if swing and abs(place % 1 - 0.5) < 1e-6:
            place += swing
        return float(np.interp(place, np.arange(len(times)), times))

    def hit(channel: int, midi: int, place: float, length: float, velocity: float) -> None:
        if place < n_bars * tune.n_pulses:
            start = max(0.0, at(place) + float(rng.normal(0, jitter)))
            level = int(np.clip(velocity + rng.normal(0, 6), 20, 127))
            song.notes[channel].append((start, start + max(0.05, length * 60 / bpm), midi, level))

    song.beats = [(at(i), i % tune.n_pulses + 1) for i in range(n_bars * tune.n_pulses)]
    _back(tune, style, n_intro, n_bars, rng, hit)
    shift = int(rng.integers(-5, 6))
    song.notes[0] = [(a, b, midi + shift, v) for a, b, midi, v in song.notes[0]]
    song.notes[1] = [(a, b, midi + shift, v) for a, b, midi, v in song.notes[1]]
    for turn in range(-(-(n_bars - n_intro) // tune.n_bars)):
        begun = (n_intro + turn * tune.n_bars) * tune.n_pulses
        for place, length, midi in tune.melody:
            if place < tune.n_bars * tune.n_pulses:
                hit(3, midi + shift + 12 * (turn % 2), begun + place, 0.9 * length, 96)
    return song


def _back(tune: Tune, style: Style, n_intro: int, n_bars: int, rng: np.random.Generator, hit: object) -> None:
    """Play drums, bass and chords; the drums may be missing, or come later."""
    drums_from = int(rng.choice([0, 0, 0, n_intro, n_intro + 8, n_bars]))
    drums = [
        (KICK, 104),
        (int(rng.choice([SNARE, SNARE, STICK])), 98),
        (int(rng.choice([HAT, RIDE, SHAKER, OPEN_HAT])), 70),
    ]
    kinds = (style.kick, style.snare, style.cymbal, style.bass, style.chord)
    parts = [kind[int(rng.integers(len(kind)))] for kind in kinds]
    other = [kind[int(rng.integers(len(kind)))] for kind in kinds]
    change = int(rng.choice([0, 8, 16]))
    places = np.array([at for at, _ in tune.chords])
    for bar in range(n_bars):
        start = bar * tune.n_pulses
        now = other if change and bar // change % 2 else parts
        fill = bar % 8 == 7 and rng.random() < 0.6
        if bar >= drums_from:
            for (note, level), pattern in zip(drums, now, strict=False):
                for place in pattern:
                    if not (fill and place >= tune.n_pulses - 1):
                        hit(9, note, start + place, 0.1, level + 8 * (abs(place % 1) < 1e-6))
            if fill:
                for k, place in enumerate(_every(0.25 if tune.metre != "6/8" else SIXTH, 1)):
                    hit(9, (SNARE, SNARE, 48, 47, 45, 43)[k], start + tune.n_pulses - 1 + place, 0.1, 96)
            if bar % 8 == 0 and rng.random() < 0.4:
                hit(9, CRASH, start, 1.0, 104)
        for channel, pattern in ((0, now[3]), (1, now[4])):
            for k, place in enumerate(pattern):
                inside = (start + place - n_intro * tune.n_pulses) % (tune.n_bars * tune.n_pulses)
                tones = tune.chords[max(0, int(np.searchsorted(places, inside + 0.01)) - 1)][1]
                if channel == 0:
                    fifth = 7 if k % 2 and rng.random() < 0.4 else 0
                    hit(0, 29 + (tones[0] - 29) % 12 + fifth, start + place, 0.45, 96)
                else:
                    for tone in tones:
                        hit(1, 52 + (tone - 52) % 12, start + place, 0.4, 78)


def render_tune(tune: Tune, seed: int, wav: Path) -> BandSong:
    """Play a tune and render it to ``wav``."""
    song = play(tune, seed)
    rng = np.random.default_rng(777 + seed)
    turn, drums = seed // 4 % 4, song.notes[9]  # two of four by FluidR3, one by another font, one with a kit of ours
    song.programs[9] = int(rng.choice(KITS))
    if turn == 2:
        song.notes[9] = []
    midi = wav.with_suffix(".mid")
    write_midi(song, midi)
    render(midi, wav, font=OTHER_FONT if turn == 1 else SOUND_FONT)
    song.notes[9] = drums
    if turn == 2 and drums:
        _add_kit(wav, drums, rng)
    return song


def _add_kit(wav: Path, drums: list[tuple[float, float, int, int]], rng: np.random.Generator) -> None:
    """Add drums played on a kit of our own, about as loud as the rest."""
    sys.path.append(str(ROOT / "tools" / "train_separator"))
    import kit

    rest, rate_hz = soundfile.read(wav, dtype="float32", always_2d=True)
    played = [(on, HAT if midi in (RIDE, SHAKER) else midi, level / 127) for on, _, midi, level in sorted(drums)]
    struck = kit.play(rng, played, len(rest), 0.5, heavy=False).T
    struck *= np.sqrt(np.square(rest).mean() / max(float(np.square(struck).mean()), 1e-12)) * rng.uniform(0.6, 1.6)
    mix = rest + struck
    soundfile.write(wav, mix / max(1.0, float(np.abs(mix).max())), rate_hz, subtype="FLOAT")
