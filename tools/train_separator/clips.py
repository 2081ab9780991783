"""Training clips: stems thrown together anew, mixed, and turned into what the network sees and should say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from effects import RATE, Sound
from numpy.typing import NDArray

from tonmeister.dsp import separation_cues as cells
from tonmeister.dsp import stft

N_FRAMES = 172
_MARGIN = 22
_LENGTH = (N_FRAMES + 2 * _MARGIN + 3) * cells.HOP_SAMPLES


@dataclass(frozen=True)
class Clip:
    """One clip by frames and bands: ``cues`` int8, ``masks`` uint8 of four stems in mid and side, ``power`` of both."""

    cues: NDArray[np.int8]
    masks: NDArray[np.uint8]
    power: NDArray[np.float32]


def make_clip(rng: np.random.Generator, songs: Sequence[NDArray[np.float16]]) -> Clip:
    """Mix a clip of stems of one song or of several; each of ``songs`` is (4, 2, samples)."""
    base = int(rng.integers(len(songs)))
    together = rng.random() < 0.5
    stems = [_taken(rng, songs[base if together else int(rng.integers(len(songs)))], number) for number in range(4)]
    return see(*_mixed(rng, np.stack(stems)))


def _taken(rng: np.random.Generator, song: NDArray[np.float16], number: int) -> Sound:
    speed = rng.uniform(0.84, 1.19) if rng.random() < 0.3 else 1.0
    n = int(_LENGTH * speed) + 2
    start = int(rng.integers(song.shape[2] - n))
    sound = song[number, :, start : start + n].astype(np.float32)
    if speed != 1.0:
        at = np.arange(_LENGTH) * speed
        sound = np.stack([np.interp(at, np.arange(n), side).astype(np.float32) for side in sound])
    sound = sound[:, :_LENGTH]
    if rng.random() < 0.5:
        sound = sound[::-1]
    mid = sound.mean(axis=0, keepdims=True)
    width = rng.choice([1.0, rng.uniform(0, 1.3), 0.0], p=[0.55, 0.3, 0.15])
    sound = mid + np.float32(width) * (sound - mid)
    if rng.random() < (0.04, 0.08, 0.06, 0.12)[number]:
        return np.zeros_like(sound)
    return sound * np.float32(10 ** (rng.normal(0, 4.0) / 20))


def _mixed(rng: np.random.Generator, stems: Sound) -> tuple[Sound, Sound]:
    if rng.random() < 0.1:
        stems = np.repeat(stems.mean(axis=1, keepdims=True), 2, axis=1)
    if rng.random() < 0.35:
        stems = stems * _pumped(rng, stems.sum(axis=0))
    return stems.sum(axis=0), stems


def _pumped(rng: np.random.Generator, mix: Sound) -> NDArray[np.float32]:
    """Return the gain of a compressor on the sum."""
    n = int(rng.uniform(0.01, 0.08) * RATE)
    power = np.cumsum(np.pad(np.mean(mix**2, axis=0, dtype=np.float64), (n + 1, 0)))
    level = np.sqrt(np.maximum((power[n + 1 :] - power[: -n - 1]) / n, 0)) + 1e-6
    gain: NDArray[np.float32] = ((level / level.mean() + 0.3) ** -rng.uniform(0.1, 0.5)).astype(np.float32)
    return gain


def see(mix: Sound, stems: Sound) -> Clip:
    """Return the cues of a mix and, from its stems, the masks that separate it best."""
    spectra = cells.to_mid_side(stft.analyse(np.ascontiguousarray(mix), cells.N_FFT))
    power = np.abs(spectra) ** 2
    pooled = cells.pool(power)
    masks = []
    for stem in stems:
        part = cells.to_mid_side(stft.analyse(np.ascontiguousarray(stem), cells.N_FFT))
        along = cells.pool((part * spectra.conj()).real)
        masks.append(np.clip(along / (pooled + 1e-12), 0, 1))
    inner = slice(_MARGIN, _MARGIN + N_FRAMES)
    best = np.stack(masks, axis=-1)[:, inner]
    weight = pooled[:, inner] / max(float(pooled[:, inner].sum()), 1e-9)
    return Clip(
        cues=np.round(np.clip(cells.cues(spectra)[inner], -1.0, 1.0) * 127).astype(np.int8),
        masks=np.round(np.concatenate(list(best), axis=-1) * 255).astype(np.uint8),
        power=np.moveaxis(weight, 0, -1).astype(np.float32),
    )
