"""How our vocoder stretches beside Signalsmith Stretch: spectra, attacks, strokes, image, cost.

    python benchmarks/stretching.py SONG [SONG ...] [--from-s 40] [--length-s 10]

The spectra of what was made are compared with those of the song at the same musical time: spectral convergence (SC,
the norm of the difference of magnitudes over that of the song's) and log-spectral distance (LSD), means over the songs.
Attacks are the rise of the steepest 2 % of 5 ms frames as a part of the song's. Strokes are bursts of noise half a
second apart: where a tenth of their energy has come, against where it belongs. The side is its change against the mid.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from tonmeister.engines.stretching import Engine, stretch
from tonmeister.media.span import read_span

RATE_HZ = 44100
HOP, N_FFT = 512, 2048
CHANGES = ((0.85, 0.0), (0.9, 0.0), (0.95, 0.0), (1.05, 0.0), (1.1, 0.0), (1.15, 0.0), (1.0, 2.0), (1.0, -3.0))


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
        top = round(8000 / RATE_HZ * N_FFT)
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
        for engine in ("signalsmith", "vocoder"):
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


if __name__ == "__main__":
    main()
