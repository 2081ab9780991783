"""How our vocoder stretches beside Signalsmith Stretch: spectra, attacks, strokes, image, cost.

    python benchmarks/stretching.py SONG [SONG ...] [--from-s 40] [--length-s 10]

The spectra of what was made are compared with those of the song at the same musical time: spectral convergence (SC,
the norm of the difference of magnitudes over that of the song's) and log-spectral distance (LSD), means over the songs;
where the pitch moves, with the song's spectrum moved alike, up to 16 kHz of the song.
Attacks are the rise of the steepest 2 % of 5 ms frames as a part of the song's. Strokes are bursts of noise half a
second apart: where a tenth of their energy has come, against where it belongs. The side is its change against the mid.
At last steady tones, moved by each semitone of an octave up and down: how far they lie off, and what sounds besides.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from tonmeister.engines.stretching import Engine, stretch
from tonmeister.media.span import read_span

RATE_HZ = 44100
ENGINES: tuple[Engine, ...] = ("signalsmith", "vocoder")
HOP, N_FFT = 512, 2048
RATES = (0.85, 0.9, 0.95, 1.05, 1.1, 1.15)
MOVES = (2.0, -3.0, 5.0, -5.0, 12.0, -12.0)
CHANGES = (*((rate, 0.0) for rate in RATES), *((1.0, move) for move in MOVES), (0.9, 2.0), (1.1, -3.0))
TONES_HZ = (40, 60, 82.4, 110, 220, 440, 1000, 3000, 9000, 12000, 15000)


def magnitudes(sound: np.ndarray, rate: float, n: int) -> np.ndarray:
    padded = np.pad(sound.mean(axis=0), (N_FFT, N_FFT))
    at = np.round(np.arange(n) * HOP * rate).astype(int) + N_FFT // 2
    return np.abs(np.fft.rfft(padded[at[:, None] + np.arange(N_FFT)] * np.hanning(N_FFT).astype(np.float32)))


def spectra(song: np.ndarray, made: np.ndarray, rate: float, semitones: float) -> tuple[float, float]:
    n = min(made.shape[1], round(song.shape[1] / rate)) // HOP - 1
    wanted, found = magnitudes(song, rate, n), magnitudes(made, 1.0, n)
    if semitones:
        bins = np.arange(wanted.shape[1])
        wanted = np.array([np.interp(bins * 2 ** (-semitones / 12), bins, row) for row in wanted])
        top = round(16000 * min(1.0, 2 ** (semitones / 12)) / RATE_HZ * N_FFT)
        wanted, found = wanted[:, :top], found[:, :top]
    floor = 1e-3 * wanted.max()
    distance = 20 * np.log10((wanted + floor) / (found + floor))
    convergence = np.linalg.norm(found - wanted) / np.linalg.norm(wanted)
    return float(convergence), float(np.mean(np.sqrt(np.mean(distance**2, axis=1))))


def attack(sound: np.ndarray) -> float:
    n = sound.shape[1] // 220
    level = 10 * np.log10(np.mean(sound.mean(axis=0)[: n * 220].reshape(n, 220) ** 2, axis=1) + 1e-7)
    rises = np.sort(np.diff(level))
    return float(rises[int(0.98 * len(rises)) :].mean())


def side_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean((sound[0] - sound[1]) ** 2) / np.mean((sound[0] + sound[1]) ** 2)))


def stroke_ms(engine: Engine, rate: float, semitones: float) -> tuple[float, float]:
    rng = np.random.default_rng(1)
    at = (np.arange(1, 15) * RATE_HZ / 2).astype(int)
    sound = np.zeros((2, 8 * RATE_HZ), np.float32)
    for place in at:
        sound[:, place : place + 2000] += rng.standard_normal(2000) * np.exp(-np.arange(2000) / 300)

    def come(of: np.ndarray, places: np.ndarray) -> np.ndarray:
        grown = [np.cumsum(of[0, place - 4000 : place + 6000] ** 2) for place in places]
        return np.array([np.searchsorted(sums, 0.1 * sums[-1]) - 4000 for sums in grown]) * 1000 / RATE_HZ

    made = stretch(sound, RATE_HZ, rate=rate, semitones=semitones, engine=engine)
    error = come(made, (at / rate).astype(int)) - come(sound, at)
    return float(error.mean()), float(error.std())


def tone_cents(engine: Engine, hz: float, semitones: float) -> tuple[float, float]:
    """Return how far a steady tone lies off, and the level of all else against it in dB."""
    tone = (0.3 * np.sin(2 * np.pi * hz * np.arange(3 * RATE_HZ) / RATE_HZ)).astype(np.float32)[np.newaxis]
    middle = stretch(tone, RATE_HZ, semitones=semitones, engine=engine)[0, RATE_HZ // 2 : -RATE_HZ // 2]
    n = 1 << 19
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(middle.size), n))
    peak = int(np.argmax(spectrum))
    before, at, after = np.log(spectrum[peak - 1 : peak + 2])
    found_hz = (peak + 0.5 * (before - after) / (before - 2 * at + after)) * RATE_HZ / n
    near = round(6 * n / RATE_HZ)
    share = np.sum(spectrum[peak - near : peak + near + 1] ** 2) / np.sum(spectrum**2)
    return 1200 * float(np.log2(found_hz / hz)) - 100 * semitones, float(10 * np.log10(max(1e-12, 1 - share)))


def print_tones() -> None:
    """Print the worst of each tone over all moves by whole semitones within an octave up and down."""
    for engine in ENGINES:
        for hz in TONES_HZ:
            moves = [s for s in range(-12, 13) if s and hz * 2 ** (s / 12) < 20000]
            found = np.array([tone_cents(engine, hz, float(s)) for s in moves])
            print(
                f"{engine:11} {hz:7g} Hz: {np.abs(found[:, 0]).max():.2f} cents, {found[:, 1].max():.0f} dB", flush=True
            )


def main() -> None:
    """Print a row for each engine and change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", nargs="+", type=Path)
    parser.add_argument("--from-s", type=float, default=40.0)
    parser.add_argument("--length-s", type=float, default=10.0)
    asked = parser.parse_args()
    until_s = asked.from_s + asked.length_s
    songs = [
        read_span(path, asked.from_s, until_s, sample_rate=RATE_HZ, max_duration_s=1e5).samples for path in asked.songs
    ]
    for rate, semitones in CHANGES:
        for engine in ENGINES:
            began = time.process_time()
            made = [stretch(song, RATE_HZ, rate=rate, semitones=semitones, engine=engine) for song in songs]
            cpu_s = time.process_time() - began
            pairs = list(zip(songs, made, strict=True))
            found = np.mean([spectra(song, one, rate, semitones) for song, one in pairs], axis=0)
            attacks = np.mean([attack(one) / attack(song) for song, one in pairs])
            image = np.mean([side_db(one) - side_db(song) for song, one in pairs])
            mean_ms, spread_ms = stroke_ms(engine, rate, semitones)
            print(
                f"{engine:11} rate {rate:.2f} {semitones:+.0f} st: SC {found[0]:.3f}, LSD {found[1]:.2f} dB, attacks "
                f"{attacks:.2f}, side {image:+.2f} dB, strokes {mean_ms:+.2f} ms (sd {spread_ms:.2f}), "
                f"{cpu_s:.2f} CPU-s",
                flush=True,
            )
    print_tones()


if __name__ == "__main__":
    main()
