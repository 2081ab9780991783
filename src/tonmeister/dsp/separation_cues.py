"""What tells drums, bass, voices and the rest apart, in every cell of a spectrogram: cues for a separating network.

Cells are bands of bins, single ones below 1.4 kHz and up to sixteen together at the top. All cues are relative: louder
or softer music has the same ones.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native
from tonmeister.dsp.stft import Spectra

Grid = NDArray[np.float32]
"""float32, shape (frames, bands)."""

SAMPLE_RATE = 44_100
N_FFT = 4096
HOP_SAMPLES = N_FFT // 4
_WIDTHS = ((1, 128), (2, 320), (4, 704), (8, 1216), (16, 2048))

REACH_FRAMES = 87
"""No cue of a frame depends on frames further away than this."""


@functools.cache
def band_edges() -> NDArray[np.intp]:
    """Return the first bin of each band, and the end of the last."""
    edges = [0]
    for width, end in _WIDTHS:
        edges += range(edges[-1] + width, end + 1, width)
    edges[-1] = N_FFT // 2 + 1
    return np.array(edges)


N_BANDS, N_CUES = 436, 36


@functools.cache
def band_centres_hz() -> NDArray[np.float64]:
    """Return the middle of each band."""
    edges = band_edges()
    return (edges[:-1] + edges[1:] - 1) / 2 * SAMPLE_RATE / N_FFT


def running_median(x: Grid, width: int, axis: int) -> Grid:
    """Return the median over ``width`` neighbours along one axis; the ends are repeated outwards.

    Parameters
    ----------
    x
        Shape (frames, bands), finite.
    width
        Odd, 1 to 255.
    axis
        0 along time, 1 along frequency.

    Returns
    -------
    ndarray of float32
        The shape of ``x``.

    Raises
    ------
    ValueError
        If ``x`` is not a float32 matrix, or the width is even or out of its bounds.
    """
    if x.ndim != 2 or x.dtype != np.float32:
        raise ValueError(f"x must be float32 of shape (frames, bands), got {x.dtype} {x.shape}")
    if not (1 <= width <= 255 and width % 2):
        raise ValueError(f"width must be odd and from 1 to 255, got {width}")
    x = np.ascontiguousarray(x)
    out = np.empty_like(x)
    if x.size == 0:
        return out
    n_frames, n_bands = x.shape
    lines, places, line_step, place_step = (
        (n_bands, n_frames, 1, n_bands) if axis == 0 else (n_frames, n_bands, n_bands, 1)
    )
    _running_medians()(native.address(x), native.address(out), lines, places, line_step, place_step, width)
    return out


@functools.cache
def _running_medians():  # type: ignore[no-untyped-def]
    p, n = native.POINTER, native.LONG
    return native.bind("running_medians", p, p, n, n, n, n, native.INT)


def running_mean(x: NDArray[np.float32], width: int, axis: int) -> NDArray[np.float32]:
    """Return the mean over ``width`` neighbours along one axis; the ends are repeated outwards.

    Parameters
    ----------
    x
        Any shape.
    width
        Odd.
    axis
        Along which.

    Returns
    -------
    ndarray of float32
        The shape of ``x``.
    """
    half = width // 2
    ends = [(half + 1, half) if number == axis % x.ndim else (0, 0) for number in range(x.ndim)]
    total = np.cumsum(np.pad(x, ends, mode="edge"), axis=axis, dtype=np.float64)
    n = x.shape[axis]
    high = np.take(total, np.arange(width, width + n), axis=axis)
    low = np.take(total, np.arange(n), axis=axis)
    return ((high - low) / width).astype(np.float32)


def to_mid_side(spectra: Spectra) -> Spectra:
    """Return mid ``(L + R) / 2`` and side ``(L - R) / 2`` of left and right, shape (2, frames, bins)."""
    left, right = spectra
    return np.stack([(left + right) * np.float32(0.5), (left - right) * np.float32(0.5)])


def to_left_right(spectra: NDArray[np.complex64]) -> Spectra:
    """Return left and right of mid and side on the third axis from the end."""
    mid, side = spectra[..., 0, :, :], spectra[..., 1, :, :]
    return np.stack([mid + side, mid - side], axis=-3)


def pool(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add up what lies in each band: from (..., bins) to (..., bands)."""
    pooled: NDArray[np.float32] = np.add.reduceat(power, band_edges()[:-1], axis=-1)
    return pooled


