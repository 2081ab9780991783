"""Guitar lines made up by chance, in which every bend, slide, hammer-on, pull-off and vibrato is known.

A string that is bent glides; a finger that slides steps from fret to fret; a hammer-on jumps without being struck. Two
sounds: programs of a sound font, played through the pitch wheel, and strings of our own, added up from partials. Seeds
from 0 are for choosing, those from 200 for trying: the latter have other instruments and other shapes of bends.
"""

from __future__ import annotations

import subprocess
import wave
from dataclasses import dataclass, field
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE = 44_100
TRIED_FROM = 200
"""Seeds from here on are for trying only."""
KINDS = ("bend", "release", "prebend", "slide", "legato", "vibrato", "struck", "plain")
_SHARES = (0.2, 0.1, 0.06, 0.16, 0.12, 0.1, 0.14, 0.12)
SETTINGS = ("line", "bass", "chord")
"""Alone, over a bass, and over two other strings that ring."""
KNOWN_SOUNDS = (24, 25, 27, 29, "steel", "nylon", "driven")
TRIED_SOUNDS = (26, 30, 104, 105, "twang", "fuzz")
_SHAPES = {
    "straight": lambda x: x,
    "eased": lambda x: 0.5 - 0.5 * np.cos(np.pi * x),
    "quick first": lambda x: 1 - (1 - x) ** 2.5,
    "slow first": lambda x: x**2,
    "past it": lambda x: np.where(x < 0.8, 1.4 * x, np.where(x < 0.9, 1.12, 1.12 - 1.2 * (x - 0.9))),
    "steep": lambda x: (np.tanh(5 * (x - 0.5)) / np.tanh(2.5) + 1) / 2,
    "in three": lambda x: x + 0.05 * np.sin(6 * np.pi * x),
    "in two": lambda x: np.where(x < 0.4, 1.25 * x, np.where(x < 0.65, 0.5, 0.5 + (x - 0.65) / 0.7)),
}
_KNOWN_SHAPES = ("straight", "eased", "quick first", "slow first", "in two")
_TRIED_SHAPES = ("past it", "steep", "in three", "quick first")
_SCALES = ((0, 3, 5, 7, 10), (0, 2, 4, 7, 9), (0, 2, 3, 5, 7, 8, 10))
_WHEEL = 1200.0
# partials, how fast they weaken, how long they ring, how hard they are driven
_STRINGS = {
    "steel": (24, 0.9, 1.6, 0.0),
    "nylon": (14, 1.5, 0.8, 0.0),
    "driven": (16, 1.0, 2.5, 6.0),
    "twang": (30, 0.6, 1.0, 0.0),
    "fuzz": (20, 1.2, 3.0, 15.0),
}


@dataclass(frozen=True)
class Gesture:
    """What a hand does with one string: ``cents`` is how far from ``midi``, the pitch that is fretted first."""

    kind: str
    onset_s: float
    length_s: float
    midi: int
    cents: float = 0.0
    moved_s: float = 0.0
    """When the pitch has gone there."""
    shape: str = ""


@dataclass
class BendSong:
    """Gestures, and what is sounded: (onset s, offset s, MIDI, velocity, times s and cents of the pitch's way)."""

    name: str
    sound: int | str
    setting: str
    gestures: list[Gesture] = field(default_factory=list)
    strokes: list[tuple[float, float, int, int, Floats, Floats]] = field(default_factory=list)
    others: list[tuple[float, float, int, int]] = field(default_factory=list)


def make_up(seed: int, setting: str, sound: int | str, length_s: float = 30.0) -> BendSong:
    """Make up a line of gestures over what ``setting`` says."""
    rng = np.random.default_rng([seed, SETTINGS.index(setting), sum(map(ord, str(sound)))])
    song = BendSong(f"{setting}_{sound}_{seed}", sound, setting)
    tonic, scale = int(rng.integers(52, 60)), _SCALES[int(rng.integers(len(_SCALES)))]
    steps = [tonic + 12 * octave + step for octave in range(3) for step in scale]
    steps = [step for step in steps if 55 <= step <= 79]
    at_s, place = 0.4, int(rng.integers(len(steps)))
    while at_s < length_s:
        place = int(np.clip(place + rng.integers(-3, 4), 0, len(steps) - 1))
        kind = str(rng.choice(KINDS, p=np.array(_SHARES) / sum(_SHARES)))
        end_s = _play(song, rng, kind, at_s, steps[place], seed >= TRIED_FROM)
        if setting != "line" and rng.random() < 0.6:
            low = [steps[0] - 12] if setting == "bass" else [steps[place] - 16, steps[place] - 9]
            length = float(rng.choice([0.5, 1.0, 1.5])) * (end_s - at_s)
            song.others.extend((at_s + 0.01 * k, at_s + length, max(midi, 40), 78) for k, midi in enumerate(low))
        at_s = end_s + float(rng.choice([0.0, 0.02, 0.15]))
    return song


