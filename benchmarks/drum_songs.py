"""Drums alone, with every strike known: patterns of `band_songs` on several kits, and the stems of rendered songs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import mido

from band_songs import GROOVES, compose, render
from tonmeister.dsp.drums import DRUMS

KITS = {"standard": 0, "room": 8, "power": 16, "electronic": 24, "808": 25, "jazz": 32, "brush": 40}
"""Kits of FluidR3 by their program."""
NUMBERS = {"kick": (35, 36), "snare": (37, 38, 39, 40), "hat": (42, 44, 46)}
"""Which of General MIDI's drums count as which: rim and clap as snare, pedal and open as hi-hat."""
FIRST_SEED = 9000
LENGTH_S = 30.0


@dataclass
class DrumTake:
    """A recording of drums, and when each was struck (s); ``source`` is the kit, or the song."""

    source: str
    pattern: str
    path: Path
    struck: dict[str, list[float]]


def sort_strikes(notes: list[tuple[float, int]]) -> dict[str, list[float]]:
    """Return the times by drum."""
    return {drum: sorted(at for at, midi in notes if midi in NUMBERS[drum]) for drum in DRUMS}


def patterns() -> list[tuple[str, list[tuple[float, int, int]]]]:
    """Return patterns of half a minute, (time s, midi, velocity), from the second section on: one of each groove."""
    made = []
    for at, name in enumerate(GROOVES):
        song = compose(FIRST_SEED - FIRST_SEED % len(GROOVES) + at)
        assert song.groove == name
        notes = sorted((on, midi, velocity) for on, _, midi, velocity in song.notes[9])
        if notes:
            # the end of a verse, a chorus and a bridge: every drum that the song has
            first = song.sections[2][0] - 0.4 * LENGTH_S
            made.append((name, [(on - first, *rest) for on, *rest in notes if 0 <= on - first < LENGTH_S]))
    return made


def render_takes(work: Path) -> list[DrumTake]:
    """Render each pattern with each kit; what is there already is taken."""
    work.mkdir(parents=True, exist_ok=True)
    takes = []
    for name, notes in patterns():
        for kit, program in KITS.items():
            path = work / f"{name.replace(' ', '-')}_{kit}.wav"
            if not path.exists():
                midi = path.with_suffix(".mid")
                _write(notes, program, midi)
                render(midi, path)
            takes.append(DrumTake(kit, name, path, sort_strikes([(on, midi) for on, midi, _ in notes])))
    return takes


def _write(notes: list[tuple[float, int, int]], program: int, path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=1000)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    track.append(mido.Message("program_change", channel=9, program=program))
    events = [(round(1000 * on), 1, midi, velocity) for on, midi, velocity in notes]
    events += [(round(1000 * on) + 80, 0, midi, 0) for on, midi, _ in notes]
    before = 0
    for tick, is_on, midi, velocity in sorted(events):
        kind = "note_on" if is_on else "note_off"
        track.append(mido.Message(kind, channel=9, note=midi, velocity=velocity, time=tick - before))
        before = tick
    file.tracks.append(track)
    file.save(path)


def recorded_takes(audio: Path) -> list[DrumTake]:
    """Return the drum stems of the rendered songs, with their own kit and mixing."""
    takes = []
    for folder in sorted((audio / "synth").glob("d*")):
        with (folder / "notes.csv").open() as file:
            notes = [
                (float(row["onset_s"]), int(row["midi"])) for row in csv.DictReader(file) if row["stem"] == "drums"
            ]
        if notes:
            takes.append(DrumTake(folder.name, folder.name, folder / "drums.ogg", sort_strikes(notes)))
    return takes


def score_strikes(struck: list[float], found: list[float], within_s: float = 0.05) -> tuple[int, int, int]:
    """Return how many strikes are right, found and struck; each is matched once, in order."""
    right = at = 0
    for time_s in sorted(found):
        while at < len(struck) and struck[at] < time_s - within_s:
            at += 1
        if at < len(struck) and struck[at] <= time_s + within_s:
            right, at = right + 1, at + 1
    return right, len(found), len(struck)
