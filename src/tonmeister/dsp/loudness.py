"""Loudness of programmes: ITU-R BS.1770-5, EBU R 128, EBU Tech 3341 and 3342.

`KWeightedPower` turns sound into power per cell of 10 ms, once. All figures of loudness are then sums over cells:
windows of 0.4 s and 3 s, gates, percentiles.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonmeister.dsp.native import INT, LONG, POINTER, address, bind, planar

Energies = NDArray[np.float64]

OFFSET_LUFS = -0.691
CELL_S = 0.01
CELLS_PER_HOP = 10
MOMENTARY_CELLS = 40
SHORT_TERM_CELLS = 300
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
RANGE_GATE_LU = -20.0


def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Return the two filters of the K curve: the shelf of the head, and the high-pass.

    Parameters
    ----------
    sample_rate
        In Hz.

    Returns
    -------
    ndarray
        float64, shape (2, 5): ``b0 b1 b2 a1 a2`` of each section.

    Raises
    ------
    ValueError
        If the sample rate is below 4000 Hz, where the shelf has no room.

    Notes
    -----
    Source: ITU-R BS.1770-5, Annex 1, tables 1 and 2, which hold for 48 kHz; at 48 kHz the result equals the tables to
    1e-12. Other rates come from the analogue parameters behind the tables by the bilinear transform.

    Examples
    --------
    >>> k_weighting(48000).round(6)[0].tolist()
    [1.535125, -2.691696, 1.198393, -1.690659, 0.732481]
    """
    if sample_rate < 4000:
        raise ValueError(f"sample_rate is {sample_rate} Hz, the K curve needs at least 4000 Hz")
    shelf_hz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * shelf_hz / sample_rate)
    high = 10 ** (shelf_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / shelf_q + k * k
    shelf = [
        (high + band * k / shelf_q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / shelf_q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / shelf_q + k * k) / a0,
    ]
    k = math.tan(math.pi * pass_hz / sample_rate)
    a0 = 1 + k / pass_q + k * k
    return np.array([shelf, [1.0, -2.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / pass_q + k * k) / a0]])


def channel_weights(n_channels: int, *, layout: tuple[str, ...] | None = None) -> NDArray[np.float64]:
    """Return the weight of each channel in the sum of loudness.

    Parameters
    ----------
    n_channels
        1 to 8.
    layout
        The loudspeaker of each channel (``("L", "R", "C", "LFE", "Ls", "Rs")``); None takes the usual one for as many.

    Returns
    -------
    ndarray
        float64, shape (n_channels,).

    Raises
    ------
    ValueError
        If there are no such channels.

    Notes
    -----
    Source: ITU-R BS.1770-5: front 1, low-frequency effects 0, and (table 5) 1.41 for loudspeakers between 60 and 120
    degrees to the side, which are Ls and Rs; so the rear pair of 7.1 counts 1.

    Examples
    --------
    >>> channel_weights(6).tolist()
    [1.0, 1.0, 1.0, 0.0, 1.41, 1.41]
    """
    if layout is None:
        if n_channels not in _USUAL_LAYOUTS:
            raise ValueError(f"n_channels is {n_channels}, loudness is defined here for 1 to 8")
        layout = _USUAL_LAYOUTS[n_channels]
    if len(layout) != n_channels:
        raise ValueError(f"layout {layout} names {len(layout)} channels, the sound has {n_channels}")
    unknown = [name for name in layout if name not in _WEIGHTS]
    if unknown:
        raise ValueError(f"layout {layout} names unknown loudspeakers {unknown}; known are {list(_WEIGHTS)}")
    return np.array([_WEIGHTS[name] for name in layout])


_USUAL_LAYOUTS: dict[int, tuple[str, ...]] = {
    1: ("M",),
    2: ("L", "R"),
    3: ("L", "R", "C"),
    4: ("L", "R", "Ls", "Rs"),
    5: ("L", "R", "C", "Ls", "Rs"),
    6: ("L", "R", "C", "LFE", "Ls", "Rs"),
    7: ("L", "R", "C", "LFE", "Cs", "Ls", "Rs"),
    8: ("L", "R", "C", "LFE", "Lrs", "Rrs", "Ls", "Rs"),
}

