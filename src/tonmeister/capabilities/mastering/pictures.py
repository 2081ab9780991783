"""What the report's pictures are drawn from, collected while the work goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POINT_SAMPLES = 2048


class WaveformSketch:
    """Lowest and highest sample of every 2048, over all channels."""

    def __init__(self) -> None:
        self._low: list[NDArray[np.float32]] = []
        self._high: list[NDArray[np.float32]] = []

    def push(self, block: NDArray[np.float32]) -> None:
        """Take a block (channels, samples); all blocks but the last hold a multiple of 2048 samples."""
        n_whole = block.shape[1] // POINT_SAMPLES * POINT_SAMPLES
        for part in (block[:, :n_whole].reshape(len(block), -1, POINT_SAMPLES), block[:, None, n_whole:]):
            if part.size:
                self._low.append(part.min(axis=2).min(axis=0))
                self._high.append(part.max(axis=2).max(axis=0))

    def finish(self, n_points: int = 1200) -> NDArray[np.float32]:
        """Return at most ``n_points`` pairs of lowest and highest sample, float32 (n, 2)."""
        if not self._low:
            return np.zeros((0, 2), np.float32)
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        # No more points than pieces, so that no start comes twice.
        starts = np.linspace(0, len(low), min(n_points, len(low)), endpoint=False).astype(int)
        return np.stack([np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)], axis=1)


@dataclass(frozen=True)
class PictureData:
    """All curves of one master.

    Attributes
    ----------
    duration_s
        Length of the song.
    waveform_before, waveform_after
        Lowest and highest sample of equal parts of the song, (n, 2), linear.
    bands_hz, before_db, after_db, target_db, eq_db
        Third-octave spectra levelled over 200 Hz to 5 kHz, the target's shape, and the gain of the tonal balance, (n,).
    loudness_hop_s
        Distance of the points of the loudness curves.
    loudness_before_lufs, loudness_after_lufs
        Short-term loudness over time, -inf where silent.
    reduction_db
        Deepest gain reduction of the limiter in equal parts of the song, positive.
    """

    duration_s: float
    waveform_before: NDArray[np.float32]
    waveform_after: NDArray[np.float32]
    bands_hz: NDArray[np.float64]
    before_db: NDArray[np.float64]
    after_db: NDArray[np.float64]
    target_db: NDArray[np.float64]
    eq_db: NDArray[np.float64]
    loudness_hop_s: float
    loudness_before_lufs: NDArray[np.float64]
    loudness_after_lufs: NDArray[np.float64]
    reduction_db: NDArray[np.float64]
