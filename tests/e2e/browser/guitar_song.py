"""A guitar made by code, with all that is true about it."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import numpy as np

from tonmeister.dsp.synth import plucked_string

RATE = 44100
TEMPO_BPM = 96.0
LEAD_IN_S = 0.5

_CHORDS = (
    ("A:min", (45, 52, 57, 60, 64)),
    ("F", (41, 48, 53, 57, 60, 65)),
    ("C", (48, 52, 55, 60, 64)),
    ("G", (43, 47, 50, 55, 59, 67)),
)
_PATTERN = (0, 2, 3, 4, 3, 2, 4, 3)


@dataclass(frozen=True)
class Played:
    """A note of the song."""

    onset_s: float
    midi: int


def guitar_notes(n_bars: int) -> list[Played]:
    """Return broken chords in eighths at 96 BPM, a chord a bar."""
    beat_s = 60 / TEMPO_BPM
    notes = []
    for bar in range(n_bars):
        voices = _CHORDS[bar % len(_CHORDS)][1]
        for step, voice in enumerate(_PATTERN):
            onset_s = LEAD_IN_S + (4 * bar + step / 2) * beat_s
            notes.append(Played(onset_s, voices[min(voice, len(voices) - 1)]))
    return notes


def guitar_song(n_bars: int = 8) -> bytes:
    """Return the song as a WAV file."""
    notes = guitar_notes(n_bars)
    out = np.zeros(int((notes[-1].onset_s + 2.5) * RATE), dtype=np.float32)
    length = int(1.4 * RATE)
    fade = np.minimum(1.0, np.linspace(8, 0, length, dtype=np.float32))
    for at, note in enumerate(notes):
        hz = 440 * 2 ** ((note.midi - 69) / 12)
        tone = plucked_string(hz, length, RATE, velocity=0.85 if at % 8 == 0 else 0.7)[0] * fade
        start = int(note.onset_s * RATE)
        stop = min(out.size, start + length)
        out[start:stop] += tone[: stop - start]
    pcm = np.round(out / np.max(np.abs(out)) * 0.6 * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(pcm.tobytes())
    return file.getvalue()
