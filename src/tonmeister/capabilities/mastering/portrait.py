"""What decisions are made from: a song's figures, and the kinds of record that they resemble."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.moments import Moments
from tonmeister.capabilities.mastering.presets import ANCHORS_HZ, Genre, catalogue

SPEECH_SIDE_DB = -20.0
"""Genres narrower than this are speech."""
PIVOT_HZ = (200.0, 5000.0)
"""Spectra are compared after levelling them over this range."""


@dataclass(frozen=True)
class Portrait:
    """What decisions are made from: the figures of a song, independent of its level.

    Attributes
    ----------
    bands_hz, bands_db
        Third-octave centres and levels (mean square of both channels summed, dBFS).
    integrated_lufs, true_peak_dbtp, range_lu
        Loudness, true peak, loudness range.
    side_db
        Level of the side against the mid signal, without any offset; -inf for mono.
    side_high_db
        The same above 4 kHz.
    dc, opening
        Mean of each channel, over the song and over its first 20 ms.
    low_correlation
        Correlation of the bass (1 where there is none).
    width_percent_by_band
        Share of the side in the power of each of `BANDS_HZ`, nan where a band is silent; empty where not measured.
    moments
        The same centres in each of many short moments; None where only the mean is known.
    is_mono
        One channel, or two equal ones.
    """

    bands_hz: NDArray[np.float64]
    bands_db: NDArray[np.float64]
    integrated_lufs: float
    true_peak_dbtp: float
    range_lu: float
    side_db: float
    side_high_db: float
    dc: tuple[float, ...]
    is_mono: bool
    opening: tuple[float, ...] = (0.0,)
    low_correlation: float = 1.0
    width_percent_by_band: tuple[float, ...] = ()
    moments: Moments | None = None

    @property
    def plr_db(self) -> float:
        """True peak to loudness ratio."""
        return self.true_peak_dbtp - self.integrated_lufs

    @property
    def shape_db(self) -> NDArray[np.float64]:
        """The spectrum levelled over `PIVOT_HZ`."""
        return levelled(self.bands_hz, self.bands_db)


def levelled(bands_hz: NDArray[np.float64], bands_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the spectrum minus its mean over `PIVOT_HZ`."""
    inside = (bands_hz >= PIVOT_HZ[0]) & (bands_hz <= PIVOT_HZ[1])
    return bands_db - float(np.mean(np.maximum(bands_db[inside], -120.0)))


EMPTY_DB = -45.0
"""A band this far below the mean of the middle holds nothing worth comparing."""


def is_empty(shape_db: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell in which thirds of an octave a levelled spectrum holds nothing."""
    return shape_db < EMPTY_DB


@dataclass(frozen=True)
class Note:
    """One reason, in plain words."""

    stage: str
    text: str


def genre_shape(genre: Genre, bands_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a genre's tonal balance at the third-octave centres, levelled over `PIVOT_HZ`."""
    curve = np.interp(np.log(bands_hz), np.log(ANCHORS_HZ), genre.tonal_balance_db)
    return levelled(bands_hz, curve)


def estimate_resemblance(song: Portrait, *, n_best: int = 3) -> dict[str, float]:
    """Return the genres that the song's tone and dynamics are nearest to, with shares that sum to 1.

    This compares figures, not music: a distance over tonal balance (40 Hz to 12 kHz, the deep bass at half weight),
    peak to loudness ratio, loudness range and width, turned into shares. It names what a record of that balance usually
    is, not what the song is. Speech is left out: nothing in these figures tells it from a quiet, narrow song.
    """
    weight = np.interp(song.bands_hz, [39.0, 40.0, 80.0, 100.0, 12500.0, 12600.0], [0.0, 0.5, 0.5, 1.0, 1.0, 0.0])
    distances = {}
    for name, genre in catalogue().genre.items():
        if genre.side_db <= SPEECH_SIDE_DB:
            continue
        difference = song.shape_db - genre_shape(genre, song.bands_hz)
        tone = math.sqrt(float(np.average(np.clip(difference, -24.0, 24.0) ** 2, weights=weight)))
        side = 0.0 if song.is_mono else float(np.clip(song.side_db - genre.side_db, -12, 12)) / 12.0
        # A mix has higher peaks than the record it will be, so its dynamics say little.
        dynamics = math.hypot(
            (min(song.plr_db, 22.0) - genre.plr_db) / 16.0, (min(song.range_lu, 20.0) - genre.range_lu) / 6.0
        )
        distances[name] = math.hypot(tone / 2.5, dynamics, side)
    nearest = min(distances.values())
    shares = {name: math.exp(2.0 * (nearest**2 - distance**2)) for name, distance in distances.items()}
    best = sorted(shares, key=lambda name: -shares[name])[:n_best]
    total = sum(shares[name] for name in best)
    return {name: round(shares[name] / total, 3) for name in best if shares[name] / total >= 0.05}