_WEIGHTS: dict[str, float] = {
    **dict.fromkeys(("M", "L", "R", "C", "Lc", "Rc", "Cs", "Lrs", "Rrs"), 1.0),
    **dict.fromkeys(("Ts", "Tfl", "Tfc", "Tfr", "Tbl", "Tbc", "Tbr"), 1.0),
    **dict.fromkeys(("Ls", "Rs"), 1.41),
    "LFE": 0.0,
}


class KWeightedPower:
    """Power of K-weighted sound in short cells; streaming, any split into blocks gives the same figures bit for bit.

    Parameters
    ----------
    sample_rate
        In Hz.
    n_channels
        Number of channels.
    cell_s
        Length of a cell in seconds; cell k ends at sample ``round((k + 1) * cell_s * sample_rate)``.
    cell_samples
        Length of a cell in samples instead.

    Raises
    ------
    ValueError
        If the cells are shorter than one sample.

    Examples
    --------
    >>> power = KWeightedPower(48000, 1)
    >>> power.push(np.ones((1, 4800), np.float32))
    >>> power.energies().shape
    (1, 10)
    """

    def __init__(
        self, sample_rate: int, n_channels: int, *, cell_s: float = CELL_S, cell_samples: int | None = None
    ) -> None:
        self.n_channels = n_channels
        self._cell: float = cell_samples if cell_samples is not None else cell_s * sample_rate
        if self._cell < 1:
            raise ValueError(f"a cell is {self._cell} samples long, it needs at least 1")
        self._coefficients = np.ascontiguousarray(k_weighting(sample_rate))
        self._n_pairs = (n_channels + 1) // 2
        self._state = np.zeros((self._n_pairs, 8, 2))
        self._addresses = address(self._coefficients), address(self._state)
        self._n_samples = 0
        self._n_cells = 0
        self._sums: list[NDArray[np.float64]] = []

    def push(self, block: NDArray[np.float32]) -> None:
        """Add sound.

        Parameters
        ----------
        block
            float32, shape (n_channels, any number of samples).

        Raises
        ------
        ValueError
            If the block has another shape or type.
        """
        data, stride = planar(block)
        if block.shape[0] != self.n_channels:
            raise ValueError(f"the block has {block.shape[0]} channels, expected {self.n_channels}")
        n = block.shape[1]
        if n == 0:
            return
        n_done = int((self._n_samples + n + 0.5) / self._cell)
        edges = np.floor(np.arange(self._n_cells + 1, n_done + 2) * self._cell + 0.5).astype(np.int64) - self._n_samples
        ends = np.ascontiguousarray(edges[edges <= n])
        sums = np.empty((self.n_channels + self._n_pairs, len(ends)))
        _k_power()(
            data, stride, self.n_channels, n, *self._addresses,
            address(ends), len(ends), address(sums),
        )  # fmt: skip
        self._n_samples += n
        self._n_cells += len(ends)
        self._sums.append(sums)

    def energies(self) -> Energies:
        """Return the mean square of each finished cell.

        Returns
        -------
        ndarray
            float64, shape (n_channels, n_cells). Sums are divided by the nominal length of a cell, so that windows of
            many cells stay exact where a cell is not a whole number of samples.
        """
        return self._rows()[: self.n_channels]

    def products(self) -> Energies:
        """Return the mean product of the two channels of each pair (0 and 1, 2 and 3 ...), cell by cell.

        Returns
        -------
        ndarray
            float64, shape (n_channels // 2, n_cells). The energy of the mid signal (L + R) / 2 of a stereo pair is
            ``(e[0] + e[1] + 2 * products[0]) / 4``.
        """
        return self._rows()[self.n_channels : self.n_channels + self.n_channels // 2]

    def take(self) -> Energies:
        """Return the mean square of the cells finished since the last call, and forget them.

        Returns
        -------
        ndarray
            float64, shape (n_channels, n_cells).
        """
        rows = self._rows()[: self.n_channels]
        self._sums = []
        return rows

    def _rows(self) -> Energies:
        if len(self._sums) != 1:
            empty = np.empty((self.n_channels + self._n_pairs, 0))
            self._sums = [np.concatenate([empty, *self._sums], axis=1)]
        return self._sums[0] / self._cell


@functools.cache
def _k_power() -> Callable[..., Any]:
    return bind("k_power", POINTER, LONG, INT, LONG, POINTER, POINTER, POINTER, LONG, POINTER)


def measure_power(energies: ArrayLike, weights: ArrayLike | None = None) -> Energies:
    """Sum the channels' energies with their weights.

    Parameters
    ----------
    energies
        Shape (n_channels, n_cells).
    weights
        Shape (n_channels,); None takes `channel_weights` of the usual layout.

    Returns
    -------
    ndarray
        float64, shape (n_cells,): power whose loudness is ``-0.691 + 10 log10(power)`` LUFS.

    Examples
    --------
    >>> measure_power([[0.5, 1.0], [0.5, 0.0]]).tolist()
    [1.0, 1.0]
    """
    rows = np.asarray(energies, np.float64)
    gains = channel_weights(rows.shape[0]) if weights is None else np.asarray(weights, np.float64)
    total = np.zeros(rows.shape[1])
    for gain, row in zip(gains, rows, strict=True):
        total += gain * row
    return total


def loudness_lufs(power: ArrayLike) -> NDArray[np.float64]:
    """Convert power to loudness in LUFS; silence is -inf.

    Parameters
    ----------
    power
        Weighted mean square, any shape.

    Returns
    -------
    ndarray
        float64, the same shape.

    Examples
    --------
    >>> float(loudness_lufs(1.0))
    -0.691
    """
    with np.errstate(divide="ignore"):
        result: NDArray[np.float64] = OFFSET_LUFS + 10 * np.log10(np.asarray(power, np.float64))
    return result


def window_means(cells: ArrayLike, n_window: int) -> NDArray[np.float64]:
    """Return the mean of every run of ``n_window`` neighbouring cells.

    Parameters
    ----------
    cells
        Non-negative, shape (n_cells,).
    n_window
        Cells in a window.

    Returns
    -------
    ndarray
        float64, shape (max(0, n_cells - n_window + 1),). Only non-negative numbers are added, never subtracted, so that
        silence after a loud passage measures as silence.

    Examples
    --------
    >>> window_means([1, 1, 4], 2).tolist()
    [1.0, 2.5]
    """
    c = np.asarray(cells, np.float64)
    n = len(c) - n_window + 1
    if n <= 0:
        return np.empty(0)
    n_rows = -(-len(c) // n_window)
    rows = np.zeros((n_rows, n_window))
    rows.reshape(-1)[: len(c)] = c
    heads = np.cumsum(rows, axis=1).reshape(-1)
    tails = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1].reshape(-1)
    starts = np.arange(n)
    return np.where(starts % n_window == 0, tails[:n], tails[:n] + heads[n_window - 1 :][:n]) / n_window


def measure_momentary_lufs(power: ArrayLike) -> NDArray[np.float64]:
    """Measure momentary loudness: windows of 0.4 s, one every 10 ms.

    Parameters
    ----------
    power
        Weighted power per cell of 10 ms (`measure_power`).

    Returns
    -------
    ndarray
        float64, LUFS; value k covers cells k to k + 39. Empty for sound shorter than 0.4 s.

    Notes
    -----
    Source: EBU Tech 3341 (2023), which asks for an update at least every 100 ms.

    Examples
    --------
    >>> measure_momentary_lufs(np.ones(41)).tolist()
    [-0.691, -0.691]
    """
    return loudness_lufs(window_means(power, MOMENTARY_CELLS))


def measure_short_term_lufs(power: ArrayLike) -> NDArray[np.float64]:
    """Measure short-term loudness: windows of 3 s, one every 10 ms.

    Parameters
    ----------
    power
        Weighted power per cell of 10 ms (`measure_power`).

    Returns
    -------
    ndarray
        float64, LUFS; value k covers cells k to k + 299. Empty for sound shorter than 3 s.

    Notes
    -----
    Source: EBU Tech 3341 (2023).

    Examples
    --------
    >>> measure_short_term_lufs(np.ones(300)).tolist()
    [-0.691]
    """
    return loudness_lufs(window_means(power, SHORT_TERM_CELLS))


def measure_integrated_lufs(power: ArrayLike, *, cell_s: float = CELL_S) -> float:
    """Measure the loudness of the whole programme, gated.

    Parameters
    ----------
    power
        Weighted power per cell (`measure_power`).
    cell_s
        Length of a cell in seconds. Blocks of 0.4 s begin every 0.1 s, at the cell edge nearest to that time, and end
        likewise; with the default they are exact.

    Returns
    -------
    float
        LUFS; -inf where no block of 0.4 s is louder than -70 LUFS, so also for sound shorter than 0.4 s.

    Notes
    -----
    Source: ITU-R BS.1770-5, Annex 1: blocks of 0.4 s with 75 % overlap, gates at -70 LUFS and 10 LU below the mean of
    what the first gate leaves.

    Examples
    --------
    >>> measure_integrated_lufs(np.ones(100))
    -0.691
    """
    blocks = _blocks(np.asarray(power, np.float64), cell_s)
    blocks = blocks[loudness_lufs(blocks) > ABSOLUTE_GATE_LUFS]
    if not len(blocks):
        return -math.inf
    gate = blocks.mean() * 10 ** (RELATIVE_GATE_LU / 10)
    return float(loudness_lufs(blocks[blocks > gate].mean()))


def _blocks(power: NDArray[np.float64], cell_s: float) -> NDArray[np.float64]:
    if cell_s == CELL_S:
        return window_means(power, MOMENTARY_CELLS)[::CELLS_PER_HOP]
    n_blocks = int((len(power) * cell_s - 0.4) / 0.1 + 1e-6) + 1
    if n_blocks < 1:
        return np.empty(0)
    hops = np.floor(np.arange(n_blocks + 3 + 1) * 0.1 / cell_s + 0.5).astype(np.int64)
    hops = hops[hops <= len(power)]
    if len(hops) < 5:
        return np.empty(0)
    sums = np.add.reduceat(power[: hops[-1]], hops[:-1])
    lengths = np.diff(hops)
    grouped: NDArray[np.float64] = sums[:-3] + sums[1:-2] + sums[2:-1] + sums[3:]
    spans: NDArray[np.float64] = (lengths[:-3] + lengths[1:-2] + lengths[2:-1] + lengths[3:]).astype(np.float64)
    return grouped / spans


def measure_range_lu(power: ArrayLike) -> float:
    """Measure the loudness range (LRA): how far apart the quiet and the loud passages are.

    Parameters
    ----------
    power
        Weighted power per cell of 10 ms (`measure_power`).

    Returns
    -------
    float
        LU; nan where nothing passes the gates, so also for sound shorter than 3 s.

    Notes
    -----
    Source: EBU Tech 3342 (2023): windows of 3 s, ten in a second; gates at -70 LUFS and 20 LU below the mean of what
    the first leaves; the distance between the 10th and the 95th percentile.

    Examples
    --------
    >>> round(measure_range_lu(np.repeat([0.01, 0.1], 2000)), 6)
    10.0
    """
    windows = window_means(power, SHORT_TERM_CELLS)[::CELLS_PER_HOP]
    windows = windows[loudness_lufs(windows) >= ABSOLUTE_GATE_LUFS]
    if not len(windows):
        return math.nan
    kept = np.sort(windows[windows >= windows.mean() * 10 ** (RANGE_GATE_LU / 10)])
    low, high = (math.floor((len(kept) - 1) * percent / 100 + 0.5) for percent in (10, 95))
    return float(10 * np.log10(kept[high] / kept[low]))
