"""Voices of the speech synthesiser eSpeak NG, made to sing: its words, taken apart into pitch and mouth, on our notes.

eSpeak NG is a program of its own that is called for single words; what it says is heard, none of it is kept.
The mouth's spectrum is taken around each pulse of the voice and smoothed over one pitch (Morise, CheapTrick, Speech
Communication 67, 2015; window, smoothing and lifter as written there, without its search for the best window).
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass

import numpy as np
from effects import RATE, Sound, echo, filtered, high_pass, levelled, placed, room, widened
from palette import saw
from voice import shaped

_LOW_RATE = RATE // 2  # eSpeak NG's
_N, _HOP = 512, 128
_BINS = np.fft.rfftfreq(_N, 1 / _LOW_RATE)

_WORDS = {
    "en-us": "summer window falling over water nobody listen stay with fire dancing slowly open your eyes again "
    "heart street believe never alone carry me home tomorrow shine bright moon wild and free river stone",
    "en-gb": "morning after rain lovely garden dreaming far beyond the sea whisper colder better run away with you "
    "every single time holding on to nothing paper planes ghost",
    "de": "leben sehnsucht heute nacht du und ich immer weiter himmel tanzen fliegen ohne dich zeit regen",
    "es": "corazon luna llena vida noche bailando contigo siempre quiero volver cielo agua fuego mañana",
    "it": "amore stella cantare insieme domani sempre tu mare vento sole voglio dimmi perche lontano",
    "fr-fr": "toujours la lune danse avec moi demain soleil rouge encore une fois partir loin chanson",
    "pt-br": "saudade coração mar azul dançar comigo amanhã voltar menina sonho estrela",
}
_HIGH_VOICES = ("f1", "f2", "f3", "f4", "f5", "anika", "belinda", "linda", "steph")
_VOICES = (
    *_HIGH_VOICES[:5], "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8",
    "anika", "belinda", "david", "ed", "linda", "max", "steph", "zac", "klatt2", "klatt4",
)  # fmt: skip

Notes = list[tuple[float, float, float, float]]


def check_speech() -> None:
    """Refuse to begin without the speech synthesiser."""
    if shutil.which("espeak-ng") is None:
        raise SystemExit("espeak-ng is not installed (Debian: espeak-ng); voices of the arranged songs need it")


@dataclass(frozen=True)
class _Word:
    """A word in frames of `_HOP` at `_LOW_RATE`: the mouth's power spectrum, and the pitch, 0 where unvoiced."""

    mouth: np.ndarray
    hz: np.ndarray