def _play(song: BendSong, rng: np.random.Generator, kind: str, at_s: float, midi: int, is_tried: bool) -> float:
    velocity = int(rng.integers(76, 112))
    length_s = float(rng.choice([0.3, 0.45, 0.6, 0.9]))
    if kind in ("bend", "release", "prebend"):
        cents = float(rng.choice([100, 200, 200, 150, 300]))
        shapes = _TRIED_SHAPES if is_tried else _KNOWN_SHAPES
        shape = shapes[int(rng.integers(len(shapes)))]
        takes_s = float(rng.uniform(0.05, 0.4))
        begins_s = float(rng.uniform(0.02, 0.25))
        x = np.linspace(0, 1, 33)
        way = cents * _SHAPES[shape](x)
        if kind == "prebend":
            cents_at, times = cents - way, begins_s + 0.1 + takes_s * x
            gesture = Gesture(kind, at_s, 0.0, midi, cents, at_s + float(times[-1]), shape)
        else:
            times, cents_at = begins_s + takes_s * x, way
            gesture = Gesture(kind, at_s, 0.0, midi, cents, at_s + float(times[-1]), shape)
        if kind == "release":
            back_s = float(rng.uniform(0.08, 0.25))
            times = np.concatenate([times, times[-1] + float(rng.uniform(0.12, 0.4)) + back_s * x])
            cents_at = np.concatenate([cents_at, cents - way])
        length_s = max(length_s, float(times[-1]) + float(rng.uniform(0.1, 0.4)))
    elif kind == "slide":
        n_frets = int(rng.integers(1, 4)) * (1 if rng.random() < 0.7 else -1)
        each_s = float(rng.uniform(0.02, 0.08))
        begins_s = float(rng.uniform(0.06, 0.25))
        times, cents_at = _steps(begins_s, each_s, n_frets)
        gesture = Gesture(kind, at_s, 0.0, midi, 100.0 * n_frets, at_s + float(times[-1]), f"{n_frets} frets")
        length_s = float(times[-1]) + float(rng.uniform(0.12, 0.5))
    elif kind == "legato":
        n_frets = int(rng.integers(1, 5)) * (1 if rng.random() < 0.6 else -1)
        times, cents_at = _steps(float(rng.uniform(0.08, 0.25)), 0.0, n_frets)
        gesture = Gesture(kind, at_s, 0.0, midi, 100.0 * n_frets, at_s + float(times[-1]), f"{n_frets} frets")
        length_s = float(times[-1]) + float(rng.uniform(0.12, 0.5))
    elif kind == "vibrato":
        length_s = max(length_s, 0.6)
        times = np.linspace(0, length_s, 200)
        depth, rate_hz, late_s = rng.uniform(20, 60), rng.uniform(4, 7.5), rng.uniform(0.05, 0.25)
        # fingers pull a string up and let it go: never below its fret
        cents_at = np.where(times < late_s, 0.0, depth * (1 - np.cos(2 * np.pi * rate_hz * (times - late_s))))
        gesture = Gesture(kind, at_s, 0.0, midi, 2 * float(depth), 0.0, "")
    elif kind == "struck":
        # another key struck while the first still rings or at once after it
        step = int(rng.integers(1, 4))
        first_s = float(rng.uniform(0.1, 0.3))
        song.strokes.append((at_s, at_s + first_s, midi, velocity, np.zeros(1), np.zeros(1)))
        song.gestures.append(Gesture(kind, at_s, first_s, midi))
        song.strokes.append(
            (at_s + first_s, at_s + first_s + length_s, midi + step, velocity, np.zeros(1), np.zeros(1))
        )
        song.gestures.append(Gesture(kind, at_s + first_s, length_s, midi + step))
        return at_s + first_s + length_s
    else:
        times, cents_at = np.zeros(1), np.zeros(1)
        gesture = Gesture(kind, at_s, 0.0, midi)
    song.strokes.append((at_s, at_s + length_s, midi, velocity, times, cents_at))
    song.gestures.append(Gesture(kind, at_s, length_s, midi, gesture.cents, gesture.moved_s, gesture.shape))
    return at_s + length_s


def _steps(begins_s: float, each_s: float, n_frets: int) -> tuple[Floats, Floats]:
    """Return the way over frets: each holds until the next, which takes over within 4 ms."""
    way_s = 0.004
    if each_s == 0.0:
        return np.array([begins_s, begins_s + way_s]), np.array([0.0, 100.0 * n_frets])
    times, cents = [], []
    for fret in range(abs(n_frets)):
        at_s = begins_s + fret * each_s
        times += [at_s, at_s + way_s]
        cents += [100.0 * fret * np.sign(n_frets), 100.0 * (fret + 1) * np.sign(n_frets)]
    return np.array(times), np.array(cents)


