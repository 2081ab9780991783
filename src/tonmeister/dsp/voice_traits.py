"""What tells a voice from an instrument: a mouth that moves, pitch that glides, hiss between tones.

A synthesiser holds its pitch and its spectrum while a note lasts, a singer holds neither: syllables move the formants
four times a second, pitch slides and trembles, consonants are noise where vowels are tones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.onsets import mel_bands

RATE_HZ = 16_000
WINDOW_S = 4.0
FRAME_SAMPLES = 512
HOP_SAMPLES = 256
"""The hop of the pitch tracker."""
_N_BANDS = 32
_N_COEFFICIENTS = 13
_FLOOR_DB = -50.0
"""How far below the loudest band of a window levels are looked at."""
_SYLLABLES_HZ = (2.0, 8.0)
_VOICED = 0.5
_GLIDE_FRAMES = 5

NAMES = (
    *(f"mouth {n}" for n in range(1, _N_COEFFICIENTS)),
    *(f"mouth {n} moves" for n in range(1, _N_COEFFICIENTS)),
    *(f"mouth {n} at syllables" for n in range(7)),
    "loudness moves", "tonality", "tonality moves", "hiss", "hiss moves", "hiss against tone",
    "voiced", "sureness", "held", "still", "glide", "tremble", "off the semitone", "range",
)  # fmt: skip
"""What the numbers of `measure_voice_traits` are."""

Floats = NDArray[np.float64]


def measure_voice_traits(sound: NDArray[np.float32], midi: Floats, sureness: Floats) -> Floats:
    """Measure what may tell a voice in a stretch of sound.

    Parameters
    ----------
    sound
        (n_samples,) at `RATE_HZ`, 1 s or longer, about `WINDOW_S`; its level does not matter.
    midi
        (n_frames,) pitch as MIDI numbers, one every `HOP_SAMPLES`.
    sureness
        (n_frames,) 0 to 1: how sure it is that there is that pitch.

    Returns
    -------
    ndarray
        (`len(NAMES)`,), all finite.

    Raises
    ------
    ValueError
        If the sound is shorter than 1 s.

    Notes
    -----
    Source for the movement of the spectrum at the pace of syllables: E. Scheirer and M. Slaney, "Construction and
    evaluation of a robust multifeature speech/music discriminator", ICASSP 1997; for cepstra of voices in music:
    M. Rocamora and P. Herrera, "Comparing audio descriptors for singing voice detection", SBCM 2007.
    """
    if sound.ndim != 1 or len(sound) < RATE_HZ:
        raise ValueError(f"sound must be (n_samples,) and last 1 s, got shape {sound.shape}")
    return np.concatenate([_spectral(sound), _tuneful(np.asarray(midi), np.asarray(sureness))])


def _spectral(sound: NDArray[np.float32]) -> Floats:
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME_SAMPLES)[::HOP_SAMPLES]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME_SAMPLES).astype(np.float32), axis=1)) ** 2
    bands = power @ mel_bands(RATE_HZ, FRAME_SAMPLES, _N_BANDS, 80.0, 7800.0)
    top = float(bands.max(initial=0.0)) or 1.0
    level = 10 * np.log10(np.maximum(bands / top, 10 ** (_FLOOR_DB / 10)))
    loud = level.max(axis=1) > _FLOOR_DB / 2
    if not loud.any():
        loud[:] = True
    n = np.arange(_N_BANDS)
    cosines = np.cos(np.pi * np.arange(_N_COEFFICIENTS)[:, None] * (n + 0.5) / _N_BANDS) / _N_BANDS
    mouth = level @ cosines.T
    moves = np.abs(np.diff(mouth, axis=0))[loud[1:]] if loud[1:].any() else np.zeros((1, _N_COEFFICIENTS))
    flatness = np.exp(np.mean(np.log(power + 1e-9 * top), axis=1)) / np.mean(power + 1e-9 * top, axis=1)
    tonality = np.log10(flatness)
    split = round(4000 / RATE_HZ * FRAME_SAMPLES), round(1000 / RATE_HZ * FRAME_SAMPLES)
    high = np.log10(power[:, split[0] :].sum(axis=1) + 1e-5 * top)
    low = np.log10(power[:, 2 : split[1]].sum(axis=1) + 1e-5 * top)
    return np.concatenate(
        [
            mouth[loud, 1:].mean(axis=0),
            moves[:, 1:].mean(axis=0),
            [_share_of_band(mouth[:, k], _SYLLABLES_HZ) for k in range(7)],
            [
                mouth[:, 0].std(),
                tonality[loud].mean(),
                tonality.std(),
                (high - low)[loud].mean(),
                (high - low).std(),
                _correlation(high, low),
            ],
        ]
    )


def _tuneful(midi: Floats, sureness: Floats) -> Floats:
    voiced = sureness >= _VOICED
    whole = np.lib.stride_tricks.sliding_window_view(voiced, _GLIDE_FRAMES + 1).all(axis=1)
    if whole.sum() < _GLIDE_FRAMES:
        return np.array([voiced.mean(), sureness.mean(), 0.5, 0.2, 1.0, 0.3, 0.25, 0.0])
    seconds = _GLIDE_FRAMES * HOP_SAMPLES / RATE_HZ
    glide = np.abs(midi[_GLIDE_FRAMES:] - midi[:-_GLIDE_FRAMES])[whole] / seconds
    step = np.abs(np.diff(midi))[voiced[1:] & voiced[:-1]] * RATE_HZ / HOP_SAMPLES
    sung = midi[voiced]
    tuning = np.angle(np.mean(np.exp(2j * np.pi * sung))) / (2 * np.pi)
    off = np.abs((sung - tuning + 0.5) % 1.0 - 0.5)
    tremble = [
        np.std(part - np.convolve(part, np.ones(15) / 15, "same"))
        for part in _stretches(midi, voiced, 30)
        if np.ptp(part) < 3.0
    ]
    return np.array(
        [
            voiced.mean(),
            sureness.mean(),
            (glide < 6.0).mean(),
            (step < 1.0).mean(),
            np.log10(np.median(glide) + 0.1),
            min(float(np.median(tremble)), 1.0) if tremble else 0.3,
            off.mean(),
            min(float(np.percentile(sung, 90) - np.percentile(sung, 10)), 24.0),
        ]
    )


def _stretches(midi: Floats, voiced: NDArray[np.bool_], n_least: int) -> list[Floats]:
    """Return the pitch of each voiced stretch of at least so many frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], voiced.astype(np.int8), [0]])))
    return [midi[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= n_least]


def _share_of_band(curve: Floats, band_hz: tuple[float, float]) -> float:
    """Return how much of a curve's movement lies in a band of rates."""
    power = np.abs(np.fft.rfft((curve - curve.mean()) * np.hanning(len(curve)))) ** 2
    rates = np.fft.rfftfreq(len(curve), HOP_SAMPLES / RATE_HZ)
    inside = (rates >= band_hz[0]) & (rates < band_hz[1])
    return float(power[inside].sum() / max(float(power[1:].sum()), 1e-9))


def _correlation(a: Floats, b: Floats) -> float:
    spread = float(a.std() * b.std())
    return float(np.mean((a - a.mean()) * (b - b.mean())) / spread) if spread > 1e-3 else 0.0
