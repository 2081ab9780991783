"""Band songs made up by chance, with everything true about them known, rendered by fluidsynth.

Grooves of several metres (straight, shuffled, half-time, off-beat, without drums), sections that repeat, hands that are
not exact, and for some songs a drummer who drifts. The same seed gives the same song.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
KICK, SNARE, STICK, HAT, OPEN_HAT, RIDE, CRASH, SHAKER = 36, 38, 37, 42, 46, 51, 49, 82


@dataclass(frozen=True)
class Groove:
    """A groove: places in beats of the bar's own pulse, ``n_pulses`` of ``quarters`` each."""

    metre: str
    n_pulses: int
    tempo_bpm: tuple[int, int]
    kick: tuple[float, ...] = ()
    snare: tuple[float, ...] = ()
    hat: tuple[float, ...] = ()
    hat_note: int = HAT
    bass: tuple[float, ...] = (0,)
    chord: tuple[float, ...] = (0,)
    swing: float = 0.0
    """How far the second half of a pulse is delayed, in pulses."""


def _every(step: float, n: float, start: float = 0.0) -> tuple[float, ...]:
    return tuple(float(x) for x in np.arange(start, n - 1e-6, step))


THIRD = 1 / 3
GROOVES = {
    "rock": Groove("4/4", 4, (90, 170), (0, 2, 2.5), (1, 3), _every(0.5, 4), HAT, _every(0.5, 4), (0, 1.5, 2.5)),
    "ballad": Groove("4/4", 4, (56, 84), (0, 2.5), (1, 3), _every(0.25, 4), HAT, (0, 1.5, 2), (0, 2)),
    "disco": Groove("4/4", 4, (108, 132), (0, 1, 2, 3), (1, 3), _every(1, 4, 0.5), OPEN_HAT, _every(0.5, 4),
                    (0.5, 1.5, 2.5, 3.5)),
    "halftime": Groove("4/4", 4, (120, 160), (0, 1.5), (2,), _every(0.5, 4), HAT, (0, 1.5), (0,)),
    "shuffle": Groove("4/4", 4, (84, 140), (0, 2), (1, 3), _every(0.5, 4), RIDE, _every(1, 4), (0, 2), swing=0.16),
    "reggae": Groove("4/4", 4, (66, 92), (2,), (2,), _every(0.5, 4), HAT, (0, 1.5, 2), (0.5, 1.5, 2.5, 3.5)),
    "funk": Groove("4/4", 4, (92, 116), (0, 0.75, 2.5), (1, 3, 1.75), _every(0.25, 4), HAT, (0, 0.75, 1.5, 2.5, 3.25),
                   (0.5, 1.25, 2.75)),
    "bossa": Groove("4/4", 4, (110, 150), (0, 1.5, 2, 3.5), (0, 1.5, 3), _every(0.5, 4), SHAKER, (0, 1.5, 2, 3.5),
                    (0, 1.5, 3)),
    "metal": Groove("4/4", 4, (150, 200), (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5), (1, 3), _every(1, 4), RIDE,
                    _every(0.5, 4), _every(0.5, 4)),
    "folk": Groove("4/4", 4, (84, 130), (), (), (), HAT, (0, 2), _every(0.5, 4)),
    "waltz": Groove("3/4", 3, (80, 180), (0,), (1, 2), (0, 1, 2), HAT, (0,), (1, 2)),
    "waltz bare": Groove("3/4", 3, (80, 150), (), (), (), HAT, (0,), (1, 2)),
    "polka": Groove("2/4", 2, (100, 140), (0, 1), (0.5, 1.5), (0.5, 1.5), HAT, (0, 1), (0.5, 1.5)),
    "six": Groove("6/8", 2, (42, 72), (0,), (1,), _every(THIRD, 2), HAT, (0, 1), _every(THIRD, 2)),
    "jig": Groove("6/8", 2, (80, 126), (0,), (1,), _every(THIRD, 2), HAT, (0, 1), (0, 2 * THIRD, 1, 1 + 2 * THIRD)),
}  # fmt: skip

MAJOR_CHORDS = ((0, 7, 9, 5), (0, 9, 5, 7), (0, 5, 7, 0), (0, 0, 5, 7), (9, 5, 0, 7), (0, 4, 5, 7), (2, 7, 0, 9))
MINOR_CHORDS = ((0, 8, 3, 10), (0, 5, 10, 3), (0, 10, 8, 7), (0, 0, 5, 7), (0, 3, 10, 5), (5, 0, 7, 0))
FORM = (
    ("intro", 4),
    ("verse", 8),
    ("chorus", 8),
    ("verse", 8),
    ("chorus", 8),
    ("bridge", 8),
    ("chorus", 8),
    ("outro", 4),
)


