"""Slow references of the mastering kernels, in float64: what each one is meant to do, written the longest way round."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.dynamics import Curve

Array = NDArray[np.float64]


def filtered(x: Array, section: Sequence[float] | Array) -> Array:
    """One second-order section by its difference equation (direct form I) along the last axis, from rest."""
    b0, b1, b2, a1, a2 = section
    y = np.zeros_like(x)
    x1 = x2 = y1 = y2 = np.zeros(x.shape[:-1])
    for i in range(x.shape[-1]):
        now = x[..., i]
        y[..., i] = b0 * now + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = now, x1, y[..., i], y1
    return y


def cascaded(x: Array, sections: Array) -> Array:
    for section in sections:
        x = filtered(x, section)
    return x


def second_order(kind: str, frequency_hz: float, sample_rate: int) -> Array:
    """Butterworth low-pass, high-pass, or the all-pass with the same poles: bilinear from 1 / (s^2 + sqrt(2) s + 1)."""
    k = np.tan(np.pi * frequency_hz / sample_rate)
    norm = 1 + np.sqrt(2) * k + k * k
    a1, a2 = 2 * (k * k - 1) / norm, (1 - np.sqrt(2) * k + k * k) / norm
    if kind == "low":
        return np.array([k * k / norm, 2 * k * k / norm, k * k / norm, a1, a2])
    if kind == "high":
        return np.array([1 / norm, -2 / norm, 1 / norm, a1, a2])
    return np.array([a2, a1, 1.0, a1, a2])


def reduction_db(level_db: float, curve: Curve) -> float:
    """Giannoulis, Massberg, Reiss 2012, equation 4, less the input; not more than the range."""
    t, r, w = curve.threshold_db, curve.ratio, curve.knee_db
    if 2 * (level_db - t) < -w or (w == 0 and level_db <= t):
        out = level_db
    elif 2 * abs(level_db - t) <= w and w > 0:
        out = level_db + (1 / r - 1) * (level_db - t + w / 2) ** 2 / (2 * w)
    else:
        out = t + (level_db - t) / r
    return max(out - level_db, -curve.range_db)


class Follower:
    """A power follower with one pole for rising and one for falling power, one step per cell."""

    def __init__(self, attack_ms: float, release_ms: float, cell_ms: float, start: float):
        self._rising = np.exp(-cell_ms / attack_ms) if attack_ms else 0.0
        self._falling = np.exp(-cell_ms / release_ms)
        self._value = start

    def follow(self, power: float) -> float:
        keep = self._rising if power > self._value else self._falling
        self._value = keep * self._value + (1 - keep) * power
        return self._value


def db_of(power: float) -> float:
    return float(10 * np.log10(power + 1e-20))


def ramp(before: float, after: float, n: int) -> Array:
    """A straight line that reaches ``after`` at the last of n samples."""
    return before + (after - before) * np.arange(1, n + 1) / n


def compressed(
    x: Array,
    crossovers_hz: Sequence[float],
    bands: Sequence[Curve],
    glue: Curve | None,
    sample_rate: int,
    cell: int,
    glue_low_percent: float,
    three_bands: bool,
) -> tuple[Array, Array]:
    """Split into four bands by Linkwitz-Riley filters of fourth order, compress each, compress their sum."""
    f1, f2, f3 = crossovers_hz

    def split(kind: str, hz: float, v: Array) -> Array:
        section = second_order(kind, hz, sample_rate)
        return filtered(filtered(v, section), section)

    low = filtered(split("low", f2, x), second_order("all", f3, sample_rate))
    high = filtered(split("high", f2, x), second_order("all", f1, sample_rate))
    parts = [split("low", f1, low), split("high", f1, low), split("low", f3, high), split("high", f3, high)]
    curves = [bands[0], bands[0], *bands[2:]] if three_bands else list(bands)
    cell_ms = 1000 * cell / sample_rate
    followers = [Follower(c.attack_ms, c.release_ms, cell_ms, 1e-12) for c in curves]
    over_all = Follower(glue.attack_ms, glue.release_ms, cell_ms, 0.0) if glue else None
    last = [10 ** (c.makeup_db / 20) for c in curves]
    y, gains = np.zeros_like(x), []
    for start in range(0, x.shape[1], cell):
        here = slice(start, min(start + cell, x.shape[1]))
        m = here.stop - here.start
        power = [float((part[:, here] ** 2).sum() / m) for part in parts]
        weights = [glue_low_percent / 100, 1.0, 1.0, 1.0]
        if three_bands:
            power[0] = power[1] = power[0] + power[1]
            weights[1] = 0.0
        row = [reduction_db(db_of(f.follow(p)), c) for f, p, c in zip(followers, power, curves, strict=True)]
        gain = [10 ** ((db + c.makeup_db) / 20) for db, c in zip(row, curves, strict=True)]
        glue_db = 0.0
        if glue and over_all:
            total = sum(w * p * g * g for w, p, g in zip(weights, power, gain, strict=True))
            glue_db = reduction_db(db_of(over_all.follow(total)), glue)
        gains.append([*row, glue_db])
        for k, part in enumerate(parts):
            target = gain[k] * 10 ** (glue_db / 20)
            y[:, here] += part[:, here] * ramp(last[k], target, m)
            last[k] = target
    return y, np.array(gains)


def dynamically_equalised(
    x: Array, bands: Sequence[tuple[float, float, Curve, bool]], sample_rate: int, cell: int
) -> tuple[Array, Array]:
    """Bells as 1 + (gain - 1) band-pass, whose gain follows the power in that band-pass.

    A band is frequency in Hz, quality, curve, and whether its threshold is relative to the power of the whole.
    """
    parts = []
    for hz, q, _, _ in bands:
        w = 2 * np.pi * hz / sample_rate
        alpha = np.sin(w) / (2 * q)
        section = np.array([alpha, 0, -alpha, -2 * np.cos(w), 1 - alpha]) / (1 + alpha)
        parts.append(filtered(x, section))
    cell_ms = 1000 * cell / sample_rate
    followers = [Follower(c.attack_ms, c.release_ms, cell_ms, 0.0) for _, _, c, _ in bands]
    whole = Follower(0.0, 200.0, cell_ms, 0.0)
    last = [0.0] * len(bands)
    y, gains = x.copy(), []
    for start in range(0, x.shape[1], cell):
        here = slice(start, min(start + cell, x.shape[1]))
        m = here.stop - here.start
        whole_db = db_of(whole.follow(float((x[:, here] ** 2).sum() / m)))
        row = []
        for k, (_, _, curve, relative) in enumerate(bands):
            level = db_of(followers[k].follow(float((parts[k][:, here] ** 2).sum() / m)))
            db = reduction_db(level - whole_db if relative else level, curve) if level >= -90 else 0.0
            row.append(db)
            target = 10 ** (db / 20) - 1
            y[:, here] += parts[k][:, here] * ramp(last[k], target, m)
            last[k] = target
        gains.append(row)
    return y, np.array(gains)


def widened(x: Array, sections: Array, width: float) -> Array:
    mid, side = (x[0] + x[1]) / 2, (x[0] - x[1]) / 2
    side = width * cascaded(side[None], sections)[0]
    return np.stack([mid + side, mid - side])


def low_pass(n_taps: int, cutoff: float, oversampling: int) -> Array:
    """The saturator's prototype: sinc under a Kaiser window (beta 9) of unit gain; cutoff in parts of the low rate."""
    half = oversampling * n_taps // 2 - 1
    k = np.arange(-half, half + 1)
    taps = 2 * cutoff / oversampling * np.sinc(2 * cutoff / oversampling * k) * np.kaiser(2 * half + 1, 9.0)
    return taps / taps.sum()