def spread(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give every bin its band's value: from (..., bands) to (..., bins)."""
    every_bin: NDArray[np.float32] = np.repeat(mask, np.diff(band_edges()), axis=-1)
    return every_bin


def _before(x: Grid, n: int) -> Grid:
    """Return what was ``n`` frames before, or will be with a negative ``n``."""
    return x[np.clip(np.arange(len(x)) - n, 0, len(x) - 1)]


def _highest(x: Grid, reach: int) -> Grid:
    """Return the highest of the neighbouring bands."""
    padded = np.pad(x, ((0, 0), (reach, reach)), mode="edge")
    n = x.shape[1]
    highest: Grid = np.maximum.reduce([padded[:, i : i + n] for i in range(2 * reach + 1)])
    return highest


def cues(mid_side: Spectra, tick: Callable[[], None] = lambda: None) -> NDArray[np.float32]:
    """Measure the cues of every cell.

    Parameters
    ----------
    mid_side
        Spectra of mid and side, shape (2, frames, bins), at `SAMPLE_RATE` and `N_FFT`.
    tick
        Called after each group of cues; may raise to stop.

    Returns
    -------
    ndarray of float32
        Shape (cues, frames, bands), each cue between about -1 and 1. A frame's cues depend on `REACH_FRAMES` frames
        before and after it.

    Notes
    -----
    Medians along time keep tones, medians along frequency keep strokes: Fitzgerald, "Harmonic/percussive separation
    using median filtering", DAFx 2010. What stands in the middle of the stereo image: Barry et al., "Sound source
    separation: azimuth discrimination and resynthesis", DAFx 2004. The other cues are our own.
    """
    mid, side = mid_side
    power_mid = pool(mid.real**2 + mid.imag**2)
    power_side = pool(side.real**2 + side.imag**2)
    cross = pool(mid.real * side.real + mid.imag * side.imag)
    width = np.diff(band_edges()).astype(np.float32)
    level = running_mean(np.sum(power_mid + power_side, axis=1), 87, 0)
    floor = level[:, None] * np.float32(5e-10) + np.float32(1e-16)
    power: Grid = (power_mid + power_side) / width + floor
    log_level = np.float32(0.5) * np.log(power)
    told = np.empty((N_CUES, *power.shape), np.float32)
    groups: tuple[Callable[[], list[Grid]], ...] = (
        lambda: _of_tones_and_strokes(log_level, tick),
        lambda: _of_place(power_mid / width, power_side / width, cross / width, floor),
        lambda: _of_motion(log_level),
        lambda: _of_balance(log_level, power, level),
        lambda: _of_frames(power * width, power_mid, level),
    )
    for number, cue in enumerate(itertools.chain.from_iterable(group() for group in groups)):
        told[number] = cue
        tick()
    return told


def percussive_share(mid_side: Spectra) -> Grid:
    """Return how much of every cell is strokes rather than tones, 0 to 1, shape (frames, bands).

    Parameters
    ----------
    mid_side
        Spectra of mid and side, shape (2, frames, bins).

    Notes
    -----
    Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx 2010, equations 1 to 4 with squares, on
    bands instead of bins.
    """
    mid, side = mid_side
    whole: Grid = pool(mid.real**2 + mid.imag**2 + side.real**2 + side.imag**2)
    power = np.divide(whole, np.diff(band_edges()), dtype=np.float32)
    tones, strokes = running_median(power, 21, 0), running_median(power, 21, 1)
    # Medians of power are squares of medians of magnitude.
    share: Grid = strokes / (tones + strokes + np.float32(1e-20))
    return share


def _of_tones_and_strokes(log_level: Grid, tick: Callable[[], None]) -> list[Grid]:
    tones, strokes = {}, {}
    for width in (9, 21, 61):
        tones[width] = running_median(log_level, width, 0)
        tick()
        strokes[width] = running_median(log_level, width, 1)
        tick()
    return [
        np.tanh((strokes[21] - tones[21]) / 2),
        np.tanh((strokes[61] - tones[61]) / 2),
        np.tanh((strokes[9] - tones[9]) / 2),
        np.tanh((log_level - tones[61]) / 2),
        np.tanh((log_level - tones[21]) / 2),
        np.tanh(tones[9] - tones[61]),
        np.tanh((log_level - strokes[61]) / 2),
        np.tanh((log_level - strokes[9]) / 2),
    ]


def _of_place(mid: Grid, side: Grid, cross: Grid, floor: NDArray[np.float32]) -> list[Grid]:
    def share(side: Grid, mid: Grid) -> Grid:
        return np.tanh(np.log((side + floor) / (mid + floor)) / 4)

    near_mid, near_side = (running_mean(running_mean(x, 5, 0), 3, 1) for x in (mid, side))
    near_cross = running_mean(running_mean(cross, 5, 0), 3, 1)
    long_mid, long_side = (running_mean(x, 43, 0) for x in (mid, side))
    scale = np.sqrt(near_mid * near_side) + floor
    return [
        share(side, mid),
        share(near_side, near_mid),
        share(long_side, long_mid),
        # One loudspeaker plays more of a panned source than the other; a room, a chorus do not.
        np.abs(2 * cross) / (mid + side + floor),
        np.abs(near_cross) / scale,
    ]


def _of_motion(log_level: Grid) -> list[Grid]:
    before, after = _before(log_level, 1), _before(log_level, -1)
    return [
        np.tanh(log_level - before),
        np.tanh(after - log_level),
        np.tanh((log_level - _before(log_level, 4)) / 2),
        np.tanh((_before(log_level, -4) - log_level) / 2),
        # Near zero for what moves along the bands, as a gliding voice does, and for what stands still.
        np.tanh(log_level - _highest(before, 2)),
        np.tanh(log_level - _highest(_before(log_level, 3), 3)),
    ]


def _of_balance(log_level: Grid, power: Grid, level: NDArray[np.float32]) -> list[Grid]:
    around = np.log(running_mean(power, 9, 1) + np.float32(1e-20)) * np.float32(0.5)
    while_ = np.log(running_mean(power, 9, 0) + np.float32(1e-20)) * np.float32(0.5)
    absolute = log_level - np.float32(0.5) * np.log(level[:, None] + np.float32(1e-16))
    return [
        np.tanh(log_level - around),
        np.tanh(2 * (log_level - while_)),
        np.tanh((absolute + 5) / 4),
        np.tanh((absolute - running_mean(absolute, 87, 0)) / 2),
    ]


_REGIONS_HZ = (0.0, 120.0, 350.0, 1400.0, 5000.0, 22_050.0)


def _of_frames(power: Grid, mid: Grid, level: NDArray[np.float32]) -> list[Grid]:
    """What is true of the whole frame: how loud each region is, how it rises, how much of it is in the middle."""
    centres = band_centres_hz()
    columns = []
    for low_hz, high_hz in itertools.pairwise(_REGIONS_HZ):
        inside = (centres >= low_hz) & (centres < high_hz)
        total = power[:, inside].sum(axis=1) + np.float32(1e-8) * level + np.float32(1e-16)
        log_total = np.float32(0.5) * np.log(total)[:, None]
        columns.append(np.tanh((log_total - np.float32(0.5) * np.log(level[:, None] + np.float32(1e-16)) + 1.5) / 2))
        columns.append(np.tanh(log_total - _before(log_total, 2)))
        if low_hz >= 350:
            middle = mid[:, inside].sum(axis=1) / total
            columns.append(2 * running_mean(middle, 9, 0)[:, None] - 1)
    return columns
