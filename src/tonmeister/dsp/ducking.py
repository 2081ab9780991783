"""Making room: a backing that steps aside under a lead, and a pump on the beat."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.dsp.filters import BiquadCascade, peaking

Samples = NDArray[np.float32]

FRAME_S = 0.01
ATTACK_S = 0.03
RELEASE_S = 0.25
ACTIVE_RANGE_DB = (-30.0, -14.0)
"""Levels against the lead's own loudest frames between which the backing goes from untouched to fully ducked."""


def presence(lead: Samples, sample_rate: int, *, loud_dbfs: float | None = None) -> NDArray[np.float64]:
    """Tell how much of the time a lead is there.

    Parameters
    ----------
    lead
        Shape (channels, samples).
    sample_rate
        In Hz.
    loud_dbfs
        What counts as loud; by default the level that its loudest twentieth of frames reaches.

    Returns
    -------
    float64, one value from 0 to 1 for each whole or begun `FRAME_S`, with an attack of 30 and a release of 250 ms.
    """
    n_frame = max(1, round(FRAME_S * sample_rate))
    n_frames = -(-lead.shape[1] // n_frame)
    padded = np.zeros((lead.shape[0], n_frames * n_frame), np.float32)
    padded[:, : lead.shape[1]] = lead
    frames = padded.reshape(lead.shape[0], n_frames, n_frame)
    power = np.einsum("cfs,cfs->f", frames, frames, dtype=np.float64) / (n_frame * lead.shape[0])
    level_db = 10 * np.log10(power + 1e-12)
    loud = float(np.percentile(level_db, 95)) if loud_dbfs is None and n_frames else (loud_dbfs or 0.0)
    if not n_frames or loud < -80:
        return np.zeros(n_frames)
    low, high = ACTIVE_RANGE_DB
    wanted = np.clip((level_db - loud - low) / (high - low), 0.0, 1.0)
    up, down = math.exp(-FRAME_S / ATTACK_S), math.exp(-FRAME_S / RELEASE_S)
    held, now = np.empty(n_frames), 0.0
    for frame, value in enumerate(wanted.tolist()):
        now = value + (now - value) * (up if value > now else down)
        held[frame] = now
    return held


def duck_band(
    backing: Samples,
    there: NDArray[np.float64],
    sample_rate: int,
    *,
    depth_db: float = 2.5,
    low_hz: float = 1000.0,
    high_hz: float = 4000.0,
) -> None:
    """Take a band out of a backing, in place, as far as a lead is there.

    Parameters
    ----------
    backing
        Shape (1 or 2, samples).
    there
        0 to 1 for each `FRAME_S`, as `presence` tells it; the last value goes on.
    sample_rate
        In Hz.
    depth_db
        How much is taken from the middle of the band at most.
    low_hz, high_hz
        Where half of it is taken.

    Raises
    ------
    ValueError
        If the depth is negative or the band empty.
    """
    if depth_db < 0 or not 0 < low_hz < high_hz:
        raise ValueError(f"cannot duck {low_hz} to {high_hz} Hz by {depth_db} dB")
    if depth_db == 0 or there.size == 0 or not backing.shape[1]:
        return
    centre = math.sqrt(low_hz * high_hz)
    if centre > 0.45 * sample_rate:
        return
    cut = backing.copy()
    section = peaking(centre, -depth_db, centre / (high_hz - low_hz), sample_rate)
    BiquadCascade(section[None], backing.shape[0]).process(cut)
    # A bell and the dry sound share their phase at the bell's centre: fading between them fades the depth.
    cut -= backing
    cut *= _to_samples(there, backing.shape[1], sample_rate)
    backing += cut


def _to_samples(frames: NDArray[np.float64], n_samples: int, sample_rate: int) -> NDArray[np.float32]:
    n_frame = max(1, round(FRAME_S * sample_rate))
    centres = (np.arange(frames.size) + 0.5) * n_frame
    return np.interp(np.arange(n_samples), centres, frames).astype(np.float32)


def pump(audio: Samples, sample_rate: int, beats_samples: ArrayLike, *, depth_db: float = 8.0) -> None:
    """Let a sound breathe with the beat, in place, as a compressor keyed by a bass drum does.

    On each beat the level falls by ``depth_db`` within 5 ms and swells back over three quarters of the beat.

    Parameters
    ----------
    audio
        Shape (channels, samples).
    sample_rate
        In Hz.
    beats_samples
        Rising positions of the beats, at least two.
    depth_db
        How deep.

    Raises
    ------
    ValueError
        If there are fewer than two beats or they do not rise.
    """
    beats = np.asarray(beats_samples, np.float64)
    if beats.size < 2 or np.any(np.diff(beats) <= 0):
        raise ValueError("a pump needs at least two beats that rise")
    fall = 0.005 * sample_rate
    lengths = np.append(np.diff(beats), beats[-1] - beats[-2])
    curve = np.zeros(audio.shape[1])
    for beat, length in zip(beats, lengths, strict=True):
        start, stop = max(0, round(beat - fall)), min(audio.shape[1], round(beat + length - fall))
        if stop <= start:
            continue
        at = np.arange(start, stop) - beat
        back = np.clip(at / (0.75 * length), 0.0, 1.0)
        swell = 1.0 - back * back * (3 - 2 * back)
        curve[start:stop] = np.where(at < 0, 1 + at / fall, swell)
    audio *= (10.0 ** (-depth_db / 20.0 * curve)).astype(np.float32)
