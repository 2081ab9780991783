"""Kick, snare and hi-hat: what was struck, and when."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.drum_weights import FLOAT16, N_HIDDEN

Floats = NDArray[np.float64]
Sound = NDArray[np.float32] | Iterable[NDArray[np.float32]]
DrumName = Literal["kick", "snare", "hat"]

SAMPLE_RATE = 44_100
"""What the detector hears, in Hz."""
HOP_SAMPLES = 256
_WINDOW = 1024
_LOW_HZ, _HIGH_HZ, _N_BANDS = 40.0, 16_000.0, 28
_COMPRESSION = 0.5  # power to which magnitudes are raised
_BLOCK_FRAMES = 4096
_FLOOR = 0.01
_LEAST_RISE = 0.06
_BACK_FRAMES = 3  # a strike rises within 17 ms
_APART_FRAMES = 5
_SOON_FRAMES, _LATE_FRAMES = (8, 14), (16, 26)  # how far a drum has died away by then
_N_TRAITS = 4 * _N_BANDS

DRUMS: tuple[DrumName, ...] = ("kick", "snare", "hat")
MIDI: dict[DrumName, int] = {"kick": 36, "snare": 38, "hat": 42}
"""General MIDI's numbers."""


@dataclass(frozen=True)
class DrumHit:
    """A strike.

    Attributes
    ----------
    time_s
        When it begins.
    drum
        What was struck.
    strength
        How loud it rises beside the song's loudest strikes, 0 to 1.
    confidence
        How likely it was struck, 0 to 1.
    """

    time_s: float
    drum: DrumName
    strength: float
    confidence: float


def find_drum_hits(sound: Sound, *, least: float = 0.5) -> list[DrumHit]:
    """Find what was struck on a drum kit.

    Parameters
    ----------
    sound
        (1, n_samples) at 44 100 Hz, whole or in blocks: the drums alone; beside other instruments much is taken for a
        drum that is none.
    least
        How likely a strike must be to be taken.

    Returns
    -------
    list of DrumHit
        In order of time; several at one time where several were struck.

    Raises
    ------
    ValueError
        If the sound is not mono.

    Notes
    -----
    Source: our own. Every sudden rise over the bands may be a strike; a network of one hidden layer tells by the
    spectrum, its rise and its decay which drums are part of it, if any. Fitted by `benchmarks/drum_songs.py`.
    """
    strikes, rises, traits = measure_strikes(sound)
    if not len(strikes):
        return []
    loudest = float(np.quantile(rises, 0.98))
    likely = _judge(traits)
    hits = [
        DrumHit(float(at * HOP_SAMPLES / SAMPLE_RATE), drum, min(1.0, float(rise) / loudest), float(p))
        for at, rise, row in zip(strikes.tolist(), rises.tolist(), likely.tolist(), strict=True)
        for drum, p in zip(DRUMS, row, strict=True)
        if p >= least
    ]
    return sorted(hits, key=lambda hit: (hit.time_s, DRUMS.index(hit.drum)))


def measure_strikes(sound: Sound) -> tuple[NDArray[np.int64], Floats, NDArray[np.float32]]:
    """Return the frames of sudden rises, how much they rise, and the traits of each, (n_strikes, 112), by which drums
    are told: by band the rise, the height, and what is left of it after 60 and after 120 ms.
    """
    levels = band_levels(sound)
    top = float(np.quantile(levels, 0.995)) if levels.size else 0.0
    if top <= 0.0:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros((0, _N_TRAITS), np.float32)
    shaped = np.log(levels / np.float32(top) + np.float32(_FLOOR))
    strikes, rises = _find_strikes(shaped)
    lasting = np.pad(shaped, ((0, _LATE_FRAMES[1]), (0, 0)), mode="edge")
    traits = [_traits(lasting, at) for at in strikes.tolist()]
    return strikes, rises, np.asarray(traits, np.float32).reshape(-1, _N_TRAITS)


def _judge(traits: NDArray[np.float32]) -> Floats:
    """Return how likely each strike is each drum, (n_strikes, 3), by a network of one hidden layer."""
    flat = np.frombuffer(base64.b64decode(FLOAT16), "<f2").astype(np.float64)
    n_first = _N_TRAITS * N_HIDDEN
    first, shift = flat[:n_first].reshape(_N_TRAITS, N_HIDDEN), flat[n_first : n_first + N_HIDDEN]
    last, bias = flat[n_first + N_HIDDEN : -len(DRUMS)].reshape(N_HIDDEN, len(DRUMS)), flat[-len(DRUMS) :]
    scores = np.tanh(traits @ first + shift) @ last + bias
    likely: Floats = 1.0 / (1.0 + np.exp(-np.clip(scores, -40, 40)))
    return likely


