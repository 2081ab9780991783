"""Training clips: stems thrown together anew, mixed, and turned into what the network sees and should say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from effects import RATE, Curve, Sound, bells, driven
from numpy.typing import NDArray

from tonmeister.dsp import separation_cues as cells
from tonmeister.dsp import stft

N_FRAMES = 172
_MARGIN = 22
_BASS, _VOCALS = 1, 3
_LENGTH = (N_FRAMES + 2 * _MARGIN + 3) * cells.HOP_SAMPLES


@dataclass(frozen=True)
class Clip:
    """One clip by frames and bands: ``cues`` int8, ``masks`` uint8 of four stems in mid and side, ``power`` of both."""

    cues: NDArray[np.int8]
    masks: NDArray[np.uint8]
    power: NDArray[np.float32]


@dataclass(frozen=True)
class Manner:
    """How far a clip strays from its song."""

    together: float = 0.5
    """How often all stems are of one song."""
    changed: float = 1.0
    """How often sounds are changed, of how often they are by default."""
    curve_db: float = 6.0
    level_db: float = 4.0
    folded: float = 0.1
    """How often all stems are folded down to mono, by default."""


WILD, FOLDED = Manner(), Manner(folded=1.0)
PLAIN = Manner(together=0.75, changed=0.3, curve_db=2.5, level_db=2.5)
PLAINEST = Manner(together=0.85, changed=0.15, curve_db=1.5, level_db=2.0)


def make_clip(rng: np.random.Generator, songs: Sequence[NDArray[np.float16]], manner: Manner = WILD) -> Clip:
    """Mix a clip of stems of one song or of several; each of ``songs`` is (4, 2, samples)."""
    base = int(rng.integers(len(songs)))
    together = rng.random() < manner.together
    stems = [
        _taken(rng, songs[base if together else int(rng.integers(len(songs)))], number, manner) for number in range(4)
    ]
    curves = [bells(rng, 3, manner.curve_db) for _ in stems]
    if rng.random() < 0.5 * manner.changed:
        curves[_BASS] = _gritty(rng, curves[_BASS])
    return see(_mixed(rng, np.stack(stems), manner), curves)


def _gritty(rng: np.random.Generator, curve: Curve) -> Curve:
    """Raise the harmonics of a bass, as a pick, an amplifier or a synthesiser's open filter does."""
    slope_db = rng.uniform(1.0, 5.0)
    return lambda f: curve(f) * 10 ** (slope_db * np.clip(np.log2(f / 130), 0, 3.5) / 20)


def _taken(rng: np.random.Generator, song: NDArray[np.float16], number: int, manner: Manner) -> Sound:
    changed = manner.changed
    speed = rng.uniform(0.84, 1.19) if rng.random() < 0.3 * changed else 1.0
    n = int(_LENGTH * speed) + 2
    start = int(rng.integers(song.shape[2] - n))
    sound = song[number, :, start : start + n].astype(np.float32)
    if speed != 1.0:
        at = np.arange(_LENGTH) * speed
        sound = np.stack([np.interp(at, np.arange(n), side).astype(np.float32) for side in sound])
    sound = sound[:, :_LENGTH]
    if rng.random() < 0.5:
        sound = sound[::-1]
    if number == _BASS and rng.random() < 0.5 * changed:
        sound = driven(sound, rng.uniform(0.7, 8.0))
    mid = sound.mean(axis=0, keepdims=True)
    # Voices are doubled and spread more in records than the singers here do it themselves.
    widest = 2.5 if number == _VOCALS else 1.3
    width = rng.choice([1.0, rng.uniform(0, widest), 0.0], p=[1 - 0.5 * changed, 0.35 * changed, 0.15 * changed])
    sound = mid + np.float32(width) * (sound - mid)
    if rng.random() < (0.04, 0.08, 0.06, 0.12)[number]:
        return np.zeros_like(sound)
    return sound * np.float32(10 ** (rng.normal(0, manner.level_db) / 20))


def _mixed(rng: np.random.Generator, stems: Sound, manner: Manner) -> Sound:
    if rng.random() < manner.folded * manner.changed:
        stems = np.repeat(stems.mean(axis=1, keepdims=True), 2, axis=1)
    if rng.random() < 0.35 * manner.changed:
        stems = stems * _pumped(rng, stems.sum(axis=0))
    return stems


def _pumped(rng: np.random.Generator, mix: Sound) -> NDArray[np.float32]:
    """Return the gain of a compressor on the sum."""
    n = int(rng.uniform(0.01, 0.08) * RATE)
    power = np.cumsum(np.pad(np.mean(mix**2, axis=0, dtype=np.float64), (n + 1, 0)))
    level = np.sqrt(np.maximum((power[n + 1 :] - power[: -n - 1]) / n, 0)) + 1e-6
    gain: NDArray[np.float32] = ((level / level.mean() + 0.3) ** -rng.uniform(0.1, 0.5)).astype(np.float32)
    return gain


def see(stems: Sound, curves: Sequence[Curve]) -> Clip:
    """Equalise the stems, and return the cues of their sum and the masks that take it apart best."""
    hz = np.maximum(np.fft.rfftfreq(cells.N_FFT, 1 / RATE), 20.0)
    parts = [
        cells.to_mid_side(stft.analyse(np.ascontiguousarray(stem), cells.N_FFT) * curve(hz).astype(np.float32))
        for stem, curve in zip(stems, curves, strict=True)
    ]
    spectra = np.sum(parts, axis=0)
    pooled = cells.pool(np.abs(spectra) ** 2)
    masks = [np.clip(cells.pool((part * spectra.conj()).real) / (pooled + 1e-12), 0, 1) for part in parts]
    inner = slice(_MARGIN, _MARGIN + N_FRAMES)
    best = np.stack(masks, axis=-1)[:, inner]
    weight = pooled[:, inner] / max(float(pooled[:, inner].sum()), 1e-9)
    told = np.moveaxis(cells.cues(spectra)[:, inner], 0, -1)
    return Clip(
        cues=np.round(np.clip(told, -1.0, 1.0) * 127).astype(np.int8),
        masks=np.round(np.concatenate(list(best), axis=-1) * 255).astype(np.uint8),
        power=np.moveaxis(weight, 0, -1).astype(np.float32),
    )