@functools.lru_cache(maxsize=4096)
def _spoken(word: str, voice: str, words_a_minute: int) -> _Word:
    command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "--stdout", word]
    data = subprocess.run(command, check=True, capture_output=True, env=os.environ).stdout
    at = data.index(b"data") + 8
    sound = np.frombuffer(data[at : at + (len(data) - at) // 2 * 2], "<i2").astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(sound) > 0.003)
    sound = sound[max(0, loud[0] - 400) : loud[-1] + 800] if loud.size else np.zeros(4 * _HOP)
    n_frames = max(8, sound.size // _HOP)
    padded = np.pad(sound, (1024, 1024 + _HOP))
    hz = np.array([_pitch_hz(padded[1024 + i * _HOP - 512 : 1024 + i * _HOP + 512]) for i in range(n_frames)])
    mouth = np.stack([_mouth(padded, 1024 + i * _HOP, hz[i]) for i in range(n_frames)])
    return _Word(mouth, hz)


def _pitch_hz(frame: np.ndarray) -> float:
    window = np.hanning(1024)
    power = np.abs(np.fft.rfft(frame * window, 2048)) ** 2
    if power.sum() < 1e-3:
        return 0.0
    alike = np.fft.irfft(power) / np.fft.irfft(np.abs(np.fft.rfft(window, 2048)) ** 2).clip(1e-9)
    lags = slice(_LOW_RATE // 420, _LOW_RATE // 60)
    part = alike[lags] / alike[0]
    best = int(np.argmax(part > 0.92 * part.max()))  # the first of the high ones: no octave too low
    best += int(np.argmax(part[best : best + 12]))
    return _LOW_RATE / (lags.start + best) if part[best] > 0.6 else 0.0


def _mouth(padded: np.ndarray, centre: int, hz: float) -> np.ndarray:
    pitch = hz or 350.0
    half = min(round(1.5 * _LOW_RATE / pitch), _N // 2 - 1)
    window = np.hanning(2 * half + 1)
    window /= np.sqrt(np.sum(window**2))
    power = np.abs(np.fft.rfft(padded[centre - half : centre + half + 1] * window, _N)) ** 2 + 1e-9
    mirrored = np.concatenate([power[:0:-1], power, power[-2::-1]])
    total = np.concatenate([[0.0], np.cumsum(mirrored)])
    width = 2 / 3 * pitch / _BINS[1]
    edges = np.arange(power.size - 1, 2 * power.size - 1) + 0.5
    places = np.arange(total.size)
    smooth = (np.interp(edges + width / 2, places, total) - np.interp(edges - width / 2, places, total)) / width
    delay_s = np.minimum(np.arange(_N), _N - np.arange(_N)) / _LOW_RATE
    lifter = np.sinc(pitch * delay_s) * (1.18 - 0.18 * np.cos(2 * np.pi * pitch * delay_s))
    return np.exp(np.fft.rfft(np.fft.irfft(np.log(smooth), _N) * lifter).real)


class Speaker:
    """One voice: which of eSpeak NG's, in which language, how it trembles and breathes."""

    def __init__(self, rng: np.random.Generator) -> None:
        language = str(rng.choice(list(_WORDS), p=[0.4, 0.24, 0.08, 0.08, 0.08, 0.06, 0.06]))
        self.speak(language, str(rng.choice(_VOICES)))
        self.speed = int(rng.choice([100, 120, 140]))
        self.vibrato_cents, self.vibrato_hz = rng.uniform(0, 35), rng.uniform(4.8, 6.2)
        self.jitter_cents = rng.uniform(0, 10)
        self.breath = rng.uniform(0.02, 0.9)
        self.air_db = rng.uniform(-30, -8) if rng.random() < 0.4 else None
        self.talks = rng.random() < 0.12

    def speak(self, language: str, kind: str) -> None:
        """Take another language and voice."""
        self.voice, self.is_high = f"{language}+{kind}", kind in _HIGH_VOICES
        self.words = _WORDS[language].split()

    def sing(self, rng: np.random.Generator, notes: Notes, n: int) -> Sound:
        """Sing (onset s, offset s, midi, loudness), a word on each; return (1, n), before any room."""
        out = np.zeros(n // 2 + _LOW_RATE * 3, np.float32)
        for onset_s, offset_s, midi, loudness in notes:
            word = _spoken(str(rng.choice(self.words)), self.voice, self.speed)
            sound = loudness * self._sung(rng, word, 440 * 2 ** ((midi - 69) / 12), offset_s - onset_s)
            start = round(onset_s * _LOW_RATE)
            m = min(sound.size, out.size - start)
            if start >= 0 and m > 0:
                out[start : start + m] += sound[:m]
        return self._doubled_rate(out[: (n + 1) // 2])[None, :n]

    def _sung(self, rng: np.random.Generator, word: _Word, hz: float, length_s: float) -> np.ndarray:
        at = _stretched(word.hz, round(length_s * _LOW_RATE / _HOP)) if not self.talks else np.arange(word.hz.size)
        mouth, own_hz = word.mouth[at], word.hz[at]
        voiced = (own_hz > 0).astype(np.float64)
        n = at.size * _HOP
        t = np.arange(n) / _LOW_RATE
        held = np.clip((t - 0.15) / 0.2, 0, 1)
        cents = self.vibrato_cents * held * np.sin(2 * np.pi * (self.vibrato_hz * t + rng.random()))
        cents = cents + np.interp(t, t[:: _LOW_RATE // 20], self.jitter_cents * rng.standard_normal(-(-n // 1102)))
        if self.talks and voiced.any():
            heard = np.interp(np.arange(at.size), np.flatnonzero(voiced), own_hz[voiced > 0])
            cents = cents + 1200 * np.log2(np.interp(t * _LOW_RATE / _HOP, np.arange(at.size), heard / heard.mean()))
        pitch = hz * 2 ** (cents / 1200)
        pulses = np.diff(saw(2 * pitch, rng.random()), prepend=0.0) * np.sqrt(_LOW_RATE / pitch) / 2
        noise = rng.standard_normal(n)
        rough = self.breath * np.clip((_BINS - 1500) / 5000, 0.0, 1.0)
        clear = np.sqrt(mouth * (voiced[:, None] * (1 - rough)))
        hoarse = np.sqrt(mouth * np.where(voiced[:, None] > 0, rough, 1.0))
        sound = shaped(pulses.astype(np.float32), clear) + shaped(noise.astype(np.float32), hoarse)
        ramp = min(n, int(0.015 * _LOW_RATE))
        sound[-ramp:] *= np.linspace(1, 0, ramp, dtype=np.float32)
        sound[: ramp // 3] *= np.linspace(0, 1, ramp // 3, dtype=np.float32)
        return sound

    def _doubled_rate(self, sound: np.ndarray) -> Sound:
        """Return it at `RATE`; what lies above the old one is empty, or a faint mirror of what is below."""
        spectrum = np.fft.rfft(sound)
        full = np.zeros(sound.size + 1, np.complex128)
        full[: spectrum.size] = spectrum
        if self.air_db is not None:
            mirror = np.conj(spectrum[-1:0:-1])
            fall_db = self.air_db - 18 * np.linspace(0, 1, mirror.size)
            full[spectrum.size - 1 : spectrum.size - 1 + mirror.size] += mirror * 10 ** (fall_db / 20)
        return (2 * np.fft.irfft(full, 2 * sound.size)).astype(np.float32)


def _stretched(hz: np.ndarray, n_frames: int) -> np.ndarray:
    """Return which frames to say so that a word has a length: consonants keep theirs, the voiced middle gives way."""
    voiced = np.flatnonzero(hz > 0)
    if voiced.size < 4:
        return np.arange(min(hz.size, max(n_frames, 4)))
    first, last = int(voiced[0]), int(voiced[-1])
    head = np.arange(max(0, first - 20), first)
    tail = np.arange(last + 1, min(hz.size, last + 1 + 14)) if n_frames > 60 else np.arange(0)
    n_middle = max(8, n_frames - head.size - tail.size)
    return np.concatenate([head, np.round(np.linspace(first, last, n_middle)).astype(int), tail])


def choir(rng: np.random.Generator, notes: Notes, n: int, beat_s: float) -> Sound:
    """Sing a melody with one voice, at times doubled or in harmony, in a room; return (2, n)."""
    speaker = Speaker(rng)
    line = [(a, b, m + (12 if speaker.is_high else 0), v) for a, b, m, v in notes]
    lead = placed(speaker.sing(rng, line, n), 0.0 if rng.random() < 0.8 else 0.15 * rng.uniform(-1, 1))
    if rng.random() < 0.2:
        for side in (-1, 1):
            late = [(max(0.0, a + rng.normal(0, 0.012)), b, m, v) for a, b, m, v in line]
            lead += rng.uniform(0.15, 0.5) * placed(speaker.sing(rng, late, n), side * rng.uniform(0.3, 0.9))
    if rng.random() < 0.2:
        second = Speaker(rng)
        other = [(a, b, m + float(rng.choice([-5, 3, 4, 7, -12])), v) for a, b, m, v in line]
        lead += rng.uniform(0.2, 0.5) * placed(second.sing(rng, other, n), rng.uniform(-0.8, 0.8))
    if rng.random() < 0.4:
        lead = levelled(filtered(lead, high_pass(rng.uniform(60, 140))), strength=rng.uniform(0.2, 0.6))
    if rng.random() < 0.15:
        lead = widened(rng, lead, mix=0.4)
    if rng.random() < 0.2:
        lead = echo(lead, delay_s=beat_s * float(rng.choice([0.5, 0.75])), level=rng.uniform(0.1, 0.3), ping_pong=True)
    return room(rng, lead, decay_s=rng.uniform(0.4, 1.8), level=10 ** rng.uniform(-1.3, -0.5))
