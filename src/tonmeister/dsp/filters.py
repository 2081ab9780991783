"""Second-order filters: designs, responses, a streaming cascade, and the fit of a graphic equaliser to a curve.

Sections are float64 rows ``b0 b1 b2 a1 a2`` (``a0`` = 1).
"""

from __future__ import annotations

import functools
import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import native

Sections = NDArray[np.float64]


def peaking(frequency_hz: float, gain_db: float, q: float, sample_rate: int) -> Sections:
    """Design a bell.

    Parameters
    ----------
    frequency_hz, gain_db, q
        Centre, gain at the centre and quality factor.
    sample_rate
        In Hz.

    Returns
    -------
    float64 (5,)

    Source
    ------
    R. Bristow-Johnson, Audio EQ Cookbook (W3C note 2021), formulas re-derived and compared at 1 kHz.

    Examples
    --------
    >>> section = peaking(1000.0, 6.0, 1.0, 48000)
    >>> float(np.round(response_db(section[None], np.array([1000.0]), 48000)[0], 6))
    6.0
    """
    amplitude = 10.0 ** (gain_db / 40.0)
    w = 2.0 * math.pi * frequency_hz / sample_rate
    alpha = math.sin(w) / (2.0 * q)
    return _normalised(
        (1 + alpha * amplitude, -2 * math.cos(w), 1 - alpha * amplitude),
        (1 + alpha / amplitude, -2 * math.cos(w), 1 - alpha / amplitude),
    )


def shelf(
    kind: Literal["low", "high"], frequency_hz: float, gain_db: float, sample_rate: int, q: float = math.sqrt(0.5)
) -> Sections:
    """Design a shelf; ``frequency_hz`` is where half of ``gain_db`` is reached.

    Returns
    -------
    float64 (5,)

    Source
    ------
    R. Bristow-Johnson, Audio EQ Cookbook (W3C note 2021).
    """
    a = 10.0 ** (gain_db / 40.0)
    w = 2.0 * math.pi * frequency_hz / sample_rate
    c = math.cos(w) if kind == "low" else -math.cos(w)
    sign = 1.0 if kind == "low" else -1.0
    beta = 2.0 * math.sqrt(a) * math.sin(w) / (2.0 * q)
    return _normalised(
        (
            a * ((a + 1) - (a - 1) * c + beta),
            sign * 2 * a * ((a - 1) - (a + 1) * c),
            a * ((a + 1) - (a - 1) * c - beta),
        ),
        ((a + 1) + (a - 1) * c + beta, sign * -2 * ((a - 1) + (a + 1) * c), (a + 1) + (a - 1) * c - beta),
    )


def butterworth(
    kind: Literal["low", "high", "all"], frequency_hz: float, sample_rate: int, q: float = math.sqrt(0.5)
) -> Sections:
    """Design a second-order low-pass, high-pass or all-pass by the bilinear transform.

    Two equal low-passes (high-passes) in a row are the halves of a Linkwitz-Riley split of fourth order, whose sum is
    this all-pass.

    Returns
    -------
    float64 (5,)

    Source
    ------
    S. P. Lipshitz, J. Vanderkooy, "A family of linear-phase crossover networks", JAES 31 (1983): LR4 sums to an
    all-pass.
    """
    w = 2.0 * math.pi * frequency_hz / sample_rate
    alpha, c = math.sin(w) / (2.0 * q), math.cos(w)
    a = (1 + alpha, -2 * c, 1 - alpha)
    if kind == "low":
        return _normalised(((1 - c) / 2, 1 - c, (1 - c) / 2), a)
    if kind == "high":
        return _normalised(((1 + c) / 2, -(1 + c), (1 + c) / 2), a)
    return _normalised((1 - alpha, -2 * c, 1 + alpha), a)


def band_pass(frequency_hz: float, q: float, sample_rate: int) -> Sections:
    """Design a band-pass with unity gain and no phase shift at its centre.

    Returns
    -------
    float64 (5,)

    Source
    ------
    R. Bristow-Johnson, Audio EQ Cookbook, "constant 0 dB peak gain".
    """
    w = 2.0 * math.pi * frequency_hz / sample_rate
    alpha = math.sin(w) / (2.0 * q)
    return _normalised((alpha, 0.0, -alpha), (1 + alpha, -2 * math.cos(w), 1 - alpha))