def render(song: BendSong, folder: Path, soundfont: Path) -> Path:
    """Write the song as sound, if it is not there yet."""
    path = folder / f"{song.name}.wav"
    if path.exists():
        return path
    if isinstance(song.sound, str):
        sound = _strings(song)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, len(sound), "NONE", ""))
            file.writeframes(np.round(16_000 * sound / np.abs(sound).max()).astype("<i2").tobytes())
        return path
    midi = path.with_suffix(".mid")
    _write_midi(song, int(song.sound), midi)
    quiet = ("fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.6", "-r", str(RATE))
    subprocess.run([*quiet, "-F", str(path), str(soundfont), str(midi)], check=True, capture_output=True)
    return path


def _write_midi(song: BendSong, program: int, path: Path) -> None:
    events: list[tuple[float, int, mido.Message]] = []

    def add(at_s: float, order: int, kind: str, channel: int = 0, **values: int) -> None:
        events.append((at_s, order, mido.Message(kind, channel=channel, **values)))

    for channel in (0, 1):
        add(0.0, 0, "program_change", channel, program=program)
        for control, value in ((101, 0), (100, 0), (6, int(_WHEEL / 100)), (38, 0)):
            add(0.0, 0, "control_change", channel, control=control, value=value)
    for start, stop, midi, velocity, times, cents in song.strokes:
        fine = np.unique(np.concatenate([[0.0], np.arange(0.0, times[-1] + 0.002, 0.002)]))
        bent = np.interp(fine, times, cents)
        fine, bent = fine[np.insert(np.diff(bent) != 0, 0, True)], bent[np.insert(np.diff(bent) != 0, 0, True)]
        for at_s, value in zip(fine, bent, strict=True):
            add(start + at_s, 1, "pitchwheel", pitch=round(8191 * value / _WHEEL))
        add(start, 2, "note_on", note=midi, velocity=velocity)
        add(stop - 0.002, 0, "note_off", note=midi)
    for start, stop, midi, velocity in song.others:
        add(start, 2, "note_on", 1, note=midi, velocity=velocity)
        add(stop, 0, "note_off", 1, note=midi)
    track, last = mido.MidiTrack(), 0
    track.append(mido.MetaMessage("set_tempo", tempo=500_000))
    for at_s, _, message in sorted(events, key=lambda event: event[:2]):
        tick = round(at_s * 2 * 960)
        track.append(message.copy(time=tick - last))
        last = tick
    file = mido.MidiFile(ticks_per_beat=960)
    file.tracks.append(track)
    file.save(path)


def _strings(song: BendSong) -> Floats:
    """Add up plucked strings: partials that die the sooner the higher they are, a little sharp, and the pick."""
    n_partials, bright, lasts_s, drive = _STRINGS[str(song.sound)]
    strokes = [*song.strokes, *((*other, np.zeros(1), np.zeros(1)) for other in song.others)]
    sound = np.zeros(round(RATE * (max(stop for _, stop, *_ in strokes) + 0.5)))
    rng = np.random.default_rng(len(strokes))
    for start, stop, midi, velocity, times, cents in strokes:
        seconds = np.arange(round((stop - start + 0.04) * RATE)) / RATE
        pitch_hz = 440 * 2 ** ((midi - 69 + np.interp(seconds, times, cents) / 100) / 12)
        turned = 2 * np.pi * np.cumsum(pitch_hz) / RATE
        tone = np.zeros(len(seconds))
        for partial in range(1, n_partials + 1):
            ratio = partial * np.sqrt(1 + 6e-5 * partial**2)
            if ratio * pitch_hz.max() > 0.45 * RATE:
                break
            level = abs(np.sin(np.pi * partial * 0.17)) / partial**bright
            dies = np.exp(-seconds * (1 + 0.18 * partial) / lasts_s)
            tone += level * dies * np.sin(ratio * turned + rng.uniform(0, 6.28))
        tone += 0.5 * rng.normal(size=len(seconds)) * np.exp(-seconds / 0.004)
        # a fret that the finger crosses is heard
        for at_s in times[::2] if len(times) < 8 and len(times) > 1 else ():
            gone = seconds - at_s
            tone += 0.06 * rng.normal(size=len(seconds)) * np.where(gone > 0, np.exp(-gone / 0.004), 0.0)
        fades = np.clip((stop - start - seconds) / 0.03 + 1, 0, 1) * np.clip(seconds / 0.001, 0, 1)
        first = round(start * RATE)
        sound[first : first + len(tone)] += velocity / 100 * tone * fades
    sound /= np.abs(sound).max()
    return np.tanh(drive * sound) if drive else sound