def _find_strikes(shaped: NDArray[np.float32]) -> tuple[NDArray[np.int64], Floats]:
    """Return the frames of sudden rises, at least 30 ms apart, and how much they rise."""
    rise = np.zeros(len(shaped))
    rise[_BACK_FRAMES:] = np.maximum(shaped[_BACK_FRAMES:] - shaped[:-_BACK_FRAMES], 0.0).mean(axis=1)
    if len(rise) < 3:
        return np.zeros(0, np.int64), np.zeros(0)
    is_peak = (rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:]) & (rise[1:-1] > _LEAST_RISE)
    peaks = np.flatnonzero(is_peak) + 1
    taken = np.zeros(len(rise), bool)
    kept = []
    for at in peaks[np.argsort(-rise[peaks], kind="stable")].tolist():
        if not taken[max(at - _APART_FRAMES, 0) : at + _APART_FRAMES + 1].any():
            taken[at] = True
            kept.append(at)
    strikes = np.array(sorted(kept), np.int64)
    return strikes, rise[strikes]


def _traits(shaped: NDArray[np.float32], at: int) -> NDArray[np.float32]:
    before = shaped[max(at - 6, 0) : max(at - 2, 1)].mean(axis=0)
    high = shaped[at : at + 6].max(axis=0)
    soon, late = (shaped[at + begin : at + end].mean(axis=0) for begin, end in (_SOON_FRAMES, _LATE_FRAMES))
    return np.concatenate([high - before, high, soon - high, late - high])


def band_levels(sound: Sound) -> NDArray[np.float32]:
    """Return the levels of 28 bands from 40 Hz to 16 kHz, (n_frames, 28), compressed; frame k is at k * 5.8 ms."""
    weights = _band_weights()
    held = np.zeros(_WINDOW // 2, np.float32)
    n_samples = n_done = 0
    levels = []
    for block in [sound] if isinstance(sound, np.ndarray) else sound:
        if block.ndim != 2 or block.shape[0] != 1:
            raise ValueError(f"sound must be mono, (1, n_samples), got {block.shape}")
        n_samples += block.shape[1]
        held = np.concatenate([held, np.asarray(block[0], np.float32)])
        n_ready = (len(held) - _WINDOW) // HOP_SAMPLES + 1 if len(held) >= _WINDOW else 0
        levels.append(_levels(held, n_ready, weights))
        held = held[n_ready * HOP_SAMPLES :]
        n_done += n_ready
    n_left = 1 + n_samples // HOP_SAMPLES - n_done
    held = np.pad(held, (0, max(0, (n_left - 1) * HOP_SAMPLES + _WINDOW - len(held))))
    return np.concatenate([*levels, _levels(held, n_left, weights)])


def _band_weights() -> NDArray[np.float32]:
    edges = np.geomspace(_LOW_HZ, _HIGH_HZ, _N_BANDS + 1)
    hz = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    weights = np.zeros((len(hz), _N_BANDS), np.float32)
    for band in range(_N_BANDS):
        centre = np.sqrt(edges[band] * edges[band + 1])
        inside = (hz >= edges[band]) & (hz < edges[band + 1])
        if not inside.any():
            inside[np.abs(hz - centre).argmin()] = True  # narrow bands take the nearest line
        weights[inside, band] = 1.0 / inside.sum()
    return weights


def _levels(samples: NDArray[np.float32], n_frames: int, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    levels = np.empty((n_frames, _N_BANDS), np.float32)
    for start in range(0, n_frames, _BLOCK_FRAMES):
        stop = min(start + _BLOCK_FRAMES, n_frames)
        view = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[
            start * HOP_SAMPLES : (stop - 1) * HOP_SAMPLES + 1 : HOP_SAMPLES
        ]
        power = np.abs(np.fft.rfft(view * window, axis=1)).astype(np.float32) ** 2
        levels[start:stop] = (power @ weights) ** np.float32(_COMPRESSION / 2)
    return levels
