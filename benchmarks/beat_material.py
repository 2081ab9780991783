"""Gather songs whose beats are known, as `beat_tuning.py` learns from them.

``beat_material.py OUT --shared FOLDER --bands 44 --guitars 46 --clicks 24
[--tunes FILE ...] [--midi FILE ...] [--guitar-pro FILE ...]``

Writes NAME.npz (what `observe` writes) and NAME.json (beats, group, whether held out; what the drums strike where it is
known) for shared recordings, made-up bands and solo guitars (odd seeds held out), folk tunes played by bands
(`beat_tunes`), clicks, and MIDI and Guitar Pro songs, rendered by fluidsynth. Of a MIDI song the
first 64 seconds are taken, and it is left out where its notes do not lie on its own beats, where it has no drums, or
where its metre changes: such a file's tempo map need not be what a listener counts.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import mido
import numpy as np
import soundfile

import band_songs
import beat_tunes
import guitar_pro_renders
import guitar_songs
import listening
from tonmeister import app
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

MIDI_S, LEAD_S = 64.0, 0.6
CLICK_HZ = 22_050
SHARED_TUNES = ("reelsm-q64", "waltzes5", "reelsd-g64")
"""What the three band arrangements among the shared songs are made of."""
METRES = ("2/4", "3/4", "4/4", "6/8", "12/8")
MOST_TEMPOS, LEAST_DRUM_NOTES, LEAST_ON_GRID, FASTEST_BPM = 6, 150, 0.85, 215.0


def put(runner: Runner, out: Path, name: str, path: Path, truth: dict[str, object]) -> None:
    """Write what is heard of a song, and its truth."""
    observed = runner.run_here(app.capability("observe"), {"file": str(path)}, output=out / f"{name}.npz")
    (out / f"{name}.json").write_text(json.dumps(truth))
    print(f"{name}: {observed.duration_s:.0f} s", flush=True)


def read_midi(path: Path) -> tuple[list[tuple[float, int]], bool, float] | None:
    """Return beats, whether the file names its metre, and where it begins to sound; None for unsuitable songs."""
    file = mido.MidiFile(path, clip=True)
    tempos, metres, onsets, n_drums = {0: 120.0}, {}, [], 0
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempos[tick] = 60e6 / message.tempo
            elif message.type == "time_signature":
                metres[tick] = f"{message.numerator}/{message.denominator}"
            elif message.type == "note_on" and message.velocity:
                onsets.append(tick)
                n_drums += message.channel == 9
    quarter, named = file.ticks_per_beat, set(metres.values())
    metre = next(iter(named), "4/4")
    if n_drums < LEAST_DRUM_NOTES or len(tempos) > MOST_TEMPOS or len(named) > 1 or metre not in METRES:
        return None
    if max(tempos.values()) > FASTEST_BPM or _on_grid(np.array(onsets) / quarter) < LEAST_ON_GRID:
        return None
    over, under = (int(part) for part in metre.split("/"))
    step = 1.5 if under == 8 else 4 / under
    n_beats = round(over * 4 / under / step)
    ticks = np.arange(0, max(onsets), step * quarter)
    changes = np.array(sorted(tempos))
    lengths = 60 / np.array([tempos[tick] for tick in changes]) / quarter
    begun = np.concatenate([[0.0], np.cumsum(np.diff(changes) * lengths[:-1])])
    part = np.searchsorted(changes, ticks, side="right") - 1
    times = begun[part] + (ticks - changes[part]) * lengths[part]
    first_s = max(0.0, float(np.interp(min(onsets), ticks, times)) - LEAD_S)
    beats = [(float(time - first_s), at % n_beats + 1) for at, time in enumerate(times)]
    return [beat for beat in beats if 0 <= beat[0] < MIDI_S], bool(named), first_s


def _on_grid(onsets: np.ndarray) -> float:
    """Return which share of onsets, in quarters, lies on sixteenths, or on triplets of eighths."""
    off = [np.abs((onsets * parts + 0.5) % 1 - 0.5) for parts in (1, 3, 4)]
    return float(max(np.mean(off[2] < 0.08), np.mean((off[0] < 0.05) | (off[1] < 0.08))))


def cut_midi(path: Path, first_s: float, out: Path) -> None:
    """Write a MIDI song from ``first_s`` on, one tick a millisecond."""
    events, time_s = [], 0.0
    for message in mido.MidiFile(path, clip=True):
        time_s += message.time
        at = time_s - first_s
        is_note = message.type in ("note_on", "note_off")
        if message.is_meta or message.type == "sysex" or (is_note and at < 0):
            continue
        if message.type == "note_on" and at > MIDI_S:
            continue
        events.append((round(1000 * min(max(at, 0.0), MIDI_S + 1)), message))
    track, before = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)]), 0
    for tick, message in events:
        track.append(message.copy(time=tick - before))
        before = tick
    file = mido.MidiFile(ticks_per_beat=1000)
    file.tracks.append(track)
    file.save(out)


def midi_songs(files: Sequence[Path], scratch: Path) -> Iterator[tuple[str, Path, dict[str, object]]]:
    """Render MIDI songs that are suitable; two of every four are held out."""
    midi, wav = scratch / "cut.mid", scratch / "cut.wav"
    for at, path in enumerate(sorted(files)):
        found = read_midi(path)
        if found is None:
            continue
        beats, bars_known, first_s = found
        cut_midi(path, first_s, midi)
        band_songs.render(midi, wav)
        truth = {"beats": beats, "group": "midi", "held_out": bool(at // 2 % 2), "bars_known": bars_known}
        yield f"midi_{path.stem}", wav, truth


def made_up(n_bands: int, n_guitars: int, scratch: Path) -> Iterator[tuple[str, Path, dict[str, object]]]:
    """Make up bands and solo guitars."""
    midi, wav = scratch / "song.mid", scratch / "song.wav"
    for group, n, make, weight in (
        ("band", n_bands, band_songs.compose, 1.0),
        ("guitar", n_guitars, guitar_songs.perform, 0.6),
    ):
        for seed in range(1, n + 1):
            song = make(seed)
            band_songs.write_midi(song, midi)
            band_songs.render(midi, wav)
            truth = {"beats": song.beats, "group": group, "held_out": bool(seed % 2), "weight": weight}
            yield f"{group}_{seed:03}", wav, truth | {"metre": song.metre, "drums": struck(song)}


def clicks(n: int, scratch: Path) -> Iterator[tuple[str, Path, dict[str, object]]]:
    """Make up clicks: a drum, a beep, a block of wood or a hi-hat, with or without accents, some of them drifting."""
    wav = scratch / "clicks.wav"
    for seed in range(1, n + 1):
        rng = np.random.default_rng(30_000 + seed)
        n_beats, bpm = (4, 3, 4, 2)[seed % 4], float(rng.uniform(66, 168))
        drift = (0.0, 0.0, 0.015)[seed % 3]
        count = round(36 * bpm / 60)
        periods_s = 60 / bpm * (1 + drift * np.sin(np.arange(count) / rng.uniform(3, 9)))
        times_s = float(rng.uniform(0.1, 1.0)) + np.concatenate([[0.0], np.cumsum(periods_s)])
        sound, t = np.zeros(int((times_s[-1] + 1) * CLICK_HZ)), np.arange(int(0.08 * CLICK_HZ)) / CLICK_HZ
        for number, time_s in enumerate(times_s):
            accent = number % n_beats == 0
            noise = rng.standard_normal(len(t))
            wood = np.sin(2 * np.pi * (1200 if accent else 800) * t) * np.exp(-t / 0.006)
            hit = (
                np.sin(2 * np.pi * 70 * t) + 0.5 * noise * np.exp(-t / 0.005),
                np.sin(2 * np.pi * (1500 if accent else 1000) * t),
                wood + 0.3 * noise * np.exp(-t / 0.002),
                np.diff(noise, append=0.0),
            )[seed // 4 % 4]
            at = int(time_s * CLICK_HZ)
            sound[at : at + len(t)] += 0.4 * (1.0 if accent else 0.7) * np.exp(-t / 0.02) * hit
        soundfile.write(wav, sound / np.abs(sound).max(), CLICK_HZ, subtype="FLOAT")
        beats = [(float(time_s), number % n_beats + 1) for number, time_s in enumerate(times_s)]
        yield f"clicks_{seed:03}", wav, {"beats": beats, "group": "clicks", "held_out": bool(seed % 2), "weight": 0.4}


def struck(song: band_songs.BandSong) -> list[tuple[float, int]]:
    """Return when the drums are struck, and which."""
    return [(round(on, 4), midi) for on, _, midi, _ in sorted(song.notes.get(9, []))]


def folk_tunes(files: Sequence[Path], scratch: Path) -> Iterator[tuple[str, Path, dict[str, object]]]:
    """Let bands play those of the tunes whose bars are sure and that are in no shared song."""
    wav = scratch / "tune.wav"
    for seed, path in enumerate(files):
        tune = None if path.stem in SHARED_TUNES else beat_tunes.read_tune(path)
        if tune is not None:
            song = beat_tunes.render_tune(tune, seed, wav)
            truth = {"beats": song.beats, "group": "tune", "held_out": bool(seed % 2), "weight": 0.5}
            yield f"tune_{tune.name}", wav, truth | {"metre": song.metre, "drums": struck(song)}


def known_songs(
    shared: Path | None, guitar_pro: Sequence[Path], scratch: Path
) -> Iterator[tuple[str, Path, dict[str, object]]]:
    """Go through shared recordings and Guitar Pro songs."""
    songs = list(listening.shared_songs(shared, scratch)) if shared else []
    rendered = guitar_pro_renders.render_files(guitar_pro, scratch) if guitar_pro else ()
    for group, source in (("shared", songs), ("guitar-pro", (listening.Truth(*parts) for parts in rendered))):
        for song in source:
            yield f"{group}_{song.name}", song.path, {
                "beats": song.beats, "group": group, "held_out": not song.is_tuned_on,
            }  # fmt: skip


def main() -> None:
    """Write all that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--shared", type=Path, help="folder of shared recordings")
    parser.add_argument("--bands", type=int, default=0)
    parser.add_argument("--guitars", type=int, default=0)
    parser.add_argument("--clicks", type=int, default=0)
    parser.add_argument("--tunes", type=Path, nargs="*", default=[])
    parser.add_argument("--midi", type=Path, nargs="*", default=[])
    parser.add_argument("--guitar-pro", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        runner = Runner(Settings(n_workers=1, temporary_folder=scratch), app.capability)
        for source in (
            known_songs(given.shared, given.guitar_pro, scratch),
            made_up(given.bands, given.guitars, scratch),
            clicks(given.clicks, scratch),
            folk_tunes(given.tunes, scratch),
            midi_songs(given.midi, scratch),
        ):
            for name, path, truth in source:
                put(runner, given.out, name, path, truth)


if __name__ == "__main__":
    main()
