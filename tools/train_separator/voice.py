"""A singer made of arithmetic: a buzz that glides and trembles, a mouth that moves, breath, consonants."""

from __future__ import annotations

import numpy as np
from effects import RATE, Sound, driven, echo, filtered, high_pass, levelled, placed, room
from palette import saw

from tonmeister.dsp.synth import vowel_response

_N, _HOP = 1024, 256
_VOWELS = "aeiou"
# Noise of consonants: low and high edge in Hz, length in s, level.
_CONSONANTS = {
    "s": (4800, 11000, 0.11, 0.5),
    "sh": (2200, 7000, 0.11, 0.5),
    "f": (1500, 12000, 0.08, 0.16),
    "t": (3000, 9000, 0.025, 0.6),
    "k": (1200, 4000, 0.03, 0.5),
    "p": (300, 1800, 0.02, 0.5),
    "h": (600, 5000, 0.07, 0.15),
}


class Singer:
    """One voice: the size of its throat, its roughness, its vibrato and its breath."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.size = rng.uniform(0.92, 1.3)
        self.raised = 12 * (self.size > 1.12) + int(rng.integers(-4, 5))
        self.vibrato_cents, self.vibrato_hz = rng.uniform(0, 45), rng.uniform(4.8, 6.6)
        self.breath = 10 ** rng.uniform(-2.2, -0.9)
        self.slope = rng.uniform(0.2, 1.1)
        self.jitter_cents = rng.uniform(3, 14)
        self.glide_s = rng.uniform(0.02, 0.09)
        self.drive = rng.uniform(1.5, 5.0) if rng.random() < 0.2 else 0.0
        self.is_rap = rng.random() < 0.15
        self.crispness = rng.uniform(0.4, 1.6)
        f = np.fft.rfftfreq(_N, 1 / RATE)
        self.mouths = np.stack([self._mouth(vowel, f, rng) for vowel in _VOWELS])

    def _mouth(self, vowel: str, f: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        stretch = self.size * (1 + 0.06 * rng.uniform(-1, 1))
        gain = np.abs(vowel_response(vowel, np.maximum(f, 20.0) / stretch))
        # Above the fifth formant the throat goes on with weak resonances.
        gain = gain + 0.02 * (1 + np.cos(2 * np.pi * f / 1050 / self.size)) * (f > 2500)
        gain = gain * (np.maximum(f, 60.0) / 500) ** self.slope
        return np.log(gain / np.sqrt(np.mean(gain[:256] ** 2)) + 1e-5)

    def sing(self, rng: np.random.Generator, notes: list[tuple[float, float, float, float]], n: int) -> Sound:
        """Sing (onset s, offset s, midi, loudness) and return (1, n), before any room."""
        midi, loud, mouth, noise = self._score(rng, notes, n)
        times = np.arange(n) / RATE
        frames = np.arange(midi.size) * _HOP / RATE
        drift = np.interp(times, frames, _smooth(rng.standard_normal(midi.size), 25) * 5 * self.jitter_cents)
        swing = np.clip(np.interp(times, frames, self._held), 0, 1)
        cents = drift + self.vibrato_cents * swing * np.sin(2 * np.pi * self.vibrato_hz * times + rng.random())
        hz = 440 * 2 ** ((np.interp(times, frames, midi) - 69 + cents / 100) / 12)
        buzz = saw(hz, rng.random())
        if self.drive:
            buzz = buzz * (1 + 0.5 * np.sin(np.pi * np.cumsum(hz) / RATE))
        buzz = buzz * np.interp(times, frames, loud)
        airy = rng.standard_normal(n) * self.breath * np.interp(times, frames, loud) * (1 + 0.6 * np.sign(buzz))
        voiced = shaped((buzz + airy).astype(np.float32), np.exp(mouth @ self.mouths))
        hiss = shaped(rng.standard_normal(n).astype(np.float32), noise)
        out = voiced / (np.sqrt(np.mean(voiced**2)) + 1e-9) + np.float32(self.crispness * 0.5) * hiss
        if self.drive:
            out = driven(out[None], self.drive)[0]
        return np.asarray(out, np.float32)[None]

    def _score(
        self, rng: np.random.Generator, notes: list[tuple[float, float, float, float]], n: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return, frame by frame: pitch, loudness, weights of the vowels, spectrum of consonants."""
        n_frames = n // _HOP + 1
        f = np.fft.rfftfreq(_N, 1 / RATE)
        midi = np.full(n_frames, np.nan)
        loud = np.zeros(n_frames)
        mouth = np.zeros((n_frames, 5))
        noise = np.zeros((n_frames, f.size))
        self._held = np.zeros(n_frames)
        for onset_s, offset_s, pitch, velocity in notes:
            a, b = int(onset_s * RATE / _HOP), min(int(offset_s * RATE / _HOP), n_frames)
            if b - a < 3 or a < 0:
                continue
            bend = rng.uniform(-3, 3) * np.linspace(0, 1, b - a) if self.is_rap else 0.0
            midi[a:b] = pitch + bend
            loud[a:b] = velocity * (0.85 + 0.15 * np.sin(np.pi * np.linspace(0, 1, b - a)))
            first, last = rng.integers(0, 5, 2)
            turn = np.clip((np.linspace(0, 1, b - a) - rng.uniform(0.2, 0.8)) / 0.2, 0, 1)
            mouth[a:b, first] += 1 - turn
            mouth[a:b, last] += turn
            self._held[a:b] = np.clip((np.arange(b - a) * _HOP / RATE - 0.18) / 0.25, 0, 1)
            if rng.random() < 0.8:
                self._consonant(rng, str(rng.choice(list(_CONSONANTS))), a, loud, noise, f, velocity)
        known = np.flatnonzero(~np.isnan(midi))
        midi = np.interp(np.arange(n_frames), known, midi[known]) if known.size else np.full(n_frames, 60.0)
        mouth += 1e-3
        mouth = _smooth(mouth / mouth.sum(axis=1, keepdims=True), 7)
        return _smooth(midi, max(1, int(self.glide_s * RATE / _HOP))), _smooth(loud, 3), mouth, noise

    def _consonant(self, rng, name, at, loud, noise, f, velocity) -> None:
        low, high, length_s, level = _CONSONANTS[name]
        k = max(2, int(length_s * rng.uniform(0.7, 1.5) * RATE / _HOP))
        a, b = max(0, at - k // 2), min(at + k - k // 2, len(loud))
        band = 1 / np.sqrt((1 + (low / np.maximum(f, 1)) ** 6) * (1 + (f / (high * self.size)) ** 6))
        noise[a:b] += velocity * level * np.sin(np.pi * (np.arange(b - a) + 0.5) / (b - a))[:, None] ** 0.7 * band
        loud[a:b] *= 0.15


def _smooth(x: np.ndarray, k: int) -> np.ndarray:
    if k < 2:
        return x
    flat = x.reshape(len(x), -1)
    padded = np.concatenate((np.repeat(flat[:1], k, 0), flat, np.repeat(flat[-1:], k, 0)))
    total = np.cumsum(padded, axis=0)
    return ((total[k:] - total[:-k]) / k)[k // 2 : k // 2 + len(x)].reshape(x.shape)


def shaped(sound: Sound, gains: np.ndarray) -> Sound:
    """Filter (samples,) by a spectrum that changes every quarter of a window, by overlapping windows."""
    size = 2 * (gains.shape[1] - 1)
    hop, n_frames = size // 4, len(gains)
    window = np.hanning(size + 1)[:size].astype(np.float32)
    padded = np.pad(sound, (size // 2, size + hop * n_frames - sound.size + size))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[: n_frames * hop : hop]
    cut = np.fft.irfft(np.fft.rfft(frames * window) * gains.astype(np.float32), size) * window
    out = np.zeros(n_frames * hop + size, np.float32)
    for number, frame in enumerate(cut):
        out[number * hop : number * hop + size] += frame
    return out[size // 2 : size // 2 + sound.size] / np.float32(1.5)


def vocals(rng: np.random.Generator, notes: list[tuple[float, float, float, float]], n: int, beat_s: float) -> Sound:
    """Sing the melody, with doubles and harmonies, compressed and in a room; return (2, n)."""
    singer = Singer(rng)
    low, high = (55, 81) if singer.size > 1.12 else (43, 69)
    shift = singer.raised
    line = [(a, b, min(max(m + shift, low), high), v) for a, b, m, v in notes]
    lead = placed(singer.sing(rng, line, n), 0.1 * rng.uniform(-1, 1))
    if rng.random() < 0.45:
        for side in (-1, 1):
            other = [(a + rng.normal(0, 0.012), b, m, v) for a, b, m, v in line]
            lead += rng.uniform(0.2, 0.6) * placed(singer.sing(rng, other, n), side * rng.uniform(0.2, 0.9))
    if rng.random() < 0.3:
        step = float(rng.choice([-5, 3, 4, 7, -12]))
        choir = Singer(rng)
        other = [(a + rng.normal(0, 0.015), b, m + step, v) for a, b, m, v in line]
        lead += rng.uniform(0.2, 0.5) * placed(choir.sing(rng, other, n), rng.uniform(-0.9, 0.9))
    lead = levelled(filtered(lead, high_pass(rng.uniform(70, 160))), strength=rng.uniform(0.2, 0.7))
    if rng.random() < 0.3:
        lead = echo(
            lead,
            delay_s=beat_s * float(rng.choice([0.5, 0.75, 1.0])),
            level=rng.uniform(0.1, 0.35),
            ping_pong=rng.random() < 0.5,
        )
    if rng.random() < 0.9:
        lead = room(rng, lead, decay_s=rng.uniform(0.4, 2.6), level=10 ** rng.uniform(-1.4, -0.35))
    return lead
