"""Bands of sampled instruments: fluidsynth plays notes with the soundfont FluidR3, which is free to use (MIT)."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from effects import RATE, Sound

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
SOUNDFONT_SHA256 = "74594e8f4250680adf590507a306655a299935343583256f3b722c48a1bc1cb0"

# Programs of General MIDI; what sings by itself (choirs, synthesised voices) would teach the network wrongly.
KITS = (0, 8, 16, 24, 25, 32, 40)
BASSES = (32, 33, 34, 35, 36, 37, 38, 39)
CHORDAL = (
    *range(8), 11, 12, *range(16, 20), 21, 22, *range(24, 31), 44, 45, 46, 48, 49, 50, 51, 61, 62, 63, 80, 81, 84,
    88, 89, 90, 92, 93, 95, 104, 106,
)  # fmt: skip
LEADS = (
    0, 4, 11, 21, 25, 26, 27, 28, 29, 30, 40, 41, 42, 56, 57, 59, 60, 64, 65, 66, 68, 69, 71, 73, 75, 79, 80, 81, 87,
)  # fmt: skip

_TICKS_A_SECOND = 960


@dataclass(frozen=True)
class Layer:
    """Notes (onset s, offset s, midi, loudness 0 to 1) for one instrument at one place from -1 to 1."""

    program: int
    notes: Sequence[tuple[float, float, int, float]]
    pan: float = 0.0
    gain_db: float = 0.0
    is_drums: bool = False


def sampled(layers: Sequence[Layer], n: int, *, with_effects: bool = False) -> Sound:
    """Play layers together, with fluidsynth's own room and chorus where asked; return (2, n)."""
    effects = "1" if with_effects else "0"
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)]))
    melodic = iter(channel for channel in range(16) if channel != 9)
    for layer in layers:
        file.tracks.append(_track(layer, 9 if layer.is_drums else next(melodic)))
    with tempfile.TemporaryDirectory() as folder:
        song, sound = Path(folder, "song.mid"), Path(folder, "song.raw")
        file.save(song)
        command = ["fluidsynth", "-ni", "-q", "-R", effects, "-C", effects, "-g", "0.5", "-r", str(RATE)]
        command += ["-O", "float", "-T", "raw", "-F", str(sound), str(SOUNDFONT), str(song)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        played = np.fromfile(sound, np.float32).reshape(-1, 2).T[:, :n]
    return np.pad(played, ((0, 0), (0, n - played.shape[1]))).astype(np.float32)


def _track(layer: Layer, channel: int) -> mido.MidiTrack:
    set_up = [
        (0, mido.Message("program_change", channel=channel, program=layer.program)),
        (0, mido.Message("control_change", channel=channel, control=10, value=round(63.5 + 63.5 * layer.pan))),
        (0, mido.Message("control_change", channel=channel, control=7, value=round(100 * 10 ** (layer.gain_db / 40)))),
    ]
    strokes = []
    for onset_s, offset_s, midi, loudness in layer.notes:
        velocity = min(127, max(1, round(127 * loudness)))
        first, last = round(onset_s * _TICKS_A_SECOND), round(offset_s * _TICKS_A_SECOND)
        if first < 0 or not 0 <= midi <= 127:
            continue
        strokes.append((first, 1, mido.Message("note_on", channel=channel, note=midi, velocity=velocity)))
        strokes.append((max(first + 1, last), 0, mido.Message("note_off", channel=channel, note=midi)))
    events = set_up + [(at, message) for at, _, message in sorted(strokes, key=lambda one: one[:2])]
    track, before = mido.MidiTrack(), 0
    for at, message in events:
        track.append(message.copy(time=at - before))
        before = at
    return track


def check_soundfont() -> None:
    """Refuse another soundfont than the one that the weights were trained with."""
    with SOUNDFONT.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SOUNDFONT_SHA256:
        raise SystemExit(f"{SOUNDFONT} has the sha256 {found}, not {SOUNDFONT_SHA256}")