def saturated(x: Array, drive_db: float, n_taps: int) -> Array:
    """Stuff with zeros, low-pass, bend, take away what was not bent, low-pass, keep every fourth, add."""
    drive = 10 ** (drive_db / 20)
    y = np.empty_like(x)
    for channel, sound in enumerate(x):
        stuffed = np.zeros(4 * len(sound))
        stuffed[::4] = 4 * sound
        # "full" keeps what the interpolator rings before and after the sound, which the curve bends too.
        high = np.convolve(stuffed, low_pass(n_taps, 0.2, 4))
        d = np.clip(drive * high, -3, 3)
        added = d * (27 + d * d) / (27 + 9 * d * d) / drive - high
        down = np.convolve(added, low_pass(n_taps, 0.44, 4))
        y[channel] = sound + down[2 * (2 * n_taps - 1) :: 4][: len(sound)]
    return y


def nodes(peak: Array, limit: float, cell: int, sample_rate: int, times_ms: tuple[float, float, float, float]) -> Array:
    """The limiter's gain at the edges of cells; times are look-ahead, hold, release and sustain."""
    cell_ms = 1000 * cell / sample_rate
    ahead, hold = max(2, round(times_ms[0] / cell_ms)), max(1, round(times_ms[1] / cell_ms))
    need = np.minimum(1.0, limit / np.maximum(peak, 1e-30))
    edge = np.minimum(np.append(need, 1.0), np.append(1.0, need))
    held = np.array([edge[max(0, k - hold) : k + ahead + 1].min() for k in range(len(edge))])
    released = np.empty_like(held)
    fast = slow = 0.0
    for k, gain in enumerate(held):
        reduction = -np.log(gain)
        time_ms = times_ms[3] / 2 if reduction > slow else times_ms[3]
        slow = reduction + (slow - reduction) * np.exp(-cell_ms / time_ms)
        floor = min(slow, fast)
        fast = max(reduction, floor + (fast - floor) * np.exp(-cell_ms / times_ms[2]))
        if reduction == 0 and fast < 1e-6:
            fast = 0.0
        released[k] = np.exp(-fast)
    for width in ((ahead + 2) // 2, ahead + 2 - (ahead + 2) // 2):
        padded = np.append(np.full(width - 1, released[0]), released)
        released = np.convolve(padded, np.ones(width) / width, "valid")
    return released


def noise_at(at: int, seed: int) -> float:
    """Triangular noise in (-1, 1): the difference of the two halves of a hash of the counter."""
    mask = 0xFFFFFFFF
    h = ((at & mask) * 0x9E3779B9 + seed + (at >> 32) * 0x85EBCA6B) & mask
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        h = ((h ^ (h >> shift)) * factor) & mask
    h ^= h >> 16
    return ((h & 0xFFFF) - (h >> 16)) / 65536


def quantised(
    x: Array, bit_depth: int, seed: int, dither: bool, shape: Sequence[float], start: int = 0
) -> tuple[NDArray[np.int64], int]:
    """Integers of one channel and how many were clipped: y = round(v + d), v = x - sum of c_k e_(n-k), e = y - v."""
    full = 2 ** (bit_depth - 1)
    errors = [0.0] * len(shape)
    out = np.empty(len(x), np.int64)
    n_clipped = 0
    for i, sample in enumerate(x):
        v = sample * full - sum(c * e for c, e in zip(shape, errors, strict=True))
        q = int(np.floor(v + (noise_at(start + i, seed) if dither else 0.0) + 0.5))
        if shape:
            errors = [q - v, *errors[:-1]]
        out[i] = min(max(q, -full), full - 1)
        n_clipped += int(out[i] != q)
    return out, n_clipped


def residual_db(y: Array, frequency_hz: float, sample_rate: int) -> float:
    """RMS of what a sine fitted by least squares leaves of y between 20 Hz and 20 kHz, in dB to that sine."""
    t = np.arange(len(y)) / sample_rate
    basis = np.stack(
        [np.sin(2 * np.pi * frequency_hz * t), np.cos(2 * np.pi * frequency_hz * t), np.ones(len(y))], axis=1
    )
    fit = np.linalg.lstsq(basis, y, rcond=None)[0]
    spectrum = np.fft.rfft(y - basis @ fit)
    f = np.fft.rfftfreq(len(y), 1 / sample_rate)
    power = 2 * (np.abs(spectrum[(f >= 20) & (f <= 20000)]) ** 2).sum() / len(y) ** 2
    reference = (fit[0] ** 2 + fit[1] ** 2) / 2
    return float(10 * np.log10(power / reference + 1e-30))


def sine(frequency_hz: float, level_dbfs: float, n: int, sample_rate: int, angle: float = 0.0) -> NDArray[np.float32]:
    t = np.arange(n) / sample_rate
    return (10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * t + angle)).astype(np.float32)


def pieces(n: int, step: int, seed: int) -> list[slice]:
    """Cut n samples at random into parts that are multiples of ``step``, but for the last."""
    rng = np.random.default_rng(seed)
    cuts = [0]
    while cuts[-1] < n:
        cuts.append(min(n, cuts[-1] + step * int(rng.choice([1, 1, 2, 3, 7, 17, 40]))))
    return [slice(a, b) for a, b in itertools.pairwise(cuts)]