@dataclass
class BandSong:
    """A song and its truth; notes are (onset s, offset s, midi, velocity) by channel, channel 9 the drums."""

    seed: int
    groove: str
    metre: str
    tempo_bpm: float
    key: str
    is_steady: bool
    beats: list[tuple[float, int]] = field(default_factory=list)
    chords: list[tuple[float, float, str]] = field(default_factory=list)
    sections: list[tuple[float, float, str]] = field(default_factory=list)
    notes: dict[int, list[tuple[float, float, int, int]]] = field(default_factory=dict)
    programs: dict[int, int] = field(default_factory=dict)


def compose(seed: int) -> BandSong:
    """Make up a song."""
    rng = np.random.default_rng(seed)
    names = list(GROOVES)
    name = names[seed % len(names)]
    groove = GROOVES[name]
    bpm = float(np.round(rng.uniform(*groove.tempo_bpm), 0 if rng.random() < 0.6 else 2))
    tonic, minor = int(rng.integers(12)), bool(rng.integers(2))
    drift = 0.0 if rng.random() < 0.7 else 0.02
    key = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[tonic] + (" minor" if minor else " major")
    song = BandSong(seed, name, groove.metre, bpm, key, drift == 0.0)
    form = tuple((label, 2 * bars) for label, bars in FORM) if groove.metre == "2/4" else FORM
    n_bars = sum(bars for _, bars in form) + 1
    pulse = 60 / bpm * (1 + drift * np.cumsum(rng.normal(0, 0.15, n_bars * groove.n_pulses)).clip(-3, 3))
    times = float(rng.uniform(0.0, 1.2)) + np.concatenate([[0], np.cumsum(pulse)])

    def at(bar: int, place: float) -> float:
        if groove.swing and abs(place % 1 - 0.5) < 1e-6:
            place += groove.swing
        x = bar * groove.n_pulses + place
        return float(np.interp(x, np.arange(len(times)), times))

    jitter = float(rng.choice([0.0, 0.004, 0.009]))
    tables = MINOR_CHORDS if minor else MAJOR_CHORDS
    order = rng.permutation(len(tables))
    progressions = {"verse": tables[order[0]], "chorus": tables[order[1]], "bridge": tables[order[2]]}
    song.programs = {0: int(rng.choice([32, 33, 34, 38])), 1: int(rng.choice([0, 4, 24, 25, 26, 27, 29, 16])),
                     2: int(rng.choice([48, 52, 50, 19])), 3: int(rng.choice([65, 73, 56, 80, 40, 53]))}  # fmt: skip
    song.notes = {channel: [] for channel in (0, 1, 2, 3, 9)}

    def hit(channel: int, midi: int, time_s: float, length_s: float, velocity: float) -> None:
        start = max(0.0, time_s + float(rng.normal(0, jitter)))
        level = int(np.clip(velocity + rng.normal(0, 6), 20, 127))
        song.notes[channel].append((start, start + max(0.05, length_s), int(midi), level))

    bar_at = 0
    beat_s = 60 / bpm
    for label, bars in form:
        start_bar = bar_at
        chords = progressions.get(label, progressions["verse"])
        loud = {"intro": -12, "verse": -6, "chorus": 8, "bridge": -10, "outro": -10}[label]
        slow_chords = groove.metre == "2/4" or (groove.metre == "6/8" and bpm > 75)
        for i in range(bars):
            bar = bar_at + i
            step = chords[(i // 2 if slow_chords else i) % 4]
            root = (tonic + step) % 12
            third = _third(step, minor)
            kind = "maj" if third == 4 else "min"
            tones = [root, root + third, root + 7]
            name_of = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[root]
            song.chords.append((at(bar, 0), at(bar + 1, 0), f"{name_of}:{kind}"))
            for k in range(groove.n_pulses):
                song.beats.append((at(bar, k), k + 1))
            if label not in ("intro",) or rng.random() < 0.5 or i >= 2:
                for place in groove.kick:
                    hit(9, KICK, at(bar, place), 0.1, 100 + loud)
                for place in groove.snare:
                    hit(9, SNARE if label != "bridge" else STICK, at(bar, place), 0.1, 98 + loud)
                for place in groove.hat:
                    accent = 12 if abs(place % 1) < 1e-6 else 0
                    note = RIDE if label == "chorus" and groove.hat_note == HAT else groove.hat_note
                    hit(9, note, at(bar, place), 0.1, 66 + accent + loud)
                if groove.kick and label == "chorus" and i % 8 == 0:
                    hit(9, CRASH, at(bar, 0), 1.0, 105)
                if groove.kick and i == bars - 1:
                    for j, place in enumerate(_every(0.25, 1)):
                        hit(9, (48, 47, 45, 43)[j], at(bar, groove.n_pulses - 1 + place), 0.1, 95)
            low = 28 + (root - 28) % 12
            for place in groove.bass:
                tone = low + (7 if place and rng.random() < 0.15 and low < 36 else 0)
                hit(0, tone, at(bar, place), 0.8 * beat_s * 0.5, 96 + loud)
            for j, place in enumerate(groove.chord):
                if name == "folk":
                    hit(1, 48 + (tones[(j * 2) % 3] - 48) % 12 + 12 * (j % 3 == 2), at(bar, place), beat_s, 84 + loud)
                    if j == 0:
                        hit(1, 40 + (root - 40) % 12, at(bar, 0), 2 * beat_s, 92 + loud)
                else:
                    for tone in tones:
                        hit(1, 55 + (tone - 55) % 12, at(bar, place), 0.45 * beat_s, 78 + loud)
            if label in ("chorus", "bridge"):
                for tone in tones:
                    hit(2, 60 + (tone - 60) % 12, at(bar, 0), at(bar + 1, 0) - at(bar, 0) - 0.05, 64)
            if label in ("verse", "chorus") and rng.random() < 0.85:
                _sing(rng, hit, at, bar, groove, tones, beat_s, high=label == "chorus")
        bar_at += bars
        song.sections.append((at(start_bar, 0), at(bar_at, 0), label))
    return song


def _third(step: int, minor: bool) -> int:
    minor_steps = {0, 5, 7} if minor else {2, 4, 9}
    return 3 if step in minor_steps else 4


def _sing(
    rng: Any, hit: Any, at: Any, bar: int, groove: Groove, tones: list[int], beat_s: float, *, high: bool
) -> None:
    part = THIRD if groove.metre == "6/8" else 0.5
    place = float(rng.choice([0, 0, part, 1]))
    while place < groove.n_pulses - 1e-6:
        length = float(rng.choice([part, 1, 1, 2 * part]))
        hit(3, (72 if high else 65) + (int(rng.choice(tones)) - 60) % 12 - 4, at(bar, place), 0.9 * length * beat_s, 92)
        place += length


def write_midi(song: BandSong, path: Path) -> None:
    """Write the song's notes as they are timed."""
    import mido

    file = mido.MidiFile(ticks_per_beat=1000)
    for channel, notes in song.notes.items():
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("set_tempo", tempo=1_000_000))
        if channel in song.programs:
            track.append(mido.Message("program_change", channel=channel, program=song.programs[channel]))
        events = []
        for onset, offset, midi, velocity in notes:
            events.append(
                (round(onset * 1000), 1, mido.Message("note_on", channel=channel, note=midi, velocity=velocity))
            )
            events.append((round(offset * 1000), 0, mido.Message("note_off", channel=channel, note=midi)))
        events.sort(key=lambda event: event[:2])
        before = 0
        for tick, _, message in events:
            track.append(message.copy(time=tick - before))
            before = tick
        file.tracks.append(track)
    file.save(path)


def can_render() -> bool:
    """Tell whether fluidsynth and its sound font are here."""
    return shutil.which("fluidsynth") is not None and SOUND_FONT.exists()


def render(midi: Path, wav: Path, *, gain: float = 0.4, font: Path = SOUND_FONT) -> None:
    """Render a MIDI file."""
    command = ["fluidsynth", "-ni", "-q", "-g", str(gain), "-r", "44100", "-F", str(wav), str(font), str(midi)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def render_song(seed: int, wav: Path) -> BandSong:
    """Make up a song, render it to ``wav`` and return its truth."""
    song = compose(seed)
    with tempfile.TemporaryDirectory() as folder:
        midi = Path(folder) / "song.mid"
        write_midi(song, midi)
        render(midi, wav)
    return song