def _normalised(b: tuple[float, float, float], a: tuple[float, float, float]) -> Sections:
    return np.array([b[0] / a[0], b[1] / a[0], b[2] / a[0], a[1] / a[0], a[2] / a[0]])


def response(sections: Sections, frequencies_hz: NDArray[np.float64], sample_rate: int) -> NDArray[np.complex128]:
    """Return the complex response of a cascade, shape of ``frequencies_hz``.

    Parameters
    ----------
    sections
        float64 (n, 5).
    """
    z = np.exp(-2j * np.pi * frequencies_hz / sample_rate)
    h: NDArray[np.complex128] = np.ones_like(z)
    for b0, b1, b2, a1, a2 in sections:
        h = h * (b0 + z * (b1 + z * b2)) / (1.0 + z * (a1 + z * a2))
    return h


def response_db(sections: Sections, frequencies_hz: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """Return the magnitude of `response` in dB (not below -300)."""
    return 20.0 * np.log10(np.maximum(np.abs(response(sections, frequencies_hz, sample_rate)), 1e-15))


class BiquadCascade:
    """A cascade of sections over one or two channels, block after block.

    Parameters
    ----------
    sections
        float64 (n_sections, 5).
    n_channels
        1 or 2.

    Raises
    ------
    ValueError
        For other shapes.
    """

    def __init__(self, sections: Sections, n_channels: int):
        if sections.ndim != 2 or sections.shape[1] != 5:
            raise ValueError(f"sections must have shape (n, 5), got {sections.shape}")
        if n_channels not in (1, 2):
            raise ValueError(f"n_channels must be 1 or 2, got {n_channels}")
        self._n_channels = n_channels
        self._take(sections)
        self._state = np.zeros((len(self._pairs), 4))
        self._spare = np.zeros(0, np.float32)

    def _take(self, sections: Sections) -> None:
        self.sections = np.ascontiguousarray(sections, dtype=np.float64)
        # The kernel takes sections in pairs; an odd one gets a companion that does nothing.
        companion = np.array([[1.0, 0.0, 0.0, 0.0, 0.0]] * (len(sections) % 2)).reshape(-1, 5)
        self._pairs = np.concatenate([self.sections, companion])

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Filter ``block`` (channels, samples) in place and return it.

        Raises
        ------
        ValueError
            If the block is not float32 of ``n_channels`` channels.
        """
        start, stride = native.planar(block)
        if block.shape[0] != self._n_channels:
            raise ValueError(f"the block has {block.shape[0]} channels, expected {self._n_channels}")
        n = block.shape[1]
        if len(self.sections) == 0 or n == 0:
            return block
        right = start + 4 * stride if block.shape[0] == 2 else self._dummy(n)
        _biquad_cascade()(start, right, n, native.address(self._pairs), len(self._pairs), native.address(self._state))
        return block

    def _dummy(self, n: int) -> int:
        """Return where a lane of zeros lies: a mono signal shares its vector with it."""
        if len(self._spare) < n:
            self._spare = np.zeros(n, np.float32)
        self._spare[:] = 0
        return native.address(self._spare)

    def process_turned(self, block: NDArray[np.float32], sections: Sections, step_samples: int) -> NDArray[np.float32]:
        """Filter ``block`` in place, with other sections every ``step_samples``, and return it.

        Parameters
        ----------
        block
            As `process` takes it.
        sections
            float64 (n_steps, n_sections, 5): as many sections as before in each step; the last step's stay.
        step_samples
            At least 1; ``n_steps`` steps must reach over the block.

        Raises
        ------
        ValueError
            As `process`, and if the steps do not fit.
        """
        start, stride = native.planar(block)
        n = block.shape[1]
        if block.shape[0] != self._n_channels:
            raise ValueError(f"the block has {block.shape[0]} channels, expected {self._n_channels}")
        if sections.shape[1:] != self.sections.shape or step_samples < 1 or len(sections) * step_samples < n:
            raise ValueError(
                f"{sections.shape} sections, a step each {step_samples} samples, do not fit {n} samples "
                f"and {self.sections.shape} sections"
            )
        if sections.size == 0 or n == 0:
            return block
        n_odd = sections.shape[1] % 2
        companions = np.broadcast_to(np.array([1.0, 0.0, 0.0, 0.0, 0.0]), (len(sections), n_odd, 5))
        pairs = np.ascontiguousarray(np.concatenate([sections, companions], axis=1), dtype=np.float64)
        kernel, n_pairs, size = _biquad_cascade(), pairs.shape[1], pairs[0].nbytes
        coefficients, state = native.address(pairs), native.address(self._state)
        for number, at in enumerate(range(0, n, step_samples)):
            n_step = min(step_samples, n - at)
            right = start + 4 * (stride + at) if block.shape[0] == 2 else self._dummy(n_step)
            kernel(start + 4 * at, right, n_step, coefficients + number * size, n_pairs, state)
        self._take(sections[-1])
        return block


@functools.cache
def _biquad_cascade():  # type: ignore[no-untyped-def]
    p = native.POINTER
    return native.bind("biquad_cascade", p, p, native.LONG, p, native.INT, p)


GRAPHIC_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 14000.0)
"""Centres of the graphic equaliser's bells; the first is a low shelf and the last a high shelf."""


def fit_graphic_eq(
    frequencies_hz: NDArray[np.float64], target_db: NDArray[np.float64], sample_rate: int
) -> tuple[Sections, NDArray[np.float64]]:
    """Fit a minimum-phase cascade of ten sections to a smooth curve.

    Parameters
    ----------
    frequencies_hz, target_db
        The curve at rising frequencies, float64 (n,); parts above 0.45 of the sample rate are ignored.
    sample_rate
        In Hz.

    Returns
    -------
    sections
        float64 (n_sections, 5); sections of less than 0.02 dB are left out.
    error_db
        Realised minus wanted at ``frequencies_hz`` (NaN where ignored).

    Source
    ------
    The interaction between neighbouring bells is solved as in J. Rämö, V. Välimäki, "Optimizing a high-order graphic
    equalizer", IEEE/ACM TASLP 22 (2014): gains by least squares on the bells' own responses, refined by Gauss-Newton
    steps.
    """
    used = frequencies_hz < 0.45 * sample_rate
    f, wanted = frequencies_hz[used], target_db[used]
    centres = [hz for hz in GRAPHIC_HZ if hz < 0.4 * sample_rate]

    def section(hz: float, gain_db: float) -> Sections:
        if hz == centres[-1]:
            return shelf("high", hz * 0.8, gain_db, sample_rate)
        if hz == centres[0]:
            return shelf("low", hz * 1.4, gain_db, sample_rate)
        return peaking(hz, gain_db, 0.8, sample_rate)

    def curve(hz: float, gain_db: float) -> NDArray[np.float64]:
        return response_db(section(hz, gain_db)[None], f, sample_rate)

    # Beyond these the shelves can only level off; bending for it would spoil what is heard.
    weights = np.where((f >= 40.0) & (f <= 16000.0), 1.0, 0.15)
    gains_db = np.interp(np.log(centres), np.log(f), wanted) * 0.6
    for _ in range(4):
        columns = np.stack(
            [(curve(hz, g + 0.1) - curve(hz, g)) / 0.1 for hz, g in zip(centres, gains_db, strict=True)], axis=1
        )
        now = sum(curve(hz, g) for hz, g in zip(centres, gains_db, strict=True))
        # A whisper of regularisation keeps bells beyond the curve's ends from fighting each other.
        rows = (columns * weights[:, None]).T
        lhs = rows @ columns + 1e-3 * np.eye(len(centres))
        gains_db = np.clip(gains_db + np.linalg.solve(lhs, rows @ (wanted - now)), -18.0, 18.0)
    kept = [section(hz, g) for hz, g in zip(centres, gains_db, strict=True) if abs(g) >= 0.02]
    sections = np.array(kept) if kept else np.zeros((0, 5))
    error = np.full(len(frequencies_hz), np.nan)
    error[used] = response_db(sections, f, sample_rate) - wanted
    return sections, error
